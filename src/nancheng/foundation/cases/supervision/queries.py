"""Reads of slips: which there are, which are called for, whom they may be sent to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from nancheng.foundation.cases import clocks, queries, receivers
from nancheng.foundation.cases.models import Case, Participant, Slip, SlipReply, Task
from nancheng.foundation.cases.supervision import rules
from nancheng.foundation.cases.supervision.rules import Bounds, Colour
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import wording
from nancheng.kernel.worktime import calendars

SUPERVISE = "case.supervise"
OPEN = (Slip.State.ISSUED, Slip.State.REPLIED)
TASK_OPEN = (Task.State.OFFERED, Task.State.CLAIMED)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A slip that a deadline calls for."""

    colour: Colour
    task: Task


def bounds(at: datetime) -> Bounds:
    """Return the settings of the day of ``at`` as dates. A few small statements."""
    on = timezone.localdate(at)

    def days(code: str) -> int:
        return int(queries.parameter(code, on=on))

    return Bounds(
        near_to=clocks.warn_to(on, days=days("slip.yellow-days")),
        late_before=_back(on, days("slip.red-days")),
        unanswered_before=_back(on, days("slip.escalate-days")),
    )


def _back(on: date, days: int) -> date:
    return calendars.backward(clocks.calendar(), on, days) if days else on


def reply_day(at: datetime) -> date:
    """Return the day by which a slip issued now is usually replied to."""
    on = timezone.localdate(at)
    return clocks.warn_to(on, days=int(queries.parameter("slip.reply-days", on=on)))


def within_reach(actor: Actor) -> QuerySet[Slip]:
    """Return the slips of the cases an actor may read: the department's, while they are open."""
    return Slip.objects.filter(queries.in_sight(actor))


def shown(slip_id: int, actor: Actor) -> Slip | None:
    """Return one slip within reach, with its replies."""
    replies = Prefetch("replies", SlipReply.objects.order_by("at", "id"))
    return (
        within_reach(actor)
        .select_related("case", "department", "reader", "issued_by")
        .prefetch_related(replies)
        .filter(pk=slip_id)
        .first()
    )


def may_issue(actor: Actor, case: Case) -> bool:
    """Say whether an actor may put a slip on a case that still runs."""
    running = case.status in (Case.Status.OPEN, Case.Status.SUSPENDED)
    return running and queries.may(actor, SUPERVISE, case)


def may_reply(actor: Actor, slip: Slip) -> bool:
    """Say whether an actor speaks for the department of a slip that waits for a reply."""
    return slip.state == Slip.State.ISSUED and receivers.names(actor, slip.reader)


def may_judge(actor: Actor, slip: Slip) -> bool:
    """Say whether an actor may escalate, reject or close a slip."""
    return slip.state in OPEN and queries.may(actor, SUPERVISE, slip.case)


def departments(case_id: int) -> list[tuple[int, str]]:
    """Return the departments a slip may go to: those that take part or hold a task. Two."""
    taking_part = Participant.objects.filter(case_id=case_id).select_related("department")
    holding = Task.objects.filter(case_id=case_id, state__in=TASK_OPEN).select_related("department")
    found = {row.department_id: wording.named(row.department) for row in holding}
    return list(
        (found | {row.department_id: wording.named(row.department) for row in taking_part}).items()
    )


def of_case(case_id: int) -> list[Slip]:
    """Return the slips of a case, the newest first. One statement."""
    return list(Slip.objects.filter(case_id=case_id).select_related("department"))


def called_for(actor: Actor, limits: Bounds) -> QuerySet[Task]:
    """Return the open tasks whose deadline calls for a slip that is not there yet.

    A slip of the colour or a more severe one on the same department and case answers the call.
    """
    slips = Slip.objects.filter(
        state__in=OPEN, case_id=OuterRef("case_id"), department_id=OuterRef("department_id")
    )
    red = Exists(slips.filter(colour=Colour.RED))
    warned = Exists(slips.filter(colour__in=(Colour.YELLOW, Colour.RED)))
    late = Q(due_on__lt=limits.late_before)
    near = Q(due_on__gte=limits.late_before, due_on__lte=limits.near_to)
    return Task.objects.filter(
        (late & ~red) | (near & ~warned),
        queries.OPEN_TASK,
        queries.in_sight(actor, SUPERVISE),
        case__status=Case.Status.OPEN,
    )


def unanswered(actor: Actor, limits: Bounds) -> QuerySet[Slip]:
    """Return the slips whose reply stays away so long that the next colour is called for."""
    return Slip.objects.filter(
        queries.in_sight(actor, SUPERVISE),
        state=Slip.State.ISSUED,
        reply_by__lt=limits.unanswered_before,
    ).exclude(colour=Colour.RED)


def proposals(found: Sequence[Task], limits: Bounds) -> list[Proposal]:
    """Return the tasks of a page with the colour each calls for. One statement."""
    ids = [task.pk for task in found]
    rows = Task.objects.filter(pk__in=ids).select_related("case", "department").in_bulk()
    return [
        Proposal(colour, rows[pk])
        for pk in ids
        if pk in rows and (colour := rules.proposed(rows[pk].due_on, bounds=limits))
    ]


def by_department(actor: Actor) -> dict[int, dict[str, int]]:
    """Return open slips by department and colour, of the cases an actor may read. One."""
    rows: Any = (
        Slip.objects.filter(queries.in_sight(actor), state__in=OPEN)
        .values("department_id", "colour")
        .annotate(count=Count("id"))
        .order_by()
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["department_id"], {})[row["colour"]] = row["count"]
    return found
