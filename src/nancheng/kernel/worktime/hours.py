"""Working hours of an organ through the seasons, and counting time within them.

As text, hours are seasons apart by semicolons: the day each begins and its stretches, such as
"05-01 08:30-12:00 14:30-17:30; 10-01 08:30-12:00 14:00-17:30".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise

from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import calendars
from nancheng.kernel.worktime.calendars import Calendar

# China keeps one time all year. A fixed offset needs no zone file and is exact from 1992 on.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ZERO = timedelta()
MONTH_DAY = re.compile(r"([01][0-9])-([0-3][0-9])", re.ASCII)
STRETCH = re.compile(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])", re.ASCII)
# Two seasons are usual, a third has been seen; a day has a morning and an afternoon.
SEASONS_MAX = 6
STRETCHES_MAX = 4


@dataclass(frozen=True, slots=True)
class Stretch:
    """One unbroken stretch of office hours in a day."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo or self.opens >= self.closes:
            raise Refused("hours.stretch-backwards", opens=self.opens, closes=self.closes)


@dataclass(frozen=True, slots=True)
class Season:
    """The office hours from a month and day on, until the next season begins."""

    begins: tuple[int, int]
    stretches: tuple[Stretch, ...]

    def __post_init__(self) -> None:
        try:
            date(2000, *self.begins)
        except ValueError:
            raise Refused("hours.season-unreadable", begins=self.begins) from None
        if not self.stretches:
            raise Refused("hours.season-empty", begins=self.begins)
        for earlier, later in pairwise(self.stretches):
            if earlier.closes > later.opens:
                raise Refused("hours.stretches-overlap", begins=self.begins)


@dataclass(frozen=True, slots=True)
class Hours:
    """The office hours of one organ (作息时间): its seasons in the order of the year."""

    organ: str
    seasons: tuple[Season, ...]

    def __post_init__(self) -> None:
        begins = [season.begins for season in self.seasons]
        if not begins or any(earlier >= later for earlier, later in pairwise(begins)):
            raise Refused("hours.seasons-out-of-order", organ=self.organ)


def whole_year(organ: str, *stretches: tuple[time, time]) -> Hours:
    """Return hours that do not change with the season."""
    return Hours(organ, (Season((1, 1), tuple(Stretch(*stretch) for stretch in stretches)),))


def parse(organ: str, text: str) -> Hours:
    """Read hours from their text.

    Raises Refused "hours.unreadable" (text), and what the parts raise.
    """
    parts = [part.split() for part in text.split(";") if part.strip()]
    if not parts or len(parts) > SEASONS_MAX:
        raise Refused("hours.unreadable", text=text[:60])
    return Hours(organ, tuple(_season(*part) for part in parts))


def written(hours: Hours) -> str:
    """Return hours as text; ``parse`` reads it back."""
    return "; ".join(
        " ".join(
            [
                "{:02}-{:02}".format(*season.begins),
                *(f"{each.opens:%H:%M}-{each.closes:%H:%M}" for each in season.stretches),
            ]
        )
        for season in hours.seasons
    )


def _season(begins: str, *stretches: str) -> Season:
    found = MONTH_DAY.fullmatch(begins)
    if found is None or len(stretches) > STRETCHES_MAX:
        raise Refused("hours.unreadable", text=begins[:60])
    return Season((int(found[1]), int(found[2])), tuple(_stretch(text) for text in stretches))


def _stretch(text: str) -> Stretch:
    found = STRETCH.fullmatch(text)
    if found is None:
        raise Refused("hours.unreadable", text=text[:60])
    try:
        return Stretch(time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4])))
    except ValueError:
        raise Refused("hours.unreadable", text=text[:60]) from None


# The usual day of an office: 8:30–12:00 and 14:00–17:30, seven hours.
OFFICE = whole_year("office", (time(8, 30), time(12)), (time(14), time(17, 30)))


def stretches_on(hours: Hours, on: date) -> tuple[Stretch, ...]:
    """Return the stretches of the season a day falls in; before the first, last year's last."""
    current = hours.seasons[-1]
    for season in hours.seasons:
        if season.begins <= (on.month, on.day):
            current = season
    return current.stretches


def open_spans(
    hours: Hours, calendar: Calendar, *, on: date
) -> tuple[tuple[datetime, datetime], ...]:
    """Return the open stretches of one day as aware moments; none on a rest day."""
    if not calendars.is_workday(calendar, on):
        return ()
    return tuple(
        (
            datetime.combine(on, stretch.opens, SHANGHAI),
            datetime.combine(on, stretch.closes, SHANGHAI),
        )
        for stretch in stretches_on(hours, on)
    )


def without(
    span: tuple[datetime, datetime], gaps: tuple[tuple[datetime, datetime], ...]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is left of a stretch outside the gaps, which are in order and apart."""
    begins, ends = span
    for gap_begins, gap_ends in gaps:
        if gap_ends <= begins or gap_begins >= ends:
            continue
        if gap_begins > begins:
            yield begins, gap_begins
        begins = max(begins, gap_ends)
    if begins < ends:
        yield begins, ends


def worked(
    hours: Hours,
    calendar: Calendar,
    *,
    begins: datetime,
    ends: datetime,
    gaps: tuple[tuple[datetime, datetime], ...] = (),
) -> timedelta:
    """Return how much office time lies between two moments, outside the gaps (in order, apart)."""
    begins, ends = begins.astimezone(SHANGHAI), ends.astimezone(SHANGHAI)
    total = ZERO
    on = begins.date()
    while on <= ends.date() and begins < ends:
        for opens, closes in open_spans(hours, calendar, on=on):
            span = (max(opens, begins), min(closes, ends))
            if span[0] < span[1]:
                total += sum((until - since for since, until in without(span, gaps)), ZERO)
        on += timedelta(days=1)
    return total
