"""One bond, one project's money, one hit on the negative list."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from nancheng.domains.funds import forms
from nancheng.domains.funds.actions import projects as actions
from nancheng.domains.funds.queries import bonds, projects, reach
from nancheng.domains.funds.rules.facts import Verdict
from nancheng.domains.funds.views import lists
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, refusals
from nancheng.kernel.refusal import Refused

SCHEDULE_SHOWN = 12


@require_GET
@requires(reach.VIEW_BONDS)
def bond(request: IdentifiedRequest, code: str) -> HttpResponse:
    """Show a bond: terms, allocations, arrivals and what falls due."""
    found = bonds.page(code, request.identity)
    if found is None:
        raise Http404
    on = timezone.localdate()
    whole = "all" in request.GET
    context = {
        "page": found,
        "bond": found.bond,
        "next_due": found.next_due(on),
        "schedule": found.schedule if whole else found.schedule[:SCHEDULE_SHOWN],
        "more": 0 if whole else max(0, len(found.schedule) - SCHEDULE_SHOWN),
    }
    return pages.render(request, "funds/bond.html", context)


@require_GET
@requires(reach.VIEW_PROJECTS)
def project(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Show a project's money: the thread, its age, contracts, items and screenings."""
    found = projects.page(number, request.identity, on=timezone.localdate())
    if found is None:
        raise Http404
    verbs = request.identity.verbs
    context = {
        "page": found,
        "thread": found.thread,
        "lamp": lists.idle_lamp(found.thread),
        "at": timezone.now(),
        "may_apply": reach.APPLY in verbs
        and reach.projects(request.identity, reach.APPLY)
        .filter(pk=found.thread.project.pk)
        .exists(),
        "may_decide": "funds.screening.decide" in verbs,
        "may_see_book": "funds.ledger.view" in verbs,
    }
    return pages.render(request, "funds/project.html", context)


@require_http_methods(["GET", "POST"])
@requires("funds.screening.decide")
def screening(request: IdentifiedRequest, screening_id: int) -> HttpResponse:
    """Ask for a verdict on a hit of the negative list, and keep it with its reason."""
    found = get_object_or_404(projects.open_screenings(request.identity), pk=screening_id)
    form = forms.DecideScreening(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_screening(
                screening_id,
                verdict=Verdict(form.cleaned_data["verdict"]),
                reason=form.cleaned_data["reason"],
                by=request.identity,
                at=timezone.now(),
            )
        except Refused as refused:
            refusals.beside(form, refused)
        else:
            messages.success(request, _("认定已记录。"))
            return redirect("funds:project", number=found.project.project.number)
    return pages.render(
        request,
        "funds/screening.html",
        {"form": form, "screening": found},
        status=422 if form.is_bound else 200,
    )
