"""Reads the cases of the public DMN conformance kit and says which of them hold.

A case names a model, gives inputs, and expects a value or an error of each result node. An error is
null here; cases that expect a value are counted apart, since an engine that answers nothing passes
all the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from lxml import etree

from nancheng.kernel.decisions import comparison, dmn, model, temporal
from nancheng.kernel.decisions.budget import FeelLimitExceeded
from nancheng.kernel.decisions.definition import ModelDefinition
from nancheng.kernel.decisions.functions import conversion
from nancheng.kernel.decisions.kinds import ANY, Kind
from nancheng.kernel.decisions.model import Model
from tests.conformance.inputs import Untyped, declared, read

FINER_THAN_OURS = re.compile(r"\.[0-9]{6}[0-9]*[1-9]")
AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one result node of one case."""

    folder: str
    case: str
    node: str
    expects_value: bool
    passed: bool
    expected: object
    found: object


def verdicts(root: Path) -> Iterator[Verdict]:
    """Yield a verdict for every result node of every test file below a folder."""
    for path in sorted(root.rglob("*.xml")):
        tests = _parsed(path)
        if etree.QName(tests).localname == "testCases":
            yield from _of_file(path, tests)


def _of_file(path: Path, tests: etree._Element) -> Iterator[Verdict]:
    named = next((one.text or "" for one in _children(tests, "modelName")), "")
    models, kinds_of = _models(path.parent, named.strip())
    for case in _children(tests, "testCase"):
        given = {_name(one): _value(one) for one in _children(case, "inputNode")}
        inputs = {name: read(value, kinds_of.get(name, ANY)) for name, value in given.items()}
        for node in _children(case, "resultNode"):
            key = case.get("invocableName") or _name(node)
            expected = next((_value(one) for one in _children(node, "expected")), None)
            found = _found(models, key, inputs, _name(node))
            is_error = node.get("errorResult") == "true"
            passed = found is None if is_error else _alike(expected, found)
            yield Verdict(
                folder=path.parent.name,
                case=case.get("id", ""),
                node=_name(node),
                expects_value=expected is not None and not is_error,
                passed=passed,
                expected=expected,
                found=found,
            )


def _models(folder: Path, named: str) -> tuple[Model | None, dict[str, Kind]]:
    """Return a folder's model and the types that it declares for its inputs."""
    known: list[tuple[str, ModelDefinition]] = []
    for path in sorted(folder.glob("*.dmn")):
        definition = dmn.read(path.read_bytes()).model
        if definition is not None:
            known.append((path.name, definition))
    chosen = next((one for name, one in known if name == named), None)
    if chosen is None:
        return None, {}
    made = model.compile_with_problems(chosen, imported=[one for _, one in known])[0]
    return made, declared(chosen)


def _found(models: Model | None, key: str, inputs: dict[str, object], node: str) -> object:
    if models is None or key not in models.keys:
        return None
    try:
        value = models.evaluate(key, inputs, at=AT).value
    except FeelLimitExceeded:
        return None
    if key != node and isinstance(value, dict) and node in value:
        return value[node]
    return value


def _alike(expected: object, found: object) -> bool:
    """Compare as the kit does: numbers to eight decimals, lists and contexts part by part."""
    if isinstance(expected, Untyped):
        return found is not None and conversion.written(found) == expected.text
    if isinstance(expected, Decimal) and isinstance(found, int | Decimal):
        return abs(expected - Decimal(found)) < Decimal("1e-8")
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(_alike(a, b) for a, b in zip(expected, found, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and set(found) == set(expected)
            and all(_alike(value, found[name]) for name, value in expected.items())
        )
    return comparison.same(expected, found)


def _value(element: etree._Element) -> object:
    """Return the value an element holds: a list, components by name, or a simple value."""
    for child in element.iterchildren("*"):
        name = etree.QName(child).localname
        if name == "list":
            nil = child.get(NIL) == "true"
            return None if nil else [_value(item) for item in _children(child, "item")]
        if name == "component":
            return {_name(one): _value(one) for one in _children(element, "component")}
        if name == "value":
            return _simple(child)
    return None


def _simple(element: etree._Element) -> object:
    if element.get(NIL) == "true":
        return None
    text = element.text or ""
    stated = element.get(TYPE)
    if stated is None:
        return Untyped(text)
    kind = stated.rpartition(":")[2]
    if kind in ("decimal", "double", "integer", "int", "float", "long"):
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() == "true"
    reader = {
        "date": temporal.date_of,
        "time": temporal.time_of,
        "dateTime": temporal.date_and_time_of,
        "duration": temporal.duration_of,
        "dayTimeDuration": temporal.duration_of,
        "yearMonthDuration": temporal.duration_of,
    }.get(kind)
    if reader is None:
        return text
    # What we could not even write down counts as its text, so that it is not taken for null.
    found = None if FINER_THAN_OURS.search(text) else reader(text.strip())
    return Untyped(text.strip()) if found is None else found


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    for child in element.iterchildren("*"):
        if etree.QName(child).localname == name:
            yield child


def _name(element: etree._Element) -> str:
    return element.get("name", "")


def _parsed(path: Path) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(path.read_bytes(), parser)
