"""The settings file of a simulation: what neither the drawing nor the log says, in TOML.

[arrivals]
per_day = 4            # or every = "40m" of working time, exactly
[defaults]
work = "30m"           # a task of which nothing is known
staff = 1              # a post of which nothing is known
after = "1d"           # what is awaited comes after this, by the calendar
[posts.finance-officer]
staff = 2
department = "财政局"
[posts."applicant/clerk"]  # a duty that several parties have: this party's
staff = 3
[nodes.review]
work = "20m..90m"      # see ``spans``
instances = 3          # of a multi-instance
[nodes.bank-answer]
after = "~2d"
comes = 0.9            # how often it comes at all
[flows.to-correction]
share = 0.2            # of what reaches the gateway
[hours]
office = ["08:30-12:00", "14:00-17:30"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any, cast

from nancheng.config.simulation import spans
from nancheng.config.simulation.spans import Span
from nancheng.kernel.process.definition import Definition, Lane
from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import hours
from nancheng.kernel.worktime.hours import Hours

SIZE_MAX = 1_000_000
STAFF_MAX = 10_000
HALF_AN_HOUR = Span((spans.UNITS["m"] * 30,))
A_DAY = Span((spans.UNITS["d"],))
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """What was written, read; each mapping by the id of a post, node or flow."""

    per_day: float = 0.0
    every: Span | None = None
    work: Span = HALF_AN_HOUR
    staff: int = 1
    after: Span = A_DAY
    staffs: Mapping[str, int] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    works: Mapping[str, Span] = field(default_factory=dict)
    instances: Mapping[str, int] = field(default_factory=dict)
    afters: Mapping[str, Span] = field(default_factory=dict)
    comes: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    office: Hours = hours.OFFICE


class UnreadableError(ValueError):
    """A settings file with faults, each a line of text."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


def read(data: bytes, definition: Definition) -> Settings:
    """Read a settings file for a drawing. Raises ``UnreadableError`` with every fault it has."""
    if len(data) > SIZE_MAX:
        raise UnreadableError([f"larger than {SIZE_MAX} bytes"])
    try:
        written = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadableError([f"not TOML: {error}"]) from error
    reading = _Reading(written, _known(definition))
    for line in _strangers(reading):
        reading.faults.append(line)
    settings = _settings(reading)
    if reading.faults:
        raise UnreadableError(reading.faults)
    return settings


def duty_of(lane: Lane) -> str:
    """Return the duty of a lane; one without goes by its party."""
    return lane.post or lane.party


def named(lane: Lane) -> str:
    """Return how a settings file names one of several lanes of a duty."""
    return f"{lane.party}/{duty_of(lane)}" if lane.party else duty_of(lane)


# --- what may be written ------------------------------------------------------------------------


def _number(low: float, high: float) -> Callable[[object], float]:
    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            message = "not a number"
            raise ValueError(message)
        if not low <= value <= high:
            message = f"not from {low:g} to {high:g}"
            raise ValueError(message)
        return float(value)

    return check


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= STAFF_MAX:
        message = f"not a whole number from 1 to {STAFF_MAX}"
        raise ValueError(message)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        message = "not a text"
        raise ValueError(message)
    return value


def _span(value: object) -> Span:
    return spans.read(_text(value))


def _office(value: object) -> Hours:
    if not isinstance(value, list) or not value:
        message = "not a list of stretches"
        raise ValueError(message)
    stretches = []
    for stretch in value:
        opens, _, closes = _text(stretch).partition("-")
        stretches.append((time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())))
    try:
        return hours.whole_year("office", *stretches)
    except Refused as refused:
        raise ValueError(refused.code) from refused


KEYS: Mapping[str, Mapping[str, Callable[[object], Any]]] = {
    "arrivals": {"per_day": _number(0.001, 10_000), "every": _span},
    "defaults": {"work": _span, "staff": _count, "after": _span},
    "posts": {"staff": _count, "department": _text},
    "nodes": {"work": _span, "instances": _count, "after": _span, "comes": _number(0, 1)},
    "flows": {"share": _number(0, 1)},
    "hours": {"office": _office},
}
NAMED = ("posts", "nodes", "flows")


@dataclass(slots=True)
class _Reading:
    written: Table
    known: Mapping[str, frozenset[str]]
    faults: list[str] = field(default_factory=list)


def _known(definition: Definition) -> Mapping[str, frozenset[str]]:
    posts = {name for lane in definition.lanes for name in (duty_of(lane), named(lane))}
    return {
        "posts": frozenset(posts),
        "nodes": frozenset(definition.nodes),
        "flows": frozenset(flow.id for flow in definition.flows),
    }


def _strangers(reading: _Reading) -> Iterator[str]:
    """Yield what is written and means nothing: a slip of the pen must not go unheard."""
    for name, table in reading.written.items():
        if name not in KEYS:
            yield f"[{name}]: there is no such table"
        elif not isinstance(table, dict):
            yield f"{name}: not a table"
        elif name in NAMED:
            for identity, inner in table.items():
                if identity not in reading.known[name]:
                    yield f"[{name}.{identity}]: not in the drawing"
                yield from _odd_keys(f"{name}.{identity}", name, inner)
        else:
            yield from _odd_keys(name, name, table)


def _odd_keys(where: str, name: str, table: object) -> Iterator[str]:
    if not isinstance(table, dict):
        yield f"{where}: not a table"
        return
    yield from (f"[{where}] {key}: there is no such setting" for key in table.keys() - KEYS[name])


def _value(reading: _Reading, where: str, table: object, name: str, key: str) -> Any:
    value = table.get(key) if isinstance(table, dict) else None
    if value is None:
        return None
    try:
        return KEYS[name][key](value)
    except ValueError as error:
        reading.faults.append(f"[{where}] {key}: {error}")
        return None


def _each(reading: _Reading, name: str, key: str) -> dict[str, Any]:
    table = reading.written.get(name)
    found = {
        identity: _value(reading, f"{name}.{identity}", inner, name, key)
        for identity, inner in (table.items() if isinstance(table, dict) else ())
    }
    return {identity: value for identity, value in found.items() if value is not None}


def _settings(reading: _Reading) -> Settings:
    def one(name: str, key: str, otherwise: object = None) -> Any:
        found = _value(reading, name, reading.written.get(name), name, key)
        return otherwise if found is None else found

    usual = Settings()
    return Settings(
        per_day=cast("float", one("arrivals", "per_day", 0.0)),
        every=one("arrivals", "every"),
        work=one("defaults", "work", usual.work),
        staff=one("defaults", "staff", usual.staff),
        after=one("defaults", "after", usual.after),
        staffs=_each(reading, "posts", "staff"),
        departments=_each(reading, "posts", "department"),
        works=_each(reading, "nodes", "work"),
        instances=_each(reading, "nodes", "instances"),
        afters=_each(reading, "nodes", "after"),
        comes=_each(reading, "nodes", "comes"),
        shares=_each(reading, "flows", "share"),
        office=one("hours", "office", usual.office),
    )
