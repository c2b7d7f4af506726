"""Pages by key: what comes after the last row one has seen, however many came in meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from nancheng.api.problems import Declined, Fault
from nancheng.foundation.web import refusals
from nancheng.kernel.refusal import Refused

SALT = "api.cursor"
LIMIT = 50
LIMIT_MAX = 200
# Beyond this a count says "at least": counting a million rows helps nobody who pages by fifty.
COUNT_MAX = 10_000

# What a cursor may hold besides texts, numbers and nothing: each with its mark.
MARKS: Mapping[str, Callable[[str], Any]] = {
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "n": Decimal,
}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the values of the order's keys, and of which question."""

    question: str
    values: tuple[Any, ...]

    def text(self) -> str:
        """Return it as it stands in a URL: signed, so that nobody makes one up."""
        return signing.dumps([self.question, [_marked(one) for one in self.values]], salt=SALT)


def read_cursor(text: str, *, question: str) -> Cursor | None:
    """Return a cursor of this question, None without one; raise ``Declined`` for any other."""
    if not text:
        return None
    try:
        asked, values = signing.loads(text, salt=SALT)
        cursor = Cursor(asked, tuple(_unmarked(one) for one in values))
    except (signing.BadSignature, ValueError, TypeError, KeyError) as error:
        raise _bad_cursor() from error
    if cursor.question != question:
        raise _bad_cursor()
    return cursor


def ordered(rows: QuerySet[Any], lookups: Sequence[str]) -> QuerySet[Any]:
    """Return the rows in an order that every database keeps alike: rows without a value last."""
    return rows.order_by(*(_order(one) for one in lookups))


def after(rows: QuerySet[Any], lookups: Sequence[str], values: Sequence[Any]) -> QuerySet[Any]:
    """Return the rows that come after the one with these values."""
    condition, same = Q(pk__in=()), Q()
    for lookup, value in zip(lookups, values, strict=True):
        name = lookup.removeprefix("-")
        if value is None:
            same &= Q(**{f"{name}__isnull": True})
            continue
        way = "lt" if lookup.startswith("-") else "gt"
        condition |= same & (Q(**{f"{name}__{way}": value}) | Q(**{f"{name}__isnull": True}))
        same &= Q(**{name: value})
    return rows.filter(condition)


def read_limit(text: str) -> int:
    """Return how many rows a page shall have; raise ``Declined`` for what is no such number."""
    if not text:
        return LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= LIMIT_MAX):
        raise bad_parameter("limit")
    return int(text)


def bad_parameter(name: str, code: str = "api.bad-parameter") -> Declined:
    """Return the refusal of one parameter of the query."""
    fault = Fault(refusals.text(Refused(code)), parameter=name, code=code)
    return Declined(422, "api.invalid", faults=(fault,), count=1)


def _bad_cursor() -> Declined:
    return bad_parameter("cursor", "api.bad-cursor")


def _order(lookup: str) -> OrderBy:
    name = F(lookup.removeprefix("-"))
    if lookup.startswith("-"):
        return name.desc(nulls_last=True)
    return name.asc(nulls_last=True)


def _marked(value: Any) -> Any:
    if isinstance(value, datetime):
        return ["t", value.isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    return ["n", str(value)] if isinstance(value, Decimal) else value


def _unmarked(value: Any) -> Any:
    return MARKS[value[0]](value[1]) if isinstance(value, list) else value
