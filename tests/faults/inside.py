"""What is done inside the installation under test, by a process that answers line by line.

It reads commands as lines of JSON and answers each with one. As ``worker`` it runs the jobs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import django

SETTLE_WITHIN_S = 60


def seed() -> list[str]:
    """Make people and money, and sign all clerks in; return their sessions."""
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from nancheng.foundation.people.models import Person
    from tests.faults import making

    # Other tests may have opened the seal on the tables that were copied.
    import_module("nancheng.foundation.ledger.migrations.0002_seal_transfers").seal(connection)
    making.people_and_money(at=timezone.now())
    sessions = []
    for person in Person.objects.order_by("id"):
        client = Client()
        client.force_login(person, backend="nancheng.foundation.people.backends.PasswordBackend")
        sessions.append(client.cookies["sessionid"].value)
    return sessions


def opening(count: int, series: str) -> list[int]:
    """Open cases; return the ids of their tasks."""
    from django.utils import timezone

    from tests.faults import making

    return making.open_cases(count, series=series, at=timezone.now())


def judge() -> list[str]:
    """Wait until the jobs have moved what waits for them; return what must be true and is not."""
    from tests.faults import judging

    deadline = time.monotonic() + SETTLE_WITHIN_S
    while judging.waiting() and time.monotonic() < deadline:
        time.sleep(0.3)
    return list(judging.faults())


def answer(line: str) -> str:
    """Carry out one command on a connection of its own."""
    from django.db import connections

    connections.close_all()
    act, *arguments = json.loads(line)
    return json.dumps(ACTS[act](*arguments), ensure_ascii=False)


def work() -> None:
    """Run the jobs as ``nancheng work`` does, with less rest between two sweeps."""
    from nancheng.config import serving

    serving.SWEEP_EVERY_S = 1
    serving.work(once=False, say=print)


ACTS: dict[str, Callable[..., Any]] = {"seed": seed, "open": opening, "judge": judge}

if __name__ == "__main__":
    django.setup()
    if sys.argv[1:] == ["worker"]:
        work()
    for each in sys.stdin:
        print(answer(each), flush=True)
