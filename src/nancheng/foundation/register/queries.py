"""Reads of the register: lists within an actor's reach, and what its pages show."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from nancheng.foundation.people import queries as people
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.queries import Fields
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.register import rules
from nancheng.foundation.register.models import (
    Change,
    Milestone,
    Organisation,
    Place,
    Project,
    ProjectStage,
)
from nancheng.foundation.register.rules import Light, MilestoneFacts

# A place stands in a park, which may stand in a street: deeper than this nobody draws.
PLACE_DEPTH_MAX = 6
CHANGES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone and how it stands on the day asked."""

    code: str
    name: str
    name_en: str
    planned_on: date | None
    forecast_on: date | None
    actual_on: date | None
    note: str
    light: Light


@dataclass(frozen=True, slots=True)
class Tenant:
    """A project in a park, with its steps in order."""

    project: Project
    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        """Return how many steps are done."""
        return sum(step.light is Light.DONE for step in self.steps)

    @property
    def current(self) -> Step | None:
        """Return the first step that is not done."""
        return next((step for step in self.steps if step.light is not Light.DONE), None)


def projects(actor: Actor | None, verb: str = "register.project.view") -> QuerySet[Project]:
    """Return the projects on which the actor may use the verb, with unit and department.

    A right of a part (scope "party") covers the projects one's own unit carries out.
    """
    rows = Project.objects.select_related("unit", "supervising_department")
    return people.limit(rows, actor, verb, PROJECT_FIELDS)


def project(number: str, actor: Actor | None) -> Project | None:
    """Return a project by its number, or None if it is not there or out of reach. One statement."""
    return projects(actor).select_related("place").filter(number=number).first()


def may_edit_project(project: Project, actor: Actor | None) -> bool:
    """Say whether the actor may change this project: the rule that ``projects`` compiles."""
    department = project.supervising_department
    row = rights.Row(
        owner_identity_id=None,
        department_id=department.pk,
        department_path=department.path,
        party_department_ids=frozenset(
            each for each in (department.pk, project.unit.department_id) if each is not None
        ),
    )
    return rights.may(actor, "register.project.edit", row)


def organisations(
    actor: Actor | None, verb: str = "register.organisation.view"
) -> QuerySet[Organisation]:
    """Return the organisations on which the actor may use the verb."""
    return people.limit(Organisation.objects.all(), actor, verb, ORGANISATION_FIELDS)


def organisation(uscc: str, actor: Actor | None) -> Organisation | None:
    """Return an organisation by its code, or None if it is not there or out of reach."""
    return organisations(actor).filter(uscc=uscc).first()


def may_edit_organisation(organisation: Organisation, actor: Actor | None) -> bool:
    """Say whether the actor may change this organisation."""
    desk = organisation.department
    row = rights.Row(
        owner_identity_id=None,
        department_id=desk.pk if desk else None,
        department_path=desk.path if desk else "",
        party_department_ids=frozenset({desk.pk} if desk else ()),
    )
    return rights.may(actor, "register.organisation.edit", row)


def organisation_names(ids: Iterable[int]) -> Mapping[int, str]:
    """Return names by id, for lists of other apps. One statement."""
    return dict(Organisation.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def places(actor: Actor | None) -> QuerySet[Place]:
    """Return the places, for whoever may see the map of the zone."""
    rows = Place.objects.select_related("parent")
    return people.limit(rows, actor, "register.place.view", PLACE_FIELDS)


def place(code: str, actor: Actor | None) -> Place | None:
    """Return a place by its code, or None if it is not there or out of reach."""
    return places(actor).filter(code=code).first()


def parks(actor: Actor | None) -> QuerySet[Place]:
    """Return the parks by code."""
    return places(actor).filter(kind=Place.Kind.PARK).order_by("code")


def parts(place: Place, actor: Actor | None) -> list[Place]:
    """Return what lies directly in a place. One statement."""
    return list(places(actor).filter(parent=place).order_by("code"))


def place_family(place_id: int) -> frozenset[int]:
    """Return a place and all places below it. One statement a level, at most six."""
    family = {place_id}
    level = {place_id}
    for _ in range(PLACE_DEPTH_MAX):
        level = set(Place.objects.filter(parent_id__in=level).values_list("id", flat=True)) - family
        if not level:
            break
        family |= level
    return frozenset(family)


def tenants(place_id: int, actor: Actor | None, *, on: date) -> list[Tenant]:
    """Return the projects in a place and below it that the actor may see, steps included."""
    found = list(projects(actor).filter(place_id__in=place_family(place_id)).order_by("number"))
    steps: dict[int, list[Step]] = {project.pk: [] for project in found}
    for row in Milestone.objects.filter(project_id__in=steps).order_by("project_id", "position"):
        steps[row.project_id].append(_step(row, on))
    return [Tenant(project, tuple(steps[project.pk])) for project in found]


def steps(project_id: int, *, on: date) -> list[Step]:
    """Return a project's milestones in order, and how each stands. One statement."""
    rows = Milestone.objects.filter(project_id=project_id).order_by("position", "id")
    return [_step(row, on) for row in rows]


def milestone(project_id: int, code: str) -> MilestoneFacts | None:
    """Return a project's milestone as facts, or None if it has none of that code."""
    row = Milestone.objects.filter(project_id=project_id, code=code).first()
    if row is None:
        return None
    names = [field.name for field in dataclasses.fields(MilestoneFacts)]
    return MilestoneFacts(**{name: getattr(row, name) for name in names})


def stages(project_id: int) -> QuerySet[ProjectStage]:
    """Return the stages a project entered, the first one first."""
    return ProjectStage.objects.filter(project_id=project_id).order_by("position")


def changes(entry: Organisation | Project | Place) -> list[Change]:
    """Return the newest changes of an entry, at most fifty. One statement."""
    found = Change.objects.filter(**{type(entry).__name__.lower(): entry})
    return list(found.order_by("-recorded_at", "-id")[:CHANGES_SHOWN])


def _party(department_id: int) -> Q:
    return Q(supervising_department_id=department_id) | Q(unit__department_id=department_id)


PROJECT_FIELDS = Fields(
    department="supervising_department_id", path="supervising_department__path", party=_party
)
ORGANISATION_FIELDS = Fields(
    department="department_id",
    path="department__path",
    party=lambda department_id: Q(department_id=department_id),
)
# A place belongs to no department: only a right on the whole zone shows it.
PLACE_FIELDS = Fields(department="", path="")


def _step(row: Milestone, on: date) -> Step:
    facts = MilestoneFacts(
        code=row.code,
        name=row.name,
        planned_on=row.planned_on,
        forecast_on=row.forecast_on,
        actual_on=row.actual_on,
    )
    return Step(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        planned_on=row.planned_on,
        forecast_on=row.forecast_on,
        actual_on=row.actual_on,
        note=row.note,
        light=rules.light(facts, on=on),
    )
