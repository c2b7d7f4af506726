"""Lists of the register: projects and organisations within reach."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.models import Department
from nancheng.foundation.register import queries, rules, wording
from nancheng.foundation.register.models import STAGES, Organisation, Place, Project
from nancheng.foundation.web import tables
from nancheng.foundation.web import wording as words
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table


def project_href(project: Project) -> str:
    """Return the address of a project's page."""
    return reverse("register:project", args=(project.number,))


def organisation_href(organisation: Organisation) -> str:
    """Return the address of an organisation's page."""
    return reverse("register:organisation", args=(organisation.uscc,))


def place_href(place: Place) -> str:
    """Return the address of a place's page."""
    return reverse("register:place", args=(place.code,))


def departments() -> list[tuple[str, str]]:
    """Return the departments that may supervise, for a filter. One statement."""
    organs = Department.objects.filter(kind=Department.Kind.ORGAN).order_by("path")
    return [(each.code, words.named(each)) for each in organs]


PROJECTS = Table(
    key="projects",
    caption=_("项目库"),
    order=("number",),
    empty=_("没有符合条件的项目。"),
    columns=(
        Column("number", _("项目编号"), role="lead", order=("number",), href=project_href),
        Column(
            "name",
            _("项目名称"),
            role="main",
            order=("name",),
            value=words.named,
            href=project_href,
        ),
        Column(
            "stage",
            _("阶段"),
            kind="badge",
            role="lead",
            value=lambda p: p.get_stage_display(),
            tone=wording.stage_tone,
        ),
        Column("field", _("投向领域"), role="wide", value=lambda p: p.get_field_display()),
        Column("unit", _("项目单位"), role="wide", value=lambda p: words.named(p.unit)),
        Column(
            "department",
            _("主管部门"),
            role="wide",
            value=lambda p: words.named(p.supervising_department),
        ),
        Column(
            "total_investment_fen", _("总投资（万元）"), kind="wan", order=("total_investment_fen",)
        ),
        Column("planned_finish_on", _("计划完工"), kind="day", order=("planned_finish_on",)),
        Column("approval_code", _("投资项目代码"), role="wide"),
    ),
    filters=(
        Filter(
            "q",
            _("名称、编号、代码或单位"),
            lookups=(
                "name__icontains",
                "name_en__icontains",
                "number__icontains",
                "approval_code__icontains",
                "unit__name__icontains",
            ),
        ),
        Filter("stage", _("阶段"), kind="choice", lookups=("stage",), choices=STAGES),
        Filter(
            "field", _("投向领域"), kind="choice", lookups=("field",), choices=Project.Field.choices
        ),
        Filter(
            "department",
            _("主管部门"),
            kind="choice",
            lookups=("supervising_department__code",),
            choices=departments,
        ),
    ),
)
ORGANISATIONS = Table(
    key="organisations",
    caption=_("单位名录"),
    order=("uscc",),
    empty=_("没有符合条件的单位。"),
    columns=(
        Column("uscc", _("统一社会信用代码"), role="lead", order=("uscc",), href=organisation_href),
        Column(
            "name",
            _("单位名称"),
            role="main",
            order=("name",),
            value=words.named,
            href=organisation_href,
        ),
        Column("kind", _("单位类型"), kind="badge", value=lambda o: o.get_kind_display()),
        Column("region", _("行政区划代码"), order=("region",)),
        Column("address", _("地址")),
        Column("registered_at", _("登记时间"), kind="moment", order=("registered_at",)),
    ),
    filters=(
        Filter(
            "q",
            _("名称或代码"),
            lookups=("name__icontains", "name_en__icontains", "uscc__icontains"),
        ),
        Filter(
            "kind",
            _("单位类型"),
            kind="choice",
            lookups=("kind",),
            choices=Organisation.Kind.choices,
        ),
    ),
)
PLACES = Table(
    key="places",
    caption=_("场所台账"),
    order=("code",),
    empty=_("没有符合条件的场所。"),
    columns=(
        Column("code", _("场所编号"), role="lead", order=("code",), href=place_href),
        Column(
            "name", _("场所名称"), role="main", order=("name",), value=words.named, href=place_href
        ),
        Column("kind", _("场所类型"), kind="badge", value=lambda p: p.get_kind_display()),
        Column("parent", _("上级场所"), value=lambda p: p.parent and words.named(p.parent)),
        Column("area_m2", _("面积（平方米）"), kind="whole", order=("area_m2",)),
        Column("area_mu", _("面积（亩）"), kind="whole", value=lambda p: rules.in_mu(p.area_m2)),
        Column("built_area_m2", _("已建面积（平方米）"), kind="whole", order=("built_area_m2",)),
        Column(
            "planned_investment_fen",
            _("规划投资（万元）"),
            kind="wan",
            order=("planned_investment_fen",),
        ),
    ),
    filters=(
        Filter(
            "q",
            _("名称或编号"),
            lookups=("name__icontains", "name_en__icontains", "code__icontains"),
        ),
        Filter("kind", _("场所类型"), kind="choice", lookups=("kind",), choices=Place.Kind.choices),
    ),
)


@require_safe
@requires("register.project.view")
def projects(request: IdentifiedRequest) -> HttpResponse:
    """Show the project library: filter, sort, page, export."""
    table = PROJECTS.bind(request, queries.projects(request.identity))
    may_add = rights.may(request.identity, "register.project.edit")
    return tables.answer(request, "register/projects.html", table, {"may_add": may_add})


@require_safe
@requires("register.organisation.view")
def organisations(request: IdentifiedRequest) -> HttpResponse:
    """Show the organisations."""
    table = ORGANISATIONS.bind(request, queries.organisations(request.identity))
    may_add = rights.may(request.identity, "register.organisation.edit")
    return tables.answer(request, "register/organisations.html", table, {"may_add": may_add})


@require_safe
@requires("register.place.view")
def places(request: IdentifiedRequest) -> HttpResponse:
    """Show the places."""
    table = PLACES.bind(request, queries.places(request.identity))
    may_add = rights.may(request.identity, "register.place.edit")
    return tables.answer(request, "register/places.html", table, {"may_add": may_add})
