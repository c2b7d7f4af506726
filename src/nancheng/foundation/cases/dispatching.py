"""What people and other systems do with the queue: deliver a message, try again, choose, give up.

Like all actions these are told who acts, when, and under which key; the same key again does nothing
and returns what the first time made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from nancheng.foundation.cases import delivery, errands, incidents, queries
from nancheng.foundation.cases.models import Errand, Wait
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process.state import ItemKind
from nancheng.kernel.refusal import Refused

RETRY = "case.retry"
VALUES_MAX = 64 * 1024
NAME_MAX = 100


@dataclass(frozen=True, slots=True)
class Message:
    """A message from outside: its name, the value that tells which case is meant, what it says.

    Where a drawing gives no value of its own, a case is meant by its number.
    """

    name: str
    correlation: str
    values: Mapping[str, Any] = field(default_factory=dict)


def deliver_message(message: Message, *, by: Actor, at: datetime, key: str) -> Errand:
    """Hand a message over to the one case that awaits it; return the errand as it stands then.

    ``done``: a case went on, or one began. ``kept``: nobody awaits it yet. ``stuck``: several do,
    and a person must say which. Raises ``Refused`` for a sender who may not deliver, and for a
    message that cannot be read.
    """
    if not rights.may(by, delivery.DELIVER):
        raise Refused("people.not-allowed", post=by.post_name)
    mine = f"{by.identity_id}:{key}"
    if known := Errand.objects.filter(key=mine).first():
        return known
    try:
        with transaction.atomic():
            errand = errands.put(_errand(message, by=by, at=at, key=mine))
    except IntegrityError:
        # The same message sent twice at once: the other transaction was first.
        if known := Errand.objects.filter(key=mine).first():
            return known
        raise
    delivery.deliver(at=at, errand_id=errand.pk)
    errand.refresh_from_db()
    return errand


def _errand(message: Message, *, by: Actor, at: datetime, key: str) -> Errand:
    name, correlation = message.name.strip(), message.correlation.strip()
    if not 0 < len(name) <= NAME_MAX or not correlation:
        raise Refused("cases.message-unreadable", limit=VALUES_MAX)
    return Errand(
        key=key,
        kind=Errand.Kind.MESSAGE,
        name=name,
        correlation=errands.correlated(correlation, ""),
        values=_readable(message.values),
        by_id=by.identity_id,
        created_at=at,
        due_at=at,
    )


def _readable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a message says as JSON values; names are those a drawing can use."""
    try:
        text = json.dumps(dict(values), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused("cases.message-unreadable", limit=VALUES_MAX) from error
    if len(text.encode()) > VALUES_MAX or not all(str(name).isidentifier() for name in values):
        raise Refused("cases.message-unreadable", limit=VALUES_MAX)
    read: dict[str, Any] = json.loads(text)
    return read


@transaction.atomic
def retry_errand(*, errand_id: int, by: Actor, at: datetime) -> None:
    """Try an errand again that failed or is stuck; a message is kept anew."""
    errand = _mine(errand_id, by)
    Errand.objects.filter(pk=errand.pk).update(
        state=Errand.State.WAITING, due_at=at, expires_at=None, attempts=0, code="", detail=""
    )


@transaction.atomic
def choose(*, errand_id: int, case_id: int, item: int, by: Actor, at: datetime) -> None:
    """Say which of several cases a message is for."""
    errand = _mine(errand_id, by)
    if not incidents.candidates(errand, by).filter(case_id=case_id, item=item).exists():
        raise Refused("cases.no-such-case")
    Errand.objects.filter(pk=errand.pk).update(
        state=Errand.State.WAITING,
        due_at=at,
        target_id=case_id,
        target_item=item,
        code="",
        detail="",
    )


@transaction.atomic
def drop(*, errand_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Give an errand up, with the reason; what it told is not told."""
    errand = _mine(errand_id, by)
    Errand.objects.filter(pk=errand.pk).update(
        state=Errand.State.DROPPED, done_at=at, detail=f"{by.label}: {reason}"[: errands.DETAIL_MAX]
    )


@transaction.atomic
def retry_timer(*, wait_id: int, by: Actor) -> None:
    """Let a timer that failed fire at the next sweep."""
    wait = Wait.objects.filter(pk=wait_id, kind=ItemKind.TIMER.value).first()
    if wait is None:
        raise Refused("cases.no-such-case")
    queries.allow(by, RETRY, wait.case_id)
    Wait.objects.filter(pk=wait_id).update(leased_until=None)


def _mine(errand_id: int, by: Actor) -> Errand:
    """Return an errand under its lock, if the actor may settle it and it is not over."""
    seen = incidents.errands_seen(by, RETRY).filter(pk=errand_id).exists()
    errand = Errand.objects.select_for_update().filter(pk=errand_id).first()
    if errand is None or not seen:
        raise Refused("cases.no-such-errand")
    if errand.done_at is not None:
        raise Refused("cases.errand-over")
    return errand
