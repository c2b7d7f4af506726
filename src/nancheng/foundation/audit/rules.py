"""What an intact history looks like, and what differs when it is not. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from nancheng.foundation.audit import trees
from nancheng.foundation.cases import chain

VIEW = "audit.view"
# Our choice: in a longer case the search for a row's first place would take too long.
SEARCHED_MAX = 200


class Difference(StrEnum):
    """What differs from an intact history."""

    CHANGED = "changed"  # the content of a row is not what its hash covers
    HASH = "hash"  # the content is right, the hash beside it is not
    MISSING = "missing"  # a row that must be there is not
    REORDERED = "reordered"  # a row stands at another's place
    HEAD = "head"  # the case row names another newest hash than the history
    SEALED = "sealed"  # an event that a root sealed is gone or another
    CASE = "case"  # a whole case is gone: its number was given
    ORPHANS = "orphans"  # events are left of a case that is gone
    ROOT = "root"  # a root is not that of what it seals
    TRANSFERS = "transfers"  # the transfers under a root are not those sealed
    BALANCES = "balances"  # an account's sums are not those of its transfers
    JOURNAL = "journal"  # a line of the operations log is gone or was changed
    JOURNAL_SEALED = "journal-sealed"  # the log is not the one that a root sealed
    NOTED = "noted"  # a root differs from the one noted outside the database


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that is not as it was written: of which case, which event, what differs."""

    difference: Difference
    case: str = ""
    seq: int = 0
    detail: str = ""

    def __str__(self) -> str:
        where = f"{self.case} #{self.seq}" if self.seq else self.case
        return " ".join(part for part in (where, self.difference.value, self.detail) if part)


@dataclass(frozen=True, slots=True)
class Line:
    """An event as it is stored: what its hash covers, and the hash."""

    entry: chain.Entry
    hash: str


@dataclass(frozen=True, slots=True)
class History:
    """All events of one case, and what the case row says of them."""

    case_id: int
    number: str
    last_seq: int
    head: str
    lines: tuple[Line, ...]


def history_faults(history: History) -> Iterator[Fault]:
    """Yield what is wrong with one case's history, the first bad row first."""
    before: str | None = ""
    expected = 1
    for place, line in enumerate(history.lines):
        seq = line.entry.seq
        if seq != expected:
            yield _missing(history.number, expected, seq - 1)
            before = None
        made = line.hash if before is None else chain.link(before, line.entry)
        before = line.hash
        if made != line.hash:
            fault = _differs(history, place, made)
            before = made if fault.difference is Difference.HASH else line.hash
            yield fault
        expected = seq + 1
    if history.last_seq >= expected:
        yield _missing(history.number, expected, history.last_seq)
    elif history.last_seq != expected - 1 or history.head != before:
        yield Fault(Difference.HEAD, history.number, expected - 1)


def _missing(number: str, first: int, last: int) -> Fault:
    return Fault(Difference.MISSING, number, first, f"– #{last}" if last > first else "")


def _differs(history: History, place: int, made: str) -> Fault:
    """Say why a line's hash is not that of its content after the hash before it."""
    line, following = history.lines[place], history.lines[place + 1 : place + 2]
    number, seq = history.number, line.entry.seq
    fits = chain.link(made, following[0].entry) == following[0].hash if following else False
    if fits or (not following and made == history.head):
        return Fault(Difference.HASH, number, seq)
    if (was := _first_place(history.lines, line)) is not None:
        return Fault(Difference.REORDERED, number, seq, f"← #{was}")
    return Fault(Difference.CHANGED, number, seq)


def _first_place(lines: Sequence[Line], line: Line) -> int | None:
    """Return the place at which a line's content and hash fit, if it is another than its own."""
    if len(lines) > SEARCHED_MAX:
        return None
    hashes = ["", *(each.hash for each in lines)]
    for seq in range(1, len(lines) + 1):
        entry = replace(line.entry, seq=seq)
        if seq != line.entry.seq and any(chain.link(h, entry) == line.hash for h in hashes):
            return seq
    return None


@dataclass(frozen=True, slots=True)
class Money:
    """A transfer as a root covers it; other rows are named by what survives a move: code, key."""

    key: str
    phase: str
    debit: str
    credit: str
    amount_fen: int
    expires_at: str
    reservation: str
    reverses: str
    case: str
    reason: str
    booked_on: str
    at: str
    by: str


MONEY = tuple(Money.__dataclass_fields__)


def money_link(before: str, money: Money) -> str:
    """Return the hash of a transfer that follows the hash ``before`` ("" for the first)."""
    covered = [before, *(getattr(money, name) for name in MONEY)]
    return hashlib.sha256(trees.text(covered).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Book:
    """The transfers up to one: how many, which is the last, what was posted, the newest hash."""

    transfers: int = 0
    transfers_to: int = 0
    posted_fen: int = 0
    ledger: str = ""


def booked(book: Book, rows: Iterable[tuple[int, Money]]) -> Book:
    """Return the book after more transfers, each with its number."""
    transfers, upto, posted, link = book.transfers, book.transfers_to, book.posted_fen, book.ledger
    for identity, money in rows:
        transfers, upto, link = transfers + 1, identity, money_link(link, money)
        posted += money.amount_fen if money.phase == "posted" else 0
    return Book(transfers, upto, posted, link)
