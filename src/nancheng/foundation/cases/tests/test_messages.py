"""Messages and signals between cases: to the one that awaits, kept, begun, never guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nancheng.foundation.cases import actions, delivery, dispatching, errands, incidents
from nancheng.foundation.cases.dispatching import Message
from nancheng.foundation.cases.models import Case, CaseEvent, Errand, Wait
from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.cases.tests.plays import (
    ORDER,
    PAID,
    STORM,
    Publish,
    catch,
    drawing,
    end,
    start,
    throw,
    user,
)
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.kernel.refusal import Refused

AWAITING = drawing(
    "awaiting",
    [start(), catch("wait", PAID, 'nc:key="bill"'), user("after"), end()],
    "start > wait > after > end",
)
PAYING = drawing(
    "paying",
    [start(), user("pay"), end("paid", PAID.replace("/>", "/>"))],
    "start > pay > paid",
).replace('<endEvent id="paid">', '<endEvent id="paid" nc:key="bill" nc:input="{sum: amount}">')


def test_a_thrown_message_wakes_the_one_case_that_awaits_it(zone: Zone, published: Publish) -> None:
    published(awaiting=AWAITING, paying=PAYING)
    one = plays.begin("awaiting", zone, bill="B1", key="1")
    other = plays.begin("awaiting", zone, bill="B2", key="2")
    payer = plays.begin("paying", zone, bill="B1", amount=7)
    making.do(payer, "pay", zone.bai)
    plays.settle()
    assert making.the_task(one, "after")
    assert not other.tasks.exists()
    one.refresh_from_db()
    assert one.variables["sum"] == 7
    received = CaseEvent.objects.get(case=one, kind="Received")
    assert payer.number in received.payload
    for case in (one, other, payer):
        assert_whole(case)


def test_a_message_that_came_first_is_kept_until_somebody_awaits_it(
    zone: Zone, published: Publish
) -> None:
    published(awaiting=AWAITING, paying=PAYING)
    payer = plays.begin("paying", zone, bill="B1", amount=7)
    making.do(payer, "pay", zone.bai)
    plays.settle()
    assert Errand.objects.get().state == Errand.State.KEPT
    case = plays.begin("awaiting", zone, bill="B1")
    plays.settle(AT + timedelta(days=3))
    assert making.the_task(case, "after")
    assert Errand.objects.get().state == Errand.State.DONE


def test_a_message_nobody_came_for_is_an_incident_not_forgotten(
    zone: Zone, published: Publish
) -> None:
    by = plays.sender(zone)
    published(awaiting=AWAITING, paying=PAYING)
    payer = plays.begin("paying", zone, bill="B1", amount=7)
    making.do(payer, "pay", zone.bai)
    plays.settle()
    later = AT + timedelta(days=8)
    plays.settle(later)
    errand = Errand.objects.get()
    assert (errand.state, errand.code) == ("stuck", "cases.message-unclaimed")
    assert incidents.count(by) == 1
    dispatching.retry_errand(errand_id=errand.pk, by=by, at=later)
    plays.settle(later)
    assert Errand.objects.get().state == Errand.State.KEPT
    assert Errand.objects.get().expires_at == later + timedelta(days=7)


def test_a_message_that_two_cases_await_is_not_guessed(zone: Zone, published: Publish) -> None:
    by = plays.sender(zone)
    published(awaiting=AWAITING)
    first = plays.begin("awaiting", zone, bill="B1", key="1")
    second = plays.begin("awaiting", zone, bill="B1", key="2")
    errand = dispatching.deliver_message(Message("paid", "B1", {"sum": 1}), by=by, at=AT, key="m")
    assert (errand.state, errand.code) == ("stuck", "cases.message-ambiguous")
    assert [w.case_id for w in incidents.candidates(errand, by)] == [first.pk, second.pk]
    wait = Wait.objects.get(case=second)
    with pytest.raises(Refused, match="no-such-errand"):
        dispatching.choose(
            errand_id=errand.pk, case_id=second.pk, item=wait.item, by=zone.ding, at=AT
        )
    dispatching.choose(errand_id=errand.pk, case_id=second.pk, item=wait.item, by=by, at=AT)
    plays.settle()
    assert making.the_task(second, "after")
    assert not first.tasks.exists()
    with pytest.raises(Refused, match="errand-over"):
        dispatching.drop(errand_id=errand.pk, reason="x", by=by, at=AT)


def test_a_message_from_outside_is_delivered_once_however_often_it_is_sent(
    zone: Zone, published: Publish
) -> None:
    by = plays.sender(zone)
    published(awaiting=AWAITING)
    case = plays.begin("awaiting", zone, bill="B1")
    message = Message("paid", "B1", {"sum": 3})
    for _ in range(2):
        errand = dispatching.deliver_message(message, by=by, at=AT, key="m")
        assert errand.state == Errand.State.DONE
    assert CaseEvent.objects.filter(case=case, kind="Received").count() == 1
    case.refresh_from_db()
    assert case.variables["sum"] == 3
    assert_whole(case)


def test_without_a_value_of_its_own_a_case_is_meant_by_its_number(
    zone: Zone, published: Publish
) -> None:
    by = plays.sender(zone)
    bare = drawing("bare", [start(), catch("wait", PAID), end()], "start > wait > end")
    published(bare=bare)
    one = plays.begin("bare", zone, key="1")
    other = plays.begin("bare", zone, key="2")
    errand = dispatching.deliver_message(Message("paid", one.number), by=by, at=AT, key="m")
    assert errand.state == Errand.State.DONE
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.status, other.status) == (Case.Status.CLOSED, Case.Status.OPEN)


def test_who_may_not_deliver_is_refused_and_reaches_no_case_beyond_sight(
    zone: Zone, published: Publish
) -> None:
    published(awaiting=AWAITING)
    case = plays.begin("awaiting", zone, bill="B1")
    with pytest.raises(Refused, match="not-allowed"):
        dispatching.deliver_message(Message("paid", "B1"), by=zone.an, at=AT, key="m")
    own = plays.granted(zone.an, "case.deliver", "own", username="an")
    errand = dispatching.deliver_message(Message("paid", "B1"), by=own, at=AT, key="m")
    assert errand.state == Errand.State.KEPT
    assert not case.tasks.exists()


@pytest.mark.parametrize(
    "message",
    [
        Message("", "B1"),
        Message("paid", " "),
        Message("x" * 101, "B1"),
        Message("paid", "B1", {"a b": 1}),
        Message("paid", "B1", {"big": "x" * 70_000}),
        Message("paid", "B1", {"odd": object()}),
        Message("paid", "B1", {"nan": float("nan")}),
    ],
)
def test_a_message_that_cannot_be_read_is_refused(
    zone: Zone, published: Publish, message: Message
) -> None:
    by = plays.sender(zone)
    published(awaiting=AWAITING)
    with pytest.raises(Refused, match="message-unreadable"):
        dispatching.deliver_message(message, by=by, at=AT, key="m")
    assert not Errand.objects.exists()


def test_a_message_nobody_awaits_begins_the_case_that_starts_with_it(
    zone: Zone, published: Publish
) -> None:
    by = plays.sender(zone)
    ordered = drawing(
        "ordered", [start(ORDER, "ordered"), user("serve"), end()], "ordered > serve > end"
    )
    published(ordered=ordered)
    message = Message("order", "O-1", {"dish": "面"})
    errand = dispatching.deliver_message(message, by=by, at=AT, key="m")
    assert errand.state == Errand.State.DONE
    case = plays.only("ordered")
    assert case.variables == {"dish": "面"}
    assert case.opened_by_id == by.identity_id
    assert making.the_task(case, "serve")
    assert_whole(case)


def test_a_signal_reaches_all_that_wait_each_once(
    zone: Zone, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BATCH", 2)
    sheltering = drawing(
        "sheltering",
        [start(), catch("hear", STORM), user("shelter"), end()],
        "start > hear > shelter > end",
    )
    warning = drawing(
        "warning", [start(), user("warn"), end("warned", STORM)], "start > warn > warned"
    )
    rescuing = drawing(
        "rescuing", [start(STORM, "storm"), user("rescue"), end()], "storm > rescue > end"
    )
    published(sheltering=sheltering, warning=warning, rescuing=rescuing)
    waiting = [plays.begin("sheltering", zone, key=str(n)) for n in range(5)]
    actions.suspend(case_id=waiting[0].pk, reason="x", by=zone.fang, at=AT, key="s")
    making.do(plays.begin("warning", zone), "warn", zone.bai)
    # Interrupted after the first batch, the broadcast goes on where it stood.
    assert delivery.deliver(at=AT) == Errand.State.WAITING
    assert Errand.objects.filter(kind="signal").count() == 2
    plays.settle()
    for case in waiting[1:]:
        assert making.the_task(case, "shelter")
        assert CaseEvent.objects.filter(case=case, kind="Received").count() == 1
        assert_whole(case)
    assert not waiting[0].tasks.exists()
    assert making.the_task(plays.only("rescuing"), "rescue")
    actions.resume(case_id=waiting[0].pk, reason="x", by=zone.fang, at=AT, key="r")
    plays.settle(AT + timedelta(minutes=2))
    assert making.the_task(waiting[0], "shelter")
    assert not incidents.cases_without_mover().exists()


def test_a_case_that_lacks_its_value_awaits_nobodys_message(zone: Zone, published: Publish) -> None:
    published(awaiting=AWAITING)
    case = plays.begin("awaiting", zone, bill=None)
    wait = Wait.objects.get(case=case)
    assert (wait.kind, wait.data["code"]) == ("incident", "process.key-failed")
    assert_whole(case)


def test_what_nobody_would_serve_is_not_published(zone: Zone, published: Publish) -> None:
    timer = "<timerEventDefinition><timeCycle>R/P1D</timeCycle></timerEventDefinition>"
    nightly = drawing("nightly", [start(timer), user("work"), end()], "start > work > end")
    with pytest.raises(Refused, match="timer-cannot-repeat"):
        published(nightly=nightly)
    daily = nightly.replace("timeCycle", "timeDate").replace("R/P1D", "2030-01-01T08:00:00+08:00")
    with pytest.raises(Refused, match="unbound-start"):
        published(daily=daily)
    calling = drawing("calling", [start(), plays.call("ask", "nowhere"), end()], "start>ask>end")
    with pytest.raises(Refused, match="unbound-process"):
        published(calling=calling)


def test_a_long_value_finds_its_case_too(zone: Zone, published: Publish) -> None:
    by = plays.sender(zone)
    published(awaiting=AWAITING)
    bill = "长" * 300
    case = plays.begin("awaiting", zone, bill=bill)
    assert len(errands.correlated(bill, "")) <= errands.TEXT_MAX
    assert dispatching.deliver_message(Message("paid", bill), by=by, at=AT, key="m").done_at
    assert making.the_task(case, "after")


def test_a_message_thrown_in_a_loop_is_thrown_each_time(zone: Zone, published: Publish) -> None:
    published(
        awaiting=AWAITING,
        twice=drawing(
            "twice",
            [
                start(),
                throw("first", PAID, 'nc:key="one"'),
                throw("second", PAID, 'nc:key="two"'),
                end(),
            ],
            "start > first > second > end",
        ),
    )
    cases = [plays.begin("awaiting", zone, bill=bill, key=bill) for bill in ("B1", "B2")]
    plays.begin("twice", zone, one="B1", two="B2")
    plays.settle()
    for case in cases:
        assert making.the_task(case, "after")
