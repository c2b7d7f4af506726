"""Moves a case by one command: step, apply, handlers, and rows, in the caller's transaction.

Rows are brought to where the state is by comparing the items before and after, so that what is
stored cannot differ from what replaying the events gives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from nancheng.foundation.cases import bindings, chain, clocks, definitions, errands, places, store
from nancheng.foundation.cases.store import EventRow, Loaded
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process import step as process
from nancheng.kernel.process import wire
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import Item, ItemKind, State, Status
from nancheng.kernel.refusal import Refused

# A drawing whose automatic work calls itself for ever is stopped here.
AUTOMATIC_MAX = 500
OVER = frozenset({Status.COMPLETED, Status.TERMINATED})
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


def advance(loaded: Loaded, command: m.Command, *, hand: Hand) -> Loaded:
    """Carry out a command on a case that was read under its lock; return it as it stands then.

    Raises ``Refused`` when the kernel, a handler or a faster hand says no.
    """
    program = definitions.program(loaded.process_id)
    events, state = _events(loaded, program, command, hand)
    saved = record(loaded, [(wire.to_json(event), event) for event in events], state, hand)
    _write_tasks(loaded, state, program, events, hand)
    _write_waits(loaded.case_id, loaded.state, state)
    if loaded.caller_id is not None or definitions.speaks(loaded.process_id):
        by = hand.by.identity_id if hand.by else None
        errands.note(loaded, state, program, events, by=by, at=hand.at)
    if state.status in OVER and loaded.state.status not in OVER:
        _end(saved, state, hand)
    return saved


def record(
    loaded: Loaded, lines: Sequence[tuple[Mapping[str, Any], Any]], state: State, hand: Hand
) -> Loaded:
    """Append events to a case's history and write its row. ``lines`` pair payload and event."""
    rows: list[EventRow] = []
    head, now = loaded.head, int(hand.at.timestamp())
    wait = now - loaded.last_step_s if loaded.last_step_s else None
    actor = hand.by.identity_id if hand.by else None
    label = hand.by.label if hand.by else ""
    about = next((n for n, (_, event) in enumerate(lines) if isinstance(event, ABOUT)), 0)
    for number, (body, event) in enumerate(lines):
        noted = {**body, "note": dict(hand.note)} if number == about and hand.note else body
        payload = store.dump(noted)
        seq = loaded.last_seq + 1 + number
        kind, node, item = _kind(event), event.node, event.item
        head = chain.link(
            head,
            chain.Entry(loaded.number, seq, hand.at, kind, node, item, actor, label, payload),
        )
        rows.append(
            EventRow(
                seq=seq,
                at=hand.at,
                kind=kind,
                node=node,
                item=item,
                actor=actor,
                label=label,
                department=hand.by.department_id if hand.by else None,
                previous=loaded.last_step,
                wait_s=wait,
                payload=payload,
                key=None if number else hand.key,
                hash=head,
            )
        )
    return store.save_case(loaded, state=state, events=rows, at=hand.at)


@dataclass(frozen=True, slots=True)
class Remark:
    """An event of the case layer: it moves no token (claimed, reminded, transferred …)."""

    kind: str
    node: str = ""
    item: int = 0


def remark(loaded: Loaded, said: Remark, *, hand: Hand, **facts: object) -> Loaded:
    """Append a line to a case's history that does not move it."""
    return record(loaded, [({"remark": facts}, said)], loaded.state, hand)


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


def _write_tasks(
    loaded: Loaded, state: State, program: Program, events: Iterable[m.Event], hand: Hand
) -> None:
    fates = {
        event.item: type(event)
        for event in events
        if event.item in loaded.tasks and isinstance(event, FATES)
    }
    for number, task in loaded.tasks.items():
        if number in state.items:
            continue
        done = fates.get(number) is m.Completed
        store.end_task(
            task.task_id,
            state="done" if done else LEFT_AS.get(fates.get(number, object), "cancelled"),
            by=hand.by.identity_id if done and hand.by else None,
            at=hand.at,
        )
    new = [
        item
        for number, item in state.items.items()
        if item.kind is ItemKind.USER and number not in loaded.tasks
    ]
    if new:
        rows = places.task_rows(loaded, state, program, new)
        ids = store.offer(loaded.case_id, rows, at=hand.at)
        clocks.start_for_tasks(loaded.case_id, program, rows, ids, at=hand.at)


def _write_waits(case_id: int, before: State, after: State) -> None:
    def waits(state: State) -> dict[int, Item]:
        return {n: i for n, i in state.items.items() if i.kind is not ItemKind.USER}

    old, now = waits(before), waits(after)
    if old == now:
        return
    store.change_waits(
        case_id,
        gone=old.keys() - now.keys(),
        changed=[item for number, item in now.items() if number in old and old[number] != item],
        new=[item for number, item in now.items() if number not in old],
    )


def _end(loaded: Loaded, state: State, hand: Hand) -> None:
    clocks.stop_all(loaded.case_id, at=hand.at)
    on_end = bindings.binding(loaded.kind).on_end
    if on_end is not None:
        on_end(
            case_id=loaded.case_id,
            variables={**state.variables, "status": state.status.value},
            by=hand.by,
            at=hand.at,
            key=f"{loaded.number}/end",
        )


def unstarted(loaded: Loaded, state: State) -> Loaded:
    """Return a case whose row was just made, in the state before its start."""
    return replace(loaded, state=state)
