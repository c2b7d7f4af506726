"""Statements and the proof."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nancheng.foundation.ledger import actions, queries
from nancheng.foundation.ledger.models import Account
from nancheng.foundation.ledger.tests import making
from nancheng.foundation.ledger.tests.making import AT, CLERK
from nancheng.kernel.ledger.transfers import Phase

pytestmark = pytest.mark.django_db


def lived() -> None:
    """Arrival on the 15th; 700 held on the 16th, paid on the 18th, returned on the 20th."""
    making.open_accounts()
    making.arrive()
    held = making.reserve("held", 700, at=AT + timedelta(days=1))
    paid = actions.post(reservation_id=held.pk, by=CLERK, at=AT + timedelta(days=3), key="paid")
    actions.reverse(
        transfer_id=paid.pk, by=CLERK, at=AT + timedelta(days=5), key="back", reason="bank.returned"
    )


def test_a_statement_runs_its_balance_line_by_line() -> None:
    lived()
    lines = queries.statement("road").lines
    assert [
        (line.booked_on.day, line.phase, line.in_fen, line.out_fen, line.held_fen) for line in lines
    ] == [
        (15, Phase.POSTED, 1000, 0, 0),
        (16, Phase.PENDING, 0, 0, 700),
        (18, Phase.POSTED, 0, 700, -700),
        (20, Phase.POSTED, 700, 0, 0),
    ]
    assert [(line.balance_fen, line.available_fen) for line in lines] == [
        (1000, 1000),
        (1000, 300),
        (300, 300),
        (1000, 1000),
    ]
    assert [line.other for line in lines] == ["investors", "payees", "payees", "payees"]
    assert lines[-1].reverses_id == lines[-2].transfer_id
    assert lines[-1].reason == "bank.returned"


def test_a_period_opens_with_what_was_there() -> None:
    lived()
    whole = queries.statement("road")
    part = queries.statement("road", since=date(2020, 9, 18), until=date(2020, 9, 19))
    assert (part.opening_fen, part.opening_available_fen) == (1000, 300)
    assert part.lines == whole.lines[2:3]
    assert part.closing_fen == 300
    empty = queries.statement("road", since=date(2021, 1, 1))
    assert (empty.opening_fen, empty.closing_fen, empty.lines) == (1000, 1000, ())


def test_what_was_booked_back_stands_on_its_day() -> None:
    lived()
    making.move("early", "investors", "road", 5, booked_on=date(2020, 9, 1))
    lines = queries.statement("road").lines
    assert [line.balance_fen for line in lines] == [5, 1005, 1005, 305, 1005]


def test_the_proof_holds_and_finds_what_was_tampered_with() -> None:
    lived()
    making.move("m", "road", "parking", 10)
    assert queries.proof().holds
    Account.objects.filter(code="parking").update(credits_posted_fen=11)
    assert queries.proof() == queries.Proof(1, ("parking",))
    Account.objects.filter(code="parking").update(credits_posted_fen=10, credits_pending_fen=3)
    assert queries.proof() == queries.Proof(0, ("parking",))
    assert not queries.proof().holds


def test_an_empty_ledger_adds_up() -> None:
    assert queries.proof().holds
    assert queries.balances([]) == {}
