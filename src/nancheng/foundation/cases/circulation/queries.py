"""Reads of circulation: what an actor has to read, who has read what."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet

from nancheng.foundation.cases import queries, receivers
from nancheng.foundation.cases.models import Case, Circulation, Receipt
from nancheng.foundation.people.rules import Actor

CIRCULATE = "case.circulate"


def addressed(actor: Actor) -> QuerySet[Circulation]:
    """Return the copies that name an actor, its post or its department and are not revoked."""
    return Circulation.objects.filter(receivers.named(actor, "reader__"), revoked_at__isnull=True)


def unread(actor: Actor) -> QuerySet[Circulation]:
    """Return the copies an actor has not read yet."""
    mine = Receipt.objects.filter(circulation_id=OuterRef("pk"), identity_id=actor.identity_id)
    return addressed(actor).filter(~Exists(mine))


def sent_by(actor: Actor) -> QuerySet[Circulation]:
    """Return the copies an actor has sent round, with how many have read each (``readings``)."""
    mine = Circulation.objects.filter(sent_by_id=actor.identity_id)
    return mine.annotate(readings=Count("receipts"))


def shown(circulation_id: int, actor: Actor) -> Circulation | None:
    """Return a copy to its sender or to whoever may read the case: the named, until revoked."""
    found = (
        Circulation.objects.select_related("case", "reader")
        .prefetch_related("receipts")
        .filter(pk=circulation_id)
        .first()
    )
    if found is None:
        return None
    if found.sent_by_id == actor.identity_id:
        return found
    return found if queries.may_read_case(actor, found.case_id) else None


def may_circulate(actor: Actor, case: Case) -> bool:
    """Say whether an actor may send a case round.

    It opened the case, holds an open task of it, or is granted the verb. A reader by invitation
    may not pass the case on.
    """
    if case.archived_at is not None:
        return False
    return (
        case.opened_by_id == actor.identity_id
        or queries.holds_a_task(actor, case.pk)
        or queries.may(actor, CIRCULATE, case)
    )


def of_case(case_id: int) -> list[Circulation]:
    """Return the copies of a case with their receipts. Two statements."""
    receipts = Prefetch("receipts", Receipt.objects.order_by("read_at", "id"))
    return list(Circulation.objects.filter(case_id=case_id).prefetch_related(receipts))
