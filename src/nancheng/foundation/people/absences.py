"""The pages of delegations while absent: one's own, those one stands in by, and the head's view."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nancheng.foundation.people import actions, forms, queries
from nancheng.foundation.people.actions import Delegation
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.models import Absence
from nancheng.foundation.web import pages, refusals, tables
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Action, Table
from nancheng.kernel.refusal import Refused


@dataclass(frozen=True, slots=True)
class Line:
    """A delegation as the list shows it."""

    state: str
    tone: str
    principal: str
    deputy: str
    first_on: date
    last_on: date
    kinds: str
    reason: str
    set_by: str
    end_href: str


TABLE = Table(
    key="absences",
    caption=gettext_lazy("授权代理"),
    columns=(
        Column("state", gettext_lazy("授权状态"), kind="badge", role="lead", tone=lambda r: r.tone),
        Column("principal", gettext_lazy("被代理人"), role="main"),
        Column("deputy", gettext_lazy("代理人")),
        Column("first_on", gettext_lazy("开始日期"), kind="day", order=("active_from",)),
        Column("last_on", gettext_lazy("结束日期"), kind="day", order=("active_to",)),
        Column("kinds", gettext_lazy("授权事项")),
        Column("reason", gettext_lazy("事由"), role="wide"),
        Column("set_by", gettext_lazy("设置人")),
    ),
    filters=(
        Filter(
            "q",
            gettext_lazy("姓名"),
            lookups=("principal__person__name__icontains", "deputy__person__name__icontains"),
        ),
    ),
    actions=(
        Action(
            gettext_lazy("结束授权"), lambda row: row.end_href, shown=lambda row: bool(row.end_href)
        ),
    ),
    order=("-active_from",),
    empty=gettext_lazy("没有授权记录。外出、休假前可在此授权同事代办。"),
)


@require_safe
@identified
def absences(request: IdentifiedRequest) -> HttpResponse:
    """List the delegations this identity made, stands in by, or may set for others."""
    rows = queries.absences(request.identity).select_related(
        "principal__person", "deputy__person", "set_by__person"
    )
    settable = {pk for pk, _ in queries.principals(request.identity, on=timezone.localdate())}

    def load(found: Iterable[Absence]) -> list[Line]:
        return [_line(row, may_end=row.principal_id in settable) for row in found]

    return tables.answer(request, "people/absences.html", TABLE.bind(request, rows, load=load))


@require_http_methods(["GET", "HEAD", "POST"])
@identified
def new_absence(request: IdentifiedRequest) -> HttpResponse:
    """Delegate one's own work, or that of somebody within reach."""
    on = timezone.localdate()
    principals = queries.principals(request.identity, on=on)
    known = {str(pk): pk for pk, _ in principals}
    asked = request.POST.get("principal") or request.GET.get("principal", "")
    principal_id = known.get(asked, request.identity.identity_id)
    form = forms.DelegationForm(
        request.POST or None,
        initial={"principal": principal_id, "first_on": on, "last_on": on},
        principals=principals,
        deputies=queries.possible_deputies(principal_id, on=on),
        kinds=kinds(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.stand_in(_delegation(form), by=request.identity, at=timezone.now())
        except Refused as refused:
            refusals.beside(form, refused)
        else:
            messages.success(request, _("授权已保存。"))
            return redirect("people:absences")
    context = {
        "form": form,
        "principals": [(pk, label, pk == principal_id) for pk, label in principals],
    }
    status = 422 if form.is_bound else 200
    return pages.render(request, "people/absence.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@identified
def end_absence(request: IdentifiedRequest, absence_id: int) -> HttpResponse:
    """Ask whether to end a delegation at once, and end it."""
    row = (
        queries.absences(request.identity)
        .filter(pk=absence_id)
        .select_related("principal__person", "deputy__person", "set_by__person")
        .first()
    )
    if row is None or not queries.may_delegate(request.identity, row.principal_id):
        raise Http404
    if request.method == "POST":
        actions.end_absence(absence_id=row.pk, by=request.identity, at=timezone.now())
        messages.success(request, _("授权已终止。"))
        return redirect("people:absences")
    return pages.render(
        request, "people/end_absence.html", {"row": row, "line": _line(row, may_end=True)}
    )


def kinds() -> list[tuple[str, str | Promise]]:
    """Return the kinds of cases that can be delegated; only the app above knows them."""
    listed: list[tuple[str, str | Promise]] = import_string(settings.CASE_KINDS)()
    return listed


def _delegation(form: forms.DelegationForm) -> Delegation:
    given = form.cleaned_data
    return Delegation(
        principal_id=given["principal"],
        deputy_id=given["deputy"],
        first_on=given["first_on"],
        last_on=given["last_on"],
        reason=given["reason"],
        kinds=frozenset(given["kinds"]),
    )


def _line(row: Absence, *, may_end: bool) -> Line:
    state, tone = _state(row, on=timezone.localdate())
    names = dict(kinds())
    return Line(
        state=state,
        tone=tone,
        principal=str(row.principal.person),
        deputy=str(row.deputy.person),
        first_on=row.active_from,
        last_on=row.active_to - timedelta(days=1),
        kinds="、".join(str(names.get(kind, kind)) for kind in row.kinds.split()) or _("全部事项"),
        reason=row.reason,
        set_by=str(row.set_by.person),
        end_href=reverse("people:end-absence", args=[row.pk])
        if may_end and tone in ("green", "blue")
        else "",
    )


def _state(row: Absence, *, on: date) -> tuple[str, str]:
    if row.ended_at is not None:
        return _("已提前结束"), "grey"
    if row.active_to <= on:
        return _("已到期"), "grey"
    return (_("生效中"), "green") if row.active_from <= on else (_("未开始"), "blue")
