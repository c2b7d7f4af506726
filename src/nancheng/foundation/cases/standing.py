"""Where a clock stands on a calendar, as values: one function for its date, one for the proof.

Both the date that is stored and the lines that explain it come from the same ``Running``, on the
same calendar, so that a page can never explain another date than the one people work to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from nancheng.foundation.limits import rules as limit_rules
from nancheng.kernel.worktime import ahead, calendars, clocks, explanation, hours, limits
from nancheng.kernel.worktime.ahead import Ahead
from nancheng.kernel.worktime.calendars import PROVISIONAL, Calendar
from nancheng.kernel.worktime.clocks import Clock, Due, Extension, Roll, Suspension
from nancheng.kernel.worktime.explanation import Line
from nancheng.kernel.worktime.hours import Hours
from nancheng.kernel.worktime.limits import HOURLY, Limit


@dataclass(frozen=True, slots=True)
class Running:
    """A clock with all that has happened to it.

    ``hours`` is the text of the organ's office hours, for working-hour limits. ``anchor_on`` is
    the date that a limit such as "case-2wd" hangs on.
    """

    budget: str
    started_at: datetime
    basis: str = ""
    roll: str = Roll.NONE.value
    hours: str = ""
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[tuple[int, str], ...] = ()
    anchor_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a projection says; ``due_at`` for limits in hours alone, ``calendar`` its versions."""

    due_on: date | None
    due_at: datetime | None
    original_on: date | None
    calendar: str
    is_provisional: bool


def standing(running: Running, calendar: Calendar) -> Standing:
    """Project a clock. Raises CalendarMissing for a year before the last known one."""
    apart = _ahead(running)
    if apart is not None:
        due = ahead.due(apart, calendar, anchor_on=running.anchor_on)
        years = ahead.years_used(apart, due, anchor_on=running.anchor_on)
        return _said(due, years, calendar, is_hourly=False)
    clock = _clock(running)
    due = clocks.due(clock, calendar, office=_office(running))
    is_hourly = clock.limit.unit in HOURLY
    return _said(due, clocks.years_used(clock, due), calendar, is_hourly=is_hourly)


def lines(running: Running, calendar: Calendar) -> tuple[Line, ...]:
    """Return the proof of a projection, one line a day; the last line is its due date."""
    apart = _ahead(running)
    if apart is not None:
        return ahead.explain(apart, calendar, anchor_on=running.anchor_on)
    return explanation.explain(_clock(running), calendar, office=_office(running))


def is_apart(budget: str) -> bool:
    """Say whether more than the day it begins decides where a limit ends."""
    return budget.startswith(ahead.PREFIX) or limits.parse(budget).unit in HOURLY


def is_hourly(budget: str) -> bool:
    """Say whether a limit ends at a time of day rather than with a day."""
    return limits.parse(budget.removeprefix(ahead.PREFIX)).unit in HOURLY


def _clock(running: Running) -> Clock:
    limit = limits.parse(running.budget)
    return Clock(
        limit,
        running.started_at,
        roll=Roll(running.roll),
        suspensions=running.suspensions,
        extensions=tuple(
            Extension(Limit(count, limit.unit), basis) for count, basis in running.extensions
        ),
        basis=running.basis,
    )


def _ahead(running: Running) -> Ahead | None:
    limit = ahead.parse(running.budget)
    if limit is None:
        return None
    return Ahead(limit, clocks.local_date(running.started_at), running.basis)


def _office(running: Running) -> Hours:
    return hours.parse("", running.hours) if running.hours else hours.OFFICE


def _said(
    due: Due | None, years: tuple[int, ...], calendar: Calendar, *, is_hourly: bool
) -> Standing:
    versions = {year: calendars.year_of(calendar, year).version for year in years}
    return Standing(
        due_on=due.due_on if due else None,
        due_at=due.due_at if due and is_hourly else None,
        original_on=due.original_on if due else None,
        calendar=limit_rules.written_versions(versions),
        is_provisional=PROVISIONAL in versions.values(),
    )
