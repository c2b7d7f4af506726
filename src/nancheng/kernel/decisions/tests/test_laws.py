"""Laws that hold for all values: three-valued logic, exact decimals, reading any text."""

from __future__ import annotations

import re
from contextlib import suppress
from decimal import Context, Decimal

from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.decisions import arithmetic, comparison, feel, patterns
from nancheng.kernel.decisions.budget import Budget, FeelLimitExceeded
from nancheng.kernel.decisions.lexer import FeelSyntaxError

TRUTH = st.sampled_from([True, False, None])
WIDE = Context(prec=200, Emax=10**6, Emin=-(10**6))
AND = feel.compile_expression("a and b")
OR = feel.compile_expression("a or b")
NOT = feel.compile_expression("not(a)")
NUMBERS = st.one_of(
    st.integers(-(10**33), 10**33),
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6
    ),
)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.dates())
SCRAPS = st.lists(
    st.sampled_from(
        ["1", "a", "b c", '"x"', "+", "-", "**", "(", ")", "[", "]", "{", "}", ":", ",", "..", ".",
         "if", "then", "else", "for", "in", "return", "some", "satisfies", "and", "or", "not", "=",
         "<", ">=", "between", "instance of", "function", "external", "@", '@"P1D"', "null",
         "list<", "date and time", "?", "->", "\n", "//", "/*", "'", "南", "，"]
    ),
    max_size=14,
).map(" ".join)  # fmt: skip


@given(TRUTH, TRUTH)
def test_de_morgan(a: bool | None, b: bool | None) -> None:
    def negated(value: object) -> object:
        return NOT({"a": value})

    assert negated(AND({"a": a, "b": b})) is OR({"a": negated(a), "b": negated(b)})
    assert negated(OR({"a": a, "b": b})) is AND({"a": negated(a), "b": negated(b)})


@given(st.lists(TRUTH, min_size=1, max_size=5))
def test_and_is_the_least_and_or_the_greatest(values: list[bool | None]) -> None:
    rank = {False: 0, None: 1, True: 2}
    names = {f"v{index}": value for index, value in enumerate(values)}
    assert feel.compile_expression(" and ".join(names))(names) is min(values, key=rank.__getitem__)
    assert feel.compile_expression(" or ".join(names))(names) is max(values, key=rank.__getitem__)


@given(NUMBERS, NUMBERS)
def test_sums_and_products_are_exact_up_to_34_digits(a: Decimal | int, b: Decimal | int) -> None:
    for operation, exactly in (
        (arithmetic.add, WIDE.add(Decimal(a), Decimal(b))),
        (arithmetic.subtract, WIDE.subtract(Decimal(a), Decimal(b))),
        (arithmetic.multiply, WIDE.multiply(Decimal(a), Decimal(b))),
    ):
        found = operation(a, b, Budget())
        assert isinstance(found, int | Decimal)
        assert found == Context(prec=34, Emax=6144, Emin=-6143).plus(exactly)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_order_is_total_on_numbers(a: object, b: object, c: object) -> None:
    assert (comparison.less(a, b), comparison.equal(a, b), comparison.more(a, b)).count(True) == 1
    if comparison.at_most(a, b) and comparison.at_most(b, c):
        assert comparison.at_most(a, c) is True


@given(PLAIN, PLAIN)
def test_equality_is_symmetric_and_null_only_across_kinds(a: object, b: object) -> None:
    assert comparison.equal(a, b) is comparison.equal(b, a)
    assert comparison.equal(a, a) is True
    assert (comparison.equal(a, b) is None) == (
        a is not None and b is not None and type(a) is not type(b)
    )


@given(st.text(max_size=40) | SCRAPS)
def test_any_text_is_read_or_refused(text: str) -> None:
    for compiling in (feel.compile_expression, feel.compile_unary_tests):
        with suppress(FeelSyntaxError):
            compiling(text)


@given(SCRAPS)
def test_whatever_is_read_can_be_evaluated(text: str) -> None:
    try:
        expression = feel.compile_expression(text)
    except FeelSyntaxError:
        return
    try:
        expression({"a": 1, "b c": [1, 2], "南": {"a": None}})
    except FeelLimitExceeded:
        return


SIMPLE = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "^", "$"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        inner.map(lambda one: f"({one})?"),
        inner.map(lambda one: f"(x{one})*"),
        inner.map(lambda one: f"(x{one})+?"),
        inner.map(lambda one: f"(x{one}){{1,2}}"),
    ),
    max_leaves=6,
)


@given(SIMPLE, st.text("abx", max_size=8))
def test_patterns_match_where_backtracking_matches(pattern: str, text: str) -> None:
    expected = re.search(pattern.replace("$", r"\Z"), text)
    found = patterns.search(patterns.compile_pattern(pattern), text, 0, Budget())
    assert (expected is None) == (found is None)
    if expected is not None and found is not None:
        assert expected.span() == found[:2]
