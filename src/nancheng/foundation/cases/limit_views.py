"""Pages of the rules of limits: their legal basis, who uses them, and office hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from nancheng.foundation.cases import calendar_watch, clocks, queries
from nancheng.foundation.cases.models import Case, Clock
from nancheng.foundation.limits import actions as limits
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.guards import identified, requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import pages, refusals
from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import hours as kernel

SHOWN_MAX = 100


class HoursForm(forms.Form):
    """A department's office hours from a day on."""

    department = forms.TypedChoiceField(label=gettext_lazy("部门"), coerce=int)
    valid_from = forms.DateField(
        label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    hours = forms.CharField(
        label=gettext_lazy("作息时间"),
        max_length=200,
        help_text=gettext_lazy(
            "按季节写明起始月日与上下班时间，如：05-01 08:30-12:00 14:30-17:30; "
            "10-01 08:30-12:00 14:00-17:30"
        ),
    )
    source = forms.CharField(label=gettext_lazy("依据"), max_length=300)

    def __init__(self, *args: object, choices: list[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["department"].choices = choices  # type: ignore[attr-defined]

    def clean_hours(self) -> str:
        """Return hours as they will be counted."""
        try:
            return kernel.written(kernel.parse("", self.cleaned_data["hours"]))
        except Refused as refused:
            raise forms.ValidationError(refusals.text(refused)) from None


@require_GET
@identified
def rules(request: IdentifiedRequest) -> HttpResponse:
    """Show each rule in force with its basis, and how many open clocks run under it."""
    on = timezone.localdate()
    found = sorted(limit_queries.rules_in_force(on=on).values(), key=lambda rule: rule.code)
    running = _running(request.identity)
    used = _drawn()
    return pages.render(
        request,
        "cases/limits.html",
        {
            "rules": [
                (rule, running.get(rule.code, 0), len(used.get(rule.code, ()))) for rule in found
            ],
            "as_of": timezone.now(),
        },
    )


@require_GET
@identified
def rule(request: IdentifiedRequest, code: str) -> HttpResponse:
    """Show a rule's versions, and whom a change would touch: processes and open cases."""
    versions = list(limit_queries.versions(code))
    if not versions:
        raise Http404
    running = Clock.objects.filter(
        queries.in_sight(request.identity), rule__code=code, stopped_at__isnull=True
    )
    shown = running.select_related("case", "task", "rule").order_by("due_on", "id")
    return pages.render(
        request,
        "cases/limit.html",
        {
            "code": code,
            "rule": versions[0],
            "versions": versions,
            "processes": [
                (process, calendar_watch.named(process, node))
                for process, node in _drawn().get(code, ())
            ],
            "clocks": shown[:SHOWN_MAX],
            "count": running.count(),
            "today": timezone.localdate(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(limit_queries.LOAD)
def office_hours(request: IdentifiedRequest) -> HttpResponse:
    """Show and set the office hours of departments; clocks that run keep theirs."""
    on = timezone.localdate()
    form = HoursForm(request.POST or None, choices=people.departments(), initial={"valid_from": on})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        limits.put_hours(
            department_id=given["department"],
            valid_from=given["valid_from"],
            hours=given["hours"],
            source=given["source"],
        )
        messages.success(request, _("已保存作息时间。"))
        return redirect("cases:office-hours")
    context: Mapping[str, Any] = {
        "form": form,
        "rows": limit_queries.office_hours(),
        "usual": _usual(on),
    }
    status = 422 if form.is_bound else 200
    return pages.render(request, "cases/office_hours.html", context, status=status)


def _usual(on: date) -> str:
    return queries.parameter(clocks.OFFICE_HOURS, on=on)


def _running(actor: Actor) -> dict[str, int]:
    """Return how many clocks run under each rule, of the cases within the actor's sight."""
    rows = Clock.objects.filter(
        queries.in_sight(actor), rule__isnull=False, stopped_at__isnull=True
    ).exclude(case__status__in=(Case.Status.CLOSED, Case.Status.TERMINATED))
    return dict(rows.values_list("rule__code").annotate(Count("id")).order_by())


def _drawn() -> dict[str, list[tuple[str, str]]]:
    """Return the (process, node) of the published drawings that name each rule."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind in calendar_watch.kinds():
        if kind.limit[0].isupper():
            found.setdefault(kind.limit, []).append((kind.process, kind.node))
    return found
