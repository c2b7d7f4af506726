"""Pages that open a case: the kinds one may open, and the form of each."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nancheng.foundation.cases import offering, papers
from nancheng.foundation.cases.bindings import Binding
from nancheng.foundation.cases.papers import Papers
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, refusals
from nancheng.kernel.refusal import Refused

# What the page's form has beside the values of the kind.
APART = frozenset({"title", "papers", "drafts", "key"})


@require_safe
@identified
def kinds(request: IdentifiedRequest) -> HttpResponse:
    """List the kinds of cases that the reader may open."""
    found = offering.offered(request.identity)
    return pages.render(request, "cases/openings.html", {"kinds": found})


@require_http_methods(["GET", "HEAD", "POST"])
@identified
def opening(request: IdentifiedRequest, kind: str) -> HttpResponse:
    """Ask what a case of a kind is opened with, and open it."""
    offered = offering.offered(request.identity)
    binding = next((one for one in offered if one.kind == kind), None)
    if binding is None:
        raise Http404
    sent = {"data": request.POST or None, "files": request.FILES or None}
    form = offering.page_form(binding, by=request.identity, **sent)
    if request.method == "POST":
        number = _open(request, binding, form)
        if number:
            messages.success(request, _("办件 %(number)s 已发起。") % {"number": number})
            return redirect("cases:case", number=number)
    status = 422 if form.is_bound else 200
    context = {"binding": binding, "form": form}
    return pages.render(request, "cases/opening.html", context, status=status)


def _open(request: IdentifiedRequest, binding: Binding, form: Papers) -> str:
    """Open the case and return its number; "" with what is wrong beside the fields."""
    kept = papers.keep(request, form, purpose=offering.PURPOSE)
    if not form.is_valid():
        return ""
    given = form.cleaned_data
    values = {name: value for name, value in given.items() if name not in APART}
    heading = (given["title"], [one.pk for one in kept])
    by, at = request.identity, timezone.now()
    try:
        case = offering.begin(binding, heading, values, by=by, at=at, key=given["key"])
    except Refused as refused:
        refusals.beside(form, refused)
        return ""
    return case.number
