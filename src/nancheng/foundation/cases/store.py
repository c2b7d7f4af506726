"""The hot path in plain SQL: read where a case stands, write what a command made of it.

The tables are ``models``'; everything here could be said in the ORM at several times the cost.
A case is read under a lock and written only if its version is still the one that was read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection

from nancheng.foundation.cases.models import Case
from nancheng.kernel.process.state import Item, ItemKind, State, Status
from nancheng.kernel.refusal import Refused

STATUS: Mapping[str, Status] = {
    Case.Status.OPEN: Status.RUNNING,
    Case.Status.SUSPENDED: Status.SUSPENDED,
    Case.Status.CLOSED: Status.COMPLETED,
    Case.Status.TERMINATED: Status.TERMINATED,
}
STORED = {running: stored for stored, running in STATUS.items()} | {
    Status.NOT_STARTED: Case.Status.OPEN
}

_CASE = (
    "SELECT id, number, kind, status, process_id, department_id, variables, next_item, last_seq,"
    " version, head, last_step, last_step_s, caller_id FROM cases_case WHERE id = "
)
_ITEMS = (
    "SELECT item, node, 'user', scope, data, id, state, claimed_by_id, post_id, department_id"
    " FROM cases_task WHERE case_id = %s AND state IN ('offered', 'claimed')"
    " UNION ALL SELECT item, node, kind, scope, data, 0, '', 0, 0, 0"
    " FROM cases_wait WHERE case_id = %s"
)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """The row of an open task, beside its item."""

    task_id: int
    item: int
    node: str
    state: str
    claimed_by: int | None
    post_id: int
    department_id: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case as read under its lock."""

    case_id: int
    number: str
    kind: str
    process_id: int
    department_id: int
    last_seq: int
    version: int
    head: str
    last_step: str
    last_step_s: int
    state: State
    tasks: Mapping[int, OpenTask]  # by item number
    caller_id: int | None = None


def load(*, case_id: int = 0, task_id: int = 0) -> Loaded | None:
    """Read a case, by its id or by that of one of its tasks. Two statements, under a lock."""
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    which = "%s" if case_id else "(SELECT case_id FROM cases_task WHERE id = %s)"
    with connection.cursor() as cursor:
        cursor.execute(_CASE + which + lock, [case_id or task_id])
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(_ITEMS, [row[0], row[0]])
        items = cursor.fetchall()
    state = State(
        status=STATUS[row[3]],
        variables=json.loads(row[6]),
        items={item[0]: _item(item) for item in items},
        next_item=row[7],
    )
    tasks = {
        item[0]: OpenTask(item[5], item[0], item[1], item[6], item[7], item[8], item[9])
        for item in items
        if item[2] == "user"
    }
    return Loaded(
        row[0],
        row[1],
        row[2],
        row[4],
        row[5],
        row[8],
        row[9],
        row[10],
        row[11],
        row[12],
        state,
        tasks,
        row[13],
    )


def _item(row: Sequence[Any]) -> Item:
    return Item(row[0], row[1], ItemKind(row[2]), row[3], json.loads(row[4]))


@dataclass(frozen=True, slots=True)
class EventRow:
    """A line of history, ready to store."""

    seq: int
    at: datetime
    kind: str
    node: str
    item: int
    actor: int | None
    label: str
    department: int | None
    previous: str
    wait_s: int | None
    payload: str
    key: str | None
    hash: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task to offer."""

    item: int
    scope: int
    node: str
    name: str
    name_en: str
    data: Mapping[str, object]
    department_id: int
    post_id: int


def save_case(loaded: Loaded, *, state: State, events: Sequence[EventRow], at: datetime) -> Loaded:
    """Write the case row and its new events. Raises ``Refused`` when another hand was faster."""
    last = events[-1]
    steps = [row for row in events if row.kind == "Completed"]
    step, step_s = (
        (steps[-1].node, int(at.timestamp())) if steps else (loaded.last_step, loaded.last_step_s)
    )
    over = state.status in (Status.COMPLETED, Status.TERMINATED)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_case SET status = %s, variables = %s, next_item = %s, last_seq = %s,"
            " head = %s, last_step = %s, last_step_s = %s, version = version + 1,"
            # A remark on a case that is over leaves the time of its end.
            " closed_at = CASE WHEN closed_at IS NULL THEN %s ELSE closed_at END"
            " WHERE id = %s AND version = %s AND archived_at IS NULL",
            [
                STORED[state.status],
                dump(state.variables),
                state.next_item,
                last.seq,
                last.hash,
                step,
                step_s,
                moment(at) if over else None,
                loaded.case_id,
                loaded.version,
            ],
        )
        if cursor.rowcount != 1:
            raise Refused("cases.moved-meanwhile", number=loaded.number)
        _insert_events(cursor, loaded.case_id, events)
    return replace(
        loaded,
        state=state,
        last_seq=last.seq,
        head=last.hash,
        version=loaded.version + 1,
        last_step=step,
        last_step_s=step_s,
    )


def _insert_events(cursor: Any, case_id: int, events: Sequence[EventRow]) -> None:
    insert(
        cursor,
        "cases_caseevent (case_id, seq, at, kind, node, item, actor_id, actor_label,"
        " department_id, previous, wait_s, payload, key, hash)",
        [
            (
                case_id,
                row.seq,
                moment(row.at),
                row.kind,
                row.node,
                row.item,
                row.actor,
                row.label,
                row.department,
                row.previous,
                row.wait_s,
                row.payload,
                row.key,
                row.hash,
            )
            for row in events
        ],
    )


def end_task(task_id: int, *, state: str, by: int | None, at: datetime) -> None:
    """Close a task's row: done, withdrawn or cancelled; its clock stops."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_task SET state = %s, done_at = %s, done_by_id = %s WHERE id = %s",
            [state, moment(at), by, task_id],
        )
        cursor.execute(
            "UPDATE cases_clock SET stopped_at = %s WHERE task_id = %s AND stopped_at IS NULL",
            [moment(at), task_id],
        )


def offer(case_id: int, rows: Sequence[TaskRow], *, at: datetime) -> dict[int, int]:
    """Insert task rows; return their ids by item number."""
    if not rows:
        return {}
    with connection.cursor() as cursor:
        made = insert(
            cursor,
            "cases_task (case_id, item, scope, node, name, name_en, data, department_id, post_id,"
            " state, arrived_at, reminders)",
            [
                (
                    case_id,
                    row.item,
                    row.scope,
                    row.node,
                    row.name,
                    row.name_en,
                    dump(row.data),
                    row.department_id,
                    row.post_id,
                    "offered",
                    moment(at),
                    0,
                )
                for row in rows
            ],
            returning="item, id",
        )
    return dict(made)


def change_waits(
    case_id: int, *, gone: Iterable[int], changed: Iterable[Item], new: Iterable[Item]
) -> None:
    """Bring the rows of waits to where the state is."""
    with connection.cursor() as cursor:
        if gone := list(gone):
            marks = ", ".join(["%s"] * len(gone))
            cursor.execute(
                f"DELETE FROM cases_wait WHERE case_id = %s AND item IN ({marks})",
                [case_id, *gone],
            )
        for item in changed:
            cursor.execute(
                "UPDATE cases_wait SET node = %s, kind = %s, data = %s, due_at = %s"
                " WHERE case_id = %s AND item = %s",
                [
                    item.node,
                    item.kind.value,
                    dump(item.data),
                    _due(item),
                    case_id,
                    item.number,
                ],
            )
        insert(
            cursor,
            "cases_wait (case_id, item, scope, node, kind, data, due_at, attempts)",
            [
                (
                    case_id,
                    item.number,
                    item.scope,
                    item.node,
                    item.kind.value,
                    dump(item.data),
                    _due(item),
                    0,
                )
                for item in new
            ],
        )


def insert(
    cursor: Any, into: str, rows: Sequence[Sequence[Any]], returning: str = ""
) -> list[tuple[Any, ...]]:
    """Insert rows in one statement; return what ``returning`` asks for."""
    if not rows:
        return []
    marks = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    tail = f" RETURNING {returning}" if returning else ""
    cursor.execute(
        f"INSERT INTO {into} VALUES {', '.join([marks] * len(rows))}{tail}",
        [value for row in rows for value in row],
    )
    return list(cursor.fetchall()) if returning else []


def dump(value: object) -> str:
    """Return the text of a JSON column."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def moment(at: datetime) -> Any:
    """Return a time as the database keeps it."""
    return connection.ops.adapt_datetimefield_value(at)


def _due(item: Item) -> Any:
    due = item.data.get("due")
    return moment(datetime.fromisoformat(str(due))) if due else None


def day(on: date | None) -> Any:
    """Return a date as the database keeps it."""
    return connection.ops.adapt_datefield_value(on)
