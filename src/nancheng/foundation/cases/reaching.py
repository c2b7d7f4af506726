"""The case a verb's page is about: found for whoever may read it or holds a task of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from nancheng.foundation.cases import queries
from nancheng.foundation.cases.models import Case
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import pages, refusals
from nancheng.kernel.refusal import Refused


def case_of(number: str, actor: Actor) -> Case:
    """Return a case by number to whoever may read or handle it. Raises ``Http404``."""
    found = Case.objects.select_related("process", "department").filter(number=number).first()
    if found is None:
        raise Http404
    if not (queries.may_read_case(actor, found.pk) or queries.holds_a_task(actor, found.pk)):
        raise Http404
    return found


def carried_out(form: django_forms.Form, act: Callable[[], object]) -> bool:
    """Carry out what a valid form asks; a refusal is said beside the field it blames."""
    try:
        act()
    except Refused as refused:
        refusals.beside(form, refused)
        return False
    return True


def form_page(
    request: IdentifiedRequest, form: django_forms.Form, case: Case, **context: Any
) -> HttpResponse:
    """Show the form of a verb on a case: ``words`` for its title and button, ``hint`` above it."""
    return pages.render(
        request,
        "cases/act.html",
        {"form": form, "case": case, "here": request.path, "hint": "", "faults": (), **context},
        status=422 if form.is_bound else 200,
    )


def done(
    request: IdentifiedRequest, words: str | Promise, *, case: Case | None = None, to: str = ""
) -> HttpResponse:
    """Say what was done and go on: to the case if its reader still reaches it, or to a page."""
    messages.success(request, _("已%(verb)s。") % {"verb": words})
    if case is not None and queries.may_read_case(request.identity, case.pk):
        return redirect("cases:case", number=case.number)
    return redirect(to or "cases:inbox")
