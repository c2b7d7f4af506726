"""Functions that convert, negate and identify (DMN 1.3 §10.3.4.1, §10.3.4.2, §10.3.4.9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal

from nancheng.kernel.decisions import comparison, temporal, values
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.functions.signatures import Family
from nancheng.kernel.decisions.values import Range

FAMILY = Family()
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_PLAIN_KINDS = ("date", "time", "date and time")
_DURATIONS = ("days and time duration", "years and months duration")
NESTING_MAX = 30


@FAMILY.function("number", "from: string", "from: number")
def number_from(budget: Budget, source: object) -> object:
    """A number from a text as FEEL writes it."""
    del budget
    return _number(source) if isinstance(source, str) else source


@FAMILY.function(
    "number", "from: string, grouping separator: string?, [decimal separator: string?]"
)
def number_grouped(
    budget: Budget, source: str, grouping: str | None, point: str | None = None
) -> object:
    """A number from a text that groups its digits and may have another decimal sign."""
    del budget
    if grouping not in (None, " ", ",", ".") or point not in (None, ".", ","):
        return None
    if grouping is not None and grouping == point:
        return None
    text = source.replace(grouping, "") if grouping else source
    return _number(text.replace(point, ".") if point else text)


@FAMILY.function("string", "from: any")
def string_from(budget: Budget, source: object) -> object:
    """A value as text; null stays null."""
    if source is None:
        return None
    return source if isinstance(source, str) else written(source, 0, budget)


@FAMILY.function("not", "negand: any")
def negation(budget: Budget, negand: object) -> object:
    """The other of true and false, null for anything else."""
    del budget
    only = values.single(negand)
    return not only if isinstance(only, bool) else None


@FAMILY.function("is", "value1: any, value2: any")
def is_same(budget: Budget, left: object, right: object) -> object:
    """Whether two values are of one kind and equal, down to the offset of a time."""
    if values.kind(left) != values.kind(right):
        return False
    if isinstance(left, time | datetime) and isinstance(right, time | datetime):
        return left.replace(tzinfo=None) == right.replace(tzinfo=None) and (
            temporal.offset_of(left) == temporal.offset_of(right)
        )
    return comparison.same(left, right, budget)


def written(value: object, depth: int = 0, budget: Budget | None = None) -> str:
    """Write a value as FEEL would read it; strings inside lists and contexts are quoted."""
    kind = values.kind(value)
    own = budget or Budget()
    own.spend()
    if depth > NESTING_MAX:
        return "…"
    own.grow(len(value) if isinstance(value, str) else 1)
    if kind == "string":
        text = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{text}"' if depth else str(value)
    if kind == "number":
        text = _number_text(value)
        own.grow(len(text))
        return text
    if kind in _PLAIN_KINDS + _DURATIONS:
        return temporal.text_of(value)
    return _written_compound(value, depth, own)


def _written_compound(value: object, depth: int, budget: Budget) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item, depth + 1, budget) for item in value) + "]"
    if isinstance(value, Mapping):
        entries = (f"{name}: {written(item, depth + 1, budget)}" for name, item in value.items())
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, Range):
        return _range_text(value, depth)
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else "function"


def _range_text(span: Range, depth: int) -> str:
    if span.low is None or span.high is None:
        sign = "<" if span.low is None else ">"
        closed = span.high_closed if span.low is None else span.low_closed
        end = span.high if span.low is None else span.low
        return f"({sign}{'=' if closed else ''}{written(end, depth + 1)})"
    opening, closing = "[" if span.low_closed else "(", "]" if span.high_closed else ")"
    return f"{opening}{written(span.low, depth + 1)}..{written(span.high, depth + 1)}{closing}"


def _number(text: str) -> values.Number | None:
    if len(text) > 8_000 or not _NUMBER.fullmatch(text):
        return None
    return values.finite(values.DECIMALS.create_decimal(text))


def _number_text(value: object) -> str:
    number = values.exact(value)
    if not isinstance(number, Decimal):
        return str(number)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
