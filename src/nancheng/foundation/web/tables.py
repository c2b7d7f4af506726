"""Lists from one declaration: filters and sort live in the URL; pages; export of the same rows.

    PAYMENTS = Table(
        key="payments", caption=_("支付申请"), order=("-applied_at",),
        columns=(
            Column("light", _("状态"), kind="light", role="lead"),
            Column("number", _("编号"), role="lead", order=("number",)),
            Column("title", _("事项"), role="main", href=lambda row: row.href),
            Column("amount_fen", _("金额（元）"), kind="money", order=("amount_fen",)),
        ),
        filters=(Filter("q", _("标题或编号"), lookups=("title__icontains", "number__contains")),),
        actions=(Action(_("办理"), lambda row: row.href, drawer=True),),
    )

    table = PAYMENTS.bind(request, queries.payments(actor))
    return tables.answer(request, "funds/payments.html", table)      # page: {{ ui.table(table) }}

``rows`` is a queryset (two statements: count and page) or a sequence. ``load`` turns the rows of
one page into rows made for reading: give a queryset of ids, fetch the fifty in one more statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _

from nancheng.foundation.web import cells, choosing, pages, spreadsheet
from nancheng.foundation.web.cells import Cell, Column
from nancheng.foundation.web.choosing import Asked, Chosen, Filter

Text = str | Promise
Rows = QuerySet[Any, Any] | Sequence[Any]
Load = Callable[[list[Any]], Iterable[Any]]
BATCH = 500


@dataclass(frozen=True, slots=True)
class Action:
    """A link in the last column; ``shown`` may leave it out of a row."""

    label: Text
    href: Callable[[Any], str]
    drawer: bool = False
    shown: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A heading as drawn; ``sorted`` is the value of aria-sort or empty."""

    label: Text
    css: str
    href: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Act:
    """An action of one row as drawn."""

    label: Text
    href: str
    drawer: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A row as drawn; ``name`` tells a screen reader which row an action belongs to."""

    cells: list[Cell]
    actions: list[Act]
    name: str


@dataclass(frozen=True, slots=True)
class Table:
    """A list: what it shows, how it may be filtered and sorted.

    ``order`` is the order until somebody chooses one (lookups; for a sequence, its own order).
    ``tie`` makes every order complete, so that no row appears on two pages. ``prefix`` keeps two
    tables of one page apart in the URL.
    """

    key: str
    caption: Text
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    actions: tuple[Action, ...] = ()
    order: tuple[str, ...] = ()
    tie: str = "pk"
    per_page: int = 50
    prefix: str = ""
    empty: Text = ""
    exports: tuple[str, ...] = ("xlsx", "csv")

    def bind(
        self,
        request: HttpRequest,
        rows: Rows,
        *,
        load: Load | None = None,
        totals: Mapping[str, object] | None = None,
    ) -> Bound:
        """Return the table with the rows that the URL asks for; totals stand in a last line."""
        asked = choosing.ask(request.GET, table=self)
        narrowed = choosing.narrow(rows, asked.chosen)
        ordered = choosing.order(narrowed, asked, table=self)
        page, problem = choosing.page(ordered, asked.page, per_page=self.per_page)
        return Bound(
            declared=self,
            path=request.path,
            query=request.GET,
            asked=asked,
            everything=ordered,
            page=page,
            problems=[*asked.problems, *([problem] if problem else [])],
            load=load,
            total_values=totals or {},
        )


@dataclass(frozen=True)
class Bound:
    """A table with its rows, as ``ui.table`` draws it."""

    declared: Table
    path: str
    query: QueryDict
    asked: Asked
    everything: Rows
    page: Page[Any]
    problems: list[str]
    load: Load | None
    total_values: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the name of the table's region in the page."""
        return self.declared.key

    @property
    def caption(self) -> Text:
        """Return what the table lists."""
        return self.declared.caption

    @property
    def empty(self) -> Text:
        """Return what is said when there is no row."""
        if self.is_filtered:
            return _("没有符合条件的记录")
        return self.declared.empty or _("暂无记录")

    @property
    def filters(self) -> list[Chosen]:
        """Return the filters with what was asked."""
        return self.asked.chosen

    @property
    def is_filtered(self) -> bool:
        """Say whether any filter narrows the rows."""
        return any(chosen.value for chosen in self.asked.chosen)

    @property
    def page_name(self) -> str:
        """Return the URL name of the page number."""
        return f"{self.declared.prefix}page"

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return what the filter form must carry along: tabs of the page, and the sort."""
        own = {chosen.key for chosen in self.asked.chosen} | {self.page_name, self._export_name}
        return [(n, v) for n, values in self.query.lists() if n not in own for v in values]

    @property
    def reset(self) -> str:
        """Return the address without filters and sort."""
        sort = f"{self.declared.prefix}sort"
        query = QueryDict(mutable=True)
        for name, value in self.kept:
            if name != sort:
                query.appendlist(name, value)
        return f"{self.path}?{query.urlencode()}" if query else self.path

    @property
    def has_actions(self) -> bool:
        """Say whether rows have a last column of links."""
        return bool(self.declared.actions)

    @property
    def heads(self) -> list[Head]:
        """Return the headings; a sortable one leads to the other direction."""
        return [self._head(column) for column in self.declared.columns]

    @cached_property
    def loaded(self) -> list[Any]:
        """Return what the page's rows are drawn from, read once."""
        found = list(self.page.object_list)
        return list(self.load(found)) if self.load and found else found

    @property
    def rows(self) -> list[Row]:
        """Return the rows of the page."""
        return [self._row(row) for row in self.loaded]

    @property
    def totals(self) -> list[Cell]:
        """Return the last line, or nothing."""
        if not self.total_values:
            return []
        line = [cells.total(column, self.total_values) for column in self.declared.columns]
        first = line[0]
        return line if first.shown else [cells.titled(first, _("合计")), *line[1:]]

    @property
    def exports(self) -> list[tuple[str, str]]:
        """Return (label, address) of each export of all the rows, not only this page's."""
        labels = {"xlsx": _("导出 Excel"), "csv": _("导出 CSV")}
        return [
            (labels[kind], self._address({self._export_name: kind, self.page_name: None}))
            for kind in self.declared.exports
        ]

    def export(self) -> HttpResponse | None:
        """Return the file that the URL asks for, or None when it asks for the page."""
        kind = self.query.get(self._export_name, "")
        if kind not in self.declared.exports:
            return None
        sheet = spreadsheet.Sheet(
            title=str(self.caption),
            columns=[column for column in self.declared.columns if column.is_exported],
            rows=self._all_rows(),
            filters=[(str(each.label), each.words) for each in self.filters if each.value],
        )
        response = spreadsheet.answer(sheet, kind=kind)
        # The ring above keeps who took which list out of the house.
        response.exported = self.key  # type: ignore[attr-defined]
        return response

    @property
    def _export_name(self) -> str:
        return f"{self.declared.prefix}export"

    def _all_rows(self) -> Iterator[Any]:
        rows = self.everything
        source = iter(rows.iterator(BATCH) if isinstance(rows, QuerySet) else rows)
        while batch := list(islice(source, BATCH)):
            yield from self.load(batch) if self.load else batch

    def _head(self, column: Column) -> Head:
        if not column.order:
            return Head(column.label, column.css, "", "")
        now = {column.key: "ascending", f"-{column.key}": "descending"}.get(self.asked.sort, "")
        other = f"-{column.key}" if now == "ascending" else column.key
        href = self._address({f"{self.declared.prefix}sort": other, self.page_name: None})
        return Head(column.label, column.css, href, now)

    def _row(self, row: Any) -> Row:
        drawn = [cells.draw(column, row) for column in self.declared.columns]
        mains = [c for c, d in zip(drawn, self.declared.columns, strict=True) if d.is_main]
        acts = [
            Act(action.label, action.href(row), action.drawer)
            for action in self.declared.actions
            if action.shown is None or action.shown(row)
        ]
        return Row(drawn, acts, [*mains, drawn[0]][0].shown)

    def _address(self, changes: Mapping[str, str | None]) -> str:
        query = self.query.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"{self.path}?{query.urlencode()}"


def answer(
    request: HttpRequest,
    template: str,
    table: Bound,
    context: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Answer with the page, or with the file when the URL asks for an export."""
    return table.export() or pages.render(request, template, {"table": table, **(context or {})})
