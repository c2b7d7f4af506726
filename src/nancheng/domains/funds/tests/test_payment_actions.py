"""Payments on the database: every way through the drawing, and where the money is afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nancheng.domains.funds.actions import payments
from nancheng.domains.funds.models import BankReturn, Certificate, Invoice, Payment
from nancheng.domains.funds.queries import money, statements
from nancheng.domains.funds.rules.facts import Invoice as InvoiceFacts
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import AT, WAN, World
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import jobs
from nancheng.foundation.cases import queries as case_queries
from nancheng.foundation.cases.models import Case
from nancheng.foundation.ledger import queries as ledger
from nancheng.foundation.messages.models import Notice
from nancheng.foundation.register import actions as register
from nancheng.foundation.register.rules import Stage
from nancheng.kernel.refusal import Refused


def where(world: World) -> tuple[int, int, int]:
    """Return available, reserved and paid, in 万元."""
    now = money.by_allocation([world.allocation.pk])[world.allocation.pk]
    assert now.arrived_fen == 1500 * WAN
    assert ledger.proof().holds
    return now.available_fen // WAN, now.reserved_fen // WAN, now.paid_fen // WAN


def test_a_small_payment_needs_no_leader(world: World) -> None:
    payment = making.a_payment(world)
    assert making.node_of(payment) == "sign"
    steps = []
    while node := making.node_of(payment):
        steps.append(node)
        if node == "pay":
            assert where(world) == (1400, 100, 0)
        making.do(world, payment)
    assert steps == ["sign", "certify", "review", "finance", "check", "pay", "bank"]
    assert (payment.state, payment.paid_on) == (Payment.State.PAID, AT.date())
    assert payment.order_number == "ZF1"
    assert where(world) == (1400, 0, 100)
    assert Case.objects.get(pk=payment.case_id).status == "closed"


@pytest.mark.parametrize(("amount_wan", "steps"), [(499, "pay"), (500, "leader"), (600, "leader")])
def test_the_table_says_who_decides(world: World, amount_wan: int, steps: str) -> None:
    payment = making.a_payment(world, amount_fen=amount_wan * WAN)
    making.until(world, payment, "check")
    assert making.do(world, payment) == steps


@pytest.mark.parametrize("at", ["sign", "certify", "review", "finance", "check", "leader"])
def test_a_refusal_at_any_step_ends_it_and_frees_the_invoice(world: World, at: str) -> None:
    payment = making.a_payment(world, amount_fen=500 * WAN)
    making.until(world, payment, at)
    assert making.do(world, payment, decision="refuse") == ""
    assert payment.state == Payment.State.REFUSED
    assert where(world) == (1500, 0, 0)
    number = payment.invoices.get().number
    again = making.a_payment(world, invoices=(InvoiceFacts(number, 100 * WAN),))
    assert again.state == Payment.State.APPLIED


def test_what_the_bank_returns_goes_back_into_the_pot(world: World) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "bank")
    assert where(world) == (1400, 0, 100)
    node = making.do(world, payment, decision="returned", return_reason="户名不符")
    assert node == "apply"
    assert payment.state == Payment.State.RETURNED
    assert where(world) == (1500, 0, 0)
    assert BankReturn.objects.get(payment=payment).reason == "户名不符"


def test_a_returned_payment_is_handed_in_again_and_paid(world: World) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "bank")
    making.do(world, payment, decision="returned", return_reason="户名不符")
    application = making.an_application(world, to_wage_account=True, payee_account="0000 9999")
    again = payments.apply_again(
        payment.pk, application=application, version=1, by=world["clerk"], at=AT, key="again"
    )
    assert (again.state, again.version) == (Payment.State.APPLIED, 2)
    making.until(world, payment, "")
    assert payment.state == Payment.State.PAID
    assert where(world) == (1400, 0, 100)
    book = statements.of_project(world.project.project.number, world["finance"], on=AT.date())
    assert book is not None
    assert [line.words for line in book.lines] == [
        "债券资金到账", "预留", "支付", "银行退汇冲回", "预留", "支付",
    ]  # fmt: skip
    assert book.lines[-1].balance_fen == 1400 * WAN


def test_handing_in_again_twice_is_once(world: World) -> None:
    """A second click is answered as the first, and does not hear of its own change."""
    payment = making.a_payment(world)
    making.until(world, payment, "bank")
    making.do(world, payment, decision="returned", return_reason="户名不符")
    application = making.an_application(world)
    first, second = (
        payments.apply_again(
            payment.pk, application=application, version=1, by=world["clerk"], at=AT, key="again"
        )
        for _ in range(2)
    )
    assert (second.pk, second.version) == (first.pk, 2)
    assert payment.case.events.filter(kind="Completed", node="apply").count() == 2


def test_an_old_page_cannot_overwrite_a_newer_application(world: World) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "bank")
    making.do(world, payment, decision="returned", return_reason="户名不符")
    with pytest.raises(Refused, match=r"funds\.changed-meanwhile"):
        payments.apply_again(
            payment.pk,
            application=making.an_application(world),
            version=0,
            by=world["clerk"],
            at=AT,
            key="again",
        )


@pytest.mark.parametrize(("back_to", "node"), [("finance", "finance"), ("applicant", "apply")])
def test_the_treasury_may_send_it_back(world: World, back_to: str, node: str) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "pay")
    assert where(world) == (1400, 100, 0)
    assert making.do(world, payment, decision="refuse", return_to=back_to) == node
    assert payment.state == Payment.State.APPLIED
    assert payment.reservation is None
    assert where(world) == (1500, 0, 0)


def test_ending_a_case_by_hand_gives_the_money_back(world: World) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "pay")
    cases.terminate(
        case_id=payment.case_id, reason="项目调整", by=world["leader"], at=AT, key="end"
    )
    payment.refresh_from_db()
    assert payment.state == Payment.State.DROPPED
    assert where(world) == (1500, 0, 0)
    assert not Invoice.objects.filter(payment=payment, released_at__isnull=True).exists()


def test_money_on_its_way_cannot_be_dropped(world: World) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "bank")
    with pytest.raises(Refused, match=r"funds\.money-under-way"):
        cases.terminate(
            case_id=payment.case_id, reason="项目调整", by=world["leader"], at=AT, key="end"
        )
    assert Case.objects.get(pk=payment.case_id).status == "open"
    assert where(world) == (1400, 0, 100)


def test_the_same_form_twice_is_one_payment(world: World) -> None:
    application = making.an_application(world)
    first = payments.apply(application, by=world["clerk"], at=AT, key="once")
    second = payments.apply(application, by=world["clerk"], at=AT, key="once")
    assert first == second
    assert Payment.objects.count() == 1


def test_every_fault_is_told_and_nothing_is_kept(world: World) -> None:
    application = making.an_application(
        world, amount_fen=1600 * WAN, payee_account="别的账号", papers=frozenset({"request"})
    )
    with pytest.raises(Refused) as caught:
        payments.apply(application, by=world["clerk"], at=AT, key="k")
    found = caught.value.figures["faults"]
    assert isinstance(found, tuple)
    assert [fault.code for fault in found] == [
        "funds.beyond-arrived",
        "funds.beyond-progress",
        "funds.account-not-of-contract",
        "funds.papers-missing",
    ]
    assert not Case.objects.exists()


def test_money_of_another_unit_does_not_exist(world: World) -> None:
    with pytest.raises(Refused, match=r"funds\.no-such-source"):
        payments.apply(making.an_application(world), by=world["stranger"], at=AT, key="k")
    missing = replace(making.an_application(world), allocation_id=10**6)
    with pytest.raises(Refused, match=r"funds\.no-such-source"):
        payments.apply(missing, by=world["clerk"], at=AT, key="k")


def test_one_invoice_serves_one_payment(world: World) -> None:
    invoices = (InvoiceFacts("A1", 100 * WAN),)
    making.a_payment(world, invoices=invoices)
    with pytest.raises(Refused) as caught:
        making.a_payment(world, invoices=invoices)
    assert caught.value.figures == {"numbers": "A1"}


def test_two_payments_compete_for_the_last_money(world: World) -> None:
    first = making.a_payment(world, amount_fen=776 * WAN)
    second = making.a_payment(world, amount_fen=776 * WAN)
    for payment in (first, second):
        making.until(world, payment, "leader")
    making.do(world, first)
    with pytest.raises(Refused) as caught:
        making.do(world, second)
    faults = caught.value.figures["faults"]
    assert isinstance(faults, tuple)
    assert {fault.code for fault in faults} == {"funds.beyond-arrived", "funds.beyond-progress"}
    assert making.node_of(second) == "leader"
    assert where(world) == (724, 776, 0)


def test_a_halted_project_is_not_paid_even_when_approved(world: World) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "check")
    for stage in (Stage.ISSUED, Stage.ARRIVED, Stage.BUILDING, Stage.HALTED):
        register.move_project(
            world.project.project_id,
            stage=stage,
            entered_on=AT.date(),
            note="检查发现安全隐患，责令停工",
            by=world["debt"],
            at=AT,
        )
    with pytest.raises(Refused, match=r"funds\.project-suspended"):
        making.do(world, payment)


def test_one_person_never_makes_and_checks(world: World) -> None:
    """The reviewer is given the checker's post as well; the person is still the same."""
    payment = making.a_payment(world)
    making.until(world, payment, "check")
    both = replace(
        world["checker"], person_id=world["finance"].person_id, name=world["finance"].name
    )
    task = next(iter(case_queries.open_tasks([payment.case_id])))
    with pytest.raises(Refused, match=r"cases\.same-person"):
        cases.complete(task_id=task.pk, values={"decision": "agree"}, by=both, at=AT, key="both")


def test_a_certificate_covers_what_is_asked(world: World) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "certify")
    with pytest.raises(Refused) as caught:
        making.do(world, payment, progress=499)
    assert caught.value.code == "funds.certificate-short"
    making.do(world, payment, progress=520, certificate_number="ZS-A")
    assert Certificate.objects.get().progress_permille == 520
    other = making.a_payment(world, progress_permille=600)
    making.until(world, other, "certify")
    with pytest.raises(Refused, match=r"funds\.certificate-used"):
        making.do(world, other, progress=600, certificate_number="ZS-A")


def test_split_requests_go_to_the_leader(world: World) -> None:
    making.a_payment(world, amount_fen=300 * WAN)
    second = making.a_payment(world, amount_fen=200 * WAN)
    assert [flag["code"] for flag in second.flags] == ["funds.flag-split"]
    making.until(world, second, "check")
    assert making.do(world, second) == "leader"


def test_a_step_nearly_late_urges_its_holder_once(world: World) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "review")
    assert jobs.fire_due(at=AT + timedelta(days=1)) == 0
    fired = jobs.fire_due(at=AT + timedelta(days=5))
    assert fired == 1
    assert jobs.fire_due(at=AT + timedelta(days=6)) == 0
    notice = Notice.objects.get(code="funds.urge")
    assert notice.identity_id == world["reviewer"].identity_id
    assert making.node_of(payment) == "review"


def test_sending_back_asks_the_earlier_step_again(world: World) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "review")
    task = next(iter(case_queries.open_tasks([payment.case_id])))
    cases.send_back(
        task_id=task.pk, target="apply", reason="补充照片", by=world["reviewer"], at=AT, key="sb"
    )
    assert making.node_of(payment) == "apply"
    making.do(world, payment)
    assert making.node_of(payment) == "sign"


def _treasury_sends_back(world: World, payment: Payment) -> None:
    making.until(world, payment, "pay")
    making.do(world, payment, decision="refuse")


def _bank_returns(world: World, payment: Payment) -> None:
    making.until(world, payment, "bank")
    making.do(world, payment, decision="returned", return_reason="退")


WAYS: tuple[Callable[[World, Payment], object], ...] = (
    lambda world, payment: making.until(world, payment, ""),
    lambda world, payment: making.until(world, payment, "pay"),
    lambda world, payment: making.until(world, payment, "bank"),
    lambda world, payment: making.do(world, payment, decision="refuse"),
    _treasury_sends_back,
    _bank_returns,
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    lives=st.lists(
        st.tuples(st.integers(1, 250), st.integers(0, len(WAYS) - 1)), min_size=1, max_size=4
    )
)
def test_money_is_neither_made_nor_lost_in_any_lives(
    world: World, lives: list[tuple[int, int]]
) -> None:
    before = money.by_allocation([world.allocation.pk])[world.allocation.pk]
    for amount_wan, way in lives:
        try:
            payment = making.a_payment(world, amount_fen=amount_wan * WAN)
            WAYS[way](world, payment)
        except Refused:
            continue
    after = money.by_allocation([world.allocation.pk])[world.allocation.pk]
    assert after.arrived_fen == before.arrived_fen == 1500 * WAN
    assert min(after.available_fen, after.reserved_fen, after.paid_fen) >= 0
    rows = dict(Payment.objects.values_list("id", "amount_fen"))
    states = dict(Payment.objects.values_list("id", "state"))
    assert after.reserved_fen == sum(rows[k] for k, s in states.items() if s == "reserved")
    assert after.paid_fen == sum(rows[k] for k, s in states.items() if s in ("posted", "paid"))
    assert ledger.proof().holds
