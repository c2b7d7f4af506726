"""Payments as lists show them, and what the application form offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, QuerySet, Sum

from nancheng.domains.funds.models import Allocation, Contract, CostItem, Payment
from nancheng.domains.funds.queries import money, reach, standing
from nancheng.domains.funds.queries.money import Money
from nancheng.foundation.cases import queries as cases
from nancheng.foundation.people.rules import Actor


@dataclass(frozen=True, slots=True)
class Source:
    """One allocation that may pay a contract, with where its money is."""

    allocation: Allocation
    money: Money


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything the application form shows beside it and lets one choose from."""

    contract: Contract
    sources: tuple[Source, ...]
    items: tuple[CostItem, ...]
    committed_fen: int
    certified_permille: int


_SHOWN = (
    "case__department",
    "allocation__project__project",
    "allocation__bond",
    "contract",
    "payee",
)


def listed(actor: Actor | None) -> QuerySet[Payment]:
    """Return the payments within reach, for a table."""
    return reach.payments(actor).select_related(*_SHOWN)


def by_id(ids: Iterable[int]) -> QuerySet[Payment]:
    """Return some payments as lists show them; the caller has just written them."""
    return Payment.objects.filter(pk__in=list(ids)).select_related(*_SHOWN)


def load(rows: Iterable[Payment]) -> list[Payment]:
    """Put the open step and its due date on each payment of a page. One statement."""
    found = list(rows)
    open_tasks = {task.case_id: task for task in cases.open_tasks([row.case_id for row in found])}
    for row in found:
        task = open_tasks.get(row.case_id)
        row.step = task  # type: ignore[attr-defined]
        row.step_due_on = task.due_on if task else None  # type: ignore[attr-defined]
    return found


def contracts_to_pay(actor: Actor | None) -> QuerySet[Contract]:
    """Return the contracts an actor may apply under."""
    return (
        reach.contracts(actor, reach.APPLY)
        .select_related("project__project", "party", "cost_item")
        .order_by("project__project__number", "number")
    )


def offer(contract_id: int, actor: Actor | None) -> Offer | None:
    """Return what a contract's application form offers, or None out of reach."""
    contract = contracts_to_pay(actor).select_related("supervision").filter(pk=contract_id).first()
    if contract is None:
        return None
    allocations = list(
        Allocation.objects.filter(project_id=contract.project_id).select_related("bond")
    )
    moneys = money.by_allocation(one.pk for one in allocations)
    sums = contract.payments.filter(state__in=standing.COMMITTED).aggregate(total=Sum("amount_fen"))
    most = contract.certificates.aggregate(most=Max("progress_permille"))
    return Offer(
        contract=contract,
        sources=tuple(Source(one, moneys[one.pk]) for one in allocations),
        items=tuple(CostItem.objects.filter(project_id=contract.project_id)),
        committed_fen=sums["total"] or 0,
        certified_permille=most["most"] or 0,
    )


def returned(case_id: int, actor: Actor | None) -> Payment | None:
    """Return a payment that stands with its applicant again, if the actor may apply for it."""
    return (
        Payment.objects.filter(case_id=case_id, contract__in=reach.contracts(actor, reach.APPLY))
        .select_related("case", "contract")
        .first()
    )


def returned_by_number(number: str, actor: Actor | None) -> Payment | None:
    """Return a payment by its case's number, if the actor may apply for it."""
    mine = Payment.objects.filter(contract__in=reach.contracts(actor, reach.APPLY))
    return mine.select_related("case", "contract").filter(case__number=number).first()


def overdue_steps(actor: Actor | None, *, on: date) -> QuerySet[Payment]:
    """Return the payments within reach one of whose open steps is past its day, oldest first."""
    late = listed(actor).filter(
        case__status="open",
        case__tasks__state__in=("offered", "claimed"),
        case__tasks__due_on__lt=on,
    )
    return late.distinct().order_by("applied_on", "id")
