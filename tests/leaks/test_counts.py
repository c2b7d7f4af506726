"""Counts, sums and charts: each figure is made of what its reader may see, and of nothing else."""

from __future__ import annotations

import pytest
from django.utils import timezone

from nancheng.domains.funds.models import Allocation
from nancheng.domains.funds.queries import bonds, overview
from nancheng.foundation.cases import worklist
from nancheng.foundation.cases.queries import VIEW
from nancheng.foundation.messages import queries as notices
from nancheng.foundation.messages.models import Notice
from tests.leaks.sight import OPEN, Sight
from tests.leaks.world import IDENTITIES, World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", IDENTITIES)
def test_departments_count_the_tasks_of_visible_cases(who: str, world: World, sight: Sight) -> None:
    actor = world.actor(who)
    rows = worklist.by_department(actor, worklist.today(timezone.now()))
    tasks = [
        task
        for case in sight.cases
        if sight.may(actor, VIEW, case)
        for task in sight.tasks[case.pk]
        if task.state in OPEN
    ]
    assert sum(row["all"] for row in rows) == len(tasks)


@pytest.mark.parametrize("who", IDENTITIES)
def test_the_menu_counts_what_waits_for_oneself(who: str, world: World, sight: Sight) -> None:
    actor, at = world.actor(who), timezone.now()
    waiting = [t for case in sight.cases for t in sight.tasks[case.pk] if sight.holds(actor, t)]
    assert worklist.waiting(actor, at=at) == len(waiting)
    mine = Notice.objects.filter(identity_id=actor.identity_id, read_at__isnull=True).count()
    assert notices.unread(actor, at=at) == mine


@pytest.mark.parametrize("who", IDENTITIES)
def test_the_cockpit_adds_up_what_is_within_reach(who: str, world: World, sight: Sight) -> None:
    actor = world.actor(who)
    found = overview.overview(actor, on=timezone.localdate())
    held = {one.pk for one in sight.funded if sight.funds(actor, one, "funds.project.view")}
    own = Allocation.objects.filter(project_id__in=held)
    assert found.allocated_fen == sum(own.values_list("amount_fen", flat=True))
    assert sum(batch.allocated_fen for batch in found.batches) == found.allocated_fen
    paid = [p for p in sight.payments if sight.may(actor, "funds.payment.view", p.case)]
    assert sum(state.count for state in found.states) == len(paid)
    assert sum(state.amount_fen for state in found.states) == sum(p.amount_fen for p in paid)


def test_a_bond_counts_the_projects_and_money_within_reach(world: World, sight: Sight) -> None:
    partial = 0
    for who in IDENTITIES:
        actor = world.actor(who)
        held = {one.pk for one in sight.funded if sight.funds(actor, one, "funds.bond.view")}
        for bond in bonds.load(bonds.listed(actor), actor):
            own = [each for each in bond.allocations.all() if each.project_id in held]
            assert bond.projects == len(own), (who, bond.code)  # type: ignore[attr-defined]
            arrived = sum(t.amount_fen for each in own for t in each.tranches.all())
            assert bond.money.arrived_fen == arrived  # type: ignore[attr-defined]
            partial += 0 < len(own) < bond.allocations.count()
    assert partial
