"""Projects' money: the thread from arrival to payee, with what lies idle and how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from nancheng.domains.funds.models import (
    Allocation,
    Contract,
    FundedProject,
    Screening,
    Tranche,
)
from nancheng.domains.funds.queries import money, reach, standing
from nancheng.domains.funds.queries.money import NO_MONEY, Money
from nancheng.domains.funds.rules import idle
from nancheng.domains.funds.rules.facts import Verdict
from nancheng.domains.funds.rules.idle import Aged, Arrival, IdleLimits, Light
from nancheng.foundation.cases import queries as cases
from nancheng.foundation.people.rules import Actor

WORST = (Light.RED, Light.YELLOW, Light.GREEN)


@dataclass(frozen=True, slots=True)
class Thread:
    """One project's money on its way, and the ageing of what is unpaid."""

    project: FundedProject
    number: str
    name: str
    name_en: str
    field: str
    field_code: str
    allocated_fen: int
    money: Money
    aged: tuple[Aged, ...]
    payments: int

    @property
    def light(self) -> Light:
        """Return the worst light of its tranches."""
        lights = {row.light for row in self.aged}
        return next((light for light in WORST if light in lights), Light.GREEN)

    @property
    def idle_fen(self) -> int:
        """Return what is unpaid past the first limit."""
        return sum(row.unpaid_fen for row in self.aged if row.light is not Light.GREEN)

    @property
    def paid_permille(self) -> int:
        """Return what is paid of what arrived (支出进度)."""
        return idle.permille(self.money.paid_fen, self.money.arrived_fen)


@dataclass(frozen=True, slots=True)
class Page:
    """One project's money page."""

    thread: Thread
    allocations: tuple[tuple[Allocation, Money, tuple[Aged, ...]], ...]
    contracts: tuple[Any, ...]
    screenings: tuple[Screening, ...]
    items: tuple[Any, ...]


def limits(on: date) -> IdleLimits:
    """Return the idle limits in force on a day."""
    return IdleLimits(
        yellow_months=int(cases.parameter("funds.idle-yellow-months", on=on)),
        red_months=int(cases.parameter("funds.idle-red-months", on=on)),
    )


def threads(actor: Actor | None, *, on: date, verb: str = reach.VIEW_PROJECTS) -> list[Thread]:
    """Return the money of every project within reach, by number. Six statements."""
    return _threads(reach.projects(actor, verb), on=on)


def thread(number: str, actor: Actor | None, *, on: date) -> Thread | None:
    """Return one project's money, or None if it is not there or out of reach."""
    found = _threads(reach.projects(actor).filter(project__number=number), on=on)
    return found[0] if found else None


def _threads(projects: QuerySet[FundedProject], *, on: date) -> list[Thread]:
    rows = list(
        projects.select_related("project")
        .annotate(payment_count=Count("allocations__payments"))
        .order_by("project__number")
    )
    allocations = list(
        Allocation.objects.filter(project__in=[row.pk for row in rows]).order_by("id")
    )
    moneys = money.by_allocation(one.pk for one in allocations)
    aged = _aged(allocations, moneys, on=on)
    return [_thread(row, allocations, moneys, aged) for row in rows]


def _thread(
    row: FundedProject,
    allocations: Iterable[Allocation],
    moneys: Mapping[int, Money],
    aged: Mapping[int, tuple[Aged, ...]],
) -> Thread:
    own = [one for one in allocations if one.project_id == row.pk]
    master = row.project
    return Thread(
        project=row,
        number=master.number,
        name=master.name,
        name_en=master.name_en,
        field=str(master.get_field_display()),
        field_code=master.field,
        allocated_fen=sum(one.amount_fen for one in own),
        money=money.total(moneys[one.pk] for one in own) if own else NO_MONEY,
        aged=tuple(
            sorted((row for one in own for row in aged[one.pk]), key=lambda row: row.arrived_on)
        ),
        payments=row.payment_count,  # type: ignore[attr-defined]
    )


def _aged(
    allocations: Iterable[Allocation], moneys: Mapping[int, Money], *, on: date
) -> dict[int, tuple[Aged, ...]]:
    bounds = limits(on)
    arrivals: dict[int, list[Arrival]] = {one.pk: [] for one in allocations}
    for allocation_id, arrived_on, amount_fen in Tranche.objects.filter(
        allocation_id__in=list(arrivals)
    ).values_list("allocation_id", "arrived_on", "amount_fen"):
        arrivals[allocation_id].append(Arrival(arrived_on, amount_fen))
    return {
        one: idle.ageing(found, moneys[one].paid_fen, on=on, limits=bounds)
        for one, found in arrivals.items()
    }


def page(number: str, actor: Actor | None, *, on: date) -> Page | None:
    """Return one project's money page, or None if it is not there or out of reach."""
    found = thread(number, actor, on=on)
    if found is None:
        return None
    allocations = list(
        Allocation.objects.filter(project=found.project).select_related("bond__batch")
    )
    moneys = money.by_allocation(one.pk for one in allocations)
    aged = _aged(allocations, moneys, on=on)
    committed = Sum("payments__amount_fen", filter=Q(payments__state__in=standing.COMMITTED))
    return Page(
        thread=found,
        allocations=tuple((one, moneys[one.pk], aged[one.pk]) for one in allocations),
        contracts=tuple(
            Contract.objects.filter(project=found.project)
            .select_related("party", "supervision", "cost_item")
            .annotate(committed_fen=committed)
        ),
        screenings=tuple(
            Screening.objects.filter(project=found.project).select_related("decided_by__person")
        ),
        items=tuple(found.project.cost_items.annotate(committed_fen=committed)),
    )


def open_screenings(actor: Actor | None) -> QuerySet[Screening]:
    """Return the hits on the negative list that nobody has decided, within reach."""
    return Screening.objects.filter(
        project__in=reach.projects(actor), verdict=Verdict.OPEN
    ).select_related("project__project")


def fields() -> list[tuple[str, str]]:
    """Return the fields (投向领域) that funded projects have, for a filter. One statement."""
    found = FundedProject.objects.select_related("project").order_by("project__field")
    return list({one.project.field: str(one.project.get_field_display()) for one in found}.items())
