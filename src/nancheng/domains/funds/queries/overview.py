"""Figures of special bonds for the dashboards; each one opens to the rows it was counted from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from nancheng.domains.funds.models import Batch, Bond, Payment
from nancheng.domains.funds.queries import money, payments, projects, reach
from nancheng.domains.funds.queries.money import Money
from nancheng.domains.funds.queries.projects import Thread
from nancheng.foundation.people.rules import Actor


@dataclass(frozen=True, slots=True)
class BatchMoney:
    """One batch: what was allocated within reach, and where its money is."""

    batch_id: int
    name: str
    name_en: str
    allocated_fen: int
    money: Money


@dataclass(frozen=True, slots=True)
class FieldMoney:
    """What one field (投向领域) was allocated."""

    code: str
    label: str
    allocated_fen: int


@dataclass(frozen=True, slots=True)
class StateMoney:
    """The payments in one state."""

    state: str
    label: str
    count: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the cockpit says of special bonds, as one person may see it."""

    threads: tuple[Thread, ...]
    batches: tuple[BatchMoney, ...]
    fields: tuple[FieldMoney, ...]
    bonds: int
    states: tuple[StateMoney, ...]
    overdue: tuple[Payment, ...]
    money: Money

    @property
    def allocated_fen(self) -> int:
        """Return what was allocated in all."""
        return sum(thread.allocated_fen for thread in self.threads)

    @property
    def idle_fen(self) -> int:
        """Return what is unpaid past the first limit."""
        return sum(thread.idle_fen for thread in self.threads)

    @property
    def idle_threads(self) -> tuple[Thread, ...]:
        """Return the projects with idle money, the most first."""
        idle = [thread for thread in self.threads if thread.idle_fen]
        return tuple(sorted(idle, key=lambda thread: -thread.idle_fen))


def overview(actor: Actor | None, *, on: date) -> Overview:
    """Return the figures within an actor's reach on a day."""
    threads = tuple(projects.threads(actor, on=on))
    return Overview(
        threads=threads,
        batches=_batches(actor),
        fields=_fields(threads),
        bonds=Bond.objects.filter(pk__in=reach.allocations(actor).values("bond_id")).count(),
        states=_states(actor),
        overdue=tuple(payments.load(payments.overdue_steps(actor, on=on)[:8])),
        money=money.total(thread.money for thread in threads),
    )


def _batches(actor: Actor | None) -> tuple[BatchMoney, ...]:
    found = list(reach.allocations(actor).values_list("id", "bond__batch_id", "amount_fen"))
    moneys = money.by_allocation(one for one, _, _ in found)
    rows = []
    for batch in Batch.objects.all():
        own = [(one, amount_fen) for one, batch_id, amount_fen in found if batch_id == batch.pk]
        if own:
            where = money.total(moneys[one] for one, _ in own)
            allocated_fen = sum(amount_fen for _, amount_fen in own)
            rows.append(BatchMoney(batch.pk, batch.name, batch.name_en, allocated_fen, where))
    return tuple(rows)


def _states(actor: Actor | None) -> tuple[StateMoney, ...]:
    rows = {
        state: (count, amount_fen)
        for state, count, amount_fen in reach.payments(actor)
        .order_by()
        .values_list("state")
        .annotate(count=Count("id"), total=Sum("amount_fen"))
    }
    return tuple(
        StateMoney(state.value, str(state.label), *rows[state.value])
        for state in Payment.State
        if state.value in rows
    )


def _fields(threads: tuple[Thread, ...]) -> tuple[FieldMoney, ...]:
    sums: dict[str, FieldMoney] = {}
    for thread in threads:
        before = sums.get(thread.field_code)
        so_far_fen = before.allocated_fen if before else 0
        sums[thread.field_code] = FieldMoney(
            thread.field_code, thread.field, so_far_fen + thread.allocated_fen
        )
    return tuple(sorted(sums.values(), key=lambda one: -one.allocated_fen))
