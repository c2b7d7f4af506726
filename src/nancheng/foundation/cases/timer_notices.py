"""Tells whom a timer matters to that a new calendar moved it, or could not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.utils import timezone

from nancheng.foundation.cases import definitions
from nancheng.foundation.cases.models import Case
from nancheng.foundation.cases.store import Loaded, OpenTask
from nancheng.foundation.limits.models import Reprojection
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import queries as people
from nancheng.foundation.web import figures
from nancheng.kernel.process.state import Item

MOVED = "cases.timer-moved"
KEPT = "cases.timer-kept"


@dataclass(frozen=True, slots=True)
class Moved:
    """A timer of a case as it was, and when it was and is due."""

    loaded: Loaded
    item: Item
    before: datetime
    after: datetime


def tell(work: Reprojection, moved: Sequence[Moved], *, code: str, at: datetime) -> None:
    """Tell whoever works at what a timer watches; where nobody does, whoever opened the case.

    The statements do not grow with the number of timers.
    """
    if not moved:
        return
    ids = {each.loaded.case_id for each in moved}
    cases = {case.pk: case for case in Case.objects.filter(pk__in=ids)}
    tasks = [list(watched(each.loaded, each.item)) for each in moved]
    posts = {task.post_id for some in tasks for task in some if task.claimed_by is None}
    holders = people.holders_of(posts, on=timezone.localdate(at))
    messages.notify_each(
        [
            messages.Told(
                identity_ids=_receivers(some, cases[each.loaded.case_id], holders),
                figures=_figures(work, each, cases[each.loaded.case_id]),
                case_id=each.loaded.case_id,
                key=f"{code}/{work.pk}/{each.loaded.case_id}/{each.item.number}",
                kind=each.loaded.kind,
            )
            for each, some in zip(moved, tasks, strict=True)
        ],
        code=code,
        at=at,
    )


def watched(loaded: Loaded, timer: Item) -> Iterator[OpenTask]:
    """Yield the open tasks that a timer watches, those inside what it watches included."""
    host = cast("int", timer.data.get("host", 0))
    if not host:
        return
    items = loaded.state.items
    for task in loaded.tasks.values():
        number = task.item
        while number and number != host:
            number = items[number].scope
        if number == host:
            yield task


def _receivers(
    tasks: Sequence[OpenTask], case: Case, holders: Mapping[int, Sequence[int]]
) -> list[int]:
    found: dict[int, None] = {}
    for task in tasks:
        at_it = [task.claimed_by] if task.claimed_by else holders.get(task.post_id, [])
        found.update(dict.fromkeys(at_it))
    return list(found) or [case.opened_by_id]


def _figures(work: Reprojection, moved: Moved, case: Case) -> dict[str, object]:
    return {
        "title": f"{case.number} {case.title}",
        "step": _step(moved),
        "before": figures.moment(moved.before),
        "after": figures.moment(moved.after),
        "reason": work.reason,
    }


def _step(moved: Moved) -> str:
    """Return the name of what a timer watches, or its own."""
    items = moved.loaded.state.items
    host = items.get(cast("int", moved.item.data.get("host", 0)))
    names = definitions.program(moved.loaded.process_id).names
    found = (names.get(node, ("", ""))[0] for node in (moved.item.node, host.node if host else ""))
    return next((name for name in found if name), "")
