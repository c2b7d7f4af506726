"""What the drawing of a payment calls: certificates, reservation, posting, the bank's answer.

Each runs inside the transaction of the command that reached it; a refusal refuses the command.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone

from nancheng.domains.funds.models import BankReturn, Certificate, Payment
from nancheng.domains.funds.queries import money, standing
from nancheng.domains.funds.rules import payments as rules
from nancheng.foundation.cases import queries as cases
from nancheng.foundation.ledger import actions as ledger
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

Values = Mapping[str, Any]
State = Payment.State


def certify(*, case_id: int, values: Values, by: Actor, at: datetime, key: str) -> Values:
    """Before the supervisor's step is done: keep the certificate of cumulative progress.

    Raises ``Refused`` "funds.certificate-short".
    """
    given = dict(values)
    certified = given.pop("progress", None)
    number = given.pop("certificate_number", "")
    if values.get("decision") != "agree":
        return given
    payment = _payment(case_id)
    contract = payment.contract
    before = contract.certificates.aggregate(most=Max("progress_permille"))["most"] or 0
    rules.check_certificate(
        certified or 0, asked_permille=payment.progress_permille, before_permille=before
    )
    if contract.certificates.filter(number=number).exists():
        raise Refused("funds.certificate-used", field="certificate_number", number=number)
    Certificate.objects.create(
        contract=contract,
        payment=payment,
        progress_permille=certified,
        certified_on=_day(at),
        certified_by_id=by.identity_id,
        number=number,
    )
    return {**given, "certified_permille": certified}


def answer_of_bank(*, case_id: int, values: Values, by: Actor, at: datetime, key: str) -> Values:
    """Before the bank's answer is recorded as done: a payment that arrived is paid on its day."""
    given = {name: _plain(value) for name, value in values.items()}
    if values.get("decision") == "paid":
        payment = _payment(case_id)
        if payment.state != State.POSTED:
            raise Refused("funds.not-posted", state=payment.get_state_display())
        payment.state = State.PAID
        payment.paid_on = values["answered_on"]
        payment.save(update_fields=["state", "paid_on"])
    return given


def reserve(*, case_id: int, variables: Values, by: Actor | None, at: datetime, key: str) -> Values:
    """Set the money aside, after every rule was asked once more, the certificate among them."""
    payment = _payment(case_id)
    application = standing.application_of(payment)
    request = standing.request_of(application, payment.contract, on=_day(at))
    facts = standing.facts_of(application, on=_day(at), payment_id=payment.pk)
    rules.refuse_all(rules.faults(request, facts, checks=rules.CHECKS_ON_RESERVATION))
    reservation = ledger.reserve(
        debit=money.pot_account(payment.allocation_id),
        credit=money.paid_account(payment.allocation_id),
        amount_fen=payment.amount_fen,
        reason="funds.reserved",
        case_id=case_id,
        by=by,
        at=at,
        key=f"{key}/reserve",
    )
    payment.reservation_id = reservation.pk
    payment.state = State.RESERVED
    payment.save(update_fields=["reservation", "state"])
    return {}


def post(*, case_id: int, variables: Values, by: Actor | None, at: datetime, key: str) -> Values:
    """Move the reserved money to the payee: the treasury gave the order."""
    payment = _payment(case_id)
    posting = ledger.post(reservation_id=payment.reservation_id, by=by, at=at, key=f"{key}/post")
    payment.posting_id = posting.pk
    payment.order_number = str(variables.get("order_number", ""))
    payment.state = State.POSTED
    payment.save(update_fields=["posting", "order_number", "state"])
    return {}


def void(*, case_id: int, variables: Values, by: Actor | None, at: datetime, key: str) -> Values:
    """Give the reserved money back to the pot: the treasury did not pay."""
    payment = _payment(case_id)
    _void(payment, by=by, at=at, key=key)
    payment.state = State.APPLIED
    payment.save(update_fields=["reservation", "state"])
    return {}


def reverse(*, case_id: int, variables: Values, by: Actor | None, at: datetime, key: str) -> Values:
    """Book the money back that the bank returned; the payment starts again from its reviewers."""
    payment = _payment(case_id)
    reversal = ledger.reverse(transfer_id=payment.posting_id, by=by, at=at, key=f"{key}/reverse")
    BankReturn.objects.create(
        payment=payment,
        returned_on=date.fromisoformat(str(variables["answered_on"])),
        reason=str(variables.get("return_reason", "")),
        reversal_id=reversal.pk,
    )
    payment.posting_id = payment.reservation_id = None
    payment.state = State.RETURNED
    payment.save(update_fields=["posting", "reservation", "state"])
    return {}


def refuse(*, case_id: int, variables: Values, by: Actor | None, at: datetime, key: str) -> Values:
    """Close a request that somebody refused: its invoices may be used again."""
    _close(_payment(case_id), State.REFUSED, by=by, at=at, key=key)
    return {}


def on_end(*, case_id: int, variables: Values, by: Actor | None, at: datetime, key: str) -> Values:
    """When a case is over: one ended by hand gives its money and invoices back.

    Raises ``Refused`` "funds.money-under-way" while the bank has not answered.
    """
    payment = Payment.objects.select_for_update().filter(case_id=case_id).first()
    if payment is None or payment.state in (State.PAID, State.REFUSED):
        return {}
    if payment.state == State.POSTED:
        raise Refused("funds.money-under-way", amount_fen=payment.amount_fen)
    _close(payment, State.DROPPED, by=by, at=at, key=key)
    return {}


def urge(*, case_id: int, variables: Values, by: Actor | None, at: datetime, key: str) -> Values:
    """Tell whoever holds the open step that its time is nearly over."""
    for task in cases.open_tasks([case_id]):
        holders = (
            [task.claimed_by_id]
            if task.claimed_by_id
            else people.holders(post_id=task.post_id, on=_day(at))
        )
        messages.notify(
            identity_ids=holders,
            code="funds.urge",
            figures={"title": cases.title(case_id), "step": task.name},
            case_id=case_id,
            at=at,
            key=f"{key}/{task.item}",
        )
    return {}


def _payment(case_id: int) -> Payment:
    return (
        Payment.objects.select_for_update(of=("self",))
        .select_related("contract")
        .get(case_id=case_id)
    )


def _void(payment: Payment, *, by: Actor | None, at: datetime, key: str) -> None:
    if payment.reservation_id is not None:
        ledger.void(reservation_id=payment.reservation_id, by=by, at=at, key=f"{key}/void")
        payment.reservation_id = None


def _close(
    payment: Payment, state: Payment.State, *, by: Actor | None, at: datetime, key: str
) -> None:
    _void(payment, by=by, at=at, key=key)
    payment.state = state
    payment.save(update_fields=["reservation", "state"])
    payment.invoices.filter(released_at__isnull=True).update(released_at=at)


def _day(at: datetime) -> date:
    return timezone.localdate(at)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
