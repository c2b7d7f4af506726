"""Payments from bond money: asked for, certified, reserved, posted, answered by the bank."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from nancheng.domains.funds.models import (
    Allocation,
    Contract,
    FundedProject,
    Invoice,
    Office,
    Payment,
)
from nancheng.domains.funds.queries import examination, reach, standing
from nancheng.domains.funds.queries.examination import Examined
from nancheng.domains.funds.rules import idle, payments
from nancheng.domains.funds.rules.facts import Application
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import keys
from nancheng.foundation.cases import queries as case_queries
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.files import actions as files
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

KIND = "funds.payment"
APPLY = "apply"


@transaction.atomic
def apply(application: Application, *, by: Actor, at: datetime, key: str) -> Payment:
    """Hand in an application: a case is opened and its first step done. The key makes it once.

    Raises ``Refused`` for one broken rule, or "funds.several-faults" carrying all of them.
    """
    _within_reach(application, by)
    contract = _lock_contract(application.contract_id)
    parties = _parties(contract, by)
    # A second click finds its own payment and must not be held against it.
    request_key = f"{by.identity_id}:{key}"
    if known := Payment.objects.filter(request_key=request_key).first():
        return known
    examined = examination.examine(application, at=at)
    payments.refuse_all(examined.faults)
    opening = Opening(
        kind=KIND,
        title=_title(contract),
        variables=_variables(application, examined),
        parties=parties,
    )
    case = cases.open_case(opening, by=by, at=at, key=key)
    payment = Payment.objects.create(
        case=case, request_key=request_key, **_columns(application, examined)
    )
    _put_invoices(payment, application)
    files.attach(application.attachment_ids, case_id=case.pk, by=by, at=at)
    _finish_application(case.pk, by=by, at=at, key=f"{key}/apply")
    return payment


@transaction.atomic
def apply_again(
    payment_id: int, *, application: Application, version: int, by: Actor, at: datetime, key: str
) -> Payment:
    """Hand in a returned application again, changed or not. The key makes it once.

    Raises ``Refused`` as ``apply``, or "funds.changed-meanwhile" for an older version.
    """
    _within_reach(application, by)
    _lock_contract(application.contract_id)
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    if keys.done_before(by=by, key=key):
        return payment
    if payment.version != version:
        raise Refused("funds.changed-meanwhile", current=payment.version, yours=version)
    if payment.contract_id != application.contract_id:
        raise Refused("funds.contract-stays", field="contract")
    examined = examination.examine(application, at=at, payment=payment)
    payments.refuse_all(examined.faults)
    for name, value in _columns(application, examined).items():
        setattr(payment, name, value)
    payment.state = Payment.State.APPLIED
    payment.version += 1
    payment.save()
    payment.invoices.filter(released_at__isnull=True).update(released_at=at)
    _put_invoices(payment, application)
    files.attach(application.attachment_ids, case_id=payment.case_id, by=by, at=at)
    _finish_application(
        payment.case_id, by=by, at=at, key=key, values=_variables(application, examined)
    )
    return payment


def check_again(
    *, case_id: int, values: Mapping[str, Any], by: Actor, at: datetime, key: str
) -> Mapping[str, Any]:
    """Before the step "apply" is done: what stands must still satisfy every rule."""
    payment = Payment.objects.filter(case_id=case_id).first()
    if payment is None:
        raise Refused("funds.no-application")
    examined = examination.examine(standing.application_of(payment), at=at, payment=payment)
    payments.refuse_all(examined.faults)
    return {**values, **_variables(standing.application_of(payment), examined)}


def _within_reach(application: Application, by: Actor) -> None:
    """Refuse money, contract or item beyond one's reach exactly like one that does not exist."""
    mine = reach.projects(by, reach.APPLY)
    found = FundedProject.objects.filter(
        pk__in=mine,
        allocations=application.allocation_id,
        contracts=application.contract_id,
        cost_items=application.cost_item_id,
    )
    if not found.exists():
        raise Refused("funds.no-such-source", field="contract")


def _lock_contract(contract_id: int) -> Contract:
    return (
        Contract.objects.select_for_update(of=("self",))
        .select_related("project__project__unit", "supervision")
        .get(pk=contract_id)
    )


def _parties(contract: Contract, by: Actor) -> Mapping[str, int]:
    master = contract.project.project
    offices = dict(Office.objects.values_list("party", "department_id"))
    parties = {
        "applicant": master.unit.department_id or by.department_id,
        "supervisor": contract.supervision.department_id,
        "supervising": master.supervising_department_id,
        "finance": offices.get("finance"),
        "leader": offices.get("leader"),
        "treasury": offices.get("treasury"),
    }
    if missing := sorted(party for party, department in parties.items() if department is None):
        raise Refused("funds.party-missing", parties=tuple(missing))
    return {party: department for party, department in parties.items() if department is not None}


def _title(contract: Contract) -> str:
    return f"{contract.project.project.name} · {contract.name}"[:200]


def _columns(application: Application, examined: Examined) -> dict[str, Any]:
    return {
        "allocation_id": application.allocation_id,
        "contract_id": application.contract_id,
        "cost_item_id": application.cost_item_id,
        "payee_id": examined.request.payee_id,
        "payee_account": application.payee_account,
        "to_wage_account": application.to_wage_account,
        "amount_fen": application.amount_fen,
        "progress_permille": application.progress_permille,
        "purpose": application.purpose,
        "papers": " ".join(sorted(application.papers)),
        "flags": [{"code": flag.code, "figures": dict(flag.figures)} for flag in examined.flags],
        "applied_on": examined.request.applied_on,
    }


def _variables(application: Application, examined: Examined) -> dict[str, Any]:
    allocated_fen = Allocation.objects.values_list("amount_fen", flat=True).get(
        pk=application.allocation_id
    )
    return {
        "amount_fen": application.amount_fen,
        "share_permille": idle.permille(application.amount_fen, allocated_fen),
        "flagged": bool(examined.flags),
    }


def _put_invoices(payment: Payment, application: Application) -> None:
    Invoice.objects.bulk_create(
        [
            Invoice(payment=payment, number=invoice.number, amount_fen=invoice.amount_fen)
            for invoice in application.invoices
        ]
    )


def _finish_application(
    case_id: int, *, by: Actor, at: datetime, key: str, values: Mapping[str, Any] | None = None
) -> None:
    task = next((one for one in case_queries.open_tasks([case_id]) if one.node == APPLY), None)
    if task is None:
        raise Refused("funds.not-with-applicant")
    cases.complete(task_id=task.pk, values=values or {}, by=by, at=at, key=key)
