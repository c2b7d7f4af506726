"""Wherever a live case rests, a plan moves it whole, or its report says why it stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nancheng.foundation.cases import (
    actions,
    dispatching,
    jobs,
    migrating,
    replaying,
    supplements,
)
from nancheng.foundation.cases.dispatching import Message
from nancheng.foundation.cases.migrating import Plan
from nancheng.foundation.cases.models import Case, CaseEvent, Clock, Task, Wait
from nancheng.foundation.cases.pool import actions as pool
from nancheng.foundation.cases.tests import making, offices, plays
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.cases.tests.plays import (
    ORDER,
    PAID,
    Publish,
    call,
    catch,
    drawing,
    end,
    start,
    user,
)
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.people.rules import Actor

TIMER = "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>"
LOOP = (
    '<multiInstanceLoopCharacteristics isSequential="{}" nc:collection="units" nc:element="unit"/>'
)
ROWS = (Task, Wait, Clock, CaseEvent)

Faults = list[tuple[str, str]]


def rows(case_id: int) -> list[Any]:
    """Return all that is stored of a case, to see that nothing was touched."""
    stored = [list(model.objects.filter(case_id=case_id).order_by("pk").values()) for model in ROWS]
    return [Case.objects.filter(pk=case_id).values().get(), *stored]


def go_on(zone: Zone, kind: str, new: int = 2, /, **moves: str) -> dict[int, Faults]:
    """Move all cases of a kind from its first version; return what the dry run said of each.

    What it keeps is as it was, to the row; what it lets go has moved, and is what its history says.
    """
    by = plays.sender(zone)
    wanted = Plan(kind, 1, new, moves, "新办法施行")
    plan = migrating.plan_migration(wanted, by=by, at=AT, key=f"plan-{kind}-{new}")
    said = {
        v.case_id: [(f.code.removeprefix("process.migration-"), f.element) for f in v.faults]
        for v in migrating.dry_run(plan)
    }
    before = {case_id: rows(case_id) for case_id in said}
    migrating.start(plan_id=plan.pk, by=by, at=AT)
    while migrating.migrate_due(at=AT):
        pass
    for case_id, faults in said.items():
        case = Case.objects.select_related("process").get(pk=case_id)
        assert case.process.version == (1 if faults else new)
        if faults:
            assert rows(case_id) == before[case_id]
        assert replaying.differences(case_id) == []
        assert_whole(case)
    plan.refresh_from_db()
    assert plan.stayed == sum(map(bool, said.values()))
    assert plan.moved == len(said) - plan.stayed
    return said


def deliver(zone: Zone, case: Case, name: str, key: str = "m") -> None:
    """Let a message come for a case."""
    wanted = Message(name, case.number)
    dispatching.deliver_message(wanted, by=plays.sender(zone), at=AT, key=f"{key}-{case.pk}")
    plays.settle()


def is_closed(case: Case) -> bool:
    """Say whether a case has come to its end, whole."""
    case.refresh_from_db()
    assert_whole(case)
    assert replaying.differences(case.pk) == []
    return case.status == Case.Status.CLOSED


# --- several at once ------------------------------------------------------------------------------


def signing(name: str, sequential: str, *more: str) -> str:
    tasks = (name, *more, "after")
    nodes = [user(name, inner=LOOP.format(sequential)), *(user(t) for t in tasks[1:])]
    drawn = drawing("each", [start(), *nodes, end()], " > ".join(("start", *tasks, "end")))
    return drawn.replace('nc:post="reviewer"', 'nc:post="signer"')


@pytest.fixture
def gao(zone: Zone) -> Actor:
    """Return 高, who signs for the administration as 丁 does for the law office."""
    return offices.hire("gao", "高", "signer", {"case.view": "party own"})


def of_law(case: Case) -> Task:
    return Task.objects.get(case=case, department__code="law", state="offered")


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_inside_a_joint_signing(
    zone: Zone, published: Publish, gao: Actor, sequential: str
) -> None:
    published(each=signing("sign", sequential))
    begun, half = (
        plays.begin("each", zone, key=key, units=["law", "zone"]) for key in ("begun", "half")
    )
    making.do_task(of_law(half), zone.ding)
    published(each=signing("approve", sequential, "seal"))
    assert go_on(zone, "each", sign="approve") == {begun.pk: [], half.pk: []}
    departments = Task.objects.filter(case=half, node="approve", state="offered")
    assert [task.department.code for task in departments] == ["zone"]
    making.do_task(of_law(begun), zone.ding)
    for case in (begun, half):
        for node in ("approve", "seal", "after"):
            making.do(case, node, gao)
        assert is_closed(case)


def test_a_signing_in_turn_does_not_become_one_at_once(
    zone: Zone, published: Publish, gao: Actor
) -> None:
    published(each=signing("sign", "true"))
    case = plays.begin("each", zone, units=["law", "zone"])
    over = plays.begin("each", zone, key="over", units=["law"])
    making.do(over, "sign", zone.ding)
    published(each=signing("sign", "false"))
    # Whose signing is over goes on; the other's stays, by the name of the step.
    assert go_on(zone, "each") == {case.pk: [("other-loop", "sign")], over.pk: []}
    making.do(case, "sign", zone.ding)
    for each, node in ((case, "sign"), (case, "after"), (over, "after")):
        making.do(each, node, gao)
    assert is_closed(case)
    assert is_closed(over)


# --- calls ----------------------------------------------------------------------------------------


CHILD = drawing("child", [start(), user("work"), end()], "start > work > end")
NEW_CHILD = drawing(
    "child", [start(), user("handle"), user("sum"), end()], "start > handle > sum > end"
)


def parent(name: str, kind: str, *more: str) -> str:
    tasks = (*more, "after")
    nodes = [start(), call(name, kind), *map(user, tasks), end()]
    return drawing("parent", nodes, " > ".join(("start", name, *tasks, "end")))


def test_a_caller_and_what_it_called_move_apart_and_still_find_each_other(
    zone: Zone, published: Publish
) -> None:
    published(child=CHILD, parent=parent("ask", "child"))
    caller = plays.begin("parent", zone)
    early = plays.begin("parent", zone, key="early")
    plays.settle()
    published(child=NEW_CHILD, parent=parent("consult", "child", "weigh"))
    first, second = Case.objects.filter(kind="child").order_by("pk")
    assert go_on(zone, "child", work="handle") == {first.pk: [], second.pk: []}
    making.do(second, "handle", zone.bai, found="no")
    assert go_on(zone, "parent", ask="consult") == {caller.pk: [], early.pk: []}
    making.do(first, "handle", zone.bai, found="yes")
    for child in (first, second):
        making.do(child, "sum", zone.bai)
        assert is_closed(child)
    plays.settle()
    for case in (caller, early):
        for node in ("weigh", "after"):
            making.do(case, node, zone.bai)
        assert is_closed(case)
    assert [caller.variables["found"], early.variables["found"]] == ["yes", "no"]


def test_who_waits_for_a_case_stays_when_the_new_version_calls_another_or_none(
    zone: Zone, published: Publish
) -> None:
    published(child=CHILD, parent=parent("ask", "child"))
    case = plays.begin("parent", zone)
    plays.settle()
    published(other=drawing("other", [start(), user("work"), end()], "start > work > end"))
    published(parent=parent("ask", "other"))
    assert go_on(zone, "parent") == {case.pk: [("other-call", "ask")]}
    published(parent=drawing("parent", [start(), user("after"), end()], "start > after > end"))
    assert go_on(zone, "parent", 3) == {case.pk: [("node-gone", "ask")]}
    making.do(plays.only("child"), "work", zone.bai)
    plays.settle()
    making.do(case, "after", zone.bai)
    assert is_closed(case)


# --- events ---------------------------------------------------------------------------------------


def listening(scope: str, begins: str, *tasks: str) -> str:
    """Return a drawing whose work is taken over when a payment is told."""
    chain = [begins, *tasks, f"{scope}-end"]
    flows = "".join(
        f'<sequenceFlow id="{scope}-f{n}" sourceRef="{chain[n]}" targetRef="{chain[n + 1]}"/>'
        for n in range(len(chain) - 1)
    )
    inner = f"{start(PAID, begins)}{''.join(map(user, tasks))}{end(f'{scope}-end')}{flows}"
    over = f'<subProcess id="{scope}" triggeredByEvent="true">{inner}</subProcess>'
    drawn = drawing("heard", [start(), user("work"), over, end()], "start > work > end")
    return drawn.replace("</lane>", f"<flowNodeRef>{scope}</flowNodeRef></lane>")


def test_inside_an_event_sub_process_and_before_it(zone: Zone, published: Publish) -> None:
    published(heard=listening("paying", "told", "book"))
    before, inside = (plays.begin("heard", zone, key=key) for key in ("before", "inside"))
    deliver(zone, inside, "paid")
    assert making.the_task(inside, "book")
    published(heard=listening("settling", "heard", "enter", "file"))
    moves = {"paying": "settling", "told": "heard", "book": "enter"}
    assert go_on(zone, "heard", **moves) == {before.pk: [], inside.pk: []}
    deliver(zone, before, "paid")
    for case in (before, inside):
        for node in ("enter", "file"):
            making.do(case, node, zone.bai)
        assert is_closed(case)


def test_without_the_event_sub_process_who_is_inside_stays(zone: Zone, published: Publish) -> None:
    published(heard=listening("paying", "told", "book"))
    before, inside = (plays.begin("heard", zone, key=key) for key in ("before", "inside"))
    deliver(zone, inside, "paid")
    published(heard=drawing("heard", [start(), user("work"), end()], "start > work > end"))
    assert go_on(zone, "heard") == {
        before.pk: [],
        inside.pk: [("node-gone", "paying"), ("node-gone", "book")],
    }
    # Nobody listens any more to what the new drawing does not know.
    assert not Wait.objects.filter(case=before).exists()
    making.do(before, "work", zone.bai)
    making.do(inside, "book", zone.bai)
    assert is_closed(before)
    assert is_closed(inside)


def waiting(message: str, letter: str, sleep: str, *more: str) -> str:
    tasks = (*more, "after")
    gates = '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>'
    nodes = [start(), *gates, catch(letter, message), catch(sleep, TIMER), *map(user, tasks), end()]
    lines = ("start > fork", f"fork > {letter} > join", f"fork > {sleep} > join")
    return drawing("both", nodes, *lines, " > ".join(("join", *tasks, "end")))


def test_with_an_open_message_and_an_open_timer(zone: Zone, published: Publish) -> None:
    published(both=waiting(PAID, "letter", "sleep"))
    still, told, slept = (plays.begin("both", zone, key=key) for key in ("still", "told", "slept"))
    deliver(zone, told, "paid")
    Wait.objects.filter(case=slept, kind="timer").update(due_at=AT)
    due = Wait.objects.get(case=still, kind="timer").due_at
    published(both=waiting(PAID, "mail", "rest", "weigh"))
    said = go_on(zone, "both", letter="mail", sleep="rest")
    assert said == {still.pk: [], told.pk: [], slept.pk: []}
    waits = Wait.objects.filter(case=still)
    assert set(waits.values_list("node", "kind")) == {("mail", "message"), ("rest", "timer")}
    assert waits.get(kind="timer").due_at == due
    assert jobs.fire_due(at=AT + timedelta(days=4)) == 3
    for case in (still, slept):
        deliver(zone, case, "paid")
    for case in (still, told, slept):
        for node in ("weigh", "after"):
            making.do(case, node, zone.bai)
        assert is_closed(case)


def test_who_awaits_one_message_does_not_come_to_await_another(
    zone: Zone, published: Publish
) -> None:
    published(both=waiting(PAID, "letter", "sleep"))
    case, told = (plays.begin("both", zone, key=key) for key in ("case", "told"))
    deliver(zone, told, "paid")
    published(both=waiting(ORDER, "letter", "sleep"))
    assert go_on(zone, "both") == {case.pk: [("other-event", "letter")], told.pk: []}
    deliver(zone, case, "paid")
    assert jobs.fire_due(at=AT + timedelta(days=4)) == 2
    for each in (case, told):
        making.do(each, "after", zone.bai)
        assert is_closed(each)


# --- hands and clocks -----------------------------------------------------------------------------


def one(kind: str, name: str, more: str = "") -> str:
    return drawing(kind, [start(), user(name, more), end()], f"start > {name} > end")


def test_a_task_that_was_grabbed_stays_with_who_took_it(zone: Zone, published: Publish) -> None:
    pooled = 'nc:verbs="take-from-pool"'
    published(grab=one("grab", "work", pooled), keep=one("keep", "work", pooled))
    grabbed, kept = plays.begin("grab", zone), plays.begin("keep", zone)
    for case in (grabbed, kept):
        task = making.the_task(case, "work")
        actions.claim(task_id=task.pk, by=zone.bai, at=AT, key=f"claim-{case.pk}")
    published(grab=one("grab", "job"), keep=one("keep", "job", pooled))
    assert go_on(zone, "grab", work="job") == {grabbed.pk: []}
    assert go_on(zone, "keep", work="job") == {kept.pk: []}
    for case in (grabbed, kept):
        assert making.the_task(case, "job").claimed_by_id == zone.bai.identity_id
    # What is no pool any more takes nothing back; what still is one does.
    assert pool.return_idle(at=AT + timedelta(days=60)) == 1
    assert making.the_task(kept, "job").claimed_by is None
    for case in (grabbed, kept):
        making.do(case, "job", zone.bai)
        assert is_closed(case)


LIMITED = 'nc:limit="5wd" nc:basis="甲" nc:verbs="ask-correction"'


def test_a_clock_that_stands_still_goes_on_as_if_nothing_had_been(
    zone: Zone, published: Publish
) -> None:
    published(plain=one("plain", "work", LIMITED), paused=one("paused", "work", LIMITED))
    cases = {
        (kind, way): plays.begin(kind, zone, key=f"{kind}-{way}")
        for kind in ("plain", "paused")
        for way in ("papers", "suspended")
    }
    for (_kind, way), case in cases.items():
        if way == "papers":
            task = making.the_task(case, "work")
            supplements.ask(task_id=task.pk, reason="缺", by=zone.bai, at=AT, key=f"a{task.pk}")
        else:
            actions.suspend(case_id=case.pk, reason="等", by=zone.fang, at=AT, key=f"s{case.pk}")
    published(paused=one("paused", "job", LIMITED.replace("5wd", "1wd")))
    moved = [cases["paused", "papers"].pk, cases["paused", "suspended"].pk]
    assert go_on(zone, "paused", work="job") == {case_id: [] for case_id in moved}
    later, dues = AT + timedelta(days=2), {}
    for (kind, way), case in cases.items():
        assert Clock.objects.get(case=case).due_on is None
        task = Task.objects.get(case=case)
        if way == "papers":
            supplements.receive(task_id=task.pk, by=zone.bai, at=later, key=f"r{task.pk}")
        else:
            actions.resume(case_id=case.pk, reason="到", by=zone.fang, at=later, key=f"r{case.pk}")
        dues[kind, way] = Clock.objects.get(case=case).due_on
        assert_whole(case)
    assert None not in dues.values()
    assert dues["paused", "papers"] == dues["plain", "papers"]
    assert dues["paused", "suspended"] == dues["plain", "suspended"]
    making.do(cases["paused", "papers"], "job", zone.bai)
    assert is_closed(cases["paused", "papers"])
