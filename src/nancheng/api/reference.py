"""The description as lines to be read: each operation with its parameters, body and answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from nancheng.api import document

REF = "#/components/schemas/"
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter, or a member of a body."""

    name: str
    kind: str
    words: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    name: str
    method: str
    address: str
    summary: str
    needs: str
    parameters: tuple[Member, ...]
    body: tuple[Member, ...]
    answer: tuple[Member, ...]


@lru_cache(maxsize=1)
def groups() -> tuple[tuple[str, tuple[Operation, ...]], ...]:
    """Return the operations by the part of the platform they belong to."""
    found: dict[str, list[Operation]] = {}
    for address, methods in document.document()["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_told(address, method, operation))
    return tuple((tag, tuple(operations)) for tag, operations in found.items())


def _told(address: str, method: str, operation: Schema) -> Operation:
    body = operation.get("requestBody", {}).get("content", {})
    first = next(iter(operation["responses"].values()))
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        address=address,
        summary=operation["summary"],
        needs=operation["x-needs"],
        parameters=tuple(_parameter(one) for one in operation["parameters"]),
        body=tuple(_of_content(body)),
        answer=tuple(_always(one) for one in _of_content(first.get("content", {}))),
    )


def _parameter(one: Schema) -> Member:
    schema = one["schema"]
    words = one.get("description") or schema.get("description", "")
    return Member(one["name"], _kind(schema), words, bool(one.get("required")))


def _of_content(content: Schema) -> Iterator[Member]:
    for media_type, one in content.items():
        schema = one["schema"]
        shape = _resolved(schema.get("items", schema) if schema.get("type") == "array" else schema)
        if "properties" not in shape:
            yield Member("", _kind(schema), media_type, is_required=False)
        yield from _of_shape(shape)
        if "next" in shape.get("properties", {}):
            # A page: what stands in it is what one came for.
            rows = _resolved(shape["properties"]["items"]["items"])
            yield from (replace(one, name=f"items[].{one.name}") for one in _of_shape(rows))


def _of_shape(shape: Schema) -> Iterator[Member]:
    required = shape.get("required", ())
    for name, each in shape.get("properties", {}).items():
        yield Member(name, _kind(each), each.get("description", ""), name in required)


def _always(one: Member) -> Member:
    """Return a member of an answer: nothing is asked for there."""
    return replace(one, is_required=False)


def _resolved(schema: Schema) -> Schema:
    name = str(schema.get("$ref", "")).removeprefix(REF)
    return document.document()["components"]["schemas"][name] if name else schema


def _kind(schema: Schema) -> str:
    """Return a type in one line: "integer", "[CaseLine]", "string | null", "a | b"."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_kind(schema['items'])}]"
    return str(schema.get("format") or schema.get("type", "any"))
