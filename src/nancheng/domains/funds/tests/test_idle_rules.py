"""Idle money ages tranche by tranche, first in, first out."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.domains.funds.rules import idle
from nancheng.domains.funds.rules.idle import Arrival, IdleLimits, Light

LIMITS = IdleLimits(yellow_months=6, red_months=12)


def test_the_oldest_money_is_spent_first() -> None:
    arrivals = [Arrival(date(2020, 6, 1), 300), Arrival(date(2020, 2, 1), 500)]
    rows = idle.ageing(arrivals, 600, on=date(2020, 9, 1), limits=LIMITS)
    assert [(row.arrived_on, row.unpaid_fen) for row in rows] == [
        (date(2020, 2, 1), 0),
        (date(2020, 6, 1), 200),
    ]


@pytest.mark.parametrize(
    ("on", "light", "months"),
    [
        (date(2020, 7, 31), Light.GREEN, 6),
        (date(2020, 8, 1), Light.YELLOW, 6),
        (date(2021, 1, 31), Light.YELLOW, 12),
        (date(2021, 2, 1), Light.RED, 12),
    ],
)
def test_past_the_limit_is_more_than_so_many_months(on: date, light: Light, months: int) -> None:
    (row,) = idle.ageing([Arrival(date(2020, 1, 31), 1)], 0, on=on, limits=LIMITS)
    assert (row.light, row.months) == (light, months)


def test_money_not_yet_arrived_has_no_age() -> None:
    assert idle.ageing([Arrival(date(2020, 5, 1), 9)], 0, on=date(2020, 4, 30), limits=LIMITS) == ()


DAYS = st.dates(date(2020, 1, 1), date(2022, 12, 31))
ARRIVALS = st.lists(st.builds(Arrival, DAYS, st.integers(1, 10**12)), max_size=8)


@given(arrivals=ARRIVALS, paid=st.integers(0, 10**13), on=DAYS)
def test_what_is_unpaid_is_what_arrived_less_what_was_paid(
    arrivals: list[Arrival], paid: int, on: date
) -> None:
    rows = idle.ageing(arrivals, paid, on=on, limits=LIMITS)
    arrived = sum(one.amount_fen for one in arrivals if one.arrived_on <= on)
    assert sum(row.unpaid_fen for row in rows) == max(0, arrived - paid)
    partly = [row for row in rows if 0 < row.unpaid_fen < row.amount_fen]
    assert len(partly) <= 1
    assert [row.arrived_on for row in rows] == sorted(row.arrived_on for row in rows)


@given(first=DAYS, later=DAYS)
def test_months_only_count_forward(first: date, later: date) -> None:
    months = idle.months_between(first, later)
    assert months >= 0
    if later <= first:
        assert months == 0


def test_permille_of_nothing_is_nothing() -> None:
    assert idle.permille(1, 0) == 0
    assert idle.permille(1, 3) == 333
