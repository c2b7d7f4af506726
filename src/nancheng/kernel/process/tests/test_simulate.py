"""Simulation: figures that can be worked out by hand, and laws of queues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.process import chances, due, simulate
from nancheng.kernel.process import program as programs
from nancheng.kernel.process.definition import Lane, Loop
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.simulate import NOTHING, World
from nancheng.kernel.process.state import Item
from nancheng.kernel.process.tests import drawing
from nancheng.kernel.process.tests.drawing import AT

HOUR = timedelta(hours=1)
FAR = drawing.after(days=3650)


def compiled(arrows: str, *also: Any, **lanes: str) -> Program:
    definition = drawing.draw("x", arrows, also=also)
    drawn = tuple(Lane(post, post=post, nodes=(node,)) for node, post in lanes.items())
    return programs.compile_definition(replace(definition, lanes=drawn), drawing.expressions)


def nothing(*_: object) -> Mapping[str, object]:
    return {}


def at_once(_: int, __: Item) -> timedelta | None:
    return NOTHING


WORLD = World(
    begins=lambda _: AT,
    variables=nothing,
    work=lambda _, __: HOUR,
    answer=nothing,
    comes=at_once,
    staff={"clerk": 1},
    due=due.due,
)
ONE = compiled("(in) -> [a]\n[a] -> ((out))", a="clerk")


def test_one_clerk_and_three_cases_at_once() -> None:
    outcome = simulate.simulate(ONE, WORLD, cases=3, until=FAR)
    assert outcome.took == (HOUR, 2 * HOUR, 3 * HOUR)
    load = outcome.posts["clerk"]
    assert (load.done, load.queue, load.working, load.waiting) == (3, 3 * HOUR, 3 * HOUR, NOTHING)
    assert load.longest_queue == 2
    assert outcome.unfinished == 0


def test_two_clerks_halve_the_queue() -> None:
    outcome = simulate.simulate(ONE, replace(WORLD, staff={"clerk": 2}), cases=4, until=FAR)
    assert outcome.took == (HOUR, HOUR, 2 * HOUR, 2 * HOUR)


def test_the_calendar_makes_work_wait() -> None:
    def ends(at: datetime, took: timedelta) -> datetime:
        return at + took + timedelta(hours=16)

    outcome = simulate.simulate(ONE, replace(WORLD, ends=ends), cases=1, until=FAR)
    assert outcome.posts["clerk"].waiting == timedelta(hours=16)
    assert outcome.posts["clerk"].working == HOUR


def test_a_timer_takes_what_nobody_got_to() -> None:
    late = drawing.boundary("late", "a")
    program = compiled("(in) -> [a]\n[a] -> ((out))\n(late) -> ((gone))", late, a="clerk")
    world = replace(WORLD, work=lambda _, __: timedelta(hours=20))
    outcome = simulate.simulate(program, world, cases=3, until=FAR)
    load = outcome.posts["clerk"]
    assert (load.done, load.withdrawn) == (1, 2)
    assert outcome.took == (timedelta(hours=20), timedelta(days=1), timedelta(days=1))


def test_what_sticks_is_counted() -> None:
    program = compiled("(in) -> <ok>\n<ok> -missing-> [a]\n<ok> -> [b]\n[a] -> ((o))\n[b] -> ((p))")
    outcome = simulate.simulate(program, WORLD, cases=2, until=FAR)
    assert outcome.stuck == {"ok": 2}
    assert outcome.unfinished == 2


def test_automatic_work_and_choices_follow_the_answers() -> None:
    program = compiled(
        "(in) -> [?limit]\n[?limit] -> <ok>\n<ok> -big=yes-> [head]\n<ok> -> [a]\n"
        "[head] -> ((o))\n[a] -> ((p))",
        head="head",
        a="clerk",
    )

    def answer(case: int, item: Item, _: Mapping[str, object]) -> Mapping[str, object]:
        return {"big": "yes" if case % 3 == 0 else "no"} if item.node == "limit" else {}

    outcome = simulate.simulate(program, replace(WORLD, answer=answer), cases=9, until=FAR)
    assert {post: load.done for post, load in outcome.posts.items()} == {"head": 3, "clerk": 6}


def hours(values: list[int]) -> Callable[[int, Item], timedelta]:
    return lambda case, _: timedelta(hours=values[case])


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(1, 4))
def test_work_is_neither_made_nor_lost(works: list[int], clerks: int) -> None:
    world = replace(WORLD, work=hours(works), staff={"clerk": clerks})
    first = simulate.simulate(ONE, world, cases=len(works), until=FAR)
    assert first == simulate.simulate(ONE, world, cases=len(works), until=FAR)
    load = first.posts["clerk"]
    assert load.working == timedelta(hours=sum(works))
    assert load.done == len(works)
    assert sum(first.took, NOTHING) == load.queue + load.working
    assert max(first.took) >= timedelta(hours=max(*works, sum(works) / clerks))


# --- what can be worked out by hand ---------------------------------------------------------------


def every(minutes: int) -> Callable[[int], datetime]:
    return lambda case: AT + case * timedelta(minutes=minutes)


def test_a_single_server_with_fixed_work_and_fixed_arrivals() -> None:
    """Arrivals each 40 minutes, work of 60: case n waits n·20 minutes (Lindley's recursion)."""
    outcome = simulate.simulate(ONE, replace(WORLD, begins=every(40)), cases=10, until=FAR)
    assert outcome.took == tuple(HOUR + n * timedelta(minutes=20) for n in range(10))
    assert outcome.posts["clerk"].queue == timedelta(minutes=20) * sum(range(10))
    assert outcome.nodes["a"] == outcome.posts["clerk"]
    assert outcome.ended_at == AT + 10 * HOUR


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 90)), min_size=1, max_size=15))
def test_a_single_server_follows_lindleys_recursion(cases: list[tuple[int, int]]) -> None:
    """W(n+1) = max(0, W(n) + S(n) - T(n)): the wait of a case from that of the one before it."""
    minute = timedelta(minutes=1)
    begins, at = [], AT
    for gap, _ in cases:
        begins.append(at)
        at += gap * minute
    waits, wait = [], 0
    for gap, work in cases:
        waits.append(wait)
        wait = max(0, wait + work - gap)
    world = replace(WORLD, begins=lambda n: begins[n], work=lambda case, _: cases[case][1] * minute)
    outcome = simulate.simulate(ONE, world, cases=len(cases), until=FAR)
    took = sorted((wait + cases[n][1]) * minute for n, wait in enumerate(waits))
    assert sorted(outcome.took) == took
    assert outcome.posts["clerk"].queue == sum(waits) * minute


def test_what_is_late_is_counted_at_its_node_and_for_the_case() -> None:
    def late_at(node: str, at: datetime) -> datetime | None:
        return at + 2 * HOUR if node == "a" else at + 4 * HOUR if not node else None

    outcome = simulate.simulate(ONE, replace(WORLD, late_at=late_at), cases=5, until=FAR)
    # Done after 1, 2, 3, 4 and 5 hours; late from the moment the limit ends.
    assert outcome.nodes["a"].overdue == 4
    assert outcome.overdue == 2


def test_what_is_not_done_when_the_run_ends_is_left() -> None:
    late = replace(WORLD, late_at=lambda node, at: None if node else at + HOUR)
    outcome = simulate.simulate(ONE, late, cases=5, until=AT + 2.5 * HOUR)
    load = outcome.posts["clerk"]
    assert (load.done, load.left, outcome.unfinished) == (2, 3, 3)
    assert outcome.overdue == 5


# --- shares instead of data -----------------------------------------------------------------------

CHOOSES = drawing.draw(
    "x",
    "(in) -> <ok>\n<ok> -a-> [x]\n<ok> -b-> [y]\n<ok> -> [z]\n"
    "[x] -> ((o))\n[y] -> ((p))\n[z] -> ((q))",
)


def test_odds_of_an_exclusive_gateway_are_those_among_what_is_left() -> None:
    assert chances.odds(CHOOSES, {"ok-x": 0.5, "ok-y": 0.25}) == {"ok-x": 0.5, "ok-y": 0.5}
    assert chances.odds(CHOOSES, {"ok-z": 0.5}) == {"ok-x": 0.25, "ok-y": 0.25 / 0.75}
    assert chances.odds(CHOOSES, {}) == {"ok-x": pytest.approx(1 / 3), "ok-y": pytest.approx(0.5)}
    assert chances.odds(CHOOSES, {"ok-x": 1.0})["ok-x"] == 1.0


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_odds_give_the_shares_back(x: float, y: float, z: float) -> None:
    total = x + y + z
    if total < 1e-6:
        return
    shares = {"ok-x": x / total, "ok-y": y / total, "ok-z": z / total}
    odds = chances.odds(CHOOSES, shares)
    assert odds["ok-x"] == pytest.approx(shares["ok-x"], abs=1e-9)
    assert (1 - odds["ok-x"]) * odds["ok-y"] == pytest.approx(shares["ok-y"], abs=1e-9)


def test_a_drawing_runs_by_the_chooser_and_the_list_it_is_given() -> None:
    sign = replace(drawing.draw("x", "[s] -> ((o))").nodes["s"], loop=Loop("people", "person"))
    definition = drawing.draw(
        "x", "(in) -> <ok>\n<ok> -a-> [x]\n<ok> -> [s]\n[x] -> ((p))\n[s] -> ((o))", also=(sign,)
    )
    program = chances.compiled(
        definition,
        drawing.expressions,
        chosen=lambda flow, variables: flow == "ok-x" and variables["case"] == 0,
        collection=lambda node, _: [1, 2, 3] if node == "s" else [],
    )
    world = replace(WORLD, variables=lambda case: {"case": case})
    outcome = simulate.simulate(program, world, cases=3, until=FAR)
    assert {node: load.done for node, load in outcome.nodes.items()} == {"x": 1, "s": 6}
