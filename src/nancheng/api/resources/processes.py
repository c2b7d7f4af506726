"""Drawings: which are published, what a step asks for, and the BPMN itself."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from ninja import Router, Schema

from nancheng.api import declaring, reach
from nancheng.api.callers import ApiRequest
from nancheng.api.declaring import Need
from nancheng.api.shapes import Id, Kind, Moment
from nancheng.foundation.cases import definitions, queries

router = Router(tags=["processes"])
VIEW = Need(queries.VIEW)
XML = "application/xml"


class Version(Schema):
    """A published version of a drawing."""

    kind: str
    version: int
    name: str
    name_en: str
    hash: str
    deployed_at: Moment


class Step(Schema):
    """A step of a drawing: who does it, its limit and the limit's ground."""

    node: str
    name: str
    name_en: str
    lane: str
    form: str
    limit: str
    basis: str
    verbs: list[str]


class Drawing(Version):
    """The newest version of a drawing with its steps."""

    steps: list[Step]


@declaring.reads(router, "/processes", need=VIEW, gives=list[Version])
def processes(request: ApiRequest) -> list[dict[str, Any]]:
    """List the newest version of each kind of case."""
    return [_told(one) for one in queries.newest_versions() if request.caller.admits(one.key)]


@declaring.reads(router, "/processes/{kind}", need=VIEW, gives=Drawing)
def process(request: ApiRequest, kind: Kind) -> dict[str, Any]:
    """Tell the newest drawing of a kind of case, step by step."""
    reach.check_kind(request.caller, kind)
    found = next((one for one in queries.newest_versions() if one.key == kind), None)
    if found is None:
        raise Http404
    return {**_told(found), "steps": _steps(definitions.program(found.pk))}


@declaring.reads(router, "/processes/{kind}/versions/{version}/bpmn", need=VIEW, produces=XML)
def drawing(request: ApiRequest, kind: Kind, version: Id) -> HttpResponse:
    """Hand out a version's BPMN 2.0 as it was published."""
    reach.check_kind(request.caller, kind)
    xml = queries.drawing(kind, version)
    if xml is None:
        raise Http404
    return HttpResponse(xml, content_type=XML)


def _told(row: Any) -> dict[str, Any]:
    names = ("version", "name", "name_en", "hash", "deployed_at")
    return {"kind": row.key, **{name: getattr(row, name) for name in names}}


def _steps(program: Any) -> list[dict[str, Any]]:
    steps = []
    for node, lane in program.lanes.items():
        limit = program.limits.get(node)
        name, name_en = program.names.get(node, (node, node))
        steps.append(
            {
                "node": node,
                "name": name,
                "name_en": name_en,
                "lane": lane.name if lane else "",
                "form": program.forms.get(node, ""),
                "limit": limit.limit if limit else "",
                "basis": limit.basis if limit else "",
                "verbs": sorted(program.verbs.get(node, ())),
            }
        )
    return steps
