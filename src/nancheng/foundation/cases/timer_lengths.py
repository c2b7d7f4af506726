"""What a waiting timer counts: its length as it was set, and since when.

A timer keeps a length in working time beside its date. One that was set before timers did has what
the drawing says; where that is an expression, it sees what it saw then, by the case's history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from nancheng.foundation.cases import clocks, definitions, replaying
from nancheng.foundation.cases.models import CaseEvent, Wait
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process import tokens
from nancheng.kernel.process.definition import TimerKind, TimerSpec
from nancheng.kernel.process.program import Expression, Timer

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A timer that waits, as its row says; ``length`` is "" where the row keeps none."""

    pk: int
    case_id: int
    item: int
    node: str
    process_id: int
    due_at: datetime
    length: str

    @property
    def place(self) -> Place:
        """Return the case and the item."""
        return self.case_id, self.item


@dataclass(frozen=True, slots=True)
class Counted:
    """A timer that counts working time, from when on and how much."""

    timer: Waiting
    spec: TimerSpec
    set_at: datetime


def waiting(rows: QuerySet[Wait]) -> list[Waiting]:
    """Read the rows of timers. One statement."""
    return [
        Waiting(pk, case_id, item, node, process_id, due_at, str(data.get("length", "")))
        for pk, case_id, item, node, process_id, due_at, data in rows.values_list(
            "pk", "case_id", "item", "node", "case__process_id", "due_at", "data"
        )
        if due_at is not None
    ]


def counted(timers: Sequence[Waiting]) -> tuple[list[Counted], list[Waiting]]:
    """Return those that count working time, and those of which that cannot be known any more.

    One statement for all; timers without a kept length whose drawing has an expression cost the
    history of their case.
    """
    found: list[Counted] = []
    unknown: list[Waiting] = []
    specs = [(timer, _spec(timer)) for timer in timers]
    set_at = _set_at(timer.case_id for timer, spec in specs if spec is not None)
    for timer, spec in specs:
        if spec is None:
            unknown.append(timer)
        elif clocks.is_in_working_time(spec):
            if timer.place in set_at:
                found.append(Counted(timer, spec, set_at[timer.place]))
            else:
                unknown.append(timer)
    return found, unknown


def _spec(timer: Waiting) -> TimerSpec | None:
    """Return what a timer counts, None when nobody can say any more."""
    if timer.length:
        return TimerSpec(TimerKind.DURATION, timer.length)
    drawn = _drawn(timer)
    if drawn is None:
        return None
    if not drawn.expression or drawn.spec.kind is not TimerKind.DURATION:
        return drawn.spec
    return _recovered(timer, drawn.expression)


def _drawn(timer: Waiting) -> Timer | None:
    plan = definitions.program(timer.process_id).plans.get(timer.node)
    return plan.timer if plan else None


def _recovered(timer: Waiting, length: Expression) -> TimerSpec | None:
    """Ask a timer's expression once more, seeing what it saw when the timer was set."""
    draft = states.Draft(states.NOT_STARTED)
    value: object | tokens.Fault = tokens.Fault("")
    for event in replaying.events(timer.case_id):
        if isinstance(event, m.TimerSet) and event.item == timer.item:
            seen = states.visible(draft.variables, draft.items, event.scope)
            value = tokens.ask(length, seen)
        elif isinstance(event, m.Migrated):
            # The timer was set by another version, which may have asked another question.
            value = tokens.Fault("")
        states.change(draft, event)
    spec = TimerSpec(TimerKind.DURATION, str(value))
    return None if isinstance(value, tokens.Fault) else spec


def _set_at(case_ids: Iterable[int]) -> Mapping[Place, datetime]:
    """Return when each timer of some cases was set. One statement."""
    rows = CaseEvent.objects.filter(case_id__in=set(case_ids), kind=m.TimerSet.__name__)
    return {(case_id, item): at for case_id, item, at in rows.values_list("case_id", "item", "at")}
