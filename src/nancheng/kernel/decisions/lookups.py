"""Rows of a decision table found by value instead of tried one after the other.

The constants in a column cut its values into regions inside which no cell changes its mind. So the
cells are asked once, on one value of each region, and what they say is kept as bits, one for each
row. A value then needs one search in the column, and a table the conjunction of a few integers.
Whatever cannot be cut this way is tried as before, on the rows that are left.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nancheng.kernel.decisions import regions, values
from nancheng.kernel.decisions.feel import UnaryTests
from nancheng.kernel.decisions.unary import Check

# Larger tables are tried row by row: asking every cell about every region would take too long.
ROWS_MAX = 200
POINTS_MAX = 500

# The rows that pass for a value, as bits; None where the column cannot say.
Find = Callable[[object], int | None]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A column that finds its rows; rows whose cells it cannot cut are ``open`` and all found."""

    find: Find
    open: frozenset[int]


@dataclass(frozen=True, slots=True)
class Index:
    """The columns of a table that find their rows, and what remains to be tried on each row."""

    every: int
    finds: tuple[tuple[int, Find], ...]
    rest: tuple[tuple[tuple[int, Check], ...], ...]

    def rows(self, tested: Sequence[object]) -> int | None:
        """Return the rows, as bits, that may hit for these values; None when all must be tried."""
        left = self.every
        for column, find in self.finds:
            passing = find(tested[column])
            if passing is None:
                return None
            left &= passing
        return left


def index(rows: Sequence[Sequence[UnaryTests]]) -> Index | None:
    """Return the index of a table's rows, None when no column has anything to look up."""
    width = len(rows[0]) if rows else 0
    if not 1 < len(rows) <= ROWS_MAX or any(len(row) != width for row in rows):
        return None
    made = [lookup([row[column] for row in rows]) for column in range(width)]
    finds = tuple((column, one.find) for column, one in enumerate(made) if one is not None)
    rest = tuple(
        tuple(
            (column, cell.check)
            for column, (cell, one) in enumerate(zip(row, made, strict=True))
            if cell.check is not None and (one is None or number in one.open)
        )
        for number, row in enumerate(rows)
    )
    return Index((1 << len(rows)) - 1, finds, rest) if finds else None


def lookup(cells: Sequence[UnaryTests]) -> Lookup | None:
    """Return the look-up of a column, None when it has nothing to look up."""
    testing = [index for index, cell in enumerate(cells) if cell.check is not None]
    cut = [index for index in testing if regions.is_cuttable(cells[index])]
    points = [point for index in cut for point in regions.points(cells[index])]
    known = [point for point in points if point is not None]
    kind = _kind(known) if len(known) <= POINTS_MAX else ""
    maker = MAKERS.get(kind)
    if maker is None or (kind == "string" and any(regions.asks_order(cells[i]) for i in cut)):
        return None
    is_open = frozenset(testing) - frozenset(cut)
    sides = [None if index in is_open else cell for index, cell in enumerate(cells)]
    find = maker(_Bits(sides), known)
    return None if find is None else Lookup(find, is_open)


def _kind(points: Sequence[object]) -> str:
    found = {values.kind(point) for point in points}
    return found.pop() if len(found) == 1 else ""


class _Bits:
    """What a column's cells say to one value: a bit for each row that passes."""

    def __init__(self, cells: Sequence[UnaryTests | None]) -> None:
        self.cells = cells

    def __call__(self, value: object) -> int:
        return sum(
            1 << index
            for index, cell in enumerate(self.cells)
            if cell is None or cell(value) is True
        )


def _texts(bits: _Bits, points: Sequence[object]) -> Find | None:
    known: dict[object, int] = {point: bits(point) for point in points}
    other = bits(regions.other_text(points))
    nothing = bits(None)

    def find(value: object) -> int | None:
        if type(value) is str:
            return known.get(value, other)
        return nothing if value is None else None

    return find


def _truths(bits: _Bits, points: Sequence[object]) -> Find | None:
    del points
    yes, no, nothing = bits(True), bits(False), bits(None)  # noqa: FBT003

    def find(value: object) -> int | None:
        if value is True:
            return yes
        if value is False:
            return no
        return nothing if value is None else None

    return find


def _numbers(bits: _Bits, points: Sequence[object]) -> Find | None:
    cuts = regions.distinct(points)
    at, between = _asked(bits, cuts, "number")
    numbers = [number for number in map(values.exact, cuts) if number is not None]
    decimals = [Decimal(number) for number in numbers]
    if len(numbers) < len(cuts):
        return None
    count, nothing, ends = len(cuts), bits(None), (0, len(cuts))

    def find(value: object) -> int | None:
        if type(value) is int:
            index = bisect_left(numbers, value)
            return at[index] if index < count and numbers[index] == value else between[index]
        if type(value) is Decimal:
            index = bisect_left(decimals, value)
            if index < count and decimals[index] == value:
                return at[index]
            return None if index in ends and not value.is_finite() else between[index]
        return nothing if value is None else None

    return find


def _dates(bits: _Bits, points: Sequence[object]) -> Find | None:
    cuts = regions.distinct(points)
    at, between = _asked(bits, cuts, "date")
    days = [day for day in cuts if isinstance(day, date)]
    count, nothing = len(cuts), bits(None)

    def find(value: object) -> int | None:
        if type(value) is date:
            index = bisect_left(days, value)
            return at[index] if index < count and days[index] == value else between[index]
        return nothing if value is None else None

    return find


def _asked(
    bits: _Bits, cuts: Sequence[object], kind: str
) -> tuple[tuple[int, ...], tuple[int | None, ...]]:
    """Return what passes at each cut, and before, between and after the cuts."""
    ends = [None, *cuts, None]
    inside = [regions.BETWEEN[kind](ends[i], ends[i + 1]) for i in range(len(cuts) + 1)]
    between = tuple(None if example is None else bits(example) for example in inside)
    return tuple(map(bits, cuts)), between


MAKERS: dict[str, Callable[[_Bits, Sequence[object]], Find | None]] = {
    "string": _texts,
    "boolean": _truths,
    "number": _numbers,
    "date": _dates,
}
