"""What waits for a second person, and the page on which it is decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nancheng.foundation.confirmations import actions, forms, operations, queries, rules
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, refusals, tables, wording
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table
from nancheng.kernel.refusal import Refused

TONES = {
    "waiting": "yellow",
    "confirmed": "green",
    "refused": "red",
    "withdrawn": "grey",
    "lapsed": "grey",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A confirmation as a list shows it."""

    operation: str | Promise
    subject: str
    asked_label: str
    asked_at: datetime
    decided_label: str
    decided_at: datetime | None
    state: str | Promise
    tone: str
    href: str


TABLE = Table(
    key="confirmations",
    caption=gettext_lazy("两人复核"),
    columns=(
        Column("operation", gettext_lazy("操作"), role="lead", order=("operation",)),
        Column(
            "subject", gettext_lazy("对象"), role="main", href=lambda row: row.href, drawer=True
        ),
        Column("asked_label", gettext_lazy("申请人")),
        Column("asked_at", gettext_lazy("申请时间"), kind="moment", order=("asked_at",)),
        Column("decided_label", gettext_lazy("复核人")),
        Column("decided_at", gettext_lazy("复核时间"), kind="moment", order=("decided_at",)),
        Column(
            "state", gettext_lazy("复核状态"), kind="badge", order=("state",), tone=lambda r: r.tone
        ),
    ),
    filters=(
        Filter("q", gettext_lazy("对象"), lookups=("subject__icontains",)),
        Filter(
            "operation",
            gettext_lazy("操作"),
            kind="choice",
            lookups=("operation",),
            choices=operations.choices,
        ),
    ),
    order=("-asked_at",),
    empty=gettext_lazy("没有需要复核的事项。"),
)
SHOWN = {
    "waiting": queries.waiting_for,
    "asked": queries.asked_by,
    "decided": queries.decided,
}


@require_safe
@identified
def confirmations(request: IdentifiedRequest) -> HttpResponse:
    """List what waits for this identity, what it asked for, or what was decided."""
    show = request.GET.get("show", "waiting")
    rows = SHOWN.get(show, queries.waiting_for)(request.identity)
    return tables.answer(
        request,
        "confirmations/list.html",
        TABLE.bind(request, rows, load=_lines),
        {"tabs": _tabs(request, show if show in SHOWN else "waiting")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@identified
def confirmation(request: IdentifiedRequest, confirmation_id: int) -> HttpResponse:
    """Show what is asked, and take the second person's decision."""
    row = _seen(request, confirmation_id)
    form = forms.Decision(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = {"confirm": actions.confirm, "refuse": actions.refuse}[form.cleaned_data["decision"]]
        try:
            act(
                confirmation_id=row.pk,
                answer=form.cleaned_data["answer"],
                by=request.identity,
                at=timezone.now(),
            )
        except Refused as refused:
            form.add_error(None, refusals.text(refused))
        else:
            messages.success(request, _("已复核。"))
            return redirect("confirmations:list")
    return pages.render(
        request,
        "confirmations/confirmation.html",
        {
            "row": row,
            "tone": TONES[row.state],
            "operation": operations.operation(row.operation),
            "form": form if _may_decide(request, row) else None,
            "is_mine": row.asked_person_id == request.identity.person_id,
        },
        status=422 if form.is_bound else 200,
    )


@require_POST
@identified
def withdraw(request: IdentifiedRequest, confirmation_id: int) -> HttpResponse:
    """Take back what one asked for."""
    row = _seen(request, confirmation_id)
    actions.withdraw(confirmation_id=row.pk, by=request.identity, at=timezone.now())
    messages.success(request, _("已撤回申请。"))
    return redirect("confirmations:list")


def _seen(request: IdentifiedRequest, confirmation_id: int) -> Confirmation:
    found = (
        queries.within_reach(request.identity)
        .select_related("department")
        .filter(pk=confirmation_id)
        .first()
    )
    if found is None or found.operation not in operations.all_operations():
        raise Http404
    return found


def _may_decide(request: IdentifiedRequest, row: Confirmation) -> bool:
    return (
        row.state == Confirmation.State.WAITING
        and rules.are_apart(queries.askers(row), request.identity.persons)
        and queries.may_decide(request.identity, row)
    )


def _lines(rows: Iterable[Confirmation]) -> list[Line]:
    known = operations.all_operations()
    return [
        Line(
            operation=known[row.operation].name if row.operation in known else row.operation,
            subject=row.subject,
            asked_label=wording.label(row.asked_label),
            asked_at=row.asked_at,
            decided_label=wording.label(row.decided_label),
            decided_at=row.decided_at,
            state=Confirmation.State(row.state).label,
            tone=TONES[row.state],
            href=reverse("confirmations:confirmation", args=[row.pk]),
        )
        for row in rows
    ]


def _tabs(request: IdentifiedRequest, show: str) -> list[dict[str, Any]]:
    words = {"waiting": _("待我复核"), "asked": _("我提出的"), "decided": _("复核记录")}
    waiting = queries.waiting(request.identity, at=timezone.now())
    return [
        {
            "label": label,
            "href": request.path if name == "waiting" else f"{request.path}?show={name}",
            "count": waiting if name == "waiting" else None,
            "is_current": name == show,
        }
        for name, label in words.items()
    ]
