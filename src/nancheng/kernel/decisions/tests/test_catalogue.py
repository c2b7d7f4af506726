"""Every function of the standard is there, by position and under the standard's parameter names."""

from __future__ import annotations

import pytest

from nancheng.kernel.decisions import feel
from nancheng.kernel.decisions.functions import catalogue

# DMN 1.5 §10.3.4, tables 70 to 79; a star for what may repeat, brackets for what may be left out.
STANDARD = """
date(from) date(year, month, day) date and time(date, time) date and time(from) time(from)
time(hour, minute, second, [offset]) number(from, grouping separator, decimal separator)
number(from) string(from) duration(from) years and months duration(from, to)
not(negand)
substring(string, start position, [length]) string length(string) upper case(string)
lower case(string) substring before(string, match) substring after(string, match)
replace(input, pattern, replacement, [flags]) contains(string, match) starts with(string, match)
ends with(string, match) matches(input, pattern, [flags]) split(string, delimiter)
string join(list, [delimiter])
list contains(list, element) list replace(list, position, newItem)
list replace(list, match, newItem) count(list) min(list) min(*c) max(list) max(*c) sum(list)
sum(*n) mean(list) mean(*n) all(list) all(*b) any(list) any(*b)
sublist(list, start position, [length]) append(list, *item) concatenate(*list)
insert before(list, position, newItem) remove(list, position) reverse(list) index of(list, match)
union(*list) distinct values(list) flatten(list) product(list) product(*n) median(list) median(*n)
stddev(list) stddev(*n) mode(list) mode(*n)
decimal(n, scale) floor(n, [scale]) ceiling(n, [scale]) round up(n, scale) round down(n, scale)
round half up(n, scale) round half down(n, scale) abs(n) modulo(dividend, divisor) sqrt(number)
log(number) exp(number) odd(number) even(number)
is(value1, value2)
before(point1, point2) before(point, range) before(range, point) before(range1, range2)
after(point1, point2) after(point, range) after(range, point) after(range1, range2)
meets(range1, range2) met by(range1, range2) overlaps(range1, range2)
overlaps before(range1, range2) overlaps after(range1, range2) finishes(point, range)
finishes(range1, range2) finished by(range, point) finished by(range1, range2)
includes(range, point) includes(range1, range2) during(point, range) during(range1, range2)
starts(point, range) starts(range1, range2) started by(range, point) started by(range1, range2)
coincides(point1, point2) coincides(range1, range2)
day of year(date) day of week(date) month of year(date) week of year(date)
sort(list, precedes) sort(list)
get value(m, key) get entries(m) context(entries) context put(context, key, value)
context put(context, keys, value) context merge(contexts)
now() today() range(from)
"""


def _signatures() -> list[tuple[str, tuple[str, ...]]]:
    """The lines above as names and parameters."""
    found = []
    for part in STANDARD.replace("\n", " ").split(")"):
        name, opened, parameters = part.partition("(")
        if opened:
            names = tuple(one.strip() for one in parameters.split(",") if one.strip())
            found.append((name.strip(), names))
    return found


def _declared(name: str) -> set[tuple[str, ...]]:
    return {
        tuple(
            f"[{one.name}]" if one.optional else f"*{one.name}" if one.variadic else one.name
            for one in overload.parameters
        )
        for overload in catalogue.BUILTINS[name].overloads
    }


@pytest.mark.parametrize(
    ("name", "parameters"), _signatures(), ids=lambda value: str(value).replace(" ", "-")
)
def test_function_takes_the_standard_s_parameters(name: str, parameters: tuple[str, ...]) -> None:
    declared = _declared(name)
    shorter = {tuple(one.strip("[]") for one in signature) for signature in declared}
    assert parameters in declared or tuple(one.strip("[]") for one in parameters) in shorter


def test_nothing_but_the_standard_s_functions_is_there() -> None:
    assert catalogue.BUILTINS.keys() - {name for name, _ in _signatures()} == {"last day of month"}


@pytest.mark.parametrize(
    ("by_name", "by_position"),
    [
        ('substring(length: 2, string: "foobar", start position: 3)', 'substring("foobar", 3, 2)'),
        ("decimal(scale: 1, n: 1.25)", "decimal(1.25, 1)"),
        ("modulo(divisor: 5, dividend: -12)", "modulo(-12, 5)"),
        ("sublist(start position: 2, list: [1, 2, 3])", "sublist([1, 2, 3], 2)"),
        ("insert before(newItem: 0, position: 1, list: [1])", "insert before([1], 1, 0)"),
        ("max(list: [1, 3, 2])", "max(1, 3, 2)"),
        ("max(c: [1, 3, 2])", "max([1, 3, 2])"),
        ("concatenate(list: [[1], [2]])", "concatenate([1], [2])"),
        ("append(list: [1], item: [2, 3])", "append([1], 2, 3)"),
        ("sort(precedes: function(a, b) a > b, list: [1, 2])", "[2, 1]"),
        ("before(range: [1..3], point: 5)", "before([1..3], 5)"),
        ("before(point: 5, range: [1..3])", "before(5, [1..3])"),
        ("after(range: [4..5], point: 3)", "after([4..5], 3)"),
        ("after(point: 6, range: [4..5])", "after(6, [4..5])"),
        ("is(value2: 1, value1: 1)", "true"),
        ('number(decimal separator: ",", from: "1,5", grouping separator: null)', "1.5"),
        ('get value(key: "a", m: {a: 1})', "1"),
        ('time(offset: @"PT8H", hour: 1, second: 3, minute: 2)', '@"01:02:03+08:00"'),
        ('years and months duration(to: @"2027-01-01", from: @"2026-01-01")', '@"P1Y"'),
        ("list replace(match: function(a, b) a = 2, list: [1, 2], newItem: 3)", "[1, 3]"),
        ('string join(delimiter: "-", list: ["a", "b"])', '"a-b"'),
        ('replace(flags: "i", replacement: "x", pattern: "A", input: "ba")', '"bx"'),
    ],
)
def test_arguments_by_name_are_those_by_position(by_name: str, by_position: str) -> None:
    expected = feel.compile_expression(by_position)()
    assert expected is not None
    assert feel.compile_expression(by_name)() == expected


@pytest.mark.parametrize(
    "text",
    [
        'substring(string: "a", start: 1)',
        'substring(string: "a")',
        "abs(number: 1)",
        "max(list: [1], c: [2])",
        "modulo(dividend: 1)",
        "before(point1: 1, range: [1..2])",
    ],
)
def test_names_that_no_signature_has_answer_null(text: str) -> None:
    assert feel.compile_expression(text)() is None
