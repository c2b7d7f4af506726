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


def attach(text: str) -> str:
    """Hang a file on the first case; return its hash."""
    import io

    from django.utils import timezone

    from nancheng.foundation.cases.models import Case
    from nancheng.foundation.files import actions as files
    from nancheng.foundation.people import queries as people

    at = timezone.now()
    clerk = people.actor_of(username="clerk0", on=at.date())
    kept = files.keep(io.BytesIO(text.encode()), name="说明.txt", by=clerk, at=at)
    first = Case.objects.order_by("id")[0]
    files.attach([kept.pk], case_id=first.pk, by=clerk, at=at)
    return kept.sha256


def seal() -> str:
    """Seal everything under a new root; return it."""
    from django.utils import timezone

    from nancheng.foundation.audit import actions

    root = actions.seal(at=timezone.now())
    assert root is not None
    return root.root


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


ACTS: dict[str, Callable[..., Any]] = {
    "seed": seed,
    "open": opening,
    "attach": attach,
    "seal": seal,
    "judge": judge,
}

if __name__ == "__main__":
    django.setup()
    if sys.argv[1:] == ["worker"]:
        work()
    for each in sys.stdin:
        print(answer(each), flush=True)
