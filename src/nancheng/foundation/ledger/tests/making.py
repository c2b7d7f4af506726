"""Accounts and transfers for the tests of the ledger."""

from __future__ import annotations

from datetime import UTC, datetime

from nancheng.foundation.ledger import actions
from nancheng.foundation.ledger.models import Transfer
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.ledger.accounts import Kind

AT = datetime(2020, 9, 15, 2, tzinfo=UTC)
CLERK = Actor(1, 1, "演示人员", 1, "演示岗", "clerk", 1, "/001/", "演示财政局")


def open_accounts() -> None:
    """Open investors and payees outside, and two funds."""
    for code in ("investors", "payees"):
        actions.open_account(code=code, name=code, kind=Kind.OUTSIDE, may_go_negative=True)
    for code in ("road", "parking"):
        actions.open_account(code=code, name=code, kind=Kind.FUND)


def move(key: str, debit: str, credit: str, amount_fen: int, **facts: object) -> Transfer:
    """Move money at once."""
    return actions.transfer(
        debit=debit,
        credit=credit,
        amount_fen=amount_fen,
        key=key,
        **({"reason": "test.moved", "by": CLERK, "at": AT} | facts),  # type: ignore[arg-type]
    )


def reserve(key: str, amount_fen: int, **facts: object) -> Transfer:
    """Set aside money of the road for the payees."""
    return actions.reserve(
        debit="road",
        credit="payees",
        amount_fen=amount_fen,
        key=key,
        **({"reason": "test.reserved", "by": CLERK, "at": AT} | facts),  # type: ignore[arg-type]
    )


def arrive(amount_fen: int = 1000) -> Transfer:
    """Let money arrive for the road."""
    return move("arrival", "investors", "road", amount_fen)
