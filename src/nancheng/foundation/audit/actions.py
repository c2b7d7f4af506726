"""The only writer of roots and verifications."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Q
from django.utils.timezone import localdate

from nancheng.foundation.audit import notes, queries, rules, trees, verifying
from nancheng.foundation.audit.models import DailyRoot, SealedHead, Verification
from nancheng.foundation.audit.rules import Book, Fault
from nancheng.foundation.journal import queries as journal
from nancheng.foundation.ledger.models import Transfer
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

# What one root takes in: a first root over a grown database comes in several, one a sweep.
LEAVES_MAX = 50_000
TRANSFERS_MAX = 100_000
FAULTS_KEPT = 100
# A sweep verifies this many events, about a second's work, and lets the other jobs run.
EVENTS_A_SWEEP = 50_000
LEASE = timedelta(minutes=5)


def seal(*, at: datetime) -> DailyRoot | None:
    """Seal every chain and transfer not yet under a root; None if another hand was faster.

    What is sealed is read before the transaction: it is committed and never changes, and nobody
    at work waits while it is hashed.
    """
    before = queries.newest_root()
    grown = queries.unsealed(most=LEAVES_MAX)
    book = _book(queries.book_of(before))
    journal_to, link = journal.head()
    added = trees.grow(grown)
    root = DailyRoot(
        number=before.number + 1 if before else 1,
        day=localdate(at),
        sealed_at=at,
        before=before.root if before else "",
        leaves=added.leaves,
        tree=added.tree,
        cases=(before.cases if before else 0) + added.cases,
        events=(before.events if before else 0) + added.events,
        transfers=book.transfers,
        transfers_to=book.transfers_to,
        posted_fen=book.posted_fen,
        ledger=book.ledger,
        journal_to=journal_to,
        journal=link,
    )
    root.root = queries.sealed(root).root
    try:
        with transaction.atomic():
            root.save(force_insert=True)
            SealedHead.objects.bulk_create(
                [
                    SealedHead(
                        root=root, case_number=one.case, since=one.since, seq=one.seq, head=one.head
                    )
                    for one in grown
                ],
                batch_size=500,
            )
    except IntegrityError:
        return None
    notes.write(root.number, day=root.day.isoformat(), root=root.root)
    return root


def _book(book: Book) -> Book:
    rows = queries.transfers(after=book.transfers_to, upto=_settled(), most=TRANSFERS_MAX)
    return rules.booked(book, rows)


def _settled() -> int:
    """Return the last transfer up to which no other can appear any more.

    PostgreSQL gives numbers before it commits: for a moment the lock waits for those who write.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                cursor.execute("LOCK TABLE ledger_transfer IN SHARE MODE")
        return Transfer.objects.aggregate(last=Max("pk"))["last"] or 0


def ask(*, since: date | None, by: Actor, at: datetime) -> Verification:
    """Ask the jobs for a verification. Raises ``Refused`` while one is under way."""
    if not by.verbs.get(rules.VIEW):
        raise Refused("people.not-allowed", post=by.post_name)
    if Verification.objects.filter(finished_at__isnull=True).exists():
        raise Refused("audit.under-way")
    return Verification.objects.create(
        asked_at=at,
        asked_by=by.label,
        since=since,
        cases_all=queries.touched(since=since).count(),
    )


def go_on(*, at: datetime) -> int:
    """Go on with the verification that was asked for; return how many events were looked at."""
    found = Verification.objects.filter(finished_at__isnull=True).order_by("id").first()
    if found is None:
        return 0
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    mine = Verification.objects.filter(free, pk=found.pk, finished_at__isnull=True)
    if not mine.update(leased_until=at + LEASE):
        return 0
    seen = _look(found)
    if not seen:
        _finish(found, at)
    found.leased_until = None
    found.save()
    return max(seen, 1)


def _look(found: Verification) -> int:
    events = 0
    for looked in verifying.histories(since=found.since, after_case=found.after_case):
        found.after_case = max(found.after_case, looked.case_id)
        found.cases_seen += 1
        events += looked.events or 1
        found.events_seen += looked.events
        for fault in looked.faults:
            _keep(found, fault)
        if events >= EVENTS_A_SWEEP:
            break
    return events


def _finish(found: Verification, at: datetime) -> None:
    for fault in verifying.together(since=found.since):
        _keep(found, fault)
    newest = queries.newest_root()
    found.root = newest.root if newest else ""
    found.finished_at = at


def _keep(found: Verification, fault: Fault) -> None:
    found.fault_count += 1
    if len(found.faults) < FAULTS_KEPT:
        found.faults.append([fault.difference.value, fault.case, fault.seq, fault.detail])
