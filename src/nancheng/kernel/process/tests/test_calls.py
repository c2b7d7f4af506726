"""What calls give and take, escalation from open work, and links."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import problems
from nancheng.kernel.process.definition import Kind, Loop, Trigger
from nancheng.kernel.process.state import ItemKind
from nancheng.kernel.process.tests import drawing, living
from nancheng.kernel.process.tests.drawing import AT
from nancheng.kernel.process.tests.test_events import drawn, event, node, sound, within
from nancheng.kernel.refusal import Refused

# --- what goes into a call and comes back ---------------------------------------------------------


def calling(loop: Loop | None = None, **mappings: str) -> living.Life:
    call = node("ask", Kind.CALL, calls="opinion", extra=mappings, loop=loop)
    arrows = "(in) -> [ask]\n[ask] -> [next]\n[next] -> ((out))"
    case = living.life(drawn(arrows, call))
    case.start(wanted={"subject": "road"}, units=[{"of": "a"}, {"of": "b"}])
    return case


def test_a_call_gives_and_takes_what_is_mapped() -> None:
    case = calling(input="= wanted", output="answer")
    item = case.item("ask")
    assert (item.data["calls"], item.data["gives"]) == ("opinion", {"subject": "road"})
    case.do(m.Return(AT, item.number, {"answer": {"verdict": "yes"}, "draft": 3}))
    assert case.offered == {"next"}
    assert case.state.variables["verdict"] == "yes"
    assert "draft" not in case.state.variables


def test_each_of_several_calls_gives_its_own_element() -> None:
    case = calling(loop=Loop("units", "unit", result="found"), input="unit")
    calls = [i for i in case.state.items.values() if i.kind is ItemKind.CALL]
    assert [i.data["gives"] for i in calls] == [{"of": "a"}, {"of": "b"}]
    for item in calls:
        case.do(m.Return(AT, item.number, {"verdict": item.number}))
    assert case.state.variables["found"] == [
        {"unit": {"of": "a"}, "verdict": calls[0].number},
        {"unit": {"of": "b"}, "verdict": calls[1].number},
    ]


@pytest.mark.parametrize("loop", [None, Loop("units", "unit"), Loop("units", "unit", True)])
def test_a_mapping_that_fails_is_an_incident_that_can_be_retried(loop: Loop | None) -> None:
    case = calling(loop=loop, input="gone", output="late")
    rounds = 2 if loop else 1
    case.do(m.SetVariables(AT, "a", {"gone": {"x": 1}}))
    for _ in range(rounds):
        for stuck in [i for i in case.state.items.values() if i.kind is ItemKind.INCIDENT]:
            assert stuck.data["code"] == "process.mapping-failed"
            case.do(m.Retry(AT, "a", stuck.number))
        item = next(i for i in case.state.items.values() if i.kind is ItemKind.CALL)
        assert item.data["gives"] == {"x": 1}
        case.do(m.Return(AT, item.number, {"y": 2}))
        back = next(i for i in case.state.items.values() if i.number == item.number)
        assert (back.kind, back.data["returned"]) == (ItemKind.INCIDENT, {"y": 2})
        case.do(m.Retry(AT, "a", back.number))
        again = next(i for i in case.state.items.values() if "returned" in i.data)
        assert again.number > back.number, "what cannot be taken over yet stays an incident"
        case.do(m.SetVariables(AT, "a", {"late": {"z": 3}}))
        case.do(m.Retry(AT, "a", again.number))
        case.do(m.SetVariables(AT, "a", {"late": None}))
    assert case.offered == {"next"}
    assert case.state.variables["z"] == 3


def test_mappings_belong_to_calls() -> None:
    odd = node("a", Kind.USER_TASK, extra={"input": "x"})
    found = problems.find(drawing.draw("x", "(in) -> [a]\n[a] -> ((out))", also=(odd,)))
    assert [(p.code, p.detail) for p in found] == [("process.attribute-not-here", "input")]


# --- escalation from work -------------------------------------------------------------------------


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("kind", [Kind.USER_TASK, Kind.SERVICE_TASK, Kind.CALL])
def test_open_work_escalates_and_goes_on_unless_interrupted(kind: Kind, interrupting: bool) -> None:
    work = node("ask", kind, calls="opinion" if kind is Kind.CALL else "", extra={"handler": "h"})
    late = event(Trigger.ESCALATION, "late")
    caught = node("caught", Kind.BOUNDARY, late, attached_to="ask", interrupting=interrupting)
    arrows = "(in) -> [ask]\n[ask] -> ((out))\n(caught) -> [mend]\n[mend] -> ((o2))"
    case = living.life(drawn(arrows, work, caught))
    case.start()
    number = case.item("ask").number
    case.do(m.Escalate(AT, number, "late", {"why": "busy"}))
    assert "mend" in case.offered
    assert case.state.variables["why"] == "busy"
    assert (number in case.state.items) is not interrupting


def test_an_escalation_of_work_reaches_the_scopes_around_and_may_go_unheard() -> None:
    handler = node("handler", Kind.EVENT_SUB_PROCESS)
    late = event(Trigger.ESCALATION, "")
    begin = node("woken", Kind.START, late, interrupting=False)
    call = node("a", Kind.CALL, calls="opinion")
    around = drawing.draw("x", "(in) -> [a]\n[a] -> [b]\n[b] -> ((out))", also=(call,))
    case = sound(within(handler, "(woken) -> [deal]\n[deal] -> ((dealt))", around, begin))
    case.start()
    case.do(m.Escalate(AT, case.item("a").number, "any"))
    case.do(m.Escalate(AT, case.item("a").number, "more"))
    assert len([i for i in case.state.items.values() if i.node == "deal"]) == 2
    case.done("deal")
    case.done("deal")
    alone = living.life(drawing.draw("x", "(in) -> [a]\n[a] -> ((out))", also=(call,)))
    alone.start()
    before = alone.state
    assert len(alone.do(m.Escalate(AT, alone.item("a").number, "any"))) == 1
    assert alone.state == before
    with pytest.raises(Refused, match=r"process\.no-such-work"):
        alone.do(m.Escalate(AT, 99, "any"))


# --- links ----------------------------------------------------------------------------------------

LINKED = """
(in)     -> [a]
[a]      -> <ok>
<ok>     -again=yes-> (~off)
<ok>     -> [b]
(~there) -> [a]
[b]      -> ((out))
"""


def test_a_link_goes_on_where_its_name_is_caught() -> None:
    off = node("off", Kind.THROW, event(Trigger.LINK, "page 2"))
    there = node("there", Kind.CATCH, event(Trigger.LINK, "page 2"))
    case = living.life(drawn(LINKED, off, there))
    case.start()
    case.done("a", again="yes")
    assert case.offered == {"a"}
    case.done("a", again="no")
    assert case.offered == {"b"}
    lost = replace(there, event=event(Trigger.LINK, "page 3"))
    found = problems.find(drawing.draw("x", LINKED, also=(off, lost)), drawing.expressions)
    assert [(p.code, p.element) for p in found] == [("process.link-without-end", "off")]
    inward = LINKED + "[b] -> (~there)"
    found = problems.find(drawing.draw("x", inward, also=(off, there)), drawing.expressions)
    assert "process.flow-into-start" in {p.code for p in found}


def test_an_inclusive_join_waits_for_what_comes_by_a_link() -> None:
    arrows = """
    (in)     -> <<some>>
    <<some>> -a=1-> [one]
    <<some>> -> [two]
    [one]    -> (~off)
    (~there) -> <<met>>
    [two]    -> <<met>>
    <<met>>  -> [last]
    [last]   -> ((out))
    """
    off = node("off", Kind.THROW, event(Trigger.LINK, "x"))
    there = node("there", Kind.CATCH, event(Trigger.LINK, "x"))
    both = drawing.draw(
        "x", arrows.replace("<<some>> -> [two]", "<<some>> -b=1-> [two]"), also=(off, there)
    )
    case = living.life(both)
    case.start(a="1", b="1")
    case.done("two")
    assert case.offered == {"one"}
    case.done("one")
    assert case.offered == {"last"}
