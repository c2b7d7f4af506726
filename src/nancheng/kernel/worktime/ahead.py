"""A date that lies before another's: a co-unit answers n days before the lead unit must.

Such a date has no budget of its own (协办单位的期限): it hangs on the date it serves and moves with
it. It is counted backwards, the day it hangs on not counted, in working or calendar days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import calendars, limits
from nancheng.kernel.worktime.calendars import Calendar
from nancheng.kernel.worktime.clocks import DAY, Due, day_end
from nancheng.kernel.worktime.explanation import WEEKEND_BASIS, Line, Reason
from nancheng.kernel.worktime.limits import Limit, Unit

# How a drawing writes it: so much before the last day of the whole case.
PREFIX = "case-"
UNITS = frozenset({Unit.WORKING_DAY, Unit.CALENDAR_DAY})


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many days before a date, and never before the day the work came (``arrived_on``)."""

    limit: Limit
    arrived_on: date
    basis: str = ""

    def __post_init__(self) -> None:
        if self.limit.unit not in UNITS:
            raise Refused("clock.ahead-unit", unit=self.limit.unit.value)


def parse(text: str) -> Limit | None:
    """Return the days of a limit written "case-2wd", or None for any other limit."""
    return limits.parse(text.removeprefix(PREFIX)) if text.startswith(PREFIX) else None


def due(ahead: Ahead, calendar: Calendar, *, anchor_on: date | None) -> Due | None:
    """Return the date before ``anchor_on``; None while that date itself stands still.

    Raises CalendarMissing.
    """
    if anchor_on is None:
        return None
    on = max(_counted_back(ahead, calendar, anchor_on), ahead.arrived_on)
    return Due(on, day_end(on), on)


def years_used(ahead: Ahead, due: Due | None, *, anchor_on: date | None) -> tuple[int, ...]:
    """Return the years whose notices the date stands on."""
    if due is None or anchor_on is None or ahead.limit.unit is Unit.CALENDAR_DAY:
        return ()
    return calendars.years_needed(due.due_on, anchor_on)


def explain(ahead: Ahead, calendar: Calendar, *, anchor_on: date | None) -> tuple[Line, ...]:
    """Return one line a day, backwards from the date it hangs on; the last line is the due date."""
    if anchor_on is None:
        return ()
    lines = [Line(anchor_on, 0, Reason.ANCHOR, basis=ahead.basis)]
    on, counted = anchor_on, 0
    while counted < ahead.limit.count and on > ahead.arrived_on:
        on -= DAY
        lines.append(_line(ahead, calendar, on=on, counted=counted))
        counted = lines[-1].number
    if counted < ahead.limit.count:
        # The work came later than that: the day it came is the last day.
        lines.append(Line(ahead.arrived_on, counted, Reason.ARRIVED, basis=ahead.basis))
    return tuple(lines)


def _counted_back(ahead: Ahead, calendar: Calendar, anchor_on: date) -> date:
    if ahead.limit.unit is Unit.CALENDAR_DAY:
        return anchor_on - ahead.limit.count * DAY
    return calendars.backward(calendar, anchor_on, ahead.limit.count)


def _line(ahead: Ahead, calendar: Calendar, *, on: date, counted: int) -> Line:
    if ahead.limit.unit is Unit.CALENDAR_DAY:
        return Line(on, counted + 1, Reason.COUNTED, basis=ahead.basis)
    special = calendars.special_on(calendar, on)
    name, notice = (special.name, special.notice) if special else ("", "")
    if calendars.is_workday(calendar, on):
        reason = Reason.COUNTED_MADE_UP if special else Reason.COUNTED
        return Line(on, counted + 1, reason, name, notice, ahead.basis)
    basis = "" if special else WEEKEND_BASIS
    return Line(on, counted, Reason.HOLIDAY if special else Reason.WEEKEND, name, notice, basis)
