"""Reads of joint signings: each signer of each signing, and who asked for the added ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nancheng.foundation.cases import definitions
from nancheng.foundation.cases.models import Case, CaseEvent, Task
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import wording
from nancheng.kernel.process.program import Program


@dataclass(frozen=True, slots=True)
class Signer:
    """One department's part of a joint signing."""

    task_id: int
    department: str
    state: str
    words: str
    by: str
    at: datetime | None
    opinion: str
    decision: str
    added_by: str
    may_remove: bool


@dataclass(frozen=True, slots=True)
class Signing:
    """One round of a joint signing, with how many have signed."""

    name: str
    signers: tuple[Signer, ...]

    @property
    def signed(self) -> int:
        """Return how many have signed."""
        return sum(one.state == Task.State.DONE for one in self.signers)


def is_signing(program: Program, node: str) -> bool:
    """Say whether a step is signed by several."""
    plan = program.plans.get(node)
    return plan is not None and plan.multi is not None


def of_case(case: Case, actor: Actor) -> list[Signing]:
    """Return the joint signings of a case, the latest first. At most three statements."""
    program = definitions.program(case.process_id)
    nodes = [node for node in program.names if is_signing(program, node)]
    if not nodes:
        return []
    tasks = list(
        Task.objects.filter(case_id=case.pk, node__in=nodes)
        .select_related("department", "done_by__person", "claimed_by__person")
        .order_by("item")
    )
    if not tasks:
        return []
    said, added = _said(case.pk), _added(case.pk)
    rounds: dict[tuple[str, int], list[Signer]] = {}
    for task in tasks:
        signer = _signer(task, said.get(task.item, {}), added, actor)
        rounds.setdefault((task.node, task.scope), []).append(signer)
    return [
        Signing(
            wording.named(dict(zip(("name", "name_en"), program.names[node], strict=True))),
            tuple(signers),
        )
        for (node, _scope), signers in reversed(rounds.items())
    ]


def _signer(
    task: Task,
    said: Mapping[str, Any],
    added: Mapping[tuple[int, str], tuple[int, str]],
    actor: Actor,
) -> Signer:
    by, label = added.get((task.scope, str(task.data.get("element", ""))), (0, ""))
    open_now = task.state in (Task.State.OFFERED, Task.State.CLAIMED)
    return Signer(
        task_id=task.pk,
        department=wording.named(task.department),
        state=task.state,
        words=str(Task.State(task.state).label),
        by=task.done_by.person.name if task.done_by else "",
        at=task.done_at,
        opinion=said.get("opinion", ""),
        decision=said.get("decision", ""),
        added_by=label,
        may_remove=open_now and by == actor.identity_id,
    )


def _said(case_id: int) -> dict[int, Mapping[str, Any]]:
    rows = CaseEvent.objects.filter(case_id=case_id, kind="Completed").values_list(
        "item", "payload"
    )
    return {item: json.loads(payload).get("note", {}) for item, payload in rows}


def _added(case_id: int) -> dict[tuple[int, str], tuple[int, str]]:
    """Return who added which element to which signing: (scope, element) → (identity, label)."""
    rows = CaseEvent.objects.filter(case_id=case_id, kind="InstanceAdded").order_by("seq")
    found: dict[tuple[int, str], tuple[int, str]] = {}
    for item, actor_id, label, payload in rows.values_list(
        "item", "actor_id", "actor_label", "payload"
    ):
        element = str(json.loads(payload).get("element", ""))
        found[(item, element)] = (actor_id or 0, label)
    return found


def adder(task: Task) -> int:
    """Return the identity that asked for this signer, 0 for one that the drawing asked for."""
    key = (task.scope, str(task.data.get("element", "")))
    return _added(task.case_id).get(key, (0, ""))[0]


def signing_now(task: Task) -> set[str]:
    """Return the elements that have signed or may sign in the round of a task. One statement."""
    tasks = Task.objects.filter(case_id=task.case_id, node=task.node, scope=task.scope)
    kept = tasks.exclude(state__in=(Task.State.CANCELLED, Task.State.WITHDRAWN))
    return {str(data.get("element", "")) for data in kept.values_list("data", flat=True)}


def choices(task: Task, program: Program) -> list[tuple[str, str]]:
    """Return the departments that may be asked to sign as well: with the post, not asked yet."""
    known = signing_now(task)
    duty = program.lanes[task.node].post
    return [pair for pair in people.departments_with(duty=duty) if pair[0] not in known]
