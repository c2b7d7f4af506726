"""Columns, and what one of them shows of one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from nancheng.foundation.web import figures

Text = str | Promise

SHOWN: Mapping[str, Callable[[Any], str]] = {
    "text": lambda value: figures.NOTHING if value in (None, "") else str(value),
    "badge": lambda value: "" if value is None else str(value),
    "light": lambda value: light_words(value),  # noqa: PLW0108 - it is defined further down
    "whole": figures.whole,
    "money": figures.money,
    "wan": figures.wan,
    "yi": figures.yi,
    "percent": figures.percent,
    "day": figures.day,
    "moment": figures.moment,
}
NUMBERS = frozenset({"whole", "money", "wan", "yi", "percent"})
TIGHT = frozenset({"day", "moment", "light", "badge"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    ``key`` is the row's attribute or mapping key ("case__number" walks), and the name in the URL's
    sort. ``kind`` is one of text, badge, light, whole, money, wan, yi (fen), percent (a share of
    one), day, moment. ``order`` are the lookups it sorts by; empty means it cannot be sorted.
    ``role`` is "main" for the title of the row, "lead" for what stands above it on a
    phone, "wide" for a text that may run over several lines.
    ``tone`` colours a badge. ``value`` computes what the row has not.
    """

    key: str
    label: Text
    kind: str = "text"
    order: tuple[str, ...] = ()
    role: str = ""
    value: Callable[[Any], object] | None = None
    href: Callable[[Any], str] | None = None
    tone: Callable[[Any], str] | None = None
    drawer: bool = False
    is_exported: bool = True

    def __post_init__(self) -> None:
        assert self.kind in SHOWN, self.kind
        assert self.role in {"", "main", "lead", "wide"}, self.role

    @property
    def is_main(self) -> bool:
        """Say whether this column is the row's title."""
        return self.role == "main"

    @property
    def css(self) -> str:
        """Return the classes of its cells."""
        shape = "number" if self.kind in NUMBERS else "tight" if self.kind in TIGHT else ""
        return f"{self.role} {shape}".strip()

    def read(self, row: Any) -> Any:
        """Return the column's value of a row."""
        return self.value(row) if self.value else read(row, self.key)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one column shows of one row."""

    label: Text
    css: str
    kind: str
    value: Any
    shown: str
    href: str = ""
    tone: str = "blue"
    drawer: bool = False


def draw(column: Column, row: Any) -> Cell:
    """Return the cell of a column in a row."""
    value = column.read(row)
    return Cell(
        label=column.label,
        css=column.css,
        kind=column.kind,
        value=value,
        shown=SHOWN[column.kind](value),
        href=column.href(row) if column.href else "",
        tone=column.tone(row) if column.tone else "blue",
        drawer=column.drawer,
    )


def total(column: Column, values: Mapping[str, object]) -> Cell:
    """Return the cell of a column in the line of totals."""
    value = values.get(column.key)
    shown = SHOWN[column.kind](value) if column.key in values else ""
    return Cell(column.label, column.css, column.kind, value, shown)


def titled(cell: Cell, words: str) -> Cell:
    """Return the cell with other words."""
    return replace(cell, shown=words)


def read(row: Any, key: str) -> Any:
    """Return ``row[key]`` or ``row.key``; "a__b" walks when the row has no such name itself."""
    if isinstance(row, Mapping):
        return row[key]
    for name in key.split("__"):
        row = None if row is None else getattr(row, name)
    return row


def light_words(light: Any) -> str:
    """Return what a light says: its own words, or those of its tone."""
    if light is None:
        return figures.NOTHING
    if not isinstance(light, str):
        return str(light.words)
    words = {"green": _("正常"), "yellow": _("临期"), "red": _("超期")}
    return words.get(light, _("未计时"))
