"""Tables: the URL says what is shown, and whatever it says, the page stands."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from nancheng.foundation.web import choosing, spreadsheet, tables
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tests import gallery
from nancheng.foundation.web.tests.gallery import INBOX, TASKS


def bound(query: dict[str, Any], rows: Any = TASKS, table: tables.Table = INBOX) -> tables.Bound:
    return table.bind(RequestFactory().get("/list/", query), rows)


def numbers(table: tables.Bound) -> list[str]:
    return [row.cells[1].shown for row in table.rows]


def test_first_page_holds_fifty_of_all() -> None:
    table = bound({})
    assert len(table.rows) == 50
    assert table.page.paginator.count == 186
    assert table.problems == []


def test_filters_are_joined_by_and_and_said_in_the_page() -> None:
    table = bound({"q": "停车", "department": "财政金融局"})
    assert table.page.paginator.count == len(
        [t for t in TASKS if "停车" in t.title and t.department == "财政金融局"]
    )
    assert table.is_filtered
    assert table.reset == "/list/"


def test_month_is_half_open() -> None:
    edge = [replace(TASKS[0], due_on=day) for day in (date(2026, 12, 1), date(2026, 12, 31))]
    outside = [replace(TASKS[0], due_on=day) for day in (date(2026, 11, 30), date(2027, 1, 1))]
    assert bound({"due": "2026-12"}, edge + outside).page.paginator.count == 2


def test_sort_turns_and_leaves_the_empty_last() -> None:
    up = [row.cells[5].value for row in bound({"sort": "amount_fen", "page": "4"}).rows]
    assert up[-1] is None
    down = bound({"sort": "-amount_fen"})
    assert down.rows[0].cells[5].value == max(t.amount_fen or 0 for t in TASKS)
    head = down.heads[5]
    assert head.sorted == "descending"
    assert head.href.endswith("sort=amount_fen")


def test_links_keep_the_filters_and_drop_the_page() -> None:
    table = bound({"q": "项目", "page": "2", "light": "red"})
    assert "page" not in table.heads[1].href
    assert ("light", "red") in table.kept
    assert all("light=red" in href and "page=" not in href for _label, href in table.exports)


HOSTILE = [
    {"page": "abc"},
    {"page": "9" * 5000},
    {"page": "-1"},
    {"sort": "title); drop table"},
    {"sort": "number__department__path"},
    {"department": "不存在"},
    {"q": "x" * 101},
    {"q": "\0"},
    {"due": "2026-13"},
    {"due": "0000-01"},
]


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: str(query)[:30])
def test_what_is_not_understood_is_said_and_ignored(query: dict[str, str]) -> None:
    table = bound(query)
    assert len(table.problems) == 1
    assert table.page.paginator.count == 186
    assert table.rows


@given(
    st.dictionaries(
        st.sampled_from(["q", "department", "due", "page", "sort", "export", "x"]), st.text()
    )
)
def test_no_query_breaks_a_table(query: dict[str, str]) -> None:
    table = bound(query)
    assert table.heads
    assert len(table.rows) <= 50
    assert table.reset


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: str(query)[:30])
def test_hostile_queries_answer_with_a_page(client: Client, query: dict[str, str]) -> None:
    response = client.get("/list/", query)
    assert response.status_code == 200
    assert "无法识别" in response.content.decode() or "已" in response.content.decode()


KINDS = tables.Table(
    key="kinds",
    caption="种类",
    columns=(
        Column("app_label", "应用", order=("app_label",)),
        Column("model", "模型", role="main", order=("model",)),
    ),
    filters=(Filter("q", "模型", lookups=("model__icontains", "app_label__icontains")),),
    per_page=5,
)


@pytest.mark.django_db
def test_a_queryset_takes_two_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = ContentType.objects.values("app_label", "model")
    with django_assert_num_queries(2):
        table = bound({"q": "e", "sort": "-model"}, rows, KINDS)
        shown = [row.cells[1].shown for row in table.rows]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) == 5


@pytest.mark.django_db
@pytest.mark.parametrize(("bound_at", "count", "is_more"), [(3, 3, True), (4, 4, False)])
def test_a_queryset_is_counted_within_bounds(
    monkeypatch: pytest.MonkeyPatch, bound_at: int, count: int, is_more: bool
) -> None:
    monkeypatch.setattr(choosing, "COUNT_MAX", bound_at)
    rows = ContentType.objects.filter(pk__in=ContentType.objects.order_by("pk")[:4].values("pk"))
    page, _ = choosing.page(rows.order_by("pk"), "1", per_page=2)
    paginator = page.paginator
    assert (paginator.count, paginator.num_pages) == (count, 2)
    assert getattr(paginator, "is_more", None) is is_more
    assert len(page.object_list) == 2


@pytest.mark.django_db
def test_pages_of_equal_rows_do_not_overlap() -> None:
    same = replace(KINDS, columns=(Column("app_label", "应用", order=("app_label",)),))
    pages = [
        bound({"sort": "app_label", "page": str(n)}, ContentType.objects.all(), same).page
        for n in range(1, 3)
    ]
    assert not set(pages[0].object_list) & set(pages[1].object_list)


@pytest.mark.django_db
def test_load_reads_the_page_at_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    def load(ids: list[int]) -> list[ContentType]:
        found = ContentType.objects.in_bulk(ids)
        return [found[each] for each in ids]

    ids = ContentType.objects.values_list("pk", flat=True)
    request = RequestFactory().get("/", {"sort": "model"})
    with django_assert_num_queries(3):
        rows = KINDS.bind(request, ids, load=load).rows
    assert len(rows) == 5


def exported(kind: str, rows: Any = TASKS, **query: str) -> HttpResponse:
    response = bound({"export": kind, **query}, rows).export()
    assert response is not None
    return response


def test_excel_holds_all_filtered_rows_and_agrees_to_the_fen() -> None:
    response = exported("xlsx", q="停车")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    data, about = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    wanted = [t for t in TASKS if "停车" in t.title]
    assert [row[1] for row in data[1:]] == [t.number for t in wanted]
    fen = [None if row[5] is None else round(Decimal(str(row[5])) * 100) for row in data[1:]]
    assert fen == [t.amount_fen for t in wanted]
    assert ("标题 / 事项编号", "停车") in about
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]


def test_csv_is_read_by_excel_as_chinese() -> None:
    content = exported("csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 187
    assert rows[0][2] == "标题"
    assert rows[1][5] == "1234567.89"
    assert rows[7][5] == ""


FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", " =1", "\t=1", "＝1", "\r=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text: str) -> None:
    rows = [replace(TASKS[0], title=text)]
    (row,) = list(csv.reader(io.StringIO(exported("csv", rows).content.decode("utf-8-sig"))))[1:]
    assert row[2].startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(exported("xlsx", rows).content))
    cell = book.worksheets[0]["C2"]
    assert cell.data_type == "s"


@given(st.text())
def test_safe_text_never_starts_a_formula(text: str) -> None:
    assert not spreadsheet.safe(text).lstrip(" ").startswith(spreadsheet.FORMULA)


@pytest.mark.usefixtures("site")
def test_the_page_offers_and_gives_the_export(client: Client) -> None:
    page = client.get("/list/", {"q": "停车", "page": "2"}).content.decode()
    assert "export=xlsx" in page
    response = client.get("/list/", {"q": "停车", "export": "csv"})
    assert response["Content-Type"].startswith("text/csv")
    assert client.get("/list/", {"export": "exe"})["Content-Type"].startswith("text/html")


@pytest.mark.usefixtures("site")
def test_text_of_rows_is_escaped(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "TASKS", [replace(TASKS[0], title="<script>alert(1)</script>")])
    page = client.get("/list/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_two_tables_of_a_page_do_not_disturb_each_other() -> None:
    second = replace(INBOX, prefix="b-")
    query = {"page": "2", "b-page": "3", "b-sort": "-number"}
    assert bound(query).page.number == 2
    assert bound(query, table=second).page.number == 3
    assert numbers(bound(query, table=second))[0] == "FK-2026-000086"


def test_a_filter_of_unknown_kind_is_our_mistake() -> None:
    with pytest.raises(AssertionError):
        choosing.Filter("q", "x", kind="regex")
