"""Functions of numbers (DMN 1.3 §10.3.4.5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from nancheng.kernel.decisions import arithmetic, comparison, values
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.functions.signatures import Family
from nancheng.kernel.decisions.values import DECIMALS, Number
from nancheng.kernel.months import YearsMonths

FAMILY = Family()

# DMN 1.3 table 78: the scale of decimal() lies in [-6111..6176].
SCALE_MIN, SCALE_MAX = -6111, 6176


def scaled(number: object, scale: object, rounding: str) -> Number | None:
    """Round a number to so many decimals (or tens, when negative); null out of range."""
    exact, places = values.exact(number), values.exact(scale)
    if exact is None or places is None or not SCALE_MIN <= places <= SCALE_MAX:
        return None
    digits = int(places)
    found = Decimal(exact)
    if found.as_tuple().exponent >= -digits:  # type: ignore[operator]
        return exact
    shifted = found.scaleb(digits, context=_WIDE).to_integral_value(rounding)
    result = shifted.scaleb(-digits, context=_WIDE)
    return int(result) if digits <= 0 and result.adjusted() < 40 else result


def _rounding(name: str, rounding: str) -> None:
    @FAMILY.function(name, "n: number, scale: number")
    def run(budget: Budget, number: object, scale: object) -> object:
        del budget
        return scaled(number, scale, rounding)


def _whole(name: str, rounding: str) -> None:
    @FAMILY.function(name, "n: number, [scale: number]")
    def run(budget: Budget, number: object, scale: object = 0) -> object:
        del budget
        return scaled(number, scale, rounding)


def _of_one(name: str, compute: Callable[[Decimal], Decimal | None]) -> None:
    @FAMILY.function(name, "number: number")
    def run(budget: Budget, number: object) -> object:
        budget.spend(10)
        exact = values.exact(number)
        found = None if exact is None else compute(Decimal(exact))
        return None if found is None else values.finite(found)


@FAMILY.function("abs", "n: number", "n: duration")
def absolute(budget: Budget, number: object) -> object:
    """The number or duration without its sign."""
    del budget
    exact = values.exact(number)
    zero = YearsMonths(0) if isinstance(number, YearsMonths) else timedelta(0)
    if exact is not None:
        return abs(exact) if isinstance(exact, int) else exact.copy_abs()
    return arithmetic.negate(number) if comparison.less(number, zero) else number


@FAMILY.function("modulo", "dividend: number, divisor: number")
def modulo(budget: Budget, dividend: object, divisor: object) -> object:
    """dividend - divisor * floor(dividend / divisor): the sign is the divisor's."""
    del budget
    a, b = values.exact(dividend), values.exact(divisor)
    if a is None or not b:
        return None
    if isinstance(a, int) and isinstance(b, int):
        return a % b
    first, second = Decimal(a), Decimal(b)
    rest = _WIDE.remainder(first, second)
    if rest and (rest < 0) != (second < 0):
        rest = _WIDE.add(rest, second)
    return values.finite(DECIMALS.plus(rest))


@FAMILY.function("odd", "number: number")
def odd(budget: Budget, number: object) -> object:
    """Whether a whole number is odd."""
    del budget
    whole = values.whole(number)
    return None if whole is None else whole % 2 == 1


@FAMILY.function("even", "number: number")
def even(budget: Budget, number: object) -> object:
    """Whether a whole number is even."""
    del budget
    whole = values.whole(number)
    return None if whole is None else whole % 2 == 0


def _root(number: Decimal) -> Decimal | None:
    return DECIMALS.sqrt(number) if number >= 0 else None


def _logarithm(number: Decimal) -> Decimal | None:
    return DECIMALS.ln(number) if number > 0 else None


_WIDE = DECIMALS.copy()
_WIDE.prec = 400
_rounding("decimal", ROUND_HALF_EVEN)
_rounding("round up", ROUND_UP)
_rounding("round down", ROUND_DOWN)
_rounding("round half up", ROUND_HALF_UP)
_rounding("round half down", ROUND_HALF_DOWN)
_whole("floor", ROUND_FLOOR)
_whole("ceiling", ROUND_CEILING)
_of_one("sqrt", _root)
_of_one("log", _logarithm)
_of_one("exp", DECIMALS.exp)
