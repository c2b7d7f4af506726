"""Messages, signals, errors, escalations, event-based gateways, event sub-processes, calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import problems
from nancheng.kernel.process.definition import (
    NO_EVENT,
    Definition,
    EventSpec,
    Flow,
    Kind,
    Loop,
    Node,
    TimerKind,
    TimerSpec,
    Trigger,
)
from nancheng.kernel.process.state import ItemKind
from nancheng.kernel.process.tests import drawing, living
from nancheng.kernel.process.tests.drawing import AT
from nancheng.kernel.refusal import Refused


def event(trigger: Trigger, code: str = "", key: str = "") -> EventSpec:
    timer = drawing.A_DAY if trigger is Trigger.TIMER else None
    return EventSpec(trigger, code=code, key=key, timer=timer)


def node(identity: str, kind: Kind, spec: EventSpec = NO_EVENT, **more: Any) -> Node:
    return Node(identity, kind, identity, event=spec, **more)


def drawn(arrows: str, *also: Node) -> Definition:
    definition = drawing.draw("x", arrows, also=also)
    assert problems.find(definition, drawing.expressions) == ()
    return definition


def within(sub: Node, arrows: str, around: Definition, *also: Node) -> Definition:
    """Return ``around`` with a drawing inside its node ``sub``."""
    inner = drawing.draw("y", arrows, also=also)
    nodes = {key: replace(n, parent=sub.id) for key, n in inner.nodes.items()}
    flows = tuple(replace(f, parent=sub.id) for f in inner.flows)
    both = {**around.nodes, sub.id: replace(sub, parent=sub.parent), **nodes}
    return replace(around, nodes=both, flows=around.flows + flows)


def sound(definition: Definition) -> living.Life:
    assert problems.find(definition, drawing.expressions) == ()
    return living.life(definition)


# --- messages and signals -------------------------------------------------------------------------


def test_a_message_is_awaited_with_its_key_and_delivered() -> None:
    wait = node("wait", Kind.CATCH, event(Trigger.MESSAGE, "bank-answer", "number"))
    case = living.life(drawn("(in) -> (~wait)\n(~wait) -> [book]\n[book] -> ((out))", wait))
    case.start(number="P-7")
    item = case.item("wait")
    assert (item.kind, item.data["name"], item.data["key"]) == (
        ItemKind.MESSAGE,
        "bank-answer",
        "P-7",
    )
    case.do(m.Deliver(AT, item.number, {"paid": True}))
    assert case.offered == {"book"}
    assert case.state.variables["paid"] is True


def test_a_key_that_cannot_be_worked_out_is_an_incident() -> None:
    wait = node("wait", Kind.RECEIVE_TASK, event(Trigger.MESSAGE, "bank-answer", "number"))
    late = drawing.boundary("late", "wait")
    arrows = "(in) -> [wait]\n[wait] -> ((out))\n(late) -> ((given-up))"
    case = living.life(drawn(arrows, wait, late))
    case.start()
    assert case.item("wait").data["code"] == "process.key-failed"
    case.do(m.SetVariables(AT, "a", {"number": 5}))
    case.do(m.Retry(AT, "a", case.item("wait").number))
    assert case.item("wait").data["key"] == "5"
    assert len([i for i in case.state.items.values() if i.node == "late"]) == 1
    case.do(m.Deliver(AT, case.item("wait").number))
    assert case.is_over


def test_a_signal_reaches_all_who_wait_and_the_thrower_goes_on() -> None:
    arrows = """
    (in)    -> {all}
    {all}   -> [call]
    [call]  -> (~horn)
    (~horn) -> [rest]
    [rest]  -> ((o1))
    {all}   -> (~hear)
    (~hear) -> [act]
    [act]   -> ((o2))
    """
    horn = node("horn", Kind.THROW, event(Trigger.SIGNAL, "flood"))
    hear = node("hear", Kind.CATCH, event(Trigger.SIGNAL, "flood"))
    case = living.life(drawn(arrows, horn, hear))
    case.start()
    events = case.done("call")
    assert [e.node for e in events if isinstance(e, m.Thrown | m.Received)] == ["horn", "hear"]
    assert case.offered == {"act", "rest"}
    with pytest.raises(Refused, match=r"process\.nobody-waits"):
        case.do(m.Signal(AT, "flood"))


def test_a_send_task_throws_its_message_or_is_work() -> None:
    send = node("tell", Kind.SEND_TASK, event(Trigger.MESSAGE, "notice"))
    case = living.life(drawn("(in) -> [tell]\n[tell] -> [next]\n[next] -> ((out))", send))
    events = case.start()
    assert m.Thrown(0, "tell", "message", "notice") in events
    work = replace(send, extra={"handler": "post"})
    case = living.life(drawn("(in) -> [tell]\n[tell] -> [next]\n[next] -> ((out))", work))
    case.start()
    assert case.item("tell").data["work"] == "post"


def test_a_boundary_message_interrupts_or_comes_again() -> None:
    arrows = "(in) -> [check]\n[check] -> ((out))\n(more) -> [read]\n[read] -> ((o2))"
    for interrupting in (True, False):
        more = node(
            "more",
            Kind.BOUNDARY,
            event(Trigger.MESSAGE, "papers"),
            attached_to="check",
            interrupting=interrupting,
        )
        case = living.life(drawn(arrows, more))
        case.start()
        case.do(m.Deliver(AT, case.item("more").number))
        assert case.offered == ({"read"} if interrupting else {"check", "read"})
        assert ("more" in {i.node for i in case.state.items.values()}) is not interrupting


def test_the_first_event_behind_a_gateway_wins() -> None:
    arrows = """
    (in)     -> <first>
    <first>  -> (~answer)
    <first>  -> (~time)
    (~answer) -> [book]
    (~time)  -> [chase]
    [book]   -> ((o1))
    [chase]  -> ((o2))
    """
    gate = node("first", Kind.EVENT_BASED)
    answer = node("answer", Kind.CATCH, event(Trigger.MESSAGE, "answer"))
    case = living.life(drawn(arrows, gate, answer))
    case.start()
    assert {i.kind for i in case.state.items.values()} == {
        ItemKind.GATE,
        ItemKind.MESSAGE,
        ItemKind.TIMER,
    }
    events = case.do(m.Fire(drawing.after(days=1), case.item("time").number))
    taken = [e for e in events if isinstance(e, m.GatewayTaken)]
    assert taken == [m.GatewayTaken(1, "first", ("first-time",))]
    assert case.offered == {"chase"}
    assert len(case.state.items) == 1


# --- errors and escalations -----------------------------------------------------------------------

AROUND = """
(begin)  -> [sub]
[sub]    -> [after]
[after]  -> ((end))
(caught) -> [mend]
[mend]   -> ((e2))
"""
INSIDE = "(in) -> {f}\n{f} -> [a]\n{f} -> [b]\n[a] -> ((bad))\n[b] -> ((out))"
SUB = node("sub", Kind.SUB_PROCESS)


def with_error(catches: str, loop: Loop | None = None) -> living.Life:
    caught = node("caught", Kind.BOUNDARY, event(Trigger.ERROR, catches), attached_to="sub")
    bad = node("bad", Kind.END, event(Trigger.ERROR, "no-money"))
    sub = replace(SUB, loop=loop)
    around = drawing.draw("x", AROUND, also=(sub, caught))
    return sound(within(sub, INSIDE, around, bad))


@pytest.mark.parametrize("catches", ["no-money", ""])
def test_an_error_ends_its_scope_and_leaves_by_the_boundary(catches: str) -> None:
    case = with_error(catches)
    case.start()
    case.done("a")
    assert case.offered == {"mend"}


def test_an_error_in_one_instance_ends_them_all() -> None:
    case = with_error("", Loop("units", "unit"))
    case.start(units=["x", "y"])
    case.done("a")
    assert case.offered == {"mend"}


def test_an_error_nobody_catches_is_an_incident_and_can_be_let_go() -> None:
    case = with_error("other")
    case.start()
    case.done("a")
    assert case.item("bad").data["code"] == "process.error-uncaught"
    assert case.offered == {"b"}
    case.do(m.Retry(AT, "a", case.item("bad").number))
    case.done("b")
    assert case.offered == {"after"}


def test_work_that_raises_is_caught_at_its_own_boundary() -> None:
    caught = node("caught", Kind.BOUNDARY, event(Trigger.ERROR, "closed"), attached_to="pay")
    arrows = "(in) -> [!pay]\n[!pay] -> ((out))\n(caught) -> [mend]\n[mend] -> ((o2))"
    case = living.life(drawn(arrows, caught))
    case.start()
    case.do(m.Raise(AT, 1, "closed", {"why": "holiday"}))
    assert case.offered == {"mend"}
    assert case.state.variables == {"why": "holiday"}
    case = living.life(drawn(arrows, caught))
    case.start()
    case.do(m.Raise(AT, 1, "other"))
    assert case.item("pay").data["detail"] == "other"
    assert case.item("pay").kind is ItemKind.INCIDENT


def test_a_user_task_may_raise_only_what_is_caught() -> None:
    case = living.life(drawn("(in) -> [a]\n[a] -> ((out))"))
    case.start()
    with pytest.raises(Refused, match=r"process\.error-uncaught"):
        case.do(m.Raise(AT, 1, "any"))


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_goes_up_and_the_work_may_go_on(interrupting: bool) -> None:
    caught = node(
        "caught",
        Kind.BOUNDARY,
        event(Trigger.ESCALATION, "late"),
        attached_to="sub",
        interrupting=interrupting,
    )
    tell = node("tell", Kind.THROW, event(Trigger.ESCALATION, "late"))
    around = drawing.draw("x", AROUND, also=(SUB, caught))
    inner = "(in) -> [a]\n[a] -> (~tell)\n(~tell) -> [b]\n[b] -> ((out))"
    case = sound(within(SUB, inner, around, tell))
    case.start()
    case.done("a")
    assert case.offered == ({"mend"} if interrupting else {"mend", "b"})


def test_an_escalation_nobody_catches_goes_unheard() -> None:
    tell = node("tell", Kind.END, event(Trigger.ESCALATION, "late"))
    case = living.life(drawn("(in) -> [a]\n[a] -> ((tell))", tell))
    case.start()
    case.done("a")
    assert case.is_over


# --- event sub-processes --------------------------------------------------------------------------


def with_handler(
    trigger: Trigger, *, interrupting: bool, code: str = "stop", spec: TimerSpec | None = None
) -> Definition:
    handler = node("handler", Kind.EVENT_SUB_PROCESS)
    started = replace(event(trigger, code), timer=spec or event(trigger).timer)
    begin = node("woken", Kind.START, started, interrupting=interrupting)
    around = drawing.draw("x", "(in) -> [a]\n[a] -> [b]\n[b] -> ((out))")
    return within(handler, "(woken) -> [deal]\n[deal] -> ((dealt))", around, begin)


def test_an_interrupting_event_sub_process_takes_over() -> None:
    case = sound(with_handler(Trigger.MESSAGE, interrupting=True))
    case.start()
    case.do(m.Deliver(AT, case.item("woken").number))
    assert case.offered == {"deal"}
    case.done("deal")
    assert case.is_over


def test_one_that_does_not_interrupt_runs_beside_and_again() -> None:
    case = sound(with_handler(Trigger.SIGNAL, interrupting=False))
    case.start()
    case.do(m.Signal(AT, "stop"))
    case.do(m.Signal(AT, "stop"))
    case.done("a")
    case.done("b")
    assert case.offered == {"deal"}
    case.done("deal")
    case.done("deal")
    assert case.is_over


def test_a_clock_of_the_whole_case() -> None:
    every = TimerSpec(TimerKind.CYCLE, "R2/P1D")
    case = sound(with_handler(Trigger.TIMER, interrupting=False, code="", spec=every))
    case.start()
    for day in (1, 2):
        case.do(m.Fire(drawing.after(days=day), case.item("woken").number))
    assert {i.node for i in case.state.items.values()} == {"a", "deal", "handler"}
    case.done("a")
    case.done("deal")
    case.done("deal")
    case.done("b")
    assert case.is_over


def test_an_error_is_handled_inside_before_outside() -> None:
    handler = node("handler", Kind.EVENT_SUB_PROCESS, parent="sub")
    woken = node("woken", Kind.START, event(Trigger.ERROR, "no-money"))
    again = node("again", Kind.END, event(Trigger.ERROR, "no-money"))
    caught = node("caught", Kind.BOUNDARY, event(Trigger.ERROR), attached_to="sub")
    bad = node("bad", Kind.END, event(Trigger.ERROR, "no-money"))
    around = within(SUB, INSIDE, drawing.draw("x", AROUND, also=(SUB, caught)), bad)
    case = sound(within(handler, "(woken) -> [deal]\n[deal] -> ((again))", around, woken, again))
    case.start()
    case.done("a")
    assert case.offered == {"deal"}
    case.done("deal")
    assert case.offered == {"mend"}, "a handler does not catch what it throws"


# --- calls and other starts -----------------------------------------------------------------------


def test_a_call_waits_for_the_other_process() -> None:
    call = node("ask", Kind.CALL, calls="opinion")
    caught = node("caught", Kind.BOUNDARY, event(Trigger.ERROR, "refused"), attached_to="ask")
    arrows = (
        "(in) -> [ask]\n[ask] -> [next]\n[next] -> ((out))\n(caught) -> [mend]\n[mend] -> ((o2))"
    )
    case = living.life(drawn(arrows, call, caught))
    case.start()
    assert case.item("ask").data["calls"] == "opinion"
    case.do(m.Return(AT, 1, {"opinion": "yes"}))
    assert case.offered == {"next"}
    case = living.life(drawn(arrows, call, caught))
    case.start()
    case.do(m.Raise(AT, 1, "refused"))
    assert case.offered == {"mend"}


def test_a_case_may_start_by_a_message() -> None:
    mail = node("mail", Kind.START, event(Trigger.MESSAGE, "letter"))
    definition = drawn("(in) -> [a]\n(mail) -> [a]\n[a] -> ((out))", mail)
    case = living.life(definition)
    assert case.program.start == "in"
    assert set(case.program.starts) == {"mail"}
    case.do(m.Start(AT, "a", {}, "mail"))
    assert case.offered == {"a"}


def test_faults_of_events() -> None:
    def codes(definition: Definition) -> list[tuple[str, str]]:
        found = problems.find(definition, drawing.expressions)
        return [(p.code.removeprefix("process."), p.element) for p in found]

    base = drawing.draw("x", "(in) -> [a]\n[a] -> ((out))")

    def having(*more: Node, flows: tuple[Flow, ...] = ()) -> Definition:
        nodes = {**base.nodes, **{n.id: n for n in more}}
        return replace(base, nodes=nodes, flows=base.flows + flows)

    on = Flow("on", "x", "out")
    coming = Flow("c", "a", "x")
    error = event(Trigger.ERROR, "e")
    host = {"attached_to": "a"}
    cases = [
        (node("x", Kind.CATCH, event(Trigger.MESSAGE)), "event-without-name"),
        (node("x", Kind.RECEIVE_TASK, event(Trigger.MESSAGE)), "no-message"),
        (node("x", Kind.CATCH, error), "element-not-run"),
        (node("x", Kind.CALL), "no-called-process"),
        (node("x", Kind.THROW, error), "element-not-run"),
    ]
    for odd, code in cases:
        assert codes(having(odd, flows=(coming, on))) == [(code, "x")]
    odd = node("x", Kind.BOUNDARY, error, interrupting=False, **host)
    assert codes(having(odd, flows=(on,))) == [("error-must-interrupt", "x")]
    odd = node("x", Kind.START, error)
    assert codes(having(odd, flows=(on,))) == [("element-not-run", "x")]
    gate = node("x", Kind.EVENT_BASED)
    found = codes(having(gate, flows=(coming, on)))
    assert found == [("gate-without-choice", "x"), ("gate-to-no-event", "on")]
