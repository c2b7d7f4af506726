"""What a constant answers when a value is compared with it, looked up by the type of the value.

Most conditions compare a variable with a constant. For the types of one kind the comparison that
Python's own types carry is exactly FEEL's, so the closure needs no more than a look-up and a call
into C; everything else (null, other kinds, floats) goes through ``comparison``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from nancheng.kernel.decisions import comparison

Answer = Callable[[Any], bool | None]

# ``value < constant`` is ``constant > value``.
SWAPPED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_METHODS = {
    "=": "__eq__",
    "!=": "__ne__",
    "<": "__gt__",
    "<=": "__ge__",
    ">": "__lt__",
    ">=": "__le__",
}
# Besides numbers: of these types every value has its place in FEEL's order, and it is Python's.
_ORDERED = (str, date, timedelta)


class Answers(dict[type, Answer]):
    """Maps the type of a value to what answers ``value operator constant``.

    ``kind`` is the type of the constant itself and ``own`` what answers to it: whoever is in a
    hurry asks for that first.
    """

    __slots__ = ("kind", "other", "own")

    def __init__(self, operator: str, constant: object) -> None:
        super().__init__(_known(operator, constant))
        relation = comparison.RELATIONS[operator]
        self.other: Answer = lambda value: relation(value, constant)
        of_null = relation(None, constant)
        self[type(None)] = lambda value: of_null
        self.kind = type(constant)
        self.own = self[self.kind]

    def __missing__(self, kind: type) -> Answer:
        return self.other


def _known(operator: str, constant: object) -> dict[type, Answer]:
    kind, method = type(constant), _METHODS[operator]
    if kind is int or (kind is Decimal and isinstance(constant, Decimal) and constant.is_finite()):
        assert isinstance(constant, int | Decimal)
        exact = Decimal(constant)
        found: dict[type, Answer] = {Decimal: _exactly(operator, exact)}
        if kind is int:
            found[int] = getattr(constant, method)
        return found
    if kind in _ORDERED or (kind is bool and operator in ("=", "!=")):
        return {kind: getattr(constant, method)}
    return {}


def _exactly(operator: str, constant: Decimal) -> Answer:
    """Return the answer to a decimal: what is not finite is not equal to anything, nor unequal."""
    if operator == "=":
        return lambda value: value == constant or (None if not value.is_finite() else False)
    if operator == "!=":
        return lambda value: value != constant if value.is_finite() else None
    compare: Answer = getattr(constant, _METHODS[operator])
    return compare
