"""Notices: what the caller's identity was told, and reading it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from nancheng.api import declaring, listing, once, reach
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.shapes import Id, Moment, Page
from nancheng.api.verbs import Nothing
from nancheng.foundation.messages import actions, queries
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table

router = Router(tags=["notices"])
VIEW = Need("notice.view", is_granted=False)
READ = Need("notice.read", is_granted=False)
UNREAD = [("unread", _("未读")), ("all", _("全部"))]


class NoticeTold(Schema):
    """A notice in the reader's language."""

    id: Id
    text: str
    case_number: str
    created_at: Moment
    read_at: Moment | None


class Read(Schema):
    """How many notices were marked as read."""

    count: int


def _shown(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(read_at__isnull=True) if value == "unread" else rows


def _rows(caller: Caller) -> QuerySet[Any]:
    """Return the caller's notices; of cases, only those of a kind its token reaches."""
    rows = queries.notices(caller.actor)
    return reach.of_kinds(rows, caller, "case__kind")


def _load(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    found = {row.pk: queries.line(row) for row in _rows(caller).filter(pk__in=ids)}
    names = ("id", "text", "case_number", "created_at", "read_at")
    return [{name: getattr(found[one], name) for name in names} for one in ids if one in found]


NOTICES = Listing(
    Table(
        key="notices",
        caption=_("消息通知"),
        order=("-created_at",),
        columns=(Column("created_at", _("时间"), kind="moment", order=("created_at",)),),
        filters=(Filter("show", _("未读"), kind="choice", choices=UNREAD, apply=_shown),),
    ),
    _rows,
    _load,
)


@declaring.reads(router, "/notices", need=VIEW, gives=Page[NoticeTold], listing=NOTICES)
def notices(request: ApiRequest) -> dict[str, Any]:
    """List the caller's notices."""
    return listing.answer(NOTICES, request, request.caller)


@declaring.writes(router, "POST", "/notices/{notice_id}/read", need=READ, gives=Read)
def read(request: ApiRequest, notice_id: Id, given: Nothing) -> HttpResponse:
    """Mark a notice as read."""

    def act(_key: str) -> Read:
        caller = request.caller
        if not _rows(caller).filter(pk=notice_id).exists():
            raise Http404
        actions.mark_read(identity_id=caller.actor.identity_id, notice_id=notice_id, at=caller.at)
        return Read(count=1)

    return once.once(request, request.caller, act, status=200)
