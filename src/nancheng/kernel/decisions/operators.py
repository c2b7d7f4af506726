"""Closures of logic, comparison and arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from nancheng.kernel.decisions import (
    arithmetic,
    building,
    comparison,
    junctions,
    kinds,
    syntax,
    unary,
)
from nancheng.kernel.decisions.answers import Answers
from nancheng.kernel.decisions.budget import NOTHING, Budget
from nancheng.kernel.decisions.building import Building, Run
from nancheng.kernel.decisions.values import Range, Scope

NUMBERS = frozenset((int, Decimal))


def literal(node: syntax.Literal, make: Building) -> Run:
    """A constant."""
    del make
    return building.constant(node.value)


def conjunction(node: syntax.And, make: Building) -> Run:
    """``and``: false when any part is false, else null when any is not true."""
    return junctions.junction(node.parts, make, decisive=False)


def disjunction(node: syntax.Or, make: Building) -> Run:
    """``or``: true when any part is true, else null when any is not false."""
    return junctions.junction(node.parts, make, decisive=True)


def compare(node: syntax.Compare, make: Building) -> Run:
    """``left operator right``, with short cuts for anything against a constant."""
    probe = junctions.probe(node)
    if probe is not None:
        return junctions.single(probe)
    if isinstance(node.right, syntax.Literal):
        return _against_constant(make.run(node.left), Answers(node.operator, node.right.value))
    left, right = make.run(node.left), make.run(node.right)
    if node.operator in ("=", "!="):
        return _equality(left, right, comparison.EQUALITIES[node.operator])
    relation, plain = comparison.RELATIONS[node.operator], comparison.PLAIN[node.operator]

    def run(scope: Scope, budget: Budget) -> object:
        a, b = left(scope, budget), right(scope, budget)
        if type(a) in NUMBERS and type(b) in NUMBERS:
            return plain(a, b)
        if type(a) is str and budget is not NOTHING:
            budget.read(a)
        return relation(a, b)

    return run


def arithmetics(node: syntax.Arithmetic, make: Building) -> Run:
    """A chain of operators of one rank, from left to right."""
    if any(operator in ("+", "**") for operator, _ in node.rest):
        make.spending()
    first = make.run(node.first)
    rest = tuple((arithmetic.OPERATIONS[operator], make.run(part)) for operator, part in node.rest)
    if len(rest) == 1:
        return _operation(first, *rest[0])

    def run(scope: Scope, budget: Budget) -> object:
        value = first(scope, budget)
        for operation, part in rest:
            value = operation(value, part(scope, budget), budget)
        return value

    return run


def negation(node: syntax.Negate, make: Building) -> Run:
    """``-operand``."""
    operand = make.run(node.operand)

    def run(scope: Scope, budget: Budget) -> object:
        return arithmetic.negate(operand(scope, budget))

    return run


def between(node: syntax.Between, make: Building) -> Run:
    """``value between low and high``, both ends included."""
    value, low, high = make.run(node.value), make.run(node.low), make.run(node.high)

    def run(scope: Scope, budget: Budget) -> object:
        span = Range(low(scope, budget), high(scope, budget))
        return comparison.within(value(scope, budget), span)

    return run


def membership(node: syntax.In, make: Building) -> Run:
    """``value in (tests)``: true when any test holds."""
    value = make.run(node.value)
    checks = tuple(unary.check(test, make) for test in node.tests)

    def run(scope: Scope, budget: Budget) -> object:
        tested = value(scope, budget)
        unknown = False
        for check in checks:
            answer = check(tested, scope, budget)
            if answer is True:
                return True
            unknown = unknown or answer is None
        return None if unknown else False

    return run


def instance_of(node: syntax.InstanceOf, make: Building) -> Run:
    """``value instance of kind``."""
    value, kind = make.run(node.value), kinds.bare(node.kind)

    def run(scope: Scope, budget: Budget) -> object:
        found = value(scope, budget)
        if found is None:
            return kind == kinds.Simple("Null")
        return kinds.conforms(found, kind)

    return run


def if_else(node: syntax.If, make: Building) -> Run:
    """``if … then … else …``: anything but true goes to else."""
    condition, chosen = make.run(node.condition), make.run(node.chosen)
    otherwise = make.run(node.otherwise)

    def run(scope: Scope, budget: Budget) -> object:
        if condition(scope, budget) is True:
            return chosen(scope, budget)
        return otherwise(scope, budget)

    return run


def against(node: syntax.Against, make: Building) -> Run:
    """``(< 5)`` as a value: a range that is open on one side, ``(= 5)`` a range of one point."""
    operand, operator = make.run(node.operand), node.operator

    def run(scope: Scope, budget: Budget) -> object:
        return unary.one_sided(operator, operand(scope, budget))

    return run


def range_of(node: syntax.RangeOf, make: Building) -> Run:
    """``[low..high]``; null when its ends have no order or the wrong one."""
    low, high = make.run(node.low), make.run(node.high)
    low_closed, high_closed = node.low_closed, node.high_closed

    def run(scope: Scope, budget: Budget) -> object:
        start, end = low(scope, budget), high(scope, budget)
        if comparison.at_most(start, end) is not True:
            return None
        return Range(start, end, low_closed, high_closed)

    return run


def _operation(first: Run, operation: arithmetic.Operation, second: Run) -> Run:
    return lambda scope, budget: operation(first(scope, budget), second(scope, budget), budget)


def _against_constant(left: Run, answers: Answers) -> Run:
    def run(scope: Scope, budget: Budget) -> object:
        value = left(scope, budget)
        return answers[type(value)](value)

    return run


def _equality(left: Run, right: Run, relation: comparison.Equality) -> Run:
    def run(scope: Scope, budget: Budget) -> object:
        return relation(left(scope, budget), right(scope, budget), budget)

    return run


MAKERS: Mapping[type, Callable[..., Run]] = {
    syntax.Literal: literal,
    syntax.And: conjunction,
    syntax.Or: disjunction,
    syntax.Compare: compare,
    syntax.Arithmetic: arithmetics,
    syntax.Negate: negation,
    syntax.Between: between,
    syntax.In: membership,
    syntax.InstanceOf: instance_of,
    syntax.If: if_else,
    syntax.Against: against,
    syntax.RangeOf: range_of,
}
