"""Closures that reach things: names, members, filters, calls, and the making of functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nancheng.kernel.decisions import kinds, static, syntax, temporal, values
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.building import Building, Run
from nancheng.kernel.decisions.kinds import Kind
from nancheng.kernel.decisions.values import Builtin, Closure, Scope


def name(node: syntax.Name, make: Building) -> Run:
    """A variable, or a function of the standard where no variable has its name."""
    text = node.text
    builtin = make.builtins.get(text)

    def run(scope: Scope, _: Budget) -> object:
        try:
            return scope[text]
        except KeyError:
            return builtin

    return run


def member(node: syntax.Member, make: Building) -> Run:
    """``of.name``: an entry, a property, or for a list the list of each item's."""
    of, text = make.run(node.of), node.name
    make.rarely_spending()

    def run(scope: Scope, budget: Budget) -> object:
        found = of(scope, budget)
        return found.get(text) if type(found) is dict else _member(found, text, budget)

    return run


def descendants(node: syntax.Descendants, make: Building) -> Run:
    """``of...name``: what entries of that name hold, in reading order, nulls left out."""
    of, text = make.run(node.of), node.name
    make.spending()

    def run(scope: Scope, budget: Budget) -> object:
        found: list[object] = []
        waiting = [(False, of(scope, budget))]
        while waiting:
            is_named, current = waiting.pop()
            budget.spend()
            if is_named and current is not None:
                found.append(current)
            if isinstance(current, Mapping):
                waiting += [(name == text, value) for name, value in current.items()][::-1]
            elif isinstance(current, list | tuple):
                waiting += [(False, item) for item in reversed(current)]
        budget.grow(len(found) + 1)
        return found

    return run


def filtered(node: syntax.Filter, make: Building) -> Run:
    """``of[condition]``: the item at an index, or the items for which the condition is true."""
    make.spending()
    of = make.run(node.of)
    if isinstance(node.condition, syntax.Literal):
        return _by_constant(of, node.condition.value)
    return filter_with(of, make.run(node.condition))


def filter_with(of: Run, condition: Run) -> Run:
    """Return the closure that filters by a condition, or takes the item at a computed index."""

    def run(scope: Scope, budget: Budget) -> object:
        found = of(scope, budget)
        items = [] if found is None else values.as_list(found)
        if not items:
            index = condition({**scope, "item": None}, budget)
            return None if values.is_number(index) or found is None else []
        chosen: list[object] = []
        for item in items:
            budget.spend(2)
            answer = condition(_item_scope(scope, item), budget)
            if values.is_number(answer):
                return _at(items, answer)
            if answer is True:
                chosen.append(item)
        return chosen

    return run


def call(node: syntax.Call, make: Building) -> Run:
    """``function(arguments)``, by position or by name."""
    make.spending()
    function = make.run(node.function)
    arguments = make.runs(node.arguments)
    if node.names:
        return _named_call(function, tuple(zip(node.names, arguments, strict=True)))

    def run(scope: Scope, budget: Budget) -> object:
        called = function(scope, budget)
        if not isinstance(called, Builtin | Closure):
            return None
        return called.call(budget, [argument(scope, budget) for argument in arguments])

    return run


def definition(node: syntax.Definition, make: Building) -> Run:
    """``function(parameters) body``: a function value that remembers where it was made."""
    body = None if node.body is None else make.run(node.body)
    result = None if node.body is None else static.kind_of(node.body, _typed(node.parameters))
    make.spending()

    def run(scope: Scope, budget: Budget) -> object:
        del budget
        return closure(scope, node.parameters, body, result)

    return run


def _typed(parameters: tuple[tuple[str, Kind | None], ...]) -> dict[str, Kind]:
    return {name: kind or kinds.ANY for name, kind in parameters}


def closure(
    scope: Scope,
    parameters: tuple[tuple[str, Kind | None], ...],
    body: Run | None,
    result: Kind | None = None,
) -> Closure:
    """Return a function value; an argument that does not conform to its type becomes null."""
    names = tuple(name for name, _ in parameters)
    types = tuple(kind for _, kind in parameters)
    own = kinds.FunctionKind(tuple(_typed(parameters).values()), result or kinds.ANY)

    def run(budget: Budget, arguments: list[object]) -> object:
        inner = dict(scope)
        for parameter, kind, argument in zip(names, types, arguments, strict=True):
            inner[parameter] = argument if kind is None else kinds.coerce(argument, kind)
        return None if body is None else body(inner, budget)

    return Closure(names, run, own)


def _member(of: object, text: str, budget: Budget) -> object:
    if isinstance(of, Mapping):
        return of.get(text)
    if isinstance(of, list | tuple):
        budget.spend(len(of) + 1)
        return [_member(item, text, budget) for item in of]
    return temporal.member(of, text)


def _by_constant(of: Run, wanted: object) -> Run:
    def run(scope: Scope, budget: Budget) -> object:
        found = of(scope, budget)
        items = [] if found is None else values.as_list(found)
        if values.is_number(wanted):
            return _at(items, wanted)
        if found is None or wanted is not True:
            return None if found is None else []
        budget.grow(len(items) + 1)
        return list(items)

    return run


def _at(items: list[object], index: object) -> object:
    """Return the item at an index from 1, or from the end when it is negative; else null."""
    position = values.whole(index)
    if position is None or position == 0 or abs(position) > len(items):
        return None
    return items[position - 1 if position > 0 else position]


def _item_scope(scope: Scope, item: object) -> Scope:
    if isinstance(item, Mapping):
        return {**scope, "item": item, **item}
    return {**scope, "item": item}


def _named_call(function: Run, arguments: tuple[tuple[str, Run], ...]) -> Run:
    def run(scope: Scope, budget: Budget) -> object:
        called = function(scope, budget)
        if not isinstance(called, Builtin | Closure):
            return None
        given = {name: argument(scope, budget) for name, argument in arguments}
        return called.call_named(budget, given)

    return run


MAKERS: Mapping[type, Callable[..., Run]] = {
    syntax.Name: name,
    syntax.Member: member,
    syntax.Descendants: descendants,
    syntax.Filter: filtered,
    syntax.Call: call,
    syntax.Definition: definition,
}
