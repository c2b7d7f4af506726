"""Reads inputs whose type the kit leaves out by the type that the model declares for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from nancheng.kernel.decisions import items, kinds, temporal
from nancheng.kernel.decisions.definition import InputData, ModelDefinition
from nancheng.kernel.decisions.kinds import ContextKind, Kind, ListKind, Simple


@dataclass(frozen=True, slots=True)
class Untyped:
    """A value whose type the kit leaves out: the text is what FEEL would write."""

    text: str


def _number(text: str) -> object:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


READERS: Mapping[str, Callable[[str], object]] = {
    "number": _number,
    "boolean": {"true": True, "false": False}.get,
    "date": temporal.date_of,
    "time": temporal.time_of,
    "date and time": temporal.date_and_time_of,
    "days and time duration": temporal.duration_of,
    "years and months duration": temporal.duration_of,
}


def declared(model: ModelDefinition | None) -> dict[str, Kind]:
    """Return the types of a model's inputs by name; those that declare none are left out."""
    if model is None:
        return {}
    types = items.types_of(model.items, {}, [])
    found = {
        one.name: kinds.named(one.type_ref, types)
        for one in model.elements
        if isinstance(one, InputData) and one.type_ref
    }
    return {name: kinds.bare(kind) for name, kind in found.items() if kind is not None}


def read(value: object, kind: Kind) -> object:
    """Return a value with its untyped parts read as the type says; what cannot be stays text."""
    if isinstance(value, list):
        item = kind.item if isinstance(kind, ListKind) else kinds.ANY
        return [read(one, item) for one in value]
    if isinstance(value, dict):
        members = kind.members if isinstance(kind, ContextKind) else {}
        return {name: read(one, members.get(name, kinds.ANY)) for name, one in value.items()}
    return _read(value.text, kind) if isinstance(value, Untyped) else value


def _read(text: str, kind: Kind) -> object:
    reader = READERS.get(kind.name) if isinstance(kind, Simple) else None
    found = reader(text.strip()) if reader else None
    return text if found is None else found
