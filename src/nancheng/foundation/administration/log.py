"""The audit administrator's page: the operations log, whole or with its first bad line named."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nancheng.foundation.administration import words
from nancheng.foundation.journal import queries
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import tables
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table

VERB = "system.audit"
LOG = Table(
    key="log",
    caption=_("操作日志"),
    order=("-seq",),
    columns=(
        Column("seq", _("序号"), kind="whole", order=("seq",)),
        Column("at", _("时间"), kind="moment", role="lead", order=("at",)),
        Column(
            "kind", _("操作"), role="main", value=lambda row: words.KINDS.get(row.kind, row.kind)
        ),
        Column("label", _("操作人")),
        Column("subject", _("对象")),
        Column("detail", _("说明"), role="wide"),
        Column("address", _("来源地址")),
    ),
    filters=(
        Filter("q", _("操作人或对象"), lookups=("label__icontains", "subject__icontains")),
        Filter(
            "kind", _("操作"), kind="choice", lookups=("kind",), choices=list(words.KINDS.items())
        ),
        Filter(
            "from", _("起始日期"), kind="day", apply=lambda rows, on: rows.filter(at__date__gte=on)
        ),
        Filter(
            "to", _("截止日期"), kind="day", apply=lambda rows, on: rows.filter(at__date__lte=on)
        ),
    ),
    empty=_("还没有日志。"),
)


@require_safe
@requires(VERB)
def log(request: IdentifiedRequest) -> HttpResponse:
    """Show the operations log; "check" in the address verifies its chain first."""
    checked = "check" in request.GET
    context = {"checked": checked, "fault": queries.first_fault() if checked else None}
    table = LOG.bind(request, queries.entries())
    return tables.answer(request, "administration/log.html", table, context)
