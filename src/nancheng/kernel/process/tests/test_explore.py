"""Verification: what is wrong is found, with a path to it; what is sound is left alone."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nancheng.kernel.process import explore, oracle, problems
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import EventSpec, Kind, Lane, Node, Trigger
from nancheng.kernel.process.explore import Move
from nancheng.kernel.process.oracle import Oracle
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import NOT_STARTED, ItemKind, State
from nancheng.kernel.process.tests import blocks, drawing, living, test_lives

SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


def codes(report: explore.Report) -> set[tuple[str, str]]:
    return {(f.problem.code.removeprefix("process."), f.problem.element) for f in report.findings}


def verified(arrows: str, *also: Node) -> explore.Report:
    definition = drawing.draw("x", arrows, also=also)
    assert problems.find(definition, drawing.expressions) == ()
    return explore.verify(definition)


DEADLOCK = """
(in)     -> [check]
[check]  -> <either>
<either> -a=1-> [one]
<either> -> [two]
[one]    -> {met}
[two]    -> {met}
{met}    -> ((out))
"""


def test_a_deadlock_with_the_path_to_it() -> None:
    report = verified(DEADLOCK)
    found = {f.problem.element: f for f in report.findings}
    assert found["met"].problem.code == "process.deadlock"
    assert found["met"].path == (
        Move("in", "Start"),
        Move("check", "Complete", ("either-one",)),
        Move("one", "Complete"),
    )
    assert ("never-reached", "out") in codes(report)
    assert report.complete


def test_a_loop_of_work_without_a_way_out() -> None:
    arrows = "(in) -> <m>\n<m> -> [a]\n[a] -> [b]\n[b] -> <m>\n<m> -stop-> ((out))"
    report = verified(arrows.replace("<m> -stop-> ((out))", "[b] -stop-> ((out))"))
    assert codes(report) == set()
    trapped = """
    (in) -> <ok>
    <ok> -a=1-> [good]
    <ok> -> <m>
    <m>  -> [a]
    [a]  -> [b]
    [b]  -> <m>
    [good] -> ((out))
    """
    assert codes(verified(trapped)) == {("no-way-to-end", "a")}


def test_an_automatic_loop() -> None:
    report = verified("(in) -> <a>\n<a> -> <b>\n<b> -> <a>\n<b> -done-> ((out))")
    assert codes(report) == {("automatic-loop", "a"), ("too-many-outcomes", "in")}
    assert not report.complete


def test_a_choice_without_default() -> None:
    arrows = "(in) -> <ok>\n<ok> -a=1-> [one]\n<ok> -a=2-> [two]\n[one] -> ((o))\n[two] -> ((p))"
    report = verified(arrows)
    assert codes(report) == {("gateway-without-default", "ok")}


def test_a_token_doubled_for_want_of_a_join() -> None:
    arrows = "(in) -> {f}\n{f} -> [a]\n{f} -> [b]\n[a] -> [c]\n[b] -> [c]\n[c] -> ((out))"
    assert codes(verified(arrows)) == {("token-doubled", "c")}


def test_an_error_nobody_catches() -> None:
    bad = Node("bad", Kind.END, "bad", event=EventSpec(Trigger.ERROR, code="e"))
    report = verified("(in) -> [a]\n[a] -> ((bad))", bad)
    assert codes(report) == {("error-uncaught", "bad")}


def test_the_bound_on_states_is_told() -> None:
    branches = "\n".join(f"{{f}} -> [t{n}]\n[t{n}] -> {{j}}" for n in range(8))
    definition = drawing.draw("x", f"(in) -> {{f}}\n{branches}\n{{j}} -> ((out))")
    assert explore.verify(definition).states == 2**8
    report = explore.verify(definition, states_max=50)
    assert not report.complete
    assert report.findings == ()


def test_a_circle_that_doubles_its_tokens_ends_in_bounds() -> None:
    arrows = (
        "(in) -> [s]\n[s] -> {f}\n{f} -> [a]\n{f} -> [b]\n[a] -> [s]\n"
        "[b] -> <x>\n<x> -a=1-> [s]\n<x> -> ((out))"
    )
    definition = drawing.draw("x", arrows)
    assert problems.find(definition, drawing.expressions) == ()
    report = explore.verify(definition, states_max=50)
    assert not report.complete
    assert ("token-doubled", "s") in codes(report)
    assert report.states <= 50 * (1 + explore.MOVES_MAX)


def test_what_nobody_offers_is_listed() -> None:
    lane = Lane("lane", post="clerk", line=4)
    definition = drawing.draw("x", "(in) -> [!pay]\n[!pay] -> [?limit]\n[?limit] -> ((out))")
    object.__setattr__(definition, "lanes", (lane,))
    found = explore.unbound(
        definition, handlers=frozenset(), decisions=frozenset({"limit"}), posts=frozenset({"head"})
    )
    assert [(p.code, p.element, p.detail) for p in found] == [
        ("process.unbound-handler", "pay", "pay"),
        ("process.unbound-post", "lane", "clerk"),
    ]
    assert explore.unbound(definition) == ()


@SETTINGS
@given(blocks.blocks())
def test_every_sound_drawing_is_called_sound(block: blocks.Block) -> None:
    report = explore.verify(blocks.definition(block), states_max=400)
    found = codes(report)
    if report.complete:
        assert found == set()
    else:
        # What was not looked at is said as such: a bound that was met, and what lies behind it.
        assert {code for code, _ in found} <= {"never-reached", "too-many-outcomes"}


def done(program: Program, asked: Oracle, state: State, move: Move) -> list[State]:
    here = [i.number for i in state.items.values() if i.node == move.node]
    if state == NOT_STARTED:
        command: m.Command = m.Start(oracle.AT)
    elif here:
        command = m.Complete(oracle.AT, "", here[0])
    else:
        return []
    return [after for _, after in oracle.outcomes(program, asked, state, command)]


@SETTINGS
@given(blocks.blocks(), st.data())
def test_what_is_called_sound_never_sticks(block: blocks.Block, data: st.DataObject) -> None:
    """Bend one flow of a sound drawing; if nothing is found in it, no life may meet an incident."""
    definition = blocks.definition(block)
    flow = data.draw(st.sampled_from(definition.flows))
    peers = sorted(n.id for n in definition.nodes.values() if n.parent == flow.parent)
    bent = replace(flow, target=data.draw(st.sampled_from(peers)))
    flows = tuple(bent if f is flow else f for f in definition.flows)
    definition = replace(definition, flows=flows)
    assume(problems.find(definition, drawing.expressions) == ())
    report = explore.verify(definition, states_max=300)
    assume(report.complete and not report.findings)
    case = living.life(definition)
    case.start(people=["a", "b"], facts={}, **test_lives.values(data))
    for _ in range(25):
        if case.is_over:
            return
        item = data.draw(st.sampled_from(test_lives.movable(case)))
        assert item.kind is not ItemKind.INCIDENT, item
        case.do(test_lives.moved(item, test_lives.values(data)))
    to_the_end(case)


def to_the_end(case: living.Life) -> None:
    """Go on by every answer in turn; what is called sound must come to its end."""
    answers = list(itertools.product(test_lives.WORDS, repeat=3))
    chance = 1
    for _ in range(1_000):
        if case.is_over:
            return
        tokens = [
            item
            for item in test_lives.movable(case)
            if states.holds_token(item) or test_lives.is_behind_gate(case, item)
        ]
        # Numbers without a pattern that are the same each time (Lehmer's generator).
        chance = chance * 48_271 % 2_147_483_647
        item = tokens[chance // 65_536 % len(tokens)]
        assert item.kind is not ItemKind.INCIDENT, item
        given: dict[str, object] = dict(
            zip(blocks.VARIABLES, answers[chance // 4_096 % len(answers)], strict=True)
        )
        case.do(test_lives.moved(item, given, raises=chance // 1_024 % 8 == 0))
    raise AssertionError(case.state)


@pytest.mark.parametrize("name", [*blocks.LEAVES, *blocks.AROUND])
def test_each_element_alone_is_sound_and_is_reached(name: str) -> None:
    inner = None if name in blocks.LEAVES else ("user", None)
    definition = blocks.definition((name, inner))
    assert problems.find(definition, drawing.expressions) == ()
    report = explore.verify(definition)
    assert report.findings == ()
    assert report.complete
    for answer in test_lives.WORDS:
        case = living.life(definition)
        case.start(people=["a", "b", "c"], facts={}, v0=answer, v1=answer, v2=answer)
        to_the_end(case)


def test_the_generated_drawings_hold_every_element() -> None:
    made = [blocks.definition((name, None)) for name in blocks.LEAVES]
    made += [blocks.definition((name, ("user", None))) for name in blocks.AROUND]
    made += [
        blocks.definition((name, [("user", None)] * 2)) for name in ("choice", "all", "some", "row")
    ]
    nodes = [node for definition in made for node in definition.nodes.values()]
    assert {node.kind for node in nodes} == set(Kind)
    assert {node.event.trigger for node in nodes} == set(Trigger)
    assert {n.loop.sequential for n in nodes if n.loop} == {True, False}
    for kind in (Kind.BOUNDARY, Kind.START):
        watching = {n.event.trigger for n in nodes if n.kind is kind and n.parent + n.attached_to}
        assert watching >= {Trigger.TIMER, Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ESCALATION}
        assert Trigger.ERROR in watching


def test_a_path_can_be_followed() -> None:
    definition = drawing.draw("x", DEADLOCK)
    path = next(f.path for f in explore.verify(definition).findings if f.path)
    asked = Oracle()
    program = oracle.compiled(definition, asked)
    reached: list[State] = [NOT_STARTED]
    for move in path:
        reached = [after for state in reached for after in done(program, asked, state, move)]
    assert any(
        i.data.get("code") == "process.join-starved" for s in reached for i in s.items.values()
    )
