"""The only writer of limit rules, office hours, notices and the journal of moved dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from nancheng.foundation.limits.models import (
    CalendarNotice,
    ClockMove,
    Correction,
    LimitRule,
    MissingYear,
    OfficeHours,
    Reprojection,
)
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused


@dataclass(frozen=True, slots=True)
class Proposal:
    """A notice as somebody proposes to load it; the rows are checked."""

    year: int
    number: str
    rows: Sequence[Mapping[str, str]]


def put_rules(rules: Iterable[Mapping[str, Any]]) -> int:
    """Keep versions of rules; those that are known stay as they are. Return how many are new."""
    known = set(LimitRule.objects.values_list("code", "valid_from"))
    new = [LimitRule(**rule) for rule in rules if (rule["code"], rule["valid_from"]) not in known]
    LimitRule.objects.bulk_create(new)
    return len(new)


def put_hours(*, department_id: int, valid_from: date, hours: str, source: str) -> OfficeHours:
    """Set a department's office hours from a day on."""
    row, _new = OfficeHours.objects.update_or_create(
        department_id=department_id,
        valid_from=valid_from,
        defaults={"hours": hours, "source": source},
    )
    return row


def propose(proposal: Proposal, *, label: str, at: datetime, key: str) -> CalendarNotice:
    """Keep a notice that somebody proposes; the same key again returns the first."""
    row, _new = CalendarNotice.objects.get_or_create(
        key=key,
        defaults={
            "year": proposal.year,
            "number": proposal.number,
            "rows": [dict(row) for row in proposal.rows],
            "proposed_at": at,
            "proposed_label": label,
        },
    )
    return row


def put_before(*, notice_id: int, confirmation_id: int) -> None:
    """Note which confirmation decides about a notice."""
    CalendarNotice.objects.filter(pk=notice_id).update(confirmation_id=confirmation_id)


def apply_notice(*, notice_id: int, versions: str, label: str, at: datetime) -> None:
    """Note that a notice is in force. Raises ``Refused`` when it already is."""
    waiting = CalendarNotice.objects.filter(pk=notice_id, applied_at__isnull=True)
    if not waiting.update(versions=versions, applied_label=label, applied_at=at):
        raise Refused("limits.no-such-notice")


def open_reprojection(
    *, reason: str, since: date, total: int, by_label: str, at: datetime, notice_id: int | None
) -> Reprojection:
    """Begin the work of moving running clocks; nothing to move is finished at once."""
    return Reprojection.objects.create(
        notice_id=notice_id,
        reason=reason,
        since=since,
        total=total,
        by_label=by_label,
        started_at=at,
        finished_at=None if total else at,
    )


def locked_reprojection(*, reprojection_id: int) -> Reprojection | None:
    """Take the work under its lock, if it is still to do; in the caller's transaction."""
    rows = Reprojection.objects.select_for_update()
    return rows.filter(pk=reprojection_id, finished_at__isnull=True).first()


def note_batch(
    *,
    reprojection_id: int,
    after: tuple[int, int],
    seen: int,
    moved: int,
    kept: int,
    finished_at: datetime | None,
) -> None:
    """Note how far the work has come among clocks and timers, in the transaction of the batch."""
    Reprojection.objects.filter(pk=reprojection_id).update(
        after_clock=after[0],
        after_wait=after[1],
        seen=F("seen") + seen,
        moved=F("moved") + moved,
        kept=F("kept") + kept,
        finished_at=finished_at,
    )


def journal(moves: Iterable[ClockMove]) -> None:
    """Keep what moved, in the transaction that moved it. One statement."""
    ClockMove.objects.bulk_create(moves)


def ask(
    *, case_id: int, task_id: int, mode: str, missing: str, by: Actor, at: datetime
) -> Correction:
    """Keep a request to correct papers. Raises ``Refused`` while another one is open."""
    if Correction.objects.filter(task_id=task_id, received_at__isnull=True).exists():
        raise Refused("limits.correction-open")
    return Correction.objects.create(
        case_id=case_id,
        task_id=task_id,
        mode=mode,
        missing=missing,
        asked_at=at,
        asked_by_id=by.identity_id,
    )


def receive(*, task_id: int, by: Actor | None, at: datetime) -> Correction:
    """Note that the corrected papers came. Raises ``Refused`` when none are awaited."""
    row = Correction.objects.filter(task_id=task_id, received_at__isnull=True).first()
    if row is None:
        raise Refused("limits.no-correction")
    row.received_at, row.received_by_id = at, by.identity_id if by else None
    Correction.objects.filter(pk=row.pk).update(received_at=at, received_by_id=row.received_by_id)
    return row


@transaction.atomic
def put_missing(rows: Sequence[MissingYear]) -> None:
    """Keep what lacks a notice today in place of what did yesterday. Two statements."""
    MissingYear.objects.all().delete()
    MissingYear.objects.bulk_create(rows)
