"""Pages of one place: a park with its tenants, a parcel, a street; and the form of its entry."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.register import actions, answers, forms, offers, queries, rules, wording
from nancheng.foundation.register.models import Place
from nancheng.foundation.web import pages

EDITING = ["GET", "HEAD", "POST"]


@require_safe
@requires("register.place.view")
def park(request: IdentifiedRequest) -> HttpResponse:
    """Show the first park; the others are tabs beside it."""
    parks = list(queries.parks(request.identity))
    if not parks:
        return pages.render(request, "register/no_park.html")
    return _place_page(request, parks[0], parks)


@require_safe
@requires("register.place.view")
def place(request: IdentifiedRequest, code: str) -> HttpResponse:
    """Show a place with its tenants, its parts and its changes."""
    found = _place(request, code)
    is_park = found.kind == Place.Kind.PARK
    return _place_page(request, found, list(queries.parks(request.identity)) if is_park else [])


@require_http_methods(EDITING)
@requires("register.place.edit")
def new_place(request: IdentifiedRequest) -> HttpResponse:
    """Register a park, a parcel or a street."""
    form = forms.PlaceForm(request.POST or None, places=offers.places(request.identity))

    def register() -> Place:
        return actions.register_place(form.facts(), by=request.identity, at=timezone.now())

    made = answers.submitted(request, form, register)
    if isinstance(made, Place):
        messages.success(request, _("已登记场所。"))
        return redirect("register:place", made.code)
    return answers.form_page(request, form, title=_("登记场所"))


@require_http_methods(EDITING)
@requires("register.place.edit")
def edit_place(request: IdentifiedRequest, code: str) -> HttpResponse:
    """Change a place's facts."""
    found = _place(request, code)
    offered = offers.places(request.identity, but=queries.place_family(found.pk))
    form = forms.PlaceForm(request.POST or None, places=offered, entry=found)

    def edit() -> Place:
        return actions.edit_place(
            found.pk,
            facts=form.facts(),
            version=form.cleaned_data["version"],
            by=request.identity,
            at=timezone.now(),
        )

    made = answers.submitted(request, form, edit)
    if isinstance(made, Place):
        messages.success(request, _("已保存。"))
        return redirect("register:place", made.code)
    return answers.form_page(request, form, title=_("修改场所"))


def _place(request: IdentifiedRequest, code: str) -> Place:
    found = queries.place(code, request.identity)
    if found is None:
        raise Http404
    return found


def _place_page(request: IdentifiedRequest, found: Place, parks: list[Place]) -> HttpResponse:
    tenants = queries.tenants(found.pk, request.identity, on=timezone.localdate())
    context = {
        "place": found,
        "parks": parks,
        "parts": queries.parts(found, request.identity),
        "tenants": [(tenant, wording.strip(tenant)) for tenant in tenants],
        "tally": wording.tally(tenants),
        "invested_fen": sum(tenant.project.total_investment_fen for tenant in tenants),
        "area_mu": rules.in_mu(found.area_m2),
        "built_mu": rules.in_mu(found.built_area_m2),
        "map": wording.outlined(found),
        "history": wording.history(queries.changes(found)),
        "may_edit": rights.may(request.identity, "register.place.edit"),
        "as_of": timezone.now(),
    }
    return pages.render(request, "register/place.html", context)
