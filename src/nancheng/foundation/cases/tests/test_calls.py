"""Cases that call cases: opened once, answered once, ended with their caller."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nancheng.foundation.cases import actions, errands, openings
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.cases.models import Case, CaseEvent, CaseLink, Clock, Errand, Wait
from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.cases.tests.plays import (
    Publish,
    boundary,
    call,
    drawing,
    end,
    start,
    throw,
    user,
)
from nancheng.foundation.cases.tests.test_actions import assert_whole

CHILD = drawing("child", [start(), user("work"), end()], "start > work > end")
PARENT = drawing(
    "parent",
    [start(), call("ask", "child"), user("after"), end()],
    "start > ask > after > end",
)


def test_a_call_opens_one_case_and_its_end_lets_the_caller_go_on(
    zone: Zone, published: Publish
) -> None:
    published(child=CHILD, parent=PARENT)
    parent = plays.begin("parent", zone, amount=3)
    assert not Case.objects.filter(kind="child").exists()
    plays.settle()
    child = plays.only("child")
    assert (child.caller_id, child.variables) == (parent.pk, {"amount": 3})
    assert CaseLink.objects.filter(case=child, other=parent, kind="parent").exists()
    assert child.title.startswith(parent.title)
    making.do(child, "work", zone.bai, found="yes")
    plays.settle()
    assert making.the_task(parent, "after")
    parent.refresh_from_db()
    assert parent.variables["found"] == "yes"
    assert plays.errands_of(parent) == {"open": "done"}
    assert plays.errands_of(child) == {"answer": "done"}
    for case in (parent, child):
        assert_whole(case)


def test_what_is_given_and_taken_is_what_the_drawing_maps(zone: Zone, published: Publish) -> None:
    mapped = drawing(
        "parent",
        [
            start(),
            call("ask", "child", 'nc:input="{total: amount + 1}" nc:output="{level: found}"'),
            user("after"),
            end(),
        ],
        "start > ask > after > end",
    )
    published(child=CHILD, parent=mapped)
    parent = plays.begin("parent", zone, amount=3)
    plays.settle()
    child = plays.only("child")
    assert child.variables == {"total": 4}
    making.do(child, "work", zone.bai, found="high")
    plays.settle()
    parent.refresh_from_db()
    assert parent.variables == {"amount": 3, "level": "high"}
    assert_whole(parent)


def test_each_instance_calls_a_case_of_its_own_for_its_department(
    zone: Zone, published: Publish
) -> None:
    each = '<multiInstanceLoopCharacteristics nc:collection="units" nc:element="unit"/>'
    several = drawing(
        "parent",
        [start(), call("ask", "child", inner=each), user("after"), end()],
        "start > ask > after > end",
    )
    signing = drawing("child", [start(), user("work"), end()], "start > work > end").replace(
        'nc:post="reviewer"', 'nc:post="signer"'
    )
    published(child=signing, parent=several)
    parent = plays.begin("parent", zone, units=["law", "zone"])
    plays.settle()
    children = list(Case.objects.filter(caller=parent).order_by("caller_item"))
    assert [child.department.code for child in children] == ["law", "zone"]
    assert [child.variables["unit"] for child in children] == ["law", "zone"]
    making.do(children[0], "work", zone.ding)
    plays.settle()
    assert not parent.tasks.filter(node="after").exists()
    assert_whole(parent)


def test_a_caller_that_is_ended_ends_what_it_called(zone: Zone, published: Publish) -> None:
    published(child=CHILD, parent=PARENT)
    parent = plays.begin("parent", zone)
    plays.settle()
    child = plays.only("child")
    actions.terminate(case_id=parent.pk, reason="不办了", by=zone.fang, at=AT, key="t")
    plays.settle()
    child.refresh_from_db()
    assert child.status == Case.Status.TERMINATED
    assert set(Errand.objects.values_list("state", flat=True)) == {"done"}
    for case in (parent, child):
        assert_whole(case)


def test_a_call_given_up_before_it_was_made_opens_nothing(zone: Zone, published: Publish) -> None:
    published(child=CHILD, parent=PARENT)
    parent = plays.begin("parent", zone)
    actions.terminate(case_id=parent.pk, reason="不办了", by=zone.fang, at=AT, key="t")
    plays.settle()
    assert not Case.objects.filter(kind="child").exists()


def _catching() -> str:
    return drawing(
        "parent",
        [
            start(),
            call("ask", "child"),
            boundary("edge", "ask", plays.REFUSED),
            user("after"),
            user("instead"),
            end(),
            end("end2"),
        ],
        "start > ask > after > end",
        "edge > instead > end2",
    )


FAILING = drawing(
    "child",
    [start(), user("work"), end("bad", plays.REFUSED)],
    "start > work > bad",
)


def test_an_error_nobody_catches_in_the_called_case_is_caught_at_the_call(
    zone: Zone, published: Publish
) -> None:
    published(child=FAILING, parent=_catching())
    parent = plays.begin("parent", zone)
    plays.settle()
    child = plays.only("child")
    making.do(child, "work", zone.bai)
    plays.settle()
    child.refresh_from_db()
    assert child.status == Case.Status.TERMINATED
    assert making.the_task(parent, "instead")
    for case in (parent, child):
        assert_whole(case)


def test_an_error_that_the_caller_does_not_catch_is_its_incident(
    zone: Zone, published: Publish
) -> None:
    published(child=FAILING, parent=PARENT)
    parent = plays.begin("parent", zone)
    plays.settle()
    making.do(plays.only("child"), "work", zone.bai)
    plays.settle()
    stuck = Wait.objects.get(case=parent, kind="incident")
    assert (stuck.data["code"], stuck.data["detail"]) == ("process.error-uncaught", "refused")
    assert_whole(parent)
    # Tried again, it calls a case anew.
    actions.retry(case_id=parent.pk, item=stuck.item, by=zone.fang, at=AT, key="again")
    plays.settle()
    assert Case.objects.filter(caller=parent).count() == 2
    assert_whole(parent)


def test_a_called_case_ended_by_hand_is_told_to_its_caller(zone: Zone, published: Publish) -> None:
    published(child=CHILD, parent=PARENT)
    parent = plays.begin("parent", zone)
    plays.settle()
    child = plays.only("child")
    actions.terminate(case_id=child.pk, reason="重复", by=zone.fang, at=AT, key="t")
    plays.settle()
    assert Wait.objects.get(case=parent, kind="incident").data["detail"] == "terminated"
    assert_whole(parent)


def test_an_escalation_reaches_the_caller_before_the_answer(zone: Zone, published: Publish) -> None:
    telling = drawing(
        "child",
        [start(), throw("tell", plays.SLOW), end()],
        "start > tell > end",
    )
    hearing = drawing(
        "parent",
        [
            start(),
            call("ask", "child"),
            boundary("edge", "ask", plays.SLOW, 'cancelActivity="false"'),
            user("after"),
            user("hurry"),
            end(),
            end("end2"),
        ],
        "start > ask > after > end",
        "edge > hurry > end2",
    )
    published(child=telling, parent=hearing)
    parent = plays.begin("parent", zone)
    plays.settle()
    assert making.the_task(parent, "hurry")
    assert making.the_task(parent, "after")
    assert_whole(parent)


def test_an_escalation_nobody_catches_is_told_to_who_leads_the_department(
    zone: Zone, published: Publish
) -> None:
    from nancheng.foundation.messages.models import Notice

    plays.sender(zone)
    telling = drawing(
        "child",
        [start(), throw("tell", plays.SLOW), user("work"), end()],
        "start > tell > work > end",
    )
    published(child=telling)
    case = plays.begin("child", zone)
    plays.settle()
    assert CaseEvent.objects.filter(case=case, kind="Escalated").exists()
    told = Notice.objects.get(code="cases.escalated")
    assert told.identity_id == zone.fang.identity_id
    assert_whole(case)


def test_a_caller_that_stands_still_is_answered_when_it_moves_again(
    zone: Zone, published: Publish
) -> None:
    published(child=CHILD, parent=PARENT)
    parent = plays.begin("parent", zone)
    plays.settle()
    actions.suspend(case_id=parent.pk, reason="等", by=zone.fang, at=AT, key="s")
    making.do(plays.only("child"), "work", zone.bai)
    plays.settle()
    assert not parent.tasks.exists()
    later = AT + timedelta(days=30)
    plays.settle(later)
    actions.resume(case_id=parent.pk, reason="好", by=zone.fang, at=later, key="r")
    plays.settle(later + timedelta(minutes=2))
    assert making.the_task(parent, "after")
    assert Errand.objects.get(kind="answer").attempts == 0
    assert_whole(parent)


def test_a_drawing_that_calls_itself_without_end_is_stopped(zone: Zone, published: Publish) -> None:
    round_and_round = drawing(
        "parent", [start(), call("ask", "parent"), end()], "start > ask > end"
    )
    published(parent=round_and_round)
    plays.begin("parent", zone)
    plays.settle()
    assert Case.objects.filter(kind="parent").count() == openings.DEPTH_MAX + 1
    assert Errand.objects.get(state="stuck").code == "cases.calls-too-deep"


def test_an_errand_that_fails_changes_nothing_and_is_tried_again(
    zone: Zone, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(child=CHILD, parent=PARENT)
    plays.begin("parent", zone)

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("power cut")

    real = errands.settle
    monkeypatch.setattr(errands, "settle", broken)
    plays.settle()
    assert not Case.objects.filter(kind="child").exists()
    errand = Errand.objects.get()
    assert (errand.state, errand.attempts) == ("waiting", 1)
    assert errand.due_at == AT + timedelta(minutes=1)
    monkeypatch.setattr(errands, "settle", real)
    plays.settle(AT + timedelta(minutes=1))
    assert plays.only("child")


def test_an_errand_that_fails_again_and_again_is_left_to_a_person(
    zone: Zone, published: Publish
) -> None:
    published(child=CHILD, parent=PARENT)
    from nancheng.foundation.people import actions as people
    from nancheng.foundation.people.models import Post

    Post.objects.filter(duty__code="reviewer").update(
        duty_id=people.put_duty(code="other", name="x", name_en="x", grants={}).pk
    )
    plays.begin("parent", zone)
    at = AT
    for _ in range(10):
        plays.settle(at)
        at += timedelta(days=1)
    errand = Errand.objects.get()
    assert (errand.state, errand.code) == ("stuck", "cases.nobody-at-post")
    assert not Case.objects.filter(kind="child").exists()


def test_a_case_that_ends_where_it_begins_leaves_no_clock_running(
    zone: Zone, published: Publish
) -> None:
    xml = drawing("child", [start(), end()], "start > end").replace(
        'isExecutable="true"', 'isExecutable="true" nc:limit="5wd" nc:basis="试行"'
    )
    published(child=xml)
    case = actions.open_case(Opening("child", "即办"), by=zone.an, at=AT, key="at-once")
    assert case.status == Case.Status.CLOSED
    (clock,) = Clock.objects.filter(case=case)
    assert clock.stopped_at == AT
