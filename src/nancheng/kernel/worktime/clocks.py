"""A clock: a legal limit that runs from an event, and the due date that follows from it.

The due date is never stored as a fact of its own: it is a projection of the clock under a calendar,
and projecting again under a newer calendar is calling ``due`` again.

How time is counted (民法典 第二百零一条 to 第二百零三条):

- Days and months: the day of the start is not counted. The last day is ``due_on``; it ends at
  24:00, which is ``due_at``, the first moment of the day after. A thing is late from ``due_at`` on.
- Months end on the matching day, or on the month's last day where there is none.
- With ``Roll.NEXT_WORKDAY`` a last day on a rest day moves to the first working day after it.
  Working-day limits end on a working day anyhow.
- Hours run from the very moment; ``due_at`` is the moment at which the last one is used up.
- A suspension keeps the time used before it. For days, the day it begins is not counted and the
  day it ends is counted again, so one that begins and ends on the same day changes nothing. For
  hours it is exact to the moment.
- An extension adds to the budget, in the limit's own unit.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import calendars, hours
from nancheng.kernel.worktime.calendars import Calendar
from nancheng.kernel.worktime.hours import SHANGHAI, Hours
from nancheng.kernel.worktime.limits import HOURLY, Limit, Unit

DAY = timedelta(days=1)
MIDNIGHT = time(0)
FIRST_YEAR, LAST_YEAR = 1992, 2999
SUSPENSIONS_MAX = 200
EXTENSIONS_MAX = 50

DayGap = tuple[date, date | None]


class Roll(StrEnum):
    """What becomes of a last day that is a rest day."""

    NONE = "none"
    NEXT_WORKDAY = "next-workday"  # 民法典 第二百零三条


class Light(StrEnum):
    """How a limit stands, for a lamp that always has words beside it."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Suspension:
    """A stretch of time that does not count (中止); ``until_at`` is None while it lasts."""

    from_at: datetime
    until_at: datetime | None = None
    basis: str = ""

    def __post_init__(self) -> None:
        assert self.from_at.tzinfo is not None, self.from_at
        if self.until_at is not None:
            assert self.until_at.tzinfo is not None, self.until_at
            if self.until_at < self.from_at:
                raise Refused("clock.suspension-backwards")


@dataclass(frozen=True, slots=True)
class Extension:
    """More time granted (延期), in the unit of the limit it extends."""

    limit: Limit
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit, the moment it started, and what has since happened to it.

    ``basis`` is its legal ground, quoted in the explanation. Suspensions are in order and apart;
    only the last may be open. Raises Refused "clock.start-out-of-range", "clock.extension-unit",
    "clock.suspensions-overlap", "clock.too-many-changes".
    """

    limit: Limit
    started_at: datetime
    roll: Roll = Roll.NONE
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Extension, ...] = ()
    basis: str = ""

    def __post_init__(self) -> None:
        assert self.started_at.tzinfo is not None, self.started_at
        if not FIRST_YEAR <= self.started_at.year <= LAST_YEAR:
            raise Refused("clock.start-out-of-range", year=self.started_at.year)
        if self.suspensions or self.extensions:
            _check_changes(self)


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock runs out.

    ``due_on`` is the last day in time; from ``due_at`` on it is late. ``original_on`` is the last
    day had there been no suspension and no extension. ``rolled_from`` is the rest day on which
    the budget itself ended, if the last day moved.
    """

    due_on: date
    due_at: datetime
    original_on: date
    rolled_from: date | None = None


def due(clock: Clock, calendar: Calendar, *, office: Hours = hours.OFFICE) -> Due | None:
    """Project a clock on a calendar; None while a suspension without end holds it.

    ``office`` matters to working-hour limits only. Raises CalendarMissing when a year that the
    answer depends on has no notice (calendar days that do not roll depend on none).
    """
    if clock.limit.unit in HOURLY:
        return _due_in_hours(clock, calendar, office=office)
    ends_on = _last_counted(clock, calendar)
    if ends_on is None:
        return None
    due_on = _rolled(clock, calendar, ends_on)
    original_on = due_on
    if clock.suspensions or clock.extensions:
        original_on = _rolled(clock, calendar, _plain_end(clock, calendar))
    return Due(due_on, day_end(due_on), original_on, ends_on if due_on != ends_on else None)


def remaining(
    clock: Clock, calendar: Calendar, *, at: datetime, office: Hours = hours.OFFICE
) -> int:
    """Return what is left of a clock at a moment; negative once it is late.

    Working days for a working-day limit, calendar days for calendar days and months (0 on the
    last day, −1 the day after), whole minutes of the limit's own kind of time for hours. Suspended
    time is not counted. Raises CalendarMissing.
    """
    projected = due(clock, calendar, office=office)
    if clock.limit.unit in HOURLY:
        return _minutes_left(clock, calendar, projected=projected, at=at, office=office)
    at_on = local_date(at)
    if projected is None:
        begun_on = local_date(clock.started_at)
        return days_budget(clock) - _countable(clock, calendar, begun_on, at_on)
    if at_on <= projected.due_on:
        return _countable(clock, calendar, at_on, projected.due_on)
    return -max(1, _countable(clock, calendar, projected.due_on, at_on))


def warn_at(due: Due, calendar: Calendar, *, warning: Limit) -> datetime:
    """Return the moment from which a limit shows yellow: so much before its end.

    In days, from the first moment of that day. Raises Refused "clock.warning-unit" for months and
    working hours, CalendarMissing.
    """
    if warning.unit is Unit.HOUR:
        return due.due_at - timedelta(hours=warning.count)
    if warning.unit is Unit.CALENDAR_DAY:
        return day_end(due.due_on - (warning.count + 1) * DAY)
    if warning.unit is Unit.WORKING_DAY:
        return day_end(calendars.backward(calendar, due.due_on, warning.count) - DAY)
    raise Refused("clock.warning-unit", unit=warning.unit.value)


def light(due_at: datetime, *, at: datetime, warn_at: datetime) -> Light:
    """Return red from ``due_at`` on, yellow from ``warn_at`` on, else green."""
    if at >= due_at:
        return Light.RED
    return Light.YELLOW if at >= warn_at else Light.GREEN


def years_used(clock: Clock, due: Due | None) -> tuple[int, ...]:
    """Return the years whose notices a projection stands on; empty where it stands on none.

    Calendar days and months that do not roll need no notice, those that do need the year of the
    rest day; a clock held without end has no date yet, and so stands on nothing.
    """
    if due is None or clock.limit.unit is Unit.HOUR:
        return ()
    if clock.limit.unit in (Unit.WORKING_DAY, Unit.WORKING_HOUR):
        return calendars.years_needed(local_date(clock.started_at), due.due_on)
    if clock.roll is not Roll.NEXT_WORKDAY:
        return ()
    return calendars.years_needed(due.rolled_from or due.due_on, due.due_on)


def unchanged(clock: Clock) -> Clock:
    """Return the clock as it was first set: no suspension, no extension."""
    return replace(clock, suspensions=(), extensions=())


def budget(clock: Clock) -> int:
    """Return the limit with its extensions, in the limit's unit."""
    return clock.limit.count + sum(extension.limit.count for extension in clock.extensions)


def days_budget(clock: Clock) -> int:
    """Return the budget in days to be counted; months become the days up to the matching day."""
    if clock.limit.unit is not Unit.MONTH:
        return budget(clock)
    started_on = local_date(clock.started_at)
    return (add_months(started_on, budget(clock)) - started_on).days


def add_months(on: date, months: int) -> date:
    """Return the matching day so many months on, or that month's last day."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def local_date(at: datetime) -> date:
    """Return the day of a moment in China."""
    return at.astimezone(SHANGHAI).date()


def day_end(on: date) -> datetime:
    """Return 24:00 of a day: the first moment of the next."""
    return datetime.combine(on + DAY, MIDNIGHT, SHANGHAI)


def day_gaps(clock: Clock) -> Iterator[DayGap]:
    """Yield the suspended days as half-open periods: first day out, first day back in."""
    for suspension in clock.suspensions:
        from_on = local_date(suspension.from_at)
        until_on = local_date(suspension.until_at) if suspension.until_at else None
        if from_on != until_on:
            yield from_on, until_on


def counted_spans(
    clock: Clock, calendar: Calendar, *, office: Hours
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches of time an hour limit uses up, in order, until its budget is gone.

    They stop early at a suspension without end. Raises CalendarMissing.
    """
    left = timedelta(hours=budget(clock))
    for span in _running_spans(clock, calendar, office=office):
        begins, ends = span
        if ends - begins >= left:
            yield begins, begins + left
            return
        left -= ends - begins
        yield span


def _check_changes(clock: Clock) -> None:
    if len(clock.suspensions) > SUSPENSIONS_MAX or len(clock.extensions) > EXTENSIONS_MAX:
        raise Refused("clock.too-many-changes")
    if any(extension.limit.unit is not clock.limit.unit for extension in clock.extensions):
        raise Refused("clock.extension-unit", unit=clock.limit.unit.value)
    for earlier, later in pairwise(clock.suspensions):
        if earlier.until_at is None or earlier.until_at > later.from_at:
            raise Refused("clock.suspensions-overlap", from_at=later.from_at)


def _last_counted(clock: Clock, calendar: Calendar) -> date | None:
    left = days_budget(clock)
    counted_to = local_date(clock.started_at)
    for from_on, until_on in day_gaps(clock):
        usable = _span(clock, calendar, counted_to, from_on - DAY)
        if left <= usable:
            break
        if until_on is None:
            return None
        left -= usable
        counted_to = max(counted_to, until_on - DAY)
    if clock.limit.unit is Unit.WORKING_DAY:
        return calendars.forward(calendar, counted_to, left)
    return counted_to + timedelta(days=left)


def _plain_end(clock: Clock, calendar: Calendar) -> date:
    started_on, count = local_date(clock.started_at), clock.limit.count
    if clock.limit.unit is Unit.WORKING_DAY:
        return calendars.forward(calendar, started_on, count)
    if clock.limit.unit is Unit.MONTH:
        return add_months(started_on, count)
    return started_on + timedelta(days=count)


def _span(clock: Clock, calendar: Calendar, after: date, until: date) -> int:
    if clock.limit.unit is Unit.WORKING_DAY:
        return calendars.between(calendar, after, until)
    return max(0, (until - after).days)


def _countable(clock: Clock, calendar: Calendar, after: date, until: date) -> int:
    """Count the limit's days later than ``after``, not later than ``until``, not suspended."""
    counted = 0
    for from_on, until_on in day_gaps(clock):
        counted += _span(clock, calendar, after, min(until, from_on - DAY))
        if until_on is None:
            return counted
        after = max(after, until_on - DAY)
    return counted + _span(clock, calendar, after, until)


def _rolled(clock: Clock, calendar: Calendar, on: date) -> date:
    if clock.roll is Roll.NEXT_WORKDAY and clock.limit.unit is not Unit.WORKING_DAY:
        return calendars.on_or_after(calendar, on)
    return on


def _due_in_hours(clock: Clock, calendar: Calendar, *, office: Hours) -> Due | None:
    ends_at = _hours_end(clock, calendar, office=office)
    if ends_at is None:
        return None
    original_at: datetime | None = ends_at
    if clock.suspensions or clock.extensions:
        original_at = _hours_end(unchanged(clock), calendar, office=office)
    assert original_at is not None, clock
    return Due(ends_at.date(), ends_at, original_at.date())


def _hours_end(clock: Clock, calendar: Calendar, *, office: Hours) -> datetime | None:
    used = timedelta()
    ends_at = clock.started_at
    for begins, ends in counted_spans(clock, calendar, office=office):
        used += ends - begins
        ends_at = ends
    return ends_at if used == timedelta(hours=budget(clock)) else None


def _running_spans(
    clock: Clock, calendar: Calendar, *, office: Hours
) -> Iterator[tuple[datetime, datetime]]:
    started_at = clock.started_at.astimezone(SHANGHAI)
    gaps = _time_gaps(clock)
    stop_at = gaps[-1][0] if gaps and clock.suspensions[-1].until_at is None else None
    on = started_at.date()
    while stop_at is None or datetime.combine(on, MIDNIGHT, SHANGHAI) < stop_at:
        for begins, ends in _open_spans(clock, calendar, on=on, office=office):
            if ends > started_at:
                yield from hours.without((max(begins, started_at), ends), gaps)
        on += DAY


def _open_spans(
    clock: Clock, calendar: Calendar, *, on: date, office: Hours
) -> tuple[tuple[datetime, datetime], ...]:
    if clock.limit.unit is Unit.HOUR:
        return ((datetime.combine(on, MIDNIGHT, SHANGHAI), day_end(on)),)
    return hours.open_spans(office, calendar, on=on)


def _time_gaps(clock: Clock) -> tuple[tuple[datetime, datetime], ...]:
    endless = datetime(9999, 12, 31, tzinfo=SHANGHAI)
    return tuple(
        (
            suspension.from_at.astimezone(SHANGHAI),
            suspension.until_at.astimezone(SHANGHAI) if suspension.until_at else endless,
        )
        for suspension in clock.suspensions
    )


def _minutes_left(
    clock: Clock, calendar: Calendar, *, projected: Due | None, at: datetime, office: Hours
) -> int:
    at = at.astimezone(SHANGHAI)
    if projected is not None and at > projected.due_at:
        late = replace(unchanged(clock), started_at=projected.due_at)
        return -_minutes(_spent(late, calendar, until=at, office=office))
    spans = counted_spans(clock, calendar, office=office)
    used = sum((min(ends, at) - begins for begins, ends in spans if begins < at), timedelta())
    return _minutes(timedelta(hours=budget(clock)) - used)


def _spent(clock: Clock, calendar: Calendar, *, until: datetime, office: Hours) -> timedelta:
    spent = timedelta()
    for begins, ends in _running_spans(clock, calendar, office=office):
        if begins >= until:
            break
        spent += min(ends, until) - begins
    return spent


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)
