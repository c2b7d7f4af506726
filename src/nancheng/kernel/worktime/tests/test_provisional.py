"""Years whose notice is not out yet, dates ahead of others, hours as text, and re-projection."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import ahead, calendars, clocks, explanation, hours, limits
from nancheng.kernel.worktime.ahead import Ahead
from nancheng.kernel.worktime.calendars import Calendar, CalendarMissing
from nancheng.kernel.worktime.clocks import Clock, Extension, Roll, Suspension
from nancheng.kernel.worktime.hours import Hours, Season, Stretch
from nancheng.kernel.worktime.limits import HOURLY, Limit, Unit
from nancheng.kernel.worktime.tests import making
from nancheng.kernel.worktime.tests.making import moment
from nancheng.kernel.worktime.tests.test_clocks import a_clock, a_limit

DAYS = st.dates(date(2019, 1, 1), date(2025, 12, 31))


def known(*years: int) -> Calendar:
    return Calendar({year: calendars.year_of(making.official(), year) for year in years})


def test_a_lenient_calendar_answers_later_years_by_the_week_and_says_so() -> None:
    calendar = calendars.lenient(making.official())
    assert calendars.is_workday(calendar, date(2027, 1, 1))  # a Friday: no notice says otherwise
    assert not calendars.is_workday(calendar, date(2027, 1, 2))
    assert calendars.year_of(calendar, 2027).version == calendars.PROVISIONAL
    with pytest.raises(CalendarMissing):
        calendars.is_workday(calendar, date(2017, 12, 29))
    gap = calendars.lenient(known(2019, 2021))
    with pytest.raises(CalendarMissing):
        calendars.is_workday(gap, date(2020, 5, 6))
    assert calendars.lenient(Calendar({})).horizon is None


def test_a_year_can_be_pinned_to_before_its_notice() -> None:
    pinned = calendars.from_rows(making.rows(), versions={2026: 0})
    assert calendars.year_of(pinned, 2026) is calendars.provisional(2026)


def test_the_days_on_which_two_notices_differ() -> None:
    first = calendars.year_of(making.as_of({2020: 1}), 2020)
    second = calendars.year_of(making.official(), 2020)
    assert calendars.differences(first, second) == (
        (date(2020, 1, 31), True, False),
        (date(2020, 2, 1), True, False),
    )
    assert calendars.differences(second, second) == ()


@given(a_clock())
def test_only_the_years_used_matter(asked: Clock) -> None:
    due = clocks.due(asked, making.official())
    used = clocks.years_used(asked, due)
    bare = calendars.lenient(Calendar({2018: calendars.provisional(2018)}))
    for year in used:
        bare = calendars.with_year(bare, calendars.year_of(making.official(), year))
    again = clocks.due(asked, bare)
    assert due is not None
    assert again is not None
    assert (again.due_on, again.due_at) == (due.due_on, due.due_at)


@given(a_clock(), st.sampled_from([2020, 2021, 2022, 2023]))
def test_a_clock_told_provisionally_agrees_with_its_explanation(asked: Clock, last: int) -> None:
    calendar = calendars.lenient(known(*range(2018, last + 1)))
    due = clocks.due(asked, calendar)
    lines = explanation.explain(asked, calendar)
    assert due is not None
    ends_at = due.due_at - timedelta(microseconds=1) if asked.limit.unit in HOURLY else due.due_at
    assert lines[-1].on == (ends_at.date() if asked.limit.unit in HOURLY else due.due_on)


@given(a_clock(), st.sampled_from(range(2019, 2027)))
def test_projecting_again_on_the_same_calendar_changes_nothing(asked: Clock, last: int) -> None:
    before = calendars.lenient(known(*range(2018, last + 1)))
    later = calendars.lenient(making.official())
    once = clocks.due(asked, later)
    assert clocks.due(asked, before) == clocks.due(asked, before)
    assert clocks.due(asked, later) == once
    there_and_back = calendars.with_year(later, calendars.provisional(last))
    restored = calendars.with_year(
        there_and_back, calendars.year_of(calendars.lenient(making.official()), last)
    )
    assert clocks.due(asked, restored) == once


@st.composite
def separate_pauses(draw: st.DrawFn) -> tuple[Suspension, ...]:
    """Two pauses on working days with room between, both within a long limit."""
    first = moment("2024-03-04") + timedelta(days=draw(st.integers(0, 20)))
    one = Suspension(first, first + timedelta(days=draw(st.integers(0, 15))))
    assert one.until_at is not None
    second = one.until_at + timedelta(days=draw(st.integers(1, 10)))
    return one, Suspension(second, second + timedelta(days=draw(st.integers(0, 15))))


@given(separate_pauses())
def test_a_pause_adds_exactly_the_working_days_it_took(pauses: tuple[Suspension, ...]) -> None:
    limit = Limit(60, Unit.WORKING_DAY)
    plain = clocks.due(Clock(limit, moment("2024-03-01")), making.official())
    held = clocks.due(Clock(limit, moment("2024-03-01"), suspensions=pauses), making.official())
    lost = sum(
        calendars.between(
            making.official(),
            clocks.local_date(pause.from_at) - timedelta(days=1),
            clocks.local_date(pause.until_at) - timedelta(days=1),
        )
        for pause in pauses
        if pause.until_at is not None
    )
    assert plain is not None
    assert held is not None
    assert calendars.between(making.official(), plain.due_on, held.due_on) == lost


@given(separate_pauses(), st.integers(1, 10), st.integers(1, 10))
def test_the_order_of_extensions_and_the_grouping_of_pauses_do_not_matter(
    pauses: tuple[Suspension, ...], more: int, again: int
) -> None:
    limit = Limit(60, Unit.WORKING_DAY)
    given_ = tuple(Extension(Limit(count, limit.unit)) for count in (more, again))
    one, two = pauses
    assert one.until_at is not None
    middle = one.from_at + (one.until_at - one.from_at) / 2
    split = (Suspension(one.from_at, middle), Suspension(middle, one.until_at), two)
    found = {
        clocks.due(
            Clock(limit, moment("2024-03-01"), suspensions=each, extensions=longer),
            making.official(),
        )
        for each in (pauses, split)
        for longer in (given_, given_[::-1])
    }
    assert len(found) == 1


@given(DAYS, st.integers(1, 60), st.sampled_from(sorted(ahead.UNITS)), st.integers(0, 90))
def test_a_date_ahead_of_another_is_explained_backwards(
    anchor_on: date, count: int, unit: Unit, before: int
) -> None:
    asked = Ahead(Limit(count, unit), arrived_on=anchor_on - timedelta(days=before))
    due = ahead.due(asked, making.official(), anchor_on=anchor_on)
    lines = ahead.explain(asked, making.official(), anchor_on=anchor_on)
    assert due is not None
    assert lines[-1].on == due.due_on
    assert asked.arrived_on <= due.due_on <= anchor_on
    if due.due_on > asked.arrived_on:
        assert sum(line.counted for line in lines) == count


def test_a_co_unit_answers_two_working_days_before_the_lead() -> None:
    limit = ahead.parse("case-2wd")
    assert limit is not None
    asked = Ahead(limit, arrived_on=date(2020, 9, 15))
    due = ahead.due(asked, making.official(), anchor_on=date(2020, 10, 10))
    assert due is not None
    assert due.due_on == date(2020, 9, 30)  # the 9th counts one; then the holiday
    assert ahead.due(asked, making.official(), anchor_on=None) is None
    assert ahead.explain(asked, making.official(), anchor_on=None) == ()
    assert ahead.parse("2wd") is None
    assert ahead.years_used(asked, due, anchor_on=date(2020, 10, 10)) == (2020,)
    with pytest.raises(Refused, match="ahead-unit"):
        Ahead(limits.parse("2h"), arrived_on=date(2020, 9, 15))


SUMMER = "05-01 08:30-12:00 14:30-17:30; 10-01 08:30-12:00 14:00-17:30"


def test_hours_as_text_read_back_the_same() -> None:
    office = hours.parse("甲局", SUMMER)
    assert hours.written(office) == SUMMER
    assert hours.stretches_on(office, date(2020, 7, 1))[1].opens == time(14, 30)
    assert hours.stretches_on(office, date(2020, 1, 1))[1].opens == time(14)


@pytest.mark.parametrize(
    "text",
    ["", ";", "5-1 08:30-12:00", "05-01 8:30-12:00", "05-01 08:30-25:00", "x", "05-01 08:30"],
)
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="unreadable"):
        hours.parse("甲局", text)
    with pytest.raises(Refused, match="season-empty"):
        hours.parse("甲局", "05-01")


@given(st.integers(0, 60 * 24 * 20), st.integers(0, 60 * 24 * 20), st.integers(0, 60 * 24 * 20))
def test_office_time_between_moments_adds_up(one: int, two: int, three: int) -> None:
    first, middle, last = (
        moment("2020-09-20", 0) + timedelta(minutes=minutes)
        for minutes in sorted((one, two, three))
    )

    def worked(begins: object, ends: object, **kept: object) -> timedelta:
        return hours.worked(hours.OFFICE, making.official(), begins=begins, ends=ends, **kept)  # type: ignore[arg-type]

    assert worked(first, middle) + worked(middle, last) == worked(first, last)
    assert worked(first, last, gaps=((first, middle),)) == worked(middle, last)
    assert worked(last, first) == hours.ZERO if first < last else True


def test_office_time_of_one_day() -> None:
    season = Season((1, 1), (Stretch(time(9), time(12)), Stretch(time(13), time(17))))
    spent = hours.worked(
        Hours("甲局", (season,)),
        making.official(),
        begins=moment("2020-09-30", 16),
        ends=moment("2020-10-09", 10),
    )
    assert spent == timedelta(hours=2)


@given(a_limit(), st.sampled_from(list(Roll)))
def test_the_years_used_are_those_between(limit: Limit, roll: Roll) -> None:
    asked = Clock(limit, moment("2021-11-20"), roll)
    due = clocks.due(asked, making.official())
    assert due is not None
    used = clocks.years_used(asked, due)
    if limit.unit in (Unit.WORKING_DAY, Unit.WORKING_HOUR):
        assert used == calendars.years_needed(date(2021, 11, 20), due.due_on)
    elif limit.unit is Unit.HOUR or roll is Roll.NONE:
        assert used == ()
    else:
        assert due.due_on.year in used
    assert clocks.years_used(asked, None) == ()
