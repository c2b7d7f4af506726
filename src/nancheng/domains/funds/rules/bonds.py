"""What a bond, its allocations and a contract must satisfy before money can follow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from nancheng.domains.funds.rules.payments import RETENTION_PERMILLE_MAX
from nancheng.kernel.refusal import Refused

# 财库〔2020〕36号: the tenors in years in which local government bonds are issued.
TENORS: Final = (1, 2, 3, 5, 7, 10, 15, 20, 30)


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """A batch and the quota that came down with it."""

    year: int
    number: int
    name: str
    name_en: str
    quota_fen: int
    document: str


@dataclass(frozen=True, slots=True)
class BondFacts:
    """The terms of a bond. ``coupon_milli``: 3300 is 3.3 %; fees in millionths (ppm)."""

    code: str
    name: str
    name_en: str
    batch_id: int
    amount_fen: int
    coupon_milli: int
    tenor_years: int
    frequency: int
    issued_on: date
    interest_from: date
    issue_fee_ppm: int
    registration_fee_ppm: int
    redemption_fee_ppm: int
    hand_over_days: int


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """A contract that bond money may pay."""

    project_id: int
    cost_item_id: int
    number: str
    name: str
    party_id: int
    payee_account: str
    payee_bank: str
    wage_account: str
    wage_bank: str
    price_fen: int
    retention_permille: int
    supervision_id: int
    signed_on: date
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One item of an approved estimate."""

    code: str
    name: str
    name_en: str
    approved_fen: int


def check_bond(bond: BondFacts, shares: Mapping[int, int], *, quota_left_fen: int) -> None:
    """Refuse a bond whose tenor is unknown, beyond the quota, or not the sum of its shares.

    ``shares`` maps funded projects to fen. 实施条例: Σ issued ≤ quota; 财预〔2017〕89号: each bond
    stands for projects, to the last fen.
    """
    if bond.tenor_years not in TENORS:
        raise Refused("funds.tenor-unknown", field="tenor_years", tenor_years=bond.tenor_years)
    if bond.amount_fen > quota_left_fen:
        raise Refused(
            "funds.beyond-quota",
            field="amount",
            amount_fen=bond.amount_fen,
            quota_left_fen=max(0, quota_left_fen),
        )
    if wrong := [share for share in shares.values() if share <= 0]:
        raise Refused("funds.share-not-positive", field="shares", amount_fen=wrong[0])
    if (total_fen := sum(shares.values())) != bond.amount_fen:
        raise Refused(
            "funds.shares-do-not-add-up",
            field="shares",
            amount_fen=bond.amount_fen,
            total_fen=total_fen,
            difference_fen=bond.amount_fen - total_fen,
        )


def check_estimate(estimate_fen: int, items_fen: int) -> None:
    """Refuse items that together pass the approved estimate (概算), 政府投资条例."""
    if estimate_fen <= 0 or items_fen > estimate_fen:
        raise Refused("funds.items-beyond-estimate", estimate_fen=estimate_fen, items_fen=items_fen)


def check_arrival(amount_fen: int, *, allocated_fen: int, arrived_fen: int) -> None:
    """Refuse an arrival of nothing, or of more than was allocated."""
    if amount_fen <= 0:
        raise Refused("funds.amount-not-positive", field="amount", amount_fen=amount_fen)
    if arrived_fen + amount_fen > allocated_fen:
        raise Refused(
            "funds.beyond-allocation",
            field="amount",
            amount_fen=amount_fen,
            allocated_fen=allocated_fen,
            arrived_fen=arrived_fen,
        )


def check_contract(contract: ContractFacts) -> None:
    """Refuse a contract with too much retention, with itself as supervisor, or without time."""
    if contract.retention_permille > RETENTION_PERMILLE_MAX:
        raise Refused(
            "funds.retention-too-high",
            field="retention_permille",
            retention_permille=contract.retention_permille,
            most_permille=RETENTION_PERMILLE_MAX,
        )
    if contract.party_id == contract.supervision_id:
        raise Refused("funds.supervises-itself", field="supervision_id", contract=contract.number)
    if contract.ends_on < contract.starts_on:
        raise Refused("funds.contract-backwards", field="ends_on", starts_on=contract.starts_on)
