"""Functions of lists (DMN 1.3 §10.3.4.4)."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key

from nancheng.kernel.decisions import arithmetic, comparison, values
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.functions.signatures import Family
from nancheng.kernel.decisions.values import DECIMALS, Builtin, Closure, Number

FAMILY = Family()


@FAMILY.function("list contains", "list: list, element: any")
def list_contains(budget: Budget, items: list[object], element: object) -> object:
    """Whether an item equals the element; null may be looked for."""
    budget.spend(len(items))
    return any(comparison.same(item, element, budget) for item in items)


@FAMILY.function("count", "list: list")
def count(budget: Budget, items: list[object]) -> object:
    """The number of items."""
    del budget
    return len(items)


@FAMILY.function("min", "list: list", "*c: any")
def minimum(budget: Budget, items: list[object]) -> object:
    """The least item; null when some have no order among each other."""
    return _extreme(budget, items, -1)


@FAMILY.function("max", "list: list", "*c: any")
def maximum(budget: Budget, items: list[object]) -> object:
    """The greatest item; null when some have no order among each other."""
    return _extreme(budget, items, 1)


@FAMILY.function("sum", "list: list", "*n: any")
def total(budget: Budget, items: list[object]) -> object:
    """The sum of numbers; null for none and for anything else among them."""
    numbers = _numbers(budget, items)
    if not numbers:
        return None
    result: object = numbers[0]
    for number in numbers[1:]:
        result = arithmetic.add(result, number, budget)
    return result


@FAMILY.function("product", "list: list", "*n: any")
def product(budget: Budget, items: list[object]) -> object:
    """The product of numbers; null for none and for anything else among them."""
    numbers = _numbers(budget, items)
    if not numbers:
        return None
    result: object = numbers[0]
    for number in numbers[1:]:
        result = arithmetic.multiply(result, number, budget)
    return result


@FAMILY.function("mean", "list: list", "*n: any")
def mean(budget: Budget, items: list[object]) -> object:
    """The arithmetic mean."""
    return arithmetic.divide(total(budget, items), len(items), budget)


@FAMILY.function("median", "list: list", "*n: any")
def median(budget: Budget, items: list[object]) -> object:
    """The middle number, or the mean of the two in the middle."""
    numbers = sorted(_numbers(budget, items) or [])
    if not numbers:
        return None
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return arithmetic.divide(
        arithmetic.add(numbers[middle - 1], numbers[middle], budget), 2, budget
    )


@FAMILY.function("stddev", "list: list", "*n: any")
def standard_deviation(budget: Budget, items: list[object]) -> object:
    """The standard deviation of a sample; null for fewer than two numbers."""
    numbers = _numbers(budget, items)
    if numbers is None or len(numbers) < 2:
        return None
    middle = mean(budget, [*numbers])
    assert isinstance(middle, int | Decimal)
    parts = [DECIMALS.subtract(Decimal(number), middle) for number in numbers]
    squares = Decimal(0)
    for part in parts:
        squares = DECIMALS.add(squares, DECIMALS.multiply(part, part))
    return values.finite(DECIMALS.sqrt(DECIMALS.divide(squares, len(numbers) - 1)))


@FAMILY.function("mode", "list: list", "*n: any")
def mode(budget: Budget, items: list[object]) -> object:
    """The most frequent numbers, in ascending order."""
    numbers = _numbers(budget, items)
    if numbers is None:
        return None
    counts: dict[Number, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, found in counts.items() if found == most)


@FAMILY.function("all", "list: list", "*b: any")
def every(budget: Budget, items: list[object]) -> object:
    """False when any item is false, else null when any is not true."""
    return _junction(budget, items, decisive=False)


@FAMILY.function("any", "list: list", "*b: any")
def some(budget: Budget, items: list[object]) -> object:
    """True when any item is true, else null when any is not false."""
    return _junction(budget, items, decisive=True)


@FAMILY.function("sublist", "list: list, start position: number, [length: number]")
def sublist(budget: Budget, items: list[object], start: object, length: object = None) -> object:
    """The items from a position (from 1, or from the end when negative), so many of them."""
    first = values.whole(start)
    if first is None or first == 0 or abs(first) > len(items):
        return None
    index = first - 1 if first > 0 else len(items) + first
    count_wanted = len(items) - index if length is None else values.whole(length)
    if count_wanted is None or count_wanted < 1 or index + count_wanted > len(items):
        return None
    return _made(budget, items[index : index + count_wanted])


@FAMILY.function("append", "list: list, *item: any")
def append(budget: Budget, items: list[object], more: list[object]) -> object:
    """The list with further items at its end."""
    return _made(budget, [*items, *more])


@FAMILY.function("concatenate", "*list: list")
def concatenate(budget: Budget, lists: list[list[object]]) -> object:
    """The items of several lists one after the other."""
    return _made(budget, [item for items in lists for item in items])


@FAMILY.function("insert before", "list: list, position: number, newItem: any")
def insert_before(budget: Budget, items: list[object], at: object, new: object) -> object:
    """The list with a new item at a position."""
    index = _index(items, at)
    return None if index is None else _made(budget, [*items[:index], new, *items[index:]])


@FAMILY.function("remove", "list: list, position: number")
def remove(budget: Budget, items: list[object], at: object) -> object:
    """The list without the item at a position."""
    index = _index(items, at)
    return None if index is None else _made(budget, items[:index] + items[index + 1 :])


@FAMILY.function("list replace", "list: list, position: number, newItem: any")
def list_replace(budget: Budget, items: list[object], at: object, new: object) -> object:
    """The list with another item at a position."""
    index = _index(items, at)
    return None if index is None else _made(budget, [*items[:index], new, *items[index + 1 :]])


@FAMILY.function("list replace", "list: list, match: function, newItem: any")
def list_replace_matching(
    budget: Budget, items: list[object], match: Closure | Builtin, new: object
) -> object:
    """The list with another item wherever ``match(item, newItem)`` is true."""
    answers = [match.call(budget, [item, new]) for item in items]
    if any(not isinstance(answer, bool) for answer in answers):
        return None
    replaced = [new if hit else item for item, hit in zip(items, answers, strict=True)]
    return _made(budget, replaced)


@FAMILY.function("reverse", "list: list")
def backwards(budget: Budget, items: list[object]) -> object:
    """The list from its end to its start."""
    return _made(budget, items[::-1])


@FAMILY.function("index of", "list: list, match: any")
def index_of(budget: Budget, items: list[object], match: object) -> object:
    """The positions of the items that equal the match."""
    budget.spend(len(items))
    found = [index for index, item in enumerate(items, 1) if comparison.same(item, match, budget)]
    return _made(budget, list[object](found))


@FAMILY.function("union", "*list: list")
def union(budget: Budget, lists: list[list[object]]) -> object:
    """The items of several lists, each once."""
    return distinct_values(budget, [item for items in lists for item in items])


@FAMILY.function("distinct values", "list: list")
def distinct_values(budget: Budget, items: list[object]) -> object:
    """The items, each once, in the order of their first appearance."""
    kept: list[object] = []
    for item in items:
        budget.spend(len(kept) + 1)
        if not any(comparison.same(item, other, budget) for other in kept):
            kept.append(item)
    return _made(budget, kept)


@FAMILY.function("flatten", "list: list")
def flatten(budget: Budget, items: list[object]) -> object:
    """The items of all nested lists in one."""
    found: list[object] = []
    waiting = [iter(items)]
    while waiting:
        for item in waiting[-1]:
            budget.spend()
            if isinstance(item, list | tuple):
                waiting.append(iter(item))
                break
            found.append(item)
        else:
            waiting.pop()
    return _made(budget, found)


@FAMILY.function("sort", "list: list, precedes: function")
def sort(budget: Budget, items: list[object], precedes: Closure | Builtin) -> object:
    """The list in the order of a function that says whether one item comes before another."""

    def compare(left: object, right: object) -> int:
        if precedes.call(budget, [left, right]) is True:
            return -1
        return 1 if precedes.call(budget, [right, left]) is True else 0

    return _made(budget, sorted(items, key=cmp_to_key(compare)))


@FAMILY.function("sort", "list: list")
def sort_natural(budget: Budget, items: list[object]) -> object:
    """The list in ascending order; null when some items have none."""
    budget.spend(len(items) * len(items).bit_length() // 4)
    for item in items:
        if isinstance(item, str):
            budget.read(item)
        if comparison.order(item, items[0]) is None:
            return None
    return _made(budget, sorted(items, key=cmp_to_key(_order_known)))


def _order_known(left: object, right: object) -> int:
    return comparison.order(left, right) or 0


def _made(budget: Budget, items: list[object]) -> list[object]:
    budget.grow(len(items) + 1)
    return items


def _index(items: list[object], at: object) -> int | None:
    """Return the Python index of a position from 1, or from the end when negative."""
    position = values.whole(at)
    if position is None or position == 0 or abs(position) > len(items):
        return None
    return position - 1 if position > 0 else len(items) + position


def _numbers(budget: Budget, items: list[object]) -> list[Number] | None:
    """Return the items when all are numbers."""
    budget.spend(len(items))
    found = [values.exact(item) for item in items]
    known = [number for number in found if number is not None]
    return known if len(known) == len(items) else None


def _extreme(budget: Budget, items: list[object], sign: int) -> object:
    budget.spend(len(items))
    if not items:
        return None
    best = items[0]
    for item in items:
        if isinstance(item, str):
            budget.read(item)
        found = comparison.order(item, best)
        if found is None:
            return None
        best = item if found == sign else best
    return best


def _junction(budget: Budget, items: list[object], *, decisive: bool) -> bool | None:
    budget.spend(len(items))
    if any(item is decisive for item in items):
        return decisive
    return (not decisive) if all(item is (not decisive) for item in items) else None
