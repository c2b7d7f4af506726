"""Decision requirement graphs: who requires whom, across the models that import each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nancheng.kernel.decisions import items
from nancheng.kernel.decisions.definition import (
    Decision,
    Element,
    Import,
    Knowledge,
    ModelDefinition,
    Service,
)
from nancheng.kernel.decisions.kinds import Kind
from nancheng.kernel.decisions.problems import Problem


@dataclass(frozen=True, slots=True)
class Required:
    """Something required: its full id, the path by which it is read, and whether it is given.

    The path is the name alone, or the name of an import and the name. ``given`` is said of what a
    service takes as an argument.
    """

    full: str
    path: tuple[str, ...]
    given: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """The models at hand, imported ones first, and what each of their elements requires."""

    models: tuple[ModelDefinition, ...]
    required: Mapping[str, tuple[Required, ...]]
    member_names: frozenset[str]

    def types_for(self, model: ModelDefinition, problems: list[Problem]) -> dict[str, Kind]:
        """Return the types a model sees through its imports, as ``import.type``."""
        by_namespace = {one.namespace: one for one in self.models}
        found: dict[str, Kind] = {}
        for one in model.imports:
            source = by_namespace.get(one.namespace)
            if source is None or source is model:
                continue
            inner = self.types_for(source, problems) if source.imports else {}
            for name, kind in items.types_of(source.items, inner, problems).items():
                found[f"{one.name}.{name}" if one.name else name] = kind
        return found


def graph(
    model: ModelDefinition, imported: Mapping[str, ModelDefinition], problems: list[Problem]
) -> Graph:
    """Return the graph of a model and what it imports; missing ones and cycles are problems."""
    models = _in_order(model, imported, problems)
    elements = {
        full_id(one, element.identity): (one, element) for one in models for element in one.elements
    }
    required: dict[str, tuple[Required, ...]] = {}
    for full, (owner, element) in elements.items():
        required[full] = _required(owner, element, elements, problems)
    for full in _on_cycles(required):
        owner, element = elements[full]
        problems.append(_problem("decisions.requirement-cycle", element, element.name))
        required[full] = ()
    names = frozenset().union(*(items.member_names(one.items) for one in models))
    return Graph(models, required, names | {element.name for _, element in elements.values()})


def full_id(model: ModelDefinition, reference: str) -> str:
    """Return ``namespace#id`` for a reference that a model makes."""
    return reference if "#" in reference else f"{model.namespace}#{reference}"


def _in_order(
    model: ModelDefinition, imported: Mapping[str, ModelDefinition], problems: list[Problem]
) -> tuple[ModelDefinition, ...]:
    found: dict[str, ModelDefinition] = {}
    waiting: list[tuple[ModelDefinition, Import | None]] = [(model, None)]
    while waiting:
        current, _ = waiting.pop()
        if current.namespace in found:
            continue
        found[current.namespace] = current
        for one in current.imports:
            source = imported.get(one.namespace)
            if source is not None:
                waiting.append((source, one))
            elif "DMN" not in one.namespace or not one.namespace.startswith("http"):
                place = one.place
                problem = Problem("decisions.import-missing", place.element, place.line, one.name)
                problems.append(problem)
    return tuple(reversed(found.values()))


def _required(
    owner: ModelDefinition,
    element: Element,
    elements: Mapping[str, tuple[ModelDefinition, Element]],
    problems: list[Problem],
) -> tuple[Required, ...]:
    found: list[Required] = []
    for reference, given in _references(element):
        full = full_id(owner, reference)
        if full not in elements:
            problems.append(_problem("decisions.requirement-missing", element, reference))
            continue
        source, wanted = elements[full]
        found.append(Required(full, _path(owner, source, wanted), given))
    return tuple(found)


def _references(element: Element) -> list[tuple[str, bool]]:
    if isinstance(element, Decision | Knowledge):
        return [(reference, False) for reference in element.requires]
    if isinstance(element, Service):
        given = (*element.given_inputs, *element.given_decisions)
        return [(one, True) for one in given] + [(one, False) for one in element.outputs]
    return []


def _path(owner: ModelDefinition, source: ModelDefinition, wanted: Element) -> tuple[str, ...]:
    for one in owner.imports:
        if one.namespace == source.namespace and source is not owner and one.name:
            return one.name, wanted.name
    return (wanted.name,)


def _on_cycles(required: Mapping[str, tuple[Required, ...]]) -> list[str]:
    """Return the elements that close a cycle, found depth first without recursion."""
    done: set[str] = set()
    closing: list[str] = []
    for start in required:
        path: dict[str, list[str]] = {start: [one.full for one in required[start]]}
        while path and start not in done:
            current = next(reversed(path))
            if not path[current]:
                done.add(current)
                path.pop(current)
                continue
            following = path[current].pop()
            if following in path:
                closing.append(current)
            elif following not in done:
                path[following] = [one.full for one in required[following]]
    return list(dict.fromkeys(closing))


def _problem(code: str, element: Element, detail: str) -> Problem:
    return Problem(code, element.place.element, element.place.line, detail)
