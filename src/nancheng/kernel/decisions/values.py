"""The values of FEEL and their kinds.

Python's own types stand for FEEL's: int and Decimal for number, str, bool, date, time, datetime for
date and time, timedelta for days and time duration, list for list, dict for context, None for null.
Three are ours: ``YearsMonths``, ``Range`` and functions (``Closure`` and ``Builtin``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal

from nancheng.kernel.decisions.budget import Budget, FeelLimitExceeded
from nancheng.kernel.months import YearsMonths

Number = int | Decimal
Scope = Mapping[str, object]

# DMN 1.3 §10.3.2.3.1: IEEE 754-2008 decimal128, 34 digits, half-even. Nothing is trapped: a result
# that is not finite becomes null.
DECIMALS = Context(prec=34, Emax=6144, Emin=-6143, traps=[])
INTEGER_LIMIT = 10**34
WRITTEN_MAX = 500_000


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end that is None and open has no bound on that side."""

    low: object
    high: object
    low_closed: bool = True
    high_closed: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function defined in a model: parameters in order and what to run with their values.

    ``kind`` is its type as far as it is known, a ``kinds.FunctionKind``.
    """

    parameters: tuple[str, ...]
    run: Callable[[Budget, list[object]], object]
    kind: object = None

    def call(self, budget: Budget, arguments: list[object]) -> object:
        """Return the result for arguments by position, null when their number is wrong."""
        if len(arguments) != len(self.parameters):
            return None
        budget.enter()
        try:
            return self.run(budget, arguments)
        finally:
            budget.leave()

    def call_named(self, budget: Budget, arguments: Mapping[str, object]) -> object:
        """Return the result for arguments by name, null when the names do not fit."""
        if set(arguments) != set(self.parameters):
            return None
        return self.call(budget, [arguments[name] for name in self.parameters])


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a built-in function: its name in the standard and the kind it takes."""

    name: str
    kind: str
    optional: bool = False
    variadic: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Overload:
    """One signature of a built-in function."""

    parameters: tuple[Parameter, ...]
    run: Callable[..., object]


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """A function of the standard; the first signature that fits its arguments answers."""

    name: str
    overloads: tuple[Overload, ...]

    def call(self, budget: Budget, arguments: list[object]) -> object:
        """Return the result for arguments by position, null when no signature fits."""
        budget.spend()
        for overload in self.overloads:
            fitted = _fit(overload.parameters, arguments)
            if fitted is not None:
                return overload.run(budget, *fitted)
        return None

    def call_named(self, budget: Budget, arguments: Mapping[str, object]) -> object:
        """Return the result for arguments by name, null when no signature has those names.

        ``before(point, range)`` and ``before(range, point)`` have the same names: the order in
        which they are given tells them apart.
        """
        budget.spend()
        given = tuple(arguments)
        as_given = (one for one in self.overloads if given == tuple(p.name for p in one.parameters))
        for overload in (*as_given, *self.overloads):
            fitted = _fit_named(overload.parameters, arguments)
            if fitted is not None:
                return overload.run(budget, *fitted)
        return None


Function = Closure | Builtin

KINDS: dict[type, str] = {
    bool: "boolean",
    int: "number",
    Decimal: "number",
    float: "number",
    str: "string",
    datetime: "date and time",
    date: "date",
    time: "time",
    timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    tuple: "list",
    dict: "context",
    Range: "range",
    Closure: "function",
    Builtin: "function",
    type(None): "Null",
}


def kind(value: object) -> str:
    """Return the name of a value's kind in FEEL; what FEEL does not know is "unknown"."""
    found = KINDS.get(type(value))
    if found is not None:
        return found
    for known, name in KINDS.items():
        if isinstance(value, known):
            return name
    return "context" if isinstance(value, Mapping) else "unknown"


def is_number(value: object) -> bool:
    """Say whether a value is a number (a boolean is not)."""
    found = type(value)
    return found is int or found is Decimal or found is float


def exact(value: object) -> Number | None:
    """Return a number as int or Decimal without loss, None for anything that is not one."""
    if type(value) is int or (type(value) is Decimal and value.is_finite()):
        return value
    if type(value) is float:
        shortest = Decimal(repr(value))
        return shortest if shortest.is_finite() else None
    return None


def negated(value: object) -> Number | None:
    """Return a number with the other sign, null for anything else."""
    number = exact(value)
    if number is None:
        return None
    return -number if isinstance(number, int) else number.copy_negate()


def finite(number: Decimal) -> Number | None:
    """Return a computed number, null when it overflowed or is not a number."""
    return number if number.is_finite() else None


def whole(value: object) -> int | None:
    """Return a number without fraction as an int, None for anything else."""
    number = exact(value)
    if number is None or isinstance(number, int):
        return number
    if number.adjusted() > 40 or number != number.to_integral_value():
        return None
    return int(number)


def rounded(number: int) -> Number | None:
    """Return an integer result within 34 digits, rounded half-even when it is longer."""
    if -INTEGER_LIMIT < number < INTEGER_LIMIT:
        return number
    return finite(DECIMALS.create_decimal(number))


def bounded(value: object) -> object:
    """Return a result that is small when written out, too; raise FeelLimitExceeded otherwise.

    A list that holds another one twice is small to keep and may be endless to write.
    """
    if not isinstance(value, list | dict):
        return value
    left = WRITTEN_MAX
    waiting: list[object] = [value]
    while waiting:
        current = waiting.pop()
        left -= 1 + (len(current) // 8 if isinstance(current, str) else 0)
        if left < 0:
            raise FeelLimitExceeded("the result is too large to write out")
        if isinstance(current, list):
            waiting.extend(current)
        elif isinstance(current, dict):
            waiting.extend(current.values())
    return value


def as_list(value: object) -> list[object]:
    """Return a list as it is and any other value as the list of itself."""
    if isinstance(value, list):
        return value
    return list(value) if isinstance(value, tuple) else [value]


def single(value: object) -> object:
    """Return the item of a list of one, any other value as it is (DMN 1.3 §10.3.2.9.4)."""
    if isinstance(value, list | tuple) and len(value) == 1:
        return value[0]
    return value


def _fit(parameters: tuple[Parameter, ...], arguments: list[object]) -> list[object] | None:
    variadic = bool(parameters) and parameters[-1].variadic
    if len(arguments) > len(parameters) and not variadic:
        return None
    fitted: list[object] = []
    for index, parameter in enumerate(parameters):
        if parameter.variadic:
            return _fit_rest(parameter, fitted, arguments[index:])
        if index >= len(arguments):
            if not parameter.optional:
                return None
            continue
        matched, value = _match(parameter.kind, arguments[index])
        if not matched:
            return None
        fitted.append(value)
    return fitted


def _fit_rest(
    parameter: Parameter, fitted: list[object], rest: list[object]
) -> list[object] | None:
    taken: list[object] = []
    for argument in rest:
        matched, value = _match(parameter.kind, argument)
        if not matched:
            return None
        taken.append(value)
    return [*fitted, taken]


def _fit_named(
    parameters: tuple[Parameter, ...], arguments: Mapping[str, object]
) -> list[object] | None:
    names = [parameter.name for parameter in parameters]
    if not set(arguments) <= set(names):
        return None
    ordered: list[object] = []
    for index, parameter in enumerate(parameters):
        if parameter.name in arguments:
            ordered.append(arguments[parameter.name])
        elif parameter.optional:
            if any(name in arguments for name in names[index + 1 :]):
                ordered.append(None)
        else:
            return None
    if parameters and parameters[-1].variadic and len(ordered) == len(parameters):
        ordered[-1:] = as_list(ordered[-1])
    return _fit(parameters, ordered)


def _match(expected: str, argument: object) -> tuple[bool, object]:
    """Fit one argument to a parameter's kind, with the two list conversions of the standard."""
    if expected == "any":
        return True, argument
    optional = expected.endswith("?")
    wanted = expected.rstrip("?")
    if argument is None:
        return optional, None
    if wanted == "list":
        return True, as_list(argument)
    for candidate in (argument, single(argument)):
        if _accepts(wanted, kind(candidate)):
            return True, candidate
    return False, None


FAMILIES = {
    "temporal": {"date", "date and time", "time"},
    "dated": {"date", "date and time"},
    "duration": {"days and time duration", "years and months duration"},
    "point": set(KINDS.values()) - {"range", "list", "context", "function", "Null"},
}


def _accepts(wanted: str, found: str) -> bool:
    return wanted == found or found in FAMILIES.get(wanted, ())
