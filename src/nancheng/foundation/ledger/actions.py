"""The only writer of the ledger: a transfer and the sums of its two accounts, in one transaction.

Every action is told who acts and when, and carries a key: the same key again returns the transfer
that is there, the same key for something else is refused. Accounts are locked in the order of
their numbers before anything is read, so that two hands on one account wait instead of overdrawing
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from nancheng.foundation.ledger.models import Account, Transfer
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.ledger import accounts, balances, transfers
from nancheng.kernel.ledger.accounts import Kind
from nancheng.kernel.ledger.balances import Balance
from nancheng.kernel.ledger.transfers import Phase
from nancheng.kernel.refusal import Refused

KEY_MAX = 200
SUMS = ("debits_posted_fen", "debits_pending_fen", "credits_posted_fen", "credits_pending_fen")


@dataclass(frozen=True, slots=True)
class Leg:
    """One of several linked transfers: from account, to account, how much, why."""

    debit: str
    credit: str
    amount_fen: int
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands beside a transfer in the book: why, for which case, by whom, for which day."""

    reason: str
    by: str
    case_id: int | None
    booked_on: date


@transaction.atomic
def open_account(*, code: str, name: str, kind: Kind, may_go_negative: bool = False) -> Account:
    """Open an account; the same one again returns what is there.

    Raises Refused "ledger.code-unreadable", "ledger.fund-is-bounded" (account) and
    "ledger.account-differs" (account: open already with another kind or bound).
    """
    facts = accounts.Account(code, kind, may_go_negative)
    account, is_new = Account.objects.get_or_create(
        code=facts.code,
        defaults={"name": name, "kind": kind.value, "may_go_negative": may_go_negative},
    )
    if not is_new and _account_facts(account) != facts:
        raise Refused("ledger.account-differs", account=code)
    return account


@transaction.atomic
def transfer(  # noqa: PLR0913 - a transfer has this many facts, all given by name
    *,
    debit: str,
    credit: str,
    amount_fen: int,
    reason: str,
    by: Actor | None,
    at: datetime,
    key: str,
    case_id: int | None = None,
    booked_on: date | None = None,
) -> Transfer:
    """Move money at once; it is booked on the day of ``at`` unless told.

    Raises Refused "ledger.insufficient" (account, available_fen, needed_fen),
    "ledger.amount-out-of-range", "ledger.same-account", "ledger.account-unknown",
    "ledger.key-reused".
    """
    fact = transfers.move(key=key, debit=debit, credit=credit, amount_fen=amount_fen, at=at)
    return _record(fact, _entry(reason, by=by, at=at, case_id=case_id, booked_on=booked_on))


@transaction.atomic
def transfer_linked(
    legs: Sequence[Leg],
    *,
    by: Actor | None,
    at: datetime,
    key: str,
    case_id: int | None = None,
    booked_on: date | None = None,
) -> list[Transfer]:
    """Move money along several legs in their order: all of them, or none.

    Leg n is kept under the key ``<key>/<n>``, from 1. Raises as ``transfer``.
    """
    _locked({leg.debit for leg in legs} | {leg.credit for leg in legs})
    return [
        transfer(
            debit=leg.debit,
            credit=leg.credit,
            amount_fen=leg.amount_fen,
            reason=leg.reason,
            by=by,
            at=at,
            key=f"{key}/{number}",
            case_id=case_id,
            booked_on=booked_on,
        )
        for number, leg in enumerate(legs, start=1)
    ]


@transaction.atomic
def reserve(  # noqa: PLR0913 - a reservation has this many facts, all given by name
    *,
    debit: str,
    credit: str,
    amount_fen: int,
    reason: str,
    by: Actor | None,
    at: datetime,
    key: str,
    case_id: int | None = None,
    expires_at: datetime | None = None,
) -> Transfer:
    """Set money aside until it is posted, voided or, from ``expires_at`` on, expired.

    Raises as ``transfer``, and Refused "ledger.expires-before-it-begins".
    """
    fact = transfers.reserve(
        key=key,
        debit=debit,
        credit=credit,
        amount_fen=amount_fen,
        at=at,
        expires_at=expires_at,
    )
    return _record(fact, _entry(reason, by=by, at=at, case_id=case_id))


@transaction.atomic
def post(
    *,
    reservation_id: int | None,
    by: Actor | None,
    at: datetime,
    key: str,
    booked_on: date | None = None,
) -> Transfer:
    """Move the money that was set aside.

    Raises Refused "ledger.transfer-unknown", "ledger.not-a-reservation", "ledger.already-ended"
    (transfer), "ledger.reservation-expired" (expires_at), "ledger.key-reused".
    """
    return _end(reservation_id, Phase.POSTED, by=by, at=at, key=key, booked_on=booked_on)


@transaction.atomic
def void(*, reservation_id: int | None, by: Actor | None, at: datetime, key: str) -> Transfer:
    """Give back the money that was set aside. Raises as ``post``, late or not."""
    return _end(reservation_id, Phase.VOIDED, by=by, at=at, key=key)


@transaction.atomic
def expire(*, reservation_id: int | None, at: datetime, key: str) -> Transfer:
    """Give back the money of a reservation whose time is over.

    Raises as ``post``, and Refused "ledger.reservation-not-expired" (expires_at).
    """
    return _end(reservation_id, Phase.EXPIRED, by=None, at=at, key=key)


@transaction.atomic
def reverse(
    *,
    transfer_id: int | None,
    by: Actor | None,
    at: datetime,
    key: str,
    reason: str = "",
    booked_on: date | None = None,
) -> Transfer:
    """Move the money of a posted transfer back; the two stay in the book for good.

    Raises Refused "ledger.transfer-unknown", "ledger.not-posted", "ledger.already-reversed",
    "ledger.reversal-of-reversal" (transfer), "ledger.insufficient", "ledger.key-reused".
    """
    posted = _known(transfer_id)
    fact = transfers.reverse(_fact(posted), key=key, at=at)
    entry = _entry(
        reason or posted.reason, by=by, at=at, case_id=posted.case_id, booked_on=booked_on
    )
    return _record(fact, entry, reverses=posted)


def _end(
    reservation_id: int | None,
    phase: Phase,
    *,
    by: Actor | None,
    at: datetime,
    key: str,
    booked_on: date | None = None,
) -> Transfer:
    reservation = _known(reservation_id)
    repeated = Transfer.objects.filter(key=key, reservation=reservation, phase=phase.value).first()
    if repeated is not None:
        return repeated
    fact = transfers.end(_fact(reservation), phase=phase, key=key, at=at)
    entry = _entry(
        reservation.reason, by=by, at=at, case_id=reservation.case_id, booked_on=booked_on
    )
    return _record(fact, entry, reservation=reservation)


def _record(
    fact: transfers.Transfer,
    entry: Entry,
    *,
    reservation: Transfer | None = None,
    reverses: Transfer | None = None,
) -> Transfer:
    assert len(fact.key) <= KEY_MAX, fact.key
    locked = _locked({fact.debit, fact.credit})
    debit, credit = locked[fact.debit], locked[fact.credit]
    row = Transfer(
        key=fact.key,
        phase=fact.phase.value,
        debit=debit,
        credit=credit,
        amount_fen=fact.amount_fen,
        expires_at=fact.expires_at,
        reservation=reservation,
        reverses=reverses,
        case_id=entry.case_id,
        reason=entry.reason,
        booked_on=entry.booked_on,
        at=fact.at,
        by=entry.by,
    )
    # Asked under the lock: whoever came first with this key has committed by now.
    known = Transfer.objects.filter(key=fact.key).first()
    if known is not None:
        return _same(known, row)
    if reservation is not None and Transfer.objects.filter(reservation=reservation).exists():
        raise Refused("ledger.already-ended", transfer=reservation.key)
    if reverses is not None and Transfer.objects.filter(reverses=reverses).exists():
        raise Refused("ledger.already-reversed", transfer=reverses.key)
    _add(debit, balances.debited(_account_facts(debit), _balance(debit), transfer=fact))
    _add(credit, balances.credited(_balance(credit), transfer=fact))
    row.save(force_insert=True)
    return row


def _locked(codes: set[str]) -> dict[str, Account]:
    found = Account.objects.select_for_update().filter(code__in=codes).order_by("pk")
    by_code = {account.code: account for account in found}
    for code in sorted(codes):
        if code not in by_code:
            raise Refused("ledger.account-unknown", account=code)
    return by_code


def _known(transfer_id: int | None) -> Transfer:
    rows = Transfer.objects.select_related("debit", "credit", "reservation", "reverses")
    found = rows.filter(pk=transfer_id).first() if transfer_id is not None else None
    if found is None:
        raise Refused("ledger.transfer-unknown", transfer=transfer_id)
    return found


def _same(known: Transfer, row: Transfer) -> Transfer:
    fields = ("phase", "debit_id", "credit_id", "amount_fen", "expires_at", "case_id", "reason")
    references = ("reservation_id", "reverses_id")
    if any(getattr(known, name) != getattr(row, name) for name in (*fields, *references)):
        raise Refused("ledger.key-reused", key=row.key)
    return known


def _add(account: Account, balance: Balance) -> None:
    for name in SUMS:
        setattr(account, name, getattr(balance, name))
    account.save(update_fields=SUMS)


def _entry(
    reason: str,
    *,
    by: Actor | None,
    at: datetime,
    case_id: int | None,
    booked_on: date | None = None,
) -> Entry:
    assert reason, "a transfer says why"
    return Entry(reason, by.label if by else "", case_id, booked_on or localdate(at))


def _fact(row: Transfer) -> transfers.Transfer:
    return transfers.Transfer(
        row.key,
        row.debit.code,
        row.credit.code,
        row.amount_fen,
        Phase(row.phase),
        row.at,
        row.expires_at,
        row.reservation.key if row.reservation else None,
        row.reverses.key if row.reverses else None,
    )


def _account_facts(account: Account) -> accounts.Account:
    return accounts.Account(account.code, Kind(account.kind), account.may_go_negative)


def _balance(account: Account) -> Balance:
    return Balance(*(getattr(account, name) for name in SUMS))
