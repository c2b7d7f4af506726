"""The only writer of the register: each change is checked, numbered and kept with its author."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.register import geometry, queries, rules
from nancheng.foundation.register.models import (
    Change,
    Milestone,
    Organisation,
    Place,
    Project,
    ProjectStage,
    Sequence,
)
from nancheng.foundation.register.rules import (
    MilestoneFacts,
    OrganisationFacts,
    PlaceFacts,
    ProjectFacts,
    Stage,
)
from nancheng.kernel.refusal import Refused

Entry = TypeVar("Entry", Organisation, Project, Place)

PROJECT_PREFIX = "XM"


@transaction.atomic
def register_organisation(
    facts: OrganisationFacts, *, by: Actor, at: datetime, is_demonstration: bool = False
) -> Organisation:
    """Enter an organisation under its credit code.

    Raises ``Refused`` for a wrong code, a code that is taken ("register.uscc.taken") or a right
    that is missing ("register.not-allowed").
    """
    _allow(by, "register.organisation.edit")
    checked = rules.checked_organisation(facts)
    _free(Organisation, "uscc", checked.uscc, "register.uscc.taken")
    organisation = Organisation(
        **asdict(checked), is_demonstration=is_demonstration, registered_at=at
    )
    _insert(organisation, field="uscc", refusal="register.uscc.taken")
    _journal(organisation, {}, by=by, at=at)
    return organisation


@transaction.atomic
def edit_organisation(
    organisation_id: int, *, facts: OrganisationFacts, version: int, by: Actor, at: datetime
) -> Organisation:
    """Change an organisation's facts, its code among them, on the version the author saw.

    Raises ``Refused`` as ``register_organisation``, or "register.changed-meanwhile".
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    if not queries.may_edit_organisation(organisation, by):
        raise Refused("register.not-allowed")
    checked = rules.checked_organisation(facts)
    if checked.uscc != organisation.uscc:
        _free(Organisation, "uscc", checked.uscc, "register.uscc.taken")
    return _change(organisation, asdict(checked), version=version, by=by, at=at)


@transaction.atomic
def register_project(
    facts: ProjectFacts,
    *,
    by: Actor,
    at: datetime,
    key: str | None = None,
    is_demonstration: bool = False,
) -> Project:
    """Enter a project and give it its number, "XM-2020-0001"; it starts in the reserve.

    The same ``key`` again returns the project made the first time. Raises ``Refused`` for wrong
    facts, a taken approval code, or a department beyond the author's reach.
    """
    _allow(by, "register.project.edit")
    # Locked first: whoever sends the same form at the same moment waits here, then finds the key.
    sequence = _locked_sequence(PROJECT_PREFIX, timezone.localdate(at).year)
    if key and (made := Project.objects.filter(request_key=key).first()):
        return made
    checked = rules.checked_project(facts)
    if checked.approval_code:
        _free(Project, "approval_code", checked.approval_code, "register.approval.taken")
    project = Project(
        **asdict(checked),
        number=_next_number(sequence),
        request_key=key or None,
        is_demonstration=is_demonstration,
        registered_at=at,
    )
    _within_reach(project, by)
    _insert(project, field="approval_code", refusal="register.approval.taken")
    _journal(project, {}, by=by, at=at)
    _enter(project, Stage.RESERVE, on=timezone.localdate(at), note="", by=by, at=at)
    return project


@transaction.atomic
def edit_project(
    project_id: int, *, facts: ProjectFacts, version: int, by: Actor, at: datetime
) -> Project:
    """Change a project's facts on the version the author saw; number and stage stay.

    Raises ``Refused`` as ``register_project``, or "register.changed-meanwhile".
    """
    project = _project_to_edit(project_id, by)
    checked = rules.checked_project(facts)
    if checked.approval_code and checked.approval_code != project.approval_code:
        _free(Project, "approval_code", checked.approval_code, "register.approval.taken")
    changed = _change(project, asdict(checked), version=version, by=by, at=at)
    _within_reach(changed, by)
    return changed


@transaction.atomic
def move_project(
    project_id: int, *, stage: Stage, entered_on: date, note: str, by: Actor, at: datetime
) -> Project:
    """Move a project to another stage, from a day that is neither before the last nor ahead.

    Moving to the stage it is in changes nothing. Raises ``Refused`` "register.stage.closed",
    ".reason-missing" or ".order".
    """
    project = _project_to_edit(project_id, by)
    if project.stage == stage.value:
        return project
    rules.check_move(Stage(project.stage), stage, note=note)
    last = ProjectStage.objects.filter(project=project).order_by("-position").first()
    assert last is not None, project_id
    if not last.entered_on <= entered_on <= timezone.localdate(at):
        raise Refused("register.stage.order", field="entered_on", entered_on=last.entered_on)
    before = _shown(project)
    project.stage = stage.value
    project.version += 1
    project.save(update_fields=["stage", "version"])
    _journal(project, before, by=by, at=at)
    _enter(project, stage, on=entered_on, note=note.strip(), by=by, at=at)
    return project


@transaction.atomic
def put_milestone(project_id: int, *, facts: MilestoneFacts, by: Actor, at: datetime) -> Milestone:
    """Plan a milestone of a project, or change the one of the same code.

    Raises ``Refused`` "register.milestone.future" for a day of completion that has not come.
    """
    project = _project_to_edit(project_id, by)
    rules.check_milestone(facts, on=timezone.localdate(at))
    found = Milestone.objects.filter(project=project, code=facts.code).first()
    before = {} if found is None else _milestone_shown(found)
    milestone, _ = Milestone.objects.update_or_create(
        project=project, code=facts.code, defaults=asdict(facts)
    )
    after = _milestone_shown(milestone)
    if after != before:
        project.version += 1
        project.save(update_fields=["version"])
        _record(project, _difference(before, after), by=by, at=at)
    return milestone


@transaction.atomic
def register_place(
    facts: PlaceFacts, *, by: Actor, at: datetime, is_demonstration: bool = False
) -> Place:
    """Enter a park, parcel or street. Raises ``Refused`` for a wrong outline or a taken code."""
    _allow(by, "register.place.edit")
    values = _place_values(facts)
    _free(Place, "code", facts.code, "register.place.taken")
    place = Place(**values, is_demonstration=is_demonstration)
    _insert(place, field="code", refusal="register.place.taken")
    _journal(place, {}, by=by, at=at)
    return place


@transaction.atomic
def edit_place(place_id: int, *, facts: PlaceFacts, version: int, by: Actor, at: datetime) -> Place:
    """Change a place's facts on the version the author saw. Raises as ``register_place``."""
    _allow(by, "register.place.edit")
    place = Place.objects.select_for_update().get(pk=place_id)
    if facts.code != place.code:
        _free(Place, "code", facts.code, "register.place.taken")
    if facts.parent_id is not None and facts.parent_id in queries.place_family(place_id):
        raise Refused("register.place.loop", field="parent")
    return _change(place, _place_values(facts), version=version, by=by, at=at)


def _allow(by: Actor, verb: str) -> None:
    if not rights.may(by, verb):
        raise Refused("register.not-allowed")


def _project_to_edit(project_id: int, by: Actor) -> Project:
    project = Project.objects.select_for_update().get(pk=project_id)
    if not queries.may_edit_project(project, by):
        raise Refused("register.not-allowed")
    return project


def _within_reach(project: Project, by: Actor) -> None:
    if not queries.may_edit_project(project, by):
        raise Refused("register.outside-reach", field="supervising_department")


def _place_values(facts: PlaceFacts) -> dict[str, object]:
    if facts.built_area_m2 is not None and facts.built_area_m2 > (facts.area_m2 or 0):
        raise Refused("register.place.area", field="built_area_m2")
    values = asdict(facts)
    values["name"] = rules.tidy_name(facts.name)
    values["geojson"] = geometry.outline(facts.geojson).text if facts.geojson.strip() else ""
    return values


def _locked_sequence(prefix: str, year: int) -> Sequence:
    series = f"{prefix}-{year}-"
    Sequence.objects.get_or_create(prefix=series)
    return Sequence.objects.select_for_update().get(prefix=series)


def _next_number(sequence: Sequence) -> str:
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return str(sequence)


def _free(model: type[Entry], field: str, value: str, refusal: str) -> None:
    if model._default_manager.filter(**{field: value}).exists():
        raise Refused(refusal, field=field, value=value)


def _insert(entry: Entry, *, field: str, refusal: str) -> None:
    # Two hands may enter the same code at once: both find it free, the constraint decides.
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        value = getattr(entry, field)
        if value and type(entry)._default_manager.filter(**{field: value}).exists():
            raise Refused(refusal, field=field, value=value) from None
        raise


def _change(
    entry: Entry, values: dict[str, object], *, version: int, by: Actor, at: datetime
) -> Entry:
    if entry.version != version:
        raise Refused("register.changed-meanwhile", current=entry.version, yours=version)
    before = _shown(entry)
    for name, value in values.items():
        setattr(entry, name, value)
    if _shown(entry) == before:
        return entry
    entry.version += 1
    entry.save(update_fields=[*values, "version"])
    _journal(entry, before, by=by, at=at)
    return entry


def _enter(project: Project, stage: Stage, *, on: date, note: str, by: Actor, at: datetime) -> None:
    ProjectStage.objects.create(
        project=project,
        position=ProjectStage.objects.filter(project=project).count() + 1,
        stage=stage.value,
        entered_on=on,
        note=note,
        identity_id=by.identity_id,
        by_label=by.label,
        recorded_at=at,
    )


def _journal(entry: Entry, before: dict[str, str], *, by: Actor, at: datetime) -> None:
    _record(entry, _difference(before, _shown(entry)), by=by, at=at)


def _record(entry: Entry, facts: dict[str, list[str]], *, by: Actor, at: datetime) -> None:
    Change.objects.create(
        **{type(entry).__name__.lower(): entry},
        version=entry.version,
        facts=facts,
        identity_id=by.identity_id,
        by_label=by.label,
        recorded_at=at,
    )


_NOT_JOURNALLED = frozenset({"id", "version", "registered_at", "request_key"})


def _shown(entry: Entry) -> dict[str, str]:
    return {
        field.attname: _text(getattr(entry, field.attname))
        for field in entry._meta.concrete_fields
        if field.attname not in _NOT_JOURNALLED
    }


def _milestone_shown(milestone: Milestone) -> dict[str, str]:
    return {
        f"{milestone.code}.{name}": _text(getattr(milestone, name))
        for name in ("name", "planned_on", "forecast_on", "actual_on", "note")
    }


def _difference(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    return {
        name: [before.get(name, ""), value]
        for name, value in after.items()
        if before.get(name, "") != value
    }


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)
