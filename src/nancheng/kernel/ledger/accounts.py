"""Accounts: a code, what kind of pot it is, and whether it may go below zero.

Money leaves the debit side of a transfer and reaches its credit side; an account's balance is what
reached it less what left it. The outside world (investors, payees) is an account as well, so that
all balances always sum to zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from nancheng.kernel.refusal import Refused

CODE = re.compile(r"[a-z0-9](?:[a-z0-9.:/-]{0,28}[a-z0-9])?", re.ASCII)


class Kind(StrEnum):
    """What an account stands for."""

    OUTSIDE = "outside"  # where money comes from or goes to beyond the zone; no bound
    FUND = "fund"  # a pot of money in our keeping; never below zero
    CLEARING = "clearing"  # a pot in between, such as money expected; its bound is a choice


@dataclass(frozen=True, slots=True)
class Account:
    """One pot of money. ``may_go_negative`` is never true of a fund.

    Raises Refused "ledger.code-unreadable" (account), "ledger.fund-is-bounded" (account).
    """

    code: str
    kind: Kind
    may_go_negative: bool = False

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise Refused("ledger.code-unreadable", account=self.code[:30])
        if self.may_go_negative and self.kind is Kind.FUND:
            raise Refused("ledger.fund-is-bounded", account=self.code)
