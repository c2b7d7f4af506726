"""Pages of circulation: send round, read with a receipt, note, revoke."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases import queries, reaching, receivers
from nancheng.foundation.cases.circulation import actions, forms
from nancheng.foundation.cases.circulation import queries as circulations
from nancheng.foundation.cases.models import Circulation
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages


@require_http_methods(["GET", "POST"])
@identified
def send(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Send a case round."""
    case = reaching.case_of(number, request.identity)
    if not circulations.may_circulate(request.identity, case):
        raise Http404
    known = receivers.listed(request.identity, on=timezone.localdate(), with_posts=True)
    form = forms.Send(request.POST or None, known=known)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if reaching.carried_out(
            form,
            lambda: actions.send(
                case.pk,
                words=given["words"],
                to=given["receivers"],
                by=request.identity,
                at=timezone.now(),
                key=given["key"],
            ),
        ):
            return reaching.done(request, _("传阅"), case=case)
    hint = _("传阅对象可以查看本办件，仅限本办件；撤回传阅后不再能查看。")
    return reaching.form_page(request, form, case, words=_("传阅"), hint=hint)


@require_http_methods(["GET", "POST"])
@identified
def circulation(request: IdentifiedRequest, circulation_id: int) -> HttpResponse:
    """Show a copy: opening it is the receipt; a reader may leave a note."""
    found = _shown(request, circulation_id)
    form = forms.Note(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if reaching.carried_out(
            form,
            lambda: actions.note(
                found.pk,
                text=form.cleaned_data["text"],
                by=request.identity,
                at=timezone.now(),
                key=form.cleaned_data["key"],
            ),
        ):
            return reaching.done(request, _("留言"), to="cases:together")
    elif actions.mark_read(found.pk, by=request.identity, at=timezone.now()):
        found = _shown(request, circulation_id)
    return _page(request, found, form)


@require_POST
@identified
def revoke(request: IdentifiedRequest, circulation_id: int) -> HttpResponse:
    """Take a copy back."""
    found = _shown(request, circulation_id)
    form = cases.Reason(request.POST)
    if form.is_valid() and reaching.carried_out(
        form,
        lambda: actions.revoke(
            found.pk,
            reason=form.cleaned_data["reason"],
            by=request.identity,
            at=timezone.now(),
            key=form.cleaned_data["key"],
        ),
    ):
        return reaching.done(request, _("撤回传阅"), case=found.case)
    return _page(request, found, forms.Note(), revocation=form)


def _shown(request: IdentifiedRequest, circulation_id: int) -> Circulation:
    found = circulations.shown(circulation_id, request.identity)
    if found is None:
        raise Http404
    return found


def _page(
    request: IdentifiedRequest, found: Circulation, form: forms.Note, **given: Any
) -> HttpResponse:
    actor, revocation = request.identity, given.get("revocation")
    if revocation is None and found.revoked_at is None and found.sent_by_id == actor.identity_id:
        revocation = cases.Reason()
    named = found.revoked_at is None and receivers.names(actor, found.reader)
    wrong = any(one is not None and one.is_bound for one in (form, revocation))
    return pages.render(
        request,
        "cases/circulation.html",
        {
            "circulation": found,
            "case": found.case,
            "receipts": list(found.receipts.all()),
            "readable": queries.may_read_case(actor, found.case_id),
            "form": form if named else None,
            "revocation": revocation,
        },
        status=422 if wrong else 200,
    )
