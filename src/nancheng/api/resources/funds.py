"""Special bonds: bonds and their allocations, projects' money, the book of a project."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from ninja import Router, Schema

from nancheng.api import declaring, listing, telling
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.shapes import Day, Fen, Id, Number, Page
from nancheng.domains.funds.queries import bonds, projects, reach, statements, wording
from nancheng.domains.funds.views import lists

router = Router(tags=["funds"])
VIEW_BONDS = Need(reach.VIEW_BONDS)
VIEW_PROJECTS = Need(reach.VIEW_PROJECTS)
VIEW_LEDGER = Need("funds.ledger.view")


class MoneyTold(Schema):
    """Where money is on its way from the bond to the payee."""

    due_fen: Fen
    arrived_fen: Fen
    available_fen: Fen
    reserved_fen: Fen
    paid_fen: Fen


class BondLine(Schema):
    """A bond with its terms; the coupon in thousandths of a percent."""

    code: str
    name: str
    name_en: str
    batch: str
    amount_fen: Fen
    coupon_milli: int
    tenor_years: int
    frequency: int
    repayment: str
    issued_on: Day
    interest_from: Day
    matures_on: Day
    money: MoneyTold
    projects: int
    is_demonstration: bool


class AllocationTold(Schema):
    """One bond's money for one project, and its part of each coupon."""

    id: Id
    project_number: str
    project_name: str
    project_name_en: str
    amount_fen: Fen
    coupon_fen: Fen
    money: MoneyTold


class Installment(Schema):
    """What falls due on one day."""

    due_on: Day
    interest_fen: Fen
    principal_fen: Fen


class BondTold(BondLine):
    """A bond with the allocations the caller sees and what falls due."""

    allocations: list[AllocationTold]
    is_whole: bool
    schedule: list[Installment]


class Aged(Schema):
    """A part of the money that arrived on one day, and how it lies."""

    arrived_on: Day
    amount_fen: Fen
    unpaid_fen: Fen
    light: str


class Thread(Schema):
    """A project's money on its way, and the ageing of what is unpaid."""

    number: str
    name: str
    name_en: str
    field: str
    allocated_fen: Fen
    money: MoneyTold
    unpaid_fen: Fen
    idle_fen: Fen
    light: str
    paid_permille: int
    payments: int


class ContractTold(Schema):
    """A contract that bond money may pay."""

    id: Id
    number: str
    name: str
    party_uscc: str
    party_name: str
    cost_item_id: Id
    payee_account: str
    wage_account: str
    price_fen: Fen
    committed_fen: Fen
    retention_permille: int


class ItemTold(Schema):
    """An item of the approved estimate."""

    id: Id
    code: str
    name: str
    name_en: str
    approved_fen: Fen
    committed_fen: Fen


class ProjectMoney(Thread):
    """A project's money whole."""

    ageing: list[Aged]
    allocations: list[Allocated]
    contracts: list[ContractTold]
    items: list[ItemTold]


class Allocated(Schema):
    """An allocation as its project sees it."""

    id: Id
    bond_code: str
    amount_fen: Fen
    money: MoneyTold


class BookLine(Schema):
    """One line of a project's book with the running balance."""

    booked_on: Day
    words: str
    bond: str
    case_number: str
    in_fen: Fen
    out_fen: Fen
    held_fen: Fen
    balance_fen: Fen
    available_fen: Fen
    by: str


class Book(Schema):
    """A project's book: every line behind its money, oldest first."""

    project_number: str
    as_of: Day
    money: MoneyTold
    lines: list[BookLine]


def money(where: Any) -> dict[str, int]:
    """Return where money is."""
    return {name: getattr(where, name) for name in MoneyTold.model_fields}


def _named(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


_BOND_APART = frozenset({"batch", "money", "projects"})
_BOND_OWN = [name for name in BondLine.model_fields if name not in _BOND_APART]


def _bond_line(row: Any) -> dict[str, Any]:
    return {
        **_named(row, _BOND_OWN),
        "batch": row.batch.name,
        "money": money(row.money),
        "projects": row.projects,
    }


def _bond_rows(caller: Caller) -> QuerySet[Any]:
    return bonds.listed(caller.actor)


def _load_bonds(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    own = bonds.load(_bond_rows(caller).filter(pk__in=ids), caller.actor)
    rows = {row.pk: row for row in own}
    return [_bond_line(rows[one]) for one in ids if one in rows]


def _thread(row: Any) -> dict[str, Any]:
    return {
        **_named(row, ("number", "name", "name_en", "allocated_fen", "idle_fen", "payments")),
        "paid_permille": row.paid_permille,
        "field": row.field_code,
        "money": money(row.money),
        "unpaid_fen": row.money.unpaid_fen,
        "light": str(row.light),
    }


def _threads(caller: Caller) -> list[Any]:
    return projects.threads(caller.actor, on=_today(caller))


def _load_threads(rows: list[Any], _caller: Caller) -> Iterable[dict[str, Any]]:
    return [_thread(row) for row in rows]


def _today(caller: Caller) -> date:
    return timezone.localdate(caller.at)


BONDS = Listing(lists.BONDS, _bond_rows, _load_bonds)
THREADS = Listing(lists.PROJECTS, _threads, _load_threads, key="number")


@declaring.reads(router, "/funds/bonds", need=VIEW_BONDS, gives=Page[BondLine], listing=BONDS)
def bond_list(request: ApiRequest) -> dict[str, Any]:
    """List the bonds within reach."""
    return listing.answer(BONDS, request, request.caller)


@declaring.reads(router, "/funds/bonds/{code}", need=VIEW_BONDS, gives=BondTold)
def bond(request: ApiRequest, code: Number) -> dict[str, Any]:
    """Tell a bond: terms, allocations within reach, what falls due."""
    page = bonds.page(code, request.caller.actor)
    if page is None:
        raise Http404
    return {
        **_named(page.bond, _BOND_OWN),
        "batch": page.bond.batch.name,
        "money": money(page.money),
        "projects": len({share.project_number for share in page.shares}),
        "allocations": [
            {
                "id": share.allocation.pk,
                **_named(share, ("project_number", "project_name", "project_name_en")),
                "amount_fen": share.allocation.amount_fen,
                "coupon_fen": share.coupon_fen,
                "money": money(share.money),
            }
            for share in page.shares
        ],
        "is_whole": page.is_whole,
        "schedule": [_named(one, Installment.model_fields) for one in page.schedule],
    }


@declaring.reads(router, "/funds/projects", need=VIEW_PROJECTS, gives=Page[Thread], listing=THREADS)
def project_list(request: ApiRequest) -> dict[str, Any]:
    """List the money of the projects within reach."""
    return listing.answer(THREADS, request, request.caller)


@declaring.reads(router, "/funds/projects/{number}", need=VIEW_PROJECTS, gives=ProjectMoney)
def project(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Tell a project's money: the thread, its age, allocations, contracts, items."""
    page = projects.page(number, request.caller.actor, on=_today(request.caller))
    if page is None:
        raise Http404
    return {
        **_thread(page.thread),
        "ageing": [
            {**_named(row, ("arrived_on", "amount_fen", "unpaid_fen")), "light": str(row.light)}
            for row in page.thread.aged
        ],
        "allocations": [
            {
                "id": one.pk,
                "bond_code": one.bond.code,
                "amount_fen": one.amount_fen,
                "money": money(where),
            }
            for one, where, _aged in page.allocations
        ],
        "contracts": [contract(one, one.committed_fen or 0) for one in page.contracts],
        "items": [
            {
                "id": one.pk,
                **telling.named(one),
                "approved_fen": one.approved_fen,
                "committed_fen": one.committed_fen or 0,
            }
            for one in page.items
        ],
    }


def contract(row: Any, committed_fen: int, *, is_payer: bool = False) -> dict[str, Any]:
    """Return a contract as it is told; whole account numbers are for whoever pays into them."""
    told = str if is_payer else wording.masked
    return {
        "id": row.pk,
        **_named(row, ("number", "name", "cost_item_id", "price_fen")),
        "payee_account": told(row.payee_account),
        "wage_account": told(row.wage_account),
        "retention_permille": row.retention_permille,
        "party_uscc": row.party.uscc,
        "party_name": row.party.name,
        "committed_fen": committed_fen,
    }


@declaring.reads(router, "/funds/projects/{number}/ledger", need=VIEW_LEDGER, gives=Book)
def ledger(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Tell a project's book of bond money with its running balance."""
    on = _today(request.caller)
    found = statements.of_project(number, request.caller.actor, on=on)
    if found is None:
        raise Http404
    return {
        "project_number": number,
        "as_of": on,
        "money": money(found.thread.money),
        "lines": [_named(line, BookLine.model_fields) for line in found.lines],
    }


ProjectMoney.model_rebuild()
