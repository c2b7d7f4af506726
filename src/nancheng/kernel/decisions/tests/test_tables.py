"""Decision tables: every hit policy, defaults, aggregation, and what is wrong with a table."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nancheng.kernel.decisions import tables
from nancheng.kernel.decisions.problems import ModelError
from nancheng.kernel.decisions.tables import (
    Aggregation,
    HitPolicy,
    Input,
    Output,
    Rule,
    Table,
    TableDefinition,
)

ROWS = [["< 10", '"low"', "1"], ["[5..20]", '"middle"', "2"], ["> 15", '"high"', "3"]]


def graded(policy: HitPolicy, *, ranks: str = "") -> Table:
    """A table in which 7 hits rows 1 and 2, 18 rows 2 and 3, and 12 row 2 alone."""
    rules = tuple(Rule((test,), (grade, score)) for test, grade, score in ROWS)
    outputs = (Output("grade", allowed=ranks), Output("score"))
    return tables.compile_table(TableDefinition((Input("x"),), outputs, rules, policy))


def scored(aggregation: Aggregation | None) -> Table:
    """A table that collects the scores of 7 (1 and 2) and 18 (2 and 3)."""
    return tables.table(
        inputs=["x"],
        outputs=["score"],
        rows=[[test, score] for test, _, score in ROWS],
        hit_policy=HitPolicy.COLLECT,
        aggregation=aggregation,
    )


def test_unique_names_the_row_that_decided() -> None:
    outcome = tables.evaluate(graded(HitPolicy.UNIQUE), {"x": 12})
    assert (outcome.value, outcome.row) == ({"grade": "middle", "score": 2}, 2)
    assert outcome.values["grade"] == "middle"


def test_unique_with_two_hits_is_a_fault_that_names_both_rows() -> None:
    outcome = tables.evaluate(graded(HitPolicy.UNIQUE), {"x": 18})
    assert (outcome.value, outcome.rows) == (None, (2, 3))
    assert outcome.problem is not None
    assert (outcome.problem.code, outcome.problem.detail) == ("decisions.several-rows", "2, 3")


def test_first_takes_the_first_row_in_order() -> None:
    outcome = tables.evaluate(graded(HitPolicy.FIRST), {"x": 7})
    assert (outcome.values["grade"], outcome.rows) == ("low", (1,))


def test_any_wants_rows_that_agree() -> None:
    assert tables.evaluate(graded(HitPolicy.ANY), {"x": 7}).problem is not None
    agreeing = tables.table(
        inputs=["x"],
        outputs=["y"],
        rows=[["> 1", '"a"'], ["> 2", '"a"']],
        hit_policy=HitPolicy.ANY,
    )
    outcome = tables.evaluate(agreeing, {"x": 3})
    assert (outcome.value, outcome.rows) == ("a", (1, 2))


def test_priority_goes_by_the_order_of_the_allowed_values() -> None:
    table = graded(HitPolicy.PRIORITY, ranks='"high", "middle", "low"')
    assert tables.evaluate(table, {"x": 18}).row == 3
    assert tables.evaluate(table, {"x": 7}).row == 2


def test_output_order_sorts_by_priority_and_rule_order_does_not() -> None:
    by_output = graded(HitPolicy.OUTPUT_ORDER, ranks='"high", "middle", "low"')
    assert tables.evaluate(by_output, {"x": 18}).rows == (3, 2)
    outcome = tables.evaluate(graded(HitPolicy.RULE_ORDER), {"x": 18})
    assert outcome.rows == (2, 3)
    assert outcome.values["score"] == [2, 3]


@pytest.mark.parametrize(
    ("aggregation", "expected", "nothing"),
    [
        (None, [2, 3], []),
        (Aggregation.SUM, 5, None),
        (Aggregation.MIN, 2, None),
        (Aggregation.MAX, 3, None),
        (Aggregation.COUNT, 2, 0),
    ],
)
def test_collect(aggregation: Aggregation | None, expected: object, nothing: object) -> None:
    outcome = tables.evaluate(scored(aggregation), {"x": 18})
    assert (outcome.value, outcome.rows) == (expected, (2, 3))
    assert tables.evaluate(scored(aggregation), {"x": None}).value == nothing


def test_no_hit_is_null_or_the_default() -> None:
    outcome = tables.evaluate(graded(HitPolicy.UNIQUE), {"x": None})
    assert (outcome.value, outcome.rows, outcome.problem) == (None, (), None)
    columns = (Output("y", default='"none"'),)
    table = tables.compile_table(
        TableDefinition((Input("x"),), columns, (Rule(("> 5",), ('"big"',)),))
    )
    assert tables.evaluate(table, {"x": 1}).values == {"y": "none"}


def test_input_outside_its_allowed_values_is_a_fault() -> None:
    table = tables.compile_table(
        TableDefinition(
            (Input("kind", label="类别", allowed='"water", "road"'),),
            (Output("to"),),
            (Rule(("-",), ('"all"',)),),
        )
    )
    assert tables.evaluate(table, {"kind": "water"}).value == "all"
    outcome = tables.evaluate(table, {"kind": "air"})
    assert outcome.problem is not None
    assert outcome.problem.code == "decisions.input-not-allowed"
    assert outcome.problem.detail == "类别"


def test_input_outside_its_allowed_values_is_null_for_the_rows() -> None:
    rules = (Rule(("null",), ('"none"',)), Rule(("-",), ('"some"',)))
    table = tables.compile_table(
        TableDefinition(
            (Input("kind", allowed='"water", string length(?) = 1'),),
            (Output("to"),),
            rules,
            HitPolicy.FIRST,
        )
    )
    found = {kind: tables.evaluate(table, {"kind": kind}).value for kind in ("water", "x", "air")}
    assert found == {"water": "some", "x": "some", "air": "none"}


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ('"a", "b"', "a"),
        ('"b"', None),
        ("", "a"),
        ("-", "a"),
        ("string length(?) = 1", "a"),
        ("string length(?) > 1", None),
        ('not("b")', "a"),
    ],
)
def test_output_outside_its_allowed_values_is_null(allowed: str, expected: object) -> None:
    outputs = (Output("y", allowed=allowed), Output("z"))
    table = tables.compile_table(
        TableDefinition((Input("x"),), outputs, (Rule(("-",), ('"a"', "1")),))
    )
    assert tables.evaluate(table, {"x": 1}).value == {"y": expected, "z": 1}


def test_cells_may_read_other_variables_and_outputs_may_compute() -> None:
    table = tables.table(
        inputs=["amount"],
        outputs=["fee"],
        rows=[["<= limit", "0"], ["> limit", "(amount - limit) * 0.05"]],
    )
    assert tables.evaluate(table, {"amount": 300, "limit": 100}).value == Decimal(10)


def test_every_fault_of_a_table_is_listed() -> None:
    definition = TableDefinition(
        inputs=(Input("x +"), Input("y", type_ref="tNowhere")),
        outputs=(Output("z"), Output("w")),
        rules=(Rule(("1,",), ("1", "2"), element="r1", line=7), Rule(("-", "-"), ("1", "）"))),
        hit_policy=HitPolicy.PRIORITY,
        aggregation=Aggregation.SUM,
    )
    with pytest.raises(ModelError) as caught:
        tables.compile_table(definition)
    codes = [problem.code for problem in caught.value.problems]
    assert sorted(codes) == [
        "decisions.aggregation-of-several-outputs",
        "decisions.not-feel",
        "decisions.not-feel",
        "decisions.not-feel",
        "decisions.priority-without-values",
        "decisions.row-of-wrong-width",
        "decisions.unknown-type",
    ]
    assert {(found.element, found.line) for found in caught.value.problems} >= {("r1", 7)}
