"""Where a request stands: the facts that the rules hold it against, read in a few statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Max, Sum

from nancheng.domains.funds.models import (
    Allocation,
    Certificate,
    Contract,
    CostItem,
    FundedProject,
    Invoice,
    NegativeTerm,
    Payment,
    Screening,
)
from nancheng.domains.funds.queries import money
from nancheng.domains.funds.rules import facts as values
from nancheng.domains.funds.rules.facts import (
    Application,
    ContractStanding,
    CostItemStanding,
    Facts,
    ForbiddenTerm,
    ProjectStanding,
    Request,
    Verdict,
)
from nancheng.domains.funds.rules.flags import Earlier
from nancheng.foundation.register.rules import Stage

# Money that is on its way or gone: it counts against contract, item and estimate.
COMMITTED = (Payment.State.RESERVED, Payment.State.POSTED, Payment.State.PAID)
LIVE = (*COMMITTED, Payment.State.APPLIED, Payment.State.RETURNED)


def request_of(application: Application, contract: Contract, *, on: date) -> Request:
    """Return the request as the rules see it; without a payee named it is the contract's party."""
    return Request(
        amount_fen=application.amount_fen,
        payee_id=application.payee_id or contract.party_id,
        payee_account=application.payee_account,
        to_wage_account=application.to_wage_account,
        purpose=application.purpose,
        progress_permille=application.progress_permille,
        invoices=application.invoices,
        papers=application.papers,
        applied_on=on,
    )


def facts_of(application: Application, *, on: date, payment_id: int | None = None) -> Facts:
    """Return what the rules need to know about a request; ``payment_id`` leaves itself out.

    The application's ids must exist: ``Allocation.DoesNotExist`` and its like otherwise.
    """
    allocation = Allocation.objects.get(pk=application.allocation_id)
    contract = Contract.objects.get(pk=application.contract_id)
    item = CostItem.objects.get(pk=application.cost_item_id)
    project = FundedProject.objects.select_related("project").get(pk=allocation.project_id)
    in_project = {contract.project_id, item.project_id} == {project.pk}
    return Facts(
        project=_project(project, payment_id),
        allocation=money.standing(allocation.pk),
        contract=_contract(contract, payment_id),
        cost_item=CostItemStanding(
            name=item.name,
            approved_fen=item.approved_fen,
            committed_fen=_committed(payment_id, cost_item=item),
            is_in_project=in_project,
        ),
        terms=terms(on=on, uses=True),
        used_invoices=_used(application.invoices, payment_id),
    )


def terms(*, on: date, uses: bool) -> tuple[ForbiddenTerm, ...]:
    """Return the negative list in force on a day: forbidden uses, or kinds of projects."""
    return tuple(
        ForbiddenTerm(*row)
        for row in NegativeTerm.objects.filter(valid_from__lte=on, is_use=uses).values_list(
            "group", "word", "is_use", "basis"
        )
    )


def earlier(contract_id: int, *, but: int | None = None) -> list[Earlier]:
    """Return the live requests under a contract, for the check against splitting."""
    return [
        Earlier(*row)
        for row in Payment.objects.filter(contract_id=contract_id, state__in=LIVE)
        .exclude(pk=but or 0)
        .order_by("applied_on", "id")
        .values_list("case__number", "amount_fen", "applied_on")
    ]


def verdicts(project_id: int) -> tuple[Verdict, ...]:
    """Return what was said about a project's hits on the negative list."""
    found = Screening.objects.filter(project_id=project_id).values_list("verdict", flat=True)
    return tuple(Verdict(verdict) for verdict in found)


def application_of(payment: Payment) -> Application:
    """Return a payment as the application it was handed in as."""
    return Application(
        allocation_id=payment.allocation_id,
        contract_id=payment.contract_id,
        cost_item_id=payment.cost_item_id,
        amount_fen=payment.amount_fen,
        payee_account=payment.payee_account,
        to_wage_account=payment.to_wage_account,
        purpose=payment.purpose,
        progress_permille=payment.progress_permille,
        invoices=tuple(
            values.Invoice(*row)
            for row in payment.invoices.filter(released_at__isnull=True).values_list(
                "number", "amount_fen"
            )
        ),
        papers=frozenset(payment.papers.split()),
        payee_id=payment.payee_id,
    )


def _project(project: FundedProject, payment_id: int | None) -> ProjectStanding:
    return ProjectStanding(
        name=project.project.name,
        stage=Stage(project.project.stage),
        estimate_fen=project.estimate_fen,
        committed_fen=_committed(payment_id, allocation__project=project),
        verdicts=verdicts(project.pk),
    )


def _contract(contract: Contract, payment_id: int | None) -> ContractStanding:
    certified = Certificate.objects.filter(contract=contract).aggregate(
        most=Max("progress_permille")
    )["most"]
    return ContractStanding(
        number=contract.number,
        payee_id=contract.party_id,
        payee_account=contract.payee_account,
        wage_account=contract.wage_account,
        price_fen=contract.price_fen,
        retention_permille=contract.retention_permille,
        committed_fen=_committed(payment_id, contract=contract),
        certified_permille=certified or 0,
    )


def _committed(payment_id: int | None, **of: object) -> int:
    total = (
        Payment.objects.filter(state__in=COMMITTED, **of)
        .exclude(pk=payment_id or 0)
        .aggregate(total=Sum("amount_fen"))["total"]
    )
    return int(total or 0)


def _used(invoices: Iterable[values.Invoice], payment_id: int | None) -> frozenset[str]:
    numbers = {invoice.number for invoice in invoices}
    found = Invoice.objects.filter(number__in=numbers, released_at__isnull=True).exclude(
        payment_id=payment_id or 0
    )
    return frozenset(found.values_list("number", flat=True))
