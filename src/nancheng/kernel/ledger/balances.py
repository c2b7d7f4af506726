"""Balances: what the transfers of an account add up to, and the bound they must keep.

Four sums that only transfers change. Pending debits are spoken for, so they count against what is
available; pending credits are hopes, so they do not count for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from nancheng.kernel.ledger.accounts import Account
from nancheng.kernel.ledger.fen import Fen
from nancheng.kernel.ledger.transfers import Phase, Transfer
from nancheng.kernel.refusal import Refused


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of one account, in fen; each is never below zero."""

    debits_posted_fen: Fen = 0
    debits_pending_fen: Fen = 0
    credits_posted_fen: Fen = 0
    credits_pending_fen: Fen = 0

    @property
    def posted_fen(self) -> Fen:
        """Return what is in the account."""
        return self.credits_posted_fen - self.debits_posted_fen

    @property
    def available_fen(self) -> Fen:
        """Return what may still be spent: what is there less what is reserved."""
        return self.posted_fen - self.debits_pending_fen


NOTHING = Balance()


def debited(account: Account, balance: Balance, *, transfer: Transfer) -> Balance:
    """Return the balance of the account the money leaves, after a transfer.

    Raises Refused "ledger.insufficient" (account, available_fen, needed_fen).
    """
    posted_fen, pending_fen = _change(transfer)
    after = Balance(
        balance.debits_posted_fen + posted_fen,
        balance.debits_pending_fen + pending_fen,
        balance.credits_posted_fen,
        balance.credits_pending_fen,
    )
    assert after.debits_pending_fen >= 0, transfer
    takes_fen = posted_fen + pending_fen
    if takes_fen > 0 and not account.may_go_negative and after.available_fen < 0:
        raise Refused(
            "ledger.insufficient",
            account=account.code,
            available_fen=balance.available_fen,
            needed_fen=takes_fen,
        )
    return after


def credited(balance: Balance, *, transfer: Transfer) -> Balance:
    """Return the balance of the account the money reaches, after a transfer."""
    posted_fen, pending_fen = _change(transfer)
    after = Balance(
        balance.debits_posted_fen,
        balance.debits_pending_fen,
        balance.credits_posted_fen + posted_fen,
        balance.credits_pending_fen + pending_fen,
    )
    assert after.credits_pending_fen >= 0, transfer
    return after


def _change(transfer: Transfer) -> tuple[Fen, Fen]:
    """Return by how much a transfer raises the posted and the pending sum of both its sides."""
    amount_fen = transfer.amount_fen
    if transfer.phase is Phase.PENDING:
        return 0, amount_fen
    released_fen = -amount_fen if transfer.ends is not None else 0
    return (amount_fen if transfer.phase is Phase.POSTED else 0), released_fen
