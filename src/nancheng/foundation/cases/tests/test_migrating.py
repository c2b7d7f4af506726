"""Running cases go on by another version: planned, tried dry, one by one, once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from nancheng.foundation.cases import actions, jobs, migrating, replaying
from nancheng.foundation.cases.migrating import Plan
from nancheng.foundation.cases.models import Case, CaseEvent, Migration, Task
from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.cases.tests.plays import Publish, boundary, drawing, end, start, user
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.kernel.refusal import Refused

LIMIT = 'nc:limit="5wd"'
TIMER = "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>"
FIRST = drawing(
    "permit",
    [start(), user("apply", LIMIT), user("check"), user("old"), end()],
    "start > apply > check > old > end",
)
# "check" is called "verify" now, "old" is gone, and who is slow at "apply" is reminded.
SECOND = drawing(
    "permit",
    [
        start(),
        user("apply", LIMIT),
        boundary("slow", "apply", TIMER, 'cancelActivity="false"'),
        user("verify"),
        user("urge"),
        end(),
        end("urged"),
    ],
    "start > apply > verify > end",
    "slow > urge > urged",
)
MOVES = {"check": "verify"}


def planned(zone: Zone, **changes: object) -> Migration:
    """Plan to move all permits from the first version to the second."""
    wanted = {"kind": "permit", "old": 1, "new": 2, "moves": MOVES, "reason": "新办法施行"}
    plan = Plan(**{**wanted, **changes})  # type: ignore[arg-type]
    return migrating.plan_migration(plan, by=plays.sender(zone), at=AT, key="plan")


def at_step(zone: Zone, step: str) -> Case:
    """Open a permit and bring it to a step."""
    case = plays.begin("permit", zone, key=step)
    for node in ("apply", "check", "old"):
        if node == step:
            break
        making.do(case, node, zone.bai)
    return case


def test_cases_finish_on_their_version_unless_they_are_moved(
    zone: Zone, published: Publish
) -> None:
    published(permit=FIRST)
    case = at_step(zone, "check")
    published(permit=SECOND)
    assert plays.begin("permit", zone, key="new").process.version == 2
    making.do(case, "check", zone.bai)
    assert making.the_task(case, "old")
    assert [s.open_cases for s in migrating.versions("permit")] == [1, 1]


def test_the_dry_run_says_which_cases_may_move_and_why_others_may_not(
    zone: Zone, published: Publish
) -> None:
    published(permit=FIRST)
    cases = {step: at_step(zone, step) for step in ("apply", "check", "old")}
    published(permit=SECOND)
    before = CaseEvent.objects.count()
    verdicts = {v.case_id: v for v in migrating.dry_run(planned(zone))}
    assert verdicts[cases["apply"].pk].faults == ()
    assert verdicts[cases["check"].pk].faults == ()
    (fault,) = verdicts[cases["old"].pk].faults
    assert (fault.code, fault.element) == ("process.migration-node-gone", "old")
    assert CaseEvent.objects.count() == before


def test_moved_cases_go_on_by_the_new_drawing_with_their_clocks(
    zone: Zone, published: Publish
) -> None:
    published(permit=FIRST)
    cases = {step: at_step(zone, step) for step in ("apply", "check", "old")}
    actions.claim(
        task_id=making.the_task(cases["check"], "check").pk, by=zone.bai, at=AT, key="mine"
    )
    due_on = making.the_task(cases["apply"], "apply").due_on
    published(permit=SECOND)
    plan = planned(zone)
    assert migrating.migrate_due(at=AT) == 0
    migrating.start(plan_id=plan.pk, by=plays.sender(zone), at=AT)
    assert migrating.migrate_due(at=AT) == 3
    assert migrating.migrate_due(at=AT) == 0
    plan.refresh_from_db()
    assert (plan.state, plan.moved, plan.stayed) == ("done", 2, 1)
    versions = {step: Case.objects.get(pk=c.pk).process.version for step, c in cases.items()}
    assert versions == {"apply": 2, "check": 2, "old": 1}
    verify = making.the_task(cases["check"], "verify")
    assert (verify.name, verify.claimed_by_id) == ("verify", zone.bai.identity_id)
    assert due_on is not None
    assert making.the_task(cases["apply"], "apply").due_on == due_on
    event = CaseEvent.objects.get(case=cases["check"], kind="Migrated")
    note = json.loads(event.payload)["note"]
    assert (note["old"], note["new"], note["opinion"]) == (1, 2, "新办法施行")
    # What the new drawing watches is watched from now on.
    assert jobs.fire_due(at=AT + timedelta(days=4)) == 1
    assert making.the_task(cases["apply"], "urge")
    making.do(cases["check"], "verify", zone.bai)
    assert Case.objects.get(pk=cases["check"].pk).status == Case.Status.CLOSED
    making.do(cases["old"], "old", zone.bai)
    for case in cases.values():
        assert_whole(case)
        assert replaying.differences(case.pk) == []


def test_an_interrupted_plan_goes_on_and_no_case_moves_twice(
    zone: Zone, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "BATCH", 2)
    published(permit=FIRST)
    cases = [plays.begin("permit", zone, key=str(n)) for n in range(5)]
    published(permit=SECOND)
    plan = planned(zone)
    migrating.start(plan_id=plan.pk, by=None, at=AT)
    assert migrating.move_batch(plan.pk, by=None, at=AT) == 2
    # The worker dies after two more have moved, before it notes how far it came.
    for case in cases[2:4]:
        fresh = migrating.plan_of(plan.pk)
        assert fresh is not None
        assert migrating.migrate(case_id=case.pk, plan=fresh, by=None, at=AT) == ()
    while migrating.move_batch(plan.pk, by=None, at=AT) is not None:
        pass
    plan.refresh_from_db()
    assert (plan.state, plan.moved, plan.stayed) == ("done", 5, 0)
    assert CaseEvent.objects.filter(kind="Migrated").count() == 5
    for case in cases:
        assert replaying.differences(case.pk) == []


def test_a_task_that_another_duty_does_now_is_offered_there(zone: Zone, published: Publish) -> None:
    published(permit=FIRST)
    case = at_step(zone, "check")
    actions.claim(task_id=making.the_task(case, "check").pk, by=zone.bai, at=AT, key="mine")
    published(permit=SECOND.replace('nc:post="reviewer"', 'nc:post="signer"'))
    plan = planned(zone)
    migrating.start(plan_id=plan.pk, by=None, at=AT)
    migrating.migrate_due(at=AT)
    task = making.the_task(case, "verify")
    assert (task.state, task.post.duty.code) == (Task.State.OFFERED, "signer")
    assert_whole(case)


def test_where_nobody_could_do_the_step_the_case_stays(zone: Zone, published: Publish) -> None:
    published(permit=FIRST)
    case = at_step(zone, "check")
    published(permit=SECOND.replace('nc:post="reviewer"', 'nc:post="applicant"'))
    plan = planned(zone)
    (verdict,) = migrating.dry_run(plan)
    assert [fault.code for fault in verdict.faults] == ["cases.nobody-at-post"]
    migrating.start(plan_id=plan.pk, by=None, at=AT)
    migrating.migrate_due(at=AT)
    assert Case.objects.get(pk=case.pk).process.version == 1


def test_a_suspended_case_may_move_and_stays_suspended(zone: Zone, published: Publish) -> None:
    published(permit=FIRST)
    case = at_step(zone, "check")
    actions.suspend(case_id=case.pk, reason="等", by=zone.fang, at=AT, key="s")
    published(permit=SECOND)
    plan = planned(zone)
    migrating.start(plan_id=plan.pk, by=None, at=AT)
    migrating.migrate_due(at=AT)
    case.refresh_from_db()
    assert (case.process.version, case.status) == (2, Case.Status.SUSPENDED)
    assert_whole(case)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"new": 1}, "same-version"),
        ({"new": 9}, "no-such-version"),
        ({"kind": "none"}, "no-such-version"),
        ({"moves": {"check": "nowhere"}}, "bad-move"),
        ({"moves": {"nowhere": "verify"}}, "bad-move"),
        ({"moves": {"check": "end"}}, "bad-move"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    zone: Zone, published: Publish, changes: dict[str, object], code: str
) -> None:
    published(permit=FIRST)
    published(permit=SECOND)
    with pytest.raises(Refused, match=code):
        planned(zone, **changes)
    assert not Migration.objects.exists()


def test_only_who_publishes_may_plan_and_start(zone: Zone, published: Publish) -> None:
    published(permit=FIRST)
    published(permit=SECOND)
    plan = planned(zone)
    assert planned(zone).pk == plan.pk
    with pytest.raises(Refused, match="not-allowed"):
        migrating.plan_migration(Plan("permit", 1, 2), by=zone.bai, at=AT, key="p")
    with pytest.raises(Refused, match="not-allowed"):
        migrating.start(plan_id=plan.pk, by=zone.bai, at=AT)


def test_moves_that_are_plain_are_proposed(zone: Zone, published: Publish) -> None:
    published(permit=FIRST)
    renamed = FIRST.replace('id="check"', 'id="check2"').replace('"check"', '"check2"')
    published(
        permit=renamed.replace('name="check2"', 'name="check"').replace(">check<", ">check2<")
    )
    old, new = (standing.version.pk for standing in reversed(migrating.versions("permit")))
    assert migrating.proposed(old_id=old, new_id=new) == {"check": "check2"}
