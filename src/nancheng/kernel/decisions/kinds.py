"""The types of FEEL and of a model: which values conform, and what the standard converts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from nancheng.kernel.decisions import values


@dataclass(frozen=True, slots=True)
class Simple:
    """A type by name: one of FEEL's own, or one that nothing defines and no value conforms to."""

    name: str


@dataclass(frozen=True, slots=True)
class ListKind:
    """``list<item>``."""

    item: Kind


@dataclass(frozen=True, slots=True)
class RangeKind:
    """``range<end>``."""

    end: Kind


@dataclass(frozen=True, slots=True)
class ContextKind:
    """``context<name: kind>``: at least these entries."""

    members: Mapping[str, Kind] = field(hash=False)


@dataclass(frozen=True, slots=True)
class FunctionKind:
    """``function<parameters> -> result``."""

    parameters: tuple[Kind, ...]
    result: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """A type whose values must also pass a test, as with an item definition's allowed values.

    ``points`` are the constants in that test, for those who must cut the values into regions.
    """

    of: Kind
    passes: Callable[[object], bool]
    points: tuple[object, ...] = ()


Kind = Simple | ListKind | RangeKind | ContextKind | FunctionKind | Allowed

ANY = Simple("Any")

# Other spellings seen in models, and FEEL's own name for each.
SPELLINGS = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "any": "Any",
    "null": "Null",
}
NAMES = frozenset(values.KINDS.values()) | {"Any", "Null"}


def named(name: str, types: Mapping[str, Kind]) -> Kind | None:
    """Return a type by its name in a model, a prefix left out; None when nothing has the name."""
    if name in types:
        return types[name]
    plain = name.rpartition(":")[2].strip()
    plain = SPELLINGS.get(plain, plain)
    if plain in types or plain not in NAMES:
        return types.get(plain)
    built: dict[str, Kind] = {
        "list": ListKind(ANY),
        "context": ContextKind({}),
        "range": RangeKind(ANY),
    }
    return built.get(plain, Simple(plain))


def conforms(value: object, kind: Kind) -> bool:
    """Say whether a value is an instance of a type; null conforms to Null and Any alone."""
    match kind:
        case Simple(name):
            return name == "Any" or values.kind(value) == name
        case Allowed(of, passes):
            return conforms(value, of) and passes(value)
        case ListKind(item):
            return isinstance(value, list | tuple) and all(_allows(entry, item) for entry in value)
        case RangeKind(end):
            return _range_conforms(value, end)
        case ContextKind(members):
            return isinstance(value, Mapping) and all(
                name in value and _allows(value[name], member) for name, member in members.items()
            )
        case FunctionKind():
            return _function_conforms(value, kind)


def fits(kind: Kind, wanted: Kind) -> bool:
    """Say whether every value of one type is one of another (DMN 1.3 §10.3.2.9.2).

    What is only known to be Any is given the benefit of the doubt.
    """
    match bare(kind), bare(wanted):
        case (Simple("Any"), _) | (_, Simple("Any")):
            return True
        case ListKind(item), ListKind(other):
            return fits(item, other)
        case RangeKind(end), RangeKind(other):
            return fits(end, other)
        case ContextKind(members), ContextKind(others):
            return all(name in members and fits(members[name], others[name]) for name in others)
        case FunctionKind(taken, result), FunctionKind(given, expected):
            return (
                len(taken) == len(given)
                and all(fits(a, b) for a, b in zip(given, taken, strict=True))
                and fits(result, expected)
            )
        case plain, other:
            return plain == other


def bare(kind: Kind) -> Kind:
    """Return a type without its allowed values, which ``instance of`` does not ask for."""
    match kind:
        case Allowed(of):
            return bare(of)
        case ListKind(item):
            return ListKind(bare(item))
        case ContextKind(members):
            return ContextKind({name: bare(member) for name, member in members.items()})
    return kind


def plain_types(kind: Kind | None) -> frozenset[type]:
    """Return the types of Python whose every value a type takes as it is, null among them."""
    if not isinstance(kind, Simple):
        return frozenset()
    return frozenset(one for one, name in values.KINDS.items() if name == kind.name) | {type(None)}


def coerce(value: object, kind: Kind) -> object:
    """Return a value as a type asks for it, null where it does not conform.

    The conversions of DMN 1.3 §10.3.2.9.4: a value to the list of itself, a list of one to its
    item, a date to the date and time of its midnight in UTC.
    """
    if value is None or conforms(value, kind):
        return value
    expected = kind.of if isinstance(kind, Allowed) else kind
    if isinstance(expected, ListKind) and conforms([value], kind):
        return [value]
    only = values.single(value)
    if only is not value and conforms(only, kind):
        return only
    if kind == Simple("date and time") and type(value) is date:
        return datetime.combine(value, time(0, tzinfo=UTC))
    return None


def _allows(value: object, kind: Kind) -> bool:
    return value is None or conforms(value, kind)


def _range_conforms(value: object, end: Kind) -> bool:
    return isinstance(value, values.Range) and _allows(value.low, end) and _allows(value.high, end)


def _function_conforms(value: object, kind: FunctionKind) -> bool:
    if not isinstance(value, values.Closure):
        return isinstance(value, values.Builtin)
    if not isinstance(value.kind, FunctionKind):
        return len(value.parameters) == len(kind.parameters)
    return fits(value.kind, kind)
