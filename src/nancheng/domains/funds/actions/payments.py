"""Payments from bond money: asked for, certified, reserved, posted, answered by the bank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from nancheng.domains.funds.models import (
    Allocation,
    Contract,
    FundedProject,
    Invoice,
    Office,
    Payment,
)
from nancheng.domains.funds.queries import reach, standing
from nancheng.domains.funds.rules import flags as oddities
from nancheng.domains.funds.rules import idle, payments
from nancheng.domains.funds.rules.facts import Application, Facts, Request
from nancheng.domains.funds.rules.flags import Flag
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import queries as case_queries
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

KIND = "funds.payment"
APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Looked:
    """A request held against the rules: what it is, what stands, and what is odd about it."""

    request: Request
    facts: Facts
    flags: tuple[Flag, ...]
    faults: tuple[Refused, ...]


def look(application: Application, *, at: datetime, payment: Payment | None = None) -> Looked:
    """Hold an application against every rule; nothing is written. For the form's live check too."""
    on = timezone.localdate(at)
    contract = Contract.objects.get(pk=application.contract_id)
    request = standing.request_of(application, contract, on=on)
    facts = standing.facts_of(application, on=on, payment_id=payment.pk if payment else None)
    return Looked(
        request=request,
        facts=facts,
        flags=_flags(request, facts, contract, payment),
        faults=payments.faults(request, facts),
    )


def _flags(
    request: Request, facts: Facts, contract: Contract, payment: Payment | None
) -> tuple[Flag, ...]:
    on = request.applied_on
    found = (
        oddities.screening_flag(facts.project.verdicts),
        oddities.split_flag(
            request,
            standing.earlier(contract.pk, but=payment.pk if payment else None),
            threshold_fen=int(case_queries.parameter("funds.split-threshold-fen", on=on)),
            window_days=int(case_queries.parameter("funds.split-window-days", on=on)),
        ),
    )
    return tuple(flag for flag in found if flag is not None)


@transaction.atomic
def apply(application: Application, *, by: Actor, at: datetime, key: str) -> Payment:
    """Hand in an application: a case is opened and its first step done. The key makes it once.

    Raises ``Refused`` for one broken rule, or "funds.several-faults" carrying all of them.
    """
    _within_reach(application, by)
    contract = _lock_contract(application.contract_id)
    parties = _parties(contract, by)
    looked = look(application, at=at)
    # A second click finds the case and must not be held against itself.
    if known := _made_before(by, key):
        return known
    payments.refuse_all(looked.faults)
    case = cases.open_case(
        kind=KIND,
        title=_title(contract),
        variables=_variables(application, looked),
        parties=parties,
        by=by,
        at=at,
        key=key,
    )
    payment = Payment.objects.create(case=case, **_columns(application, looked))
    _put_invoices(payment, application)
    _finish_application(case.pk, by=by, at=at, key=f"{key}/apply")
    return payment


@transaction.atomic
def apply_again(
    payment_id: int, *, application: Application, version: int, by: Actor, at: datetime, key: str
) -> Payment:
    """Hand in a returned application again, changed or not.

    Raises ``Refused`` as ``apply``, or "funds.changed-meanwhile" for an older version.
    """
    _within_reach(application, by)
    _lock_contract(application.contract_id)
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    if payment.version != version:
        raise Refused("funds.changed-meanwhile", current=payment.version, yours=version)
    if payment.contract_id != application.contract_id:
        raise Refused("funds.contract-stays", field="contract")
    looked = look(application, at=at, payment=payment)
    payments.refuse_all(looked.faults)
    for name, value in _columns(application, looked).items():
        setattr(payment, name, value)
    payment.state = Payment.State.APPLIED
    payment.version += 1
    payment.save()
    payment.invoices.filter(released_at__isnull=True).update(released_at=at)
    _put_invoices(payment, application)
    _finish_application(
        payment.case_id, by=by, at=at, key=key, values=_variables(application, looked)
    )
    return payment


def check_again(
    *, case_id: int, values: Mapping[str, Any], by: Actor, at: datetime, key: str
) -> Mapping[str, Any]:
    """Before the step "apply" is done: what stands must still satisfy every rule."""
    payment = Payment.objects.filter(case_id=case_id).first()
    if payment is None:
        raise Refused("funds.no-application")
    looked = look(standing.application_of(payment), at=at, payment=payment)
    payments.refuse_all(looked.faults)
    return {**values, **_variables(standing.application_of(payment), looked)}


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


def _made_before(by: Actor, key: str) -> Payment | None:
    known = cases.done_before(by=by, key=key)
    return Payment.objects.filter(case=known).first() if known else None


def _columns(application: Application, looked: Looked) -> dict[str, Any]:
    return {
        "allocation_id": application.allocation_id,
        "contract_id": application.contract_id,
        "cost_item_id": application.cost_item_id,
        "payee_id": looked.request.payee_id,
        "payee_account": application.payee_account,
        "to_wage_account": application.to_wage_account,
        "amount_fen": application.amount_fen,
        "progress_permille": application.progress_permille,
        "purpose": application.purpose,
        "papers": " ".join(sorted(application.papers)),
        "flags": [{"code": flag.code, "figures": dict(flag.figures)} for flag in looked.flags],
        "applied_on": looked.request.applied_on,
    }


def _variables(application: Application, looked: Looked) -> dict[str, Any]:
    allocated_fen = Allocation.objects.values_list("amount_fen", flat=True).get(
        pk=application.allocation_id
    )
    return {
        "amount_fen": application.amount_fen,
        "share_permille": idle.permille(application.amount_fen, allocated_fen),
        "flagged": bool(looked.flags),
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
