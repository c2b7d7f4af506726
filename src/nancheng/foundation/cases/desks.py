"""The list of what others ask of one beside the tasks."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from nancheng.foundation.cases import together
from nancheng.foundation.cases.circulation import queries as circulation
from nancheng.foundation.cases.models import Circulation, Opinion
from nancheng.foundation.cases.opinions import queries as opinions
from nancheng.foundation.cases.pool import queries as pools
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import tables, wording
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Action, Table

_NUMBER = Column(
    "number",
    gettext_lazy("事项编号"),
    role="lead",
    order=("case__number",),
    href=lambda row: row.href,
    drawer=True,
)
_CASE = (
    Column(
        "case__number",
        gettext_lazy("事项编号"),
        role="lead",
        order=("case__number",),
    ),
    Column("case__title", gettext_lazy("标题"), role="main", href=lambda row: _href(row)),  # noqa: PLW0108
)


def _receiver(row: Any) -> str:
    return wording.label(row.receiver, place=True)


_SEARCH = Filter(
    "q",
    gettext_lazy("标题 / 事项编号"),
    lookups=("case__title__icontains", "case__number__icontains"),
)
TOGETHER = Table(
    key="together",
    caption=gettext_lazy("协同事项"),
    columns=(
        Column("kind", gettext_lazy("类别"), kind="badge", role="lead"),
        _NUMBER,
        Column(
            "title",
            gettext_lazy("标题"),
            role="main",
            href=lambda row: row.href,
            drawer=True,
        ),
        Column("text", gettext_lazy("内容"), role="wide"),
        Column("sender", gettext_lazy("来自"), value=lambda row: wording.label(row.sender)),
        Column("at", gettext_lazy("送达时间"), kind="moment", order=("given_at",)),
        Column("due_on", gettext_lazy("答复期限"), kind="day"),
    ),
    filters=(_SEARCH,),
    actions=(Action(gettext_lazy("办理"), lambda row: row.href, drawer=True),),
    order=("given_at",),
    empty=gettext_lazy("没有等您答复、传阅或回复的事项。"),
)
ASKED = Table(
    key="asked",
    caption=gettext_lazy("我征求的意见"),
    columns=(
        *_CASE,
        Column("receiver", gettext_lazy("征求对象"), order=("receiver",), value=_receiver),
        Column("asked_at", gettext_lazy("征求时间"), kind="moment", order=("asked_at",)),
        Column("due_on", gettext_lazy("答复期限"), kind="day", order=("due_on",)),
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            order=("state",),
            value=lambda row: row.get_state_display(),
        ),
        Column(
            "stance", gettext_lazy("答复意见"), value=lambda row: row.get_stance_display() or "—"
        ),
    ),
    filters=(
        _SEARCH,
        Filter(
            "state",
            gettext_lazy("状态"),
            kind="choice",
            lookups=("state",),
            choices=Opinion.State.choices,
        ),
    ),
    order=("-asked_at",),
    empty=gettext_lazy("还没有征求过意见。"),
)
SENT = Table(
    key="sent",
    caption=gettext_lazy("我传阅的"),
    columns=(
        *_CASE,
        Column("receiver", gettext_lazy("传阅对象"), order=("receiver",), value=_receiver),
        Column("sent_at", gettext_lazy("传阅时间"), kind="moment", order=("sent_at",)),
        Column("read", gettext_lazy("已阅人数"), kind="whole", value=lambda row: row.readings),
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            value=lambda row: _("已撤回") if row.revoked_at else _("传阅中"),
        ),
    ),
    filters=(_SEARCH,),
    order=("-sent_at",),
    empty=gettext_lazy("还没有传阅过办件。"),
)


POOL = Table(
    key="pool",
    caption=gettext_lazy("抢办池"),
    columns=(
        Column("case__number", gettext_lazy("事项编号"), role="lead", order=("case__number",)),
        Column(
            "case__title",
            gettext_lazy("标题"),
            role="main",
            href=lambda row: reverse("cases:task", args=[row.pk]),
            drawer=True,
        ),
        Column(
            "name",
            gettext_lazy("当前环节"),
            kind="badge",
            order=("node",),
            value=wording.named,
        ),
        Column("arrived_at", gettext_lazy("到达时间"), kind="moment", order=("arrived_at",)),
        Column("due_on", gettext_lazy("办理期限"), kind="day", order=("due_on",)),
    ),
    filters=(_SEARCH,),
    actions=(
        Action(gettext_lazy("抢办"), lambda row: reverse("cases:task", args=[row.pk]), drawer=True),
    ),
    order=("due_on", "arrived_at"),
    empty=gettext_lazy("抢办池里没有任务。"),
)


def _href(row: Opinion | Circulation) -> str:
    page = "cases:opinion" if isinstance(row, Opinion) else "cases:circulation"
    return reverse(page, args=[row.pk])


@require_GET
@identified
def together_list(request: IdentifiedRequest) -> HttpResponse:
    """Show what waits for an answer, a reading or a reply of this identity."""
    rows = together.waiting_rows(request.identity).only("id")
    table = TOGETHER.bind(request, rows, load=together.lines)
    return _answer(request, table, "cases:together")


@require_GET
@identified
def asked(request: IdentifiedRequest) -> HttpResponse:
    """Show the opinions this identity asked for."""
    rows = opinions.asked_by(request.identity).select_related("case")
    return _answer(request, ASKED.bind(request, rows), "cases:asked")


@require_GET
@identified
def sent(request: IdentifiedRequest) -> HttpResponse:
    """Show the copies this identity sent round."""
    rows = circulation.sent_by(request.identity).select_related("case")
    return _answer(request, SENT.bind(request, rows), "cases:sent")


def _answer(request: IdentifiedRequest, table: tables.Bound, here: str) -> HttpResponse:
    counted = together.waiting(request.identity, at=timezone.now())
    tabs: list[dict[str, Any]] = [
        {
            "label": words,
            "href": reverse(page),
            "count": counted if page == "cases:together" else None,
            "is_current": page == here,
        }
        for page, words in (
            ("cases:together", _("待我处理")),
            ("cases:pool", _("抢办池")),
            ("cases:asked", _("我征求的意见")),
            ("cases:sent", _("我传阅的")),
        )
    ]
    return tables.answer(request, "cases/together_list.html", table, {"tabs": tabs})


@require_GET
@identified
def pool(request: IdentifiedRequest) -> HttpResponse:
    """Show what lies in the pools of this identity's post."""
    rows = pools.free(request.identity).select_related("case", "department")
    return _answer(request, POOL.bind(request, rows), "cases:pool")
