"""Work lists: what waits for an identity, what it has done, what it started, and how it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from nancheng.foundation.cases import clocks, queries, rules
from nancheng.foundation.cases.models import Case, Task
from nancheng.foundation.cases.rules import Light
from nancheng.foundation.people.models import Post
from nancheng.foundation.people.rules import Actor

WARNING = "light.warning-days"
_WHOLE_NUMBER = re.compile(r"[A-Z]{1,8}-[0-9]{4}-[0-9]{6,10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Today:
    """The moment a list is read, its day, and the last due date that counts as near on it."""

    on: date
    warn_to: date
    at: datetime

    def light(self, due_on: date | None, due_at: datetime | None = None) -> Light:
        """Return the colour of a due date, of a due moment for limits in hours."""
        if due_at is not None and due_at <= self.at:
            return Light.RED
        return rules.light(due_on=due_on, today=self.on, warn_to=self.warn_to)

    def when(self, light: str) -> Q:
        """Return the condition that a task's date (``due_on``, ``due_at``) has this colour."""
        late = Q(due_at__lte=self.at)
        return {
            Light.RED.value: Q(due_on__lt=self.on) | late,
            Light.YELLOW.value: Q(due_on__gte=self.on, due_on__lte=self.warn_to) & ~late,
            Light.GREEN.value: Q(due_on__gt=self.warn_to),
            Light.GREY.value: Q(due_on__isnull=True),
        }[light]


def today(at: datetime) -> Today:
    """Return the day of ``at`` with its warning date. Two small statements."""
    on = timezone.localdate(at)
    days = int(queries.parameter(WARNING, on=on))
    return Today(on, clocks.warn_to(on, days=days), at)


def inbox(actor: Actor) -> QuerySet[Task]:
    """Return the open tasks of an identity: its own, those offered to its post, and the same of
    whoever it stands in for.
    """
    return Task.objects.filter(queries.at_hand(actor))


def waiting(actor: Actor, *, at: datetime) -> int:
    """Return how many tasks wait for an identity; the red count in the menu. One statement."""
    return inbox(actor).count()


def lights(tasks: QuerySet[Task], now: Today) -> dict[str, int]:
    """Return how many tasks there are in all and by light. One statement."""
    counts = dict.fromkeys(["all", *(light.value for light in Light)], 0)
    # A row for each date that tasks are due on: fewer than tasks, and lit as each of them is.
    dates = tasks.order_by().values_list("due_on", "due_at").annotate(tasks=Count("id"))
    for due_on, due_at, count in dates:
        counts["all"] += count
        counts[now.light(due_on, due_at).value] += count
    return counts


def done(actor: Actor) -> QuerySet[Task]:
    """Return the tasks an identity has done, or had done by a deputy."""
    mine = Q(done_by_id=actor.identity_id) | Q(done_for_id=actor.identity_id)
    return Task.objects.filter(mine, state=Task.State.DONE)


def started(actor: Actor) -> QuerySet[Case]:
    """Return the cases an identity opened."""
    return Case.objects.filter(opened_by_id=actor.identity_id)


def posts_in(department_id: int) -> list[dict[str, Any]]:
    """Return the posts of a department, each with the department's names. One statement."""
    names = ("department__name", "department__name_en")
    return list(Post.objects.filter(department_id=department_id).values("id", *names))


def open_in(actor: Actor, posts: Sequence[Mapping[str, Any]]) -> QuerySet[Task]:
    """Return the open tasks at a department's posts, of the cases the actor may see."""
    # A task is offered to its department's posts: by these the index of open tasks finds them, of
    # one post in the order in which they are due.
    ids = [post["id"] for post in posts]
    at = Q(post_id=ids[0]) if len(ids) == 1 else Q(post__in=ids)
    return Task.objects.filter(at, queries.OPEN_TASK, queries.in_sight(actor))


def by_department(actor: Actor, now: Today) -> list[dict[str, Any]]:
    """Return open tasks by department and light, of the cases the actor may see. One statement."""
    rows = (
        Task.objects.filter(queries.OPEN_TASK, queries.in_sight(actor))
        .values("department_id", "department__name", "department__name_en")
        .annotate(
            all=Count("id"),
            **{light.value: Count("id", filter=now.when(light.value)) for light in Light},
        )
        .order_by("department__path")
    )
    counted = [dict(row) for row in rows]
    return sorted(counted, key=lambda row: (-row["red"], -row["yellow"]))


def searched(rows: QuerySet[Any], words: str, *, case: str = "") -> QuerySet[Any]:
    """Return the rows whose case has these words in its number or title.

    A whole number is looked up as it is: one row of a million is found by its index.
    """
    number = words.strip().upper()
    if _WHOLE_NUMBER.fullmatch(number):
        return rows.filter(**{f"{case}number": number})
    return rows.filter(
        Q(**{f"{case}title__icontains": words}) | Q(**{f"{case}number__icontains": words})
    )
