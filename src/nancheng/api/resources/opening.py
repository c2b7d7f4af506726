"""Opening a case of a published process, where its line of business lets anybody granted do so."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from ninja import Schema

from nancheng.api import declaring, filling, once, problems, reach
from nancheng.api.callers import ApiRequest
from nancheng.api.declaring import Need
from nancheng.api.filling import FormField, Value
from nancheng.api.resources import cases
from nancheng.api.resources.cases import CaseTold
from nancheng.api.shapes import Given, Kind, Line
from nancheng.foundation.cases import bindings, offering, queries
from nancheng.foundation.cases.bindings import Binding
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
    form = offering.asking(found, by=request.caller.actor)
    return {"kind": kind, "version": version, "form": filling.described(form)}


@declaring.writes(router, "POST", "/cases", need=OPEN, gives={201: CaseTold})
def open_case(request: ApiRequest, given: NewCase) -> HttpResponse:
    """Open a case of the newest version of a drawing and run it to its first tasks (发起)."""
    caller = request.caller
    reach.check_kind(caller, given.kind)

    def act(key: str) -> CaseTold:
        binding = _opened(given.kind)
        sent = filling.posted(given.values, key=key)
        form = offering.asking(binding, by=caller.actor, data=sent)
        values = filling.cleaned(form, given.values)
        heading = (given.title, ())
        by, at = caller.actor, caller.at
        try:
            made = offering.begin(binding, heading, values, by=by, at=at, key=key)
        except Refused as refused:
            raise problems.renamed(refused, _called(form)) from refused
        return CaseTold.model_validate(cases.just_opened(caller, made.number))

    return once.once(request, caller, act, status=201)


def _called(form: forms.Form) -> dict[str, str]:
    """Return what a rule blames by what it is called here: a value of the form."""
    return {name: f"values/{name}" for name in form.fields}


def _opened(kind: str) -> Binding:
    """Return the binding of a kind that a form opens; raise ``Refused`` where none does."""
    found = bindings.all_bindings().get(kind)
    if found is None or kind not in queries.published_kinds():
        raise Refused("api.unknown-kind", field="kind", kind=kind)
    if found.opening is None:
        raise Refused("api.opened-elsewhere", kind=kind)
    return found
