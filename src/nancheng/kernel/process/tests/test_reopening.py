"""A case that goes on with an earlier one begins at a step that the drawing marks."""

from __future__ import annotations

import pytest

from nancheng.kernel.process import explore
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process import step as process
from nancheng.kernel.process.definition import Kind, Node
from nancheng.kernel.process.program import Program, compile_definition
from nancheng.kernel.process.state import NOT_STARTED, Status
from nancheng.kernel.process.tests import drawing
from nancheng.kernel.process.tests.drawing import AT
from nancheng.kernel.refusal import Refused

LINE = """
(in)    -> [apply]
[apply] -> [check]
[check] -> ((out))
"""
FORK = """
(in)    -> {both}
{both}  -> [one]
{both}  -> [two]
[one]   -> {met}
[two]   -> {met}
{met}   -> ((out))
"""


def marked(name: str) -> Node:
    return Node(name, Kind.USER_TASK, name, extra={"verbs": "reopen"})


def program(arrows: str, *also: Node) -> Program:
    return compile_definition(drawing.draw("x", arrows, also=also), drawing.expressions)


def test_a_case_begins_at_the_marked_step_and_runs_to_its_end() -> None:
    compiled = program(LINE, marked("check"))
    assert compiled.reopens == ("check",)
    begun, state = process.advance(compiled, NOT_STARTED, m.Start(AT, "", {"a": "1"}, "check"))
    assert [item.node for item in state.items.values()] == ["check"]
    (item,) = state.items
    done, after = process.advance(compiled, state, m.Complete(AT, "", item))
    assert after.status is Status.COMPLETED
    assert after.variables["a"] == "1"
    assert states.replay([*begun, *done]) == after


def test_no_other_step_begins_a_case() -> None:
    compiled = program(LINE, marked("check"))
    for node in ("apply", "out", "nowhere"):
        with pytest.raises(Refused, match="no-such-start"):
            process.advance(compiled, NOT_STARTED, m.Start(AT, "", {}, node))


def test_a_marked_step_from_which_a_case_cannot_end_is_found() -> None:
    sound = explore.verify(drawing.draw("x", LINE, also=(marked("check"),)))
    assert sound.findings == ()
    inside = explore.verify(drawing.draw("x", FORK, also=(marked("one"),)))
    assert "process.deadlock" in {one.problem.code for one in inside.findings}
