"""A bond is the sum of its shares, within its quota; a contract keeps its bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.domains.funds.rules import bonds
from nancheng.domains.funds.rules.bonds import BondFacts, ContractFacts
from nancheng.kernel.refusal import Refused

BOND = BondFacts(
    code="2020001",
    name="专项债券（一期）",
    name_en="Special bond 1",
    batch_id=1,
    amount_fen=100,
    coupon_milli=3300,
    tenor_years=10,
    frequency=2,
    issued_on=date(2020, 3, 30),
    interest_from=date(2020, 3, 31),
    issue_fee_ppm=800,
    registration_fee_ppm=64,
    redemption_fee_ppm=50,
    hand_over_days=5,
)
CONTRACT = ContractFacts(
    project_id=1,
    cost_item_id=1,
    number="HT-1",
    name="施工",
    party_id=1,
    payee_account="1",
    payee_bank="示范银行",
    wage_account="2",
    wage_bank="示范银行",
    price_fen=100,
    retention_permille=30,
    supervision_id=2,
    signed_on=date(2020, 4, 1),
    starts_on=date(2020, 4, 2),
    ends_on=date(2020, 12, 31),
)


def test_shares_that_add_up_within_the_quota_pass() -> None:
    bonds.check_bond(BOND, {1: 60, 2: 40}, quota_left_fen=100)


@pytest.mark.parametrize(
    ("changed", "shares", "quota", "code"),
    [
        ({"tenor_years": 4}, {1: 100}, 100, "funds.tenor-unknown"),
        ({}, {1: 100}, 99, "funds.beyond-quota"),
        ({}, {1: 100, 2: 0}, 100, "funds.share-not-positive"),
        ({}, {1: 101, 2: -1}, 100, "funds.share-not-positive"),
        ({}, {1: 99}, 100, "funds.shares-do-not-add-up"),
        ({}, {}, 100, "funds.shares-do-not-add-up"),
    ],
)
def test_a_bond_that_does_not_add_up(
    changed: dict[str, Any], shares: dict[int, int], quota: int, code: str
) -> None:
    with pytest.raises(Refused) as caught:
        bonds.check_bond(replace(BOND, **changed), shares, quota_left_fen=quota)
    assert caught.value.code == code


def test_the_difference_is_told() -> None:
    with pytest.raises(Refused) as caught:
        bonds.check_bond(BOND, {1: 60, 2: 30}, quota_left_fen=100)
    assert caught.value.figures == {"amount_fen": 100, "total_fen": 90, "difference_fen": 10}


@given(shares=st.dictionaries(st.integers(1, 9), st.integers(1, 10**12), min_size=1))
def test_only_the_exact_sum_is_a_bond(shares: dict[int, int]) -> None:
    total = sum(shares.values())
    bonds.check_bond(replace(BOND, amount_fen=total), shares, quota_left_fen=total)
    with pytest.raises(Refused):
        bonds.check_bond(replace(BOND, amount_fen=total + 1), shares, quota_left_fen=total + 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"retention_permille": 31}, "funds.retention-too-high"),
        ({"supervision_id": 1}, "funds.supervises-itself"),
        ({"ends_on": date(2020, 4, 1)}, "funds.contract-backwards"),
    ],
)
def test_a_contract_out_of_bounds(changed: dict[str, Any], code: str) -> None:
    bonds.check_contract(CONTRACT)
    with pytest.raises(Refused) as caught:
        bonds.check_contract(replace(CONTRACT, **changed))
    assert caught.value.code == code


def test_items_stay_within_the_estimate() -> None:
    bonds.check_estimate(100, 100)
    with pytest.raises(Refused, match=r"items-beyond-estimate"):
        bonds.check_estimate(100, 101)


def test_no_more_arrives_than_was_allocated() -> None:
    bonds.check_arrival(40, allocated_fen=100, arrived_fen=60)
    for amount, code in ((41, "funds.beyond-allocation"), (0, "funds.amount-not-positive")):
        with pytest.raises(Refused) as caught:
            bonds.check_arrival(amount, allocated_fen=100, arrived_fen=60)
        assert caught.value.code == code
