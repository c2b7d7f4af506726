"""Reads of pools: which steps are one, what lies in them for an actor, what a person holds."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Max, Q, QuerySet

from nancheng.foundation.cases import definitions, rules
from nancheng.foundation.cases.models import Case, CaseEvent, Grab, Task
from nancheng.foundation.cases.queries import OPEN_TASK
from nancheng.foundation.cases.rules import Verb
from nancheng.foundation.people.rules import Actor


def is_pool(process_id: int, node: str) -> bool:
    """Say whether a drawing makes a step a pool (its verbs hold "take-from-pool")."""
    drawn = definitions.program(process_id).verbs.get(node, frozenset())
    return Verb.GRAB in rules.verbs(" ".join(drawn))


def free(actor: Actor) -> QuerySet[Task]:
    """Return the tasks that lie in the pools of an actor's post. One statement, and one more."""
    offered = Task.objects.filter(
        OPEN_TASK,
        state=Task.State.OFFERED,
        post_id=actor.post_id,
        case__status=Case.Status.OPEN,
    )
    steps = offered.order_by().values_list("case__process_id", "node").distinct()
    pools = Q(pk__in=())
    for process_id, node in steps:
        if is_pool(process_id, node):
            pools |= Q(case__process_id=process_id, node=node)
    return offered.filter(pools)


def held_by(person_id: int) -> QuerySet[Task]:
    """Return the open tasks that a person has grabbed, under whatever identity."""
    return Task.objects.filter(
        state=Task.State.CLAIMED,
        claimed_by__person_id=person_id,
        grabs__identity_id=F("claimed_by_id"),
    ).distinct()


def standing() -> QuerySet[Grab]:
    """Return the grabs whose tasks still lie with who took them, in cases that run.

    A case that went on by another drawing may have made a pool's step a plain one: ``is_pool``.
    """
    return Grab.objects.filter(
        task__state=Task.State.CLAIMED,
        task__claimed_by_id=F("identity_id"),
        task__case__status=Case.Status.OPEN,
    ).select_related("task__case")


def last_worked(grab: Grab) -> datetime:
    """Return when who took a task, or a deputy, last did anything about it. One statement."""
    hands = Q(actor_id=grab.identity_id) | Q(actor__isnull=False, item=grab.task.item)
    acts = CaseEvent.objects.filter(hands, case_id=grab.task.case_id, at__gte=grab.grabbed_at)
    last: datetime | None = acts.aggregate(Max("at"))["at__max"]
    return last or grab.grabbed_at
