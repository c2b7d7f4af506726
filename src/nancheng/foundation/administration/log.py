"""The audit administrator's page: the operations log, whole or with its first bad line named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nancheng.foundation.administration import words
from nancheng.foundation.confirmations import operations
from nancheng.foundation.confirmations import queries as confirmations
from nancheng.foundation.journal import queries
from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import tables, wording
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table

VERB = "system.audit"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log as a person reads it."""

    seq: int
    at: datetime
    kind: object
    label: str
    subject: str
    detail: str
    address: str
    href: str = ""


LOG = Table(
    key="log",
    caption=_("操作日志"),
    order=("-seq",),
    columns=(
        Column("seq", _("序号"), kind="whole", order=("seq",)),
        Column("at", _("时间"), kind="moment", role="lead", order=("at",)),
        Column("kind", _("操作"), role="main"),
        Column("label", _("操作人")),
        Column("subject", _("对象"), href=lambda row: row.href),
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
    table = LOG.bind(request, queries.entries(), load=partial(_lines, request.identity))
    return tables.answer(request, "administration/log.html", table, context)


def _lines(actor: Actor, rows: Iterable[JournalEntry]) -> Sequence[Line]:
    """Return the lines of a page; what a reader may open carries its address. One statement."""
    listed = list(rows)
    asked = {row.seq: _request(row) for row in listed}
    numbers = [found[1] for found in asked.values() if found]
    readable = confirmations.readable(actor, numbers) if numbers else frozenset()
    return [_line(row, asked[row.seq], readable) for row in listed]


def _line(row: JournalEntry, asked: tuple[str, int] | None, readable: frozenset[int]) -> Line:
    subject, href = row.subject, ""
    if asked:
        code, number = asked
        known = operations.all_operations().get(code)
        subject = f"{known.name if known else code} #{number}"
        href = reverse("confirmations:confirmation", args=[number]) if number in readable else ""
    elif row.kind == "exported":
        subject = str(words.exported(subject))
    return Line(
        seq=row.seq,
        at=row.at,
        kind=words.KINDS.get(row.kind, row.kind),
        label=wording.label(row.label),
        subject=subject,
        detail=row.detail,
        address=row.address,
        href=href,
    )


def _request(row: JournalEntry) -> tuple[str, int] | None:
    """Return the operation and the number of the request that a line of two hands is about."""
    code, mark, number = row.subject.rpartition(" #")
    is_request = row.kind.startswith("hands-") and mark and number.isdecimal()
    return (code, int(number)) if is_request else None
