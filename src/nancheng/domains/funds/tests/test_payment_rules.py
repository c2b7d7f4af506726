"""Each rule of a payment refuses what it names, with its figures, and lets the rest pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.domains.funds.rules import flags, payments
from nancheng.domains.funds.rules.facts import (
    AllocationStanding,
    ContractStanding,
    CostItemStanding,
    Facts,
    ForbiddenTerm,
    Invoice,
    ProjectStanding,
    Request,
    Verdict,
)
from nancheng.foundation.register.rules import Stage
from nancheng.kernel.refusal import Refused

ON = date(2020, 9, 15)
TERMS = (
    ForbiddenTerm("image", "景观提升", is_use=False, basis="国办发〔2024〕52号 附件1"),
    ForbiddenTerm("wages", "工资", is_use=True, basis="专项债券不得用于经常性支出"),
    ForbiddenTerm("interest", "债务利息", is_use=True, basis="专项债券不得用于付息"),
)
REQUEST = Request(
    amount_fen=2_000_000_00,
    payee_id=7,
    payee_account="3301 0001",
    to_wage_account=False,
    purpose="道路基层工程进度款",
    progress_permille=500,
    invoices=(Invoice("12345678", 2_000_000_00),),
    papers=frozenset({"request", "progress", "invoice"}),
    applied_on=ON,
)
FACTS = Facts(
    project=ProjectStanding("道路", Stage.BUILDING, 12_120_000_00, 3_000_000_00),
    allocation=AllocationStanding(8_000_000_00, 1_000_000_00, 2_000_000_00),
    contract=ContractStanding(
        "HT-1", 7, "3301 0001", "3301 0009", 10_400_000_00, 30, 3_000_000_00, 0
    ),
    cost_item=CostItemStanding("建筑工程", 9_000_000_00, 3_000_000_00, is_in_project=True),
    terms=TERMS,
)


def codes(request: Request = REQUEST, facts: Facts = FACTS, **kwargs: Any) -> list[str]:
    return [fault.code for fault in payments.faults(request, facts, **kwargs)]


def test_a_proper_request_has_no_fault() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount_fen": 0}, "funds.amount-not-positive"),
        ({"payee_id": 8}, "funds.payee-not-party"),
        ({"payee_account": "3301 0002"}, "funds.account-not-of-contract"),
        ({"to_wage_account": True}, "funds.account-not-of-contract"),
        ({"progress_permille": 0}, "funds.progress-improper"),
        ({"progress_permille": 1001}, "funds.progress-improper"),
        ({"purpose": "支付管理人员 工 资"}, "funds.use-forbidden"),
        ({"invoices": (Invoice("1", 1_999_999_99),)}, "funds.invoices-short"),
        ({"papers": frozenset({"request"})}, "funds.papers-missing"),
    ],
)
def test_a_changed_request_breaks_one_rule(changed: dict[str, Any], code: str) -> None:
    assert code in codes(replace(REQUEST, **changed))


@pytest.mark.parametrize(
    ("part", "changed", "code"),
    [
        ("project", {"stage": Stage.SHORTLISTED}, "funds.project-not-executing"),
        ("project", {"stage": Stage.HALTED}, "funds.project-suspended"),
        ("project", {"verdicts": (Verdict.OPEN,)}, "funds.screening-open"),
        ("project", {"verdicts": (Verdict.ALLOWED, Verdict.FORBIDDEN)}, "funds.project-forbidden"),
        ("project", {"committed_fen": 10_120_000_01}, "funds.beyond-estimate"),
        ("allocation", {"reserved_fen": 4_000_000_01}, "funds.beyond-arrived"),
        ("contract", {"committed_fen": 3_044_000_01}, "funds.beyond-progress"),
        ("contract", {"certified_permille": 501}, "funds.progress-improper"),
        ("cost_item", {"is_in_project": False}, "funds.item-not-planned"),
        ("cost_item", {"committed_fen": 7_000_000_01}, "funds.beyond-item"),
    ],
)
def test_changed_facts_break_one_rule(part: str, changed: dict[str, Any], code: str) -> None:
    facts = replace(FACTS, **{part: replace(getattr(FACTS, part), **changed)})
    assert codes(facts=facts) == [code]


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("project", {"verdicts": (Verdict.ALLOWED,)}),
        ("project", {"committed_fen": 10_120_000_00}),
        ("allocation", {"reserved_fen": 4_000_000_00}),
        ("contract", {"committed_fen": 3_044_000_00}),
        ("contract", {"certified_permille": 500}),
        ("cost_item", {"committed_fen": 7_000_000_00}),
    ],
)
def test_the_last_fen_is_allowed(part: str, changed: dict[str, Any]) -> None:
    facts = replace(FACTS, **{part: replace(getattr(FACTS, part), **changed)})
    assert codes(facts=facts) == []


def test_beyond_arrived_tells_every_figure() -> None:
    request = replace(REQUEST, amount_fen=5_000_000_01)
    fault = payments.is_within_arrived(request, FACTS)
    assert fault is not None
    assert fault.field == "amount"
    assert fault.figures == {
        "amount_fen": 5_000_000_01,
        "arrived_fen": 8_000_000_00,
        "reserved_fen": 1_000_000_00,
        "paid_fen": 2_000_000_00,
        "available_fen": 5_000_000_00,
    }


def test_retention_is_held_back_from_each_part() -> None:
    # 10,400,000.00 × 50 % × 97 % = 5,044,000.00
    assert payments.payable_by(FACTS.contract, 500) == 5_044_000_00
    assert payments.payable_by(FACTS.contract, 1000) == 10_088_000_00


def test_wages_go_only_to_the_wage_account() -> None:
    wages = replace(REQUEST, purpose="农民工工资", to_wage_account=True, payee_account="3301 0009")
    assert codes(wages) == []
    interest = replace(wages, purpose="农民工工资及债务利息")
    assert codes(interest) == ["funds.use-forbidden"]


def test_an_invoice_is_used_once() -> None:
    twice = replace(REQUEST, invoices=(Invoice("1", 10**8), Invoice("1", 10**8)))
    assert codes(twice) == ["funds.invoice-used"]
    used = replace(FACTS, used_invoices=frozenset({"12345678", "9"}))
    fault = payments.invoices_are_fresh(REQUEST, used)
    assert fault is not None
    assert fault.figures == {"numbers": "12345678"}


def test_money_is_set_aside_only_under_a_certificate() -> None:
    checks = payments.CHECKS_ON_RESERVATION
    assert codes(checks=checks) == ["funds.certificate-missing"]
    certified = replace(FACTS, contract=replace(FACTS.contract, certified_permille=500))
    assert codes(facts=certified, checks=checks) == []


def test_all_faults_are_told_at_once() -> None:
    request = replace(REQUEST, amount_fen=90_000_000_00, payee_id=8)
    found = payments.faults(request, FACTS)
    assert [fault.code for fault in found] == [
        "funds.beyond-arrived",
        "funds.beyond-progress",
        "funds.payee-not-party",
        "funds.beyond-item",
        "funds.beyond-estimate",
        "funds.invoices-short",
    ]
    with pytest.raises(Refused) as caught:
        payments.refuse_all(found)
    assert caught.value.code == "funds.several-faults"
    assert caught.value.figures["faults"] == found


def test_one_fault_is_raised_as_itself_and_none_not_at_all() -> None:
    payments.refuse_all(())
    with pytest.raises(Refused, match=r"funds\.beyond-arrived"):
        payments.refuse_all((Refused("funds.beyond-arrived"),))


def test_split_requests_are_flagged_within_the_window() -> None:
    earlier = [
        flags.Earlier("FK-1", 2_000_000_00, date(2020, 8, 16)),
        flags.Earlier("FK-2", 1_000_000_00, date(2020, 9, 1)),
        flags.Earlier("FK-0", 4_000_000_00, date(2020, 8, 15)),
    ]
    flag = flags.split_flag(REQUEST, earlier, threshold_fen=5_000_000_00, window_days=30)
    assert flag is not None
    assert flag.figures["total_fen"] == 5_000_000_00
    assert flag.figures["numbers"] == "FK-1、FK-2"
    assert flags.split_flag(REQUEST, earlier, threshold_fen=5_000_000_01, window_days=30) is None
    assert flags.split_flag(REQUEST, [], threshold_fen=5_000_000_00, window_days=30) is None
    large = replace(REQUEST, amount_fen=5_000_000_00)
    assert flags.split_flag(large, earlier, threshold_fen=5_000_000_00, window_days=30) is None


def test_a_project_let_through_the_negative_list_stays_flagged() -> None:
    assert flags.screening_flag([Verdict.OPEN]) is None
    flag = flags.screening_flag([Verdict.ALLOWED, Verdict.ALLOWED])
    assert flag is not None
    assert flag.figures == {"count": 2}


MONEY = st.integers(min_value=0, max_value=10**13)


@given(arrived=MONEY, reserved=MONEY, paid=MONEY, amount=st.integers(1, 10**13))
def test_no_accepted_request_passes_what_arrived(
    arrived: int, reserved: int, paid: int, amount: int
) -> None:
    facts = replace(FACTS, allocation=AllocationStanding(arrived, reserved, paid))
    accepted = payments.is_within_arrived(replace(REQUEST, amount_fen=amount), facts) is None
    assert accepted == (paid + reserved + amount <= arrived)


@given(
    price=MONEY, retention=st.integers(0, 30), first=st.integers(0, 1000), more=st.integers(0, 1000)
)
def test_more_progress_never_pays_less(price: int, retention: int, first: int, more: int) -> None:
    contract = replace(FACTS.contract, price_fen=price, retention_permille=retention)
    later = min(1000, first + more)
    assert payments.payable_by(contract, first) <= payments.payable_by(contract, later) <= price
