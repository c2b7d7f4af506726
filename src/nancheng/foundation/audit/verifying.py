"""Verifies what is stored: history by history, then all of them together under the roots.

Memory is bounded by the longest case, time by the number of events. Each statement reads one
snapshot and histories only grow, so that verifying beside people at work finds no false fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef

from nancheng.foundation.audit import notes, queries, rules, trees
from nancheng.foundation.audit.models import DailyRoot
from nancheng.foundation.audit.rules import Difference, Fault
from nancheng.foundation.audit.trees import Grown
from nancheng.foundation.cases import rules as numbers
from nancheng.foundation.cases.models import Case, CaseEvent, NumberSeries
from nancheng.foundation.journal import queries as journal
from nancheng.foundation.ledger import queries as ledger

LISTED_MAX = 1000
# How the operations log is called where others have a case number.
LOG = "log"
_LOST = (
    "SELECT h.case_number, h.seq, c.id FROM audit_sealedhead h"
    " LEFT JOIN cases_case c ON c.number = h.case_number"
    " LEFT JOIN cases_caseevent e ON e.case_id = c.id AND e.seq = h.seq"
    " WHERE e.hash IS NULL OR e.hash <> h.head ORDER BY h.id LIMIT %s"
)
_ORPHANS = (
    "SELECT e.case_id, min(e.seq) FROM cases_caseevent e"
    " WHERE NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = e.case_id)"
    " GROUP BY e.case_id ORDER BY e.case_id LIMIT %s"
)


@dataclass(frozen=True, slots=True)
class Looked:
    """One case looked at: how many events it has and what was wrong."""

    case_id: int
    events: int
    faults: tuple[Fault, ...]


def histories(*, since: date | None, after_case: int = 0) -> Iterator[Looked]:
    """Verify history after history; with ``since``, those that grew on or after that day."""
    for history in queries.histories(queries.touched(since=since), after_case=after_case):
        faults = tuple(rules.history_faults(history))
        yield Looked(history.case_id, len(history.lines), faults)


def together(*, since: date | None = None, noted: str = "") -> Iterator[Fault]:
    """Yield what is wrong with all histories together: cases, roots, the log, money.

    ``noted`` is a root written down elsewhere, which must be among those kept.
    """
    yield from _orphans()
    yield from _bare()
    yield from _gaps()
    yield from _lost()
    yield from _roots(since)
    yield from _log()
    proof = ledger.proof()
    for code in proof.wrong:
        yield Fault(Difference.BALANCES, detail=code)
    if proof.total_fen:
        yield Fault(Difference.BALANCES, detail=f"all accounts together: {proof.total_fen}")
    if noted and not DailyRoot.objects.filter(root=noted).exists():
        yield Fault(Difference.NOTED, detail=noted)


def _orphans() -> Iterator[Fault]:
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS, [LISTED_MAX])
        for case_id, seq in cursor.fetchall():
            yield Fault(Difference.ORPHANS, f"id {case_id}", seq)


def _bare() -> Iterator[Fault]:
    """Cases that should have a history and have none."""
    events = CaseEvent.objects.filter(case=OuterRef("pk"))
    bare = Case.objects.filter(~Exists(events), last_seq__gt=0).order_by("pk")
    for number, last in bare.values_list("number", "last_seq")[:LISTED_MAX]:
        yield Fault(Difference.MISSING, number, 1, f"– #{last}")


def _gaps() -> Iterator[Fault]:
    """Numbers are counted without gaps, so that a case which is gone leaves one."""
    for series, last in NumberSeries.objects.order_by("series").values_list("series", "last"):
        there = Case.objects.filter(number__startswith=f"{series}-")
        if there.count() >= last:
            continue
        prefix, _, year = series.rpartition("-")
        given = set(there.values_list("number", flat=True))
        for serial in range(1, last + 1):
            number = numbers.number(prefix=prefix, year=int(year), serial=serial)
            if number not in given:
                yield Fault(Difference.CASE, number)


def _lost() -> Iterator[Fault]:
    with connection.cursor() as cursor:
        cursor.execute(_LOST, [LISTED_MAX])
        for number, seq, case_id in cursor.fetchall():
            if case_id is None:
                yield Fault(Difference.CASE, number, detail=f"sealed up to #{seq}")
            else:
                yield Fault(Difference.SEALED, number, seq)


def _roots(since: date | None) -> Iterator[Fault]:
    """Check each root against the one before, what it seals, and what was noted of it."""
    before: DailyRoot | None = None
    noted = notes.read()
    for root in DailyRoot.objects.order_by("number").iterator():
        if not _follows(before, root):
            yield Fault(Difference.ROOT, detail=_name(root))
        elif since is None or root.day >= since:
            yield from _content(before, root)
        if noted.pop(root.number, root.root) != root.root:
            yield Fault(Difference.NOTED, detail=_name(root))
        before = root
    for number in noted:
        yield Fault(Difference.NOTED, detail=f"root {number} is gone")


def _log() -> Iterator[Fault]:
    """Check the operations log against itself, then against what the roots sealed of it."""
    if (seq := journal.first_fault()) is not None:
        yield Fault(Difference.JOURNAL, LOG, seq)
    sealed = 0
    for root, now in queries.roots_beside_log():
        if now != root.journal or root.journal_to < sealed:
            detail = f"{_name(root)}, #{sealed + 1} – #{root.journal_to}"
            yield Fault(Difference.JOURNAL_SEALED, LOG, sealed + 1, detail)
            return
        sealed = root.journal_to


def _follows(before: DailyRoot | None, root: DailyRoot) -> bool:
    number, link = (before.number, before.root) if before else (0, "")
    right = queries.sealed(root).root
    return (root.number, root.before, root.root) == (number + 1, link, right)


def _content(before: DailyRoot | None, root: DailyRoot) -> Iterator[Fault]:
    grown = trees.grow(queries.leaves(root))
    cases, events = (before.cases, before.events) if before else (0, 0)
    if grown != Grown(root.tree, root.leaves, root.cases - cases, root.events - events):
        yield Fault(Difference.ROOT, detail=_name(root))
    book = queries.book_of(before)
    rows = queries.transfers(after=book.transfers_to, upto=root.transfers_to)
    if rules.booked(book, rows) != queries.book_of(root):
        yield Fault(Difference.TRANSFERS, detail=_name(root))


def _name(root: DailyRoot) -> str:
    return f"root {root.number} of {root.day}"
