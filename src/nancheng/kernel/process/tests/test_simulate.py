"""Simulation: figures that can be worked out by hand, and laws of queues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.process import due, simulate
from nancheng.kernel.process import program as programs
from nancheng.kernel.process.definition import Lane
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
