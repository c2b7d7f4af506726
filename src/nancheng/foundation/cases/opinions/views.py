"""Pages of requests for opinions: ask, answer, withdraw, and who asked what of whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from nancheng.foundation.cases import clocks, papers, queries, reaching, receivers
from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases.models import Opinion
from nancheng.foundation.cases.opinions import actions, forms
from nancheng.foundation.cases.opinions import queries as opinions
from nancheng.foundation.cases.opinions.actions import Answer, Question
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages

ANSWER_DAYS = "opinion.answer-days"


@require_http_methods(["GET", "POST"])
@identified
def ask(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Ask for opinions on a case."""
    case = reaching.case_of(number, request.identity)
    if not opinions.may_ask(request.identity, case):
        raise Http404
    on = timezone.localdate()
    known = receivers.listed(request.identity, on=on, with_posts=False)
    form = forms.Ask(request.POST or None, known=known, due_on=_due(on))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if reaching.carried_out(
            form,
            lambda: actions.ask(
                case.pk,
                question=Question(given["question"], given["due_on"]),
                of=given["receivers"],
                by=request.identity,
                at=timezone.now(),
                key=given["key"],
            ),
        ):
            return reaching.done(request, _("征求意见"), case=case)
    hint = _("办件不移交，期限照常计算；被征求的部门和人员可以查看本办件。")
    return reaching.form_page(request, form, case, words=_("征求意见"), hint=hint)


def _due(on: date) -> date:
    return clocks.warn_to(on, days=int(queries.parameter(ANSWER_DAYS, on=on)))


@require_http_methods(["GET", "POST"])
@identified
def opinion(request: IdentifiedRequest, opinion_id: int) -> HttpResponse:
    """Show a request for an opinion; whoever is asked answers here."""
    found = _shown(request, opinion_id)
    may_answer = opinions.may_answer(found, request.identity)
    form = forms.Give(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, found, form if may_answer else None)
    kept = papers.keep(request, form, purpose=opinions.purpose(found.pk))
    if form.is_valid():
        given = form.cleaned_data
        answer = Answer(given["stance"], given["text"], [one.pk for one in kept])
        if reaching.carried_out(
            form,
            lambda: actions.answer(
                found.pk,
                given=answer,
                by=request.identity,
                at=timezone.now(),
                key=given["key"],
            ),
        ):
            return reaching.done(request, _("答复"), to="cases:together")
    return _page(request, found, form)


@require_POST
@identified
def withdraw(request: IdentifiedRequest, opinion_id: int) -> HttpResponse:
    """Take a request back."""
    found = _shown(request, opinion_id)
    form = cases.Reason(request.POST)
    if form.is_valid() and reaching.carried_out(
        form,
        lambda: actions.withdraw(
            found.pk,
            reason=form.cleaned_data["reason"],
            by=request.identity,
            at=timezone.now(),
            key=form.cleaned_data["key"],
        ),
    ):
        return reaching.done(request, _("撤回"), case=found.case)
    return _page(request, found, None, withdrawal=form)


def _shown(request: IdentifiedRequest, opinion_id: int) -> Opinion:
    found = opinions.shown(opinion_id, request.identity)
    if found is None:
        raise Http404
    return found


def _page(request: IdentifiedRequest, found: Opinion, form: Any, **given: Any) -> HttpResponse:
    withdrawal = given.get("withdrawal")
    mine = found.asked_by_id == request.identity.identity_id
    if withdrawal is None and mine and found.state == Opinion.State.ASKED:
        withdrawal = cases.Reason()
    wrong = any(one is not None and one.is_bound for one in (form, withdrawal))
    row = get_object_or_404(Opinion.objects.select_related("case"), pk=found.pk)
    readable = queries.may_read_case(request.identity, row.case_id)
    return pages.render(
        request,
        "cases/opinion.html",
        {
            "opinion": row,
            "case": row.case,
            "readable": readable,
            "form": form,
            "withdrawal": withdrawal,
            "papers": next(
                (one.papers for one in opinions.of_case(row.case_id) if one.opinion.pk == row.pk),
                (),
            )
            if readable
            else (),
        },
        status=422 if wrong else 200,
    )
