"""Pages of joint signing: ask more departments to sign, take an added one out."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from nancheng.foundation.cases import desk, reaching
from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases.models import Task
from nancheng.foundation.cases.rules import Verb
from nancheng.foundation.cases.signing import actions, forms
from nancheng.foundation.cases.signing import queries as signing
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest


@require_http_methods(["GET", "POST"])
@identified
def add(request: IdentifiedRequest, task_id: int) -> HttpResponse:
    """Ask more departments to sign."""
    at_desk = desk.at_desk(task_id, request.identity)
    if Verb.ADD_SIGNER.value not in at_desk.verbs:
        raise Http404
    choices = signing.choices(at_desk.task, at_desk.program)
    form = forms.Add(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if reaching.carried_out(
            form,
            lambda: actions.add(
                task_id,
                elements=given["elements"],
                reason=given["reason"],
                by=request.identity,
                at=timezone.now(),
                key=given["key"],
            ),
        ):
            return reaching.done(request, _("加签"), case=at_desk.case)
    return reaching.form_page(request, form, at_desk.case, words=_("加签"))


@require_http_methods(["GET", "POST"])
@identified
def remove(request: IdentifiedRequest, task_id: int) -> HttpResponse:
    """Take a signer out whom one has added."""
    task = get_object_or_404(Task.objects.select_related("case", "department"), pk=task_id)
    case = reaching.case_of(task.case.number, request.identity)
    if signing.adder(task) != request.identity.identity_id:
        raise Http404
    form = cases.Reason(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if reaching.carried_out(
            form,
            lambda: actions.remove(
                task_id,
                reason=given["reason"],
                by=request.identity,
                at=timezone.now(),
                key=given["key"],
            ),
        ):
            return reaching.done(request, _("减签"), case=case)
    return reaching.form_page(request, form, case, words=_("减签"), hint=task.department.name)
