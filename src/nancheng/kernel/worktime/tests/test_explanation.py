"""The explanation proves the due date: it counts day by day and must land on it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given

from nancheng.kernel.worktime import calendars, clocks, explanation, limits
from nancheng.kernel.worktime.clocks import Clock, Extension, Roll, Suspension
from nancheng.kernel.worktime.explanation import Reason
from nancheng.kernel.worktime.limits import HOURLY, Unit
from nancheng.kernel.worktime.tests import making
from nancheng.kernel.worktime.tests.making import moment
from nancheng.kernel.worktime.tests.test_clocks import a_clock


def shown(asked: Clock) -> list[tuple[str, str, int]]:
    lines = explanation.explain(asked, making.official())
    return [(line.on.isoformat()[5:], line.reason.value, line.number) for line in lines]


def test_five_working_days_over_the_national_holiday() -> None:
    asked = Clock(limits.parse("5wd"), moment("2020-09-25"), basis="甲办法 第五条")
    assert shown(asked) == [
        ("09-25", "start", 0),
        ("09-26", "weekend", 0),
        ("09-27", "counted-made-up", 1),
        ("09-28", "counted", 2),
        ("09-29", "counted", 3),
        ("09-30", "counted", 4),
        *((f"10-0{day}", "holiday", 4) for day in range(1, 9)),
        ("10-09", "counted", 5),
    ]


def test_each_line_quotes_its_ground() -> None:
    asked = Clock(limits.parse("5wd"), moment("2020-09-25"), basis="甲办法 第五条")
    lines = {line.on: line for line in explanation.explain(asked, making.official())}
    made_up = lines[date(2020, 9, 27)]
    assert (made_up.name, made_up.notice) == ("国庆节", "国办发明电〔2019〕16号")
    assert lines[date(2020, 10, 2)].notice == "国办发明电〔2019〕16号"
    assert lines[date(2020, 9, 28)].basis == "甲办法 第五条"
    assert lines[date(2020, 9, 25)].basis == "民法典 第二百零一条"
    assert lines[date(2020, 9, 26)].basis.endswith("第七条")


def test_a_rolled_last_day_says_from_where_and_why() -> None:
    asked = Clock(limits.parse("60cd"), moment("2020-09-15"), Roll.NEXT_WORKDAY)
    lines = explanation.explain(asked, making.official())
    assert [(line.on.day, line.reason, line.number) for line in lines[-3:]] == [
        (14, Reason.COUNTED, 60),
        (15, Reason.ROLLED, 60),
        (16, Reason.ROLLED_TO, 60),
    ]
    assert lines[-1].basis == "民法典 第二百零三条"


def test_suspended_and_extended_days_name_their_own_ground() -> None:
    asked = Clock(
        limits.parse("3wd"),
        moment("2026-03-02"),
        suspensions=(Suspension(moment("2026-03-04"), moment("2026-03-06"), "听证"),),
        extensions=(Extension(limits.parse("1wd"), "首次"), Extension(limits.parse("1wd"), "再次")),
    )
    lines = explanation.explain(asked, making.official())
    assert [(line.on.day, line.reason.value, line.basis) for line in lines[1:]] == [
        (3, "counted", ""),
        (4, "suspended", "听证"),
        (5, "suspended", "听证"),
        (6, "counted", ""),
        (7, "weekend", explanation.WEEKEND_BASIS),
        (8, "weekend", explanation.WEEKEND_BASIS),
        (9, "counted", ""),
        (10, "counted-extended", "首次"),
        (11, "counted-extended", "再次"),
    ]


def test_a_clock_that_stands_still_is_explained_up_to_where_it_stands() -> None:
    stopped = (Suspension(moment("2026-03-05")),)
    asked = Clock(limits.parse("10wd"), moment("2026-03-02"), suspensions=stopped)
    assert shown(asked) == [
        ("03-02", "start", 0),
        ("03-03", "counted", 1),
        ("03-04", "counted", 2),
    ]


def test_working_hours_are_shown_day_by_day() -> None:
    asked = Clock(limits.parse("8wh"), moment("2020-09-30", 18))
    lines = explanation.explain(asked, making.official())
    assert [line.reason for line in lines] == [
        Reason.START,
        *[Reason.HOLIDAY] * 8,
        Reason.COUNTED,
        Reason.COUNTED_MADE_UP,
    ]
    assert [line.spent for line in lines[-2:]] == [timedelta(hours=7), timedelta(hours=1)]


@given(a_clock())
def test_the_explanation_agrees_with_the_due_date(asked: Clock) -> None:
    calendar = making.official()
    due = clocks.due(asked, calendar)
    lines = explanation.explain(asked, calendar)
    assert due is not None
    last = due.due_at - timedelta(microseconds=1) if asked.limit.unit in HOURLY else due.due_at
    assert lines[-1].on == (last.date() if asked.limit.unit in HOURLY else due.due_on)
    ordinals = [line.on.toordinal() for line in lines]
    assert ordinals == list(range(ordinals[0], ordinals[0] + len(ordinals)))
    assert ordinals[0] == clocks.local_date(asked.started_at).toordinal()


@given(a_clock())
def test_what_is_counted_is_the_budget(asked: Clock) -> None:
    lines = explanation.explain(asked, making.official())
    if asked.limit.unit in HOURLY:
        spent = sum((line.spent for line in lines), timedelta())
        assert spent == timedelta(hours=clocks.budget(asked))
    else:
        assert sum(line.counted for line in lines) == clocks.days_budget(asked)
    if asked.limit.unit is Unit.WORKING_DAY:
        calendar = making.official()
        assert all(calendars.is_workday(calendar, line.on) for line in lines if line.counted)
