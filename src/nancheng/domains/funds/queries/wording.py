"""Codes and figures of special bonds in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nancheng.domains.funds.refusals import BOOKED, FLAGS, PAPERS
from nancheng.foundation.web import figures, refusals
from nancheng.kernel.refusal import Refused

SHOWN_END = 4


def refusal(refused: Refused) -> str:
    """Return what a refusal says; papers are named, not coded."""
    if "papers" in refused.figures:
        papers = refused.figures["papers"]
        assert isinstance(papers, tuple), papers
        named = tuple(str(PAPERS[paper]) for paper in papers)
        return refusals.text(Refused(refused.code, papers=named))
    return refusals.text(refused)


def flag(code: str, given: Mapping[str, Any]) -> str:
    """Return what a flag says, with its figures."""
    shown = {
        name: figures.money(value) if name.endswith("_fen") else value
        for name, value in given.items()
    }
    return str(FLAGS[code]) % shown


def masked(account: str) -> str:
    """Return an account number with only its end readable (个人信息与账户的脱敏惯例)."""
    end = account[-SHOWN_END:]
    return f"{'*' * max(0, len(account) - SHOWN_END)}{end}"


def booked(reason: str, phase: str, *, is_back: bool) -> str:
    """Return what a line of the ledger says."""
    if is_back:
        return str(BOOKED["funds.returned"])
    return str(BOOKED.get(f"{reason}/{phase}") or BOOKED.get(reason) or reason)
