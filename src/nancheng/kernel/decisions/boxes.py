"""Boxed expressions into closures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from nancheng.kernel.decisions import access, building, feel, kinds, loops, tables
from nancheng.kernel.decisions import definition as boxed
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.building import Run
from nancheng.kernel.decisions.definition import Boxed, Place
from nancheng.kernel.decisions.kinds import Kind
from nancheng.kernel.decisions.lexer import FeelSyntaxError
from nancheng.kernel.decisions.problems import ModelError, Problem
from nancheng.kernel.decisions.tables import TableDefinition
from nancheng.kernel.decisions.values import Builtin, Closure, Scope
from nancheng.kernel.decisions.vocabulary import Vocabulary, pool

NULL = building.constant(None)


@dataclass(frozen=True, slots=True)
class Compiling:
    """What is known where a boxed expression stands: names, members, types; and its problems."""

    names: frozenset[str]
    words: Vocabulary
    problems: list[Problem]

    def knowing(self, names: Iterable[str]) -> Compiling:
        """Return the same with further names."""
        wider = self.names | frozenset(names)
        return replace(self, names=wider, words=replace(self.words, names=pool(wider)))

    def kind(self, type_ref: str, place: Place) -> Kind | None:
        """Return a type by name, None for no name; a name that nothing has is a problem."""
        kind = kinds.named(type_ref, self.words.types) if type_ref else None
        if kind is None and type_ref:
            self.problem("decisions.unknown-type", place, type_ref)
        return None if kind == kinds.ANY else kind

    def problem(self, code: str, place: Place, detail: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, place.element, place.line, detail))


def compile_box(box: Boxed | None, known: Compiling) -> Run:
    """Return the closure of a boxed expression; what cannot be read is a problem and null."""
    return NULL if box is None else MAKERS[type(box)](box, known)


def _literal(box: boxed.Literal, known: Compiling) -> Run:
    if not box.text.strip():
        known.problem("decisions.empty-expression", box.place, "")
        return NULL
    try:
        run = feel.compile_expression(box.text, words=known.words).run
    except FeelSyntaxError as error:
        known.problem("decisions.not-feel", box.place, f"{box.text}: {error}")
        return NULL
    return _typed(run, known.kind(box.type_ref, box.place))


def _table(box: TableDefinition, known: Compiling) -> Run:
    try:
        table = tables.compile_table(box, words=known.words)
    except ModelError as error:
        known.problems.extend(error.problems)
        return NULL

    def run(scope: Scope, budget: Budget) -> object:
        outcome = tables.evaluate_within(table, scope, budget)
        if budget.trace is not None:
            budget.trace.append(outcome)
        return outcome.value

    return run


def _context(box: boxed.Context, known: Compiling) -> Run:
    entries: list[tuple[str, Run]] = []
    for entry in box.entries:
        run = _typed(compile_box(entry.value, known), known.kind(entry.type_ref, box.place))
        entries.append((entry.name, run))
        known = known.knowing([entry.name]) if entry.name else known

    def run_entries(scope: Scope, budget: Budget) -> object:
        inner = dict(scope)
        found: dict[str, object] = {}
        budget.grow(len(entries) + 1)
        for name, run in entries:
            value = run(inner, budget)
            if not name:
                return value
            found[name] = inner[name] = value
        return found

    return run_entries


def _invocation(box: boxed.Invocation, known: Compiling) -> Run:
    function = compile_box(box.function, known)
    arguments = tuple((name, compile_box(one, known)) for name, one in box.arguments)

    def run(scope: Scope, budget: Budget) -> object:
        called = function(scope, budget)
        if not isinstance(called, Builtin | Closure):
            return None
        given = {name: argument(scope, budget) for name, argument in arguments}
        return called.call_named(budget, given)

    return run


def _items(box: boxed.Items, known: Compiling) -> Run:
    items = tuple(compile_box(item, known) for item in box.items)

    def run(scope: Scope, budget: Budget) -> object:
        budget.grow(len(items) + 1)
        return [item(scope, budget) for item in items]

    return run


def _relation(box: boxed.Relation, known: Compiling) -> Run:
    rows = tuple(tuple(compile_box(cell, known) for cell in row) for row in box.rows)
    for row in rows:
        if len(row) != len(box.columns):
            known.problem("decisions.row-of-wrong-width", box.place, str(len(row)))
            return NULL

    def run(scope: Scope, budget: Budget) -> object:
        budget.grow(len(rows) * (len(box.columns) + 1) + 1)
        return [
            {name: cell(scope, budget) for name, cell in zip(box.columns, row, strict=True)}
            for row in rows
        ]

    return run


def function(box: boxed.Function, known: Compiling, kind: Kind | None = None) -> Run:
    """Return the closure that makes the function value; ``kind`` is the type of its result."""
    parameters = tuple((name, known.kind(ref, box.place)) for name, ref in box.parameters)
    inner = known.knowing(name for name, _ in parameters)
    is_ours = box.kind == "FEEL"
    body = _typed(compile_box(box.body, inner), kind) if is_ours else None

    def run(scope: Scope, budget: Budget) -> object:
        del budget
        return access.closure(scope, parameters, body, kind)

    return run


def _conditional(box: boxed.Conditional, known: Compiling) -> Run:
    condition = compile_box(box.condition, known)
    chosen, otherwise = compile_box(box.chosen, known), compile_box(box.otherwise, known)

    def run(scope: Scope, budget: Budget) -> object:
        branch = chosen if condition(scope, budget) is True else otherwise
        return branch(scope, budget)

    return run


def _filter(box: boxed.Filter, known: Compiling) -> Run:
    inner = replace(known.knowing(["item"]), words=known.words)
    source, match = compile_box(box.source, known), compile_box(box.match, inner)
    return access.filter_with(source, match)


def _iterator(box: boxed.Iterator, known: Compiling) -> Run:
    inner = known.knowing([box.variable, "partial"])
    source, body = compile_box(box.source, known), compile_box(box.body, inner)
    return loops.iterate(box.kind, box.variable, source, body)


def _typed(run: Run, kind: Kind | None) -> Run:
    if kind is None:
        return run

    def checked(scope: Scope, budget: Budget) -> object:
        return kinds.coerce(run(scope, budget), kind)

    return checked


def _stated(box: boxed.Typed, known: Compiling) -> Run:
    return _typed(compile_box(box.inside, known), known.kind(box.type_ref, box.place))


def _function_box(box: boxed.Function, known: Compiling) -> Run:
    return function(box, known)


MAKERS: Mapping[type, Callable[..., Run]] = {
    boxed.Literal: _literal,
    boxed.Typed: _stated,
    TableDefinition: _table,
    boxed.Context: _context,
    boxed.Invocation: _invocation,
    boxed.Items: _items,
    boxed.Relation: _relation,
    boxed.Function: _function_box,
    boxed.Conditional: _conditional,
    boxed.Filter: _filter,
    boxed.Iterator: _iterator,
}
