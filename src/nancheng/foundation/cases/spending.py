"""Whose time a case took: each department's own working time, split at the moment it took the task.

Counted from the history in each department's office hours, so that a night or a holiday is nobody's
delay. A stretch in which the case or the task stood still (中止, 补正) is nobody's either. In joint
steps every department has its own time, so the sum may be more than the case lasted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from nancheng.foundation.cases import clocks, queries
from nancheng.foundation.cases.models import Case, CaseEvent, Task
from nancheng.foundation.limits import queries as limits
from nancheng.foundation.web import wording
from nancheng.kernel.worktime import hours as kernel
from nancheng.kernel.worktime.calendars import Calendar
from nancheng.kernel.worktime.hours import ZERO, Hours

TAKEN = ("Claimed", "Transferred", "Completed")
STOPS = {"Suspended": "Resumed", "CorrectionAsked": "CorrectionReceived"}
KINDS = (*TAKEN, *STOPS, *STOPS.values())
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Stay:
    """A task in a department: from when it came, was taken, and was gone."""

    arrived_at: datetime
    taken_at: datetime
    gone_at: datetime
    gaps: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What a department spent on a case: waiting to be taken, and in hand."""

    department_id: int
    name: str
    tasks: int
    waiting: timedelta
    in_hand: timedelta
    is_at_work: bool

    @property
    def total(self) -> timedelta:
        """Return both together."""
        return self.waiting + self.in_hand


def split(stay: Stay, office: Hours, calendar: Calendar) -> tuple[timedelta, timedelta]:
    """Return office time until a task was taken, and from then on until it was gone."""
    waiting, in_hand = (
        kernel.worked(office, calendar, begins=begins, ends=ends, gaps=stay.gaps)
        for begins, ends in (
            (stay.arrived_at, stay.taken_at),
            (stay.taken_at, stay.gone_at),
        )
    )
    return waiting, in_hand


def shares(case: Case, *, at: datetime) -> list[Share]:
    """Return each department's time on a case until ``at``, the longest first. Five statements."""
    tasks = list(
        Task.objects.filter(case=case)
        .order_by("id")
        .values(
            "item",
            "arrived_at",
            "done_at",
            "department_id",
            "department__name",
            "department__name_en",
        )
    )
    events = list(
        CaseEvent.objects.filter(case=case, kind__in=KINDS)
        .order_by("seq")
        .values_list("kind", "item", "at")
    )
    on = timezone.localdate(at)
    own = limits.hours_of({row["department_id"] for row in tasks}, on=on)
    usual = queries.parameter(clocks.OFFICE_HOURS, on=on)
    calendar = clocks.calendar()
    made: dict[int, Share] = {}
    for row in tasks:
        key = row["department_id"]
        office = kernel.parse("", own.get(key) or usual)
        waiting, in_hand = split(_stay(row, events, at=at), office, calendar)
        before = made.get(key)
        made[key] = Share(
            department_id=key,
            name=wording.named(row, "department__name"),
            tasks=1 + (before.tasks if before else 0),
            waiting=waiting + (before.waiting if before else ZERO),
            in_hand=in_hand + (before.in_hand if before else ZERO),
            is_at_work=row["done_at"] is None or bool(before and before.is_at_work),
        )
    return sorted(made.values(), key=lambda share: -share.total)


def _stay(
    row: Mapping[str, Any], events: Sequence[tuple[str, int, datetime]], *, at: datetime
) -> Stay:
    gone_at = row["done_at"] or at
    taken = next(
        (when for kind, item, when in events if item == row["item"] and kind in TAKEN), gone_at
    )
    return Stay(
        arrived_at=row["arrived_at"],
        taken_at=max(row["arrived_at"], min(taken, gone_at)),
        gone_at=gone_at,
        gaps=tuple(_gaps(events, row["item"], until=gone_at)),
    )


def _gaps(events: Iterable[tuple[str, int, datetime]], item: int, *, until: datetime) -> list[Span]:
    """Return when the case, or this task of it, stood still: in order and apart."""
    began: dict[str, datetime] = {}
    found: list[Span] = []
    for kind, of_item, when in events:
        if of_item not in (0, item):
            continue
        if kind in STOPS:
            began.setdefault(STOPS[kind], when)
        elif kind in began:
            found.append((began.pop(kind), when))
    found += [(when, until) for when in began.values() if when < until]
    merged: list[Span] = []
    for begins, ends in sorted(found):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        else:
            merged.append((begins, ends))
    return merged
