"""What lists show of tasks and cases: a line of words each, read by plain statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from nancheng.foundation.cases import bindings, lamps
from nancheng.foundation.cases.lamps import Lamp
from nancheng.foundation.cases.models import Case, Task
from nancheng.foundation.cases.worklist import Today
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import sql, wording
from nancheng.foundation.web.addresses import Address

CASE = Address("cases:case", "AA-2026-000001")
CASE_CLOCK = Address("cases:case-clock", "AA-2026-000001")
TASK = Address("cases:task", 1000000)
CLOCK = Address("cases:clock", 1000000)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A task or case as a list shows it."""

    lamp: Lamp
    number: str
    title: str
    step: str
    kind: str
    department: str
    opener: str
    at: datetime | None
    due_on: date | None
    state: str
    href: str
    claimable: bool = False
    task_id: int = 0
    why: str = ""


_WHO = (
    "(SELECT p.name FROM people_identity i JOIN people_person p ON p.id = i.person_id"
    " WHERE i.id = {})"
)
_OF_CASE = {
    "number": "c.number",
    "title": "c.title",
    "kind": "c.kind",
    "status": "c.status",
    "department": "u.name",
    "department_en": "u.name_en",
    "opener": _WHO.format("c.opened_by_id"),
}
_TASK = {
    **_OF_CASE,
    "id": "t.id",
    "name": "t.name",
    "name_en": "t.name_en",
    "state": "t.state",
    "post_id": "t.post_id",
    "claimed_by_id": "t.claimed_by_id",
    "done_by_id": "t.done_by_id",
    "done_by": _WHO.format("t.done_by_id"),
    "done_for": _WHO.format("t.done_for_id"),
    "arrived_at": "t.arrived_at",
    "done_at": "t.done_at",
    "due_on": "t.due_on",
    "due_at": "t.due_at",
    lamps.MARK: "k.is_provisional",
}
_TASKS = (
    f"SELECT {', '.join(_TASK.values())} FROM cases_task t"
    " JOIN cases_case c ON c.id = t.case_id JOIN people_department u ON u.id = c.department_id"
    " LEFT JOIN cases_clock k ON k.task_id = t.id WHERE t.id "
)
_TIMES = ("arrived_at", "done_at", "due_at")
_CASE = {
    **_OF_CASE,
    "id": "c.id",
    "opened_at": "c.opened_at",
    "due_on": "c.due_on",
    lamps.MARK: "(SELECT k.is_provisional FROM cases_clock k WHERE k.case_id = c.id"
    " AND k.task_id IS NULL AND k.is_provisional)",
}
_CASES = (
    f"SELECT {', '.join(_CASE.values())} FROM cases_case c"
    " JOIN people_department u ON u.id = c.department_id WHERE c.id "
)
_STEPS = (
    "SELECT t.case_id, t.name, t.name_en FROM cases_task t"
    " WHERE t.state IN ('offered', 'claimed') AND t.case_id {} ORDER BY t.arrived_at, t.id"
)


class Words:
    """The words that many lines of a page share, each looked up once for the reader's language."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], str] = {}

    @cached_property
    def english(self) -> bool:
        """Whether the reader chose English."""
        return wording.is_english()

    def named(self, row: Row, field: str = "name") -> str:
        """Return one of two columns, as ``wording.named`` does."""
        return str((row[f"{field}_en"] if self.english else "") or row[field] or "")

    def kind(self, kind: str) -> str:
        """Return the name of a kind of case; of an unknown one its code."""
        return self._found.get(("kind", kind)) or self._keep("kind", kind, _kind_name(kind))

    def status(self, status: str) -> str:
        """Return the name of a case's status."""
        known = self._found.get(("status", status))
        return known or self._keep("status", status, str(Case.Status(status).label))

    def _keep(self, what: str, code: str, words: str) -> str:
        self._found[what, code] = words
        return words


def task_lines(
    found: Iterable[Task], now: Today, actor: Actor, *, done: bool = False
) -> list[Line]:
    """Return the lines of a page of tasks, in its order. One statement."""
    ids = [task.pk for task in found]
    rows = _task_rows(ids)
    words = Words()
    return [_task_line(rows[key], now, actor, words, done=done) for key in ids if key in rows]


def _task_rows(ids: Sequence[int]) -> dict[int, Row]:
    condition, values = sql.among(ids)
    rows = (dict(zip(_TASK, row, strict=True)) for row in sql.rows(_TASKS + condition, values))
    return {row["id"]: {**row, **{name: sql.time(row[name]) for name in _TIMES}} for row in rows}


def _whose(row: Row, actor: Actor, *, done: bool) -> str:
    """Return a task's title, and with whom a deputy is or was at work on it."""
    title = str(row["title"])
    if done and row["done_for"]:
        if row["done_by_id"] == actor.identity_id:
            return _("%(title)s（代%(name)s）") % {"title": title, "name": row["done_for"]}
        return _("%(title)s（由%(name)s代办）") % {"title": title, "name": row["done_by"]}
    hand = rights.doer(
        actor,
        post_id=row["post_id"],
        claimed_by=row["claimed_by_id"],
        kind=row["kind"],
    )
    if done or hand is None or hand.acting_for is None:
        return title
    return _("%(title)s（代%(name)s）") % {"title": title, "name": hand.acting_for.name}


def _task_line(row: Row, now: Today, actor: Actor, words: Words, *, done: bool) -> Line:
    running = not done and row["status"] == Case.Status.OPEN
    return Line(
        lamp=lamps.lit(now, row, running=running),
        why=CLOCK(row["id"]) if row["due_on"] else "",
        number=row["number"],
        title=_whose(row, actor, done=done),
        step=words.named(row),
        kind=words.kind(row["kind"]),
        department=words.named(row, "department"),
        opener=row["opener"],
        at=row["done_at"] if done else row["arrived_at"],
        due_on=row["due_on"],
        state=words.status(row["status"]),
        href=TASK(row["id"]),
        claimable=row["state"] == Task.State.OFFERED,
        task_id=row["id"],
    )


def case_lines(shown: Iterable[Case], now: Today) -> list[Line]:
    """Return the lines of a page of cases, in its order, with the steps they wait at. Two."""
    ids = [case.pk for case in shown]
    words = Words()
    steps: dict[int, list[str]] = {}
    condition, values = sql.among(ids)
    for case_id, *names in sql.rows(_STEPS.format(condition), values):
        step = words.named(dict(zip(("name", "name_en"), names, strict=True)))
        steps.setdefault(case_id, []).append(step)
    found = (dict(zip(_CASE, row, strict=True)) for row in sql.rows(_CASES + condition, values))
    rows = {row["id"]: row for row in found}
    return [_case_line(rows[key], steps.get(key, []), now, words) for key in ids if key in rows]


def _case_line(row: Row, steps: list[str], now: Today, words: Words) -> Line:
    running = row["status"] == Case.Status.OPEN
    return Line(
        lamp=lamps.lit(now, row, running=running),
        why=CASE_CLOCK(row["number"]) if row["due_on"] else "",
        number=row["number"],
        title=row["title"],
        step=wording.listed(dict.fromkeys(steps)),
        kind=words.kind(row["kind"]),
        department=words.named(row, "department"),
        opener=row["opener"],
        at=sql.time(row["opened_at"]),
        due_on=row["due_on"],
        state=words.status(row["status"]),
        href=CASE(row["number"]),
    )


def _kind_name(kind: str) -> str:
    found = bindings.all_bindings().get(kind)
    return str(found.name) if found else kind
