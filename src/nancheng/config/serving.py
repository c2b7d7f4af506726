"""Web and jobs as processes: granian answers, one worker sweeps; both end together."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from nancheng.config import wiring

logger = logging.getLogger(__name__)

SWEEP_EVERY_S = 5
STOP_WITHIN_S = 15
Say = Callable[[str], None]


def web(*, host: str, port: int, workers: int) -> list[str]:
    """Return the command that runs the web server alone."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        "2",
        "--backpressure",
        "64",
        "--no-ws",
        "--log-level",
        "warning",
        "nancheng.config.wsgi:application",
    ]


def serve(*, host: str, port: int, workers: int, say: Say) -> int:
    """Run granian and the worker until one ends or a signal comes; return the exit code."""
    jobs = [sys.executable, "-m", "nancheng.config.command", "work"]
    children = [
        subprocess.Popen(web(host=host, port=port, workers=workers)),
        subprocess.Popen(jobs),
    ]
    stopping = _on_signals()
    say(f"Nancheng answers at http://{host}:{port}/ (Ctrl-C ends it)")
    while not stopping() and all(child.poll() is None for child in children):
        time.sleep(0.2)
    ended = [child.returncode for child in children if child.poll() is not None]
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
    return 0 if stopping() else next((code for code in ended if code), 1)


def work(*, once: bool, say: Say) -> int:
    """Sweep the jobs of the wiring, again and again; a job that fails does not stop the others."""
    stopping = _on_signals()
    while not stopping():
        done = sweep()
        if once:
            for name, count in done.items():
                say(f"{name}: {count}")
            return 0
        for _ in range(SWEEP_EVERY_S * 5):
            if stopping():
                break
            time.sleep(0.2)
    return 0


def sweep() -> dict[str, int]:
    """Run each job once; return how much each did (-1: it failed, and the log says why)."""
    done = {}
    close_old_connections()
    for name in wiring.JOBS:
        try:
            done[name] = int(import_string(name)(at=timezone.now()))
        except Exception:
            # The next sweep tries again; one broken job must not hold up the clocks of the rest.
            logger.exception("job %s failed", name)
            done[name] = -1
    return done


def _on_signals() -> Callable[[], bool]:
    heard: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, hear)
    return lambda: bool(heard)
