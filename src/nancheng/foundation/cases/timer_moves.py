"""Moves waiting timers of working time to a new calendar, as ``reprojection`` moves clocks.

A timer is an item of its case, so it moves by a command and an event: the history keeps when it was
due before, and why, and replaying it gives what is stored. A timer whose length an expression
worked out keeps its date: what the expression saw is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import QuerySet

from nancheng.foundation.cases import advance as moves
from nancheng.foundation.cases import clocks, definitions, store
from nancheng.foundation.cases.advance import Hand
from nancheng.foundation.cases.models import CaseEvent, Wait
from nancheng.foundation.limits.models import Reprojection
from nancheng.foundation.web import memory
from nancheng.kernel.process import messages as m
from nancheng.kernel.process.definition import TimerSpec
from nancheng.kernel.process.state import ItemKind
from nancheng.kernel.worktime.hours import SHANGHAI

BATCH = 50


@dataclass(frozen=True, slots=True)
class Done:
    """How far a batch of timers came."""

    after: int
    seen: int = 0
    moved: int = 0
    is_last: bool = True


def affected(since: date) -> QuerySet[Wait]:
    """Return the waiting timers that a change from a day on can touch, and others beside them."""
    begin = datetime.combine(since, time(0), SHANGHAI)
    return Wait.objects.filter(kind=ItemKind.TIMER.value, due_at__gte=begin)


def run(work: Reprojection, *, at: datetime) -> Done:
    """Move the next timers, in the transaction of the batch."""
    rows = list(
        affected(work.since)
        .filter(pk__gt=work.after_wait)
        .order_by("pk")
        .values_list("pk", "case_id", "item", "node", "case__process_id")[:BATCH]
    )
    lengths = {(row[1], row[2]): _in_working_time(row[4]).get(row[3]) for row in rows}
    wanted = {place: spec for place, spec in lengths.items() if spec is not None}
    moved = 0
    if wanted:
        set_at = _set_at([case_id for case_id, _item in wanted])
        for place, spec in wanted.items():
            if place in set_at:
                moved += _move(work, place, clocks.timer_due(spec, set_at[place]), at=at)
    after = rows[-1][0] if rows else work.after_wait
    return Done(after, len(rows), moved, is_last=len(rows) < BATCH)


@memory.kept
def _in_working_time(process_id: int) -> Mapping[str, TimerSpec]:
    """Return the timers of a version that count working days or hours, by node."""
    return {
        plan.id: plan.timer.spec
        for plan in definitions.program(process_id).plans.values()
        if plan.timer is not None
        and not plan.timer.expression
        and clocks.is_in_working_time(plan.timer.spec)
    }


def _set_at(case_ids: Sequence[int]) -> dict[tuple[int, int], datetime]:
    """Return when each timer of some cases was set. One statement."""
    rows = CaseEvent.objects.filter(case_id__in=case_ids, kind=m.TimerSet.__name__)
    return {(case_id, item): at for case_id, item, at in rows.values_list("case_id", "item", "at")}


def _move(work: Reprojection, place: tuple[int, int], due: datetime, *, at: datetime) -> bool:
    """Move one timer, unless it fired meanwhile or stays where it is."""
    case_id, number = place
    loaded = store.load(case_id=case_id)
    item = loaded.state.items.get(number) if loaded is not None else None
    if loaded is None or item is None or item.kind is not ItemKind.TIMER:
        return False
    if datetime.fromisoformat(str(item.data["due"])) == due:
        return False
    hand = Hand(None, at, f"calendar:{work.pk}/timer/{case_id}/{number}", {"opinion": work.reason})
    moves.advance(loaded, m.MoveTimer(at, number, due), hand=hand)
    return True
