"""How the register's forms answer: a refusal stands in the form, so that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse

from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, refusals
from nancheng.kernel.refusal import Refused


def submitted(
    request: IdentifiedRequest, form: forms.Form, act: Callable[[], object]
) -> object | None:
    """Run the act of a valid form and return what it made, or None if the form is to be shown."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act()
    except Refused as refused:
        refusals.beside(form, refused)
        return None


def form_page(
    request: IdentifiedRequest, form: forms.Form, *, title: str, units: object = ()
) -> HttpResponse:
    """Show a form of the register, as it was sent if it was."""
    context: Mapping[str, Any] = {"form": form, "form_title": title, "units": units}
    status = 422 if form.is_bound else 200
    return pages.render(request, "register/form.html", context, status=status)
