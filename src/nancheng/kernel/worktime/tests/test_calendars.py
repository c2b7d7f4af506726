"""Notices in, working days out; a missing year never passes for a plain one."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import calendars
from nancheng.kernel.worktime.calendars import CalendarMissing
from nancheng.kernel.worktime.tests import making

FIRST, LAST = date(2018, 1, 1), date(2026, 12, 31)
DAYS = st.dates(FIRST, LAST)
INSIDE = st.dates(date(2019, 6, 1), date(2025, 6, 30))

# The notices of four years, transcribed apart from the file: rest ranges, worked weekend days.
NOTICES = {
    2020: (
        "01-01 01-24…02-02 04-04…04-06 05-01…05-05 06-25…06-27 10-01…10-08",
        "01-19 04-26 05-09 06-28 09-27 10-10",
    ),
    2021: (
        "01-01…01-03 02-11…02-17 04-03…04-05 05-01…05-05 06-12…06-14 09-19…09-21 10-01…10-07",
        "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    ),
    2025: (
        "01-01 01-28…02-04 04-04…04-06 05-01…05-05 05-31…06-02 10-01…10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01…01-03 02-15…02-23 04-04…04-06 05-01…05-05 06-19…06-21 09-25…09-27 10-01…10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


def days_of(year: int, ranges: str) -> set[date]:
    found = set()
    for part in ranges.split():
        first, _, last = part.partition("…")
        on, end = (date.fromisoformat(f"{year}-{text}") for text in (first, last or first))
        while on <= end:
            found.add(on)
            on += timedelta(days=1)
    return found


def row(**changes: str) -> dict[str, str]:
    plain = {
        "date": "2030-01-01",
        "is_workday": "0",
        "name": "元旦",
        "notice": "甲",
        "version": "1",
    }
    return plain | changes


def refusal(*rows: dict[str, str], versions: dict[int, int] | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        calendars.from_rows(rows, versions=versions)
    return caught.value


@pytest.mark.parametrize("year", NOTICES)
def test_the_file_says_what_the_notice_says(year: int) -> None:
    specials = calendars.year_of(making.official(), year).specials.values()
    rest, worked = NOTICES[year]
    assert {special.on for special in specials if not special.is_workday} == days_of(year, rest)
    assert {special.on for special in specials if special.is_workday} == days_of(year, worked)


def test_every_day_agrees_with_an_independent_library() -> None:
    calendar = making.official()
    for ordinal in range(FIRST.toordinal(), LAST.toordinal() + 1):
        on = date.fromordinal(ordinal)
        assert calendars.is_workday(calendar, on) == chinese_calendar.is_workday(on), on


def test_every_notice_has_a_number_and_the_years_do_not_change_silently() -> None:
    calendar = making.official()
    assert set(calendar.years) == set(range(2018, 2027))
    assert {year.year: year.version for year in calendar.years.values() if year.version > 1} == {
        2019: 2,
        2020: 2,
    }
    for year in calendar.years.values():
        assert all(special.notice.startswith("国办发明电〔") for special in year.specials.values())


def test_a_year_without_a_notice_fails_loudly() -> None:
    calendar = making.official()
    assert not calendar.covers(date(2027, 1, 1))
    for ask in (
        lambda: calendars.is_workday(calendar, date(2027, 1, 4)),
        lambda: calendars.forward(calendar, date(2026, 12, 31), 1),
        lambda: calendars.backward(calendar, date(2018, 1, 2), 1),
        lambda: calendars.between(calendar, date(2026, 12, 1), date(2027, 1, 1)),
    ):
        with pytest.raises(CalendarMissing) as caught:
            ask()
        assert caught.value.year in (2017, 2027)
        assert caught.value.figures == {"year": caught.value.year}


def test_a_missing_year_is_told_sixty_days_ahead() -> None:
    calendar = making.official()
    assert calendars.missing_soon(calendar, date(2026, 11, 1)) == ()
    assert calendars.missing_soon(calendar, date(2026, 11, 2)) == (2027,)
    assert calendars.missing_soon(calendar, date(2027, 5, 1)) == (2027,)
    assert calendars.years_needed(date(2025, 12, 1), date(2027, 1, 1)) == (2025, 2026, 2027)


def test_an_earlier_version_can_be_pinned() -> None:
    first = making.as_of({2020: 1})
    assert calendars.is_workday(first, date(2020, 2, 1))
    assert not calendars.is_workday(making.official(), date(2020, 2, 1))
    assert calendars.is_workday(first, date(2020, 1, 31))
    assert refusal(row(), versions={2030: 7}).figures == {"year": 2030, "version": 7}


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"date": "2030-02-30"}, "date"),
        ({"date": ""}, "date"),
        ({"is_workday": "yes"}, "is_workday"),
        ({"version": "0"}, "version"),
        ({"version": "１"}, "version"),
        ({"version": "-1"}, "version"),
        ({"notice": " "}, "notice"),
        ({"name": "元" * 61}, "name"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(changes: dict[str, str], column: str) -> None:
    found = refusal(row(), row(date="2030-01-02"), row(date="2030-01-03") | changes)
    assert (found.code, found.figures) == (
        "calendar.row-unreadable",
        {"row": 3, "column": column},
    )


def test_rows_that_contradict_each_other_are_refused() -> None:
    assert refusal(row(), row()).code == "calendar.day-twice"
    assert refusal(row(date="2030-01-02", is_workday="1")).code == "calendar.not-a-change"
    flood = [row(date=(date(2030, 1, 1) + timedelta(days=n)).isoformat()) for n in range(201)]
    assert refusal(*flood).code == "calendar.too-many-days"
    assert refusal({"date": "2030-01-01"}).code == "calendar.row-unreadable"


def plain_forward(on: date, count: int) -> date:
    while count:
        on += timedelta(days=1)
        count -= chinese_calendar.is_workday(on)
    return on


@given(INSIDE, st.integers(1, 300))
def test_forward_agrees_with_counting_day_by_day(on: date, count: int) -> None:
    reached = calendars.forward(making.official(), on, count)
    assert reached == plain_forward(on, count)
    assert calendars.between(making.official(), on, reached) == count


@given(INSIDE, st.integers(1, 300))
def test_backward_undoes_forward_from_a_working_day(on: date, count: int) -> None:
    calendar = making.official()
    on = calendars.on_or_after(calendar, on)
    assert calendars.backward(calendar, calendars.forward(calendar, on, count), count) == on


@given(INSIDE, st.integers(1, 100))
def test_backward_from_any_day_counts_the_days_before_it(on: date, count: int) -> None:
    calendar = making.official()
    reached = calendars.backward(calendar, on, count)
    assert calendars.between(calendar, reached - timedelta(days=1), on - timedelta(days=1)) == count
    assert calendars.is_workday(calendar, reached)


@given(DAYS, DAYS, DAYS)
def test_counting_adds_up(one: date, two: date, three: date) -> None:
    calendar = making.official()
    first, middle, last = sorted((one, two, three))
    halves = calendars.between(calendar, first, middle) + calendars.between(calendar, middle, last)
    assert halves == calendars.between(calendar, first, last)
    assert calendars.between(calendar, last, first) == 0
