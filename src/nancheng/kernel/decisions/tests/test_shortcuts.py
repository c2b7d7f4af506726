"""What is quick says the same as what is slow: constants, conjunctions, and rows found by value."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nancheng.kernel.decisions import comparison, feel, regions, tables
from nancheng.kernel.decisions.answers import SWAPPED, Answers
from nancheng.kernel.decisions.budget import NOTHING, STEPS, FeelLimitExceeded
from nancheng.kernel.decisions.tables import HitPolicy
from nancheng.kernel.decisions.values import Range
from nancheng.kernel.months import YearsMonths

OPERATORS = st.sampled_from(sorted(SWAPPED))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(10**33, 10**36),
    st.decimals(-3, 3, places=1),
    st.sampled_from([Decimal("Infinity"), Decimal("-Infinity"), Decimal("1E+6000"), 0.5, -2.0]),
    st.text("ab", max_size=2),
    st.dates(date(2026, 1, 1), date(2026, 1, 4)),
    st.sampled_from(
        [
            datetime(2026, 1, 2, tzinfo=UTC),
            datetime(2026, 1, 2),  # noqa: DTZ001
            time(10),
            time(10, tzinfo=UTC),
            timedelta(days=1),
            timedelta(hours=1),
            YearsMonths(1),
            YearsMonths(13),
            Range(1, 2),
            [1],
            {"a": 1},
        ]
    ),
)


@given(OPERATORS, SCALARS, SCALARS)
def test_a_constant_answers_as_the_comparison_does(
    operator: str, value: object, constant: object
) -> None:
    expected = comparison.RELATIONS[operator](value, constant)
    assert Answers(operator, constant)[type(value)](value) is expected
    turned = comparison.RELATIONS[SWAPPED[operator]](constant, value)
    assert expected is turned


LITERALS = st.sampled_from(["1", "-2.5", '"a"', '"b"', "true", "null", 'date("2026-01-02")'])
NAMES = st.sampled_from(["a", "b", "c", "d"])
COMPARISONS = st.one_of(
    st.builds("{} {} {}".format, NAMES, OPERATORS, LITERALS),
    st.builds("{} {} {}".format, LITERALS, OPERATORS, NAMES),
)
SCOPES = st.dictionaries(NAMES, SCALARS)


@given(st.lists(COMPARISONS, min_size=2, max_size=5), SCOPES, st.sampled_from(["and", "or"]))
def test_joined_comparisons_answer_as_one_by_one(
    parts: list[str], scope: dict[str, object], word: str
) -> None:
    rank: dict[object, int] = {False: 0, None: 1, True: 2}
    answers = [feel.compile_expression(part)(scope) for part in parts]
    best = (min if word == "and" else max)(answers, key=lambda answer: rank[answer])
    assert feel.compile_expression(f" {word} ".join(parts))(scope) is best
    grouped = feel.compile_expression(f" {word} ".join(f"({part})" for part in parts))
    assert grouped(scope) is best
    mixed = feel.compile_expression(f" {word} ".join([*parts, parts[0] + " or false"]))
    assert mixed.is_plain


NUMBER = st.one_of(
    st.integers(-3, 12).map(str),
    st.sampled_from(["0.5", "2.25", "-1.5", "1e40", "1e-30", "1e6000"]),
)
BRACKETS = st.tuples(st.sampled_from("[("), st.sampled_from("])"))
NUMBERS = st.one_of(
    st.just("-"),
    st.builds("{} {}".format, OPERATORS, NUMBER),
    st.builds(
        lambda a, b, ends: f"{ends[0]}{min(a, b)}..{max(a, b)}{ends[1]}",
        st.integers(-3, 12),
        st.integers(-3, 12),
        BRACKETS,
    ),
    st.builds("not({}, {})".format, NUMBER, NUMBER),
    st.builds("? > {} and ? <= {}".format, NUMBER, NUMBER),
    st.sampled_from(["null", "not(null)", "?", "> limit", "[1, 2]", "in_list(?)", "? = n"]),
)
TEXTS = st.sampled_from(
    ["-", '"a"', '"b"', '"a", "b"', 'not("a")', '!= "a"', 'starts with(?, "a")', "null", "?"]
)
DAYS = st.one_of(
    st.just("-"),
    st.builds('{} date("2026-01-0{}")'.format, OPERATORS, st.integers(1, 5)),
    st.just('[date("2026-01-02")..@"2026-01-04")'),
)
TRUTHS = st.sampled_from(["-", "true", "false", "not(true)", "null"])
ONE_COLUMN = st.one_of(
    st.tuples(st.just("n"), st.lists(NUMBERS, min_size=2, max_size=6)),
    st.tuples(st.just("t"), st.lists(TEXTS, min_size=2, max_size=6)),
    st.tuples(st.just("d"), st.lists(DAYS, min_size=2, max_size=6)),
    st.tuples(st.just("f"), st.lists(TRUTHS, min_size=2, max_size=6)),
)
VALUES = st.fixed_dictionaries(
    {
        "n": SCALARS | st.integers(-4, 13) | st.decimals(-4, 13, places=2),
        "t": SCALARS | st.sampled_from(["a", "ab", "b", "c", regions.OTHER]),
        "d": SCALARS | st.dates(date(2025, 12, 31), date(2026, 1, 6)),
        "f": SCALARS,
        "limit": st.integers(0, 9),
    }
)


@settings(max_examples=50)
@given(ONE_COLUMN, st.lists(VALUES, min_size=5, max_size=20))
def test_rows_found_in_a_column_are_the_rows_that_hit(
    column: tuple[str, list[str]], scopes: list[dict[str, object]]
) -> None:
    name, cells = column
    rows = [[cell, "1"] for cell in cells]
    table = tables.table(inputs=name, outputs=["y"], rows=rows, hit_policy=HitPolicy.RULE_ORDER)
    for scope in scopes:
        slow = tables.evaluate(replace(table, index=None), scope)
        assert tables.evaluate(table, scope).rows == slow.rows, scope[name]


OFTEN = st.lists(
    st.tuples(*(st.just("-") | cells for cells in (NUMBERS, TEXTS, DAYS, TRUTHS)), st.just("1")),
    min_size=2,
    max_size=8,
)
POLICIES = st.sampled_from(
    [HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.ANY, HitPolicy.RULE_ORDER, HitPolicy.COLLECT]
)


@settings(max_examples=50)
@given(OFTEN, st.lists(VALUES, min_size=1, max_size=12), POLICIES)
def test_rows_found_by_several_columns_are_the_rows_that_hit(
    rows: list[tuple[str, ...]], scopes: list[dict[str, object]], policy: HitPolicy
) -> None:
    table = tables.table(inputs="ntdf", outputs=["y"], rows=rows, hit_policy=policy)
    for scope in scopes:
        slow = tables.evaluate(replace(table, index=None), scope)
        assert tables.evaluate(table, scope) == slow


def test_a_table_of_constants_tries_no_row() -> None:
    rows = [[f"[{i}..{i + 1})", '"a"' if i % 2 else "-", str(i)] for i in range(20)]
    table = tables.table(inputs=["n", "t"], outputs=["y"], rows=rows)
    assert table.index is not None
    assert set(table.index.rest) == {()}
    assert not table.costly
    assert tables.evaluate_within(table, {"n": 7, "t": "a"}, NOTHING).rows == (8,)


@pytest.mark.parametrize("far", ["1e40", "-1e40", "9e6144", "-9e6144"])
def test_regions_beyond_a_number_hold_numbers_beyond_it(far: str) -> None:
    cut = regions.cut([feel.compile_expression(far)()], ordered=True)
    assert cut is not None
    for region in cut:
        assert feel.compile_unary_tests(region.text)(region.example) is True


def test_a_condition_on_entries_takes_a_budget_only_for_lists() -> None:
    expression = feel.compile_expression("a.b = 1")
    assert expression.is_rarely_costly
    assert not expression.costly
    assert expression({"a": {"b": 1}}) is True
    assert feel.compile_expression("a.b")({"a": [{"b": 1}, {"b": 2}]}) == [1, 2]
    with pytest.raises(FeelLimitExceeded):
        feel.compile_expression("a.b")({"a": [1] * (STEPS + 1)})
