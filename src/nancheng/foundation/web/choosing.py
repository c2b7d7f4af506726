"""What the URL asks of a table: filters, sort and page; whatever is not understood is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Protocol

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _

from nancheng.foundation.web import cells
from nancheng.foundation.web.cells import Column

Text = str | Promise
Choices = Sequence[tuple[Any, Text]]
LONGEST = 100
# Rows are counted no further: on a page of fifty more would be a figure nobody looks up.
COUNT_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a table.

    ``kind`` is text, choice, day or month. ``lookups`` are Django lookups joined by "or"; for a
    month, plain field names that must lie in it. ``apply(rows, value)`` replaces them; it gets a
    text, a ``date``, or for a month the pair (first day, first day of the next).
    """

    key: str
    label: Text
    kind: str = "text"
    lookups: tuple[str, ...] = ()
    choices: Choices | Callable[[], Choices] = ()
    apply: Callable[[Any, Any], Any] | None = None

    def __post_init__(self) -> None:
        assert self.kind in READ, self.kind


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter with what was asked: ``value`` as typed, ``meant`` as understood or None."""

    filter: Filter
    value: str
    meant: Any
    problem: str
    choices: Choices

    @property
    def key(self) -> str:
        """Return the filter's name in the URL."""
        return self.filter.key

    @property
    def label(self) -> Text:
        """Return the filter's label."""
        return self.filter.label

    @property
    def kind(self) -> str:
        """Return the filter's kind."""
        return self.filter.kind

    @property
    def words(self) -> str:
        """Return the chosen value in words."""
        return next((str(w) for v, w in self.choices if str(v) == self.value), self.value)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a URL asks of a table."""

    chosen: list[Chosen]
    sort: str
    page: str
    problems: list[str]


class Declared(Protocol):
    """What this module needs to know of a table."""

    @property
    def columns(self) -> tuple[Column, ...]: ...
    @property
    def filters(self) -> tuple[Filter, ...]: ...
    @property
    def order(self) -> tuple[str, ...]: ...
    @property
    def tie(self) -> str: ...
    @property
    def prefix(self) -> str: ...


def ask(query: QueryDict, *, table: Declared) -> Asked:
    """Read the filters, the sort and the page of a query string."""
    chosen = [_choose(each, query.get(each.key, "").strip()) for each in table.filters]
    problems = [each.problem for each in chosen if each.problem]
    sort = query.get(f"{table.prefix}sort", "")
    if sort and not any(c.order and c.key == sort.removeprefix("-") for c in table.columns):
        problems.append(_("不能按所选的列排序，已按默认顺序显示。"))
        sort = ""
    return Asked(chosen, sort, query.get(f"{table.prefix}page", "1"), problems)


def narrow(rows: Any, chosen: Sequence[Chosen]) -> Any:
    """Return the rows that all the understood filters admit."""
    for each in chosen:
        if each.meant is not None:
            rows = _apply(rows, each)
    return rows


def order(rows: Any, asked: Asked, *, table: Declared) -> Any:
    """Return the rows in the order asked, or in the table's own."""
    column = next((c for c in table.columns if c.key == asked.sort.removeprefix("-")), None)
    down = asked.sort.startswith("-")
    if isinstance(rows, QuerySet):
        lookups = [_turn(lookup, down=down) for lookup in column.order] if column else table.order
        # The tie goes the way of what it breaks: an index of both is read in one direction.
        tie = _turn(table.tie, down=bool(lookups) and lookups[-1].startswith("-"))
        return rows.order_by(*lookups, tie)
    if column is None:
        return rows
    empty = [row for row in rows if column.read(row) is None]
    filled = [row for row in rows if column.read(row) is not None]
    return [*sorted(filled, key=column.read, reverse=down), *empty]


class Counted(Paginator):  # type: ignore[type-arg] # generic in the stubs alone
    """Pages of rows, counted no further than ``COUNT_MAX``: nobody pages through a million."""

    is_more = False

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, at most ``COUNT_MAX``; ``is_more`` says of the rest."""
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        found = self.object_list.order_by().values("pk")[: COUNT_MAX + 1].count()
        self.is_more = found > COUNT_MAX
        return min(found, COUNT_MAX)


def page(rows: Any, number: str, *, per_page: int) -> tuple[Page[Any], str]:
    """Return the page of that number, or the nearest one and a word about it."""
    paginator = Counted(rows, per_page)
    try:
        return paginator.page(number), ""
    except PageNotAnInteger:
        return paginator.page(1), _("页码无法识别，已显示第一页。")
    except EmptyPage:
        last = paginator.page(paginator.num_pages)
        return last, _("没有这一页，已显示最后一页。") if paginator.count else ""


def _choose(declared: Filter, value: str) -> Chosen:
    choices = declared.choices() if callable(declared.choices) else declared.choices
    meant, problem = None, ""
    if value:
        try:
            meant = READ[declared.kind](value, choices)
        except ValueError:
            problem = _("筛选条件“%(label)s”的内容无法识别，已忽略。") % {"label": declared.label}
    return Chosen(declared, value[:LONGEST].replace("\0", ""), meant, problem, choices)


def _text(value: str, _choices: Choices) -> str:
    if len(value) > LONGEST or not value.isprintable():
        raise ValueError(value)
    return value


def _choice(value: str, choices: Choices) -> str:
    if value not in {str(known) for known, _words in choices}:
        raise ValueError(value)
    return value


def _day(value: str, _choices: Choices) -> date:
    return date.fromisoformat(value)


def _month(value: str, _choices: Choices) -> tuple[date, date]:
    first = date.fromisoformat(f"{value}-01")
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)


READ: Mapping[str, Callable[[str, Choices], Any]] = {
    "text": _text,
    "choice": _choice,
    "day": _day,
    "month": _month,
}


def _apply(rows: Any, chosen: Chosen) -> Any:
    declared, meant = chosen.filter, chosen.meant
    if declared.apply is not None:
        return declared.apply(rows, meant)
    if isinstance(rows, QuerySet):
        return rows.filter(reduce(or_, [_condition(each, meant) for each in declared.lookups]))
    return [row for row in rows if any(_holds(row, each, meant) for each in declared.lookups)]


def _condition(lookup: str, meant: Any) -> Q:
    if isinstance(meant, tuple):
        return Q(**{f"{lookup}__gte": meant[0], f"{lookup}__lt": meant[1]})
    return Q(**{lookup: meant})


def _holds(row: Any, lookup: str, meant: Any) -> bool:
    """Ask one row of a sequence; of the lookups it knows icontains, contains and equality."""
    key, found, how = lookup.rpartition("__")
    if not found or how not in {"icontains", "contains"}:
        value = cells.read(row, lookup)
        if isinstance(meant, tuple):
            return value is not None and bool(meant[0] <= value < meant[1])
        return bool(value == meant) if isinstance(meant, date) else str(value) == meant
    return str(meant).casefold() in str(cells.read(row, key)).casefold()


def _turn(lookup: str, *, down: bool) -> str:
    if not down:
        return lookup
    return lookup[1:] if lookup.startswith("-") else f"-{lookup}"
