"""A book: accounts, the transfers recorded so far, and the balances that follow from them.

Values only: recording returns a new book, so a refused transfer, or one refused among several
linked ones, has changed nothing. The tables of the platform keep the same rules; this is what they
are measured against, and what simulations run on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from nancheng.kernel.ledger import balances
from nancheng.kernel.ledger.accounts import Account
from nancheng.kernel.ledger.balances import NOTHING, Balance
from nancheng.kernel.ledger.transfers import Transfer
from nancheng.kernel.refusal import Refused


@dataclass(frozen=True, slots=True)
class Book:
    """Everything a ledger knows: accounts and balances by code, transfers by key, what is ended.

    ``ended`` holds the keys of reservations that are over, ``reversed`` those of posted transfers
    that were undone.
    """

    accounts: Mapping[str, Account] = field(default_factory=dict)
    balances: Mapping[str, Balance] = field(default_factory=dict)
    transfers: Mapping[str, Transfer] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()
    reversed: frozenset[str] = frozenset()


def opened(accounts: Iterable[Account]) -> Book:
    """Return an empty book of these accounts. Raises Refused "ledger.account-twice" (account)."""
    by_code: dict[str, Account] = {}
    for account in accounts:
        if account.code in by_code:
            raise Refused("ledger.account-twice", account=account.code)
        by_code[account.code] = account
    return Book(accounts=by_code, balances=dict.fromkeys(by_code, NOTHING))


def record(book: Book, transfer: Transfer) -> Book:
    """Return the book after one transfer; the same transfer again changes nothing.

    Raises Refused "ledger.key-reused" (key: same key, other content), "ledger.account-unknown"
    (account), "ledger.transfer-unknown" (transfer), "ledger.already-ended" (transfer),
    "ledger.already-reversed" (transfer), "ledger.insufficient" (account, available_fen,
    needed_fen).
    """
    known = book.transfers.get(transfer.key)
    if known is not None:
        if known != transfer:
            raise Refused("ledger.key-reused", key=transfer.key)
        return book
    _check_references(book, transfer)
    debit, credit = _account(book, transfer.debit), _account(book, transfer.credit)
    changed = {
        debit.code: balances.debited(debit, book.balances[debit.code], transfer=transfer),
        credit.code: balances.credited(book.balances[credit.code], transfer=transfer),
    }
    return Book(
        accounts=book.accounts,
        balances={**book.balances, **changed},
        transfers={**book.transfers, transfer.key: transfer},
        ended=book.ended | ({transfer.ends} if transfer.ends else set()),
        reversed=book.reversed | ({transfer.reverses} if transfer.reverses else set()),
    )


def record_all(book: Book, linked: Iterable[Transfer]) -> Book:
    """Return the book after linked transfers: all of them in this order, or, refused, none."""
    return reduce(record, linked, book)


def _account(book: Book, code: str) -> Account:
    account = book.accounts.get(code)
    if account is None:
        raise Refused("ledger.account-unknown", account=code)
    return account


def _check_references(book: Book, transfer: Transfer) -> None:
    if transfer.ends is not None:
        reservation = _transfer(book, transfer.ends)
        if transfer.ends in book.ended:
            raise Refused("ledger.already-ended", transfer=transfer.ends)
        assert _facts(reservation) == _facts(transfer), transfer
    if transfer.reverses is not None:
        posted = _transfer(book, transfer.reverses)
        if transfer.reverses in book.reversed:
            raise Refused("ledger.already-reversed", transfer=transfer.reverses)
        assert (posted.credit, posted.debit) == (transfer.debit, transfer.credit), transfer
        assert posted.amount_fen == transfer.amount_fen, transfer


def _transfer(book: Book, key: str) -> Transfer:
    transfer = book.transfers.get(key)
    if transfer is None:
        raise Refused("ledger.transfer-unknown", transfer=key)
    return transfer


def _facts(transfer: Transfer) -> tuple[str, str, int]:
    return transfer.debit, transfer.credit, transfer.amount_fen
