"""Reads of the audit: what to seal next, roots, verifications, and whole histories in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from nancheng.foundation.audit import rules, trees
from nancheng.foundation.audit.models import DailyRoot, SealedHead, Verification
from nancheng.foundation.audit.rules import Book, History, Line, Money
from nancheng.foundation.audit.trees import Leaf, Sealed
from nancheng.foundation.cases import chain
from nancheng.foundation.cases.models import Case, CaseEvent
from nancheng.foundation.journal import queries as journal
from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.ledger.models import Transfer

CHUNK = 2000
# A chain is sealed anew when it is longer than what any root has sealed of it.
_UNSEALED = (
    "SELECT c.number, coalesce((SELECT max(h.seq) FROM audit_sealedhead h"
    " WHERE h.case_number = c.number), 0), c.last_seq, c.head FROM cases_case c"
    " WHERE c.last_seq > 0 AND NOT EXISTS (SELECT 1 FROM audit_sealedhead h"
    " WHERE h.case_number = c.number AND h.seq >= c.last_seq) ORDER BY c.id LIMIT %s"
)


def newest_root() -> DailyRoot | None:
    """Return the newest root."""
    return DailyRoot.objects.order_by("-number").first()


def last_roots(*, most: int) -> list[DailyRoot]:
    """Return the newest roots. One statement."""
    return list(DailyRoot.objects.order_by("-number")[:most])


def last_verifications(*, most: int) -> list[Verification]:
    """Return the newest verifications. One statement."""
    return list(Verification.objects.order_by("-id")[:most])


def sealed(root: DailyRoot) -> Sealed:
    """Return what a root's hash covers."""
    return Sealed(
        before=root.before,
        number=root.number,
        day=root.day.isoformat(),
        sealed_at=chain.moment(root.sealed_at),
        leaves=root.leaves,
        tree=root.tree,
        cases=root.cases,
        events=root.events,
        transfers=root.transfers,
        transfers_to=root.transfers_to,
        posted_fen=root.posted_fen,
        ledger=root.ledger,
        journal_to=root.journal_to,
        journal=root.journal,
    )


@dataclass(frozen=True, slots=True)
class Present:
    """What everything comes to at this moment: equal on both sides of a backup."""

    root: str
    tree: str
    cases: int
    events: int
    transfers: int
    posted_fen: int
    ledger: str
    journal_to: int
    journal: str


def present() -> Present:
    """Return the newest root, and what all chains and transfers come to as they stand now."""
    newest = newest_root()
    chains = Case.objects.order_by("pk").values_list("number", "last_seq", "head")
    grown = trees.grow(
        Leaf(number, 0, seq, head) for number, seq, head in chains.iterator(chunk_size=CHUNK)
    )
    book = rules.booked(Book(), transfers(after=0, upto=1 << 62))
    journal_to, link = journal.linked()
    return Present(
        newest.root if newest else "",
        grown.tree,
        grown.cases,
        grown.events,
        book.transfers,
        book.posted_fen,
        book.ledger,
        journal_to,
        link,
    )


def leaves(root: DailyRoot) -> Iterator[Leaf]:
    """Yield the chains that a root sealed, in the order of its tree. One statement."""
    heads = SealedHead.objects.filter(root=root).order_by("id")
    rows = heads.values_list("case_number", "since", "seq", "head")
    for row in rows.iterator(chunk_size=CHUNK):
        yield Leaf(*row)


def roots_beside_log() -> Iterator[tuple[DailyRoot, str | None]]:
    """Yield the roots that seal the log, each with what the log now says there. One statement."""
    line = JournalEntry.objects.filter(seq=OuterRef("journal_to")).values("hash")[:1]
    rows = DailyRoot.objects.filter(journal_to__gt=0).annotate(now=Subquery(line))
    for root in rows.order_by("number").iterator(chunk_size=CHUNK):
        yield root, root.now


def heads(root_number: int) -> QuerySet[SealedHead] | None:
    """Return the heads that the root of a number seals, for a list; None without such a root."""
    if not DailyRoot.objects.filter(number=root_number).exists():
        return None
    return SealedHead.objects.filter(root__number=root_number)


def heads_by_id(ids: list[int]) -> QuerySet[SealedHead]:
    """Return some heads."""
    return SealedHead.objects.filter(pk__in=ids)


def unsealed(*, most: int) -> list[Leaf]:
    """Return chains that grew since they were sealed last, by case number. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [most])
        return sorted((Leaf(*row) for row in cursor.fetchall()), key=lambda leaf: leaf.case)


def book_of(root: DailyRoot | None) -> Book:
    """Return the ledger as a root sealed it."""
    if root is None:
        return Book()
    return Book(root.transfers, root.transfers_to, root.posted_fen, root.ledger)


def transfers(*, after: int, upto: int, most: int | None = None) -> Iterator[tuple[int, Money]]:
    """Yield transfers in the order of their numbers, as roots cover them. One statement."""
    rows = (
        Transfer.objects.filter(pk__gt=after, pk__lte=upto)
        .order_by("pk")
        .values_list(
            "pk",
            "key",
            "phase",
            "debit__code",
            "credit__code",
            "amount_fen",
            "expires_at",
            "reservation__key",
            "reverses__key",
            "case__number",
            "reason",
            "booked_on",
            "at",
            "by",
        )
    )
    for row in rows[:most] if most else rows.iterator(chunk_size=CHUNK):
        yield row[0], _money(row[1:])


def _money(row: tuple[Any, ...]) -> Money:
    key, phase, debit, credit, amount, expires, held, reverses, case, reason, on, at, by = row
    return Money(
        key,
        phase,
        debit,
        credit,
        amount,
        chain.moment(expires) if expires else "",
        held or "",
        reverses or "",
        case or "",
        reason,
        on.isoformat(),
        chain.moment(at),
        by,
    )


def touched(*, since: date | None, until: date | None = None) -> QuerySet[Case]:
    """Return the cases with an event in a period, both days included; all without one."""
    if since is None and until is None:
        return Case.objects.all()
    events = CaseEvent.objects.filter(case=OuterRef("pk"))
    if since is not None:
        events = events.filter(at__gte=_midnight(since))
    if until is not None:
        events = events.filter(at__lt=_midnight(date.fromordinal(until.toordinal() + 1)))
    return Case.objects.filter(Exists(events))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())


def histories(cases: QuerySet[Case], *, after_case: int = 0) -> Iterator[History]:
    """Yield the whole histories of cases that have one, by case. One statement."""
    wanted = cases.filter(pk__gt=after_case)
    rows = CaseEvent.objects.filter(case_id__gt=after_case)
    if cases.query.where:
        rows = rows.filter(case__in=wanted)
    found = rows.order_by("case_id", "seq", "id").values_list(
        "case_id",
        "case__number",
        "case__last_seq",
        "case__head",
        "seq",
        "at",
        "kind",
        "node",
        "item",
        "actor_id",
        "actor_label",
        "payload",
        "hash",
    )
    for (case_id, number, last_seq, head), events in groupby(
        found.iterator(chunk_size=CHUNK), key=lambda row: row[:4]
    ):
        lines = tuple(Line(chain.Entry(number, *event[4:12]), event[12]) for event in events)
        yield History(case_id, number, last_seq, head, lines)
