"""Hostile expressions end in a clear error within the budget, never in a hang or a crash."""

from __future__ import annotations

import sys
import tracemalloc

import pytest

from nancheng.kernel.decisions import feel, patterns
from nancheng.kernel.decisions.budget import CHARACTERS_A_STEP, Budget, FeelLimitExceeded
from nancheng.kernel.decisions.lexer import FeelSyntaxError
from nancheng.kernel.decisions.pattern_grammar import PatternError

# A text of ten thousand characters or a list of a thousand numbers, used over and over.
TEXT = 't: string join(for i in 1..500 return "' + "a" * 20 + '")'
OVER_TEXT = [
    "substring(t, 2)",
    'substring before(t + "b", "b")',
    'substring after(t, "a")',
    'contains(t, "b")',
    't = t + "b"',
    "t > u",
    "max(u, t)",
    "sort([u, t])",
    'split(t, "b")',
    "upper case(t)",
    'replace(t, "b", "c")',
    "string([t, t, t, t])",
    "string join([t, t, t, t])",
]
LIST = "l: for i in 1..1000 return i"
OVER_LIST = [
    "l[true]",
    "sort(l)",
    "reverse(l)",
    "append(l, 1)",
    "sum(l)",
    "l.a",
    "l...a",
    "l[item > 0]",
    "index of(l, 1)",
    "count(union(l, l))",
    "string(l)",
    "l = l",
    "mode(l)",
]
BOMBS = [
    *(f'{{{TEXT}, u: t + "b", r: for i in 1..100000 return {one}}}' for one in OVER_TEXT),
    *(f"{{{LIST}, r: for i in 1..100000 return {one}}}" for one in OVER_LIST),
    "for i in 1..100000 return string(1e6000)",
    'for i in 1..100000 return matches("a", "(a{900})" + string(i))',
    'for i in 1..100000 return matches("a", "(a{900}" + string(i))',
    '{f: function(c, n) f(context put(c, "a", c), n + 1), r: f({}, 1)}.r',
    "for i in 1..2000 return context merge([if i = 1 then {} else partial[-1], {a: partial}])",
    "list replace(for i in 1..100000 return i, function(a, b) sum(for j in 1..9 return j) < 0, 1)",
    'for d in @"0001-01-01"..@"9999-12-31" return d',
    "count(flatten(for i in 1..1000 return for j in 1..1000 return j))",
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
CALLS_A_STEP = 25
BYTES_A_PIECE = 200
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


@pytest.mark.parametrize(
    "text",
    [
        "for a in 1..1000000000 return a",
        "for i in 1..100 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
        "{f: function(n) f(n - 1) + f(n - 1), r: f(40)}.r",
        'for i in 1..100000 return matches("a", "(a{900})" + string(i))',
    ],
)
def test_bomb_ends_within_the_usual_budget(text: str) -> None:
    expression = feel.compile_expression(text)
    with pytest.raises(FeelLimitExceeded):
        expression()


@pytest.mark.parametrize("text", BOMBS, ids=range(len(BOMBS)))
def test_work_is_in_proportion_to_the_budget(text: str) -> None:
    """Counted in calls and bytes, not in time: so many to a step or a piece, whatever the bomb."""
    steps, size = 4_000, 40_000
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        del frame, argument
        calls += event in ("call", "c_call")

    expression = feel.compile_expression(text)
    tracemalloc.start()
    sys.setprofile(count)
    try:
        with pytest.raises(FeelLimitExceeded):
            expression.within(Budget(steps=steps, size=size))
    finally:
        sys.setprofile(None)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert calls < CALLS_A_STEP * steps
    assert peak < BYTES_A_PIECE * size


@pytest.mark.parametrize(
    "text",
    [
        'contains(t, "b")',
        "starts with(t, u)",
        "ends with(t, u)",
        'substring before(t, "b")',
        'substring after(t, "b")',
        'matches(t, "b")',
        "t = u",
        "t != u",
        "t < u",
        "max(t, u)",
        "list contains([t], u)",
        "t in (u, 1)",
        "sort([t, u])",
        "distinct values([t, u])",
    ],
)
def test_going_through_a_long_text_takes_steps(text: str) -> None:
    """What C does in one go is paid for as well; otherwise a loop around it would be free."""
    limits = Budget(steps=10_000_000, size=10_000_000)
    length = 200_000
    longs = {"t": "a" * length, "u": "a" * (length - 1) + "b"}
    # A list around it, so that the expression has a budget as it has in a loop.
    feel.compile_expression(f"[{text}]").within(limits, longs)
    assert 10_000_000 - limits.steps >= length // CHARACTERS_A_STEP


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
