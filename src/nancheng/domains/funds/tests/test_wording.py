"""Every refusal that is raised has its words, and no words are left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nancheng.domains.funds.queries import wording
from nancheng.domains.funds.refusals import FLAGS, PAPERS, REFUSALS
from nancheng.domains.funds.rules import payments
from nancheng.kernel.refusal import Refused

HERE = Path(__file__).parents[1]


def raised() -> set[str]:
    """Return the codes that rules and actions refuse or flag with."""
    found: set[str] = set()
    for folder in ("rules", "actions"):
        for path in (HERE / folder).glob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'(?:Refused|Flag)\(\s*"(funds\.[a-z-]+)"', text))
    return found


def test_words_and_codes_are_the_same_set() -> None:
    assert raised() == set(REFUSALS) | set(FLAGS)


@pytest.mark.parametrize("paper", payments.PAPERS_REQUIRED)
def test_every_paper_asked_for_has_a_name(paper: str) -> None:
    assert str(PAPERS[paper]) in wording.refusal(Refused("funds.papers-missing", papers=(paper,)))


def test_several_faults_are_told_in_one_sentence() -> None:
    fault = Refused("funds.amount-not-positive", amount_fen=0)
    used = Refused("funds.invoice-used", numbers="A1")
    told = wording.refusal(Refused("funds.several-faults", count=2, faults=(fault, used)))
    assert "金额须大于零" in told
    assert "A1" in told


@pytest.mark.parametrize(
    ("account", "shown"), [("0000 1234 5678", "**********5678"), ("123", "123"), ("", "")]
)
def test_an_account_shows_its_end_alone(account: str, shown: str) -> None:
    assert wording.masked(account) == shown


def test_a_flag_tells_its_figures_as_money() -> None:
    figures = {
        "window_days": 30, "count": 2, "total_fen": 500_000_000, "threshold_fen": 500_000_000,
        "numbers": "FK-1",
    }  # fmt: skip
    assert "5,000,000.00" in wording.flag("funds.flag-split", figures)


@pytest.mark.parametrize(
    ("reason", "phase", "is_back", "words"),
    [
        ("funds.reserved", "pending", False, "预留"),
        ("funds.reserved", "posted", False, "支付"),
        ("funds.reserved", "voided", False, "解除预留"),
        ("funds.returned", "posted", True, "银行退汇冲回"),
        ("funds.arrived", "posted", False, "债券资金到账"),
        ("something.else", "posted", False, "something.else"),
    ],
)
def test_lines_of_the_book_read_in_words(
    reason: str, phase: str, is_back: bool, words: str
) -> None:
    assert wording.booked(reason, phase, is_back=is_back) == words
