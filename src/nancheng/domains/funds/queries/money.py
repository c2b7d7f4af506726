"""Where bond money is: read from the ledger, so that every page agrees to the fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nancheng.domains.funds.rules.facts import AllocationStanding
from nancheng.foundation.ledger import queries as ledger


@dataclass(frozen=True, slots=True)
class Money:
    """One allocation's or project's money in fen, on its way from the bond to the payee."""

    due_fen: int = 0
    available_fen: int = 0
    reserved_fen: int = 0
    paid_fen: int = 0

    @property
    def arrived_fen(self) -> int:
        """Return what arrived, whatever became of it."""
        return self.available_fen + self.reserved_fen + self.paid_fen

    @property
    def unpaid_fen(self) -> int:
        """Return what arrived and was not paid: it costs interest and grows old."""
        return self.available_fen + self.reserved_fen

    def plus(self, other: Money) -> Money:
        """Return the sum of two."""
        return Money(
            self.due_fen + other.due_fen,
            self.available_fen + other.available_fen,
            self.reserved_fen + other.reserved_fen,
            self.paid_fen + other.paid_fen,
        )


NO_MONEY = Money()


def bond_account(bond_id: int) -> str:
    """Return the account of a bond's investors: where its money comes from."""
    return f"funds/bond/{bond_id}"


def due_account(allocation_id: int) -> str:
    """Return the account of what was allocated and has not arrived."""
    return f"funds/due/{allocation_id}"


def pot_account(allocation_id: int) -> str:
    """Return the account of what arrived and was not paid; it never goes below zero."""
    return f"funds/pot/{allocation_id}"


def paid_account(allocation_id: int) -> str:
    """Return the account of what reached the payees."""
    return f"funds/paid/{allocation_id}"


def by_allocation(allocation_ids: Iterable[int]) -> Mapping[int, Money]:
    """Return where each allocation's money is. One statement."""
    ids = list(allocation_ids)
    makers = (due_account, pot_account, paid_account)
    found = ledger.balances([maker(one) for one in ids for maker in makers])
    made = {}
    for one in ids:
        due, pot, paid = (found[maker(one)] for maker in makers)
        made[one] = Money(
            due_fen=due.posted_fen,
            available_fen=pot.available_fen,
            reserved_fen=pot.debits_pending_fen,
            paid_fen=paid.posted_fen,
        )
    return made


def standing(allocation_id: int) -> AllocationStanding:
    """Return one allocation's money as the rules see it. One statement."""
    money = by_allocation([allocation_id])[allocation_id]
    return AllocationStanding(money.arrived_fen, money.reserved_fen, money.paid_fen)


def total(of: Iterable[Money]) -> Money:
    """Return the sum of many."""
    result = NO_MONEY
    for one in of:
        result = result.plus(one)
    return result
