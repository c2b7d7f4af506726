"""The register: organisations, projects and places, one number for each thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from nancheng.api import declaring, listing, telling
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.shapes import Day, Fen, Moment, Named, Number, Page
from nancheng.foundation.register import lists, queries
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table

router = Router(tags=["register"])
VIEW_ORGANISATIONS = Need("register.organisation.view")
VIEW_PROJECTS = Need("register.project.view")
VIEW_PLACES = Need("register.place.view")


class OrganisationTold(Schema):
    """An organisation by its unified social credit code."""

    uscc: str
    name: str
    name_en: str
    kind: str
    region: str
    address: str
    contact_name: str
    contact_phone: str
    registered_at: Moment
    is_demonstration: bool
    version: int


class ProjectLine(Schema):
    """A project as lists show it."""

    number: str
    approval_code: str | None
    name: str
    name_en: str
    field: str
    stage: str
    unit_uscc: str
    unit_name: str
    supervising_department: Named
    total_investment_fen: Fen
    planned_finish_on: Day | None
    is_demonstration: bool
    version: int


class Milestone(Schema):
    """A milestone and how it stands today."""

    code: str
    name: str
    name_en: str
    planned_on: Day | None
    forecast_on: Day | None
    actual_on: Day | None
    light: str


class ProjectTold(ProjectLine):
    """A project with its plan, its work and its milestones."""

    content: str
    site: str
    place: str | None
    planned_start_on: Day | None
    actual_start_on: Day | None
    actual_finish_on: Day | None
    milestones: list[Milestone]


class PlaceTold(Schema):
    """A place on the map; ``geometry`` is GeoJSON (RFC 7946)."""

    code: str
    kind: str
    name: str
    name_en: str
    area_m2: Decimal | None
    built_area_m2: Decimal | None
    planned_investment_fen: Fen | None
    geometry: dict[str, Any] | None
    is_demonstration: bool


def _by_id(
    rows: Callable[[Any], QuerySet[Any]], tell: Callable[[Any], dict[str, Any]]
) -> Callable[[list[int], Caller], Iterable[dict[str, Any]]]:
    def load(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
        found = {row.pk: row for row in rows(caller.actor).filter(pk__in=ids)}
        return [tell(found[one]) for one in ids if one in found]

    return load


def _fields(row: Any, schema: type[Schema], *apart: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in schema.model_fields if name not in apart}


def _organisation(row: Any) -> dict[str, Any]:
    return _fields(row, OrganisationTold)


_OF_UNIT = ("unit_uscc", "unit_name", "supervising_department")


def _project(row: Any) -> dict[str, Any]:
    return {
        **_fields(row, ProjectLine, *_OF_UNIT),
        "unit_uscc": row.unit.uscc,
        "unit_name": row.unit.name,
        "supervising_department": telling.named(row.supervising_department),
    }


def _place(row: Any) -> dict[str, Any]:
    return {
        **_fields(row, PlaceTold, "geometry"),
        "geometry": json.loads(row.geojson) if row.geojson else None,
    }


PLACE_TABLE = Table(
    key="places",
    caption=_("场所"),
    order=("code",),
    columns=(
        Column("code", _("代码"), order=("code",)),
        Column("name", _("名称"), order=("name",)),
    ),
    filters=(Filter("q", _("名称或代码"), lookups=("name__icontains", "code__icontains")),),
)
ORGANISATIONS = Listing(
    lists.ORGANISATIONS,
    lambda caller: queries.organisations(caller.actor),
    _by_id(queries.organisations, _organisation),
)
PROJECTS = Listing(
    lists.PROJECTS,
    lambda caller: queries.projects(caller.actor),
    _by_id(queries.projects, _project),
)
PLACES = Listing(
    PLACE_TABLE, lambda caller: queries.places(caller.actor), _by_id(queries.places, _place)
)


@declaring.reads(
    router,
    "/organisations",
    need=VIEW_ORGANISATIONS,
    gives=Page[OrganisationTold],
    listing=ORGANISATIONS,
)
def organisations(request: ApiRequest) -> dict[str, Any]:
    """List the organisations within reach."""
    return listing.answer(ORGANISATIONS, request, request.caller)


@declaring.reads(router, "/organisations/{uscc}", need=VIEW_ORGANISATIONS, gives=OrganisationTold)
def organisation(request: ApiRequest, uscc: Number) -> dict[str, Any]:
    """Tell one organisation."""
    found = queries.organisation(uscc, request.caller.actor)
    if found is None:
        raise Http404
    return _organisation(found)


@declaring.reads(router, "/projects", need=VIEW_PROJECTS, gives=Page[ProjectLine], listing=PROJECTS)
def projects(request: ApiRequest) -> dict[str, Any]:
    """List the projects within reach."""
    return listing.answer(PROJECTS, request, request.caller)


@declaring.reads(router, "/projects/{number}", need=VIEW_PROJECTS, gives=ProjectTold)
def project(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Tell one project with its milestones."""
    found = queries.project(number, request.caller.actor)
    if found is None:
        raise Http404
    on = timezone.localdate(request.caller.at)
    plan = ("content", "site", "planned_start_on", "actual_start_on", "actual_finish_on")
    return {
        **_project(found),
        **{name: getattr(found, name) for name in plan},
        "place": found.place.code if found.place else None,
        "milestones": [_fields(step, Milestone) for step in queries.steps(found.pk, on=on)],
    }


@declaring.reads(router, "/places", need=VIEW_PLACES, gives=Page[PlaceTold], listing=PLACES)
def places(request: ApiRequest) -> dict[str, Any]:
    """List the places of the zone."""
    return listing.answer(PLACES, request, request.caller)


@declaring.reads(router, "/places/{code}", need=VIEW_PLACES, gives=PlaceTold)
def place(request: ApiRequest, code: Number) -> dict[str, Any]:
    """Tell one place."""
    found = queries.place(code, request.caller.actor)
    if found is None:
        raise Http404
    return _place(found)
