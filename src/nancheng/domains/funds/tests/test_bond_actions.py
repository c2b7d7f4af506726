"""Bonds on the database: allocations add up whoever writes, and no more arrives than was given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from nancheng.domains.funds.actions import bonds, projects
from nancheng.domains.funds.models import Allocation, Batch, Bond, Contract, Screening
from nancheng.domains.funds.queries import bonds as bond_queries
from nancheng.domains.funds.queries import money
from nancheng.domains.funds.rules.bonds import BatchFacts
from nancheng.domains.funds.rules.facts import Verdict
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import AT, WAN, World
from nancheng.foundation.ledger import queries as ledger
from nancheng.kernel.refusal import Refused


def test_a_bond_is_issued_whole(world: World) -> None:
    where = money.by_allocation([world.allocation.pk])[world.allocation.pk]
    assert (where.due_fen, where.arrived_fen, where.paid_fen) == (500 * WAN, 1500 * WAN, 0)
    assert world.bond.matures_on == date(2030, 1, 7)
    assert bond_queries.allocation_faults() == []
    assert ledger.proof().holds


def test_a_bond_that_does_not_add_up_leaves_nothing(world: World) -> None:
    batch = Batch.objects.get()
    with pytest.raises(Refused, match=r"funds\.shares-do-not-add-up"):
        bonds.issue_bond(
            making.a_bond(batch.pk, code="TEST-02", amount_fen=2 * WAN),
            shares={world.project.pk: WAN},
            by=world["debt"],
            at=AT,
            key="b2",
        )
    assert not Bond.objects.filter(code="TEST-02").exists()


def test_a_batch_is_not_overdrawn(world: World) -> None:
    batch = Batch.objects.get()
    with pytest.raises(Refused) as caught:
        bonds.issue_bond(
            making.a_bond(batch.pk, code="TEST-02", amount_fen=3001 * WAN),
            shares={world.project.pk: 3001 * WAN},
            by=world["debt"],
            at=AT,
            key="b2",
        )
    assert caught.value.figures["quota_left_fen"] == 3000 * WAN


def _more(world: World) -> None:
    other = making.a_project(world["debt"], unit="other-unit")
    Allocation.objects.create(bond=world.bond, project=other, amount_fen=1)


CHANGES: tuple[Callable[[World], object], ...] = (
    lambda world: Allocation.objects.filter(pk=world.allocation.pk).update(amount_fen=1),
    lambda world: Allocation.objects.filter(pk=world.allocation.pk)._raw_delete("default"),
    lambda world: Bond.objects.filter(pk=world.bond.pk).update(amount_fen=1),
    _more,
)


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_keeps_allocations_of_a_confirmed_bond(
    world: World, change: Callable[[World], object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change(world)


def test_a_bond_cannot_be_confirmed_before_it_adds_up(world: World) -> None:
    facts = making.a_bond(Batch.objects.get().pk, code="TEST-03")
    bond = Bond.objects.create(
        **{name: getattr(facts, name) for name in facts.__slots__}, matures_on=date(2030, 1, 7)
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Bond.objects.filter(pk=bond.pk).update(confirmed_at=AT)


def test_an_arrival_is_booked_once_and_within_the_allocation(world: World) -> None:
    def receive(amount_fen: int, document: str) -> int:
        return bonds.receive(
            world.allocation.pk,
            amount_fen=amount_fen,
            arrived_on=date(2020, 6, 1),
            document=document,
            by=world["debt"],
            at=AT,
        ).pk

    assert receive(500 * WAN, "拨2") == receive(500 * WAN, "拨2")
    assert money.standing(world.allocation.pk).arrived_fen == 2000 * WAN
    with pytest.raises(Refused) as caught:
        receive(1, "拨3")
    assert caught.value.code == "funds.beyond-allocation"


def test_money_does_not_arrive_before_the_bond(world: World) -> None:
    with pytest.raises(Refused, match=r"arrived-before-issue"):
        bonds.receive(
            world.allocation.pk,
            amount_fen=1,
            arrived_on=date(2020, 1, 5),
            document="早",
            by=world["debt"],
            at=AT,
        )


def test_who_may_not_is_refused(world: World) -> None:
    with pytest.raises(Refused, match=r"people\.not-allowed"):
        bonds.open_batch(BatchFacts(2020, 2, "二", "Two", WAN, "文"), by=world["clerk"])
    with pytest.raises(Refused, match=r"people\.not-allowed"):
        projects.decide_screening(
            1,
            verdict=Verdict.ALLOWED,
            reason="十个字以上的认定理由写在这里",
            by=world["finance"],
            at=AT,
        )


def test_a_hit_on_the_negative_list_is_decided_once_with_a_reason(world: World) -> None:
    project = making.a_project(world["debt"], content="沿线亮化工程", unit="other-unit")
    hit = Screening.objects.get(project=project)

    def decide(reason: str) -> Screening:
        return projects.decide_screening(
            hit.pk, verdict=Verdict.ALLOWED, reason=reason, by=world["debt"], at=AT
        )

    with pytest.raises(Refused, match=r"verdict-needs-reason"):
        decide("可以")
    assert decide("属道路功能照明，已列入概算，不属于过度亮化。").verdict == Verdict.ALLOWED
    with pytest.raises(Refused, match=r"screening-decided"):
        decide("再次认定，理由同样写得足够长。")


def test_a_contract_pays_an_item_of_its_own_project(world: World) -> None:
    other = making.a_project(world["debt"], unit="other-unit")
    with pytest.raises(Refused, match=r"item-not-planned"):
        making.a_contract(
            world.project, world["debt"], cost_item_id=other.cost_items.get(code="JZ").pk
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.filter(pk=world.contract.pk).update(retention_permille=31)
