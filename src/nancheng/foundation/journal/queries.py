"""Reads of the operations log."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.db.models import QuerySet, Subquery

from nancheng.foundation.journal import rules
from nancheng.foundation.journal.models import JournalEntry, JournalHead

CHUNK = 2000


def entries() -> QuerySet[JournalEntry]:
    """Return the lines, the newest first."""
    return JournalEntry.objects.order_by("-seq")


def head() -> tuple[int, str]:
    """Return the number and the hash of the newest line; (0, "") if there is none."""
    found = JournalHead.objects.order_by("pk").values_list("last_seq", "hash").first()
    return found or (0, "")


def linked() -> tuple[int, str]:
    """Return how many lines there are and the hash that they come to, as they stand now."""
    count, link = 0, ""
    for line, _stored in lines():
        count, link = count + 1, rules.link(link, line)
    return count, link


def first_fault() -> int | None:
    """Return the first line that is missing or was changed, or None if the log is whole.

    Lines and head come from one statement: a line written meanwhile is no fault.
    """
    last, end = head()
    heads = JournalHead.objects.order_by("pk")
    rows = JournalEntry.objects.order_by("seq").annotate(
        last=Subquery(heads.values("last_seq")[:1]), end=Subquery(heads.values("hash")[:1])
    )
    stream = rows.iterator(CHUNK)
    first = next(stream, None)
    if first is None:
        return rules.first_fault((), last_seq=last, head=end)
    return rules.first_fault(
        map(_line, chain([first], stream)), last_seq=first.last or 0, head=first.end or ""
    )


def lines() -> Iterator[tuple[rules.Line, str]]:
    """Yield the lines, the oldest first, each with the hash beside it. One statement."""
    return map(_line, JournalEntry.objects.order_by("seq").iterator(CHUNK))


def _line(row: JournalEntry) -> tuple[rules.Line, str]:
    line = rules.Line(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        person_id=row.person_id,
        label=row.label,
        subject=row.subject,
        detail=row.detail,
        address=row.address,
    )
    return line, row.hash
