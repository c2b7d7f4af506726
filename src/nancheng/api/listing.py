"""Lists of the API: the filters and sorts of a page's table, read strictly, paged by key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from nancheng.api import paging
from nancheng.api.callers import Caller
from nancheng.api.paging import Cursor
from nancheng.api.problems import Declined, Fault
from nancheng.foundation.web import choosing, refusals
from nancheng.foundation.web.choosing import Asked, Filter
from nancheng.foundation.web.tables import Table
from nancheng.kernel.refusal import Refused

R = TypeVar("R")
OWN = ("limit", "cursor", "sort", "count")
TEXT_MAX = choosing.LONGEST


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """A list: the page's table, the rows of a caller, and what is said of them.

    ``load`` turns the keys of one page into what is answered, in their order; for rows that are
    computed (a sequence) it gets the rows themselves. ``key`` is what tells two rows apart.
    """

    table: Table
    rows: Callable[[Caller], QuerySet[Any] | Sequence[Any]]
    load: Callable[[list[Any], Caller], Iterable[R]]
    key: str = "pk"

    def parameters(self) -> list[dict[str, Any]]:
        """Return the description of what the query may say."""
        sorts = [c.key for c in self.table.columns if c.order]
        found = [_described(each) for each in self.table.filters]
        if sorts:
            words = [*sorts, *(f"-{one}" for one in sorts)]
            found.append(_parameter("sort", "Order; a minus turns it.", _choice(words)))
        limit = {
            "type": "integer",
            "minimum": 1,
            "maximum": paging.LIMIT_MAX,
            "default": paging.LIMIT,
        }
        cursor = {"type": "string", "maxLength": 2000}
        counted = {"type": "string", "enum": ["true", "false"], "default": "false"}
        return [
            *found,
            _parameter("limit", "Rows on a page.", limit),
            _parameter("cursor", 'From "next" of the page before; never made up.', cursor),
            _parameter("count", "Whether to count all rows, up to a bound.", counted),
        ]


def answer(listing: Listing[R], request: HttpRequest, caller: Caller) -> dict[str, Any]:
    """Return one page: items, the address of the next page, the count if it was asked for."""
    query = request.GET
    asked = _asked(query, listing.table)
    limit = paging.read_limit(query.get("limit", ""))
    rows = choosing.narrow(listing.rows(caller), asked.chosen)
    question = _question(asked, request.path)
    cursor = paging.read_cursor(query.get("cursor", ""), question=question)
    if isinstance(rows, QuerySet):
        found, last = _page_of_rows(rows, listing, asked, cursor, limit)
    else:
        found, last = _page_of_values(rows, listing, asked, cursor, limit)
    following = Cursor(question, last).text() if last is not None else ""
    return {
        "items": list(listing.load(found, caller)) if found else [],
        "next": _next(request, following) if following else None,
        **_counted(rows, query.get("count", "")),
    }


def _page_of_rows(
    rows: QuerySet[Any], listing: Listing[Any], asked: Asked, cursor: Cursor | None, limit: int
) -> tuple[list[Any], tuple[Any, ...] | None]:
    """Return the keys of a page, and the values at its end if more follows. One statement."""
    lookups = _lookups(listing, asked)
    wanted = paging.ordered(rows, lookups)
    if cursor is not None:
        wanted = paging.after(wanted, lookups, cursor.values)
    names = [one.removeprefix("-") for one in lookups]
    found = list(wanted.values_list("pk", *names)[: limit + 1])
    last = tuple(found[limit - 1][1:]) if len(found) > limit else None
    return [row[0] for row in found[:limit]], last


def _page_of_values(
    rows: Sequence[Any], listing: Listing[Any], asked: Asked, cursor: Cursor | None, limit: int
) -> tuple[list[Any], tuple[Any, ...] | None]:
    """Return a page of computed rows; the row a page ended at is looked up by its key."""
    ordered = list(choosing.order(rows, asked, table=listing.table))
    keys = [getattr(row, listing.key) for row in ordered]
    start = 0
    if cursor is not None:
        if cursor.values[0] not in keys:
            raise paging.bad_parameter("cursor", "api.bad-cursor")
        start = keys.index(cursor.values[0]) + 1
    shown = ordered[start : start + limit]
    more = len(ordered) > start + limit
    return shown, (getattr(shown[-1], listing.key),) if more else None


def _lookups(listing: Listing[Any], asked: Asked) -> list[str]:
    down = asked.sort.startswith("-")
    wanted = asked.sort.removeprefix("-")
    column = next((c for c in listing.table.columns if c.key == wanted), None)
    if column is None:
        return [*listing.table.order, listing.key]
    turned = [_turned(one) if down else one for one in column.order]
    return [*turned, listing.key]


def _turned(lookup: str) -> str:
    return lookup[1:] if lookup.startswith("-") else f"-{lookup}"


def _asked(query: QueryDict, table: Table) -> Asked:
    """Read the query; what a page would overlook with a word of warning is refused here."""
    known = {each.key for each in table.filters} | set(OWN)
    asked = choosing.ask(query, table=table)
    wrong = {each.key for each in asked.chosen if each.problem}
    if query.get("sort") and not asked.sort:
        wrong.add("sort")
    if query.get("count", "") not in {"", "true", "false"}:
        wrong.add("count")
    wrong |= {name for name, values in query.lists() if len(values) > 1 or not values[0]}
    faults = [_fault(name, "api.unknown-parameter") for name in sorted(set(query) - known)]
    faults += [_fault(name, "api.bad-parameter") for name in sorted(wrong & known)]
    if faults:
        raise Declined(422, "api.invalid", faults=faults, count=len(faults))
    return asked


def _fault(name: str, code: str) -> Fault:
    return Fault(refusals.text(Refused(code)), parameter=name[:TEXT_MAX], code=code)


def _question(asked: Asked, path: str) -> str:
    """Return what tells one question from another, so that no cursor is used for the wrong one."""
    said = [path, asked.sort, sorted((each.key, each.value) for each in asked.chosen)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _next(request: HttpRequest, cursor: str) -> str:
    query = request.GET.copy()
    query["cursor"] = cursor
    query.pop("count", None)
    return f"{request.path}?{query.urlencode()}"


def _counted(rows: QuerySet[Any] | Sequence[Any], asked: str) -> dict[str, Any]:
    if asked != "true":
        return {"count": None, "count_is_exact": None}
    if isinstance(rows, QuerySet):
        found = rows.order_by().values("pk")[: paging.COUNT_MAX + 1].count()
    else:
        found = len(rows)
    return {
        "count": min(found, paging.COUNT_MAX),
        "count_is_exact": found <= paging.COUNT_MAX,
    }


def _described(each: Filter) -> dict[str, Any]:
    kinds: Mapping[str, dict[str, Any]] = {
        "text": {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
        "choice": {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
        "day": {"type": "string", "format": "date"},
        "month": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    }
    schema = kinds[each.kind]
    if each.kind == "choice" and not callable(each.choices):
        schema = _choice([str(value) for value, _words in each.choices])
    return _parameter(each.key, FILTER_WORDS.get(each.kind, ""), schema)


FILTER_WORDS = {
    "text": "Keeps the rows that this text points at.",
    "choice": "Keeps the rows with this value.",
    "day": "Keeps the rows of this day.",
    "month": "Keeps the rows of this month.",
}


def _choice(words: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


def _parameter(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": dict(schema),
    }
