"""What audit compares: the daily roots, and the heads of every case's chain that they seal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from nancheng.api import declaring, listing
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.shapes import Day, Id, Moment, Page
from nancheng.foundation.audit import queries
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table

router = Router(tags=["audit"])
VIEW = Need("audit.view")
# The newest ones; older ones are asked for by their number.
ROOTS_MAX = 100


class Root(Schema):
    """A daily root over all chains."""

    number: int
    day: Day
    sealed_at: Moment
    root: str
    cases: int
    events: int
    transfers: int


class Head(Schema):
    """Where one case's chain stood when it was sealed."""

    case_number: str
    since: int
    seq: int
    head: str


@declaring.reads(router, "/audit/roots", need=VIEW, gives=list[Root])
def roots(request: ApiRequest) -> list[dict[str, Any]]:
    """List the newest daily roots."""
    return [_root(one) for one in queries.last_roots(most=ROOTS_MAX)]


def _no_rows(_caller: Caller) -> list[Any]:
    return []


def _load(ids: list[int], _caller: Caller) -> Iterable[dict[str, Any]]:
    found = {row["id"]: row for row in queries.heads_by_id(ids).values("id", *Head.model_fields)}
    return [found[one] for one in ids if one in found]


# Its rows are those of one root, which the address names.
HEADS = Listing(
    Table(
        key="heads",
        caption=_("封存链头"),
        columns=(),
        filters=(Filter("case", _("事项编号"), lookups=("case_number",)),),
    ),
    _no_rows,
    _load,
)


@declaring.reads(
    router, "/audit/roots/{root_number}/heads", need=VIEW, gives=Page[Head], listing=HEADS
)
def heads(request: ApiRequest, root_number: Id) -> dict[str, Any]:
    """List the heads that a root seals, in the order of its tree."""
    rows = queries.heads(root_number)
    if rows is None:
        raise Http404
    return listing.answer(replace(HEADS, rows=lambda _caller: rows), request, request.caller)


def _root(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Root.model_fields}
