"""Closures of ``and`` and ``or``; parts that compare a variable with a constant run without a call.

A condition is evaluated millions of times, and in Python a call costs more than a comparison.
"""

from __future__ import annotations

from nancheng.kernel.decisions import syntax
from nancheng.kernel.decisions.answers import SWAPPED, Answers
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.building import Building, Run
from nancheng.kernel.decisions.values import Scope

# A variable, and what a constant answers to its value.
Probe = tuple[str, Answers]


def probe(node: syntax.Node) -> Probe | None:
    """Return a comparison of a variable with a constant, None for anything else."""
    if not isinstance(node, syntax.Compare):
        return None
    left, right = node.left, node.right
    if isinstance(left, syntax.Name) and isinstance(right, syntax.Literal):
        return left.text, Answers(node.operator, right.value)
    if isinstance(left, syntax.Literal) and isinstance(right, syntax.Name):
        return right.text, Answers(SWAPPED[node.operator], left.value)
    return None


def single(found: Probe) -> Run:
    """Return the closure of one comparison with a constant."""
    name, answers = found

    def run(scope: Scope, _: Budget) -> object:
        value = scope.get(name)
        return answers[type(value)](value)

    return run


def junction(parts: tuple[syntax.Node, ...], make: Building, *, decisive: bool) -> Run:
    """Return the closure of a conjunction (``decisive`` is False) or a disjunction (True)."""
    found = [probe(part) for part in parts]
    probes = tuple(one for one in found if one is not None)
    if len(probes) < len(parts):
        return _of_runs(make.runs(parts), decisive=decisive)
    if len(probes) == 2:
        return _of_two_probes(*probes, decisive=decisive)
    if len(probes) == 3:
        return _of_three_probes(*probes, decisive=decisive)
    return _of_probes(probes, decisive=decisive)


def _of_two_probes(first: Probe, second: Probe, *, decisive: bool) -> Run:
    (name_a, answers_a), (name_b, answers_b), settled = first, second, not decisive
    kind_a, own_a, kind_b, own_b = answers_a.kind, answers_a.own, answers_b.kind, answers_b.own

    def run(scope: Scope, _: Budget) -> object:
        try:
            a, b = scope[name_a], scope[name_b]
        except KeyError:
            a, b = scope.get(name_a), scope.get(name_b)
        answer_a = own_a(a) if type(a) is kind_a else answers_a[type(a)](a)
        if answer_a is decisive:
            return decisive
        answer_b = own_b(b) if type(b) is kind_b else answers_b[type(b)](b)
        if answer_b is decisive:
            return decisive
        return settled if answer_a is answer_b is settled else None

    return run


def _of_three_probes(first: Probe, second: Probe, third: Probe, *, decisive: bool) -> Run:
    (name_a, answers_a), (name_b, answers_b), (name_c, answers_c) = first, second, third
    kind_a, own_a, kind_b, own_b = answers_a.kind, answers_a.own, answers_b.kind, answers_b.own
    kind_c, own_c, settled = answers_c.kind, answers_c.own, not decisive

    def run(scope: Scope, _: Budget) -> object:
        try:
            a, b, c = scope[name_a], scope[name_b], scope[name_c]
        except KeyError:
            a, b, c = scope.get(name_a), scope.get(name_b), scope.get(name_c)
        answer_a = own_a(a) if type(a) is kind_a else answers_a[type(a)](a)
        if answer_a is decisive:
            return decisive
        answer_b = own_b(b) if type(b) is kind_b else answers_b[type(b)](b)
        if answer_b is decisive:
            return decisive
        answer_c = own_c(c) if type(c) is kind_c else answers_c[type(c)](c)
        if answer_c is decisive:
            return decisive
        return settled if answer_a is answer_b is answer_c is settled else None

    return run


def _of_probes(probes: tuple[Probe, ...], *, decisive: bool) -> Run:
    settled = not decisive

    def run(scope: Scope, _: Budget) -> object:
        found: bool | None = settled
        for name, answers in probes:
            value = scope.get(name)
            answer = answers[type(value)](value)
            if answer is decisive:
                return decisive
            if answer is not settled:
                found = None
        return found

    return run


def _of_runs(parts: tuple[Run, ...], *, decisive: bool) -> Run:
    settled = not decisive

    def run(scope: Scope, budget: Budget) -> object:
        found: bool | None = settled
        for part in parts:
            value = part(scope, budget)
            if value is decisive:
                return decisive
            if value is not settled:
                found = None
        return found

    return run
