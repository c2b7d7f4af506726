"""Each fault of a drawing is found, once, at its element."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nancheng.kernel.process import problems
from nancheng.kernel.process.definition import (
    Definition,
    EventSpec,
    Flow,
    Kind,
    Lane,
    Loop,
    Node,
    TimerKind,
    TimerSpec,
    Trigger,
)
from nancheng.kernel.process.tests import drawing

GOOD = drawing.draw(
    "good",
    """
    (in)    -> [check]
    [check] -> <ok>
    <ok>    -a=1-> [!pay]
    <ok>    -> [?rule]
    [!pay]  -> ((out))
    [?rule] -> ((out2))
    """,
)


def codes(definition: Definition) -> list[tuple[str, str]]:
    return [
        (p.code.removeprefix("process."), p.element)
        for p in problems.find(definition, drawing.expressions)
    ]


def with_node(identity: str, **changes: Any) -> Definition:
    node = replace(GOOD.nodes[identity], **changes)
    return replace(GOOD, nodes={**GOOD.nodes, identity: node})


def and_node(node: Node) -> Definition:
    return replace(GOOD, nodes={**GOOD.nodes, node.id: node})


def and_flow(flow: Flow) -> Definition:
    return replace(GOOD, flows=(*GOOD.flows, flow))


def timer(text: str, kind: TimerKind = TimerKind.DURATION) -> EventSpec:
    return EventSpec(Trigger.TIMER, timer=TimerSpec(kind, text))


def late(event: EventSpec, host: str = "check", **changes: Any) -> Definition:
    node = Node("late", Kind.BOUNDARY, event=event, attached_to=host, **changes)
    return replace(and_node(node), flows=(*GOOD.flows, Flow("l", "late", "out")))


LANE = Lane("lane", post="clerk", nodes=("check",))
EVERY = TimerKind.CYCLE


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (GOOD, []),
        (Definition("empty"), [("no-start", "empty"), ("no-end", "empty")]),
        (and_flow(Flow("f", "check", "ghost")), [("flow-hangs", "f")]),
        (and_flow(Flow("f", "check", "in")), [("flow-into-start", "f")]),
        (and_flow(Flow("f", "out", "check")), [("flow-out-of-end", "f")]),
        (and_node(Node("s2", Kind.START)), [("second-start", "s2"), ("no-way-on", "s2")]),
        (and_node(Node("lost", Kind.TASK)), [("unreachable", "lost"), ("no-way-on", "lost")]),
        (
            with_node("ok", default="ghost"),
            [("default-unknown", "ok"), ("flow-without-condition", "ok-rule")],
        ),
        (
            with_node("ok", default="ok-pay"),
            [("default-has-condition", "ok-pay"), ("flow-without-condition", "ok-rule")],
        ),
        (with_node("ok", kind=Kind.PARALLEL), [("condition-not-asked", "ok-pay")]),
        (with_node("pay", extra={}), [("no-handler", "pay")]),
        (with_node("rule", extra={}), [("no-decision", "rule")]),
        (with_node("check", name=""), [("no-name", "check")]),
        (with_node("check", extra={"limit": "5x"}), [("limit-unreadable", "check")]),
        (with_node("check", extra={"verbs": "complete fly"}), [("verb-unknown", "check")]),
        (
            with_node("rule", extra={"decision": "d", "result": "a b"}),
            [("name-unreadable", "rule")],
        ),
        (replace(GOOD, limit="soon"), [("limit-unreadable", "good")]),
        (with_node("check", loop=Loop("", "x")), [("no-collection", "check")]),
        (with_node("check", loop=Loop("a=1", "")), [("name-unreadable", "check")]),
        (with_node("check", loop=Loop("a b", "x")), [("expression", "check")]),
        (and_flow(Flow("f", "check", "out", "a b")), [("expression", "f")]),
        (with_node("rule", loop=Loop("a", "x")), [("element-not-run", "rule")]),
        (
            with_node("check", kind=Kind.THROW, event=EventSpec(Trigger.TIMER)),
            [("element-not-run", "check"), ("timer-without-time", "check")],
        ),
        (late(timer("P1D")), []),
        (late(timer("5wd")), []),
        (late(timer("=a")), []),
        (late(timer("=a b")), [("expression", "late")]),
        (late(timer("P1D"), host="ghost"), [("boundary-without-host", "late")]),
        (late(timer("P1D"), host="ok"), [("boundary-without-host", "late")]),
        (late(timer("tomorrow")), [("timer-unreadable", "late")]),
        (late(timer("2026-02-30", TimerKind.DATE)), [("timer-unreadable", "late")]),
        (late(timer("")), [("timer-without-time", "late")]),
        (late(timer("R3/P1D", EVERY)), [("timer-cannot-repeat", "late")]),
        (late(timer("R3/P1D", EVERY), interrupting=False), []),
        (replace(GOOD, lanes=(LANE,)), []),
        (replace(GOOD, lanes=(LANE, replace(LANE, id="l2"))), [("in-two-lanes", "check")]),
        (replace(GOOD, lanes=(replace(LANE, nodes=()),)), [("in-no-lane", "check")]),
        (replace(GOOD, lanes=(replace(LANE, post=""),)), [("lane-without-post", "lane")]),
        (
            replace(GOOD, lanes=(replace(LANE, nodes=("check", "ghost")),)),
            [("lane-node-unknown", "lane")],
        ),
    ],
)
def test_faults(definition: Definition, expected: list[tuple[str, str]]) -> None:
    assert codes(definition) == expected


def test_flows_do_not_cross_into_a_sub_process() -> None:
    sub = Node("sub", Kind.SUB_PROCESS)
    inner = Node("i", Kind.TASK, parent="sub")
    odd = replace(
        GOOD,
        nodes={**GOOD.nodes, "sub": sub, "i": inner},
        flows=(*GOOD.flows, Flow("f", "check", "i")),
    )
    found = codes(odd)
    assert ("flow-crosses", "f") in found
    assert ("no-start", "sub") in found
    assert ("no-end", "sub") in found
