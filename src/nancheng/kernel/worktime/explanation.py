"""Why a clock ends when it ends: day by day, what was counted or skipped, and on what ground.

This walks the days one at a time and never asks ``clocks.due`` where it will end, so that the two
agree is a proof and not an echo. The lines carry reasons as codes and legal grounds as quoted; the
pages put them into words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from nancheng.kernel.worktime import calendars, clocks, hours
from nancheng.kernel.worktime.calendars import Calendar
from nancheng.kernel.worktime.clocks import DAY, Clock, Roll
from nancheng.kernel.worktime.hours import Hours
from nancheng.kernel.worktime.limits import HOURLY, Unit

START_BASIS = "民法典 第二百零一条"
MONTH_BASIS = "民法典 第二百零二条"
ROLL_BASIS = "民法典 第二百零三条"
WEEKEND_BASIS = "国务院关于职工工作时间的规定 第七条"
# No limit runs through more days than this, suspensions included.
LINES_MAX = 40_000


class Reason(StrEnum):
    """Why a day was counted or not."""

    START = "start"
    COUNTED = "counted"
    COUNTED_MADE_UP = "counted-made-up"  # a weekend day worked under the notice
    COUNTED_EXTENDED = "counted-extended"  # beyond the first budget
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SUSPENDED = "suspended"
    ROLLED = "rolled"  # the budget had ended; the last day moves past a rest day
    ROLLED_TO = "rolled-to"  # the working day the last day moved to
    ANCHOR = "anchor"  # the date that an earlier one hangs on
    ARRIVED = "arrived"  # the work came only now


COUNTED = frozenset({Reason.COUNTED, Reason.COUNTED_MADE_UP, Reason.COUNTED_EXTENDED})


@dataclass(frozen=True, slots=True)
class Line:
    """One day of a clock.

    ``number`` is how many days have been counted, this one included. ``spent`` is the time used on
    this day, for hour limits. ``name`` is the holiday's, ``notice`` the number of the official
    notice that makes the day what it is, ``basis`` the legal ground.
    """

    on: date
    number: int
    reason: Reason
    name: str = ""
    notice: str = ""
    basis: str = ""
    spent: timedelta = hours.ZERO

    @property
    def counted(self) -> bool:
        """Say whether the day used up any of the limit."""
        return self.reason in COUNTED


def explain(clock: Clock, calendar: Calendar, *, office: Hours = hours.OFFICE) -> tuple[Line, ...]:
    """Return one line for each day from the start to the due date; the last line is the due date.

    For days and months the counted lines are as many as the budget (months: the days up to the
    matching day); for hours the time spent on them adds up to it. A clock held by a suspension
    without end is explained up to the day before it. Raises CalendarMissing as ``clocks.due``.
    """
    if clock.limit.unit in HOURLY:
        return tuple(_hour_lines(clock, calendar, office=office))
    return tuple(_day_lines(clock, calendar))


def _day_lines(clock: Clock, calendar: Calendar) -> Iterator[Line]:
    on = clocks.local_date(clock.started_at)
    yield Line(on, number=0, reason=Reason.START, basis=START_BASIS)
    gaps = tuple(clocks.day_gaps(clock))
    days = clocks.days_budget(clock)
    counted = 0
    for _ in range(LINES_MAX):
        on += DAY
        if any(until_on is None and on >= from_on for from_on, until_on in gaps):
            return
        line = _day_line(clock, calendar, on=on, counted=counted)
        counted = line.number
        yield line
        if counted == days:
            yield from _rolled_lines(clock, calendar, on=on, counted=counted)
            return
    raise AssertionError(clock)


def _day_line(clock: Clock, calendar: Calendar, *, on: date, counted: int) -> Line:
    suspended = _suspension_basis(clock, on=on)
    if suspended is not None:
        return Line(on, number=counted, reason=Reason.SUSPENDED, basis=suspended)
    if clock.limit.unit is not Unit.WORKING_DAY:
        return _counted_line(clock, on=on, number=counted + 1, name="", notice="")
    special = calendars.special_on(calendar, on)
    name, notice = (special.name, special.notice) if special else ("", "")
    if calendars.is_workday(calendar, on):
        return _counted_line(clock, on=on, number=counted + 1, name=name, notice=notice)
    reason = Reason.HOLIDAY if special else Reason.WEEKEND
    basis = "" if special else WEEKEND_BASIS
    return Line(on, counted, reason, name=name, notice=notice, basis=basis)


def _counted_line(clock: Clock, *, on: date, number: int, name: str, notice: str) -> Line:
    reason, basis = Reason.COUNTED, clock.basis
    if notice:
        reason = Reason.COUNTED_MADE_UP
    first = clocks.days_budget(clocks.unchanged(clock))
    if number > first:
        reason = Reason.COUNTED_EXTENDED
        basis = _extension_basis(clock, number=number)
    elif clock.limit.unit is Unit.MONTH and number == first:
        basis = MONTH_BASIS
    return Line(on, number, reason, name=name, notice=notice, basis=basis)


def _rolled_lines(clock: Clock, calendar: Calendar, *, on: date, counted: int) -> Iterator[Line]:
    if clock.roll is not Roll.NEXT_WORKDAY or clock.limit.unit is Unit.WORKING_DAY:
        return
    while not calendars.is_workday(calendar, on):
        on += DAY
        special = calendars.special_on(calendar, on)
        lands = calendars.is_workday(calendar, on)
        yield Line(
            on,
            number=counted,
            reason=Reason.ROLLED_TO if lands else Reason.ROLLED,
            name=special.name if special else "",
            notice=special.notice if special else "",
            basis=ROLL_BASIS,
        )


def _suspension_basis(clock: Clock, *, on: date) -> str | None:
    for suspension in clock.suspensions:
        from_on = clocks.local_date(suspension.from_at)
        until_at = suspension.until_at
        if from_on <= on and (until_at is None or on < clocks.local_date(until_at)):
            return suspension.basis
    return None


def _extension_basis(clock: Clock, *, number: int) -> str:
    reached = clock
    for used in range(1, len(clock.extensions) + 1):
        reached = Clock(
            clock.limit, clock.started_at, extensions=clock.extensions[:used], basis=clock.basis
        )
        if number <= clocks.days_budget(reached):
            break
    return reached.extensions[-1].basis


def _hour_lines(clock: Clock, calendar: Calendar, *, office: Hours) -> Iterator[Line]:
    spans = clocks.counted_spans(clock, calendar, office=office)
    by_day = groupby(spans, key=lambda span: span[0].date())
    on = clocks.local_date(clock.started_at)
    for number, (worked_on, of_day) in enumerate(by_day, start=1):
        for idle_on in _days(on, worked_on):
            yield _idle_line(clock, calendar, on=idle_on, number=number - 1)
        spent = sum((ends - begins for begins, ends in of_day), timedelta())
        yield _worked_line(clock, calendar, on=worked_on, number=number, spent=spent)
        on = worked_on + DAY


def _worked_line(
    clock: Clock, calendar: Calendar, *, on: date, number: int, spent: timedelta
) -> Line:
    special = calendars.special_on(calendar, on) if clock.limit.unit is Unit.WORKING_HOUR else None
    if special is None:
        return Line(on, number, Reason.COUNTED, basis=clock.basis, spent=spent)
    return Line(
        on,
        number=number,
        reason=Reason.COUNTED_MADE_UP,
        name=special.name,
        notice=special.notice,
        basis=clock.basis,
        spent=spent,
    )


def _idle_line(clock: Clock, calendar: Calendar, *, on: date, number: int) -> Line:
    special = None
    if clock.limit.unit is Unit.WORKING_HOUR:
        special = calendars.special_on(calendar, on)
        if special and not special.is_workday:
            return Line(on, number, Reason.HOLIDAY, special.name, special.notice)
        if not calendars.is_workday(calendar, on):
            return Line(on, number, Reason.WEEKEND, basis=WEEKEND_BASIS)
    begins, ends = clocks.day_end(on - DAY), clocks.day_end(on)
    for suspension in clock.suspensions:
        if suspension.from_at < ends and (suspension.until_at or ends) > begins:
            return Line(on, number, Reason.SUSPENDED, basis=suspension.basis)
    # Worked, not suspended, and nothing spent: the clock started after closing time.
    return Line(on, number, Reason.START, basis=START_BASIS)


def _days(first: date, end: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), end.toordinal()):
        yield date.fromordinal(ordinal)
