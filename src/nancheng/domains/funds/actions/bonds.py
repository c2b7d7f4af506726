"""Bonds: batches, issue with allocations that add up, and the arrival of money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from nancheng.domains.funds.actions import projects
from nancheng.domains.funds.models import Allocation, Batch, Bond, Tranche
from nancheng.domains.funds.queries import bonds, money
from nancheng.domains.funds.rules import bonds as rules
from nancheng.domains.funds.rules.bonds import BatchFacts, BondFacts
from nancheng.foundation.ledger import actions as ledger
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.finance import bonds as finance
from nancheng.kernel.ledger.accounts import Kind
from nancheng.kernel.refusal import Refused


@transaction.atomic
def open_batch(facts: BatchFacts, *, by: Actor) -> Batch:
    """Enter a batch and its quota; the same year and number again returns what is there."""
    projects.allow(by=by, verb="funds.bond.edit")
    values = asdict(facts)
    year, number = values.pop("year"), values.pop("number")
    batch, _ = Batch.objects.get_or_create(year=year, number=number, defaults=values)
    return batch


@transaction.atomic
def issue_bond(
    facts: BondFacts,
    *,
    shares: Mapping[int, int],
    by: Actor,
    at: datetime,
    key: str,
    is_demonstration: bool = False,
) -> Bond:
    """Enter a bond with its allocations and open their accounts: all of it, or nothing.

    ``shares`` maps funded projects to fen and adds up to the bond's amount. The same code again
    returns what is there. Raises ``Refused`` of ``rules.check_bond``.
    """
    projects.allow(by=by, verb="funds.bond.edit")
    if known := Bond.objects.filter(code=facts.code).first():
        return known
    batch = Batch.objects.select_for_update().get(pk=facts.batch_id)
    issued = batch.bonds.aggregate(total=Sum("amount_fen"))["total"] or 0
    rules.check_bond(facts, shares, quota_left_fen=batch.quota_fen - issued)
    bond = Bond(**asdict(facts), is_demonstration=is_demonstration)
    bond.matures_on = finance.matures_on(bonds.terms_of(bond))
    bond.save(force_insert=True)
    allocations = [
        Allocation.objects.create(bond=bond, project_id=project_id, amount_fen=amount_fen)
        for project_id, amount_fen in shares.items()
    ]
    # From here on the database itself keeps the allocations as they are.
    bond.confirmed_at = at
    bond.save(update_fields=["confirmed_at"])
    ledger.open_account(
        code=money.bond_account(bond.pk), name=bond.name, kind=Kind.OUTSIDE, may_go_negative=True
    )
    for allocation in allocations:
        _open_accounts(allocation, bond, by=by, at=at, key=key)
    return bond


def _open_accounts(
    allocation: Allocation, bond: Bond, *, by: Actor, at: datetime, key: str
) -> None:
    one = allocation.pk
    name = f"{bond.code} · {allocation.project_id}"
    ledger.open_account(code=money.due_account(one), name=name, kind=Kind.CLEARING)
    ledger.open_account(code=money.pot_account(one), name=name, kind=Kind.FUND)
    ledger.open_account(
        code=money.paid_account(one), name=name, kind=Kind.OUTSIDE, may_go_negative=True
    )
    ledger.transfer(
        debit=money.bond_account(bond.pk),
        credit=money.due_account(one),
        amount_fen=allocation.amount_fen,
        reason="funds.allocated",
        by=by,
        at=at,
        key=f"{key}/{one}",
    )


@transaction.atomic
def receive(
    allocation_id: int,
    *,
    amount_fen: int,
    arrived_on: date,
    document: str,
    by: Actor,
    at: datetime,
) -> Tranche:
    """Book the arrival of money for an allocation; the same document again returns what is there.

    Raises ``Refused`` "funds.beyond-allocation", "funds.arrived-before-issue".
    """
    projects.allow(by=by, verb="funds.bond.edit")
    known = Tranche.objects.filter(allocation_id=allocation_id, document=document).first()
    if known is not None:
        return known
    allocation = Allocation.objects.select_for_update().get(pk=allocation_id)
    if arrived_on < allocation.bond.issued_on:
        raise Refused(
            "funds.arrived-before-issue", field="arrived_on", issued_on=allocation.bond.issued_on
        )
    standing = money.standing(allocation_id)
    rules.check_arrival(
        amount_fen, allocated_fen=allocation.amount_fen, arrived_fen=standing.arrived_fen
    )
    transfer = ledger.transfer(
        debit=money.due_account(allocation_id),
        credit=money.pot_account(allocation_id),
        amount_fen=amount_fen,
        reason="funds.arrived",
        by=by,
        at=at,
        key=f"funds/arrived/{allocation_id}/{document}",
    )
    return Tranche.objects.create(
        allocation=allocation,
        arrived_on=arrived_on,
        amount_fen=amount_fen,
        document=document,
        transfer_id=transfer.pk,
    )
