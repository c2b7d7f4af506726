"""Due dates: the published vectors, the laws they obey, and each change a clock may suffer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import calendars, clocks, hours, limits
from nancheng.kernel.worktime.clocks import (
    Clock,
    Due,
    Extension,
    Light,
    Roll,
    Suspension,
)
from nancheng.kernel.worktime.hours import Hours, Season, Stretch
from nancheng.kernel.worktime.limits import Limit, Unit
from nancheng.kernel.worktime.tests import making
from nancheng.kernel.worktime.tests.making import moment

STARTS = st.integers(0, 6 * 365 * 24 * 60).map(
    lambda minutes: moment("2019-01-01", 0) + timedelta(minutes=minutes)
)
UNITS = st.sampled_from(list(Unit))


def clock(limit: str, day: str, *, roll: Roll = Roll.NONE, hour: int = 10) -> Clock:
    return Clock(limits.parse(limit), moment(day, hour), roll)


def due(asked: Clock) -> Due:
    found = clocks.due(asked, making.official())
    assert found is not None
    return found


@st.composite
def a_limit(draw: st.DrawFn) -> Limit:
    unit = draw(UNITS)
    return Limit(draw(st.integers(1, 8 if unit is Unit.MONTH else 90)), unit)


@st.composite
def a_clock(draw: st.DrawFn) -> Clock:
    limit, start = draw(a_limit()), draw(STARTS)
    steps = draw(st.lists(st.integers(0, 600), max_size=6))
    marks, at = [], start - timedelta(hours=100)
    for step in steps:
        at += timedelta(hours=step)
        marks.append(at)
    pauses = tuple(Suspension(*pair) for pair in zip(marks[::2], marks[1::2], strict=False))
    more = draw(st.lists(st.integers(1, 4 if limit.unit is Unit.MONTH else 30), max_size=2))
    extensions = tuple(Extension(Limit(count, limit.unit)) for count in more)
    return Clock(limit, start, draw(st.sampled_from(list(Roll))), pauses, extensions)


@pytest.mark.parametrize(
    ("day", "limit", "roll", "expected"),
    [
        ("2020-09-25", "5wd", Roll.NONE, "2020-10-09"),
        ("2020-09-15", "10wd", Roll.NONE, "2020-09-28"),
        ("2020-09-15", "20wd", Roll.NONE, "2020-10-19"),
        ("2024-09-27", "3wd", Roll.NONE, "2024-10-08"),
        ("2026-09-16", "10wd", Roll.NONE, "2026-09-30"),
        ("2026-02-10", "5wd", Roll.NONE, "2026-02-24"),
        ("2020-09-15", "60cd", Roll.NONE, "2020-11-14"),
        ("2020-09-15", "60cd", Roll.NEXT_WORKDAY, "2020-11-16"),
        ("2026-01-20", "30cd", Roll.NONE, "2026-02-19"),
        ("2026-01-20", "30cd", Roll.NEXT_WORKDAY, "2026-02-24"),
    ],
)
def test_the_published_vectors(day: str, limit: str, roll: Roll, expected: str) -> None:
    found = due(clock(limit, day, roll=roll))
    assert found.due_on == date.fromisoformat(expected)
    assert found.original_on == found.due_on


@pytest.mark.parametrize(
    ("day", "limit", "expected"),
    [
        ("2021-01-31", "1m", "2021-02-28"),
        ("2020-01-31", "1m", "2020-02-29"),
        ("2021-03-31", "3m", "2021-06-30"),
        ("2021-01-15", "12m", "2022-01-15"),
        ("2020-12-31", "2m", "2021-02-28"),
        ("2020-11-30", "3m", "2021-02-28"),
    ],
)
def test_months_end_on_the_matching_day_or_the_last_of_the_month(
    day: str, limit: str, expected: str
) -> None:
    assert due(clock(limit, day)).due_on == date.fromisoformat(expected)


def test_a_month_that_ends_on_a_holiday_moves_behind_it() -> None:
    found = due(clock("3m", "2020-07-01", roll=Roll.NEXT_WORKDAY))
    assert (found.rolled_from, found.due_on) == (date(2020, 10, 1), date(2020, 10, 9))


def test_the_last_day_ends_at_midnight_in_china() -> None:
    found = due(clock("5wd", "2020-09-25"))
    assert found.due_at == datetime(2020, 10, 9, 16, tzinfo=UTC)
    assert found.due_at.isoformat() == "2020-10-10T00:00:00+08:00"


def test_the_day_of_the_start_is_chinas_day() -> None:
    evening_in_utc = datetime(2020, 9, 24, 17, tzinfo=UTC)
    found = due(Clock(limits.parse("5wd"), evening_in_utc))
    assert found.due_on == date(2020, 10, 9)


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        (moment("2020-09-25", 10), "4wh", "2020-09-25T16:00"),
        (moment("2020-09-25", 16), "4wh", "2020-09-27T11:00"),  # a worked Sunday
        (moment("2020-09-30", 16), "4wh", "2020-10-09T11:00"),
        (moment("2020-09-26", 10), "1wh", "2020-09-27T09:30"),
        (moment("2020-09-25", 10), "2wh", "2020-09-25T12:00"),
        (moment("2020-09-25", 13), "7wh", "2020-09-27T12:00"),
        (moment("2020-09-30", 23, 30), "2h", "2020-10-01T01:30"),
    ],
)
def test_hours_run_while_the_office_is_open(start: datetime, limit: str, expected: str) -> None:
    found = due(Clock(limits.parse(limit), start))
    assert found.due_at.isoformat(timespec="minutes") == f"{expected}+08:00"
    assert found.due_on.isoformat() == expected[:10]


def test_the_season_decides_when_the_office_is_open() -> None:
    summer = Season((5, 1), (Stretch(time(8), time(12)), Stretch(time(15), time(18))))
    winter = Season((10, 1), (Stretch(time(9), time(12)), Stretch(time(13), time(17))))
    office = Hours("甲局", (summer, winter))
    assert hours.stretches_on(office, date(2020, 4, 30)) == winter.stretches
    assert hours.stretches_on(office, date(2020, 5, 1)) == summer.stretches
    assert hours.stretches_on(office, date(2020, 9, 30)) == summer.stretches
    found = clocks.due(clock("8wh", "2020-09-30", hour=17), making.official(), office=office)
    assert found is not None
    assert found.due_at == moment("2020-10-09", 17)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Stretch(time(12), time(9)), "hours.stretch-backwards"),
        (lambda: Season((2, 30), (Stretch(time(9), time(12)),)), "hours.season-unreadable"),
        (lambda: Season((1, 1), ()), "hours.season-empty"),
        (
            lambda: Season((1, 1), (Stretch(time(9), time(12)), Stretch(time(11), time(13)))),
            "hours.stretches-overlap",
        ),
        (lambda: Hours("甲局", ()), "hours.seasons-out-of-order"),
    ],
)
def test_impossible_hours_cannot_be_built(make: object, code: str) -> None:
    assert callable(make)
    with pytest.raises(Refused) as caught:
        make()
    assert caught.value.code == code


def test_a_suspension_keeps_what_was_used_and_counts_none_of_its_days() -> None:
    plain = clock("10wd", "2026-03-02")
    assert due(plain).due_on == date(2026, 3, 16)
    pause = Suspension(moment("2026-03-05"), moment("2026-03-10"))
    paused = Clock(plain.limit, plain.started_at, suspensions=(pause,))
    found = due(paused)
    # 5, 6 and 9 March (7 and 8 are a weekend) are not counted; the 10th is again.
    assert (found.due_on, found.original_on) == (date(2026, 3, 19), date(2026, 3, 16))


def test_a_suspension_within_a_day_changes_day_limits_not_but_hours_to_the_minute() -> None:
    pause = (Suspension(moment("2026-03-05", 9), moment("2026-03-05", 11, 20)),)
    start = moment("2026-03-04", 16)
    days = Clock(limits.parse("3wd"), start, suspensions=pause)
    assert due(days).due_on == date(2026, 3, 9)
    in_hours = Clock(limits.parse("4wh"), start, suspensions=pause)
    # 1.5 h on the 4th, 0.5 + 0.67 h before noon on the 5th, then from 14:00
    assert due(in_hours).due_at == moment("2026-03-05", 15, 20)


def test_a_clock_that_stands_still_has_no_due_date() -> None:
    stopped = (Suspension(moment("2026-03-05")),)
    for limit in ("10wd", "10cd", "1m", "30wh", "90h"):
        asked = Clock(limits.parse(limit), moment("2026-03-02"), suspensions=stopped)
        assert clocks.due(asked, making.official()) is None, limit
    too_late = Clock(limits.parse("2wd"), moment("2026-03-02"), suspensions=stopped)
    assert due(too_late).due_on == date(2026, 3, 4)


def test_an_extension_adds_to_the_budget_and_the_first_date_stays_in_sight() -> None:
    petition = Clock(
        limits.parse("60cd"),
        moment("2020-09-15"),
        Roll.NEXT_WORKDAY,
        extensions=(Extension(limits.parse("30cd"), "信访工作条例 第三十四条"),),
    )
    found = due(petition)
    assert (found.original_on, found.due_on) == (date(2020, 11, 16), date(2020, 12, 14))


def test_a_new_notice_moves_the_date_and_only_projects_again() -> None:
    asked = clock("10wd", "2020-01-20")
    before = clocks.due(asked, making.as_of({2020: 1}))
    after = clocks.due(asked, making.official())
    assert before is not None
    assert after is not None
    assert (before.due_on, after.due_on) == (
        date(2020, 2, 8) - timedelta(days=1),
        date(2020, 2, 11),
    )


def test_a_missing_year_is_refused_only_where_it_matters() -> None:
    with pytest.raises(calendars.CalendarMissing):
        due(clock("5wd", "2026-12-30"))
    with pytest.raises(calendars.CalendarMissing):
        due(clock("5cd", "2026-12-30", roll=Roll.NEXT_WORKDAY))
    assert due(clock("5cd", "2026-12-30")).due_on == date(2027, 1, 4)
    assert due(clock("3h", "2027-12-30")).due_at == moment("2027-12-30", 13)


def test_what_is_left() -> None:
    asked = clock("5wd", "2020-09-25")
    left = [
        clocks.remaining(asked, making.official(), at=moment(day))
        for day in ("2020-09-25", "2020-09-27", "2020-09-30", "2020-10-05", "2020-10-09")
    ]
    assert left == [5, 4, 1, 1, 0]
    assert clocks.remaining(asked, making.official(), at=moment("2020-10-10")) == -1
    assert clocks.remaining(asked, making.official(), at=moment("2020-10-11")) == -1
    assert clocks.remaining(asked, making.official(), at=moment("2020-10-12")) == -2


def test_what_is_left_stands_still_while_suspended() -> None:
    stopped = Clock(
        limits.parse("10wd"), moment("2026-03-02"), suspensions=(Suspension(moment("2026-03-05")),)
    )
    for day in ("2026-03-05", "2026-03-20", "2026-06-01"):
        assert clocks.remaining(stopped, making.official(), at=moment(day)) == 8


def test_what_is_left_of_hours_is_told_in_minutes() -> None:
    asked = clock("4wh", "2020-09-25")
    for hour, expected in ((9, 240), (11, 180), (13, 120), (15, 60), (17, -60), (22, -90)):
        at = moment("2020-09-25", hour)
        assert clocks.remaining(asked, making.official(), at=at) == expected, hour
    assert clocks.remaining(asked, making.official(), at=moment("2020-09-27", 9)) == -120


def test_the_light_turns_at_the_moment_itself() -> None:
    found = due(clock("5wd", "2020-09-25"))
    warned = clocks.warn_at(found, making.official(), warning=limits.parse("1wd"))
    assert warned == moment("2020-09-30", 0)
    second = timedelta(seconds=1)
    shown = [
        clocks.light(found.due_at, at=at, warn_at=warned)
        for at in (warned - second, warned, found.due_at - second, found.due_at)
    ]
    assert shown == [Light.GREEN, Light.YELLOW, Light.YELLOW, Light.RED]


def test_warnings_in_other_units() -> None:
    found = due(clock("5wd", "2020-09-25"))
    calendar = making.official()
    assert clocks.warn_at(found, calendar, warning=limits.parse("3cd")) == moment("2020-10-06", 0)
    assert clocks.warn_at(found, calendar, warning=limits.parse("2h")) == moment("2020-10-09", 22)
    with pytest.raises(Refused, match="warning-unit"):
        clocks.warn_at(found, calendar, warning=limits.parse("1m"))


@pytest.mark.parametrize(
    "text",
    ["", "5", "wd", "0wd", "-5wd", "5 wd", "5days", "５wd", "1.5wd", "05wd", "9999999wd", "5wd\n5"],
)
def test_a_limit_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="limit-unreadable"):
        limits.parse(text)


def test_a_limit_of_decades_is_refused() -> None:
    with pytest.raises(Refused, match="limit-out-of-range"):
        limits.parse("121m")


@given(a_limit())
def test_a_limit_reads_back_as_written(limit: Limit) -> None:
    assert limits.parse(str(limit)) == limit


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"extensions": (Extension(Limit(1, Unit.MONTH)),)}, "clock.extension-unit"),
        (
            {
                "suspensions": (
                    Suspension(moment("2020-09-16"), moment("2020-09-20")),
                    Suspension(moment("2020-09-19"), moment("2020-09-22")),
                )
            },
            "clock.suspensions-overlap",
        ),
        (
            {"suspensions": (Suspension(moment("2020-09-16")), Suspension(moment("2020-09-19")))},
            "clock.suspensions-overlap",
        ),
        ({"started_at": datetime(1900, 1, 1, tzinfo=UTC)}, "clock.start-out-of-range"),
    ],
)
def test_a_clock_that_cannot_be_is_refused(changes: dict[str, object], code: str) -> None:
    facts: dict[str, object] = {
        "limit": Limit(5, Unit.WORKING_DAY),
        "started_at": moment("2020-09-15"),
    }
    with pytest.raises(Refused, match=code):
        Clock(**(facts | changes))  # type: ignore[arg-type]


def test_time_without_a_zone_is_our_mistake() -> None:
    with pytest.raises(AssertionError):
        Clock(Limit(5, Unit.WORKING_DAY), moment("2020-09-15").replace(tzinfo=None))


@given(a_clock(), st.integers(0, 20_000))
def test_a_later_start_never_ends_earlier(asked: Clock, minutes: int) -> None:
    later = Clock(
        asked.limit,
        asked.started_at + timedelta(minutes=minutes),
        asked.roll,
        asked.suspensions,
        asked.extensions,
    )
    assert due(asked).due_at <= due(later).due_at


@given(a_clock(), st.integers(1, 20))
def test_a_longer_limit_never_ends_earlier(asked: Clock, more: int) -> None:
    longer = Clock(
        Limit(asked.limit.count + more, asked.limit.unit),
        asked.started_at,
        asked.roll,
        asked.suspensions,
        asked.extensions,
    )
    assert due(asked).due_at <= due(longer).due_at


@given(a_clock(), st.integers(0, 900), st.integers(0, 900))
def test_another_suspension_never_makes_it_earlier(asked: Clock, wait: int, held: int) -> None:
    last = max(
        (pause.until_at for pause in asked.suspensions if pause.until_at), default=asked.started_at
    )
    from_at = last + timedelta(hours=wait)
    pause = Suspension(from_at, from_at + timedelta(hours=held))
    paused = Clock(
        asked.limit,
        asked.started_at,
        asked.roll,
        (*asked.suspensions, pause),
        asked.extensions,
    )
    assert due(asked).due_at <= due(paused).due_at


@given(a_clock())
def test_working_day_limits_and_rolled_limits_end_on_a_working_day(asked: Clock) -> None:
    found = due(asked)
    if asked.limit.unit is Unit.WORKING_DAY or (
        asked.roll is Roll.NEXT_WORKDAY and asked.limit.unit in (Unit.CALENDAR_DAY, Unit.MONTH)
    ):
        assert calendars.is_workday(making.official(), found.due_on)
    assert found.due_at > asked.started_at
    assert found.original_on <= found.due_on


@given(a_clock())
def test_nothing_is_left_at_the_due_moment_and_all_of_it_at_the_start(asked: Clock) -> None:
    calendar = making.official()
    found = due(asked)
    if asked.limit.unit in limits.HOURLY:
        assert clocks.remaining(asked, calendar, at=found.due_at) == 0
        assert clocks.remaining(asked, calendar, at=asked.started_at) == clocks.budget(asked) * 60
    else:
        before = found.due_at - timedelta(seconds=1)
        assert clocks.remaining(asked, calendar, at=before) == 0
        assert clocks.remaining(asked, calendar, at=found.due_at) < 0


@given(a_clock())
def test_the_first_date_is_that_of_the_clock_without_its_changes(asked: Clock) -> None:
    assert due(asked).original_on == due(clocks.unchanged(asked)).due_on
