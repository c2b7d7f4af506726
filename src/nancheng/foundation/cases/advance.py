"""Moves a case by one command: step, apply, handlers, and rows, in the caller's transaction.

Rows are brought to where the state is by comparing the items before and after, so that what is
stored cannot differ from what replaying the events gives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nancheng.foundation.cases import bindings, chain, clocks, definitions, errands, places, store
from nancheng.foundation.cases.endings import actions as endings
from nancheng.foundation.cases.store import Change, EventRow, Loaded, OpenTask
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import sql
from nancheng.foundation.web.sql import Statement
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process import step as process
from nancheng.kernel.process import wire
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import Item, ItemKind, State
from nancheng.kernel.refusal import Refused

# A drawing whose automatic work calls itself for ever is stopped here.
AUTOMATIC_MAX = 500
FATES = (m.Completed, m.SentBack, m.Withdrawn, m.InstanceRemoved)
# The event that a command is about: what its hand wrote stands with it.
ABOUT = (
    m.Started,
    m.Completed,
    m.SentBack,
    m.TakenBack,
    m.Suspended,
    m.Resumed,
    m.Terminated,
    m.InstanceAdded,
    m.InstanceRemoved,
    m.VariablesSet,
    m.Migrated,
    m.Retried,
    m.Fired,
)
# Task states that an item left without having been done gets.
LEFT_AS = {m.SentBack: "cancelled", m.Withdrawn: "withdrawn"}


@dataclass(frozen=True, slots=True)
class Hand:
    """Who gives a command, when, under which idempotency key, and what he or she writes to it."""

    by: Actor | None
    at: datetime
    key: str
    note: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the actor as the kernel knows it."""
        return str(self.by.identity_id) if self.by else ""


def advance(
    loaded: Loaded,
    command: m.Command,
    *,
    hand: Hand,
    beside: Mapping[str, Statement] | None = None,
) -> Change:
    """Carry out a command on a case that was read under its lock; return what it changed.

    ``beside`` is what else is written at once.

    Raises ``Refused`` when the kernel, a handler or a faster hand says no.
    """
    program = definitions.program(loaded.process_id)
    events, state = _events(loaded, program, command, hand)
    gone, changed, new = _waits(loaded.state.items, state.items)
    change = Change(
        at=hand.at,
        events=_rows(loaded, [(wire.to_json(event), event) for event in events], hand),
        state=state,
        ended=_ended(loaded, state, events, hand),
        offered=_offered(loaded, state, program, hand),
        waits_gone=gone,
        waits_changed=changed,
        waits_new=new,
    )
    store.write(loaded, change, beside)
    if loaded.caller_id is not None or definitions.speaks(loaded.process_id):
        by = hand.by.identity_id if hand.by else None
        errands.note(loaded, state, program, events, by=by, at=hand.at)
    if state.status in store.OVER and loaded.state.status not in store.OVER:
        _end(loaded, state, hand)
    return change


def _rows(
    loaded: Loaded, lines: Sequence[tuple[Mapping[str, Any], Any]], hand: Hand
) -> list[EventRow]:
    """Return the lines of history, chained to the last one. ``lines`` pair payload and event."""
    by = hand.by
    actor, label = (by.identity_id, by.label) if by else (None, "")
    department = by.department_id if by else None
    stored_at, sealed_at = sql.moment(hand.at), chain.moment(hand.at)
    wait = int(hand.at.timestamp()) - loaded.last_step_s if loaded.last_step_s else None
    about = next((n for n, (_, event) in enumerate(lines) if isinstance(event, ABOUT)), 0)
    rows: list[EventRow] = []
    head, seq, key = loaded.head, loaded.last_seq, hand.key
    for number, (body, event) in enumerate(lines):
        noted = {**body, "note": dict(hand.note)} if number == about and hand.note else body
        payload = store.dump(noted)
        seq += 1
        kind, node, item = _kind(event), event.node, event.item
        head = chain.seal(
            head, loaded.number, seq, sealed_at, kind, node, item, actor, label, payload
        )
        rows.append(
            EventRow(
                *(loaded.case_id, seq, stored_at, kind, node, item, actor, label, department),
                *(loaded.last_step, wait, payload, None if number else key, head),
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class Remark:
    """An event of the case layer: it moves no token (claimed, reminded, transferred …)."""

    kind: str
    node: str = ""
    item: int = 0


def remark(loaded: Loaded, said: Remark, *, hand: Hand, **facts: object) -> None:
    """Append a line to a case's history that does not move it."""
    rows = _rows(loaded, [({"remark": facts}, said)], hand)
    store.write(loaded, Change(at=hand.at, events=rows, state=loaded.state))


def _kind(event: object) -> str:
    return event.kind if isinstance(event, Remark) else type(event).__name__


def _events(
    loaded: Loaded, program: Program, command: m.Command, hand: Hand
) -> tuple[list[m.Event], State]:
    state = loaded.state
    events: list[m.Event] = []
    todo: deque[m.Command] = deque([command])
    answered = 0
    while todo:
        made, state = process.advance(program, state, todo.popleft(), due=clocks.timer_due)
        events.extend(made)
        for event in made:
            if isinstance(event, m.Requested) and event.item in state.items:
                answered += 1
                assert answered <= AUTOMATIC_MAX, f"{program.key}: automatic work without end"
                todo.append(_answer(loaded, program, state, event, hand))
    return events, state


def _answer(
    loaded: Loaded, program: Program, state: State, event: m.Requested, hand: Hand
) -> m.Command:
    """Do automatic work. A refusal refuses the user's command; without a user it is an incident."""
    item = state.items[event.item]
    variables = states.visible(state.variables, state.items, item.scope)
    work = str(event.data["work"])
    try:
        if work in program.decisions:
            value, rows = definitions.decide(work, variables)
            result = program.plans[event.node].result or work
            return m.Answer(hand.at, event.item, {result: value}, rows, hand.name)
        handler = bindings.binding(loaded.kind).handlers[work]
        answer = handler(
            case_id=loaded.case_id,
            variables=variables,
            by=hand.by,
            at=hand.at,
            key=f"{loaded.number}/{event.item}",
        )
        return m.Answer(hand.at, event.item, dict(answer), (), hand.name)
    except Refused as refused:
        if hand.by is not None:
            raise
        return m.Fail(hand.at, event.item, refused.code, str(refused))


def _ended(
    loaded: Loaded, state: State, events: Iterable[m.Event], hand: Hand
) -> list[store.Ended]:
    """Return the tasks that are open no more, each with what became of it."""
    ended = loaded.tasks.keys() - state.items.keys()
    if not ended:
        return []
    fates: dict[int, type[Any]] = {
        event.item: type(event)
        for event in events
        if event.item in ended and isinstance(event, FATES)
    }
    return [_fate(loaded.tasks[number], fates.get(number), hand) for number in ended]


def _fate(task: OpenTask, fate: type[Any] | None, hand: Hand) -> store.Ended:
    if fate is m.Completed and hand.by:
        return store.Ended(task.task_id, task.clock_id, "done", hand.by.identity_id)
    left_as = LEFT_AS.get(fate or object, "cancelled")
    return store.Ended(task.task_id, task.clock_id, left_as, None)


def _offered(loaded: Loaded, state: State, program: Program, hand: Hand) -> Sequence[store.TaskRow]:
    new = [
        item
        for number, item in state.items.items()
        if item.kind is ItemKind.USER and number not in loaded.tasks
    ]
    return places.task_rows(loaded, state, program, new, at=hand.at) if new else ()


def _waits(
    before: Mapping[int, Item], after: Mapping[int, Item]
) -> tuple[list[int], list[Item], list[Item]]:
    """Return what rests no more, what rests differently and what rests anew, tasks aside."""
    user = ItemKind.USER
    gone = [n for n, item in before.items() if item.kind is not user and n not in after]
    changed: list[Item] = []
    new: list[Item] = []
    for number, item in after.items():
        if item.kind is user:
            continue
        known = before.get(number)
        if known is None:
            new.append(item)
        elif known is not item and known != item:
            # An item that was a task until now, such as one that got stuck, had no row here.
            (new if known.kind is user else changed).append(item)
    return gone, changed, new


def _end(loaded: Loaded, state: State, hand: Hand) -> None:
    endings.withdraw_opinions(case_id=loaded.case_id, title=loaded.number, at=hand.at)
    on_end = bindings.binding(loaded.kind).on_end
    if on_end is not None:
        on_end(
            case_id=loaded.case_id,
            variables={**state.variables, "status": state.status.value},
            by=hand.by,
            at=hand.at,
            key=f"{loaded.number}/end",
        )
