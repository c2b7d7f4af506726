"""Which rows of special bonds an actor reaches; each list starts from one of these."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from nancheng.domains.funds.models import Allocation, Bond, Contract, FundedProject, Payment
from nancheng.foundation.cases import queries as cases
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.queries import Fields
from nancheng.foundation.people.rules import Actor

VIEW_BONDS = "funds.bond.view"
VIEW_PROJECTS = "funds.project.view"
VIEW_PAYMENTS = "funds.payment.view"
APPLY = "funds.payment.apply"


def _partners(department_id: int) -> Q:
    """A project's partners: its supervising department and its contracts' supervisors."""
    supervised = Contract.objects.filter(supervision__department_id=department_id)
    return Q(project__supervising_department_id=department_id) | Q(
        pk__in=supervised.values("project_id")
    )


PROJECT_FIELDS = Fields(
    department="project__unit__department_id",
    path="project__unit__department__path",
    party=_partners,
)


def projects(actor: Actor | None, verb: str = VIEW_PROJECTS) -> QuerySet[FundedProject]:
    """Return the funded projects on which the actor may use the verb."""
    return people.limit(FundedProject.objects.all(), actor, verb, PROJECT_FIELDS)


def allocations(actor: Actor | None, verb: str = VIEW_PROJECTS) -> QuerySet[Allocation]:
    """Return the allocations of the projects within reach."""
    return Allocation.objects.filter(project__in=projects(actor, verb))


def bonds(actor: Actor | None) -> QuerySet[Bond]:
    """Return the bonds within reach: all of them, or those behind one's own projects."""
    reach = people.limit(FundedProject.objects.all(), actor, VIEW_BONDS, PROJECT_FIELDS)
    return Bond.objects.filter(
        pk__in=Allocation.objects.filter(project__in=reach).values("bond_id")
    )


def contracts(actor: Actor | None, verb: str = VIEW_PROJECTS) -> QuerySet[Contract]:
    """Return the contracts of the projects within reach."""
    return Contract.objects.filter(project__in=projects(actor, verb))


def payments(actor: Actor | None, verb: str = VIEW_PAYMENTS) -> QuerySet[Payment]:
    """Return the payments whose case is within reach of the verb."""
    return people.limit(Payment.objects.all(), actor, verb, cases.party_of("case_id"))
