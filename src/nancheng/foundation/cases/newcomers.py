"""A new case as rows: what is inserted before its first step, in plain SQL as in ``store``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from nancheng.foundation.cases import store
from nancheng.foundation.cases.models import Case
from nancheng.foundation.cases.store import ClockRow, Loaded
from nancheng.foundation.web import sql
from nancheng.foundation.web.sql import Statement
from nancheng.kernel.process.state import NOT_STARTED


class CaseRow(NamedTuple):
    """A new case; the fields are the columns, in order."""

    number: str
    kind: str
    title: str
    status: str
    process_id: int
    department_id: int
    opened_by_id: int
    opened_at: Any
    due_on: Any
    caller_id: int | None
    caller_item: int | None


CASE_COLUMNS = (
    f"{', '.join(CaseRow._fields)}, variables, next_item, last_seq, version, head, last_step,"
    " last_step_s"
)


def create(row: CaseRow) -> tuple[int, int]:
    """Insert a new case; return its id and that of the newest notice day (0: there is none)."""
    values = [*row, "{}", 1, 0, 0, "", "", 0]
    newest = "(SELECT MAX(id) FROM cases_calendarday)"
    made = sql.run(*sql.insert("cases_case", CASE_COLUMNS, [values], returning=f"id, {newest}"))
    # All rows are taken, though there is one: a statement left half read would bar the commit.
    ((case_id, calendar),) = made.fetchall()
    return case_id, calendar or 0


def attach(
    case_id: int, *, parties: Mapping[str, int], links: Mapping[int, str]
) -> dict[str, Statement]:
    """Return what inserts who takes part in a new case (the lead first) and its ties."""
    statements = {}
    if parties:
        lines: list[list[Any]] = [
            [case_id, party, department, not number]
            for number, (party, department) in enumerate(parties.items())
        ]
        columns = "case_id, party, department_id, is_lead"
        statements["parties"] = sql.insert("cases_participant", columns, lines)
    if links:
        lines = [[case_id, other, kind] for other, kind in links.items()]
        statements["ties"] = sql.insert("cases_caselink", "case_id, other_id, kind", lines)
    return statements


def case_clock(case_id: int, clock: ClockRow) -> Statement:
    """Return what starts the clock of a whole case."""
    line = [case_id, None, *store.clock_values(clock)]
    return sql.insert("cases_clock", store.CLOCK_COLUMNS, [line])


def unstarted(case_id: int, row: CaseRow, *, parties: Mapping[str, int], calendar: int) -> Loaded:
    """Return a case whose row was just made, as it stands before its start."""
    return Loaded(
        case_id,
        row.number,
        row.kind,
        row.process_id,
        row.department_id,
        last_seq=0,
        version=0,
        head="",
        last_step="",
        last_step_s=0,
        state=NOT_STARTED,
        tasks={},
        parties=dict(parties),
        calendar=calendar,
        caller_id=row.caller_id,
    )


def as_case(loaded: Loaded, row: CaseRow, *, at: datetime, due_on: date | None) -> Case:
    """Return a case that was just opened as its model's instance, without reading it again."""
    over = loaded.state.status in store.OVER
    return Case(
        id=loaded.case_id,
        number=row.number,
        kind=row.kind,
        title=row.title,
        status=store.STORED[loaded.state.status],
        process_id=row.process_id,
        department_id=row.department_id,
        opened_by_id=row.opened_by_id,
        opened_at=at,
        closed_at=at if over else None,
        due_on=due_on,
        caller_id=row.caller_id,
        caller_item=row.caller_item,
        variables=dict(loaded.state.variables),
        next_item=loaded.state.next_item,
        last_seq=loaded.last_seq,
        version=loaded.version,
        head=loaded.head,
        last_step=loaded.last_step,
        last_step_s=loaded.last_step_s,
    )
