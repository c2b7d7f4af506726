"""What the hit policies make of the rows that hit (DMN 1.3 §8.2.10, §8.2.11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nancheng.kernel.decisions import comparison
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.functions import lists
from nancheng.kernel.decisions.outcomes import Outcome
from nancheng.kernel.decisions.problems import Problem


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that hit: its number and its results, one for each output."""

    row: int
    results: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """What the policies must know of the outputs: names, best values first, aggregation."""

    names: tuple[str, ...]
    ranks: tuple[tuple[object, ...], ...]
    aggregation: str | None


Policy = Callable[[tuple[Hit, ...], Columns, Budget], Outcome]


def _unique(hits: tuple[Hit, ...], columns: Columns, budget: Budget) -> Outcome:
    del budget
    return _one(hits[0], columns) if len(hits) == 1 else _conflict("decisions.several-rows", hits)


def _first(hits: tuple[Hit, ...], columns: Columns, budget: Budget) -> Outcome:
    del budget
    return _one(hits[0], columns)


def _any(hits: tuple[Hit, ...], columns: Columns, budget: Budget) -> Outcome:
    del budget
    for hit in hits[1:]:
        if not comparison.same(list(hit.results), list(hits[0].results)):
            return _conflict("decisions.rows-disagree", hits)
    first = _one(hits[0], columns)
    return Outcome(first.value, first.values, tuple(hit.row for hit in hits))


def _priority(hits: tuple[Hit, ...], columns: Columns, budget: Budget) -> Outcome:
    del budget
    return _one(_by_priority(hits, columns)[0], columns)


def _output_order(hits: tuple[Hit, ...], columns: Columns, budget: Budget) -> Outcome:
    del budget
    return _several(_by_priority(hits, columns), columns)


def _rule_order(hits: tuple[Hit, ...], columns: Columns, budget: Budget) -> Outcome:
    del budget
    return _several(hits, columns)


def _collect(hits: tuple[Hit, ...], columns: Columns, budget: Budget) -> Outcome:
    if columns.aggregation is None:
        return _several(hits, columns)
    found = [hit.results[0] for hit in hits]
    value = AGGREGATIONS[columns.aggregation](budget, found)
    return Outcome(value, {columns.names[0]: value}, tuple(hit.row for hit in hits))


def one(row: int, results: tuple[object, ...], columns: Columns) -> Outcome:
    """Return what a single row answers."""
    values = dict(zip(columns.names, results, strict=True))
    return Outcome(results[0] if len(results) == 1 else values, values, (row,))


def _one(hit: Hit, columns: Columns) -> Outcome:
    return one(hit.row, hit.results, columns)


def _several(hits: tuple[Hit, ...], columns: Columns) -> Outcome:
    single = len(columns.names) == 1
    value: list[object] = [
        hit.results[0] if single else dict(zip(columns.names, hit.results, strict=True))
        for hit in hits
    ]
    values = {name: [hit.results[i] for hit in hits] for i, name in enumerate(columns.names)}
    return Outcome(value, values, tuple(hit.row for hit in hits))


def _conflict(code: str, hits: tuple[Hit, ...]) -> Outcome:
    rows = tuple(hit.row for hit in hits)
    detail = ", ".join(map(str, rows))
    return Outcome(None, rows=rows, problem=Problem(code, detail=detail))


def _by_priority(hits: tuple[Hit, ...], columns: Columns) -> tuple[Hit, ...]:
    """Return the hits by the rank of their outputs, the first output counting most."""

    def ranks(hit: Hit) -> tuple[int, ...]:
        return tuple(
            _rank(result, ranked)
            for result, ranked in zip(hit.results, columns.ranks, strict=True)
            if ranked
        )

    return tuple(sorted(hits, key=ranks))


def _rank(result: object, ranked: tuple[object, ...]) -> int:
    for index, value in enumerate(ranked):
        if comparison.same(result, value):
            return index
    return len(ranked)


AGGREGATIONS: Mapping[str, Callable[[Budget, list[object]], object]] = {
    "SUM": lists.total,
    "MIN": lists.minimum,
    "MAX": lists.maximum,
    "COUNT": lists.count,
}
POLICIES: Mapping[str, Policy] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "ANY": _any,
    "PRIORITY": _priority,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
    "COLLECT": _collect,
}
# What a table without a hit and without a default answers; null for those not named.
EMPTY: Mapping[str, str] = {
    "RULE ORDER": "list",
    "OUTPUT ORDER": "list",
    "COLLECT": "list",
    "COUNT": "zero",
    "SUM": "null",
    "MIN": "null",
    "MAX": "null",
}
