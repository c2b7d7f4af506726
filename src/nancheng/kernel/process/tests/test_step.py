"""What each element does, one small drawing at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nancheng.kernel.process import messages as m
from nancheng.kernel.process.definition import (
    Definition,
    Flow,
    Kind,
    Loop,
    Node,
    TimerKind,
    TimerSpec,
)
from nancheng.kernel.process.state import ItemKind, Status
from nancheng.kernel.process.tests import drawing, living
from nancheng.kernel.process.tests.drawing import AT
from nancheng.kernel.refusal import Refused

REVIEW = drawing.draw(
    "review",
    """
    (in)      -> [check]
    [check]   -> <ok>
    <ok>      -verdict=no-> [check]
    <ok>      -> {both}
    {both}    -> [finance]
    {both}    -> [legal]
    [finance] -> {met}
    [legal]   -> {met}
    {met}     -> ((out))
    """,
)


def test_join_waits_for_every_branch() -> None:
    case = living.life(REVIEW)
    case.start()
    case.done("check", verdict="yes")
    case.done("legal")
    assert case.offered == {"finance"}
    case.done("finance")
    assert case.is_over


def test_a_step_to_the_next_task_is_three_events() -> None:
    case = living.life(REVIEW)
    case.start()
    events = case.done("check", verdict="no")
    assert [type(e) for e in events] == [m.Completed, m.GatewayTaken, m.Offered]
    assert events[1] == m.GatewayTaken(1, "ok", ("ok-check",))


def test_no_true_condition_and_no_default_is_an_incident_that_can_be_retried() -> None:
    arrows = (
        "(in) -> <ok>\n<ok> -a=1-> [one]\n<ok> -a=2-> [two]\n[one] -> ((out))\n[two] -> ((out))"
    )
    case = living.life(drawing.draw("x", arrows))
    case.start(a="3")
    assert case.item("ok").data["code"] == "process.no-way-out"
    case.do(m.SetVariables(AT, "a", {"a": "2"}))
    case.do(m.Retry(AT, "a", case.item("ok").number))
    assert case.offered == {"two"}


def test_a_condition_that_fails_is_an_incident() -> None:
    arrows = (
        "(in) -> <ok>\n<ok> -missing-> [one]\n<ok> -> [two]\n[one] -> ((out))\n[two] -> ((out))"
    )
    case = living.life(drawing.draw("x", arrows))
    case.start()
    assert case.item("ok").data["code"] == "process.condition-failed"
    assert "missing" in str(case.item("ok").data["detail"])


def test_inclusive_join_waits_only_for_what_was_taken() -> None:
    arrows = """
    (in)   -> <<some>>
    <<some>> -a=1-> [one]
    <<some>> -b=1-> [two]
    <<some>> -> [three]
    [one]  -> <<met>>
    [two]  -> <<met>>
    [three] -> <<met>>
    <<met>> -> [last]
    [last] -> ((out))
    """
    case = living.life(drawing.draw("x", arrows))
    case.start(a="1", b="1")
    assert case.offered == {"one", "two"}
    case.done("two")
    assert case.offered == {"one"}
    case.done("one")
    assert case.offered == {"last"}


def test_an_automatic_loop_without_end_is_an_incident() -> None:
    arrows = "(in) -> <a>\n<a> -> <b>\n<b> -> <a>\n<b> -done-> ((out))"
    case = living.life(drawing.draw("x", arrows))
    case.start(done=False)
    kinds = {i.kind for i in case.state.items.values()}
    assert kinds == {ItemKind.INCIDENT}
    assert {i.data["code"] for i in case.state.items.values()} == {"process.too-many-moves"}


def test_a_join_that_starves_is_an_incident() -> None:
    arrows = """
    (in)  -> <either>
    <either> -a=1-> [one]
    <either> -> [two]
    [one] -> {met}
    [two] -> {met}
    {met} -> ((out))
    """
    case = living.life(drawing.draw("x", arrows))
    case.start()
    case.done("two")
    assert case.item("met").data["code"] == "process.join-starved"
    case.do(m.Retry(AT, "a", case.item("met").number))
    assert case.item("met").data["code"] == "process.join-starved"


def test_terminate_ends_all_branches() -> None:
    arrows = "(in) -> {a}\n{a} -> [one]\n{a} -> [two]\n[one] -> ((!stop))\n[two] -> ((out))"
    case = living.life(drawing.draw("x", arrows))
    case.start()
    events = case.done("one")
    assert case.is_over
    assert living.nodes(events, m.Withdrawn) == ["two"]


# --- automatic work -------------------------------------------------------------------------------

PAY = drawing.draw("pay", "(in) -> [?limit]\n[?limit] -> [!pay]\n[!pay] -> ((out))")


def test_automatic_work_is_requested_and_answered() -> None:
    case = living.life(PAY)
    case.start()
    assert case.item("limit").data["work"] == "limit"
    events = case.do(m.Answer(AT, case.item("limit").number, {"leader": True}, (3,)))
    assert events[0] == m.Answered(1, "limit", {"leader": True}, (3,))
    case.do(m.Answer(AT, case.item("pay").number))
    assert case.is_over
    assert case.state.variables == {"leader": True}


def test_work_that_fails_can_be_retried() -> None:
    case = living.life(PAY)
    case.start()
    case.do(m.Fail(AT, 1, "bank.closed", "until Monday"))
    assert case.item("limit").data["code"] == "bank.closed"
    events = case.do(m.Retry(AT, "a", 1))
    assert [type(e) for e in events] == [m.Retried, m.Requested]


# --- timers ---------------------------------------------------------------------------------------

TIMED = """
(in)    -> [check]
[check] -> ((out))
late    -> [chase]
[chase] -> ((chased))
"""


def timed(*, interrupting: bool, spec: TimerSpec = drawing.A_DAY) -> Definition:
    late = drawing.boundary("late", "check", interrupting=interrupting, spec=spec)
    return drawing.draw("x", TIMED.replace("late ", "(late) "), also=(late,))


def test_an_interrupting_timer_takes_the_token() -> None:
    case = living.life(timed(interrupting=True))
    case.start()
    with pytest.raises(Refused, match=r"process\.timer-not-due"):
        case.do(m.Fire(drawing.after(days=0.9), case.item("late").number))
    case.do(m.Fire(drawing.after(days=1), case.item("late").number))
    assert case.offered == {"chase"}


def test_a_reminder_leaves_the_task_alone_and_repeats() -> None:
    spec = TimerSpec(TimerKind.CYCLE, "R3/P1D")
    case = living.life(timed(interrupting=False, spec=spec))
    case.start()
    for day in (1, 2, 3):
        case.do(m.Fire(drawing.after(days=day), case.item("late").number))
    assert case.offered == {"check", "chase"}
    assert ItemKind.TIMER not in {i.kind for i in case.state.items.values()}
    assert len([i for i in case.state.items.values() if i.node == "chase"]) == 3


def test_a_finished_task_takes_its_timers_with_it() -> None:
    case = living.life(timed(interrupting=False))
    case.start()
    events = case.done("check")
    assert [type(e) for e in events] == [m.Completed, m.Withdrawn, m.Ended]


# --- sub-process ----------------------------------------------------------------------------------


def inside(definition: Definition, *, around: Definition, loop: Loop | None = None) -> Definition:
    """Return ``around`` with its node ``sub`` a sub-process that holds the other drawing."""
    sub = Node("sub", Kind.SUB_PROCESS, "sub", loop=loop)
    inner = {key: replace(n, parent="sub") for key, n in definition.nodes.items()}
    flows = tuple(replace(f, parent="sub") for f in definition.flows)
    return replace(
        around,
        nodes={**around.nodes, "sub": sub, **inner},
        flows=around.flows + flows,
    )


AROUND = drawing.draw("x", "(begin) -> [sub]\n[sub] -> [after]\n[after] -> ((end))")


def test_a_sub_process_ends_when_its_last_token_does() -> None:
    case = living.life(inside(REVIEW, around=AROUND))
    case.start()
    case.done("check")
    case.done("legal")
    case.done("finance")
    assert case.offered == {"after"}
    assert set(case.state.items) == {case.item("after").number}


def test_terminate_inside_ends_only_the_sub_process() -> None:
    arrows = "(in) -> {a}\n{a} -> [one]\n{a} -> [two]\n[one] -> ((!stop))\n[two] -> ((out))"
    case = living.life(inside(drawing.draw("y", arrows), around=AROUND))
    case.start()
    case.done("one")
    assert case.offered == {"after"}


def test_each_instance_of_a_sub_process_has_its_own_variables() -> None:
    inner = drawing.draw(
        "y", "(in) -> [ask]\n[ask] -> <ok>\n<ok> -say=no-> [why]\n<ok> -> ((out))\n[why] -> ((o2))"
    )
    case = living.life(inside(inner, around=AROUND, loop=Loop("units", "unit", result="answers")))
    case.start(units=["a", "b"])
    first, second = (i for i in case.state.items.values() if i.node == "ask")
    case.do(m.Complete(AT, "a", first.number, {"say": "no"}))
    case.do(m.Complete(AT, "a", second.number, {"say": "yes"}))
    assert case.offered == {"why"}
    case.done("why")
    assert case.offered == {"after"}
    answers = case.state.variables["answers"]
    assert answers == [{"unit": "b", "say": "yes"}, {"unit": "a", "say": "no"}]
    assert "say" not in case.state.variables


# --- joint signing --------------------------------------------------------------------------------


def signing(**changes: object) -> living.Life:
    loop = replace(Loop("signers", "signer", result="votes"), **changes)  # type: ignore[arg-type]
    sign = Node("sign", Kind.USER_TASK, "sign", loop=loop)
    arrows = "(in) -> [draft]\n[draft] -> [sign]\n[sign] -> [file]\n[file] -> ((out))"
    case = living.life(drawing.draw("x", arrows, also=(sign,)))
    case.start(signers=["finance", "legal", "audit"])
    case.done("draft")
    return case


def test_joint_signing_offers_one_task_for_each() -> None:
    case = signing()
    tasks = [i for i in case.state.items.values() if i.kind is ItemKind.USER]
    assert [i.data["element"] for i in tasks] == ["finance", "legal", "audit"]
    for task in reversed(tasks):
        case.do(m.Complete(AT, "a", task.number, {"say": "yes"}))
    assert case.offered == {"file"}
    votes = case.state.variables["votes"]
    assert votes == [{"signer": s, "say": "yes"} for s in ("audit", "legal", "finance")]


def test_one_after_the_other() -> None:
    case = signing(sequential=True)
    for element in ("finance", "legal", "audit"):
        tasks = [i for i in case.state.items.values() if i.kind is ItemKind.USER]
        assert [i.data["element"] for i in tasks] == [element]
        case.done("sign")
    assert case.offered == {"file"}


def test_enough_signatures_withdraw_the_rest() -> None:
    case = signing(until="nrOfCompletedInstances>=2")
    case.done("sign")
    events = case.done("sign")
    assert living.nodes(events, m.Withdrawn) == ["sign"]
    assert case.offered == {"file"}


def test_a_signer_more_and_a_signer_less() -> None:
    for sequential in (False, True):
        case = signing(sequential=sequential)
        case.do(m.AddInstance(AT, "a", case.item("sign").number, "people"))
        case.do(m.RemoveInstance(AT, "a", case.item("sign").number, "absent"))
        for _ in range(3):
            case.done("sign")
        assert case.offered == {"file"}
        votes = case.state.variables["votes"]
        assert isinstance(votes, list)
        assert [v["signer"] for v in votes] == ["legal", "audit", "people"]


def test_nobody_to_sign_goes_on() -> None:
    sign = Node("sign", Kind.USER_TASK, "sign", loop=Loop("signers", "signer"))
    case = living.life(drawing.draw("x", "(in) -> [sign]\n[sign] -> ((out))", also=(sign,)))
    case.start(signers=[])
    assert case.is_over


def test_a_collection_that_is_none_is_an_incident() -> None:
    sign = Node("sign", Kind.USER_TASK, "sign", loop=Loop("signers", "signer"))
    case = living.life(drawing.draw("x", "(in) -> [sign]\n[sign] -> ((out))", also=(sign,)))
    case.start(signers="finance")
    assert case.item("sign").data["code"] == "process.collection-failed"


def test_a_completion_condition_that_fails_can_be_retried() -> None:
    case = signing(until="enough")
    case.done("sign")
    incident = next(i for i in case.state.items.values() if i.kind is ItemKind.INCIDENT)
    assert incident.data["code"] == "process.completion-condition-failed"
    case.do(m.SetVariables(AT, "a", {"enough": True}))
    case.do(m.Retry(AT, "a", incident.number))
    assert case.offered == {"file"}


# --- the case as a whole --------------------------------------------------------------------------


def test_a_suspended_case_stands_still() -> None:
    case = living.life(REVIEW)
    case.start()
    case.do(m.Suspend(AT, "a", "waiting for the court"))
    with pytest.raises(Refused, match=r"process\.suspended"):
        case.done("check")
    case.do(m.Resume(AT, "a"))
    case.done("check")
    assert case.offered == {"finance", "legal"}


def test_a_case_ended_by_hand_is_over() -> None:
    case = living.life(REVIEW)
    with pytest.raises(Refused, match=r"process\.not-started"):
        case.do(m.Complete(AT, "a", 1))
    case.start()
    case.do(m.Terminate(AT, "a", "withdrawn by the applicant"))
    assert case.state.status is Status.TERMINATED
    with pytest.raises(Refused, match=r"process\.case-is-over"):
        case.start()


def test_what_does_not_fit_is_refused_and_changes_nothing() -> None:
    case = living.life(REVIEW)
    case.start()
    before = case.state
    for command in (
        m.Start(AT),
        m.Complete(AT, "a", 99),
        m.Answer(AT, 1),
        m.Fire(AT, 1),
        m.Retry(AT, "a", 1),
        m.Resume(AT, "a"),
        m.AddInstance(AT, "a", 1, "x"),
        m.RemoveInstance(AT, "a", 1),
        m.TakeBack(AT, "a", 1),
        m.SendBack(AT, "a", 1, "legal", "why"),
        m.SendBack(AT, "a", 1, "check", " "),
    ):
        with pytest.raises(Refused):
            case.do(command)
    assert case.state == before


def test_two_flows_into_the_start_are_not_a_way_to_start_twice() -> None:
    odd = replace(REVIEW, flows=(*REVIEW.flows, Flow("f", "check", "nowhere")))
    case = living.life(odd)
    with pytest.raises(Refused, match=r"process\.no-such-start"):
        case.do(m.Start(AT, "a", {}, "check"))
