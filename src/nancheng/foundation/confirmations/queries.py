"""Reads of confirmations: what waits for an actor, what it asked for, what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from nancheng.foundation.confirmations import operations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.people import queries as people
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor, Row

FIELDS = people.Fields(owner="asked_by_id")


def row_of(row: Confirmation) -> Row:
    """Return what rights ask of a confirmation; the predicate side of ``within_reach``."""
    return Row(
        owner_identity_id=row.asked_by_id,
        department_id=row.department_id,
        department_path=row.department.path,
    )


def may_decide(actor: Actor, row: Confirmation) -> bool:
    """Say whether an actor is granted the second hand on this row."""
    return rights.may(actor, operations.operation(row.operation).confirm, row_of(row))


def sees(actor: Actor, row: Confirmation) -> bool:
    """Say whether an actor may see a confirmation: it asked for it, or may decide it."""
    return row.asked_person_id == actor.person_id or may_decide(actor, row)


def askers(row: Confirmation) -> frozenset[int]:
    """Return the persons on the asking side: who asked, and for whom."""
    return frozenset({row.asked_person_id, row.asked_for_person_id or row.asked_person_id})


def within_reach(actor: Actor | None) -> QuerySet[Confirmation]:
    """Return the confirmations an actor may decide or has asked for."""
    found = Confirmation.objects.none()
    if actor is None:
        return found
    shown = Q(asked_person_id=actor.person_id)
    for code, operation in operations.all_operations().items():
        reach = rights.reach(actor, operation.confirm)
        if not reach.is_nothing:
            shown |= Q(operation=code) & people.condition(reach, FIELDS)
    return Confirmation.objects.filter(shown)


def readable(actor: Actor, ids: Iterable[int]) -> frozenset[int]:
    """Return those of some confirmations that an actor may open. One statement."""
    return frozenset(within_reach(actor).filter(pk__in=ids).values_list("pk", flat=True))


def waiting_for(actor: Actor) -> QuerySet[Confirmation]:
    """Return what waits for this actor as the second hand."""
    return (
        within_reach(actor)
        .filter(state=Confirmation.State.WAITING)
        .exclude(Q(asked_person__in=actor.persons) | Q(asked_for_person__in=_known(actor)))
    )


def is_known(actor: Actor, *, key: str) -> bool:
    """Say whether an actor asked under this key before. One statement."""
    return Confirmation.objects.filter(key=f"{actor.identity_id}:{key}").exists()


def is_waiting(operation: str, **figures: object) -> bool:
    """Say whether an operation with these figures waits for its second hand. One statement."""
    named = {f"figures__{name}": value for name, value in figures.items()}
    waiting = Confirmation.objects.filter(operation=operation, state=Confirmation.State.WAITING)
    return waiting.filter(**named).exists()


def carried_out(
    operation: str, *, asked_person: int, since: datetime, **figures: object
) -> Confirmation | None:
    """Return the newest confirmed request of a person with these figures. One statement."""
    named = {f"figures__{name}": value for name, value in figures.items()}
    rows = Confirmation.objects.filter(
        operation=operation,
        state=Confirmation.State.CONFIRMED,
        asked_person_id=asked_person,
        decided_at__gte=since,
    )
    return rows.filter(**named).order_by("-decided_at", "-id").first()


def _known(actor: Actor) -> list[int]:
    return sorted(actor.persons)


def asked_by(actor: Actor) -> QuerySet[Confirmation]:
    """Return what this person asked for."""
    return Confirmation.objects.filter(asked_person_id=actor.person_id)


def decided(actor: Actor) -> QuerySet[Confirmation]:
    """Return what was decided, within the actor's reach."""
    return within_reach(actor).exclude(state=Confirmation.State.WAITING)


def waiting(actor: Actor, *, at: datetime) -> int:
    """Return how many wait for an actor: the figure in the menu. One statement, or none."""
    verbs = {operation.confirm for operation in operations.all_operations().values()}
    return waiting_for(actor).count() if any(rights.may(actor, v) for v in verbs) else 0
