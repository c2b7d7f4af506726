"""Plus, minus, times, divided by, to the power of (DMN 1.3 §10.3.2.5, table 53).

What has no meaning (a string and a number, a division by zero, an overflow) is null.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from nancheng.kernel.decisions import temporal, values
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.values import DECIMALS
from nancheng.kernel.months import YearsMonths

Operation = Callable[[object, object, Budget], object]
_DAY_MICROS = 86_400_000_000


def add(left: object, right: object, budget: Budget) -> object:
    """``left + right``: numbers, strings, durations, or a point in time and a duration."""
    if type(left) is int and type(right) is int:
        return values.rounded(left + right)
    if type(left) is Decimal and type(right) is Decimal:
        return _finite(DECIMALS.add(left, right))
    if isinstance(left, str) and isinstance(right, str):
        budget.grow(len(left) + len(right))
        return left + right
    a, b = values.exact(left), values.exact(right)
    if a is not None and b is not None:
        return values.finite(DECIMALS.add(Decimal(a), b))
    return _added(left, right) if values.kind(right) in _DURATIONS else _added(right, left)


def subtract(left: object, right: object, budget: Budget) -> object:
    """``left - right``: numbers, durations, points in time, or such a point less a duration."""
    del budget
    if type(left) is int and type(right) is int:
        return values.rounded(left - right)
    if type(left) is Decimal and type(right) is Decimal:
        return _finite(DECIMALS.subtract(left, right))
    a, b = values.exact(left), values.exact(right)
    if a is not None and b is not None:
        return values.finite(DECIMALS.subtract(Decimal(a), b))
    if isinstance(right, timedelta | YearsMonths):
        return _added(left, negate(right))
    return _difference(left, right)


def multiply(left: object, right: object, budget: Budget) -> object:
    """``left * right``: numbers, or a duration and a number."""
    del budget
    if type(left) is int and type(right) is int:
        return values.rounded(left * right)
    if type(left) is Decimal and type(right) is Decimal:
        return _finite(DECIMALS.multiply(left, right))
    a, b = values.exact(left), values.exact(right)
    if a is None and b is not None:
        return _scaled(left, Decimal(b))
    if a is not None and b is None:
        return _scaled(right, Decimal(a))
    if a is None or b is None:
        return None
    return values.finite(DECIMALS.multiply(Decimal(a), b))


def divide(left: object, right: object, budget: Budget) -> object:
    """``left / right``: numbers, a duration by a number, or two durations of one kind."""
    del budget
    if type(left) is Decimal and type(right) is Decimal and right:
        return _finite(DECIMALS.divide(left, right)) if right.is_finite() else None
    b = values.exact(right)
    if b is None:
        return _ratio(left, right)
    if not b:
        return None
    a = values.exact(left)
    if a is None:
        return _scaled(left, Decimal(b), inverse=True)
    return values.finite(DECIMALS.divide(Decimal(a), b))


def power(left: object, right: object, budget: Budget) -> object:
    """``left ** right``: numbers; beyond 34 digits it is rounded, beyond decimal128 null."""
    a, b = values.exact(left), values.exact(right)
    if a is None or b is None:
        return None
    budget.spend(10)
    if not a and not b:
        return 1
    found = values.finite(DECIMALS.power(Decimal(a), b))
    is_whole = isinstance(a, int) and isinstance(b, int) and b >= 0
    return values.whole(found) if is_whole and found is not None and _short(found) else found


def negate(value: object) -> object:
    """``-value``: a number or a duration."""
    if isinstance(value, timedelta):
        return -value
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    return values.negated(value)


def _finite(number: Decimal) -> Decimal | None:
    return number if number.is_finite() else None


def _short(number: values.Number) -> bool:
    return -values.INTEGER_LIMIT < number < values.INTEGER_LIMIT


def _added(left: object, length: object) -> object:
    """Add a duration to a duration of its kind or to a point in time."""
    try:
        if isinstance(length, YearsMonths):
            if isinstance(left, YearsMonths):
                return YearsMonths(left.months + length.months)
            return temporal.months_later(left, length.months) if isinstance(left, date) else None
        if isinstance(length, timedelta):
            return _shifted(left, length)
    except OverflowError:
        pass
    return None


def _shifted(left: object, length: timedelta) -> object:
    if isinstance(left, time):
        return _time_shifted(left, length)
    if isinstance(left, datetime | timedelta):
        return left + length
    if isinstance(left, date):
        return (datetime.combine(left, time(0)) + length).date()
    return None


def _time_shifted(left: time, length: timedelta) -> time:
    micros = ((left.hour * 60 + left.minute) * 60 + left.second) * 1_000_000 + left.microsecond
    micros = (micros + temporal.microseconds(length)) % _DAY_MICROS
    seconds, micro = divmod(micros, 1_000_000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, micro, left.tzinfo)


def _difference(left: object, right: object) -> object:
    if isinstance(left, time) and isinstance(right, time):
        a, b = temporal.seconds_of_day(left), temporal.seconds_of_day(right)
        return timedelta(microseconds=a[1] - b[1]) if a[0] == b[0] else None
    if isinstance(left, date) and isinstance(right, date):
        if not isinstance(left, datetime) and not isinstance(right, datetime):
            return left - right
        a_at, b_at = temporal.instant(left), temporal.instant(right)
        if (a_at.utcoffset() is None) != (b_at.utcoffset() is None):
            return None
        return a_at - b_at
    return None


def _scaled(length: object, factor: Decimal, *, inverse: bool = False) -> object:
    """Multiply or divide a duration: months are cut to whole ones, time to microseconds."""
    operation = DECIMALS.divide if inverse else DECIMALS.multiply
    if isinstance(length, YearsMonths):
        months = operation(Decimal(length.months), factor)
        return YearsMonths(int(months)) if months.is_finite() and months.adjusted() < 40 else None
    if isinstance(length, timedelta):
        micros = operation(Decimal(temporal.microseconds(length)), factor)
        try:
            return timedelta(microseconds=int(micros)) if micros.adjusted() < 40 else None
        except (OverflowError, ValueError):
            return None
    return None


def _ratio(left: object, right: object) -> object:
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths) and right.months:
        return DECIMALS.divide(Decimal(left.months), right.months)
    if isinstance(left, timedelta) and isinstance(right, timedelta) and right:
        parts = Decimal(temporal.microseconds(left)), temporal.microseconds(right)
        return DECIMALS.divide(*parts)
    return None


_DURATIONS = ("days and time duration", "years and months duration")
OPERATIONS: dict[str, Operation] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
