"""The rows of a table as a file: Excel or CSV, all rows, with nothing a program would run."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from nancheng.foundation.web import cells, figures
from nancheng.foundation.web.cells import Column
from nancheng.kernel.refusal import Refused

# What a spreadsheet program takes for the beginning of a formula; full-width forms count in
# Chinese editions.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
EXCEL_ROWS = 1_048_576 - 1
EXCEL_TEXT = 32_767
FORMATS = {
    "money": "#,##0.00",
    "wan": "#,##0.00",
    "yi": "#,##0.00",
    "whole": "#,##0",
    "percent": "0.0%",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
WIDTHS = {"money": 18, "wan": 18, "yi": 18, "whole": 10, "percent": 10, "day": 12, "moment": 17}
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be written: rows with their columns, and the filters they were chosen by."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Any]
    filters: Sequence[tuple[str, str]] = ()


def answer(sheet: Sheet, *, kind: str) -> HttpResponse:
    """Return the sheet as a download of kind "xlsx" or "csv".

    Money is written in yuan, to the fen. Raises ``Refused`` ("web.too-many-rows") when Excel cannot
    hold the rows.
    """
    with tempfile.TemporaryFile() as file:
        WRITERS[kind](sheet, file)
        file.seek(0)
        response = HttpResponse(file.read(), content_type=TYPES[kind])
    name = quote(f"{sheet.title}-{figures.day(timezone.localtime())}.{kind}")
    response["Content-Disposition"] = f"attachment; filename*=utf-8''{name}"
    response["Cache-Control"] = "private, no-store"
    return response


def write_xlsx(sheet: Sheet, file: IO[bytes]) -> None:
    """Write an Excel workbook: the rows, and a second page that says what they are."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": FORMATS["moment"],
    }
    with xlsxwriter.Workbook(file, options) as book:
        formats = {kind: book.add_format({"num_format": f}) for kind, f in FORMATS.items()}
        head = book.add_format({"bold": True, "bg_color": "#E8F0FE", "border": 1})
        page = book.add_worksheet(_("数据"))
        page.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, WIDTHS.get(column.kind, 22))
            page.write_string(0, place, heading(column), head)
        count = 0
        for count, row in enumerate(sheet.rows, start=1):
            if count > EXCEL_ROWS:
                raise Refused("web.too-many-rows", limit=EXCEL_ROWS)
            _write_row(
                page, count, [(column, column.read(row)) for column in sheet.columns], formats
            )
        _write_about(book.add_worksheet(_("说明")), sheet, count=count)


def write_csv(sheet: Sheet, file: IO[bytes]) -> None:
    """Write comma-separated values with a byte-order mark, so that Excel reads the Chinese."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([safe(heading(column)) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_plain(column, column.read(row)) for column in sheet.columns])
    text.flush()
    text.detach()


WRITERS: Mapping[str, Callable[[Sheet, IO[bytes]], None]] = {"xlsx": write_xlsx, "csv": write_csv}


def heading(column: Column) -> str:
    """Return a column's heading; money is always in yuan here."""
    label = str(column.label)
    if column.kind not in {"wan", "yi"}:
        return label
    bare = label.removesuffix(f"（{_('万元')}）").removesuffix(f"（{_('亿元')}）")
    return f"{bare}（{_('元')}）"


def safe(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _write_row(page: Any, place: int, line: list[tuple[Column, Any]], formats: Any) -> None:
    for across, (column, value) in enumerate(line):
        made = _value(column, value)
        if made is None:
            page.write_blank(place, across, None)
        elif isinstance(made, str):
            page.write_string(place, across, made[:EXCEL_TEXT])
        elif isinstance(made, date):
            page.write_datetime(place, across, made, formats[column.kind])
        else:
            page.write_number(place, across, made, formats.get(column.kind))


def _write_about(page: Any, sheet: Sheet, *, count: int) -> None:
    lines = [
        (_("名称"), sheet.title),
        *sheet.filters,
        (_("记录数"), figures.whole(count)),
        (_("导出时间"), figures.moment(timezone.now())),
        (_("金额单位"), _("元")),
    ]
    page.set_column(0, 1, 28)
    for place, (label, value) in enumerate(lines):
        page.write_string(place, 0, str(label))
        page.write_string(place, 1, str(value))


def _value(column: Column, value: Any) -> str | float | Decimal | date | None:
    if value is None or value == "":
        return None
    if column.kind in {"money", "wan", "yi"}:
        return Decimal(value) / 100
    if column.kind in {"whole", "percent"}:
        return float(value)
    if isinstance(value, datetime) and column.kind == "moment":
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, date) and column.kind == "day":
        return value
    return cells.SHOWN[column.kind](value)


def _plain(column: Column, value: Any) -> str:
    if value is None or value == "":
        return ""
    if column.kind in {"money", "wan", "yi"}:
        return f"{Decimal(value) / 100:.2f}"
    if column.kind == "whole":
        return str(int(value))
    return safe(cells.SHOWN[column.kind](value))
