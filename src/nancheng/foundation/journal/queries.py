"""Reads of the operations log."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from nancheng.foundation.journal import rules
from nancheng.foundation.journal.models import JournalEntry, JournalHead

CHUNK = 2000


def entries() -> QuerySet[JournalEntry]:
    """Return the lines, the newest first."""
    return JournalEntry.objects.order_by("-seq")


def first_fault() -> int | None:
    """Return the first line that is missing or was changed, or None if the log is whole."""
    head = JournalHead.objects.order_by("pk").first()
    return rules.first_fault(
        _lines(), last_seq=head.last_seq if head else 0, head=head.hash if head else ""
    )


def _lines() -> Iterator[tuple[rules.Line, str]]:
    for row in JournalEntry.objects.order_by("seq").iterator(CHUNK):
        yield (
            rules.Line(
                seq=row.seq,
                at=row.at,
                kind=row.kind,
                person_id=row.person_id,
                label=row.label,
                subject=row.subject,
                detail=row.detail,
                address=row.address,
            ),
            row.hash,
        )
