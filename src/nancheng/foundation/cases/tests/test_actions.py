"""What the verbs do, on the real database."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nancheng.foundation.cases import actions, chain, clocks, jobs, queries, store, worklist
from nancheng.foundation.cases.models import Case, CaseEvent, Clock, Task, Wait
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.kernel.process import state as states
from nancheng.kernel.process import wire
from nancheng.kernel.refusal import Refused


def replayed(case: Case) -> states.State:
    """Replay a case's stored events as an auditor would."""
    events = []
    for kind, payload in case.events.order_by("seq").values_list("kind", "payload"):
        body = json.loads(payload)
        body.pop("note", None)
        if "remark" not in body:
            events.append(wire.from_json(body))
            assert type(events[-1]).__name__ == kind
    return states.replay(events)


def assert_whole(case: Case) -> None:
    """Hold the invariants: stored = replayed, an unbroken chain, something that moves the case."""
    loaded = store.load(case_id=case.pk)
    assert loaded is not None
    assert loaded.state == replayed(case)
    head = ""
    for event in case.events.order_by("seq"):
        entry = chain.Entry(
            case.number,
            event.seq,
            event.at,
            event.kind,
            event.node,
            event.item,
            event.actor_id,
            event.actor_label,
            event.payload,
        )
        head = chain.link(head, entry)
        assert head == event.hash, event.seq
    assert head == Case.objects.get(pk=case.pk).head
    if loaded.state.status is states.Status.RUNNING:
        assert loaded.tasks or Wait.objects.filter(case=case).exists()


def test_a_case_runs_from_the_first_form_to_its_end(zone: Zone) -> None:
    case = making.a_case(zone)
    assert case.number == "LN-2020-000001"
    making.do(case, "apply", zone.an)
    assert_whole(case)
    making.do(case, "review", zone.bai, days=1)
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED
    assert case.variables["level"] == "low"
    assert case.variables["booked"] is True
    assert making.booked == [case.pk]
    assert not Clock.objects.filter(case=case, stopped_at__isnull=True).exists()
    assert not Wait.objects.filter(case=case).exists()
    assert_whole(case)


def test_the_row_of_the_table_that_decided_is_kept(zone: Zone) -> None:
    case = making.a_case(zone, amount=100)
    making.do(case, "apply", zone.an)
    making.do(case, "review", zone.bai)
    answered = json.loads(case.events.get(kind="Answered", node="level").payload)
    assert answered["rows"] == [2]
    assert making.the_task(case, "sign").department.code == "law"
    assert_whole(case)


def test_joint_signing_goes_to_each_department_and_may_gain_one(zone: Zone) -> None:
    case = making.a_case(zone, amount=100)
    making.do(case, "apply", zone.an)
    making.do(case, "review", zone.bai)
    task = making.the_task(case, "sign")
    actions.add_signer(
        task_id=task.pk, element="zone", reason="还需本部门会签", by=zone.ding, at=AT, key="add"
    )
    assert Task.objects.filter(case=case, node="sign", state="offered").count() == 2
    making.do_task(task, zone.ding)
    case.refresh_from_db()
    assert case.status == Case.Status.OPEN
    assert_whole(case)


def test_two_hands_on_one_task_one_wins_and_the_other_is_told(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    task = making.the_task(case, "review")
    actions.complete(task_id=task.pk, values={"decision": "agree"}, by=zone.bai, at=AT, key="1")
    with pytest.raises(Refused) as told:
        actions.complete(
            task_id=task.pk, values={"decision": "agree"}, by=zone.chen, at=AT, key="2"
        )
    assert told.value.code == "cases.task-gone"
    assert told.value.figures["who"] == "白"
    assert making.booked == [case.pk]


def test_a_form_sent_twice_is_done_once(zone: Zone) -> None:
    case = making.a_case(zone)
    assert making.a_case(zone).pk == case.pk
    task = making.the_task(case, "apply")
    for _ in range(2):
        actions.complete(task_id=task.pk, values={}, by=zone.an, at=AT, key="same")
    assert CaseEvent.objects.filter(case=case, kind="Completed").count() == 1


def test_a_step_is_a_few_statements_however_long_the_case_has_lived(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    counts = []
    for turn in range(3):
        for number in range(turn * 5):
            task = making.the_task(case, "review")
            actions.claim(task_id=task.pk, by=zone.bai, at=AT, key=f"claim {turn} {number}")
            actions.release(task_id=task.pk, by=zone.bai, at=AT, key=f"release {turn} {number}")
        task = making.the_task(case, "review")
        with CaptureQueriesContext(connection) as seen:
            actions.send_back(
                task_id=task.pk, target="apply", reason="补正", by=zone.bai, at=AT, key=f"b{turn}"
            )
        counts.append(len(seen))
        making.do(case, "apply", zone.an)
    assert len(set(counts)) == 1
    task = making.the_task(case, "review")
    with CaptureQueriesContext(connection) as seen:
        actions.complete(
            task_id=task.pk, values={"decision": "agree"}, by=zone.bai, at=AT, key="count"
        )
    told = [query["sql"] for query in seen if "SAVEPOINT" not in query["sql"]]
    # The step closes the case as well: one of these asks whether an opinion is still awaited.
    assert len(told) <= 12, told


def test_a_claimed_task_is_closed_to_colleagues_until_released(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    task = making.the_task(case, "review")
    actions.claim(task_id=task.pk, by=zone.bai, at=AT, key="claim")
    with pytest.raises(Refused, match="task-taken"):
        actions.claim(task_id=task.pk, by=zone.chen, at=AT, key="claim")
    assert not worklist.inbox(zone.chen).exists()
    actions.release(task_id=task.pk, by=zone.bai, at=AT, key="release")
    assert worklist.inbox(zone.chen).get() == task
    assert_whole(case)


def test_nobody_reviews_what_he_applied_for_himself(zone: Zone) -> None:
    from nancheng.foundation.people import actions as people
    from nancheng.foundation.people import queries as people_queries

    people.appoint(
        username="an",
        department="zone",
        duty="reviewer",
        active_from=date(2020, 1, 1),
        is_primary=False,
    )
    an_as_reviewer = people_queries.actor_of(username="an", on=AT.date(), duty="reviewer")
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    with pytest.raises(Refused, match="same-person"):
        making.do(case, "review", an_as_reviewer)
    assert making.the_task(case, "review").state == Task.State.OFFERED


def test_send_back_returns_to_the_step_and_keeps_the_reason(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    task = making.the_task(case, "review")
    actions.send_back(
        task_id=task.pk, target="apply", reason="材料不全", by=zone.bai, at=AT, key="back"
    )
    assert making.the_task(case, "apply").department.code == "north"
    task.refresh_from_db()
    assert task.state == Task.State.CANCELLED
    entry = next(line for line in queries.history(case.pk) if line.kind == "SentBack")
    assert entry.opinion == "材料不全"
    assert_whole(case)


def test_send_back_is_refused_where_the_drawing_does_not_open_it(zone: Zone) -> None:
    case = making.a_case(zone)
    with pytest.raises(Refused, match="verb-not-open"):
        actions.send_back(
            task_id=making.the_task(case, "apply").pk,
            target="apply",
            reason="x",
            by=zone.an,
            at=AT,
            key="back",
        )


def test_take_back_works_until_the_next_hand_touches_it(zone: Zone) -> None:
    case = making.a_case(zone)
    done = making.the_task(case, "apply")
    making.do(case, "apply", zone.an)
    actions.take_back(task_id=done.pk, reason="金额填错", by=zone.an, at=AT, key="take")
    assert making.the_task(case, "apply").pk != done.pk
    assert_whole(case)
    again = making.the_task(case, "apply")
    making.do(case, "apply", zone.an)
    actions.claim(task_id=making.the_task(case, "review").pk, by=zone.bai, at=AT, key="c")
    with pytest.raises(Refused):
        actions.take_back(task_id=again.pk, reason="再改", by=zone.an, at=AT, key="take2")
    assert_whole(case)


def test_transfer_hands_a_task_to_a_colleague_and_to_nobody_else(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    task = making.the_task(case, "review")
    actions.transfer(
        task_id=task.pk,
        to_identity=zone.chen.identity_id,
        reason="出差",
        by=zone.bai,
        at=AT,
        key="t",
    )
    assert worklist.inbox(zone.chen).get() == task
    assert not worklist.inbox(zone.bai).exists()
    with pytest.raises(Refused, match="not-a-colleague"):
        actions.transfer(
            task_id=task.pk,
            to_identity=zone.an.identity_id,
            reason="x",
            by=zone.chen,
            at=AT,
            key="t2",
        )


def test_a_task_of_another_post_is_refused(zone: Zone) -> None:
    case = making.a_case(zone)
    with pytest.raises(Refused, match="not-yours"):
        making.do(case, "apply", zone.bai)


def test_the_clock_of_a_step_runs_in_working_days(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an, days=10)  # Friday 2020-09-25
    task = making.the_task(case, "review")
    assert task.due_on == date(2020, 10, 9)  # five working days over the National Day holiday
    lines = clocks.explain(task.clock)
    assert lines[-1].on == task.due_on
    assert sum(line.counted for line in lines) == 5
    case.refresh_from_db()
    assert case.due_on == date(2020, 10, 19)


def test_a_suspended_case_stands_still_with_its_clocks(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    task = making.the_task(case, "review")
    actions.suspend(case_id=case.pk, reason="等待鉴定", by=zone.fang, at=AT, key="s")
    with pytest.raises(Refused):
        making.do(case, "review", zone.bai)
    assert Clock.objects.get(task=task).due_on is None
    actions.resume(
        case_id=case.pk, reason="鉴定完成", by=zone.fang, at=AT + timedelta(days=7), key="r"
    )
    task.refresh_from_db()
    # Counted: 22, 23, 24, 25 and Sunday the 27th, which the notice makes a working day.
    assert task.due_on == date(2020, 9, 27)
    making.do(case, "review", zone.bai, days=7)
    assert_whole(case)


def test_a_timer_due_while_all_was_down_fires_once(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    assert jobs.fire_due(at=AT + timedelta(days=2)) == 0
    assert jobs.fire_due(at=AT + timedelta(days=30)) == 1
    assert jobs.fire_due(at=AT + timedelta(days=30)) == 0
    assert making.booked == [case.pk]
    assert making.the_task(case, "review").state == Task.State.OFFERED
    assert_whole(case)


def test_a_handler_that_refuses_leaves_everything_as_it_was(zone: Zone) -> None:
    case = making.a_case(zone, amount=-1)
    making.do(case, "apply", zone.an)
    before = CaseEvent.objects.count()
    with pytest.raises(Refused, match="negative"):
        making.do(case, "review", zone.bai)
    assert CaseEvent.objects.count() == before
    assert making.the_task(case, "review").state == Task.State.OFFERED
    assert_whole(case)


def test_a_handler_that_refuses_a_timer_is_an_incident_that_can_be_retried(zone: Zone) -> None:
    case = making.a_case(zone, amount=-1)
    making.do(case, "apply", zone.an)
    assert jobs.fire_due(at=AT + timedelta(days=30)) == 1
    (stuck,) = queries.incidents(case.pk)
    assert stuck.data["code"] == "loan.negative"
    assert_whole(case)
    with pytest.raises(Refused, match="negative"):
        actions.retry(case_id=case.pk, item=stuck.item, by=zone.fang, at=AT, key="retry")


def test_terminate_withdraws_everything_open(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    actions.terminate(case_id=case.pk, reason="申请人放弃", by=zone.fang, at=AT, key="x")
    case.refresh_from_db()
    assert case.status == Case.Status.TERMINATED
    assert not worklist.inbox(zone.bai).exists()
    assert_whole(case)


def test_a_reminder_is_counted_and_told(zone: Zone) -> None:
    from nancheng.foundation.messages.models import Notice

    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    task = making.the_task(case, "review")
    actions.remind(task_id=task.pk, text="请今天办完", by=zone.fang, at=AT, key="m")
    task.refresh_from_db()
    assert task.reminders == 1
    told = set(Notice.objects.values_list("identity_id", flat=True))
    assert told == {zone.bai.identity_id, zone.chen.identity_id}


def test_a_case_out_of_reach_is_refused_like_one_that_does_not_exist(zone: Zone) -> None:
    case = making.a_case(zone)
    with pytest.raises(Refused) as hidden:
        actions.suspend(case_id=case.pk, reason="x", by=zone.ding, at=AT, key="s")
    with pytest.raises(Refused) as missing:
        actions.suspend(case_id=10**9, reason="x", by=zone.ding, at=AT, key="s2")
    assert (hidden.value.code, hidden.value.figures) == (missing.value.code, missing.value.figures)
