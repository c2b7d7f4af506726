"""The page that asks to reopen a case; the second person decides among the confirmations."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from nancheng.foundation.cases import papers, queries, reaching
from nancheng.foundation.cases.reopening import actions, forms
from nancheng.foundation.cases.reopening import queries as reopenings
from nancheng.foundation.cases.reopening.actions import Request
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest


@require_http_methods(["GET", "POST"])
@requires(reopenings.ASK)
def ask(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Ask to reopen a case that is over."""
    case = reaching.case_of(number, request.identity)
    if not reopenings.may_ask(request.identity, case):
        raise Http404
    steps = reopenings.steps(queries.newest_process(case.kind))
    form = forms.Ask(request.POST or None, request.FILES or None, steps=steps)
    if request.method == "POST":
        kept = papers.keep(request, form, purpose=reopenings.PURPOSE)
        if form.is_valid():
            given = form.cleaned_data
            wanted = Request(given["node"], given["reason"], [one.pk for one in kept])
            if reaching.carried_out(
                form,
                lambda: actions.ask(
                    case.pk,
                    request=wanted,
                    by=request.identity,
                    at=timezone.now(),
                    key=given["key"],
                ),
            ):
                return reaching.done(request, _("申请重开"), case=case)
    hint = _("须由另一人复核；复核通过后生成新的办件，从所选环节继续，原办件保持不变。")
    return reaching.form_page(request, form, case, words=_("申请重开"), hint=hint)
