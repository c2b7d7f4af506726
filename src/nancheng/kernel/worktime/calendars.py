"""The working calendar: each year's official notice of rest days and make-up working days.

A year is known only from its notice; a question that touches any other year raises
``CalendarMissing``, because a guessed calendar gives wrong legal dates that nobody notices. A
notice may be amended during its year, so every year carries a version; the highest one loaded
counts unless another is pinned. Lookups use running totals of working days made once per year,
so the n-th working day after a date costs the same for 5 days and for 500.

A year's notice comes out in the autumn before, and work must be taken up in December all the same.
``lenient`` gives a calendar that answers for years after the last known one by the week alone;
such a year is provisional (暂定), has version 0, and whoever asks for it must say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from nancheng.kernel.refusal import Refused

COLUMNS = ("date", "is_workday", "name", "notice", "version")
SATURDAY = 5
# A notice names about 40 days; a file with far more is not a notice.
SPECIALS_MAX = 200
VERSION_MAX = 999
TEXT_MAX = 60
PROVISIONAL = 0


class CalendarMissing(Refused):
    """No official notice is loaded for a year that the calculation needs."""

    def __init__(self, year: int) -> None:
        super().__init__("calendar.missing", year=year)
        self.year = year


@dataclass(frozen=True, slots=True)
class Special:
    """One day (调休) on which the notice speaks: a rest day, or a weekend day that is worked."""

    on: date
    is_workday: bool
    name: str
    notice: str


@dataclass(frozen=True, slots=True)
class Year:
    """One year's notice, with its working days in order and their running total by day.

    Version 0 is a provisional year: no notice, weekends alone.
    """

    year: int
    version: int
    specials: Mapping[date, Special]
    workdays: tuple[date, ...]
    worked_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The years whose notices are known; later than ``horizon`` the week alone counts."""

    years: Mapping[int, Year]
    horizon: int | None = None

    def covers(self, on: date) -> bool:
        """Say whether the notice of this day's year is loaded."""
        return on.year in self.years


def from_rows(
    rows: Iterable[Mapping[str, str]], *, versions: Mapping[int, int] | None = None
) -> Calendar:
    """Build a calendar from text rows with the columns ``COLUMNS``.

    ``date`` is ISO, ``is_workday`` is 0 or 1, ``version`` a whole number from 1. All rows of one
    year and version make up one complete notice. ``versions`` pins a year to an earlier version
    (year → version), to project as it was then; version 0 is the year before it had a notice.

    Raises Refused "calendar.row-unreadable" (row, column), "calendar.day-twice" (row, on),
    "calendar.not-a-change" (row, on: a weekday that is worked needs no notice),
    "calendar.too-many-days" (year), "calendar.version-missing" (year, version).
    """
    notices: dict[int, dict[int, dict[date, Special]]] = defaultdict(lambda: defaultdict(dict))
    for number, row in enumerate(rows, start=1):
        special, version = _special(row, number=number)
        days = notices[special.on.year][version]
        if special.on in days:
            raise Refused("calendar.day-twice", row=number, on=special.on)
        if len(days) >= SPECIALS_MAX:
            raise Refused("calendar.too-many-days", year=special.on.year)
        days[special.on] = special
    pinned = versions or {}
    return Calendar(
        {
            year: _chosen(year, by_version, pinned=pinned.get(year))
            for year, by_version in sorted(notices.items())
        }
    )


def lenient(calendar: Calendar) -> Calendar:
    """Return a calendar that answers provisionally for years after the last known one."""
    return replace(calendar, horizon=max(calendar.years)) if calendar.years else calendar


def with_year(calendar: Calendar, year: Year) -> Calendar:
    """Return a calendar in which one year's notice is replaced or added."""
    return replace(calendar, years={**calendar.years, year.year: year})


def differences(before: Year, after: Year) -> tuple[tuple[date, bool, bool], ...]:
    """Return the days on which two notices of a year disagree: (day, worked before, after)."""
    assert before.year == after.year, (before.year, after.year)
    was, now = frozenset(before.workdays), frozenset(after.workdays)
    return tuple((on, on in was, on in now) for on in sorted(was ^ now))


def is_workday(calendar: Calendar, on: date) -> bool:
    """Say whether a day is worked. Raises CalendarMissing."""
    special = special_on(calendar, on)
    return special.is_workday if special else on.weekday() < SATURDAY


def special_on(calendar: Calendar, on: date) -> Special | None:
    """Return what the notice says of a day, or None for a plain day. Raises CalendarMissing."""
    return year_of(calendar, on.year).specials.get(on)


def year_of(calendar: Calendar, year: int) -> Year:
    """Return one year's notice; a lenient calendar gives later years provisionally.

    Raises CalendarMissing.
    """
    found = calendar.years.get(year)
    if found is not None:
        return found
    if calendar.horizon is not None and year > calendar.horizon:
        return provisional(year)
    raise CalendarMissing(year)


@lru_cache(maxsize=64)
def provisional(year: int) -> Year:
    """Return a year as the week alone makes it: no notice is known."""
    return _counted(year, {}, version=PROVISIONAL)


def forward(calendar: Calendar, on: date, count: int) -> date:
    """Return the ``count``-th working day (≥ 1) after a day, which itself is not counted."""
    assert count >= 1, count
    year = year_of(calendar, on.year)
    wanted = year.worked_by[_index(on)] + count
    while wanted > len(year.workdays):
        wanted -= len(year.workdays)
        year = year_of(calendar, year.year + 1)
    return year.workdays[wanted - 1]


def backward(calendar: Calendar, on: date, count: int) -> date:
    """Return the ``count``-th working day (≥ 1) before a day, which itself is not counted."""
    assert count >= 1, count
    year = year_of(calendar, on.year)
    before = year.worked_by[_index(on)] - (1 if is_workday(calendar, on) else 0)
    wanted = before - count
    while wanted < 0:
        year = year_of(calendar, year.year - 1)
        wanted += len(year.workdays)
    return year.workdays[wanted]


def on_or_after(calendar: Calendar, on: date) -> date:
    """Return the day itself if it is worked, else the next working day."""
    return on if is_workday(calendar, on) else forward(calendar, on, 1)


def between(calendar: Calendar, after: date, until: date) -> int:
    """Count the working days later than ``after`` and not later than ``until``; 0 if none."""
    if until <= after:
        return 0
    total = year_of(calendar, until.year).worked_by[_index(until)]
    total -= year_of(calendar, after.year).worked_by[_index(after)]
    return total + sum(
        len(year_of(calendar, year).workdays) for year in range(after.year, until.year)
    )


def years_needed(after: date, until: date) -> tuple[int, ...]:
    """Return the years that a period touches, to compare with those loaded."""
    return tuple(range(after.year, until.year + 1))


def missing_soon(calendar: Calendar, on: date, *, days: int = 60) -> tuple[int, ...]:
    """Return the years not loaded that begin within ``days`` of a day, or have begun."""
    return tuple(
        year for year in years_needed(on, on + timedelta(days=days)) if year not in calendar.years
    )


def _index(on: date) -> int:
    return on.toordinal() - date(on.year, 1, 1).toordinal()


def _chosen(
    year: int, by_version: Mapping[int, Mapping[date, Special]], *, pinned: int | None
) -> Year:
    version = max(by_version) if pinned is None else pinned
    if version == PROVISIONAL:
        return provisional(year)
    if version not in by_version:
        raise Refused("calendar.version-missing", year=year, version=version)
    return _counted(year, by_version[version], version=version)


def _counted(year: int, specials: Mapping[date, Special], *, version: int) -> Year:
    first = date(year, 1, 1).toordinal()
    last = date(year, 12, 31).toordinal()
    workdays: list[date] = []
    worked_by: list[int] = []
    for ordinal in range(first, last + 1):
        on = date.fromordinal(ordinal)
        special = specials.get(on)
        if special.is_workday if special else on.weekday() < SATURDAY:
            workdays.append(on)
        worked_by.append(len(workdays))
    return Year(year, version, specials, tuple(workdays), tuple(worked_by))


def _special(row: Mapping[str, str], *, number: int) -> tuple[Special, int]:
    on = _date(row, number=number)
    worked = _cell(row, "is_workday", number=number)
    if worked not in ("0", "1"):
        raise Refused("calendar.row-unreadable", row=number, column="is_workday")
    if worked == "1" and on.weekday() < SATURDAY:
        raise Refused("calendar.not-a-change", row=number, on=on)
    version = _cell(row, "version", number=number)
    if not (version.isascii() and version.isdigit() and 1 <= int(version) <= VERSION_MAX):
        raise Refused("calendar.row-unreadable", row=number, column="version")
    name = _cell(row, "name", number=number)
    notice = _cell(row, "notice", number=number)
    return Special(on, worked == "1", name, notice), int(version)


def _date(row: Mapping[str, str], *, number: int) -> date:
    try:
        return date.fromisoformat(_cell(row, "date", number=number))
    except ValueError:
        raise Refused("calendar.row-unreadable", row=number, column="date") from None


def _cell(row: Mapping[str, str], column: str, *, number: int) -> str:
    text = (row.get(column) or "").strip()
    if not 0 < len(text) <= TEXT_MAX:
        raise Refused("calendar.row-unreadable", row=number, column=column)
    return text
