"""Moves waiting timers of working time to a new calendar, as ``reprojection`` moves clocks.

A timer is an item of its case, so it moves by a command and an event: the history keeps when it was
due before, and why, and replaying it gives what is stored. A timer whose length nobody can say any
more keeps its date; its case's history, the report of the loading and whoever waits for it say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import QuerySet

from nancheng.foundation.cases import advance as moves
from nancheng.foundation.cases import clocks, store, timer_lengths, timer_notices
from nancheng.foundation.cases.advance import Hand, Remark
from nancheng.foundation.cases.models import CaseEvent, Wait
from nancheng.foundation.cases.store import Loaded
from nancheng.foundation.cases.timer_lengths import Waiting
from nancheng.foundation.cases.timer_notices import Moved
from nancheng.foundation.limits.models import Reprojection
from nancheng.kernel.process import messages as m
from nancheng.kernel.process.state import Item, ItemKind
from nancheng.kernel.worktime.calendars import Calendar
from nancheng.kernel.worktime.hours import SHANGHAI

BATCH = 50
KEPT = "TimerKept"


@dataclass(frozen=True, slots=True)
class Done:
    """How far a batch of timers came."""

    after: int
    seen: int = 0
    moved: int = 0
    kept: int = 0
    is_last: bool = True


@dataclass(frozen=True, slots=True)
class Tried:
    """What a calendar not yet in force would do to waiting timers; ``unknown`` stay for sure."""

    moves: Sequence[tuple[Waiting, datetime]]
    unknown: Sequence[Waiting]
    looked_at: int
    waiting: int


def affected(since: date) -> QuerySet[Wait]:
    """Return the waiting timers that a change from a day on can touch, and others beside them."""
    begin = datetime.combine(since, time(0), SHANGHAI)
    return Wait.objects.filter(kind=ItemKind.TIMER.value, due_at__gte=begin)


def tried(since: date, known: Calendar, *, most: int) -> Tried:
    """Say which timers a calendar would move, looking at so many; nothing is written."""
    rows = affected(since)
    timers = timer_lengths.waiting(rows.order_by("pk")[:most])
    found, unknown = timer_lengths.counted(timers)
    dues = [(each, clocks.working_due(each.spec, each.set_at, known)) for each in found]
    return Tried(
        moves=[(each.timer, due) for each, due in dues if due != each.timer.due_at],
        unknown=unknown,
        looked_at=len(timers),
        waiting=rows.count() if len(timers) == most else len(timers),
    )


def run(work: Reprojection, *, at: datetime) -> Done:
    """Move the next timers, in the transaction of the batch."""
    rows = affected(work.since).filter(pk__gt=work.after_wait).order_by("pk")[:BATCH]
    timers = timer_lengths.waiting(rows)
    found, unknown = timer_lengths.counted(timers)
    moved = [
        made
        for each in found
        if (made := _move(work, each.timer, clocks.timer_due(each.spec, each.set_at), at=at))
    ]
    kept = [made for timer in unknown if (made := _keep(work, timer, at=at))]
    timer_notices.tell(work, moved, code=timer_notices.MOVED, at=at)
    timer_notices.tell(work, kept, code=timer_notices.KEPT, at=at)
    after = timers[-1].pk if timers else work.after_wait
    return Done(after, len(timers), len(moved), len(kept), is_last=len(timers) < BATCH)


def _move(work: Reprojection, timer: Waiting, due: datetime, *, at: datetime) -> Moved | None:
    """Move one timer, unless it fired meanwhile or stays where it is."""
    loaded, item = _loaded(timer)
    if loaded is None or item is None:
        return None
    before = datetime.fromisoformat(str(item.data["due"]))
    if before == due:
        return None
    moves.advance(loaded, m.MoveTimer(at, item.number, due), hand=_hand(work, timer, at))
    return Moved(loaded, item, before, due)


def _keep(work: Reprojection, timer: Waiting, *, at: datetime) -> Moved | None:
    """Write into the case's history that a timer could not be worked out anew."""
    loaded, item = _loaded(timer)
    if loaded is None or item is None:
        return None
    due = datetime.fromisoformat(str(item.data["due"]))
    said = Remark(KEPT, item.node, item.number)
    moves.remark(loaded, said, hand=_hand(work, timer, at), due=due.isoformat())
    return Moved(loaded, item, due, due)


def _loaded(timer: Waiting) -> tuple[Loaded | None, Item | None]:
    loaded = store.load(case_id=timer.case_id)
    item = loaded.state.items.get(timer.item) if loaded is not None else None
    return loaded, item if item is not None and item.kind is ItemKind.TIMER else None


def _hand(work: Reprojection, timer: Waiting, at: datetime) -> Hand:
    key = f"{_prefix(work)}{timer.case_id}/{timer.item}"
    return Hand(None, at, key, {"opinion": work.reason})


def cases_kept(work: Reprojection) -> list[int]:
    """Return the cases with timers that some work could not count anew. One statement."""
    lines = CaseEvent.objects.filter(kind=KEPT, key__startswith=_prefix(work))
    return list(lines.values_list("case_id", flat=True).distinct().order_by("case_id"))


def _prefix(work: Reprojection) -> str:
    return f"calendar:{work.pk}/timer/"
