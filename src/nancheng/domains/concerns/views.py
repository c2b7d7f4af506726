"""Pages of coordination concerns: the list, and the result."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from nancheng.domains.concerns import actions, forms, queries
from nancheng.foundation.cases import desk, keys, papers, worklist
from nancheng.foundation.cases import queries as cases
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.guards import identified, requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, refusals, tables
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table
from nancheng.kernel.refusal import Refused

TONES = {"open": "blue", "suspended": "yellow", "closed": "green", "terminated": "grey"}
CONCERNS = Table(
    key="concerns",
    caption=gettext_lazy("协调事项"),
    order=("-opened_at", "-id"),
    columns=(
        Column(
            "number",
            gettext_lazy("事项编号"),
            role="lead",
            order=("number",),
            href=lambda row: reverse("cases:case", args=[row.number]),
        ),
        Column(
            "title",
            gettext_lazy("事项名称"),
            role="main",
            href=lambda row: reverse("cases:case", args=[row.number]),
        ),
        Column(
            "status",
            gettext_lazy("办件状态"),
            kind="badge",
            value=lambda row: row.get_status_display(),
            tone=lambda row: TONES[row.status],
            order=("status",),
        ),
        Column("opened_at", gettext_lazy("发起时间"), kind="moment", order=("opened_at",)),
        Column("due_on", gettext_lazy("办理期限"), kind="day", order=("due_on",)),
        Column("closed_at", gettext_lazy("办结时间"), kind="moment", order=("closed_at",)),
    ),
    filters=(Filter("q", gettext_lazy("标题 / 事项编号"), apply=worklist.searched),),
    empty=gettext_lazy("您的权限范围内还没有协调事项。"),
)


@require_GET
@requires(queries.VIEW)
def concerns(request: IdentifiedRequest) -> HttpResponse:
    """List the concerns within reach."""
    rows = cases.visible(request.identity, queries.VIEW).filter(kind=queries.KIND)
    table = CONCERNS.bind(request, rows)
    more = {"may_open": rights.may(request.identity, queries.OPEN)}
    return tables.answer(request, "concerns/concerns.html", table, more)


@require_http_methods(["GET", "POST"])
@identified
def result(request: IdentifiedRequest, case_id: int) -> HttpResponse:
    """Report what was done about a concern at one's hands."""
    sent = keys.done_before(by=request.identity, key=request.POST.get("key", ""))
    if sent is not None and sent.pk == case_id:
        # The same form sent twice: the step is done, and by oneself.
        return redirect("cases:case", number=sent.number)
    tasks = [task for task in cases.open_tasks([case_id]) if task.node == actions.CARRY]
    if not tasks:
        raise Http404
    at_desk = desk.at_desk(tasks[0].pk, request.identity)
    if at_desk.case.kind != queries.KIND or not at_desk.may_complete:
        raise Http404
    form = forms.Result(request.POST or None, request.FILES or None)
    if request.method == "POST":
        kept = papers.keep(request, form, purpose=queries.RESULT)
        if form.is_valid():
            given = form.cleaned_data
            try:
                actions.report(
                    case_id,
                    result=given["result"],
                    attachment_ids=[one.pk for one in kept],
                    by=request.identity,
                    at=timezone.now(),
                    key=given["key"],
                )
            except Refused as refused:
                refusals.beside(form, refused)
            else:
                messages.success(request, _("办理结果已反馈，等待提出单位确认。"))
                return redirect("cases:case", number=at_desk.case.number)
    more = {"form": form, "case": at_desk.case, "facts": queries.facts(case_id=case_id, actor=None)}
    status = 422 if form.is_bound else 200
    return pages.render(request, "concerns/result.html", more, status=status)
