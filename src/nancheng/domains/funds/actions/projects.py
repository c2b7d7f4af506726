"""Projects under special bonds: estimate, screening against the negative list, contracts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from nancheng.domains.funds.models import (
    Contract,
    CostItem,
    FundedProject,
    NegativeTerm,
    Office,
    Screening,
)
from nancheng.domains.funds.queries import standing
from nancheng.domains.funds.rules import bonds as rules
from nancheng.domains.funds.rules import payments
from nancheng.domains.funds.rules.bonds import ContractFacts, ItemFacts
from nancheng.domains.funds.rules.facts import ForbiddenTerm, Verdict
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused


def allow(*, by: Actor, verb: str) -> None:
    """Raise ``Refused`` "people.not-allowed" unless the actor is granted the verb."""
    if not rights.may(by, verb):
        raise Refused("people.not-allowed", post=by.post_name)


@transaction.atomic
def fund_project(
    project_id: int, *, estimate_fen: int, items: Sequence[ItemFacts], by: Actor, at: datetime
) -> FundedProject:
    """Take a registered project under special bonds, with its estimate, and screen it.

    The same project again returns what is there. Raises ``Refused`` "funds.items-beyond-estimate".
    """
    allow(by=by, verb="funds.bond.edit")
    if known := FundedProject.objects.filter(project_id=project_id).first():
        return known
    rules.check_estimate(estimate_fen, sum(item.approved_fen for item in items))
    project = FundedProject.objects.create(project_id=project_id, estimate_fen=estimate_fen)
    CostItem.objects.bulk_create([CostItem(project=project, **asdict(item)) for item in items])
    _screen(project, on=timezone.localdate(at))
    return project


def _screen(project: FundedProject, *, on: date) -> None:
    master = project.project
    text = f"{master.name}\n{master.content}"
    hits = payments.screen(text, standing.terms(on=on, uses=False))
    Screening.objects.bulk_create(
        [
            Screening(
                project=project, group=hit.group, word=hit.word, basis=hit.basis, screened_on=on
            )
            for hit in hits
        ]
    )


@transaction.atomic
def decide_screening(
    screening_id: int, *, verdict: Verdict, reason: str, by: Actor, at: datetime
) -> Screening:
    """Say with a reason whether a hit on the negative list stands; a verdict is given once.

    Raises ``Refused`` "funds.verdict-needs-reason" or "funds.screening-decided".
    """
    allow(by=by, verb="funds.screening.decide")
    screening = Screening.objects.select_for_update().get(pk=screening_id)
    payments.check_verdict(verdict, reason, given=Verdict(screening.verdict), word=screening.word)
    screening.verdict = verdict
    screening.reason = reason.strip()
    screening.decided_by_id = by.identity_id
    screening.decided_at = at
    screening.save(update_fields=["verdict", "reason", "decided_by", "decided_at"])
    return screening


@transaction.atomic
def sign_contract(facts: ContractFacts, *, by: Actor, at: datetime) -> Contract:
    """Enter a contract that bond money may pay; the same number again returns what is there.

    Raises ``Refused`` for bounds of ``rules.check_contract``, "funds.item-not-planned" for an item
    of another project.
    """
    allow(by=by, verb="funds.bond.edit")
    if known := Contract.objects.filter(number=facts.number).first():
        return known
    rules.check_contract(facts)
    item = CostItem.objects.get(pk=facts.cost_item_id)
    if item.project_id != facts.project_id:
        raise Refused("funds.item-not-planned", field="cost_item", item=item.name)
    return Contract.objects.create(**asdict(facts))


def put_office(*, party: str, department_id: int) -> None:
    """Say which department plays a party (finance, leader, treasury) in every payment."""
    Office.objects.update_or_create(party=party, defaults={"department_id": department_id})


@transaction.atomic
def load_negative_list(terms: Iterable[tuple[ForbiddenTerm, date]]) -> int:
    """Add terms of the negative list that are not there yet; return how many were new."""
    new = 0
    for term, valid_from in terms:
        _, made = NegativeTerm.objects.get_or_create(
            word=term.word,
            defaults={
                "group": term.group,
                "is_use": term.is_use,
                "basis": term.basis,
                "valid_from": valid_from,
            },
        )
        new += made
    return new
