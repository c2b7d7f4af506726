"""Relations between points and ranges (DMN 1.3 §10.3.4.10, table 78)."""

from __future__ import annotations

from collections.abc import Callable

from nancheng.kernel.decisions import comparison, grammar, syntax, unary, vocabulary
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.comparison import less, same
from nancheng.kernel.decisions.functions.signatures import Family
from nancheng.kernel.decisions.lexer import FeelSyntaxError
from nancheng.kernel.decisions.values import Range

FAMILY = Family()
_NO_WORDS = vocabulary.vocabulary(names=("date and time",))

Relation = Callable[[Range, Range], bool | None]


def _before(left: Range, right: Range) -> bool | None:
    earlier = less(left.high, right.low)
    if earlier is None or earlier:
        return earlier
    return same(left.high, right.low) and not (left.high_closed and right.low_closed)


def _after(left: Range, right: Range) -> bool | None:
    return _before(right, left)


def _meets(left: Range, right: Range) -> bool | None:
    return left.high_closed and right.low_closed and comparison.equal(left.high, right.low)


def _met_by(left: Range, right: Range) -> bool | None:
    return _meets(right, left)


def _overlaps(left: Range, right: Range) -> bool | None:
    earlier, later = _before(left, right), _before(right, left)
    return None if earlier is None or later is None else not earlier and not later


def _overlaps_before(left: Range, right: Range) -> bool | None:
    return _all_of(
        lambda: _starts_first(left, right),
        lambda: _overlaps(left, right),
        lambda: _ends_no_later(left, right),
    )


def _overlaps_after(left: Range, right: Range) -> bool | None:
    return _all_of(
        lambda: _starts_first(right, left),
        lambda: _overlaps(left, right),
        lambda: _ends_last(left, right),
    )


def _finishes(left: Range, right: Range) -> bool | None:
    return _all_of(
        lambda: left.high_closed == right.high_closed and comparison.equal(left.high, right.high),
        lambda: not _starts_first(left, right),
    )


def _finished_by(left: Range, right: Range) -> bool | None:
    return _finishes(right, left)


def _includes(left: Range, right: Range) -> bool | None:
    return _all_of(
        lambda: not _starts_first(right, left), lambda: _ends_no_later(right, left, alike=True)
    )


def _during(left: Range, right: Range) -> bool | None:
    return _includes(right, left)


def _starts(left: Range, right: Range) -> bool | None:
    return _all_of(
        lambda: left.low_closed == right.low_closed and comparison.equal(left.low, right.low),
        lambda: _ends_no_later(left, right, alike=True),
    )


def _started_by(left: Range, right: Range) -> bool | None:
    return _starts(right, left)


def _coincides(left: Range, right: Range) -> bool | None:
    return comparison.equal(left, right)


def _all_of(*questions: Callable[[], bool | None]) -> bool | None:
    """Return true when all questions are; they are asked in order until one is not."""
    for question in questions:
        answer = question()
        if not answer:
            return answer
    return True


def _starts_first(left: Range, right: Range) -> bool | None:
    """Say whether left begins before right does: at a lesser point, or at the same but closed."""
    earlier = less(left.low, right.low)
    if earlier is None or earlier:
        return earlier
    return same(left.low, right.low) and left.low_closed and not right.low_closed


def _ends_last(left: Range, right: Range) -> bool | None:
    """Say whether left ends after right does: at a greater point, or at the same but closed."""
    later = less(right.high, left.high)
    if later is None or later:
        return later
    return same(left.high, right.high) and (left.high_closed or not right.high_closed)


def _ends_no_later(left: Range, right: Range, *, alike: bool = False) -> bool | None:
    earlier = less(left.high, right.high)
    if earlier is None or earlier:
        return earlier
    del alike
    return same(left.high, right.high) and (right.high_closed or not left.high_closed)


def _point(value: object) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


def _declare(name: str, relation: Relation, *signatures: str) -> None:
    @FAMILY.function(name, *signatures)
    def run(budget: Budget, left: object, right: object) -> object:
        del budget
        return relation(_point(left), _point(right))


@FAMILY.function("range", "from: string")
def range_from(budget: Budget, text: str) -> object:
    """A range from its text; its ends are constants, an open one may be missing."""
    budget.spend(10 + len(text) // 10)
    try:
        tree = grammar.span(text, _NO_WORDS)
    except FeelSyntaxError:
        return None
    if isinstance(tree, syntax.Against):
        if not isinstance(tree.operand, syntax.Literal):
            return None
        return unary.one_sided(tree.operator, tree.operand.value)
    assert isinstance(tree, syntax.RangeOf), tree
    low, high = tree.low, tree.high
    if not (isinstance(low, syntax.Literal) and isinstance(high, syntax.Literal)):
        return None
    return _spanned(low.value, high.value, tree)


def _spanned(low: object, high: object, tree: syntax.RangeOf) -> Range | None:
    if low is None and high is None:
        return None
    if (low is None and tree.low_closed) or (high is None and tree.high_closed):
        return None
    known = high if low is None else low
    ordered = comparison.at_most(known, known if low is None or high is None else high)
    return Range(low, high, tree.low_closed, tree.high_closed) if ordered else None


_POINTS = "point1: point, point2: point"
_POINT_RANGE = "point: point, range: range"
_RANGE_POINT = "range: range, point: point"
_RANGES = "range1: range, range2: range"
for _name, _relation in (("before", _before), ("after", _after)):
    _declare(_name, _relation, _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
for _name, _relation in (
    ("meets", _meets),
    ("met by", _met_by),
    ("overlaps", _overlaps),
    ("overlaps before", _overlaps_before),
    ("overlaps after", _overlaps_after),
):
    _declare(_name, _relation, _RANGES)
for _name, _relation in (("finishes", _finishes), ("during", _during), ("starts", _starts)):
    _declare(_name, _relation, _POINT_RANGE, _RANGES)
for _name, _relation in (
    ("finished by", _finished_by),
    ("includes", _includes),
    ("started by", _started_by),
):
    _declare(_name, _relation, _RANGE_POINT, _RANGES)
_declare("coincides", _coincides, _POINTS, _RANGES)
