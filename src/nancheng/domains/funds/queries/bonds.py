"""Bonds as their pages show them: terms, allocations, arrivals, what falls due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from nancheng.domains.funds.models import Allocation, Bond, Tranche
from nancheng.domains.funds.queries import money, reach
from nancheng.domains.funds.queries.money import NO_MONEY, Money
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.finance import bonds as finance
from nancheng.kernel.finance.bonds import Installment

PERCENT = Decimal(100_000)  # arithmetic: thousandths of a percent in one


@dataclass(frozen=True, slots=True)
class Share:
    """One project's part of a bond, where its money is, and its part of each coupon."""

    allocation: Allocation
    project_number: str
    project_name: str
    project_name_en: str
    money: Money
    coupon_fen: int


@dataclass(frozen=True, slots=True)
class Page:
    """One bond whole. ``is_whole`` says that the reader sees all its allocations."""

    bond: Bond
    shares: tuple[Share, ...]
    tranches: tuple[Tranche, ...]
    schedule: tuple[Installment, ...]
    money: Money
    issue_fee_fen: int
    registration_fee_fen: int
    is_whole: bool

    @property
    def interest_fen(self) -> int:
        """Return all the interest until maturity."""
        return sum(one.interest_fen for one in self.schedule)

    def next_due(self, on: date) -> Installment | None:
        """Return what falls due next, from a day on."""
        return next((one for one in self.schedule if one.due_on >= on), None)


def listed(actor: Actor | None) -> QuerySet[Bond]:
    """Return the bonds within reach with batch and number of projects, for a table.

    Projects beyond reach are not counted.
    """
    own = reach.allocations(actor, reach.VIEW_BONDS)
    return (
        reach.bonds(actor)
        .select_related("batch")
        .annotate(
            projects=Count("allocations", filter=Q(allocations__in=own.values("pk")), distinct=True)
        )
    )


def load(rows: Iterable[Bond], actor: Actor | None) -> list[Bond]:
    """Put where the money within reach is on each bond of a page (``money``). Two statements."""
    found = list(rows)
    own = reach.allocations(actor, reach.VIEW_BONDS)
    pairs = list(own.filter(bond__in=[bond.pk for bond in found]).values_list("id", "bond_id"))
    moneys = money.by_allocation(one for one, _ in pairs)
    sums: dict[int, Money] = {bond.pk: NO_MONEY for bond in found}
    for allocation_id, bond_id in pairs:
        sums[bond_id] = sums[bond_id].plus(moneys[allocation_id])
    for bond in found:
        bond.money = sums[bond.pk]  # type: ignore[attr-defined]
    return found


def page(code: str, actor: Actor | None) -> Page | None:
    """Return a bond by its code, or None if it is not there or out of reach.

    Of the allocations, only those of projects within reach are told.
    """
    bond = reach.bonds(actor).select_related("batch").filter(code=code).first()
    if bond is None:
        return None
    every = list(Allocation.objects.filter(bond=bond).values_list("id", "amount_fen"))
    seen = list(
        reach.allocations(actor, reach.VIEW_BONDS)
        .filter(bond=bond)
        .select_related("project__project")
        .order_by("-amount_fen", "id")
    )
    moneys = money.by_allocation(one.pk for one in seen)
    coupons = _coupon_shares(bond, dict(every))
    terms = terms_of(bond)
    return Page(
        bond=bond,
        shares=tuple(_share(one, moneys[one.pk], coupons[str(one.pk)]) for one in seen),
        tranches=tuple(
            Tranche.objects.filter(allocation__in=seen)
            .select_related("allocation__project__project")
            .order_by("arrived_on", "id")
        ),
        schedule=finance.schedule(terms),
        money=money.total(moneys.values()),
        issue_fee_fen=finance.fee_fen(bond.amount_fen, per_mille=_ppm(bond.issue_fee_ppm)),
        registration_fee_fen=finance.fee_fen(
            bond.amount_fen, per_mille=_ppm(bond.registration_fee_ppm)
        ),
        is_whole=len(seen) == len(every),
    )


def terms_of(bond: Bond) -> finance.Bond:
    """Return a bond's terms as the arithmetic of interest takes them."""
    return finance.Bond(
        face_fen=bond.amount_fen,
        coupon=bond.coupon_milli / PERCENT,
        interest_from=bond.interest_from,
        years=bond.tenor_years,
        frequency=bond.frequency,
    )


def allocation_faults() -> list[str]:
    """Return the codes of bonds whose allocations do not add up: always empty, or we are wrong."""
    sums = Bond.objects.annotate(total=Sum("allocations__amount_fen"))
    return [bond.code for bond in sums if (bond.total or 0) != bond.amount_fen]


def _coupon_shares(bond: Bond, allocations: Mapping[int, int]) -> Mapping[str, int]:
    return finance.coupon_shares(
        {str(one): amount_fen for one, amount_fen in allocations.items()},
        coupon=bond.coupon_milli / PERCENT,
        frequency=bond.frequency,
    )


def _share(allocation: Allocation, where: Money, coupon_fen: int) -> Share:
    master = allocation.project.project
    return Share(allocation, master.number, master.name, master.name_en, where, coupon_fen)


def _ppm(millionths: int) -> Decimal:
    return Decimal(millionths) / 1000
