"""Equality, order and membership in three-valued logic (DMN 1.3 §10.3.2.13, tables 42 and 52)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from nancheng.kernel.decisions import temporal, values
from nancheng.kernel.decisions.budget import NOTHING, Budget
from nancheng.kernel.decisions.values import Range

COMPARED_MAX = 20_000

Relation = Callable[[object, object], bool | None]
Equality = Callable[[object, object, Budget], bool | None]

_ORDERED = {"number", "string", "date", "time", "date and time"} | values.FAMILIES["duration"]


def equal(left: object, right: object, budget: Budget = NOTHING) -> bool | None:
    """Say whether two values are equal; null when they are of different kinds.

    Lists and contexts take a step for each part: values that share their parts may be small to
    keep and endless to compare. Raise FeelLimitExceeded.
    """
    if left is None or right is None:
        return left is right
    kind = values.kind(left)
    if kind != values.kind(right):
        return None
    if kind == "string":
        if budget is not NOTHING:
            budget.read(str(left))
        return left == right
    special = _EQUAL.get(kind)
    if special is not None:
        return special(left, right)
    compound = _COMPOUND.get(kind)
    if compound is not None:
        own = Budget(steps=COMPARED_MAX) if budget is NOTHING else budget
        return compound(left, right, own)
    return left is right if kind == "function" else left == right


def unequal(left: object, right: object, budget: Budget = NOTHING) -> bool | None:
    """Say whether two values differ; null when they are of different kinds."""
    found = equal(left, right, budget)
    return None if found is None else not found


def same(left: object, right: object, budget: Budget = NOTHING) -> bool:
    """Say whether two values are surely equal."""
    return equal(left, right, budget) is True


def order(left: object, right: object) -> int | None:
    """Return -1, 0 or 1 as left is before, at or after right; null when they have no order."""
    kind = values.kind(left)
    if kind not in _ORDERED or kind != values.kind(right):
        return None
    a, b = _sortable(left), _sortable(right)
    if type(a) is tuple and type(b) is tuple and a[0] != b[0]:
        return None
    return int(a > b) - int(a < b)


def less(left: object, right: object) -> bool | None:
    """``left < right``."""
    found = order(left, right)
    return None if found is None else found < 0


def at_most(left: object, right: object) -> bool | None:
    """``left <= right``."""
    found = order(left, right)
    return None if found is None else found <= 0


def more(left: object, right: object) -> bool | None:
    """``left > right``."""
    found = order(left, right)
    return None if found is None else found > 0


def at_least(left: object, right: object) -> bool | None:
    """``left >= right``."""
    found = order(left, right)
    return None if found is None else found >= 0


def within(value: object, span: Range) -> bool | None:
    """Say whether a value lies in a range; null where an end cannot be compared with it."""
    above: bool | None = True
    if span.low is not None or span.low_closed:
        above = (at_least if span.low_closed else more)(value, span.low)
    if above is False:
        return False
    below: bool | None = True
    if span.high is not None or span.high_closed:
        below = (at_most if span.high_closed else less)(value, span.high)
    if below is False:
        return False
    return None if above is None or below is None else True


def belongs(value: object, tested: object, budget: Budget = NOTHING) -> bool | None:
    """Say whether a value is in what a test gave: equal to it, in its range, or in its list."""
    if isinstance(tested, Range) and not isinstance(value, Range):
        return within(value, tested)
    if isinstance(tested, list | tuple):
        own = Budget(steps=COMPARED_MAX) if budget is NOTHING else budget
        own.spend(len(tested) + 1)
        if isinstance(value, list | tuple) and same(value, tested, own):
            return True
        return any(belongs(value, item, own) is True for item in tested)
    return equal(value, tested, budget)


def _sortable(value: Any) -> Any:
    """Return a value that Python can order; times say first whether they have an offset."""
    if type(value) is float:
        return Decimal(repr(value))
    if isinstance(value, datetime):
        return value.utcoffset() is not None, value
    if isinstance(value, time):
        return temporal.seconds_of_day(value)
    return value


def _equal_numbers(left: object, right: object) -> bool | None:
    a, b = values.exact(left), values.exact(right)
    return None if a is None or b is None else a == b


def _equal_lists(left: object, right: object, budget: Budget) -> bool | None:
    first, second = values.as_list(left), values.as_list(right)
    if len(first) != len(second):
        return False
    budget.spend(len(first) + 1)
    return _all(equal(a, b, budget) for a, b in zip(first, second, strict=True))


def _equal_contexts(left: object, right: object, budget: Budget) -> bool | None:
    assert isinstance(left, Mapping)
    assert isinstance(right, Mapping)
    if set(left) != set(right):
        return False
    budget.spend(len(left) + 1)
    return _all(equal(left[name], right[name], budget) for name in left)


def _equal_ranges(left: object, right: object, budget: Budget) -> bool | None:
    assert isinstance(left, Range)
    assert isinstance(right, Range)
    if (left.low_closed, left.high_closed) != (right.low_closed, right.high_closed):
        return False
    ends = ((left.low, right.low), (left.high, right.high))
    return _all(equal(a, b, budget) for a, b in ends)


def _equal_moments(left: object, right: object) -> bool | None:
    assert isinstance(left, datetime)
    assert isinstance(right, datetime)
    return (left.tzinfo is None) == (right.tzinfo is None) and left == right


def _equal_times(left: object, right: object) -> bool | None:
    assert isinstance(left, time)
    assert isinstance(right, time)
    zones = (temporal.member(left, "timezone"), temporal.member(right, "timezone"))
    known = temporal.seconds_of_day(left) == temporal.seconds_of_day(right)
    return known and zones[0] == zones[1]


def _all(answers: Iterable[bool | None]) -> bool | None:
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown = unknown or answer is None
    return None if unknown else True


_EQUAL: dict[str, Relation] = {
    "number": _equal_numbers,
    "date and time": _equal_moments,
    "time": _equal_times,
}
_COMPOUND: dict[str, Equality] = {
    "list": _equal_lists,
    "context": _equal_contexts,
    "range": _equal_ranges,
}
RELATIONS: dict[str, Relation] = {
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": at_most,
    ">": more,
    ">=": at_least,
}
EQUALITIES: dict[str, Equality] = {"=": equal, "!=": unequal}
# What Python itself does for two ints or Decimals, exactly.
PLAIN: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
