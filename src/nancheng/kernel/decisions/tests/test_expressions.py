"""What each construct of FEEL means, one line for each rule."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest

from nancheng.kernel.decisions import feel
from nancheng.kernel.decisions.lexer import FeelSyntaxError
from nancheng.kernel.decisions.values import Range
from nancheng.kernel.months import YearsMonths

CASES = [
    # descendants: all values of a name, at every depth, in reading order
    ('{a: {b: {c: {x: "v1"}, x: "v2"}}}...x', ["v1", "v2"]),
    ("{a: {x: {x: 1}}, x: null}...x", [{"x": 1}, 1]),
    ("[{x: 1}, [{y: {x: 2}}]]...x", [1, 2]),
    ("{a: {n m: 1}, n m: 2}...n m", [1, 2]),
    ("{a: {p: {k: 1, n: 2}}, p: {k: 3, n: 4}}...p[k = 3].n", [4]),
    ("{a: 1}...b", []),
    ("null...x", []),
    ("1...x", []),
    # arithmetic: exact decimals of 34 digits
    ("1 + 2 * 3", 7),
    ("0.1 + 0.2 = 0.3", True),
    ("10 - 4 - 3", 3),
    ("2 ** 3 ** 2", 64),
    ("-3 ** 2", 9),
    ("7 / 2", Decimal("3.5")),
    ("1 / 3", Decimal("0." + "3" * 34)),
    ("1 / 0", None),
    ("9999999999999999999999999999999999 + 1", Decimal("1E+34")),
    ("1e6144 * 10", None),
    ("1 + null", None),
    ('1 + "1"', None),
    ("true + 1", None),
    ('"南" + "城"', "南城"),
    ('"a" - "b"', None),
    # comparison: of one kind or null
    ("1 < 2", True),
    ("1 = 1.0", True),
    ('1 = "1"', None),
    ("null = null", True),
    ("null = 1", False),
    ("null != 1", True),
    ("null < 1", None),
    ("[1, 2] = [1, 2]", True),
    ("[1, 2] = [2, 1]", False),
    ("[1] = [1, null]", False),
    ('{a: 1, b: "x"} = {b: "x", a: 1}', True),
    ("{a: 1} = {}", False),
    ("{} = []", None),
    ("[1..3] = [1..3]", True),
    ("[1..3] = [1..3)", False),
    ("3 between 1 and 3", True),
    ("4 between 1 and 3", False),
    ("null between 1 and 3", None),
    ('time("10:30:00@Europe/Paris") = time("10:30:00")', False),
    ('time("10:30:00Z") = time("10:30:00+00:00")', True),
    ('time("11:00:00+01:00") = time("10:00:00Z")', True),
    ('date and time("2026-01-01T08:00:00+08:00") = date and time("2026-01-01T00:00:00Z")', True),
    ('date and time("2026-01-01T08:00:00") < date and time("2026-01-01T00:00:00Z")', None),
    # functions conform by what they take and return
    ('(function() "a") instance of function<>->string', True),
    ('(function() "a") instance of function<>->number', False),
    ("(function(a: number) a + 1) instance of function<number>->number", True),
    ("(function(a: number) a + 1) instance of function<number>->string", False),
    ("(function(a: number) a) instance of function<string>->Any", False),
    ("(function(a) a) instance of function<string>->Any", True),
    ("(function(a) a) instance of function<>->Any", False),
    ("(function() {a: 1, b: 2}) instance of function<>->context<a: number>", True),
    ("(function() {a: 1}) instance of function<>->context<a: number, b: number>", False),
    (
        "(function(a: context<a: string>) 1)"
        " instance of function<context<a: string, b: string>>->Any",
        True,
    ),
    (
        "(function(a: context<a: string, b: string>) 1)"
        " instance of function<context<a: string>>->Any",
        False,
    ),
    ("(function() [1, 2]) instance of function<>->list<number>", True),
    ("(function() [1, 2]) instance of function<>->list<string>", False),
    ("(function() if x then 1 else 2) instance of function<>->string", False),
    ("(function() a = 1) instance of function<>->boolean", True),
    ("(function() function(b: string) b) instance of function<>->function<string>->number", False),
    # membership
    ("5 in (1..5]", True),
    ("1 in (1..5]", False),
    ("5 in ]1..5[", False),
    ("5 in (< 3, > 4)", True),
    ("3 in [1, 2, 3]", True),
    ("3 in ([1..2], [3..4])", True),
    ("3 in (1, 2)", False),
    ('"b" in ("a", "b")', True),
    ("5 in > 4", True),
    ("null in [1..2]", None),
    ('@"2026-05-01" in [@"2026-01-01"..@"2026-12-31"]', True),
    ("[1,2,3] in ([[1,2,3]])", True),
    # choice, loops, quantifiers
    ('if 1 < 2 then "a" else "b"', "a"),
    ('if null then "a" else "b"', "b"),
    ("for i in [1, 2, 3] return i * 2", [2, 4, 6]),
    ("for i in 1..3 return i", [1, 2, 3]),
    ("for i in 3..1 return i", [3, 2, 1]),
    ("for i in [1..3) return i", [1, 2]),
    ("for x in [1, 2], y in [x, 10] return x * y", [1, 10, 4, 20]),
    ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
    ('for d in @"2026-02-27"..@"2026-03-01" return d.day', [27, 28, 1]),
    ("for i in null return i", None),
    ("for i in 5 return i", [5]),
    ("count(for f in (for i in 1..3 return function(x) x + i) return f(1))", 3),
    ("for f in (for i in 1..3 return function(x) x + i) return f(1)", [2, 3, 4]),
    ("some x in [1, 2] satisfies x > 1", True),
    ("every x in [1, 2] satisfies x > 1", False),
    ("every x in [] satisfies false", True),
    ("some x in [] satisfies true", False),
    ("some x in [1, null] satisfies x > 5", None),
    ("some x in [1, 2], y in [2, 3] satisfies x = y", True),
    # lists and filters: indexes from 1, from the end when negative
    ("[1, 2, 3][2]", 2),
    ("[1, 2, 3][-1]", 3),
    ("[1, 2, 3][4]", None),
    ("[1, 2, 3][item > 1]", [2, 3]),
    ("[1, 2, 3][item > 9]", []),
    ("[][1]", None),
    ("null[1]", None),
    ('"x"[1]', "x"),
    ("[{a: 1, b: 2}, {a: 2, b: 3}][a = 2].b", [3]),
    ("[{a: 1}, {a: 2}].a", [1, 2]),
    ("[{item: 1}, {item: 2}][item = 2]", [{"item": 2}]),
    ("[5, 6, 7][1 + 1]", 6),
    # contexts
    ("{a: 1, b: a + 1}.b", 2),
    ('{"a b": 1}.a b', 1),
    ("{a: 1}.b", None),
    ("{a: {b: {c: 3}}}.a.b.c", 3),
    # functions
    ("(function(a, b) a - b)(5, 3)", 2),
    ("{f: function(a, b) a - b, r: f(b: 1, a: 3)}.r", 2),
    ("{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(10)}.r", 3628800),
    ("{f: function(n: number) n, r: f('x')}.r".replace("'", '"'), None),
    ("{f: function(n: number) n, r: f([4])}.r", 4),
    ("{f: function(n) n, r: f(1, 2)}.r", None),
    ("nonesuch(1)", None),
    # types
    ("1 instance of number", True),
    ('"x" instance of string', True),
    ("true instance of number", False),
    ("null instance of Any", False),
    ("1 instance of Any", True),
    ("[1, 2] instance of list<number>", True),
    ('[1, "a"] instance of list<number>', False),
    ("{a: 1} instance of context<a: number>", True),
    ("{a: 1} instance of context<a: number, b: string>", False),
    ("[1..3] instance of range<number>", True),
    ("(function(a) a) instance of function<Any> -> Any", True),
    ('@"P1D" instance of days and time duration', True),
    ('@"P1Y" instance of years and months duration', True),
    ('date and time("2026-01-01T00:00:00") instance of date and time', True),
    ('@"2026-01-01" instance of date and time', False),
    # literals
    ('"a\\n\\"b\\" \\u5357 \\U01F40E"', 'a\n"b" 南 🐎'),
    (".5", Decimal("0.5")),
    ("1.5e3", Decimal(1500)),
    ("[1..3]", Range(1, 3)),
    ("[3..1]", None),
    ("1 // a comment\n + /* another */ 2", 3),
    ('@"2026-02-28"', date(2026, 2, 28)),
    ('@"2026-02-30"', None),
    ('@"P1Y2M"', YearsMonths(14)),
    ('@"-PT1H30M"', timedelta(minutes=-90)),
    # time
    ('@"2026-01-31" + @"P1M"', date(2026, 2, 28)),
    ('@"2024-02-29" - @"P1Y"', date(2023, 2, 28)),
    ('@"2026-01-01" + @"PT25H"', date(2026, 1, 2)),
    ('@"2026-03-01" - @"2026-02-01"', timedelta(28)),
    ('@"2026-01-31T10:00:00" + @"PT15H"', datetime(2026, 2, 1, 1)),  # noqa: DTZ001
    ('@"23:30:00" + @"PT1H"', time(0, 30)),
    ('@"10:00:00" - @"11:00:00"', timedelta(hours=-1)),
    ('@"P1Y" + @"P2M"', YearsMonths(14)),
    ('@"P1Y" * 1.5', YearsMonths(18)),
    ('@"P1D" / 2', timedelta(hours=12)),
    ('@"P1Y" / @"P6M"', 2),
    ('@"PT1H" / @"PT1M"', 60),
    ('@"P1Y" + @"P1D"', None),
    ('@"9999-12-31" + @"P1D"', None),
    ('@"2026-01-01" + 1', None),
    ('-@"P1D"', timedelta(-1)),
    ('@"2026-07-09".weekday', 4),
    ('@"2026-07-09T10:11:12.5+08:00".time offset', timedelta(hours=8)),
    ('@"2026-07-09T10:11:12.5@Asia/Shanghai".timezone', "Asia/Shanghai"),
    ('@"2026-07-09T10:11:12.5".second', Decimal("12.5")),
    ('@"P2DT3H4M5S".hours', 3),
    ('@"-P14M".months', -2),
    ("[1..3).end included", False),
    ("(> 5).start", 5),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_expression_means(text: str, expected: object) -> None:
    found = feel.compile_expression(text)()
    assert found == expected
    assert type(found) is bool or type(expected) is not bool


def test_names_may_hold_spaces_signs_and_chinese() -> None:
    context = {"Full Name": "甲", "a-b": 7, "a": 1, "b": 2, "年龄": 20, "date of birth": 3}
    assert feel.compile_expression('Full Name = "甲"')(context) is True
    assert feel.compile_expression("a-b", names=["a-b", "a", "b"])(context) == 7
    assert feel.compile_expression("a - b", names=["a-b", "a", "b"])(context) == -1
    assert feel.compile_expression("a-b")(context) == -1
    assert feel.compile_expression("年龄 >= 18")(context) is True
    assert feel.compile_expression("date of birth", names=["date of birth"])(context) == 3


def test_free_names_are_what_must_be_given() -> None:
    text = "for x in xs return x + y + sum([z]) + {p: 1, q: p + r}.q"
    assert feel.compile_expression(text).names == {"xs", "y", "z", "r"}


def test_python_values_come_in_as_they_are() -> None:
    context = MappingProxyType({"i": 10**20, "d": Decimal("0.1"), "f": 0.1, "t": (1, 2), "n": None})
    assert feel.compile_expression("i + 1")(context) == 10**20 + 1
    assert feel.compile_expression("d = f")(context) is True
    assert feel.compile_expression("t[2] + count(t)")(context) == 4
    assert feel.compile_expression("missing = null and n = null")(context) is True
    assert feel.compile_expression("i > 5 and d < 1")(context) is True
    assert feel.compile_expression("x > 5")({"x": Decimal("NaN")}) is None
    assert feel.compile_expression("x > 5")({"x": True}) is None


def test_the_clock_is_what_the_caller_says() -> None:
    moment = datetime.fromisoformat("2026-11-24T08:00:00+08:00")
    assert feel.compile_expression("now()")() is None
    assert feel.compile_expression("today()").at(moment) == date(2026, 11, 24)
    assert feel.compile_expression('now() > @"2026-11-24T00:00:00+09:00"').at(moment) is True


UNARY = [
    ("-", 1, True),
    ("< 5", 3, True),
    ("< 5", 5, False),
    ("< 5", None, None),
    ("[1..3]", 3, True),
    ("[1..3), > 9", 10, True),
    ('"a", "b"', "b", True),
    ('not("a", "b")', "b", False),
    ('not("a", "b")', "c", True),
    ("null", None, True),
    ("null", 1, False),
    ("!= 3", 4, True),
    ("= 3", 3, True),
    ("? > 3 and ? < 5", 4, True),
    ('starts with(?, "南")', "南城", True),
    ("limit", 7, True),
    ("> limit", 8, True),
    ("limit > 5", "anything", True),
    ("[6, 7]", 7, True),
    ("not(< 3)", 5, True),
    ("-5", -5, True),
    ("true", True, True),
    ('"a"', ["a", "b"], True),
]


@pytest.mark.parametrize(("text", "value", "expected"), UNARY)
def test_unary_test_says(text: str, value: object, expected: bool | None) -> None:
    assert feel.compile_unary_tests(text)(value, {"limit": 7}) is expected


WRONG = [
    ("", 1, 1),
    ("1 +", 1, 4),
    ("1 2", 1, 3),
    ("(1", 1, 3),
    ('"open', 1, 1),
    ("a，b", 1, 2),
    ("if a then b", 1, 12),
    ("1 +\n  * 2", 2, 3),
    ("{a: 1, a: 2}", 1, 13),
    ("f(a: 1, 2)", 1, 11),
    ("for x return x", 1, 5),
    ("#", 1, 1),
    ("a = b = ", 1, 9),
]


@pytest.mark.parametrize(("text", "line", "column"), WRONG)
def test_what_is_not_feel_is_refused_with_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        feel.compile_expression(text)
    assert (caught.value.line, caught.value.column) == (line, column)
