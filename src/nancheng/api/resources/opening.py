"""Opening a case of a published process, where its line of business lets anybody granted do so."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from ninja import Schema

from nancheng.api import declaring, filling, once, reach
from nancheng.api.callers import ApiRequest
from nancheng.api.declaring import Need
from nancheng.api.filling import FormField, Value
from nancheng.api.resources import cases
from nancheng.api.resources.cases import CaseTold
from nancheng.api.shapes import Given, Kind, Line
from nancheng.foundation.cases import actions, bindings, queries
from nancheng.foundation.cases.actions import Opening
from nancheng.kernel.refusal import Refused

# One address, one router: reading the list of cases and opening one more.
router = cases.router
OPEN = Need("case.open")


class Start(Schema):
    """What is asked of whoever opens a case of a kind."""

    kind: str
    version: int
    form: list[FormField]


class NewCase(Given):
    """The kind of case, its title, and what its form asks for, by the names "form" lists."""

    kind: Kind
    title: Line
    values: dict[str, Value]


@declaring.reads(router, "/processes/{kind}/opening", need=OPEN, gives=Start)
def opening(request: ApiRequest, kind: Kind) -> dict[str, Any]:
    """Tell what a case of a kind is opened with; its domain may open it alone."""
    reach.check_kind(request.caller, kind)
    found = bindings.all_bindings().get(kind)
    version = next((one.version for one in queries.newest_versions() if one.key == kind), None)
    if found is None or found.opening is None or version is None:
        raise Http404
    return {"kind": kind, "version": version, "form": filling.described(found.opening())}


@declaring.writes(router, "POST", "/cases", need=OPEN, gives={201: CaseTold})
def open_case(request: ApiRequest, given: NewCase) -> HttpResponse:
    """Open a case of the newest version of a drawing and run it to its first tasks (发起)."""
    caller = request.caller
    reach.check_kind(caller, given.kind)

    def act(key: str) -> CaseTold:
        values = filling.opening(_form(given.kind), given.values, key=key)
        taking_part = bindings.binding(given.kind).parties
        made = actions.open_case(
            Opening(
                kind=given.kind,
                title=given.title,
                variables=values,
                parties=taking_part(values) if taking_part else {},
            ),
            by=caller.actor,
            at=caller.at,
            key=key,
        )
        return CaseTold.model_validate(cases.just_opened(caller, made.number))

    return once.once(request, caller, act, status=201)


def _form(kind: str) -> type[forms.Form]:
    """Return the form of an opening. Raises ``Refused``: no such kind, or its domain opens it."""
    found = bindings.all_bindings().get(kind)
    if found is None or kind not in queries.published_kinds():
        raise Refused("api.unknown-kind", field="kind", kind=kind)
    if found.opening is None:
        raise Refused("api.opened-elsewhere", kind=kind)
    return found.opening
