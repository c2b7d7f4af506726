"""Takes tasks from a pool, within a person's limit, and puts back what nobody works on."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from nancheng.foundation.cases import advance, clocks, lines, queries, store
from nancheng.foundation.cases.advance import Remark
from nancheng.foundation.cases.models import Grab, Task
from nancheng.foundation.cases.pool import queries as pools
from nancheng.foundation.cases.store import OpenTask
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import calendars

LIMIT = "pool.limit"
RETURN_DAYS = "pool.return-days"


def take(task: OpenTask, *, process_id: int, by: Actor, at: datetime) -> str:
    """Judge the claiming of a task and return what it is called: "Grabbed" from a pool.

    Called by ``cases.actions.claim`` under the case's lock. The person's row is locked as well,
    so that two hands of one person cannot pass the limit together. Raises ``Refused``.
    """
    if not pools.is_pool(process_id, task.node):
        return "Claimed"
    limit = int(queries.parameter(LIMIT, on=timezone.localdate(at)))
    person_id = by.acting_for.person_id if by.acting_for else by.person_id
    Person.objects.select_for_update().filter(pk=person_id).first()
    if pools.held_by(person_id).count() >= limit:
        raise Refused("cases.pool-limit", limit=limit)
    Grab.objects.create(task_id=task.task_id, identity_id=by.standing_id, grabbed_at=at)
    return "Grabbed"


def return_idle(*, at: datetime) -> int:
    """Put tasks back that their takers have not worked on for so many working days."""
    on = timezone.localdate(at)
    days = int(queries.parameter(RETURN_DAYS, on=on))
    before = calendars.backward(clocks.calendar(), on, days)
    return sum(
        _return(grab, before=before, at=at)
        for grab in list(pools.standing())
        if pools.is_pool(grab.task.case.process_id, grab.task.node)
    )


def _idle(grab: Grab, before: date) -> bool:
    return timezone.localdate(pools.last_worked(grab)) < before


@transaction.atomic
def _return(grab: Grab, *, before: date, at: datetime) -> int:
    if not _idle(grab, before):
        return 0
    loaded = store.load(case_id=grab.task.case_id)
    task = loaded.tasks.get(grab.task.item) if loaded else None
    if loaded is None or task is None or task.claimed_by != grab.identity_id:
        return 0
    Task.objects.filter(pk=grab.task_id).update(state=Task.State.OFFERED, claimed_by=None)
    advance.remark(
        loaded,
        Remark("ReturnedToPool", task.node, task.item),
        hand=lines.hand(None, at, f"pool/{grab.pk}"),
    )
    messages.notify(
        identity_ids=[grab.identity_id],
        code="cases.returned-to-pool",
        figures={"title": queries.title(loaded.case_id)},
        case_id=loaded.case_id,
        at=at,
        key=f"pool/{grab.pk}",
    )
    return 1
