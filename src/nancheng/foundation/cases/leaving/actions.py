"""What becomes of the tasks of a person who leaves: none is left without somebody to do it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from nancheng.foundation.cases import advance, lines, store
from nancheng.foundation.cases.advance import Remark
from nancheng.foundation.cases.models import Task
from nancheng.foundation.people import queries as people
from nancheng.kernel.refusal import Refused

SWEEP_MAX = 500
# Written into histories, as everything there in Chinese.
WHY = "原承办人已离岗，任务退回岗位。"


def refuse_stranding(person_id: int, *, leaves_on: date) -> None:
    """Refuse that a person leaves posts with open tasks and nobody else. Three statements."""
    held = people.lasting(leaves_on).filter(person_id=person_id).values_list("post_id", flat=True)
    posts = set(held)
    others = people.lasting(leaves_on).filter(post_id__in=posts, person__is_active=True)
    manned = others.exclude(person_id=person_id).values_list("post_id", flat=True)
    open_tasks = (
        Task.objects.filter(post_id__in=posts - set(manned), done_at__isnull=True)
        .values("post__name", "post__department__name")
        .annotate(count=Count("id"))
        .order_by("post_id")
    )
    for row in open_tasks:
        post = f"{row['post__department__name']} · {row['post__name']}"
        raise Refused("cases.post-unmanned", field="leaves_on", who=post, count=row["count"])


def hand_over_due(*, at: datetime) -> int:
    """Give the tasks that people who left had taken back to their posts; return how many.

    One case a transaction. Whoever is at the post takes them.
    """
    gone = people.departed(on=timezone.localdate(at))
    if not gone:
        return 0
    held = Task.objects.filter(state=Task.State.CLAIMED, claimed_by_id__in=gone)
    found = held.order_by("id").values_list("id", "case_id", "item")[:SWEEP_MAX]
    return sum(_hand_over(*each, gone=gone, at=at) for each in list(found))


@transaction.atomic
def _hand_over(task_id: int, case_id: int, item: int, *, gone: frozenset[int], at: datetime) -> int:
    loaded = store.load(case_id=case_id)
    task = loaded.tasks.get(item) if loaded else None
    if loaded is None or task is None or task.claimed_by not in gone:
        return 0
    Task.objects.filter(pk=task_id).update(state=Task.State.OFFERED, claimed_by=None)
    advance.remark(
        loaded,
        Remark("Released", task.node, task.item),
        hand=lines.hand(None, at, f"left/{task_id}/{task.claimed_by}", opinion=WHY),
    )
    return 1
