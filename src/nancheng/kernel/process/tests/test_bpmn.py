"""Reading BPMN files: ours, odd ones, hostile ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.process import bpmn, problems
from nancheng.kernel.process import program as programs
from nancheng.kernel.process.definition import Kind, Loop, TimerKind, TimerSpec
from nancheng.kernel.process.tests import drawing, living
from nancheng.kernel.refusal import Refused

PAYMENT = (Path(__file__).parent / "payment.bpmn").read_bytes()
HEAD = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'


def test_a_drawing_with_all_our_attributes() -> None:
    found = bpmn.read(PAYMENT)
    assert problems.find(found, drawing.expressions) == ()
    assert (found.key, found.name, found.name_en) == ("payment", "付款申请", "Payment")
    assert (found.limit, found.basis) == ("15wd", "示例办法第三条")
    assert found.nodes["apply"].line == 24
    assert found.nodes["late"].event.timer == TimerSpec(TimerKind.DURATION, "PT72H")
    assert not found.nodes["late"].interrupting
    wanted = Loop("leaders", "leader", until="nrOfCompletedInstances>=2", result="votes")
    assert found.nodes["sign"].loop == wanted
    assert [flow.condition for flow in found.flows if flow.id == "f6"] == ["large=yes"]


def test_the_program_tells_lanes_limits_verbs_forms_and_names() -> None:
    program = programs.compile_definition(bpmn.read(PAYMENT), drawing.expressions)
    assert program.lanes["apply"].party == "applicant"
    assert program.lanes["review"].post == "finance-officer"
    assert program.limits["review"].limit == "5wd"
    assert program.limits[""].basis == "示例办法第三条"
    assert program.verbs["review"] == {"claim", "complete", "send-back"}
    assert program.forms == {"apply": "payment-application"}
    assert program.names["apply"] == ("填报", "Apply")
    assert program.names["pay"] == ("支付", "支付")
    assert program.handlers == {"pay"}
    assert program.decisions == {"large-payment"}


def test_the_hash_is_of_the_meaning() -> None:
    same = PAYMENT.replace(b'x="220"', b'x="221"').replace(b"<!-- a remark", b"\n<!-- a remark")
    other = PAYMENT.replace(b'nc:limit="5wd"', b'nc:limit="6wd"')
    first, second, third = (
        programs.compile_definition(bpmn.read(data), drawing.expressions).hash
        for data in (PAYMENT, same, other)
    )
    assert first == second != third


def test_a_payment_runs_as_drawn() -> None:
    case = living.Life(programs.compile_definition(bpmn.read(PAYMENT), drawing.expressions))
    case.start(leaders=["a", "b", "c"])
    case.done("apply")
    assert case.item("late").data["host"] == case.item("review").number
    case.done("review")
    assert case.offered == set()
    assert case.item("threshold").data["work"] == "large-payment"


def test_the_picture() -> None:
    picture = bpmn.diagram(bpmn.read(PAYMENT))
    assert [shape.kind for shape in picture.shapes] == ["participant", "userTask", "userTask"]
    assert (picture.shapes[1].x, picture.shapes[1].name) == (220.0, "填报")
    assert (picture.shapes[2].x, picture.shapes[2].y) == (0.0, 0.0)
    assert picture.edges[0].points == ((320.0, 140.0), (400.5, 140.0))
    assert (picture.edges[0].source, picture.edges[0].target) == ("apply", "review")


def test_what_we_do_not_run_is_named_with_its_line() -> None:
    odd = PAYMENT.replace(
        b'<bpmn:textAnnotation id="note">',
        b'<bpmn:scriptTask id="s" name="X" />\n<bpmn:transaction id="t" />\n'
        b'<bpmn:userTask id="u"><bpmn:standardLoopCharacteristics /></bpmn:userTask>\n'
        b'<bpmn:intermediateCatchEvent id="c"><bpmn:conditionalEventDefinition />'
        b"</bpmn:intermediateCatchEvent>"
        b'<bpmn:textAnnotation id="note">',
    )
    found = [p for p in bpmn.read(odd).faults if p.code == "process.element-not-run"]
    assert [(p.element, p.detail) for p in found] == [
        ("s", "scriptTask"),
        ("t", "transaction"),
        ("u", "standardLoopCharacteristics"),
        ("c", "conditionalEventDefinition"),
    ]
    assert [p.line - found[0].line for p in found] == [0, 1, 2, 3]


def test_an_attribute_of_ours_that_is_misspelt_is_named() -> None:
    odd = PAYMENT.replace(b'nc:form="payment', b'nc:from="payment')
    assert [p.detail for p in bpmn.read(odd).faults] == ["from"]


def test_the_named_process_is_read() -> None:
    two = PAYMENT.replace(
        b"  <bpmndi:BPMNDiagram",
        b'<bpmn:process id="second"><bpmn:startEvent id="s2" /></bpmn:process>\n'
        b"<bpmndi:BPMNDiagram",
        1,
    )
    assert bpmn.read(two).key == "payment"
    assert bpmn.read(two, key="second").nodes["s2"].kind is Kind.START
    with pytest.raises(Refused, match=r"process\.no-process"):
        bpmn.read(two, key="third")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b
"&a;&a;&a;&a;&a;&a;&a;&a;"> <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><definitions name="&c;" />"""
FILE = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions>&x;</definitions>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not-xml"),
        (b"hello", "not-xml"),
        (b"<a><b></a>", "not-xml"),
        (b"<a/>", "not-bpmn"),
        (BOMB, "declares-entities"),
        (FILE, "declares-entities"),
        (FILE.decode().encode("utf-16"), "declares-entities"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "encoding-unknown"),
        (HEAD + b"<x>" * 150 + b"</x>" * 150 + b"</definitions>", "too-deep"),
        (HEAD + b"<x>" * 5000 + b"</x>" * 5000 + b"</definitions>", "too-deep"),
        (HEAD + b"<x/>" * 60_000 + b"</definitions>", "too-deep"),
        (b"<a>" + b" " * bpmn.SIZE_MAX + b"</a>", "too-large"),
    ],
)
def test_what_is_no_drawing_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=r"process\.unreadable") as caught:
        bpmn.read(data)
    assert caught.value.code == f"process.unreadable-{reason}"


def test_a_file_without_a_process_is_refused() -> None:
    with pytest.raises(Refused, match=r"process\.no-process"):
        bpmn.read(HEAD + b"</definitions>")


@given(st.binary(max_size=200), st.integers(0, len(PAYMENT)), st.integers(0, 40))
def test_any_damage_is_read_or_refused(noise: bytes, at: int, cut: int) -> None:
    data = PAYMENT[:at] + noise + PAYMENT[at + cut :]
    try:
        found = bpmn.read(data)
    except Refused:
        return
    problems.find(found, drawing.expressions)
