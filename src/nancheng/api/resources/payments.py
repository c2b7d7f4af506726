"""Payments from bond money: the list, one payment, what may be asked for, asking for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from nancheng.api import declaring, listing, once, problems
from nancheng.api import reach as scope
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.resources import funds
from nancheng.api.resources.funds import ContractTold, ItemTold, MoneyTold
from nancheng.api.shapes import Day, Fen, Given, Id, Line, Mark, Number, Page, Permille, PositiveFen
from nancheng.domains.funds.actions import payments as actions
from nancheng.domains.funds.queries import payments, reach
from nancheng.domains.funds.rules.facts import Application, Invoice
from nancheng.domains.funds.views import lists
from nancheng.foundation.files import queries as files
from nancheng.kernel.refusal import Refused

router = Router(tags=["funds"])
VIEW = Need(reach.VIEW_PAYMENTS)
APPLY = Need(reach.APPLY)
# Our choice, as on the form: more papers or invoices than this is a mistake.
PAPERS_MAX = 40
INVOICES_MAX = 50
# What the rules call the fields they blame, by what they are called here.
POINTERS = {
    "contract": "contract_id",
    "allocation": "allocation_id",
    "cost_item": "cost_item_id",
    "amount": "amount_fen",
    "account": "payee_account",
    "progress": "progress_permille",
}


class PaymentTold(Schema):
    """A payment, from application to the bank's answer."""

    number: str
    title: str
    state: str
    case_status: str
    project_number: str
    bond_code: str
    contract_number: str
    payee_uscc: str
    payee_name: str
    amount_fen: Fen
    progress_permille: int
    purpose: str
    applied_on: Day
    paid_on: Day | None
    step: str | None
    step_due_on: Day | None
    flags: list[str]
    version: int


class SourceTold(Schema):
    """An allocation that may pay a contract, and what is in it."""

    allocation_id: Id
    bond_code: str
    money: MoneyTold


class Offer(Schema):
    """What an application under a contract may choose from."""

    contract: ContractTold
    certified_permille: int
    sources: list[SourceTold]
    items: list[ItemTold]


class InvoiceGiven(Given):
    """One invoice put forward."""

    number: str = Field(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9]+$")
    amount_fen: PositiveFen


class Asking(Given):
    """What an application asks for; papers are drafts kept under /files, by purpose."""

    allocation_id: Id
    contract_id: Id
    cost_item_id: Id
    amount_fen: PositiveFen
    payee_account: Mark
    to_wage_account: bool = False
    purpose: Line
    progress_permille: Permille
    invoices: list[InvoiceGiven] = Field(max_length=INVOICES_MAX)
    attachment_ids: list[Id] = Field(default_factory=list, max_length=PAPERS_MAX)


class AskingAgain(Asking):
    """A returned application, handed in again from this version of it."""

    version: Id


def _rows(caller: Caller) -> QuerySet[Any]:
    return scope.of_kinds(payments.listed(caller.actor), caller, "case__kind")


def _load(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    rows = {row.pk: row for row in payments.load(_rows(caller).filter(pk__in=ids))}
    return [_told(rows[one]) for one in ids if one in rows]


def _told(row: Any) -> dict[str, Any]:
    own = ("amount_fen", "progress_permille", "purpose", "applied_on", "paid_on", "version")
    return {
        "number": row.case.number,
        "title": row.case.title,
        "state": row.state,
        "case_status": row.case.status,
        "project_number": row.allocation.project.project.number,
        "bond_code": row.allocation.bond.code,
        "contract_number": row.contract.number,
        "payee_uscc": row.payee.uscc,
        "payee_name": row.payee.name,
        **{name: getattr(row, name) for name in own},
        "step": row.step.name if row.step else None,
        "step_due_on": row.step_due_on,
        "flags": [flag["code"] for flag in row.flags],
    }


PAYMENTS = Listing(lists.PAYMENTS, _rows, _load)


@declaring.reads(router, "/funds/payments", need=VIEW, gives=Page[PaymentTold], listing=PAYMENTS)
def payment_list(request: ApiRequest) -> dict[str, Any]:
    """List the payments within reach."""
    return listing.answer(PAYMENTS, request, request.caller)


@declaring.reads(router, "/funds/payments/{number}", need=VIEW, gives=PaymentTold)
def payment(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Tell one payment."""
    return _one(request.caller, number)


def _one(caller: Caller, number: str) -> dict[str, Any]:
    found = payments.load(_rows(caller).filter(case__number=number))
    if not found:
        raise Http404
    return _told(found[0])


@declaring.reads(router, "/funds/contracts", need=APPLY, gives=list[ContractTold])
def contracts(request: ApiRequest) -> list[dict[str, Any]]:
    """List the contracts that the caller may apply under."""
    found = payments.contracts_to_pay(request.caller.actor)
    return [funds.contract(one, 0, is_payer=True) for one in found]


@declaring.reads(router, "/funds/contracts/{contract_id}/offer", need=APPLY, gives=Offer)
def offer(request: ApiRequest, contract_id: Id) -> dict[str, Any]:
    """Tell what an application under a contract may choose from."""
    found = payments.offer(contract_id, request.caller.actor)
    if found is None:
        raise Http404
    return {
        "contract": funds.contract(found.contract, found.committed_fen, is_payer=True),
        "certified_permille": found.certified_permille,
        "sources": [
            {
                "allocation_id": one.allocation.pk,
                "bond_code": one.allocation.bond.code,
                "money": funds.money(one.money),
            }
            for one in found.sources
        ],
        "items": [
            {
                "id": one.pk,
                "code": one.code,
                "name": one.name,
                "name_en": one.name_en,
                "approved_fen": one.approved_fen,
                "committed_fen": 0,
            }
            for one in found.items
        ],
    }


@declaring.writes(router, "POST", "/funds/payments", need=APPLY, gives={201: PaymentTold})
def apply(request: ApiRequest, given: Asking) -> HttpResponse:
    """Ask for a payment: every rule of the form is checked, and all that is wrong is named."""
    caller = request.caller
    scope.check_kind(caller, actions.KIND)

    def act(key: str) -> PaymentTold:
        try:
            made = actions.apply(
                _application(given, caller), by=caller.actor, at=caller.at, key=key
            )
        except Refused as refused:
            raise problems.renamed(refused, POINTERS) from refused
        return _answer(made)

    return once.once(request, caller, act, status=201)


@declaring.writes(
    router, "POST", "/funds/payments/{number}/apply-again", need=APPLY, gives=PaymentTold
)
def apply_again(request: ApiRequest, number: Number, given: AskingAgain) -> HttpResponse:
    """Hand in an application that came back, changed or not."""
    caller = request.caller
    scope.check_kind(caller, actions.KIND)

    def act(key: str) -> PaymentTold:
        returned = payments.returned_by_number(number, caller.actor)
        if returned is None:
            raise Http404
        try:
            made = actions.apply_again(
                returned.pk,
                application=_application(given, caller, had=returned.papers),
                version=given.version,
                by=caller.actor,
                at=caller.at,
                key=key,
            )
        except Refused as refused:
            raise problems.renamed(refused, POINTERS) from refused
        return _answer(made)

    return once.once(request, caller, act, status=200)


def _application(given: Asking, caller: Caller, *, had: str = "") -> Application:
    kept = files.drafts(given.attachment_ids, caller.actor)
    if len(kept) != len(set(given.attachment_ids)):
        raise Refused("files.not-yours", field="attachment_ids")
    return Application(
        allocation_id=given.allocation_id,
        contract_id=given.contract_id,
        cost_item_id=given.cost_item_id,
        amount_fen=given.amount_fen,
        payee_account=given.payee_account,
        to_wage_account=given.to_wage_account,
        purpose=given.purpose,
        progress_permille=given.progress_permille,
        invoices=tuple(Invoice(one.number, one.amount_fen) for one in given.invoices),
        papers=frozenset({one.purpose for one in kept} | set(had.split())),
        attachment_ids=tuple(one.pk for one in kept),
    )


def _answer(made: Any) -> PaymentTold:
    """Return a payment just handed in, as its applicant may be told at once."""
    (row,) = payments.load(payments.by_id([made.pk]))
    return PaymentTold.model_validate(_told(row))
