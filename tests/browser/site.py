"""A running platform with the demonstration in it, made once for a run of the browser tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests import tree

START_WITHIN_S = 60
STOP_WITHIN_S = 20


@dataclass(frozen=True, slots=True)
class Site:
    """Where the platform answers, where its data are and what it has written to its log."""

    address: str
    data: Path
    log: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*arguments: str, data: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start one ``nancheng`` command on a data folder of its own, on SQLite."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree.ROOT / "src"),
        "NANCHENG_DATA": str(data),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "nancheng.config.settings",
    }
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "nancheng.config.command", *arguments],
            env=environment,
            cwd=data,
            stdout=out,
            stderr=subprocess.STDOUT,
        )


def _wait_until_it_answers(site: Site, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        assert server.poll() is None, site.log.read_text(encoding="utf-8")
        try:
            with urlopen(f"{site.address}/account/sign-in/", timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"no answer: {site.log.read_text(encoding='utf-8')}")


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """Fill a new data folder with the demonstration and serve it until the block ends."""
    port = _free_port()
    site = Site(f"http://127.0.0.1:{port}", folder, folder / "log.txt")
    filling = command("demo", "--no-serve", data=folder, log=site.log)
    assert filling.wait(300) == 0, site.log.read_text(encoding="utf-8")
    server = command("serve", "--port", str(port), "--workers", "1", data=folder, log=site.log)
    try:
        _wait_until_it_answers(site, server)
        yield site
    finally:
        server.terminate()
        server.wait(STOP_WITHIN_S)
