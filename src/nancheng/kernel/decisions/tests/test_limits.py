"""Hostile expressions end in a clear error within the budget, never in a hang or a crash."""

from __future__ import annotations

import pytest

from nancheng.kernel.decisions import feel, patterns
from nancheng.kernel.decisions.budget import Budget, FeelLimitExceeded
from nancheng.kernel.decisions.lexer import FeelSyntaxError
from nancheng.kernel.decisions.pattern_grammar import PatternError

BOMBS = [
    "for a in 1..1000000000 return a",
    "for a in 1..1000 return for b in 1..1000 return for c in 1..1000 return 1",
    "some x in 1..1000000000 satisfies false",
    "every x in [1..1000000000] satisfies true",
    "{f: function(n) f(n), r: f(1)}.r",
    "{f: function(n) f(n - 1) + f(n - 1), r: f(40)}.r",
    'for i in 1..100 return if i = 1 then "ab" else partial[-1] + partial[-1]',
    "for i in 1..100 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
    "distinct values(for i in 1..100000 return i)",
    "sort(for i in 1..200000 return -i, function(a, b) a < b)",
    'string join(for i in 1..100000 return "' + "a" * 100 + '")',
    "(for i in 1..400 return i)[count((for j in 1..400 return j)[item > 5]) > 1000]",
]
TOO_DEEP = [
    "(" * 5000 + "1" + ")" * 5000,
    "[" * 5000 + "]" * 5000,
    "not(" * 5000 + "true" + ")" * 5000,
    "if true then " * 3000 + "1" + " else 1" * 3000,
    "a" + ".b" * 3000,
    "1" + " + 1" * 10000,
    "a" + "[1]" * 3000,
    "{a:" * 3000 + "1" + "}" * 3000,
    "x in (" * 3000 + "1" + ")" * 3000,
    "1" * 60_000,
]


@pytest.mark.parametrize("text", BOMBS)
def test_bomb_ends_within_the_budget(text: str) -> None:
    expression = feel.compile_expression(text)
    with pytest.raises(FeelLimitExceeded):
        expression()


@pytest.mark.parametrize("text", TOO_DEEP, ids=lambda text: text[:10])
def test_deep_or_long_text_is_refused_on_reading(text: str) -> None:
    with pytest.raises(FeelLimitExceeded) as caught:
        feel.compile_expression(text)
    assert isinstance(caught.value, FeelSyntaxError)


@pytest.mark.parametrize("text", ["9 ** (9 ** 9)", "9 ** 9 ** 9 ** 9 ** 9", "1e6144 * 10"])
def test_tower_of_powers_is_null(text: str) -> None:
    assert feel.compile_expression(text)() is None


def test_many_signs_are_only_signs() -> None:
    assert feel.compile_expression("-" * 20_001 + "1")() == -1


def test_huge_range_is_only_its_ends() -> None:
    assert feel.compile_expression("5 in [1..1000000000000]")() is True


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "((a*)*)*b", "(.*a){20}b", "(a?){30}a{30}b"]
)
def test_pattern_that_backtracks_elsewhere_takes_linear_steps(pattern: str) -> None:
    steps = []
    for length in (100, 200):
        budget = Budget(steps=10**9)
        program = patterns.compile_pattern(pattern)
        assert patterns.search(program, "a" * length + "!", 0, budget) is None
        steps.append(10**9 - budget.steps)
    assert steps[1] <= 2.5 * steps[0]


def test_long_pattern_work_ends_within_the_budget() -> None:
    text = 'matches("' + "a" * 20_000 + '", "(' + "a?" * 200 + ')*b")'
    with pytest.raises(FeelLimitExceeded):
        feel.compile_expression(text)()


@pytest.mark.parametrize("pattern", ["(((a{99}){99}){99}){99}", "a{1000}" * 10, "(" * 300])
def test_pattern_that_grows_too_large_is_no_pattern(pattern: str) -> None:
    with pytest.raises(PatternError):
        patterns.compile_pattern(pattern)


def test_an_expression_cannot_reach_python() -> None:
    for text in ('__import__("os")', "x.__class__", "x.denominator", '"{0.__class__}"[1].format'):
        assert feel.compile_expression(text)({"x": 1}) is None


SHARED = "for i in 1..40 return if i = 1 then [1] else [partial[-1], partial[-1]]"


@pytest.mark.parametrize(
    "text",
    [
        f"({SHARED}) = ({SHARED})",
        f"string({SHARED})",
        f"flatten({SHARED})",
        f"list contains({SHARED}, ({SHARED})[-1])",
        f"9 in ({SHARED})",
        f"({SHARED})[-1] in ({SHARED})",
        f"is({SHARED}, {SHARED})",
        f"({SHARED}).a",
        SHARED,
        f"{{a: ({SHARED})[-1]}}",
    ],
)
def test_values_that_share_their_parts_do_not_explode(text: str) -> None:
    with pytest.raises(FeelLimitExceeded):
        feel.compile_expression(text)()


def test_partial_never_holds_itself() -> None:
    assert feel.compile_expression("for i in 1..3 return partial")() == [[], [[]], [[], [[]]]]
    assert feel.compile_expression("for i in 1..4 return i + count(partial)")() == [1, 3, 5, 7]
