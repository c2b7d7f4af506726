"""What the log of finished cases teaches a simulation: times, ways taken, arrivals; and the staff.

Thin queries: how the figures are used is for ``nancheng simulate`` to say.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q

from nancheng.foundation.cases.models import Case, CaseEvent, Task
from nancheng.foundation.people.models import Identity

CASES_MAX = 1_000
KINDS = ("Started", "Offered", "Claimed", "Completed", "GatewayTaken", "Entered")

Stretch = tuple[datetime, datetime]


@dataclass(slots=True)
class Experience:
    """Finished cases of one kind, taken together.

    ``began`` are the times they started; ``handled`` each completed task of a node, from being
    claimed until completed, or from being offered when nobody claimed it first (``unclaimed``
    counts those); ``taken`` how often a flow was chosen and ``chosen`` how often its gateway chose;
    ``instances`` the sizes of multi-instances.
    """

    began: list[datetime] = field(default_factory=list)
    handled: dict[str, list[Stretch]] = field(default_factory=dict)
    unclaimed: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    chosen: Counter[str] = field(default_factory=Counter)
    instances: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Staff:
    """The people who hold a duty in one department."""

    people: int
    name: str
    department: str


def of_closed(kind: str, *, newest: int = CASES_MAX) -> Experience:
    """Read the newest finished cases of a kind. One statement."""
    cases = Case.objects.filter(kind=kind, status=Case.Status.CLOSED).order_by("-id")
    rows = (
        CaseEvent.objects.filter(case_id__in=cases.values("id")[:newest], kind__in=KINDS)
        .order_by("case_id", "seq")
        .values_list("case_id", "kind", "node", "item", "at", "payload")
    )
    found = Experience()
    since: dict[tuple[int, int], datetime] = {}
    is_claimed: dict[tuple[int, int], bool] = {}
    for case, event, node, item, at, payload in rows.iterator(chunk_size=2_000):
        if event == "Started":
            found.began.append(at)
        elif event in ("Offered", "Claimed"):
            since[case, item] = at
            is_claimed[case, item] = event == "Claimed"
        elif event == "Completed":
            found.unclaimed[node] += not is_claimed.get((case, item), False)
            found.handled.setdefault(node, []).append((since.get((case, item), at), at))
        else:
            _ways(found, event, node, json.loads(payload))
    return found


def _ways(found: Experience, event: str, node: str, body: Mapping[str, Any]) -> None:
    if event == "GatewayTaken":
        found.chosen[node] += 1
        found.taken.update(body["flows"])
    elif "total" in body["data"]:
        found.instances.setdefault(node, []).append(int(body["data"]["total"]))


def places(kind: str, *, newest: int = CASES_MAX) -> dict[str, Counter[str]]:
    """Return where the tasks of the newest finished cases lay: departments by node. One statement.

    A joint signing counts once for each department that signed.
    """
    cases = Case.objects.filter(kind=kind, status=Case.Status.CLOSED).order_by("-id")
    rows = (
        Task.objects.filter(case_id__in=cases.values("id")[:newest], state=Task.State.DONE)
        .order_by()
        .values_list("node", "department__name")
        .annotate(Count("id"))
    )
    found: dict[str, Counter[str]] = {}
    for node, department, count in rows:
        found.setdefault(node, Counter())[department] += count
    return found


def staff(*, on: date) -> dict[str, tuple[Staff, ...]]:
    """Return who holds each duty on a day, department by department. One statement."""
    rows = (
        Identity.objects.filter(active_from__lte=on, person__is_active=True)
        .filter(Q(active_to__isnull=True) | Q(active_to__gt=on))
        .values(
            code=F("post__duty__code"),
            duty=F("post__duty__name"),
            department=F("post__department__name"),
        )
        .annotate(people=Count("id"))
        .order_by("code", "department")
    )
    found: dict[str, tuple[Staff, ...]] = {}
    for row in rows:
        here = Staff(row["people"], row["duty"], row["department"])
        found[row["code"]] = (*found.get(row["code"], ()), here)
    return found
