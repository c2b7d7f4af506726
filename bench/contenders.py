"""The processes that are measured, what they run in, and a conversation with each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
PEERS = BUILD / "peers"
# So far apart are the numbers of the cases that two processes carry out.
CASES_APART = 10_000_000
# LGPL and AGPL; never among the product's requirements, only in an environment made here.
PEER_PACKAGES = (
    "SpiffWorkflow==3.2.0",
    "django-viewflow==2.4.0",
    "django==5.2.*",
    "psycopg[binary]",
)


@dataclass(frozen=True, slots=True)
class Contender:
    """One line of a table: what it is called, its module and its arguments."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    is_peer: bool = False
    database_url: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One stretch of work: user steps, wall and CPU seconds, and a mark of the outcome."""

    steps: int
    wall: float
    cpu: float
    digest: str

    @property
    def rate(self) -> float:
        """Return user steps a second."""
        return self.steps / self.wall

    @property
    def cpu_ms(self) -> float:
        """Return CPU milliseconds a user step, of this process alone."""
        return 1000 * self.cpu / self.steps


class Conversation:
    """A running contender: asked for a number of cases, it answers with a sample."""

    def __init__(self, contender: Contender, *, number: int = 0) -> None:
        self.contender = contender
        data = BUILD / contender.module / (contender.arguments or ("",))[0] / str(number)
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        python = PEERS / "bin" / "python" if contender.is_peer else Path(sys.executable)
        arguments = [
            str(data / "workflows.sqlite3") if a == "FILE" else a for a in contender.arguments
        ]
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}" if contender.is_peer else f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "NANCHENG_DATA": str(data),
            "DATABASE_URL": contender.database_url,
            "BENCH_FIRST": str(number * CASES_APART),
        }
        self.process = subprocess.Popen(
            [str(python), "-m", f"bench.{contender.module}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=ROOT,
            text=True,
        )
        assert self._hear()["ready"]

    def _hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.contender.name} stopped with {self.process.wait()}")
        return cast("dict[str, Any]", json.loads(line))

    def ask(self, cases: int) -> None:
        """Ask for the next cases to be carried out."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{cases}\n")
        self.process.stdin.flush()

    def answer(self) -> Sample:
        """Return the sample of what was asked for."""
        return Sample(**self._hear())

    def carry(self, cases: int) -> Sample:
        """Have the next cases carried out."""
        self.ask(cases)
        return self.answer()

    def end(self) -> None:
        """Close the contender's input, at which it ends."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


class Crowd:
    """Several processes of one contender on one database, working at the same time."""

    def __init__(self, contender: Contender, size: int) -> None:
        self.contender = contender
        # One after another, for the first makes the tables.
        self.talks = [Conversation(contender, number=number) for number in range(size)]

    def carry(self, cases: int) -> Sample:
        """Have each of them carry out cases at once; the sample is theirs together."""
        share = max(1, cases // len(self.talks))
        for talk in self.talks:
            talk.ask(share)
        samples = [talk.answer() for talk in self.talks]
        return Sample(
            steps=sum(sample.steps for sample in samples),
            wall=max(sample.wall for sample in samples),
            cpu=sum(sample.cpu for sample in samples),
            digest="/".join(sorted({sample.digest for sample in samples})),
        )

    def end(self) -> None:
        """Close them all."""
        for talk in self.talks:
            talk.end()


def prepare_peers() -> None:
    """Make the other engines' environment once."""
    mark = PEERS / "packages.json"
    wanted = json.dumps(PEER_PACKAGES)
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return
    print(f"installing {', '.join(PEER_PACKAGES)} into {PEERS}", flush=True)
    venv.create(PEERS, with_pip=True, clear=True)
    pip = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *PEER_PACKAGES], check=True)
    mark.write_text(wanted, encoding="utf-8")
