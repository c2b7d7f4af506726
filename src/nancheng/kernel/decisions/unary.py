"""Closures of unary tests: what stands in a cell of a decision table and after ``in``."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from nancheng.kernel.decisions import comparison, syntax
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.building import Building, Run
from nancheng.kernel.decisions.syntax import Node
from nancheng.kernel.decisions.values import Range, Scope

# The value under test, the variables and the budget in; three-valued answer out.
Check = Callable[[object, Scope, Budget], bool | None]


def check(node: Node, make: Building) -> Check:
    """Return the closure of one test."""
    if isinstance(node, syntax.Against):
        return _relation(node, make)
    if isinstance(node, syntax.Literal) and isinstance(node.value, str):
        return _text(node.value)
    if isinstance(node, syntax.RangeOf):
        span = _constant_range(node)
        if span is not None:
            return _numbers(span) if _is_plain(span.low) and _is_plain(span.high) else _range(span)
    return _expression(node, make)


def checks(node: syntax.Tests, make: Building) -> Check | None:
    """Return the closure of a whole cell, None for one that lets everything pass."""
    if not node.tests:
        return None
    made = tuple(check(test, make) for test in node.tests)
    if len(made) == 1 and not node.negated:
        return made[0]
    return _any(made, negated=node.negated)


def one_sided(operator: str, operand: object) -> object:
    """Return the range that a comparison with one value stands for, null for ``!=``."""
    if operand is None or operator == "!=":
        return None
    if operator == "=":
        return Range(operand, operand)
    closed = operator.endswith("=")
    if operator.startswith("<"):
        return Range(None, operand, low_closed=False, high_closed=closed)
    return Range(operand, None, low_closed=closed, high_closed=False)


def _relation(node: syntax.Against, make: Building) -> Check:
    relation = comparison.RELATIONS[node.operator]
    if isinstance(node.operand, syntax.Literal):
        constant = node.operand.value
        if _is_plain(constant):
            return _plain(node.operator, constant)
        return lambda value, scope, budget: relation(value, constant)
    operand = make.run(node.operand)
    return lambda value, scope, budget: relation(value, operand(scope, budget))


def _plain(operator: str, constant: object) -> Check:
    plain = comparison.PLAIN[operator]
    relation = comparison.RELATIONS[operator]

    def run(value: object, scope: Scope, budget: Budget) -> bool | None:
        del scope, budget
        return plain(value, constant) if type(value) is int else relation(value, constant)

    return run


def _text(constant: str) -> Check:
    def run(value: object, scope: Scope, budget: Budget) -> bool | None:
        del scope, budget
        if type(value) is str:
            return value == constant
        if isinstance(value, list | tuple):
            return constant in value
        return comparison.equal(value, constant)

    return run


def _range(span: Range) -> Check:
    return lambda value, scope, budget: comparison.within(value, span)


def _numbers(span: Range) -> Check:
    low, high, low_closed, high_closed = span.low, span.high, span.low_closed, span.high_closed
    plain = comparison.PLAIN
    above, below = plain[">=" if low_closed else ">"], plain["<=" if high_closed else "<"]

    def run(value: object, scope: Scope, budget: Budget) -> bool | None:
        del scope, budget
        if type(value) is int:
            return above(value, low) and below(value, high)
        return comparison.within(value, span)

    return run


def _expression(node: Node, make: Building) -> Check:
    """A test that is any expression: with ``?`` it must be true, else the value must belong."""
    run = make.run(node)
    if not syntax.uses_input(node):
        return lambda value, scope, budget: _accepts(value, run(scope, budget), budget)
    return _with_input(run)


def _with_input(run: Run) -> Check:
    def test(value: object, scope: Scope, budget: Budget) -> bool | None:
        found = run({**scope, "?": value}, budget)
        if isinstance(found, bool) or found is None:
            return found
        return comparison.belongs(value, found, budget)

    return test


def _accepts(value: object, found: object, budget: Budget) -> bool | None:
    if found is True and not isinstance(value, bool | None):
        return True
    if isinstance(value, list | tuple) and not isinstance(found, list | tuple):
        # DMN 1.3 §10.3.2.8: a list under test passes when one of its items does.
        return any(comparison.belongs(item, found, budget) is True for item in value)
    return comparison.belongs(value, found, budget)


def _any(made: tuple[Check, ...], *, negated: bool) -> Check:
    def run(value: object, scope: Scope, budget: Budget) -> bool | None:
        unknown = False
        for one in made:
            answer = one(value, scope, budget)
            if answer is True:
                return not negated
            unknown = unknown or answer is None
        return None if unknown else negated

    return run


def _constant_range(node: syntax.RangeOf) -> Range | None:
    low, high = node.low, node.high
    if not (isinstance(low, syntax.Literal) and isinstance(high, syntax.Literal)):
        return None
    if comparison.at_most(low.value, high.value) is not True:
        return None
    return Range(low.value, high.value, node.low_closed, node.high_closed)


def _is_plain(value: object) -> bool:
    return type(value) is int or type(value) is Decimal
