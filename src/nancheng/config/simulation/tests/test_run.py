"""Whole runs, worked out by hand; and what is said when something is missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from nancheng.config.simulation import report, run
from nancheng.config.simulation.officetime import OfficeTime
from nancheng.config.simulation.run import Request
from nancheng.config.simulation.settings import UnreadableError
from nancheng.kernel.process import bpmn_write, due, simulate
from nancheng.kernel.process import program as programs
from nancheng.kernel.process.definition import Definition, Lane
from nancheng.kernel.process.simulate import World
from nancheng.kernel.process.tests import drawing
from nancheng.kernel.worktime import hours
from nancheng.kernel.worktime.calendars import CalendarMissing

MINUTE = timedelta(minutes=1)
# A Monday with four more working days after it.
MONDAY = date(2026, 3, 2)


def drawn(arrows: str, **posts: str) -> Definition:
    definition = drawing.draw("x", arrows)
    lanes = tuple(Lane(post, post, post=post, nodes=(node,)) for node, post in posts.items())
    object.__setattr__(definition, "lanes", lanes)
    return definition


def simulated(
    folder: Path, definition: Definition, settings: str, cases: int = 4, seed: int = 1
) -> report.Report:
    file, written = folder / "x.bpmn", folder / "x.toml"
    file.write_bytes(bpmn_write.write(definition))
    written.write_text(settings, encoding="utf-8")
    return run.run(Request(file=file, settings=written, cases=cases, begins_on=MONDAY, seed=seed))


ONE = drawn("(in) -> [a]\n[a] -> ((out))", a="clerk")
FIXED = '[arrivals]\nevery = "40m"\n[nodes.a]\nwork = "60m"\n'


def test_one_clerk_by_hand(tmp_path: Path) -> None:
    """Cases come at 8:30, 9:10, 9:50 and 10:30; each takes an hour; noon is from 12 to 14.

    Done at 9:30, 10:30, 11:30 and, after half an hour on each side of noon, 14:30. The last one
    comes the moment the second is done: just then two wait.
    """
    found = simulated(tmp_path, ONE, FIXED)
    (row,) = found.posts
    assert (row.done, row.left, row.longest_queue) == (4, 0, 2)
    assert row.queue_h == (0 + 20 + 40 + 60) / 4 / 60
    assert row.waiting_h == 2 / 4
    assert row.working_h == 1
    # Open 8:30–12:00 and 14:00–14:30, four hours, all of them worked.
    assert row.busy == 1
    day = 24 * 60
    assert found.took_p50_days == round(80 / day, 2)
    assert found.took_p90_days == round(240 / day, 2)
    assert (found.finished, found.unfinished, found.overdue_share) == (4, 0, 0)
    assert found.steps[0].done == row.done
    assert found.assumed == ("1 at clerk",)


def test_a_second_clerk_ends_the_queue(tmp_path: Path) -> None:
    found = simulated(tmp_path, ONE, FIXED + "[posts.clerk]\nstaff = 2\ndepartment = '财政局'")
    assert found.posts[0].queue_h == 0
    assert [row.name for row in found.departments] == ["财政局"]
    assert found.departments[0].busy == found.posts[0].busy


# One duty in two lanes: who applies, and who looks at it.
TWO = drawn("(in) -> [a]\n[a] -> [b]\n[b] -> ((out))")
object.__setattr__(
    TWO,
    "lanes",
    (
        Lane("l1", "申报", post="clerk", party="applicant", nodes=("a",)),
        Lane("l2", "审核", post="clerk", party="reviewing", nodes=("b",)),
    ),
)
STEADY = '[arrivals]\nevery = "100m"\n[defaults]\nwork = "60m"\n'
PLACES = '[posts."{}/clerk"]\ndepartment = "{}"\n'


def test_one_duty_in_two_departments_is_two_queues_by_hand(tmp_path: Path) -> None:
    """Cases come at 8:30, 10:10 and 11:50; noon is from 12 to 14.

    a is done 8:30–9:30, 10:10–11:10, 11:50–14:50 and b 9:30–10:30, 11:10–14:10, 14:50–15:50: nobody
    queues, and each clerk waits for one noon. Open 8:30–15:50 less noon: 5 h 20, of which 3 worked.
    """
    settings = STEADY + PLACES.format("applicant", "北街道") + PLACES.format("reviewing", "财政局")
    found = simulated(tmp_path, TWO, settings, cases=3)
    assert {row.department: row.name for row in found.posts} == {"北街道": "申报", "财政局": "审核"}
    for row in (*found.posts, *found.departments):
        assert (row.done, row.staff, row.longest_queue) == (3, 1, 0)
        assert (row.queue_h, row.waiting_h, row.working_h) == (0, 0.67, 1)
        assert row.busy == 0.5625
    assert [row.name for row in found.departments] == ["北街道", "财政局"]
    assert found.assumed[-1] == "1 at 申报, 审核"
    text = "\n".join(report.lines(found))
    assert "财政局 · 审核" in text


def test_one_duty_in_one_department_is_one_queue_by_hand(tmp_path: Path) -> None:
    """The same cases, and one clerk for both steps.

    8:30 a1, 9:30 b1, 10:30 a2 (20 min in the queue), 11:30 b2 until 14:30, 14:30 a3 (160 min),
    15:30 b3 until 16:30: three hours in the queue and one noon over six tasks; six hours open, all
    of them worked.
    """
    settings = STEADY + PLACES.format("applicant", "财政局") + PLACES.format("reviewing", "财政局")
    found = simulated(tmp_path, TWO, settings, cases=3)
    (post,), (department,) = found.posts, found.departments
    for row in (post, department):
        assert (row.done, row.staff, row.longest_queue) == (6, 1, 1)
        assert (row.queue_h, row.waiting_h, row.working_h) == (0.5, 0.33, 1)
        assert row.busy == 1
    assert sum(row.queue_h * row.done for row in found.steps) == pytest.approx(3, abs=0.05)


def test_without_departments_parties_are_apart_and_the_departments_rows_say_who_is_not_there(
    tmp_path: Path,
) -> None:
    found = simulated(tmp_path, TWO, STEADY, cases=3)
    assert [row.key for row in found.posts] == ["applicant/clerk", "reviewing/clerk"]
    assert found.departments == ()
    one = simulated(tmp_path, TWO, STEADY + PLACES.format("applicant", "北街道"), cases=3)
    assert [row.name for row in one.departments] == ["北街道"]
    assert one.assumed[-1] == "no department at 审核: not in the departments' rows"


def test_a_limit_in_working_days_makes_cases_overdue(tmp_path: Path) -> None:
    """Seven hours a day, one clerk, five hours a case: the third is done on Wednesday.

    1wd after Monday ends when Tuesday does: two are in time, the others late.
    """
    limited = drawn("(in) -> [a]\n[a] -> ((out))", a="clerk")
    limited.nodes["a"].extra["limit"] = "1wd"  # type: ignore[index]
    object.__setattr__(limited, "limit", "1wd")
    found = simulated(tmp_path, limited, '[arrivals]\nevery = "0m"\n[defaults]\nwork = "5h"')
    assert found.steps[0].overdue == 2
    assert found.overdue_share == 0.5


def test_the_same_seed_gives_the_same_run_and_shares_are_kept(tmp_path: Path) -> None:
    choice = drawn(
        "(in) -> [a]\n[a] -> <ok>\n<ok> -y-> [b]\n<ok> -> [c]\n[b] -> ((o))\n[c] -> ((p))",
        a="clerk",
        b="head",
        c="head2",
    )
    settings = '[arrivals]\nper_day = 30\n[flows.ok-b]\nshare = 0.25\n[defaults]\nwork = "~20m"'
    first = simulated(tmp_path, choice, settings, cases=400, seed=7)
    assert first == simulated(tmp_path, choice, settings, cases=400, seed=7)
    assert first != simulated(tmp_path, choice, settings, cases=400, seed=8)
    done = {row.key: row.done for row in first.steps}
    assert done["a"] == done["b"] + done["c"] == 400
    assert done["b"] / 400 == pytest.approx(0.25, abs=0.05)
    # More staff changes when work is done, never which way a case takes.
    busier = simulated(tmp_path, choice, settings + "\n[posts.clerk]\nstaff = 9", 400, seed=7)
    assert {row.key: row.done for row in busier.steps} == done


def test_a_queue_follows_pollaczek_and_khinchine() -> None:
    """M/D/1: at random half as many cases as can be done; they wait half a service on average.

    Wq = ρ / (2 µ (1 - ρ)), with ρ = 0.5 and µ = 1 an hour: half an hour.
    """
    random, begins, at = Random(3), list[datetime](), drawing.AT
    for _ in range(6_000):
        at += timedelta(hours=random.expovariate(0.5))
        begins.append(at)
    program = programs.compile_definition(ONE, drawing.expressions)
    world = World(
        begins=lambda case: begins[case],
        variables=lambda _: {},
        work=lambda _case, _item: timedelta(hours=1),
        answer=lambda _case, _item, _seen: {},
        comes=lambda _case, _item: None,
        staff={"clerk": 1},
        due=due.due,
    )
    far = at + timedelta(days=10)
    outcome = simulate.simulate(program, world, cases=len(begins), until=far)
    waited = outcome.posts["clerk"].queue / len(begins) / timedelta(hours=1)
    assert waited == pytest.approx(0.5, rel=0.1)


def test_messages_come_as_set_or_not_at_all(tmp_path: Path) -> None:
    call = drawn("(in) -> [a]\n[a] -> (~wait)\n(~wait) -> ((out))", a="clerk")
    found = simulated(tmp_path, call, '[arrivals]\nevery = "1m"\n[nodes.a]\nwork = "1m"')
    assert found.took_p50_days == pytest.approx(1, abs=0.01), "a timer of one day"


def test_what_cannot_be_simulated_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="say which kind"):
        run.run(Request())
    with pytest.raises(UnreadableError, match="no kind of case 'x'"):
        run.run(Request(kind="x", cases=0))
    broken = drawn("(in) -> [a]\n[a] -> <ok>\n<ok> -(-> ((out))")
    with pytest.raises(UnreadableError, match="process"):
        simulated(tmp_path, broken, "")
    with pytest.raises(CalendarMissing):
        simulated(tmp_path, ONE, '[arrivals]\nevery = "300d"')


def test_percentiles_are_by_nearest_rank() -> None:
    values = [timedelta(hours=n) for n in (5, 1, 4, 2, 3)]
    assert report.percentile(values, 50) == timedelta(hours=3)
    assert report.percentile(values, 90) == timedelta(hours=5)
    assert report.percentile(values[:1], 50) == timedelta(hours=5)
    assert report.percentile([], 50) is None


def test_working_time_runs_while_the_office_is_open() -> None:
    office = OfficeTime(run._shipped_calendar(), hours.OFFICE)
    opening = office.opening(MONDAY)
    assert office.ends(opening, 210 * MINUTE) == opening + 210 * MINUTE
    assert office.ends(opening, 211 * MINUTE) == opening + 331 * MINUTE
    week = office.ends(opening, 5 * office.day_length(MONDAY))
    assert office.open_time(opening, week) == timedelta(hours=35)
    assert week.date() == date(2026, 3, 6)
