"""Functions of dates, times and durations (DMN 1.3 §10.3.4.1, §10.3.4.7, §10.3.4.9)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from nancheng.kernel.decisions import temporal
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.functions.signatures import Family
from nancheng.kernel.months import YearsMonths

FAMILY = Family()
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@FAMILY.function("date", "from: string", "from: date", "from: date and time")
def date_from(budget: Budget, source: object) -> object:
    """A date from a text, or of a date and time."""
    del budget
    if isinstance(source, str):
        return temporal.date_of(source)
    return source.date() if isinstance(source, datetime) else source


@FAMILY.function("date", "year: number, month: number, day: number")
def date_parts(budget: Budget, year: object, month: object, day: object) -> object:
    """A date from its parts."""
    del budget
    return temporal.date_from_parts(year, month, day)


@FAMILY.function("time", "from: string", "from: time", "from: date and time", "from: date")
def time_from(budget: Budget, source: object) -> object:
    """A time from a text, or of a date and time; of a date midnight in UTC."""
    del budget
    if isinstance(source, str):
        return temporal.time_of(source)
    if isinstance(source, time):
        return source
    assert isinstance(source, date)
    return temporal.instant(source).timetz()


@FAMILY.function(
    "time",
    "hour: number, minute: number, second: number, [offset: days and time duration?]",
)
def time_parts(
    budget: Budget, hour: object, minute: object, second: object, offset: timedelta | None = None
) -> object:
    """A time from its parts, with an offset or without."""
    del budget
    return temporal.time_from_parts(hour, minute, second, offset)


@FAMILY.function("date and time", "from: string", "from: dated")
def date_and_time_from(budget: Budget, source: object) -> object:
    """A date and time from a text; of a date its midnight in UTC."""
    del budget
    if isinstance(source, str):
        return temporal.date_and_time_of(source)
    assert isinstance(source, date)
    return temporal.instant(source)


@FAMILY.function("date and time", "date: dated, time: time")
def date_with_time(budget: Budget, on: date, at: time) -> object:
    """A date and time from its two parts."""
    del budget
    return datetime.combine(on.date() if isinstance(on, datetime) else on, at)


@FAMILY.function("date and time", "date: dated, timezone: string")
def date_in_zone(budget: Budget, at: date, name: str) -> object:
    """The same moment in another zone; without a zone of its own it is taken to be there."""
    del budget
    try:
        zone: tzinfo = temporal.zone_of(name if name[:1] in "Zz+-@" else "@" + name)
    except (ValueError, LookupError, OSError):
        return None
    moment = temporal.instant(at)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


@FAMILY.function("duration", "from: string", "from: duration")
def duration_from(budget: Budget, source: object) -> object:
    """A duration of either kind from a text."""
    del budget
    return temporal.duration_of(source) if isinstance(source, str) else source


@FAMILY.function("years and months duration", "from: dated, to: dated")
def years_and_months(budget: Budget, start: date, end: date) -> object:
    """The whole months from one date to another."""
    del budget
    if isinstance(start, datetime) and isinstance(end, datetime):
        naive = [moment.replace(tzinfo=None) for moment in (start, end)]
        return YearsMonths(_months_of_moments(naive[0], naive[1]))
    days = [value.date() if isinstance(value, datetime) else value for value in (start, end)]
    return YearsMonths(temporal.months_between(days[0], days[1]))


@FAMILY.function("day of year", "date: dated")
def day_of_year(budget: Budget, on: date) -> object:
    """From 1."""
    del budget
    return on.timetuple().tm_yday


@FAMILY.function("day of week", "date: dated")
def day_of_week(budget: Budget, on: date) -> object:
    """The English name."""
    del budget
    return WEEKDAYS[on.weekday()]


@FAMILY.function("month of year", "date: dated")
def month_of_year(budget: Budget, on: date) -> object:
    """The English name."""
    del budget
    return MONTHS[on.month - 1]


@FAMILY.function("week of year", "date: dated")
def week_of_year(budget: Budget, on: date) -> object:
    """The week of ISO 8601."""
    del budget
    return on.isocalendar().week


@FAMILY.function("last day of month", "date: dated")
def last_day_of_month(budget: Budget, on: date) -> object:
    """The number of the month's last day."""
    del budget
    first = on.replace(day=1)
    after = temporal.months_later(first, 1)
    return 31 if after is None else (after - timedelta(days=1)).day


@FAMILY.function("now", "")
def now(budget: Budget) -> object:
    """The moment the caller gave, null when none was given."""
    return budget.at


@FAMILY.function("today", "")
def today(budget: Budget) -> object:
    """The day of the moment the caller gave, null when none was given."""
    return None if budget.at is None else budget.at.date()


def _months_of_moments(start: datetime, end: datetime) -> int:
    if end < start:
        return -_months_of_moments(end, start)
    months = temporal.months_between(start.date(), end.date())
    return months - (start.day == end.day and end.time() < start.time() and months > 0)
