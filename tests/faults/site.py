"""An installation of its own: a scratch database, a data folder, web and work as processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nancheng.config import serving
from tests import scratch, tree
from tests.faults.browsing import Browser

START_WITHIN_S = 60
SETTINGS = "tests.faults.settings"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """Where it answers, and its processes, each in a group of its own so that it dies whole."""

    data: Path
    url: str
    port: int = field(default_factory=_free_port)
    sessions: list[str] = field(default_factory=list)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def is_sqlite(self) -> bool:
        """Say which database it has."""
        return not self.url

    def browser(self, number: int) -> Browser:
        """Return the browser of a clerk."""
        return Browser(self.port, self.sessions[number])

    def inside(self, *command: Any) -> Any:
        """Do something inside the installation; return what it says."""
        if "inside" not in self.processes:
            self._start("inside", [sys.executable, "-m", "tests.faults.inside"])
        talk = self.processes["inside"]
        assert talk.stdin is not None
        assert talk.stdout is not None
        talk.stdin.write(json.dumps(command).encode() + b"\n")
        talk.stdin.flush()
        answer = talk.stdout.readline()
        assert answer, self.log()
        return json.loads(answer)

    def nancheng(self, *arguments: str) -> tuple[int, str]:
        """Run the ``nancheng`` command on this installation; return its code and what it said."""
        run = subprocess.run(
            [sys.executable, "-m", "nancheng.config.command", *arguments],
            env=self._environment(),
            cwd=tree.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return run.returncode, run.stdout

    def start_web(self) -> None:
        """Start granian as ``nancheng serve`` does, and wait until it answers."""
        self._start("web", serving.web(host="127.0.0.1", port=self.port, workers=2))
        deadline = time.monotonic() + START_WITHIN_S
        while not self.browser(0).get("/account/sign-in/").status:
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.1)

    def start_worker(self, name: str = "work", *, clock_s: int = 0) -> None:
        """Start the jobs, under a clock that may be wrong."""
        self._start(name, [sys.executable, "-m", "tests.faults.inside", "worker"], clock_s=clock_s)

    def kill(self, name: str) -> None:
        """End a process and its children at once, without a word to them."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def log(self) -> str:
        """Return what the processes have said."""
        return (self.data / "log.txt").read_text(encoding="utf-8")[-4000:]

    def fault(self, name: str) -> None:
        """Let the web's SQLite meet a fault from the next request on; "" mends it."""
        (self.data / "fault").write_text(name)

    def close(self) -> None:
        """End everything."""
        for name in list(self.processes):
            self.kill(name)

    def _start(self, name: str, command: list[str], *, clock_s: int = 0) -> None:
        environment = self._environment() | {"NANCHENG_TEST_CLOCK_S": str(clock_s)}
        with (self.data / "log.txt").open("ab") as out:
            self.processes[name] = subprocess.Popen(
                command,
                env=environment,
                cwd=tree.ROOT,
                stdin=subprocess.PIPE if name == "inside" else subprocess.DEVNULL,
                stdout=subprocess.PIPE if name == "inside" else out,
                stderr=out,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(tree.ROOT / "src"), str(tree.ROOT)]),
            "NANCHENG_DATA": str(self.data),
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": SETTINGS,
        }


@contextmanager
def installed(data: Path) -> Iterator[Site]:
    """Copy the tables of this pass's empty test database, seed them, take them away afterwards."""
    with scratch.empty(data) as url:
        site = Site(data, url)
        try:
            site.sessions = site.inside("seed")
            yield site
        finally:
            site.close()
