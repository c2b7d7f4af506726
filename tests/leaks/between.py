"""What passes between hands in the world: opinions, copies, slips, incidents, plans, tokens.

Each is left on a case of each of two units, with words of its own that only some may read.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from nancheng.foundation.applications import actions as applications
from nancheng.foundation.applications.actions import ApplicationFacts
from nancheng.foundation.applications.rules import Narrowing
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import migrating
from nancheng.foundation.cases.archive import actions as archive
from nancheng.foundation.cases.circulation import actions as circulation
from nancheng.foundation.cases.migrating import Plan
from nancheng.foundation.cases.models import Case, Errand, ProcessVersion, Slip, Task, Wait
from nancheng.foundation.cases.opinions import actions as opinions
from nancheng.foundation.cases.opinions.actions import Question
from nancheng.foundation.cases.supervision import actions as supervision
from nancheng.foundation.cases.supervision import queries as slips
from nancheng.foundation.cases.supervision.actions import Demand
from nancheng.foundation.cases.supervision.rules import Colour
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.people import queries
from nancheng.foundation.people.directory import Receiver
from nancheng.foundation.people.models import Identity
from nancheng.foundation.people.rules import Actor

# Who is told of both cases, and walks through no door: what it reads shows in nobody's sight.
READER = "auditor"
APPLICATION = "leak-probe"


def leave(*, at: datetime) -> None:
    """Leave one of each behind."""
    on = timezone.localdate(at)
    office = queries.actor_of(username="office", on=on)
    reader = queries.actor_of(username=READER, on=on)
    to = Receiver("identity", reader.identity_id, reader.label)
    for case in two_cases():
        _on_case(case, to, on=on, by=office, at=at)
    _answered_slip(on=on, at=at)
    _late(on=on)
    _archived(by=office, at=at)
    _plan(by=office, at=at)
    _token(by=queries.actor_of(username="sysadmin", on=on), at=at)
    _copy(of="clerk", at=at)


def two_cases() -> tuple[Case, Case]:
    """Return running cases of two departments."""
    running = Case.objects.filter(status=Case.Status.OPEN).order_by("id")
    first = running.earliest("id")
    return first, running.exclude(department_id=first.department_id).latest("id")


def _on_case(case: Case, to: Receiver, *, on: date, by: Actor, at: datetime) -> None:
    due = on + timedelta(days=5)
    opinions.ask(
        case.pk,
        question=Question(f"征询-{case.number}", due),
        of=[to],
        by=by,
        at=at,
        key=f"leak-ask-{case.pk}",
    )
    circulation.send(
        case.pk, words=f"传阅-{case.number}", to=[to], by=by, at=at, key=f"leak-send-{case.pk}"
    )
    supervision.issue(
        case.pk,
        department_id=slips.departments(case.pk)[0][0],
        demand=Demand(Colour.YELLOW, f"督办-{case.number}", due),
        by=by,
        at=at,
        key=f"leak-slip-{case.pk}",
    )
    # Neither is of the drawing: a step that is stuck, a timer that could not fire.
    for item, kind in ((9001, "incident"), (9002, "timer")):
        Wait.objects.create(
            case=case,
            item=item,
            node=f"{kind}-{case.number}",
            kind=kind,
            data={"code": "process.no-way-out", "detail": f"异常-{kind}-{case.number}"},
            due_at=at if kind == "timer" else None,
            leased_until=at + timedelta(days=1),
            attempts=3,
        )
    Errand.objects.create(
        key=f"leak-errand-{case.pk}",
        kind=Errand.Kind.MESSAGE,
        state=Errand.State.STUCK,
        source=case,
        name=f"受阻-{case.number}",
        code="cases.message-unclaimed",
        created_at=at,
        due_at=at,
    )


def _answered_slip(*, on: date, at: datetime) -> None:
    """Let a department answer one of the slips, so that it waits to be lifted."""
    slip = Slip.objects.select_related("department").earliest("id")
    post = Identity.objects.filter(post__department=slip.department).earliest("id")
    by = queries.actor_at(identity_id=post.pk, on=on)
    assert by is not None
    supervision.reply(slip.pk, text=f"回复-{slip.number}", by=by, at=at, key="leak-reply")


def _late(*, on: date) -> None:
    """Let two tasks without a slip be long overdue: their deadlines call for one."""
    waiting = Task.objects.filter(done_at=None, case__status=Case.Status.OPEN).exclude(
        case__slips__isnull=False
    )
    for task in (waiting.earliest("id"), waiting.latest("id")):
        Task.objects.filter(pk=task.pk).update(due_on=on - timedelta(days=30))


def _archived(*, by: Actor, at: datetime) -> None:
    """End and archive a case that nothing else was left on."""
    case = Case.objects.filter(status=Case.Status.OPEN, slips=None).order_by("id")[1]
    leader = queries.actor_of(username="leader", on=timezone.localdate(at))
    cases.terminate(case_id=case.pk, reason="不再需要", by=leader, at=at, key="leak-end")
    archive.archive(case.pk, retention="10y", note="", by=by, at=at, key="leak-archive")


def _plan(*, by: Actor, at: datetime) -> None:
    """Publish the drawing a second time and plan to move its cases."""
    drawing = ProcessVersion.objects.get(pk=two_cases()[0].process_id)
    old = drawing.version
    drawing.pk, drawing.version = None, old + 1
    drawing.save(force_insert=True)
    migrating.plan_migration(
        Plan(drawing.key, old, old + 1, {}, "方案-换版"), by=by, at=at, key="leak-plan"
    )


def _token(*, by: Actor, at: datetime) -> None:
    """Register an application at a clerk's post and give it a token."""
    made = applications.register_application(
        ApplicationFacts(APPLICATION, "试探", "看看", "某人", "landscape-unit", "project-clerk"),
        by=by,
        at=at,
    )
    narrowing = Narrowing(frozenset({"case.view"}))
    wanted, _text = applications.prepare(
        made.pk, label="令牌-试探", narrowing=narrowing, days=9, by=by
    )
    secadmin = queries.actor_of(username="secadmin", on=timezone.localdate(at))
    applications.issue(wanted, asked=by.label, by=secadmin, at=at)


def _copy(*, of: str, at: datetime) -> None:
    """Let one administrator ask for a copy of a person's data and another confirm it."""
    on = timezone.localdate(at)
    person_id = queries.actor_of(username=of, on=on).person_id
    figures = {"person_id": person_id, "username": of, "name": of}
    row = confirmations.ask(
        Wish("people.personal-data", f"副本-{of}", "本人申请", figures),
        by=queries.actor_of(username="sysadmin", on=on),
        at=at,
        key="leak-copy",
    )
    confirmations.confirm(
        confirmation_id=row.pk,
        answer="",
        by=queries.actor_of(username="secadmin", on=on),
        at=at,
    )
