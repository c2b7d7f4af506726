"""Puts the demonstration's departments, duties, posts and persons in place."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from nancheng.foundation.people import actions

DATA = Path(__file__).parent / "data"
# For the demonstration alone: printed by `nancheng demo`, never set anywhere else.
PASSWORD = "Nancheng-2026"
SINCE = date(2020, 1, 1)


def put(*, at: datetime) -> None:
    """Make or rename everybody; what is there already stays."""
    for row in rows("departments"):
        actions.put_department(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            parent=row["parent"],
        )
    for row in rows("duties"):
        actions.put_duty(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            grants=_grants(row["grants"]),
        )
    for row in rows("persons"):
        actions.put_post(
            department=row["department"],
            duty=row["duty"],
            name=row["post"],
            name_en=row["post_en"],
        )
        person = actions.put_person(username=row["username"], name=row["name"], password=PASSWORD)
        if person.leaves_on is not None:
            # Somebody tried leaving out: who left stays away.
            continue
        actions.appoint(
            username=row["username"],
            department=row["department"],
            duty=row["duty"],
            active_from=SINCE,
        )


def cast() -> Iterator[str]:
    """Yield a line for each identity worth signing in as, and the one password."""
    departments = {row["code"]: row["name"] for row in rows("departments")}
    yield f"用户名 user name · 口令 password: {PASSWORD}"
    for row in rows("persons"):
        if row["told"]:
            yield (
                f"  {row['username']:<12} {row['name']} · {departments[row['department']]}"
                f" · {row['post']} ({row['post_en']})"
            )


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the demonstration's files."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _grants(text: str) -> dict[str, str]:
    pairs = (word.split("=") for word in text.split())
    return {verb: scopes.replace("+", " ") for verb, scopes in pairs}
