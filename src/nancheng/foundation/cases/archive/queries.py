"""Reads of archives: what stands against archiving, which cases are archived."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from nancheng.foundation.cases import bindings, chain, queries
from nancheng.foundation.cases.archive import rules
from nancheng.foundation.cases.archive.rules import Facts, Fault
from nancheng.foundation.cases.models import (
    Archive,
    Case,
    CaseEvent,
    Opinion,
    Reopening,
    Slip,
    Wait,
)
from nancheng.foundation.files import queries as files
from nancheng.foundation.people.rules import Actor

ARCHIVE = "case.archive"
REOPENING = "reopening"
OVER = (Case.Status.CLOSED, Case.Status.TERMINATED)


def within_reach(actor: Actor) -> QuerySet[Archive]:
    """Return the archives of the cases an actor may read."""
    return Archive.objects.filter(queries.in_sight(actor))


def may_archive(actor: Actor, case: Case) -> bool:
    """Say whether an actor may archive a case that is over and not archived yet."""
    return case.status in OVER and case.archived_at is None and queries.may(actor, ARCHIVE, case)


def is_sealed(case_id: int) -> bool:
    """Say whether a case is archived: nothing may be written to it. One statement."""
    return Case.objects.filter(pk=case_id, archived_at__isnull=False).exists()


def takes_papers(case_id: int, purposes: Collection[str]) -> bool:
    """Say whether a case takes attachments: an archived one only evidence for its reopening.

    That is not part of what was archived (see ``manifest``). Named in the wiring.
    """
    return set(purposes) <= {REOPENING} or not is_sealed(case_id)


def faults(case: Case) -> list[Fault]:
    """Return what stands against archiving a case. Seven statements."""
    wanted = bindings.binding(case.kind).materials
    closed = case.status == Case.Status.CLOSED
    return rules.faults(
        Facts(
            is_over=case.status in OVER,
            papers=set(files.of_case(case.pk).values_list("purpose", flat=True)),
            # A case that was broken off need not have come to its papers.
            wanted=[one.purpose for one in wanted] if closed else (),
            open_opinions=Opinion.objects.filter(case=case, state=Opinion.State.ASKED).count(),
            open_slips=Slip.objects.filter(case=case).exclude(state=Slip.State.CLOSED).count(),
            incidents=Wait.objects.filter(case=case, kind="incident").count(),
            reopenings=Reopening.objects.filter(case=case, confirmation__state="waiting").count(),
            broken_at=broken_at(case),
        )
    )


def broken_at(case: Case) -> int:
    """Return the first line of a case's history that does not follow from the one before.

    0 when all do and the last is the case's head.
    """
    head, last = "", 0
    for event in CaseEvent.objects.filter(case_id=case.pk).order_by("seq").iterator():
        last += 1
        entry = chain.Entry(
            case.number,
            event.seq,
            event.at,
            event.kind,
            event.node,
            event.item,
            event.actor_id,
            event.actor_label,
            event.payload,
        )
        head = chain.link(head, entry)
        if event.seq != last or event.hash != head:
            return last
    return 0 if head == case.head else last + 1


def manifest(case_id: int) -> list[list[str]]:
    """Return the papers that are sealed with a case: hash, name, purpose. One statement."""
    rows = files.of_case(case_id).values_list("sha256", "name", "purpose")
    return [list(row) for row in rows]
