"""Adds signers to a running joint signing, and takes an added one out again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import advance, lines, queries, store
from nancheng.foundation.cases.models import Task
from nancheng.foundation.cases.signing import queries as signing
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import messages as m
from nancheng.kernel.refusal import Refused


@transaction.atomic
def add(
    task_id: int, *, elements: Sequence[str], reason: str, by: Actor, at: datetime, key: str
) -> None:
    """加签: ask several departments to sign as well, all of them or none."""
    task = Task.objects.filter(pk=task_id).first()
    if task is None:
        raise Refused("cases.no-such-task")
    if not lines.is_repeat(by, f"{key}/0"):
        known = signing.signing_now(task)
        for element in elements:
            if element in known:
                raise Refused("cases.already-signing", field="elements", unit=element)
    for number, element in enumerate(elements):
        cases.add_signer(
            task_id=task_id, element=element, reason=reason, by=by, at=at, key=f"{key}/{number}"
        )


@transaction.atomic
def remove(task_id: int, *, reason: str, by: Actor, at: datetime, key: str) -> None:
    """减签: take a signer out whom one has added oneself and who has not signed yet."""
    task = Task.objects.filter(pk=task_id).first()
    if task is None or not (
        queries.holds_a_task(by, task.case_id) or queries.may_read_case(by, task.case_id)
    ):
        raise Refused("cases.no-such-task")
    if lines.is_repeat(by, key):
        return
    loaded = store.load(task_id=task_id)
    if loaded is None or task.item not in loaded.tasks:
        raise Refused("cases.signer-gone")
    if signing.adder(task) != by.identity_id:
        raise Refused("cases.signer-not-yours")
    hand = lines.hand(by, at, key, opinion=reason)
    advance.advance(loaded, m.RemoveInstance(at, hand.name, task.item, reason), hand=hand)
