"""The hot path in plain SQL: read where a case stands, write what a command made of it.

The tables are ``models``'; everything here could be said in the ORM at several times the cost.
A case is read under a lock in two statements, and all that a command changes (``Change``) is
written at once, only if the case's version is still the one that was read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import orjson

from nancheng.foundation.cases.models import Case
from nancheng.foundation.web import sql
from nancheng.foundation.web.sql import Statement
from nancheng.kernel.process import wire
from nancheng.kernel.process.state import Item, ItemKind, State, Status
from nancheng.kernel.refusal import Refused

STATUS: Mapping[str, Status] = {
    Case.Status.OPEN.value: Status.RUNNING,
    Case.Status.SUSPENDED.value: Status.SUSPENDED,
    Case.Status.CLOSED.value: Status.COMPLETED,
    Case.Status.TERMINATED.value: Status.TERMINATED,
}
STORED = {running: stored for stored, running in STATUS.items()} | {
    Status.NOT_STARTED: Case.Status.OPEN.value
}
OVER = frozenset({Status.COMPLETED, Status.TERMINATED})

_KINDS = {kind.value: kind for kind in ItemKind}
_PARTY = "party"  # beside the kinds of items: who takes part
# The newest notice day comes along, so that clocks know whether their calendar is the newest.
_COLUMNS = (
    "c.id, c.number, c.kind, c.process_id, c.department_id, c.last_seq, c.version, c.head,"
    " c.last_step, c.last_step_s, c.status, c.variables, c.next_item,"
    " (SELECT MAX(d.id) FROM cases_calendarday d), c.caller_id"
)
_CASE = f"SELECT {_COLUMNS} FROM cases_case c WHERE c.id = {{case}}"
_ITEMS = (
    "SELECT t.item, t.node, 'user', t.scope, t.data, t.id, t.claimed_by_id, t.post_id,"
    " t.department_id, (SELECT k.id FROM cases_clock k WHERE k.task_id = t.id)"
    " FROM cases_task t WHERE t.case_id = {case} AND t.state IN ('offered', 'claimed')"
    " UNION ALL SELECT item, node, kind, scope, data, 0, 0, 0, 0, 0"
    " FROM cases_wait WHERE case_id = {case}"
    " UNION ALL SELECT 0, party, 'party', 0, NULL, 0, 0, 0, department_id, 0"
    " FROM cases_participant WHERE case_id = {case}"
)
# PostgreSQL's one statement, which answers one JSON list: the row under its lock, then the version
# and the items as of the moment the statement began, older if the lock had to be waited for.
_TOGETHER = (
    f"SELECT json_build_array({_COLUMNS.replace('c.variables', 'c.variables::text')},"
    " (SELECT w.version FROM cases_case w WHERE w.id = c.id), (SELECT json_agg("
    "json_build_array(i.item, i.node, i.kind, i.scope, i.data::text, i.task, i.claimed, i.post,"
    " i.department, i.clock)) FROM (ITEMS) i (item, node, kind, scope, data, task, claimed,"
    " post, department, clock)))::text"
    " FROM cases_case c WHERE c.id = {case} FOR UPDATE OF c"
).replace("ITEMS", _ITEMS.format(case="c.id"))
_SKIP = " SKIP LOCKED"
_ITEMS_OF_CASE = _ITEMS.format(case="%s")
_BY_TASK = "(SELECT t.case_id FROM cases_task t WHERE t.id = %s)"


class OpenTask(NamedTuple):
    """The row of an open task, beside its item; ``clock_id`` is 0 for a task without a limit."""

    item: int
    node: str
    task_id: int
    claimed_by: int | None
    post_id: int
    department_id: int
    clock_id: int


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
    parties: Mapping[str, int]  # the department of each party
    calendar: int  # the newest notice day's id
    caller_id: int | None = None

    def task(self, task_id: int) -> OpenTask | None:
        """Return the open task of an id."""
        return next((task for task in self.tasks.values() if task.task_id == task_id), None)


class EventRow(NamedTuple):
    """A line of history as stored; the fields are the columns, in order."""

    case_id: int
    seq: int
    at: Any
    kind: str
    node: str
    item: int
    actor_id: int | None
    actor_label: str
    department_id: int | None
    previous: str
    wait_s: int | None
    payload: str
    key: str | None
    hash: str


class ClockRow(NamedTuple):
    """A clock as it starts; the fields are the columns, in order."""

    budget: str
    basis: str
    roll: str
    hours: str
    rule_id: int | None
    anchor_id: int | None
    started_at: datetime
    due_on: date | None
    due_at: datetime | None
    original_due_on: date | None
    calendar: str
    is_provisional: bool


class TaskRow(NamedTuple):
    """A task to offer."""

    item: int
    scope: int
    node: str
    name: str
    name_en: str
    data: Mapping[str, object]
    department_id: int
    post_id: int
    clock: ClockRow | None = None


class Ended(NamedTuple):
    """A task that is open no more: done, withdrawn or cancelled."""

    task_id: int
    clock_id: int
    state: str
    by: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """All that one command makes of a case."""

    at: datetime
    events: Sequence[EventRow]
    state: State
    ended: Sequence[Ended] = ()
    offered: Sequence[TaskRow] = ()
    waits_gone: Sequence[int] = ()
    waits_changed: Sequence[Item] = ()
    waits_new: Sequence[Item] = ()


# --- reading ------------------------------------------------------------------------------------


def load(*, case_id: int = 0, task_id: int = 0, wait: bool = True) -> Loaded | None:
    """Read a case under a lock, by its id or by that of one of its tasks. At most two statements.

    A case that another hand has locked is waited for, or (``wait`` is False) not returned.
    """
    which, key = ("%s", case_id) if case_id else (_BY_TASK, task_id)
    if sql.is_postgresql():
        return _load_at_once(_TOGETHER.format(case=which) + ("" if wait else _SKIP), key)
    found = sql.one(_CASE.format(case=which), [key])
    return _loaded(found, sql.rows(_ITEMS_OF_CASE, [found[0]] * 3)) if found else None


def _load_at_once(text: str, key: int) -> Loaded | None:
    told = sql.one(text, [key])
    if told is None:
        return None
    found = orjson.loads(told[0])
    if found[6] != found[15]:
        # Another hand moved it while its lock was waited for; it cannot be moved again now.
        (found,) = map(orjson.loads, sql.one(text, [key]) or ())
    return _loaded(found, found[16] or ())


def _loaded(row: Sequence[Any], lines: Sequence[Sequence[Any]]) -> Loaded:
    items: dict[int, Item] = {}
    tasks: dict[int, OpenTask] = {}
    parties: dict[str, int] = {}
    for item, node, kind, scope, data, task_id, claimed_by, post, department, clock in lines:
        if kind == _PARTY:
            parties[node] = department
            continue
        items[item] = Item(item, node, _KINDS[kind], scope, read_values(data))
        if task_id:
            tasks[item] = OpenTask(item, node, task_id, claimed_by, post, department, clock or 0)
    state = State(STATUS[row[10]], read_values(row[11]), items, row[12])
    known: tuple[Any, ...] = (*row[:10], state, tasks, parties, row[13] or 0, row[14])
    return Loaded(*known)


def newest_process(kind: str) -> int | None:
    """Return the newest published version of a kind's drawing. One statement."""
    found = sql.one(
        "SELECT id FROM cases_processversion WHERE key = %s ORDER BY version DESC LIMIT 1", [kind]
    )
    return found[0] if found else None


def clock_values(clock: ClockRow) -> list[Any]:
    """Return the columns of a clock as the database keeps them."""
    due_at = sql.moment(clock.due_at) if clock.due_at else None
    return [
        *clock[:6],
        *(sql.moment(clock.started_at), sql.day(clock.due_on), due_at),
        *(sql.day(clock.original_due_on), clock.calendar, clock.is_provisional),
    ]


def used(key: str) -> bool:
    """Say whether a command was given under this key."""
    return sql.one("SELECT 1 FROM cases_caseevent WHERE key = %s", [key]) is not None


# --- writing ------------------------------------------------------------------------------------

EVENT_COLUMNS = ", ".join(EventRow._fields)
TASK_COLUMNS = (
    "case_id, item, scope, node, name, name_en, data, department_id, post_id, state, arrived_at,"
    " due_on, due_at, reminders"
)
CLOCK_COLUMNS = f"case_id, task_id, {', '.join(ClockRow._fields)}"
WAIT_COLUMNS = "case_id, item, scope, node, kind, data, due_at, attempts"
_MOVING = (
    "UPDATE cases_case SET variables = %s, next_item = %s, last_seq = %s, head = %s,"
    " last_step = %s, last_step_s = %s, version = version + 1{status}"
    " WHERE id = %s AND version = %s AND archived_at IS NULL"
)
_MOVE = _MOVING.format(status="")
_MOVE_AND_STATUS = _MOVING.format(status=", status = %s, closed_at = %s")
_END_TASK = "UPDATE cases_task SET state = %s, done_at = %s, done_by_id = %s WHERE id = %s"
_END_CLOCK = "UPDATE cases_clock SET stopped_at = %s WHERE id = %s"
_END_CLOCKS = "UPDATE cases_clock SET stopped_at = %s WHERE case_id = %s AND stopped_at IS NULL"
_START_CLOCK = (
    f"INSERT INTO cases_clock ({CLOCK_COLUMNS})"
    f" SELECT case_id, id{', %s' * len(ClockRow._fields)} FROM cases_task"
    " WHERE case_id = %s AND item = %s"
)
_STARTED = ", ".join(ClockRow._fields)
_CHANGE_WAIT = (
    "UPDATE cases_wait SET node = %s, kind = %s, data = %s, due_at = %s"
    " WHERE case_id = %s AND item = %s"
)


def write(loaded: Loaded, change: Change, beside: Mapping[str, Statement] | None = None) -> None:
    """Write what a command made of a case, and what else is written at once.

    Raises ``Refused`` "cases.moved-meanwhile" when another hand was faster, ``IntegrityError`` when
    the command's key was used before.
    """
    at = sql.moment(change.at)
    statements = {"moved": _moved(loaded, change, at)}
    statements["said"] = sql.insert("cases_caseevent", EVENT_COLUMNS, change.events)
    _add_ended(statements, loaded, change, at)
    if change.offered:
        _add_offered(statements, loaded.case_id, change, at)
    _add_waits(statements, loaded.case_id, change)
    if sql.at_once({**statements, **(beside or {})}) != 1:
        raise Refused("cases.moved-meanwhile", number=loaded.number)


def _last_step(loaded: Loaded, change: Change) -> tuple[str, int]:
    for event in reversed(change.events):
        if event.kind == "Completed":
            return event.node, int(change.at.timestamp())
    return loaded.last_step, loaded.last_step_s


def after(loaded: Loaded, change: Change) -> Loaded:
    """Return a case as it stands once a change is written."""
    last = change.events[-1]
    step, step_s = _last_step(loaded, change)
    return replace(
        loaded,
        state=change.state,
        last_seq=last.seq,
        head=last.hash,
        version=loaded.version + 1,
        last_step=step,
        last_step_s=step_s,
    )


def _moved(loaded: Loaded, change: Change, at: Any) -> Statement:
    """Return the update of the case row; its indexed columns only when they change."""
    last, state = change.events[-1], change.state
    status: list[Any] = []
    if state.status is not loaded.state.status:
        status = [STORED[state.status], at if state.status in OVER else None]
    return (
        _MOVE_AND_STATUS if status else _MOVE,
        [
            *(write_values(state.variables), state.next_item, last.seq, last.hash),
            *_last_step(loaded, change),
            *status,
            *(loaded.case_id, loaded.version),
        ],
    )


def _add_ended(statements: dict[str, Statement], loaded: Loaded, change: Change, at: Any) -> None:
    over = change.state.status in OVER and loaded.state.status not in OVER
    if over:
        statements["stopped"] = (_END_CLOCKS, [at, loaded.case_id])
    for number, task in enumerate(change.ended):
        statements[f"ended_{number}"] = (_END_TASK, [task.state, at, task.by, task.task_id])
        if task.clock_id and not over:
            statements[f"stopped_{number}"] = (_END_CLOCK, [at, task.clock_id])


def _add_offered(statements: dict[str, Statement], case_id: int, change: Change, at: Any) -> None:
    lines, clocks = [], []
    for row in change.offered:
        due_on = due_at = None
        if row.clock:
            clock = clock_values(row.clock)
            due_on, due_at = clock[7:9]
            clocks.append((row.item, clock))
        lines.append(
            [
                *(case_id, row.item, row.scope, row.node, row.name, row.name_en),
                *(write_values(row.data), row.department_id, row.post_id, "offered", at),
                *(due_on, due_at, 0),
            ]
        )
    at_once = bool(clocks) and sql.is_postgresql()
    made = "id, case_id, item" if at_once else ""
    statements["offered"] = sql.insert("cases_task", TASK_COLUMNS, lines, returning=made)
    if at_once:
        lines = [[item, *clock] for item, clock in clocks]
        statements["started"] = (_start_clocks(), [sql.records(f"item, {_STARTED}", lines)])
        return
    for number, (item, clock) in enumerate(clocks):
        statements[f"started_{number}"] = (_START_CLOCK, [*clock, case_id, item])


@cache
def _start_clocks() -> str:
    """Return what starts the clocks of the tasks that the same statement offers (PostgreSQL)."""
    given, read = sql.reading("cases_clock", _STARTED, key="item")
    return (
        f"INSERT INTO cases_clock ({CLOCK_COLUMNS}) SELECT t.case_id, t.id, {given}"
        f" FROM offered t JOIN {read} ON n.item = t.item"
    )


def _add_waits(statements: dict[str, Statement], case_id: int, change: Change) -> None:
    if change.waits_gone:
        marks = ", ".join(["%s"] * len(change.waits_gone))
        text = f"DELETE FROM cases_wait WHERE case_id = %s AND item IN ({marks})"
        statements["gone"] = (text, [case_id, *change.waits_gone])
    for number, item in enumerate(change.waits_changed):
        values = [item.node, item.kind.value, write_values(item.data), _due(item)]
        statements[f"changed_{number}"] = (_CHANGE_WAIT, [*values, case_id, item.number])
    if change.waits_new:
        lines = [
            [case_id, i.number, i.scope, i.node, i.kind.value, write_values(i.data), _due(i), 0]
            for i in change.waits_new
        ]
        statements["resting"] = sql.insert("cases_wait", WAIT_COLUMNS, lines)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


def dump(value: object) -> str:
    """Return the text of a JSON column."""
    if not value:
        return "{}"
    try:
        return orjson.dumps(value, str, orjson.OPT_PASSTHROUGH_DATETIME).decode()
    except TypeError:
        # Whole numbers beyond 64 bits, keys that are no text: rare, and as exact in the slow way.
        return _encode(value)


# What is no plain JSON goes to ``wire``, which marks it.
_PLAINLY = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def write_values(value: Mapping[str, Any]) -> str:
    """Return variables or an item's data as the text of a JSON column, each value exactly."""
    if not value:
        return "{}"
    try:
        text = orjson.dumps(value, wire.value_to_json, _PLAINLY).decode()
    except TypeError:
        # What ``dump`` meets too; the mark has it read by a reader to whom no number is too long.
        return _encode({"$map": {str(k): wire.value_to_json(v) for k, v in value.items()}})
    return _encode(wire.value_to_json(value)) if wire.MARKED in text else text


def read_values(text: str) -> Any:
    """Return what ``write_values`` wrote."""
    if wire.MARKED in text:
        return wire.value_from_json(json.loads(text))
    return orjson.loads(text)


def _due(item: Item) -> Any:
    due = item.data.get("due")
    return sql.moment(datetime.fromisoformat(str(due))) if due else None
