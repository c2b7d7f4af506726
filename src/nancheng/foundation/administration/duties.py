"""The security administrator's pages: duties, and what each is granted."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nancheng.foundation.administration import forms, words
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.people import accounts as queries
from nancheng.foundation.people import rules
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages
from nancheng.kernel.refusal import Refused

VERB = "system.grants"


@require_safe
@requires(VERB)
def duties(request: IdentifiedRequest) -> HttpResponse:
    """Show which duty is granted which verb, and how far. Two statements."""
    found = queries.duties()
    granted = {duty.code: queries.granted(duty) for duty in found}
    verbs = sorted({verb for each in granted.values() for verb in each})
    context = {
        "duties": found,
        "lines": [
            (
                verb,
                words.verb(verb),
                [words.scopes(granted[duty.code].get(verb, "")) for duty in found],
            )
            for verb in verbs
        ],
    }
    return pages.render(request, "administration/duties.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(VERB)
def duty(request: IdentifiedRequest, code: str) -> HttpResponse:
    """Ask for other grants of a duty; the system administrator confirms."""
    found = next((each for each in queries.duties() if each.code == code), None)
    if found is None:
        raise Http404
    before = queries.granted(found)
    verbs = [verb for verb in queries.verbs() if rules.grant_fits(code, verb)]
    form = forms.Grants(
        request.POST or None, verbs=verbs, granted=before, initial={"key": uuid.uuid4().hex}
    )
    if request.method == "POST" and form.is_valid():
        grants = form.grants()
        if grants == before:
            form.add_error(None, _("没有任何变更。"))
        else:
            _ask(request, code, found.name, before=before, grants=grants, form=form)
            messages.success(request, _("已提交，待系统管理员复核后生效。"))
            return redirect("administration:duties")
    context = {"duty": found, "form": form}
    status = 422 if form.is_bound else 200
    return pages.render(request, "administration/duty.html", context, status=status)


def _ask(
    request: IdentifiedRequest,
    code: str,
    name: str,
    *,
    before: dict[str, str],
    grants: dict[str, str],
    form: forms.Grants,
) -> None:
    for verb in grants:
        if not rules.grant_fits(code, verb):
            raise Refused("people.grant-apart", verb=verb)
    confirmations.ask(
        Wish(
            "people.grants",
            f"{name}（{code}）",
            form.cleaned_data["reason"],
            {"duty": code, "before": before, "grants": grants},
        ),
        by=request.identity,
        at=timezone.now(),
        key=form.cleaned_data["key"],
    )
