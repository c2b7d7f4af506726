"""Values cut into regions by constants: each with one value of it and its text in FEEL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cmp_to_key

from nancheng.kernel.decisions import comparison, syntax, temporal, values
from nancheng.kernel.decisions.feel import UnaryTests
from nancheng.kernel.decisions.functions import conversion
from nancheng.kernel.decisions.values import DECIMALS
from nancheng.kernel.months import YearsMonths

OTHER = "(other)"
PLAIN_NODES = (
    syntax.Literal, syntax.Against, syntax.RangeOf, syntax.Compare, syntax.Between, syntax.In,
    syntax.And, syntax.Or, syntax.ListOf, syntax.Tests,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Region:
    """Some values that a column cannot tell apart: one of them, and how FEEL writes them."""

    example: object
    text: str

    def with_neighbour(self, other: Region) -> Region:
        """Return both regions as one."""
        return Region(self.example, f"{self.text}, {other.text}")


def cut(points: Sequence[object], *, ordered: bool) -> tuple[Region, ...] | None:
    """Return the regions that constants make; None where they cannot be cut soundly.

    ``ordered`` says that more than equality is asked of the values.
    """
    known = [point for point in points if point is not None]
    found = {values.kind(point) for point in known}
    if not found:
        return (Region(None, "-"),)
    if found == {"boolean"}:
        return tuple(Region(found, str(found).lower()) for found in (True, False))
    if len(found) > 1:
        return None
    kind = found.pop()
    if kind == "string":
        return None if ordered else _texts(known)
    between = BETWEEN.get(kind)
    if between is None or any(comparison.order(point, known[0]) is None for point in known):
        return None
    return _line(distinct(known), between)


def _texts(points: Sequence[object]) -> tuple[Region, ...]:
    texts = sorted({str(point) for point in points})
    named = tuple(Region(text, conversion.written(text, 1)) for text in texts)
    listed = ", ".join(region.text for region in named)
    return (*named, Region(other_text(points), f"not({listed})"))


def other_text(points: Sequence[object]) -> str:
    """Return a text that is none of these."""
    other = OTHER
    while other in points:
        other += "'"
    return other


def is_cuttable(cell: UnaryTests) -> bool:
    """Say whether a cell only compares the input with constants."""
    return all(
        isinstance(part, PLAIN_NODES)
        or (isinstance(part, syntax.Name) and part.text in ("?", "not"))
        or (isinstance(part, syntax.Call) and part.function == syntax.Name("not"))
        for part in syntax.walk(cell.tree)
    )


def points(cell: UnaryTests) -> list[object]:
    """Return the constants in a cell."""
    return [part.value for part in syntax.walk(cell.tree) if isinstance(part, syntax.Literal)]


def asks_order(cell: UnaryTests) -> bool:
    """Say whether a cell asks for more than equality."""
    ordering = (syntax.RangeOf, syntax.Between)
    return any(
        isinstance(part, ordering)
        or (isinstance(part, syntax.Against | syntax.Compare) and part.operator not in ("=", "!="))
        for part in syntax.walk(cell.tree)
    )


def distinct(points: Sequence[object]) -> list[object]:
    """Return the points of an ordered kind in their order, each once."""
    ordered = sorted(points, key=cmp_to_key(lambda a, b: comparison.order(a, b) or 0))
    kept: list[object] = []
    for point in ordered:
        if not kept or not comparison.same(kept[-1], point):
            kept.append(point)
    return kept


def _line(points: list[object], between: Between) -> tuple[Region, ...]:
    """Return the regions of an ordered kind: below, each point, between points, above."""
    first, last = _text(points[0]), _text(points[-1])
    found: list[Region] = []
    below = between(None, points[0])
    if below is not None:
        found.append(Region(below, f"< {first}"))
    for index, point in enumerate(points):
        found.append(Region(point, _text(point)))
        if index + 1 < len(points):
            inside = between(point, points[index + 1])
            if inside is not None:
                found.append(Region(inside, f"({_text(point)}..{_text(points[index + 1])})"))
    above = between(points[-1], None)
    if above is not None:
        found.append(Region(above, f"> {last}"))
    return tuple(found)


def _text(point: object) -> str:
    text = conversion.written(point, 1)
    return text if values.is_number(point) else f'@"{text}"'


# A value strictly between two others, either of them missing; None when there is none.
Between = Callable[[object, object], object]


def _number(low: object, high: object) -> object:
    a, b = values.exact(low), values.exact(high)
    if a is None or b is None:
        end = a if a is not None else b
        assert end is not None
        return _beyond(end, 1 if b is None else -1)
    middle = DECIMALS.divide(DECIMALS.add(Decimal(a), b), 2)
    whole = values.whole(DECIMALS.to_integral_value(middle))
    if whole is not None and a < whole < b:
        return whole
    return middle if a < middle < b else None


def _beyond(end: values.Number, step: int) -> object:
    """Return a number above (``step`` is 1) or below (-1) another, however large that is."""
    if isinstance(end, int):
        return end + step
    moved = DECIMALS.add(end, step)
    if moved == end:
        away = (end > 0) == (step > 0)
        moved = DECIMALS.multiply(end, 2) if away else DECIMALS.divide(end, 2)
    return values.finite(moved)


def _date(low: object, high: object) -> object:
    try:
        if isinstance(low, date):
            after = low + timedelta(days=1)
            return after if high is None or (isinstance(high, date) and after < high) else None
        return high - timedelta(days=1) if isinstance(high, date) else None
    except OverflowError:
        return None


def _moment(low: object, high: object) -> object:
    try:
        if isinstance(low, datetime):
            gap = high - low if isinstance(high, datetime) else timedelta(hours=2)
            return low + gap / 2 if gap > timedelta(microseconds=1) else None
        return high - timedelta(hours=1) if isinstance(high, datetime) else None
    except OverflowError:
        return None


def _length(low: object, high: object) -> object:
    try:
        if isinstance(low, timedelta):
            gap = high - low if isinstance(high, timedelta) else timedelta(hours=2)
            return low + gap / 2 if gap > timedelta(microseconds=1) else None
        return high - timedelta(hours=1) if isinstance(high, timedelta) else None
    except OverflowError:
        return None


def _months(low: object, high: object) -> object:
    if isinstance(low, YearsMonths):
        after = YearsMonths(low.months + 1)
        return after if high is None or (isinstance(high, YearsMonths) and after < high) else None
    return YearsMonths(high.months - 1) if isinstance(high, YearsMonths) else None


def _time(low: object, high: object) -> object:
    """Times of day without offset, to the microsecond."""
    start = temporal.seconds_of_day(low)[1] if isinstance(low, time) else -1
    end = temporal.seconds_of_day(high)[1] if isinstance(high, time) else 86_400_000_000
    zone = low.tzinfo if isinstance(low, time) else high.tzinfo if isinstance(high, time) else None
    if zone is not None or end - start < 2:
        return None
    second, micro = divmod((start + end) // 2, 1_000_000)
    return time(second // 3600, second // 60 % 60, second % 60, micro)


BETWEEN: dict[str, Between] = {
    "number": _number,
    "date": _date,
    "date and time": _moment,
    "time": _time,
    "days and time duration": _length,
    "years and months duration": _months,
}
