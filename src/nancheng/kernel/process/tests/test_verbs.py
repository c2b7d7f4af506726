"""退回 and 撤回: where a token may be moved back, and where it may not."""

from __future__ import annotations

import pytest

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import verbs
from nancheng.kernel.process.definition import Definition, EventSpec, Kind, Loop, Node, Trigger
from nancheng.kernel.process.state import ItemKind
from nancheng.kernel.process.tests import drawing, living
from nancheng.kernel.process.tests.drawing import AT
from nancheng.kernel.refusal import Refused

LONG = drawing.draw(
    "long",
    """
    (in)      -> [apply]
    [apply]   -> [check]
    [check]   -> {both}
    {both}    -> [finance]
    {both}    -> [legal]
    [finance] -> [bureau]
    [bureau]  -> {met}
    [legal]   -> {met}
    {met}     -> [leader]
    [leader]  -> ((out))
    """,
)


def send_back(case: living.Life, node: str, target: str) -> list[m.Event]:
    return case.do(m.SendBack(AT, "a", case.item(node).number, target, "figures differ"))


def at_fork() -> living.Life:
    case = living.life(LONG)
    case.start()
    case.done("apply")
    case.done("check")
    return case


def test_send_back_to_the_step_before() -> None:
    case = living.life(LONG)
    case.start()
    case.done("apply")
    events = send_back(case, "check", "apply")
    assert [type(e) for e in events] == [m.SentBack, m.Offered]
    assert case.offered == {"apply"}


def test_within_a_branch_but_not_out_of_it_while_the_other_is_open() -> None:
    case = at_fork()
    case.done("finance")
    assert verbs.targets(case.state.items, case.item("bureau")) == ("finance",)
    with pytest.raises(Refused, match=r"process\.sibling-is-open"):
        send_back(case, "bureau", "check")
    send_back(case, "bureau", "finance")
    assert case.offered == {"finance", "legal"}


def test_after_the_join_to_before_the_fork_but_not_into_a_branch() -> None:
    case = at_fork()
    for node in ("finance", "bureau", "legal"):
        case.done(node)
    assert verbs.targets(case.state.items, case.item("leader")) == ("check", "apply")
    with pytest.raises(Refused, match=r"process\.not-passed"):
        send_back(case, "leader", "legal")
    send_back(case, "leader", "check")
    assert case.offered == {"check"}
    case.done("check")
    assert case.offered == {"finance", "legal"}


def test_out_of_a_branch_once_the_other_has_ended() -> None:
    arrows = "(in) -> [a]\n[a] -> {f}\n{f} -> [b]\n{f} -> [c]\n[b] -> ((x))\n[c] -> ((y))"
    case = living.life(drawing.draw("x", arrows))
    case.start()
    case.done("a")
    with pytest.raises(Refused, match=r"process\.sibling-is-open"):
        send_back(case, "b", "a")
    case.done("c")
    send_back(case, "b", "a")
    assert case.offered == {"a"}


def test_three_branches_two_joined_still_have_a_sibling() -> None:
    arrows = """
    (in) -> [a]
    [a]  -> {f}
    {f}  -> [b]
    {f}  -> [c]
    {f}  -> [d]
    [b]  -> {j}
    [c]  -> {j}
    {j}  -> [e]
    [e]  -> {k}
    [d]  -> {k}
    {k}  -> [z]
    [z]  -> ((out))
    """
    case = living.life(drawing.draw("x", arrows))
    case.start()
    for node in "abc":
        case.done(node)
    with pytest.raises(Refused, match=r"process\.sibling-is-open"):
        send_back(case, "e", "a")
    case.done("d")
    with pytest.raises(Refused, match=r"process\.sibling-is-open"):
        send_back(case, "e", "a")
    case.done("e")
    send_back(case, "z", "a")
    assert case.offered == {"a"}


def test_a_loop_does_not_lengthen_the_trail() -> None:
    arrows = "(in) -> [a]\n[a] -> [b]\n[b] -> <ok>\n<ok> -again=1-> [a]\n<ok> -> ((out))"
    case = living.life(drawing.draw("x", arrows))
    case.start()
    for _ in range(5):
        case.done("a")
        case.done("b", again="1")
    assert len(str(case.item("a").data)) < 60


def test_a_reminded_task_keeps_its_past_and_the_reminder_has_none() -> None:
    late = drawing.boundary("late", "check", interrupting=False)
    arrows = """
    (in)    -> [apply]
    [apply] -> [check]
    [check] -> ((out))
    (late)  -> [chase]
    [chase] -> ((y))
    """
    case = living.life(drawing.draw("x", arrows, also=(late,)))
    case.start()
    case.done("apply")
    case.do(m.Fire(drawing.after(days=2), case.item("late").number))
    assert verbs.targets(case.state.items, case.item("chase")) == ()
    send_back(case, "check", "apply")
    assert case.offered == {"apply", "chase"}


def signing() -> Definition:
    sign = Node("sign", Kind.USER_TASK, "sign", loop=Loop("signers", "signer"))
    arrows = "(in) -> [draft]\n[draft] -> [sign]\n[sign] -> ((out))"
    return drawing.draw("x", arrows, also=(sign,))


def test_a_signer_cannot_send_back_but_the_whole_signing_can() -> None:
    case = living.life(signing())
    case.start(signers=["a", "b"])
    case.done("draft")
    with pytest.raises(Refused, match=r"process\.signer-cannot-send-back"):
        send_back(case, "sign", "draft")
    body = case.item("sign").scope
    case.do(m.SendBack(AT, "a", body, "draft", "not complete"))
    assert case.offered == {"draft"}


# --- 撤回 -----------------------------------------------------------------------------------------


def take_back(case: living.Life, item: int, touched: frozenset[int] = frozenset()) -> None:
    case.do(m.TakeBack(AT, "a", item, touched))


def test_take_back_before_the_next_hand() -> None:
    case = living.life(LONG)
    case.start()
    first = case.item("apply").number
    case.done("apply")
    take_back(case, first)
    assert case.offered == {"apply"}


@pytest.mark.parametrize("trigger", [Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ESCALATION])
def test_what_was_thrown_cannot_be_unsaid_by_taking_back(trigger: Trigger) -> None:
    said = Node("say", Kind.THROW, "say", event=EventSpec(trigger, code="x"))
    told = drawing.draw(
        "told",
        """
        (in)    -> [apply]
        [apply] -> [say]
        [say]   -> [check]
        [check] -> ((out))
        """,
        also=(said,),
    )
    case = living.life(told)
    case.start()
    first = case.item("apply").number
    case.done("apply")
    assert case.offered == {"check"}
    with pytest.raises(Refused, match=r"process\.taken-further"):
        take_back(case, first)
    assert case.offered == {"check"}


def test_a_step_that_throws_nothing_may_be_passed_back_over() -> None:
    told = drawing.draw(
        "quiet",
        """
        (in)    -> [apply]
        [apply] -> [say]
        [say]   -> [check]
        [check] -> ((out))
        """,
        also=(Node("say", Kind.THROW, "say"),),
    )
    case = living.life(told)
    case.start()
    first = case.item("apply").number
    case.done("apply")
    take_back(case, first)
    assert case.offered == {"apply"}


def test_not_after_the_next_hand_touched_it() -> None:
    case = living.life(LONG)
    case.start()
    first = case.item("apply").number
    case.done("apply")
    with pytest.raises(Refused, match=r"process\.touched"):
        take_back(case, first, frozenset({case.item("check").number}))
    case.done("check")
    with pytest.raises(Refused, match=r"process\.taken-further"):
        take_back(case, first)


def test_both_branches_of_a_fork_are_taken_back_together() -> None:
    case = living.life(LONG)
    case.start()
    case.done("apply")
    check = case.item("check").number
    case.done("check")
    take_back(case, check)
    assert case.offered == {"check"}


def test_not_when_one_branch_has_moved_on() -> None:
    case = living.life(LONG)
    case.start()
    case.done("apply")
    check = case.item("check").number
    case.done("check")
    case.done("legal")
    with pytest.raises(Refused, match=r"process\.taken-further"):
        take_back(case, check)


def test_not_when_a_branch_ended_or_work_was_done() -> None:
    for other in ("((gone))", "[!pay]"):
        tail = "\n[!pay] -> ((paid))" if other == "[!pay]" else ""
        arrows = f"(in) -> [a]\n[a] -> {{f}}\n{{f}} -> [b]\n{{f}} -> {other}\n[b] -> ((out)){tail}"
        case = living.life(drawing.draw("x", arrows))
        case.start()
        case.done("a")
        with pytest.raises(Refused, match=r"process\.taken-further"):
            take_back(case, 1)


def test_a_decision_between_does_not_hinder() -> None:
    arrows = "(in) -> [a]\n[a] -> [?limit]\n[?limit] -> [b]\n[b] -> ((out))"
    case = living.life(drawing.draw("x", arrows))
    case.start()
    case.done("a")
    case.do(m.Answer(AT, case.item("limit").number, {"leader": True}, (1,)))
    take_back(case, 1)
    assert case.offered == {"a"}


def test_a_join_that_took_the_token_in_is_not_undone() -> None:
    case = at_fork()
    for node in ("finance", "bureau"):
        case.done(node)
    legal = case.item("legal").number
    case.done("legal")
    assert case.offered == {"leader"}
    with pytest.raises(Refused, match=r"process\.taken-further"):
        take_back(case, legal)


def test_an_unsigned_joint_signing_is_taken_back_whole() -> None:
    case = living.life(signing())
    case.start(signers=["a", "b"])
    draft = case.item("draft").number
    case.done("draft")
    with pytest.raises(Refused, match=r"process\.touched"):
        take_back(case, draft, frozenset({case.item("sign").number}))
    take_back(case, draft)
    assert case.offered == {"draft"}
    case.done("draft")
    again = max(i for i in case.state.items)
    case.do(m.Complete(AT, "a", again))
    with pytest.raises(Refused, match=r"process\.taken-further"):
        take_back(case, draft)
    assert {i.kind for i in case.state.items.values()} == {ItemKind.SCOPE, ItemKind.USER}
