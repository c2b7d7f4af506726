"""Transfers: one amount from one account to another, in one phase or in two.

A transfer is a fact and is never changed. A reservation is a pending transfer; exactly one later
transfer ends it, by posting, voiding or expiring it, and carries the same accounts and amount. A
correction is a transfer the other way that names the one it reverses. An unbalanced entry cannot be
built, because a transfer has both of its sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nancheng.kernel.ledger.fen import FEN_MAX, Fen
from nancheng.kernel.refusal import Refused


class Phase(StrEnum):
    """What a transfer does to the money."""

    PENDING = "pending"  # reserves it
    POSTED = "posted"  # moves it, reserved before or not
    VOIDED = "voided"  # gives a reservation back
    EXPIRED = "expired"  # gives it back because its time is over


ENDINGS = frozenset({Phase.POSTED, Phase.VOIDED, Phase.EXPIRED})


@dataclass(frozen=True, slots=True)
class Transfer:
    """One fact of the ledger.

    ``debit`` is the account the money leaves, ``credit`` the one it reaches. ``key`` makes it
    unique: the same key is the same transfer. ``expires_at`` is a reservation's end, exclusive.
    ``ends`` is the key of the reservation this transfer ends, ``reverses`` that of the posted
    transfer it undoes.

    Raises Refused "ledger.amount-out-of-range" (amount_fen), "ledger.same-account" (account).
    """

    key: str
    debit: str
    credit: str
    amount_fen: Fen
    phase: Phase
    at: datetime
    expires_at: datetime | None = None
    ends: str | None = None
    reverses: str | None = None

    def __post_init__(self) -> None:
        assert self.key, self
        assert self.at.tzinfo is not None, self
        assert self.expires_at is None or self.phase is Phase.PENDING, self
        assert self.ends is None or self.phase in ENDINGS, self
        assert self.ends is not None or self.phase in (Phase.PENDING, Phase.POSTED), self
        assert self.reverses is None or (self.phase is Phase.POSTED and self.ends is None), self
        if not 0 < self.amount_fen <= FEN_MAX:
            raise Refused("ledger.amount-out-of-range", amount_fen=self.amount_fen)
        if self.debit == self.credit:
            raise Refused("ledger.same-account", account=self.debit)


def move(*, key: str, debit: str, credit: str, amount_fen: Fen, at: datetime) -> Transfer:
    """Return a transfer that moves money at once."""
    return Transfer(key, debit, credit, amount_fen, Phase.POSTED, at)


def reserve(
    *,
    key: str,
    debit: str,
    credit: str,
    amount_fen: Fen,
    at: datetime,
    expires_at: datetime | None = None,
) -> Transfer:
    """Return a transfer that reserves money; ``expires_at`` must be later than ``at``.

    Raises Refused "ledger.expires-before-it-begins".
    """
    if expires_at is not None and expires_at <= at:
        raise Refused("ledger.expires-before-it-begins", expires_at=expires_at)
    return Transfer(key, debit, credit, amount_fen, Phase.PENDING, at, expires_at)


def end(reservation: Transfer, *, phase: Phase, key: str, at: datetime) -> Transfer:
    """Return the transfer that posts, voids or expires a reservation.

    Raises Refused "ledger.not-a-reservation" (transfer), "ledger.reservation-expired" (expires_at:
    posting too late), "ledger.reservation-not-expired" (expires_at: expiring too early).
    """
    assert phase in ENDINGS, phase
    if reservation.phase is not Phase.PENDING:
        raise Refused("ledger.not-a-reservation", transfer=reservation.key)
    expires_at = reservation.expires_at
    over = expires_at is not None and at >= expires_at
    if over and phase is Phase.POSTED:
        raise Refused("ledger.reservation-expired", expires_at=expires_at)
    if not over and phase is Phase.EXPIRED:
        raise Refused("ledger.reservation-not-expired", expires_at=expires_at)
    return Transfer(
        key,
        reservation.debit,
        reservation.credit,
        reservation.amount_fen,
        phase,
        at,
        ends=reservation.key,
    )


def reverse(posted: Transfer, *, key: str, at: datetime) -> Transfer:
    """Return the transfer that undoes a posted one by moving the amount back.

    Raises Refused "ledger.not-posted" (transfer), "ledger.reversal-of-reversal" (transfer): book a
    new transfer instead.
    """
    if posted.phase is not Phase.POSTED:
        raise Refused("ledger.not-posted", transfer=posted.key)
    if posted.reverses is not None:
        raise Refused("ledger.reversal-of-reversal", transfer=posted.key)
    return Transfer(
        key, posted.credit, posted.debit, posted.amount_fen, Phase.POSTED, at, reverses=posted.key
    )
