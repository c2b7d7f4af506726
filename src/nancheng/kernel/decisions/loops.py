"""Closures of what repeats or gathers: for, some, every, lists and contexts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from nancheng.kernel.decisions import syntax, values
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.building import Building, Run
from nancheng.kernel.decisions.values import Range, Scope

# Gives what a binding runs over, lazily; None when it cannot be run over.
Source = Callable[[Scope, Budget], Iterable[object] | None]


Rounds = Callable[[dict[str, object], Budget], Iterator[dict[str, object]]]


class _NotIterableError(Exception):
    """A source of a loop is null or no list; the loop answers null."""


def for_each(node: syntax.For, make: Building) -> Run:
    """``for … return …``: one result for each combination, the last binding running fastest."""
    rounds = _rounds(node.bindings, node.body, make)
    return _gather(rounds, make.run(node.body), keeps=_keeps_partial(node.body))


def quantified(node: syntax.Quantified, make: Building) -> Run:
    """``some`` and ``every``: the disjunction and the conjunction of all combinations."""
    rounds = _rounds(node.bindings, node.body, make)
    return _quantify(rounds, make.run(node.body), decisive=not node.every)


def iterate(kind: str, variable: str, source: Run, body: Run) -> Run:
    """Return the closure of a boxed "for", "some" or "every" over one source."""

    def rounds(scope: dict[str, object], budget: Budget) -> Iterator[dict[str, object]]:
        items = _items(source(scope, budget))
        if items is None:
            raise _NotIterableError
        for item in items:
            budget.spend()
            yield {**scope, variable: item}

    if kind == "for":
        return _gather(rounds, body, keeps=True)
    return _quantify(rounds, body, decisive=kind == "some")


def _keeps_partial(body: syntax.Node) -> bool:
    """Say whether ``partial`` may be kept: used in any way other than picking from it."""
    parts = list(syntax.walk(body))
    partial = syntax.Name("partial")
    picked = sum(isinstance(part, syntax.Filter) and part.of == partial for part in parts)
    return sum(part == partial for part in parts) > picked


def _gather(rounds: Rounds, body: Run, *, keeps: bool) -> Run:
    """Return the closure of a loop; with ``keeps`` each round has its own copy of ``partial``."""

    def run(scope: Scope, budget: Budget) -> object:
        results: list[object] = []
        try:
            for inner in rounds({**scope, "partial": results}, budget):
                if keeps:
                    budget.grow(len(results))
                    inner["partial"] = list(results)
                result = body(inner, budget)
                budget.grow(1)
                results.append(result)
        except _NotIterableError:
            return None
        return results

    return run


def _quantify(rounds: Rounds, body: Run, *, decisive: bool) -> Run:
    def run(scope: Scope, budget: Budget) -> object:
        unknown = False
        try:
            for inner in rounds(dict(scope), budget):
                answer = body(inner, budget)
                if answer is decisive:
                    return decisive
                unknown = unknown or not isinstance(answer, bool)
        except _NotIterableError:
            return None
        return None if unknown else not decisive

    return run


def list_of(node: syntax.ListOf, make: Building) -> Run:
    """``[items]``."""
    items = make.runs(node.items)
    make.spending()

    def run(scope: Scope, budget: Budget) -> object:
        budget.grow(len(items) + 1)
        return [item(scope, budget) for item in items]

    return run


def context_of(node: syntax.ContextOf, make: Building) -> Run:
    """``{name: value}``: each entry sees those before it."""
    entries = tuple((name, make.run(value)) for name, value in node.entries)
    make.spending()

    def run(scope: Scope, budget: Budget) -> object:
        budget.grow(len(entries) + 1)
        inner = dict(scope)
        found: dict[str, object] = {}
        for name, value in entries:
            found[name] = inner[name] = value(inner, budget)
        return found

    return run


def steps(low: object, high: object) -> Iterator[object] | None:
    """Yield whole numbers or dates from one end to the other, both included; None for others."""
    if isinstance(low, date) and isinstance(high, date):
        if isinstance(low, datetime) or isinstance(high, datetime):
            return None
        return _days(low, high)
    first, last = values.whole(low), values.whole(high)
    if first is None or last is None:
        return None
    return iter(range(first, last + 1) if first <= last else range(first, last - 1, -1))


def _days(low: date, high: date) -> Iterator[object]:
    way = 1 if low <= high else -1
    for count in range(abs((high - low).days) + 1):
        yield low + timedelta(days=count * way)


def _rounds(
    bindings: tuple[syntax.Binding, ...], body: syntax.Node, make: Building
) -> Callable[[dict[str, object], Budget], Iterator[dict[str, object]]]:
    """Return the generator of the scopes of a loop.

    One scope serves all rounds, unless the body makes functions, which remember theirs.
    """
    make.spending()
    sources = tuple((binding.name, _source(binding.source, make)) for binding in bindings)
    keeps = any(isinstance(part, syntax.Definition) for part in syntax.walk(body))

    def rounds(
        scope: dict[str, object], budget: Budget, depth: int = 0
    ) -> Iterator[dict[str, object]]:
        if depth == len(sources):
            yield dict(scope) if keeps else scope
            return
        name, source = sources[depth]
        items = source(scope, budget)
        if items is None:
            raise _NotIterableError
        for item in items:
            budget.spend()
            scope[name] = item
            yield from rounds(scope, budget, depth + 1)

    return rounds


def _source(node: syntax.Node, make: Building) -> Source:
    if isinstance(node, syntax.Span):
        low, high = make.run(node.low), make.run(node.high)
        return lambda scope, budget: steps(low(scope, budget), high(scope, budget))
    run = make.run(node)
    return lambda scope, budget: _items(run(scope, budget))


def _items(found: object) -> Iterable[object] | None:
    if isinstance(found, Range):
        return _inside(found)
    return None if found is None else values.as_list(found)


def _inside(span: Range) -> Iterable[object] | None:
    low, high = span.low, span.high
    if isinstance(low, date) and isinstance(high, date):
        one: object = timedelta(days=1)
    elif values.whole(low) is not None and values.whole(high) is not None:
        one = 1
    else:
        return None
    first = low if span.low_closed else low + one  # type: ignore[operator]
    last = high if span.high_closed else high - one  # type: ignore[operator]
    return steps(first, last) if first <= last else ()  # type: ignore[operator]


MAKERS: Mapping[type, Callable[..., Run]] = {
    syntax.For: for_each,
    syntax.Quantified: quantified,
    syntax.ListOf: list_of,
    syntax.ContextOf: context_of,
}
