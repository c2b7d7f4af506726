"""The only writer of confirmations: ask, confirm, refuse, withdraw, lapse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from nancheng.foundation.confirmations import operations, queries, rules
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.confirmations.operations import Asked, Operation
from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import queries as people
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: the operation, what it concerns, its figures, and why.

    ``figures`` are what the operation needs later (numbers, text, dates); ``department_id`` is
    the department it concerns, the asking one's own without it.
    """

    operation: str
    subject: str
    reason: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    department_id: int | None = None


def ask(wish: Wish, *, by: Actor, at: datetime, key: str) -> Confirmation:
    """Put a dangerous operation before a second person; nothing else happens yet."""
    operation = operations.operation(wish.operation)
    if not rights.may(by, operation.ask):
        raise Refused("people.not-allowed", post=by.post_name)
    mine = f"{by.identity_id}:{key}"
    if known := Confirmation.objects.filter(key=mine).first():
        return known
    try:
        with transaction.atomic():
            return _ask(wish, operation, by=by, at=at, key=mine)
    except IntegrityError:
        # The same form sent twice at once: the other transaction was first.
        if known := Confirmation.objects.filter(key=mine).first():
            return known
        raise


def _ask(wish: Wish, operation: Operation, *, by: Actor, at: datetime, key: str) -> Confirmation:
    row = Confirmation.objects.create(
        operation=operation.code,
        subject=wish.subject,
        figures=_plain(wish.figures),
        reason=wish.reason,
        department_id=wish.department_id or by.department_id,
        asked_by_id=by.identity_id,
        asked_person_id=by.person_id,
        asked_for_person_id=by.acting_for.person_id if by.acting_for else None,
        asked_label=by.label,
        asked_at=at,
        key=key,
    )
    _record("asked", row, by=by, at=at)
    able = people.granted(verb=operation.confirm, row=queries.row_of(row), on=at.date())
    messages.notify(
        identity_ids=[identity for identity, person in able if person not in by.persons],
        code="confirmations.asked",
        figures={"title": row.subject, "by": by.name},
        case_id=None,
        at=at,
        key=f"confirmation/{row.pk}",
    )
    return row


@transaction.atomic
def confirm(*, confirmation_id: int, answer: str, by: Actor, at: datetime) -> None:
    """Confirm and carry out, in one transaction: it happens whole and once, or not at all."""
    row = _waiting(confirmation_id, by=by)
    if row.state == Confirmation.State.CONFIRMED:
        return
    operations.operation(row.operation).run(
        Asked(
            confirmation_id=row.pk,
            subject=row.subject,
            figures=row.figures,
            reason=row.reason,
            department_id=row.department_id,
            asked_by=row.asked_by_id,
            asked_label=row.asked_label,
        ),
        by=by,
        at=at,
        key=f"confirmation/{row.pk}",
    )
    _decide(row, state=Confirmation.State.CONFIRMED, answer=answer, by=by, at=at)


@transaction.atomic
def refuse(*, confirmation_id: int, answer: str, by: Actor, at: datetime) -> None:
    """Say no, with the reason; nothing is carried out."""
    row = _waiting(confirmation_id, by=by)
    if row.state == Confirmation.State.CONFIRMED:
        raise _over(row)
    _decide(row, state=Confirmation.State.REFUSED, answer=answer, by=by, at=at)


@transaction.atomic
def withdraw(*, confirmation_id: int, by: Actor, at: datetime) -> None:
    """Take back what one asked for, before anybody decided."""
    row = _locked(confirmation_id)
    if row is None or row.asked_person_id != by.person_id:
        raise Refused("confirmations.unknown")
    if row.state != Confirmation.State.WAITING:
        raise _over(row)
    _decide(row, state=Confirmation.State.WITHDRAWN, answer="", by=by, at=at)


@transaction.atomic
def lapse(*, confirmation_id: int, at: datetime) -> bool:
    """End a request for which nobody came; return whether it still waited."""
    row = _locked(confirmation_id)
    if row is None or row.state != Confirmation.State.WAITING:
        return False
    row.state, row.decided_at, row.figures = Confirmation.State.LAPSED, at, _without_secrets(row)
    row.save(update_fields=["state", "decided_at", "figures"])
    journal.record(Happening("hands-lapsed", subject=_mark(row)), at=at)
    messages.notify(
        identity_ids=[row.asked_by_id],
        code="confirmations.lapsed",
        figures={"title": row.subject, "days": (at - row.asked_at).days},
        case_id=None,
        at=at,
        key=f"confirmation/{row.pk}/{row.state}",
    )
    return True


def _locked(confirmation_id: int) -> Confirmation | None:
    return Confirmation.objects.select_for_update().filter(pk=confirmation_id).first()


def _waiting(confirmation_id: int, *, by: Actor) -> Confirmation:
    """Return the row under its lock, for somebody who may decide it.

    One that this very person already confirmed is returned as it is: a second click.
    """
    row = _locked(confirmation_id)
    if row is None or not queries.sees(by, row):
        raise Refused("confirmations.unknown")
    if row.state != Confirmation.State.WAITING:
        if row.state == Confirmation.State.CONFIRMED and row.decided_person_id == by.person_id:
            return row
        raise _over(row)
    if not rules.are_apart(queries.askers(row), by.persons):
        raise Refused("confirmations.same-person")
    if not queries.may_decide(by, row):
        raise Refused("people.not-allowed", post=by.post_name)
    return row


def _over(row: Confirmation) -> Refused:
    """Return why nothing more is decided."""
    if row.state == Confirmation.State.LAPSED:
        return Refused("confirmations.lapsed", when=row.decided_at)
    return Refused("confirmations.decided", who=row.decided_label, when=row.decided_at)


def _decide(row: Confirmation, *, state: str, answer: str, by: Actor, at: datetime) -> None:
    row.state, row.answer, row.decided_at = state, answer, at
    row.decided_by_id, row.decided_person_id = by.identity_id, by.person_id
    row.decided_for_person_id = by.acting_for.person_id if by.acting_for else None
    row.decided_label = by.label
    row.figures = _without_secrets(row)
    row.save(
        update_fields=[
            "figures",
            "state",
            "answer",
            "decided_at",
            "decided_by",
            "decided_person",
            "decided_for_person",
            "decided_label",
        ]
    )
    _record(state, row, by=by, at=at)
    if state == Confirmation.State.WITHDRAWN:
        return
    messages.notify(
        identity_ids=[row.asked_by_id],
        code=f"confirmations.{state}",
        figures={"title": row.subject, "by": by.name},
        case_id=None,
        at=at,
        key=f"confirmation/{row.pk}/{state}",
    )


def _record(what: str, row: Confirmation, *, by: Actor, at: datetime) -> None:
    """Write down who asked for or decided what; what it is about stays with the request."""
    journal.record(
        Happening(f"hands-{what}", person_id=by.person_id, label=by.label, subject=_mark(row)),
        at=at,
    )


def _mark(row: Confirmation) -> str:
    return f"{row.operation} #{row.pk}"


def _without_secrets(row: Confirmation) -> dict[str, Any]:
    """Return the figures that stay once a request has ended."""
    # An operation of a domain that is no longer there had no secrets anybody knows of.
    known = operations.all_operations().get(row.operation)
    secrets = known.secrets if known else frozenset[str]()
    return {name: each for name, each in row.figures.items() if name not in secrets}


def _plain(figures: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(dict(figures), cls=DjangoJSONEncoder))
    return made
