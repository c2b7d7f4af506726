"""What each person may see, said row by row with the predicate and never with a filter.

The pages ask ``queries.limit``; this asks ``rules.may`` about every row there is. If the two part
company anywhere, a door of the matrix shows a row too many or one too few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from nancheng.domains.funds.models import Bond, Contract, FundedProject, Payment
from nancheng.foundation.cases import queries as cases
from nancheng.foundation.cases.models import (
    Archive,
    Case,
    Circulation,
    Errand,
    Opinion,
    Slip,
    Task,
    Wait,
)
from nancheng.foundation.confirmations import queries as confirmations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.files.models import Attachment
from nancheng.foundation.people import rules
from nancheng.foundation.people.models import Absence
from nancheng.foundation.people.rules import Actor, Row
from nancheng.foundation.register.models import Organisation, Place, Project

# What administrators did with two hands, whose subject the operations log tells.
LOGGED = frozenset({"people.personal-data"})
T = TypeVar("T")
OPEN = (Task.State.OFFERED, Task.State.CLAIMED)
FUNDS = ("funds.project.view", "funds.bond.view", "funds.ledger.view", "funds.payment.apply")


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that only those who see its row may be told."""

    text: str
    of: str
    seen_by: Callable[[Actor], bool]


def by(check: Callable[[Actor, T], bool], row: T) -> Callable[[Actor], bool]:
    """Return the question about one row, to be asked of anybody."""
    return lambda actor: check(actor, row)


class Sight:
    """Every row of the world, and who sees it."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, Actor, int], bool] = {}
        self.cases = list(Case.objects.select_related("department").order_by("id"))
        self.case_rows = {
            case.pk: {verb: cases.row_of(case, verb) for verb in (cases.VIEW, "")}
            for case in self.cases
        }
        self.tasks: dict[int, list[Task]] = defaultdict(list)
        for task in Task.objects.select_related("case"):
            self.tasks[task.case_id].append(task)
        self.payments = list(Payment.objects.select_related("case", "allocation", "contract"))
        self.projects = list(
            Project.objects.select_related("unit__department", "supervising_department")
        )
        self.funded = list(
            FundedProject.objects.select_related(
                "project__unit__department", "project__supervising_department"
            )
        )
        self.contracts = list(
            Contract.objects.select_related("supervision", "party", "project__project")
        )
        self.bonds = list(Bond.objects.prefetch_related("allocations"))
        self.organisations = list(Organisation.objects.select_related("department"))
        self.places = list(Place.objects.all())
        self.attachments = list(Attachment.objects.all())
        self.absences = list(
            Absence.objects.select_related("principal__post__department", "deputy__person")
        )
        self.opinions = list(Opinion.objects.select_related("case"))
        self.circulations = list(Circulation.objects.select_related("case"))
        self.slips = list(Slip.objects.select_related("case", "reader"))
        self.archives = list(Archive.objects.select_related("case"))
        self.troubles = list(Wait.objects.filter(attempts__gt=0).select_related("case"))
        self.errands = list(Errand.objects.filter(state=Errand.State.STUCK))
        self.confirmations = list(Confirmation.objects.select_related("department"))

    # --- cases

    def may(self, actor: Actor, verb: str, case: Case) -> bool:
        """Say whether a verb may be used on a case; an invitation opens reading alone."""
        return rules.may(actor, verb, self.case_rows[case.pk][verb if verb == cases.VIEW else ""])

    def at_work(self, actor: Actor, case: Case) -> bool:
        """Say whether somebody opened a case or has, or had, a hand in it."""
        mine = {hand.standing_id for hand in actor.hands if hand.deals_with(case.kind)}
        return case.opened_by_id in mine or any(
            task.done_by_id in mine or task.done_for_id in mine or self.holds(actor, task)
            for task in self.tasks[case.pk]
        )

    def holds(self, actor: Actor, task: Task) -> bool:
        """Say whether a task waits for somebody."""
        return task.state in OPEN and bool(
            rules.doer(
                actor, post_id=task.post_id, claimed_by=task.claimed_by_id, kind=task.case.kind
            )
        )

    def case(self, actor: Actor, case: Case) -> bool:
        """Say whether somebody may know of a case."""
        return self._once("case", actor, case.pk, lambda: self._case(actor, case))

    def _once(self, what: str, actor: Actor, key: int, say: Callable[[], bool]) -> bool:
        known = (what, actor, key)
        if known not in self._said:
            self._said[known] = say()
        return self._said[known]

    def _case(self, actor: Actor, case: Case) -> bool:
        return self.may(actor, cases.VIEW, case) or self.at_work(actor, case)

    def sent(self, actor: Actor, row: Opinion | Circulation) -> bool:
        """Say whether somebody may read what was asked or sent round: its author, who sees it."""
        author = row.asked_by_id if isinstance(row, Opinion) else row.sent_by_id
        return author == actor.identity_id or self.reads(actor, row.case_id)

    def reads(self, actor: Actor, case_id: int) -> bool:
        """Say whether the rule lets somebody read a case."""
        return self.may(actor, cases.VIEW, self.by_id[case_id])

    def errand(self, actor: Actor, errand: Errand) -> bool:
        """Say whether somebody may see an errand that is stuck."""
        return self.reads(actor, errand.source_id or 0)

    @cached_property
    def by_id(self) -> dict[int, Case]:
        """Return the cases by their keys."""
        return {case.pk: case for case in self.cases}

    # --- the register and the money

    def registered(self, actor: Actor, project: Project, verb: str) -> bool:
        """Say whether a verb of the register may be used on a project."""
        department = project.supervising_department
        parties = {department.pk} | _known({project.unit.department_id})
        row = Row(None, department.pk, department.path, frozenset(parties))
        return rules.may(actor, verb, row)

    def funds(self, actor: Actor, funded: FundedProject, verb: str) -> bool:
        """Say whether a verb of the money may be used on a project."""
        unit = funded.project.unit.department
        parties = {funded.project.supervising_department_id} | {
            contract.supervision.department_id
            for contract in self.contracts
            if contract.project_id == funded.pk
        }
        row = Row(None, unit.pk if unit else None, unit.path if unit else "", _known(parties))
        return rules.may(actor, verb, row)

    def project(self, actor: Actor, project: Project) -> bool:
        """Say whether somebody may know of a project, at whichever door."""
        return self._once("project", actor, project.pk, lambda: self._project(actor, project))

    def _project(self, actor: Actor, project: Project) -> bool:
        return (
            self.registered(actor, project, "register.project.view")
            or any(
                self.funds(actor, funded, verb)
                for funded in self.funded
                if funded.project_id == project.pk
                for verb in FUNDS
            )
            or any(
                self.case(actor, payment.case) for payment in self.payments_of.get(project.pk, ())
            )
        )

    def bond(self, actor: Actor, bond: Bond) -> bool:
        """Say whether somebody may know of a bond: of a project within reach, or of a case."""
        holders = {each.project_id for each in bond.allocations.all()}
        return any(
            self.funds(actor, funded, verb)
            for funded in self.funded
            if funded.pk in holders
            for verb in FUNDS
        ) or any(
            self.case(actor, payment.case)
            for payment in self.payments
            if payment.allocation.bond_id == bond.pk
        )

    def organisation(self, actor: Actor, organisation: Organisation) -> bool:
        """Say whether somebody may know an organisation's code."""
        desk = organisation.department
        row = Row(
            None,
            desk.pk if desk else None,
            desk.path if desk else "",
            frozenset({desk.pk} if desk else ()),
        )
        return (
            rules.may(actor, "register.organisation.view", row)
            or any(
                self.project(actor, project)
                for project in self.projects
                if project.unit_id == organisation.pk
            )
            or any(
                self.project(actor, contract.project.project)
                for contract in self.contracts
                if organisation.pk in (contract.party_id, contract.supervision_id)
            )
        )

    def place(self, actor: Actor, _place: Place) -> bool:
        """Say whether somebody may see a place: it belongs to no department."""
        return rules.may(actor, "register.place.view", Row(None, None, ""))

    def attachment(self, actor: Actor, attachment: Attachment) -> bool:
        """Say whether somebody may read a file."""
        case = next((case for case in self.cases if case.pk == attachment.case_id), None)
        if case is None:
            return attachment.uploaded_by_id == actor.identity_id
        return self.may(actor, cases.VIEW, case)

    def absence(self, actor: Actor, absence: Absence) -> bool:
        """Say whether somebody may see a delegation."""
        department = absence.principal.post.department
        row = Row(absence.principal_id, department.pk, department.path)
        return actor.identity_id in (absence.principal_id, absence.deputy_id) or rules.may(
            actor, "people.absence.set", row
        )

    def ends(self, actor: Actor, absence: Absence) -> bool:
        """Say whether somebody may end a delegation; a deputy delegates nothing further."""
        department = absence.principal.post.department
        row = Row(absence.principal_id, department.pk, department.path)
        return actor.identity_id == absence.principal_id or rules.may(
            actor.alone, "people.absence.set", row
        )

    def confirmation(self, actor: Actor, confirmation: Confirmation) -> bool:
        """Say whether somebody may see what waits for a second person.

        What administrators did to an account stands in the operations log as well.
        """
        logged = confirmation.operation in LOGGED and rules.may(actor, "system.audit")
        return logged or confirmations.sees(actor, confirmation)

    @cached_property
    def payments_of(self) -> dict[int, list[Payment]]:
        """Return the payments of each project of the register."""
        of = {contract.pk: contract.project.project_id for contract in self.contracts}
        found: dict[int, list[Payment]] = defaultdict(list)
        for payment in self.payments:
            found[of[payment.contract_id]].append(payment)
        return found

    # --- texts

    def secrets(self) -> Iterator[Secret]:
        """Yield every text that must not reach whoever may not see its row."""
        for case in self.cases:
            yield Secret(case.number, "case", by(self.case, case))
        for payment in self.payments:
            yield Secret(payment.purpose, "payment", by(lambda a, p: self.case(a, p.case), payment))
        for project in self.projects:
            for text in (project.number, project.name, project.name_en):
                yield Secret(text, "project", by(self.project, project))
        for bond in self.bonds:
            yield Secret(bond.code, "bond", by(self.bond, bond))
        for contract in self.contracts:
            yield from self._of_contract(contract)
        for one in self.organisations:
            yield Secret(one.uscc, "organisation", by(self.organisation, one))
        yield from self._traces()

    def _of_contract(self, contract: Contract) -> Iterator[Secret]:
        def seen(actor: Actor) -> bool:
            return self.project(actor, contract.project.project)

        def paid(actor: Actor) -> bool:
            return self.funds(actor, contract.project, "funds.payment.apply")

        yield Secret(contract.number, "contract", seen)
        # A whole account number is shown to whoever pays into it, and masked to everybody else.
        yield Secret(contract.payee_account, "account", paid)

    def _traces(self) -> Iterator[Secret]:
        numbers = {case.pk: case for case in self.cases}
        for each in self.attachments:
            case = numbers.get(each.case_id or 0)
            yield Secret(
                each.name,
                "file",
                by(self._file, (each, case)),
            )
        for absence in self.absences:
            yield Secret(absence.reason, "absence", by(self.absence, absence))
        for opinion in self.opinions:
            yield Secret(opinion.question, "opinion", by(self.sent, opinion))
        for copy in self.circulations:
            yield Secret(copy.words, "copy", by(self.sent, copy))
        for slip in self.slips:
            yield Secret(slip.demand, "slip", by(self.reads, slip.case_id))
            yield Secret(slip.number, "slip", by(self.reads, slip.case_id))
        for archive in self.archives:
            yield Secret(archive.number, "archive", by(self.reads, archive.case_id))
        for wait in self.troubles:
            yield Secret(wait.data["detail"], "trouble", by(self.reads, wait.case_id))
        for errand in self.errands:
            yield Secret(errand.name, "errand", by(self.errand, errand))
        for row in self.confirmations:
            yield Secret(row.subject, "confirmation", by(self.confirmation, row))

    def _file(self, actor: Actor, file: tuple[Attachment, Case | None]) -> bool:
        attachment, case = file
        return self.attachment(actor, attachment) or bool(case and self.case(actor, case))

    def hidden_from(self, actor: Actor | None) -> list[Secret]:
        """Return what somebody may not be told; everything, for who is nobody."""
        return [one for one in self.all_secrets if actor is None or not one.seen_by(actor)]

    @cached_property
    def all_secrets(self) -> list[Secret]:
        """Return every secret there is."""
        return list(self.secrets())


def _known(ids: set[int | None]) -> frozenset[int]:
    return frozenset(each for each in ids if each is not None)
