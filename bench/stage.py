"""Sets up an empty Nancheng of its own for measuring: database, people, drawings."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SINCE = date(2020, 1, 1)
# Lanes of the drawing: party, and who works it.
HANDS = ("clerk", "finance", "department", "leader")
# Project units, each with a clerk and a head, for databases of many cases.
UNITS = 40
PASSWORD = "Bench-2026-only"
HERE = Path(__file__).parent
# What each sees: a clerk what it opened, a head its unit's, a co-unit what it takes part in.
VIEWS = {"clerk": "own", "head": "below", "finance": "party", "department": "party"}


def pay(**_: object) -> dict[str, object]:
    """Stand in for the ledger: the automatic step of the drawing."""
    return {"paid": True}


def bindings() -> tuple[Any, ...]:
    """Return the kinds of case there are."""
    from nancheng.foundation.cases.bindings import Binding

    processes = HERE / "processes"
    return (
        Binding(
            kind="bench.disbursement",
            prefix="BM",
            name="资金拨付",
            process=processes / "disbursement.bpmn",
            handlers={"pay": pay},
        ),
        Binding(kind="bench.short", prefix="BS", name="事项办理", process=processes / "short.bpmn"),
    )


def __getattr__(name: str) -> Any:
    # Found by the settings under this name once Django can be imported.
    if name == "BINDINGS":
        return bindings()
    raise AttributeError(name)


def start() -> None:
    """Make tables, people and drawings in the database that the environment names."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _people()
    from nancheng.foundation.cases import publishing

    publishing.deploy(by="bench", at=AT)


def _people() -> None:
    for hand in HANDS:
        _department(hand)
        _seat(hand, hand, hand)
    _seat("zone", "administrator", "administrator")


def units() -> None:
    """Add the project units of a large database."""
    for number in range(UNITS):
        code = f"unit{number:02d}"
        _department(code)
        _seat(code, "clerk", f"{code}-clerk")
        _seat(code, "head", f"{code}-head")


def _department(code: str) -> None:
    from nancheng.foundation.people import actions

    actions.put_department(code="zone", name="管委会", name_en="Zone", kind="organ", parent="")
    actions.put_department(code=code, name=code, name_en=code, kind="organ", parent="zone")


def _seat(department: str, hand: str, username: str) -> None:
    from nancheng.foundation.people import actions

    duty = f"bench-{hand}"
    grants = {"case.view": VIEWS.get(hand, "zone")}
    actions.put_duty(code=duty, name=hand, name_en=hand, grants=grants)
    actions.put_post(department=department, duty=duty, name=hand, name_en=hand)
    actions.put_person(username=username, name=username, password=PASSWORD)
    actions.appoint(username=username, department=department, duty=duty, active_from=SINCE)


def cast() -> dict[str, Any]:
    """Return the actors by lane."""
    return {hand: actor(hand) for hand in HANDS}


def actor(username: str) -> Any:
    """Return the actor of a sign-in name."""
    from nancheng.foundation.people import queries

    return queries.actor_of(username=username, on=AT.date())
