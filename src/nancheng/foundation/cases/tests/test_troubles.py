"""Pages of incidents and versions, and corrections that take two."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nancheng.foundation.cases import (
    actions,
    corrections,
    dispatching,
    incidents,
    jobs,
    migrating,
    replaying,
)
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.cases.corrections import Correction
from nancheng.foundation.cases.dispatching import Message
from nancheng.foundation.cases.models import Case, CaseEvent, Errand, Migration, Wait
from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.cases.tests.plays import Publish, call, catch, drawing, end, start, user
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.cases.tests.test_messages import AWAITING
from nancheng.foundation.cases.tests.test_migrating import FIRST, MOVES, SECOND
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.people.models import Person
from nancheng.kernel.refusal import Refused

PARENT = drawing(
    "parent", [start(), call("ask", "child"), user("after"), end()], "start > ask > after > end"
)


def browser(username: str) -> Client:
    """Return a browser signed in as somebody."""
    client = Client()
    client.force_login(
        Person.objects.get(username=username),
        backend="nancheng.foundation.people.backends.PasswordBackend",
    )
    return client


def a_stuck_loan(zone: Zone) -> Wait:
    """Let a timer's handler refuse: an incident in a loan."""
    case = making.a_case(zone, amount=-1)
    making.do(case, "apply", zone.an)
    assert jobs.fire_due(at=AT + timedelta(days=30)) == 1
    return Wait.objects.get(case=case, kind="incident")


def test_the_list_shows_what_is_stuck_and_only_within_reach(zone: Zone) -> None:
    wait = a_stuck_loan(zone)
    plays.sender(zone)
    page = browser("fang").get("/cases/incidents/").content.decode()
    assert wait.case.number in page
    assert "loan.negative" in page
    detail = f"/cases/incidents/token/{wait.pk}/"
    assert browser("fang").get(detail).status_code == 200
    # 丁 has no part in it: not listed, and the page itself is as if it did not exist.
    assert wait.case.number not in browser("ding").get("/cases/incidents/").content.decode()
    for address in (detail, "/cases/incidents/token/999999/", "/cases/incidents/none/1/"):
        assert browser("ding").get(address).status_code == 404
    # 白 takes part and sees it, but has nothing to press.
    seen = browser("bai").get(detail).content.decode()
    assert 'name="act"' not in seen
    assert browser("bai").post(detail, {"act": "retry"}).status_code == 404


def test_lists_take_the_same_statements_for_one_incident_and_for_many(
    zone: Zone, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        case = making.a_case(zone, amount=-1, key=f"c{number}")
        making.do(case, "apply", zone.an)
    jobs.fire_due(at=AT + timedelta(days=30))
    client = browser("fang")
    client.get("/cases/incidents/")
    with django_assert_max_num_queries(16):
        page = client.get("/cases/incidents/").content.decode()
    assert page.count("loan.negative") >= 8


def test_a_stuck_step_is_retried_from_its_page(zone: Zone) -> None:
    wait = a_stuck_loan(zone)
    plays.sender(zone)
    address = f"/cases/incidents/token/{wait.pk}/"
    refused = browser("fang").post(address, {"act": "retry", "retry-key": "k1"})
    assert refused.status_code == 422
    assert Wait.objects.filter(pk=wait.pk).exists()
    case = wait.case
    variables = {**case.variables, "amount": 5}
    mend(zone, case, "amount", variables["amount"])
    assert browser("fang").post(address, {"act": "retry", "retry-key": "k2"}).status_code == 302
    assert not Wait.objects.filter(case=case, kind="incident").exists()
    assert_whole(case)


def mend(zone: Zone, case: Case, name: str, value: object) -> None:
    """Correct a variable with two hands: 方 proposes, 白 confirms."""
    asked = corrections.propose(
        Correction(case.pk, name, json.dumps(value), "录入错误"),
        by=plays.sender(zone),
        at=AT,
        key=f"mend-{name}",
    )
    second = plays.granted(zone.bai, corrections.CONFIRM, "zone", username="bai")
    confirmations.confirm(confirmation_id=asked.pk, answer="属实", by=second, at=AT)


def test_a_correction_takes_two_and_stands_in_the_history(zone: Zone) -> None:
    case = making.a_case(zone, amount=10)
    by = plays.sender(zone)
    wanted = Correction(case.pk, "amount", "12", "录入错误")
    asked = corrections.propose(wanted, by=by, at=AT, key="c")
    case.refresh_from_db()
    assert case.variables["amount"] == 10
    plays.granted(zone.fang, corrections.CONFIRM, "zone", username="fang")
    again = plays.sender(zone)
    with pytest.raises(Refused):
        confirmations.confirm(confirmation_id=asked.pk, answer="x", by=again, at=AT)
    second = plays.granted(zone.bai, corrections.CONFIRM, "zone", username="bai")
    for _ in range(2):
        confirmations.confirm(confirmation_id=asked.pk, answer="属实", by=second, at=AT)
    case.refresh_from_db()
    assert case.variables["amount"] == 12
    event = CaseEvent.objects.get(case=case, kind="VariablesSet")
    note = json.loads(event.payload)["note"]
    assert (note["old"], note["opinion"]) == (10, "录入错误")
    assert "方" in note["asked_by"]
    assert event.actor_id == zone.bai.identity_id
    assert_whole(case)
    assert replaying.differences(case.pk) == []


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("amount", '"twelve"', "value-unreadable"),
        ("amount", "{", "value-unreadable"),
        ("amount", "true", "value-unreadable"),
        ("amount", "10", "nothing-corrected"),
        ("none", "1", "no-such-variable"),
        ("signers", "3", "value-unreadable"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(
    zone: Zone, name: str, text: str, code: str
) -> None:
    case = making.a_case(zone, amount=10)
    with pytest.raises(Refused, match=code):
        corrections.propose(
            Correction(case.pk, name, text, "x"), by=plays.sender(zone), at=AT, key="c"
        )


def test_what_changed_meanwhile_is_not_corrected_blindly(zone: Zone) -> None:
    case = making.a_case(zone, amount=10)
    by = plays.sender(zone)
    asked = corrections.propose(Correction(case.pk, "amount", "12", "x"), by=by, at=AT, key="c")
    mend(zone, case, "amount", 11)
    second = plays.granted(zone.bai, corrections.CONFIRM, "zone", username="bai")
    with pytest.raises(Refused, match="changed-meanwhile"):
        confirmations.confirm(confirmation_id=asked.pk, answer="x", by=second, at=AT)


def test_a_message_for_two_is_placed_by_a_person(zone: Zone, published: Publish) -> None:
    by = plays.sender(zone)
    published(awaiting=AWAITING)
    plays.begin("awaiting", zone, bill="B1", key="1")
    second = plays.begin("awaiting", zone, bill="B1", key="2")
    errand = dispatching.deliver_message(Message("paid", "B1"), by=by, at=AT, key="m")
    client = browser("fang")
    assert "paid" in client.get("/cases/incidents/?show=errand").content.decode()
    address = f"/cases/incidents/errand/{errand.pk}/"
    page = client.get(address).content.decode()
    assert second.number in page
    wrong = client.post(address, {"act": "choose", "choose-target": "999999/1"})
    assert wrong.status_code == 422
    wait = Wait.objects.get(case=second, kind="message")
    chosen = client.post(address, {"act": "choose", "choose-target": f"{second.pk}/{wait.item}"})
    assert chosen.status_code == 302
    plays.settle(AT + timedelta(days=9000))
    assert making.the_task(second, "after")


def test_a_message_is_given_up_with_a_reason(zone: Zone, published: Publish) -> None:
    by = plays.sender(zone)
    published(awaiting=AWAITING)
    for key in "12":
        plays.begin("awaiting", zone, bill="B1", key=key)
    errand = dispatching.deliver_message(Message("paid", "B1"), by=by, at=AT, key="m")
    address = f"/cases/incidents/errand/{errand.pk}/"
    client = browser("fang")
    assert client.post(address, {"act": "drop"}).status_code == 422
    assert client.post(address, {"act": "drop", "drop-reason": "重复通知"}).status_code == 302
    errand.refresh_from_db()
    assert errand.state == Errand.State.DROPPED
    assert "重复通知" in errand.detail
    assert client.get(address).status_code == 404


def test_what_is_stuck_in_a_called_case_shows_on_its_caller(zone: Zone, published: Publish) -> None:
    never = "<timerEventDefinition><timeDuration>=nothing</timeDuration></timerEventDefinition>"
    late = drawing("deep", [start(), catch("late", never), end()], "start > late > end")
    middle = drawing("child", [start(), call("go", "deep"), end()], "start > go > end")
    published(deep=late, child=middle, parent=PARENT)
    parent = plays.begin("parent", zone)
    plays.settle()
    deep = plays.only("deep")
    assert [w.case_id for w in incidents.below(parent.pk, zone.fang)] == [deep.pk]
    page = browser("fang").get(f"/cases/{parent.number}/").content.decode()
    assert deep.number in page
    assert plays.only("child").number in page
    assert "时间无法得出" in page
    assert incidents.below(parent.pk, zone.ding) == []


def test_a_timer_that_cannot_fire_is_listed_and_tried_again(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(jobs, "_fire_locked", broken)
    later = AT + timedelta(days=30)
    assert jobs.fire_due(at=later) == 0
    monkeypatch.undo()
    timer = Wait.objects.get(case=case, kind="timer")
    plays.sender(zone)
    client = browser("fang")
    assert case.number in client.get("/cases/incidents/?show=timer").content.decode()
    assert jobs.fire_due(at=later) == 0
    address = f"/cases/incidents/timer/{timer.pk}/"
    assert client.post(address, {"act": "retry", "retry-key": "k"}).status_code == 302
    assert jobs.fire_due(at=later) == 1


def test_a_timer_that_cannot_fire_does_not_hold_up_those_it_was_fired_with(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [making.a_case(zone, key=f"case-{number}") for number in range(5)]
    for case in cases:
        making.do(case, "apply", zone.an)
    fire = jobs._fire_locked

    def broken(timer: jobs.Due, at: datetime) -> object:
        if timer.case_id == cases[2].pk:
            raise RuntimeError("disk full")
        return fire(timer, at)

    monkeypatch.setattr(jobs, "_fire_locked", broken)
    later = AT + timedelta(days=30)
    assert jobs.fire_due(at=later) == 4
    (left,) = Wait.objects.filter(kind="timer")
    assert (left.case_id, left.attempts) == (cases[2].pk, 1)
    assert sorted(making.booked[-4:]) == sorted(c.pk for c in cases if c != cases[2])
    for case in cases:
        assert_whole(case)


def test_timers_of_cases_without_automatic_work_share_a_transaction(
    zone: Zone, published: Publish
) -> None:
    late = plays.boundary(
        "late",
        "work",
        "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>",
        'cancelActivity="false"',
    )
    xml = plays.drawing(
        "slow",
        [plays.start(), plays.user("work"), late, plays.user("urge"), plays.end(), plays.end("e2")],
        "start > work > end",
        "late > urge > e2",
    )
    published(slow=xml)
    for number in range(6):
        actions.open_case(Opening("slow", "慢"), by=zone.bai, at=AT, key=f"slow-{number}")
    with CaptureQueriesContext(connection) as seen:
        assert jobs.fire_due(at=AT + timedelta(days=30)) == 6
    assert sum("SAVEPOINT" in query["sql"] and "RELEASE" in query["sql"] for query in seen) == 1


# --- versions -----------------------------------------------------------------------------------


def test_the_owner_plans_tries_dry_and_lets_it_run(zone: Zone, published: Publish) -> None:
    published(permit=FIRST)
    cases = [plays.begin("permit", zone, key=str(n)) for n in range(2)]
    making.do(cases[1], "apply", zone.bai)
    making.do(cases[1], "check", zone.bai)
    published(permit=SECOND)
    plays.sender(zone)
    client = browser("fang")
    address = "/cases/processes/permit/versions/"
    page = client.get(address).content.decode()
    assert "v2" in page
    renamed = FIRST.replace('id="check"', 'id="seen"').replace(">check<", ">seen<")
    published(permit=renamed.replace('Ref="check"', 'Ref="seen"'))
    assert "check=seen" in client.get(address).content.decode()
    given = {"old": "1", "new": "2", "moves": "check = verify", "reason": "新办法", "key": "k"}
    wrong = client.post(address, {**given, "moves": "check verify"})
    assert wrong.status_code == 422
    assert "check verify" in wrong.content.decode()
    assert client.post(address, {**given, "moves": "check=nowhere"}).status_code == 422
    assert client.post(address, given).status_code == 302
    plan = Migration.objects.get()
    assert plan.moves == MOVES
    report = client.get(f"/cases/migrations/{plan.pk}/").content.decode()
    assert cases[1].number in report
    assert "新版没有该环节" in report
    assert cases[0].number not in report
    assert client.post(f"/cases/migrations/{plan.pk}/").status_code == 302
    assert migrating.migrate_due(at=AT) == 2
    done = client.get(f"/cases/migrations/{plan.pk}/").content.decode()
    assert "已完成" in done


def test_versions_are_for_who_publishes_alone(zone: Zone, published: Publish) -> None:
    published(permit=FIRST)
    published(permit=SECOND)
    plan = migrating.plan_migration(
        migrating.Plan("permit", 1, 2, MOVES, "x"), by=None, at=AT, key="p"
    )
    for address in ("/cases/processes/permit/versions/", f"/cases/migrations/{plan.pk}/"):
        assert browser("bai").get(address).status_code == 403
        assert browser("bai").post(address).status_code == 403
    # A plan moves cases of every department: a grant for one's own department is not enough.
    partly = plays.granted(zone.bai, migrating.PUBLISH, "department", username="bai")
    assert browser("bai").get("/cases/processes/permit/versions/").status_code == 403
    with pytest.raises(Refused, match="not-allowed"):
        migrating.start(plan_id=plan.pk, by=partly, at=AT)
    plays.sender(zone)
    assert browser("fang").get("/cases/processes/none/versions/").status_code == 404
    assert browser("fang").get("/cases/migrations/999/").status_code == 404
