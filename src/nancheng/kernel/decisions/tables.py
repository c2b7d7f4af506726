"""Decision tables: written as values, compiled once, each answer naming the rows that decided.

DMN 1.3 §8.2: hit policies and aggregations; §10.3.2.8: what a cell may say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import InvalidOperation
from enum import StrEnum

from nancheng.kernel.decisions import budget, feel, hits, kinds, lookups, syntax, values, vocabulary
from nancheng.kernel.decisions.budget import Budget, FeelLimitExceeded
from nancheng.kernel.decisions.building import Run
from nancheng.kernel.decisions.feel import Expression, UnaryTests
from nancheng.kernel.decisions.hits import Hit
from nancheng.kernel.decisions.kinds import Kind
from nancheng.kernel.decisions.lexer import FeelSyntaxError
from nancheng.kernel.decisions.lookups import Index
from nancheng.kernel.decisions.outcomes import Outcome
from nancheng.kernel.decisions.problems import ModelError, Problem
from nancheng.kernel.decisions.unary import Check
from nancheng.kernel.decisions.values import Scope
from nancheng.kernel.decisions.vocabulary import Vocabulary

ROWS_MAX = 10_000

# What remains to be tried on a row: the column of each check, and the check.
Checks = tuple[tuple[int, Check], ...]


class HitPolicy(StrEnum):
    """Which of the rows that hit count, and in which order."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """What COLLECT makes of the outputs; without one it lists them."""

    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


# A single hit is the answer of these policies, whatever else they say.
ONE_ROW = (HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.ANY, HitPolicy.PRIORITY)


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions: the expression under test, its label and its allowed values."""

    expression: str
    label: str = ""
    allowed: str = ""
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results: its name, allowed values (best first, for priority) and default."""

    name: str
    label: str = ""
    allowed: str = ""
    default: str = ""
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: one test for each input, one expression for each output."""

    tests: tuple[str, ...]
    results: tuple[str, ...]
    element: str = ""
    line: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A decision table as its texts."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    hit_policy: HitPolicy = HitPolicy.UNIQUE
    aggregation: Aggregation | None = None
    name: str = ""
    element: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A compiled input: what to test, the type it must have, the values it may have."""

    run: Run
    costly: bool
    kind: Kind | None
    accepts: frozenset[type]
    allowed: UnaryTests | None
    label: str


@dataclass(frozen=True, slots=True)
class Target:
    """A compiled output: the type its values must have, and the values they may be."""

    kind: Kind | None
    accepts: frozenset[type]
    allowed: UnaryTests | None


@dataclass(frozen=True, slots=True)
class Row:
    """A compiled row: its number, the cells that test something, and its results.

    ``constants`` are the results where they are the same for every input.
    """

    number: int
    tests: tuple[UnaryTests, ...]
    checks: Checks
    results: tuple[Expression, ...]
    constants: tuple[object, ...] | None


@dataclass(frozen=True, slots=True)
class Table:
    """A compiled decision table."""

    definition: TableDefinition
    inputs: tuple[Column, ...]
    rows: tuple[Row, ...]
    defaults: tuple[Expression | None, ...]
    columns: hits.Columns
    outputs: tuple[Target, ...]
    index: Index | None
    costly: bool


def table(
    *,
    inputs: Iterable[str],
    outputs: Iterable[str],
    rows: Iterable[Iterable[str]],
    hit_policy: HitPolicy = HitPolicy.UNIQUE,
    aggregation: Aggregation | None = None,
) -> Table:
    """Compile a table from plain texts; a row gives its tests, then its results.

    Raise ModelError when the texts are no table.
    """
    columns = tuple(Input(text) for text in inputs)
    names = tuple(Output(name) for name in outputs)
    width = len(columns)
    rules = tuple(Rule(tuple(row)[:width], tuple(row)[width:]) for row in map(tuple, rows))
    return compile_table(TableDefinition(columns, names, rules, hit_policy, aggregation))


def compile_table(definition: TableDefinition, *, words: Vocabulary | None = None) -> Table:
    """Compile a table; raise ModelError listing every cell that cannot be read."""
    compiling = _Compiling(definition, words or vocabulary.vocabulary())
    made = compiling.table()
    if compiling.problems:
        raise ModelError(tuple(compiling.problems))
    return made


def evaluate(table: Table, context: Mapping[str, object]) -> Outcome:
    """Return what the table says for these variables; raise FeelLimitExceeded."""
    outcome = evaluate_within(table, context, Budget() if table.costly else budget.NOTHING)
    values.bounded(outcome.value)
    return outcome


def evaluate_within(table: Table, scope: Scope, limits: Budget) -> Outcome:
    """Return what the table says, taking from a budget that the caller has made."""
    try:
        return _evaluate(table, scope, limits)
    except RecursionError:
        raise FeelLimitExceeded("the table nests too deeply") from None
    except InvalidOperation:
        return Outcome(None, problem=Problem("decisions.not-a-number"))


def _evaluate(table: Table, scope: Scope, limits: Budget) -> Outcome:
    tested: list[object] = []
    refused = ""
    for column in table.inputs:
        value = column.run(scope, limits)
        if column.kind is not None and type(value) not in column.accepts:
            value = kinds.coerce(value, column.kind)
        if column.allowed is not None and not _passes(column.allowed, value, scope, limits):
            # DMN 1.5 §8.2.2: a value outside the input values is null for the rows.
            refused, value = refused or column.label, None
        tested.append(value)
    outcome = _answer(table, _hits(table, tested, scope, limits), scope, limits)
    if refused and outcome.problem is None:
        return replace(outcome, problem=Problem("decisions.input-not-allowed", detail=refused))
    return outcome


def _hits(table: Table, tested: list[object], scope: Scope, limits: Budget) -> list[Row]:
    """Return the rows that hit, in order; for the policy FIRST no more than one."""
    index = table.index
    left = None if index is None else index.rows(tested)
    first_only = table.definition.hit_policy is HitPolicy.FIRST
    found: list[Row] = []
    if index is None or left is None:
        for row in table.rows:
            if _holds(row.checks, tested, scope, limits):
                found.append(row)
                if first_only:
                    break
        return found
    while left:
        lowest = left & -left
        left ^= lowest
        number = lowest.bit_length() - 1
        checks = index.rest[number]
        if not checks or _holds(checks, tested, scope, limits):
            found.append(table.rows[number])
            if first_only:
                break
    return found


def _holds(checks: Checks, tested: list[object], scope: Scope, limits: Budget) -> bool:
    return all(check(tested[column], scope, limits) is True for column, check in checks)


def _passes(allowed: UnaryTests, value: object, scope: Scope, limits: Budget) -> bool:
    """Say whether a value is null or among the allowed ones."""
    if value is None or allowed.check is None:
        return True
    return allowed.check(value, scope, limits) is True


def _answer(table: Table, rows: list[Row], scope: Scope, limits: Budget) -> Outcome:
    if not rows:
        return _no_hit(table, scope, limits)
    if len(rows) == 1 and table.definition.hit_policy in ONE_ROW:
        return hits.one(rows[0].number, _results(table, rows[0], scope, limits), table.columns)
    made = tuple(Hit(row.number, _results(table, row, scope, limits)) for row in rows)
    return hits.POLICIES[table.definition.hit_policy](made, table.columns, limits)


def _results(table: Table, row: Row, scope: Scope, limits: Budget) -> tuple[object, ...]:
    if row.constants is not None:
        return row.constants
    found = []
    for target, expression in zip(table.outputs, row.results, strict=True):
        value = expression.run(scope, limits)
        if target.kind is not None and type(value) not in target.accepts:
            value = kinds.coerce(value, target.kind)
        if target.allowed is not None and not _passes(target.allowed, value, scope, limits):
            value = None
        found.append(value)
    return tuple(found)


def _no_hit(table: Table, scope: Scope, limits: Budget) -> Outcome:
    names = [output.name for output in table.definition.outputs]
    if any(default is not None for default in table.defaults):
        given = [None if one is None else one.run(scope, limits) for one in table.defaults]
        named = dict(zip(names, given, strict=True))
        return Outcome(given[0] if len(given) == 1 else named, named)
    empty = hits.EMPTY.get(table.definition.aggregation or table.definition.hit_policy)
    value: object = [] if empty == "list" else 0 if empty == "zero" else None
    return Outcome(value, dict.fromkeys(names, value))


def _constants(row: Row, outputs: tuple[Target, ...]) -> tuple[object, ...] | None:
    """Return a row's results where all are constants that the outputs take as they are."""
    found = [one.tree.value for one in row.results if isinstance(one.tree, syntax.Literal)]
    if len(found) < len(outputs) or len(found) < len(row.results):
        return None
    for target, value in zip(outputs, found, strict=False):
        if target.kind is not None and not kinds.conforms(value, target.kind):
            return None
        if target.allowed is not None and target.allowed(value) is not True:
            return None
    return tuple(found)


def _ranks(allowed: UnaryTests | None) -> tuple[object, ...]:
    """Return the constants among an output's allowed values, the best first."""
    tests = allowed.tree.tests if allowed else ()
    return tuple(test.value for test in tests if isinstance(test, syntax.Literal))


class _Compiling:
    """Compiles the texts of one table and gathers every problem on the way."""

    def __init__(self, definition: TableDefinition, words: Vocabulary) -> None:
        self.definition = definition
        self.words = words
        self.problems: list[Problem] = []

    def table(self) -> Table:
        definition = self.definition
        self._shape()
        inputs = tuple(map(self._input, definition.inputs))
        rows = tuple(self._row(number, rule) for number, rule in enumerate(definition.rules, 1))
        defaults = tuple(
            self._expression(column.default) if column.default else None
            for column in definition.outputs
        )
        names = tuple(output.name for output in definition.outputs)
        outputs = tuple(map(self._output, definition.outputs))
        ranks = tuple(_ranks(one.allowed) for one in outputs)
        costly = (
            definition.aggregation is not None
            or any(one.costly for one in inputs)
            or any(one.allowed.costly for one in inputs if one.allowed)
            or any(one.allowed.costly for one in outputs if one.allowed)
            or any(one is not None for one in defaults)
            or any(cell.costly for row in rows for cell in row.tests)
            or any(one.costly or one.is_rarely_costly for row in rows for one in row.results)
        )
        return Table(
            definition=definition,
            inputs=inputs,
            rows=tuple(replace(row, constants=_constants(row, outputs)) for row in rows),
            defaults=defaults,
            columns=hits.Columns(names, ranks, definition.aggregation),
            outputs=outputs,
            index=lookups.index([row.tests for row in rows]),
            costly=costly,
        )

    def _input(self, column: Input) -> Column:
        expression = self._expression(column.expression)
        kind = self._kind(column.type_ref)
        return Column(
            run=expression.run,
            costly=expression.costly or expression.is_rarely_costly,
            kind=kind,
            accepts=kinds.plain_types(kind),
            allowed=self._allowed(column.allowed),
            label=column.label or column.expression,
        )

    def _output(self, column: Output) -> Target:
        kind = self._kind(column.type_ref)
        return Target(kind, kinds.plain_types(kind), self._allowed(column.allowed))

    def _allowed(self, text: str) -> UnaryTests | None:
        definition = self.definition
        return self._tests(text, definition.element, definition.line) if text else None

    def _kind(self, type_ref: str) -> Kind | None:
        kind = kinds.named(type_ref, self.words.types)
        if kind is None and type_ref:
            self._problem("decisions.unknown-type", type_ref)
        return None if kind == kinds.ANY else kind

    def _shape(self) -> None:
        definition = self.definition
        if len(definition.rules) > ROWS_MAX:
            self._problem("decisions.table-too-large", str(len(definition.rules)))
        if not definition.outputs:
            self._problem("decisions.table-without-output", definition.name)
        for number, rule in enumerate(definition.rules, 1):
            widths = (len(rule.tests), len(rule.results))
            if widths != (len(definition.inputs), len(definition.outputs)):
                self._problem("decisions.row-of-wrong-width", str(number), rule.element, rule.line)
        single = len(definition.outputs) == 1
        if definition.aggregation is not None and not single:
            self._problem("decisions.aggregation-of-several-outputs", definition.name)
        ordered = definition.hit_policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)
        if ordered and not any(output.allowed for output in definition.outputs):
            self._problem("decisions.priority-without-values", definition.name)

    def _row(self, number: int, rule: Rule) -> Row:
        tests = tuple(self._tests(text, rule.element, rule.line) for text in rule.tests)
        results = tuple(self._expression(text, rule) for text in rule.results)
        checks = tuple(
            (index, cell.check) for index, cell in enumerate(tests) if cell.check is not None
        )
        return Row(number, tests, checks, results, None)

    def _tests(self, text: str, element: str, line: int) -> UnaryTests:
        try:
            return feel.compile_unary_tests(text.strip() or "-", words=self.words)
        except FeelSyntaxError as error:
            self._problem("decisions.not-feel", f"{text}: {error}", element, line)
            return feel.compile_unary_tests("-")

    def _expression(self, text: str, rule: Rule | None = None) -> Expression:
        try:
            return feel.compile_expression(text.strip() or "null", words=self.words)
        except FeelSyntaxError as error:
            element, line = (rule.element, rule.line) if rule else ("", 0)
            self._problem("decisions.not-feel", f"{text}: {error}", element, line)
            return feel.compile_expression("null")

    def _problem(self, code: str, detail: str, element: str = "", line: int = 0) -> None:
        where = (
            (element, line) if element or line else (self.definition.element, self.definition.line)
        )
        self.problems.append(Problem(code, where[0], where[1], detail))
