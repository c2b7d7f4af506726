"""Sets up an empty Nancheng of its own for measuring: database, people, one drawing."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import Any

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
# Lanes of the drawing: party, and who works it.
HANDS = ("clerk", "finance", "department", "leader")


def pay(**_: object) -> dict[str, object]:
    """Stand in for the ledger: the automatic step of the drawing."""
    return {"paid": True}


def bindings() -> tuple[Any, ...]:
    """Return the one kind of case there is."""
    from bench import reference
    from nancheng.foundation.cases.bindings import Binding

    return (
        Binding(
            kind="bench.disbursement",
            prefix="BM",
            name="资金拨付",
            process=reference.DRAWING,
            handlers={"pay": pay},
        ),
    )


BINDINGS: tuple[Any, ...] = ()


def start() -> None:
    """Make tables, people and the drawing in the database that the environment names."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "nancheng.config.settings"
    import django
    from django.conf import settings

    django.setup()
    settings.PROCESS_BINDINGS = ("bench.stage.BINDINGS",)
    globals()["BINDINGS"] = bindings()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _people()
    from nancheng.foundation.cases import publishing

    publishing.deploy(by="bench", at=AT)


def _people() -> None:
    from nancheng.foundation.people import actions

    for hand in HANDS:
        actions.put_department(code=hand, name=hand, name_en=hand, kind="organ", parent="")
        actions.put_duty(
            code=f"bench-{hand}", name=hand, name_en=hand, grants={"case.view": "zone"}
        )
        actions.put_post(department=hand, duty=f"bench-{hand}", name=hand, name_en=hand)
        actions.put_person(username=hand, name=hand, password="Bench-2026-only")
        actions.appoint(
            username=hand, department=hand, duty=f"bench-{hand}", active_from=date(2020, 1, 1)
        )


def cast() -> dict[str, Any]:
    """Return the actors by lane."""
    from nancheng.foundation.people import queries

    return {hand: queries.actor_of(username=hand, on=AT.date()) for hand in HANDS}
