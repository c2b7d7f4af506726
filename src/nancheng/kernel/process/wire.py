"""Events ↔ JSON values, each with the version of its shape.

An event is written as ``{"event": "Offered", "v": 1, …fields}``. Values JSON does not have
(decimals, dates, times, durations) are written as ``{"$decimal": "1.50"}`` and the like, and a
mapping that itself has a key beginning with ``$`` is written as ``{"$map": {…}}``, so that every
value comes back as it was:

    Decimal("1.50")             {"$decimal": "1.50"}
    date(2026, 3, 2)            {"$date": "2026-03-02"}
    a moment with its offset    {"$datetime": "2026-03-02T09:00:00+08:00"}
    … in a named zone           {"$datetime": "2026-03-02T09:00:00@Asia/Shanghai"}; the later of an
                                hour that comes twice ends in ";1"
    time(17, 30)                {"$time": "17:30:00"}, with an offset or a zone as above
    timedelta: d, s, µs         {"$span": "1 2 0"}
    YearsMonths(14)             {"$months": "14"}

Rows of variables and items hold the same shapes; a text without a mark is plain JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, cast
from zoneinfo import ZoneInfo

from nancheng.kernel.months import YearsMonths
from nancheng.kernel.process import messages as m
from nancheng.kernel.process.state import Item, ItemKind, State, Status

VERSIONS: Mapping[type[Any], int] = dict.fromkeys(m.Event.__args__, 1)
# How an event of an older version is written in the next one: name and old version → fields. A
# stored row is never changed; it is read through these, one after the other.
Older = Callable[[Mapping[str, object]], Mapping[str, object]]
OLDER: Mapping[tuple[str, int], Older] = {}
_BY_NAME: Mapping[str, type[Any]] = {kind.__name__: kind for kind in m.Event.__args__}
_FIELDS: Mapping[type[Any], tuple[str, ...]] = {
    kind: tuple(f.name for f in fields(kind)) for kind in m.Event.__args__
}
_TUPLES = frozenset({"flows", "forgotten", "left", "rows"})
_VALUES = {kind: attrgetter(*names) for kind, names in _FIELDS.items()}
# Asked by exact type, since nearly all values are these: an abstract class costs ten times as much.
_PLAIN = frozenset({str, int, float, bool, type(None)})


def to_json(event: m.Event) -> dict[str, object]:
    """Return an event as JSON values."""
    kind = type(event)
    written: dict[str, object] = {"event": kind.__name__, "v": VERSIONS[kind]}
    for name, value in zip(_FIELDS[kind], _VALUES[kind](event), strict=True):
        written[name] = value if type(value) in _PLAIN else value_to_json(value)
    return written


def from_json(written: Mapping[str, object]) -> m.Event:
    """Return the event that was written. Raises ``ValueError`` on an unknown event or version."""
    name = str(written.get("event"))
    while (name, written.get("v")) in OLDER:
        version = cast("int", written["v"])
        written = {**OLDER[name, version](written), "event": name, "v": version + 1}
    kind = _BY_NAME.get(name)
    if kind is None or written.get("v") != VERSIONS[kind]:
        message = f"unknown event: {written.get('event')!r} version {written.get('v')!r}"
        raise ValueError(message)
    values = {name: value_from_json(written[name]) for name in _FIELDS[kind] if name in written}
    for name in _TUPLES & values.keys():
        values[name] = tuple(values[name])
    return cast("m.Event", kind(**values))


def state_to_json(state: State) -> dict[str, object]:
    """Return a state as JSON values."""
    return {
        "v": 1,
        "status": state.status.value,
        "variables": value_to_json(state.variables),
        "next_item": state.next_item,
        "items": [
            [i.number, i.node, i.kind.value, i.scope, value_to_json(i.data)]
            for i in sorted(state.items.values(), key=lambda i: i.number)
        ],
    }


def state_from_json(written: Mapping[str, Any]) -> State:
    """Return the state that was written. Raises ``ValueError`` on an unknown version."""
    if written.get("v") != 1:
        message = f"unknown version of a state: {written.get('v')!r}"
        raise ValueError(message)
    items = {
        number: Item(number, node, ItemKind(kind), scope, value_from_json(data))
        for number, node, kind, scope, data in written["items"]
    }
    variables = value_from_json(written["variables"])
    return State(Status(written["status"]), variables, items, written["next_item"])


def value_to_json(value: object) -> object:
    """Return a variable's value as JSON. Raises ``TypeError`` on one that has no JSON shape."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, (dict, Mapping)):
        return _mapping_to_json(value)
    if isinstance(value, (list, tuple)):
        return [value_to_json(inner) for inner in value]
    for kind, (mark, write) in _WRITE.items():
        if isinstance(value, kind):
            return {mark: write(value)}
    if isinstance(value, (str, int, float)):
        return value
    message = f"no JSON shape for {type(value).__name__}"
    raise TypeError(message)


def _mapping_to_json(value: Mapping[object, object]) -> dict[str, object]:
    written: dict[str, object] = {}
    marked = False
    for key, inner in value.items():
        name = key if type(key) is str else str(key)
        marked = marked or name[:1] == "$"
        written[name] = inner if type(inner) in _PLAIN else value_to_json(inner)
    return {"$map": written} if marked else written


def value_from_json(value: object) -> Any:
    """Return the value that was written."""
    if isinstance(value, list):
        return [value_from_json(inner) for inner in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        mark, inner = next(iter(value.items()))
        if mark == "$map":
            return {k: value_from_json(v) for k, v in cast("Mapping[str, object]", inner).items()}
        if mark in _READ:
            return _READ[mark](cast("str", inner))
    return {key: value_from_json(inner) for key, inner in value.items()}


def _span(text: str) -> timedelta:
    days, seconds, micro = (int(part) for part in text.split())
    return timedelta(days=days, seconds=seconds, microseconds=micro)


def _zoned(value: Any) -> str:
    """Return a time or moment as text; a named zone stays named, since its offset moves."""
    if not isinstance(value.tzinfo, ZoneInfo):
        return str(value.isoformat())
    later = ";1" if value.fold else ""
    return f"{value.replace(tzinfo=None).isoformat()}@{value.tzinfo.key}{later}"


def _in_zone(read: Callable[[str], Any]) -> Callable[[str], Any]:
    def reading(text: str) -> Any:
        clock, mark, zone = text.partition("@")
        if not mark:
            return read(clock)
        name, _mark, fold = zone.partition(";")
        return read(clock).replace(tzinfo=ZoneInfo(name), fold=int(fold or 0))

    return reading


# datetime before date: each datetime is a date too.
_WRITE: Mapping[type[Any], tuple[str, Callable[[Any], str]]] = {
    Decimal: ("$decimal", str),
    datetime: ("$datetime", _zoned),
    date: ("$date", date.isoformat),
    time: ("$time", _zoned),
    timedelta: ("$span", lambda span: f"{span.days} {span.seconds} {span.microseconds}"),
    YearsMonths: ("$months", lambda length: str(length.months)),
}
_READ: Mapping[str, Callable[[str], Any]] = {
    "$decimal": Decimal,
    "$datetime": _in_zone(datetime.fromisoformat),
    "$date": date.fromisoformat,
    "$time": _in_zone(time.fromisoformat),
    "$span": _span,
    "$months": lambda text: YearsMonths(int(text)),
}
# How a mark, or a key that could be taken for one, begins in a JSON text: without it, plain JSON.
MARKED = '"$'
