"""The types of a model: item definitions into types that values can be checked against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nancheng.kernel.decisions import feel, kinds, syntax, vocabulary
from nancheng.kernel.decisions.definition import ItemDefinition
from nancheng.kernel.decisions.feel import UnaryTests
from nancheng.kernel.decisions.kinds import Allowed, ContextKind, FunctionKind, Kind, ListKind
from nancheng.kernel.decisions.lexer import FeelSyntaxError
from nancheng.kernel.decisions.problems import Problem


def types_of(
    items: Iterable[ItemDefinition], known: Mapping[str, Kind], problems: list[Problem]
) -> dict[str, Kind]:
    """Return the types of a model by name; ``known`` are those of imported models."""
    resolving = _Resolving({item.name: item for item in items}, known, problems)
    return {name: resolving.named(name) for name in resolving.items} | dict(known)


def member_names(items: Iterable[ItemDefinition]) -> set[str]:
    """Return the names of all components, at every depth."""
    found: set[str] = set()
    for item in items:
        found |= {component.name for component in item.components}
        found |= member_names(item.components)
    return found


class _Resolving:
    """Resolves types by name, each once; one that contains itself is Any at that place."""

    def __init__(
        self,
        items: Mapping[str, ItemDefinition],
        known: Mapping[str, Kind],
        problems: list[Problem],
    ) -> None:
        self.items = items
        self.known = known
        self.problems = problems
        self.done: dict[str, Kind] = {}
        self.open: set[str] = set()

    def named(self, name: str) -> Kind:
        if name in self.done:
            return self.done[name]
        if name in self.open:
            return kinds.ANY
        self.open.add(name)
        self.done[name] = self._kind(self.items[name])
        self.open.discard(name)
        return self.done[name]

    def _kind(self, item: ItemDefinition) -> Kind:
        kind = self._plain(item)
        if item.allowed:
            # DMN 1.3 §7.3.3: allowed values of its own are the complete range of the type.
            kind = kind.of if isinstance(kind, Allowed) else kind
            kind = self._constrained(kind, item, item.allowed, each=not item.is_list)
        if item.is_list:
            kind = ListKind(kind)
        if item.constraint:
            kind = self._constrained(kind, item, item.constraint, each=False)
        return kind

    def _plain(self, item: ItemDefinition) -> Kind:
        if item.function is not None:
            parameters, result = item.function
            return FunctionKind(
                tuple(self._reference(one, item) for one in parameters),
                self._reference(result, item),
            )
        if item.components:
            return ContextKind({part.name: self._kind(part) for part in item.components})
        return self._reference(item.type_ref, item)

    def _reference(self, name: str, item: ItemDefinition) -> Kind:
        plain = name.rpartition(":")[2]
        for candidate in (name, plain):
            if candidate in self.items:
                return self.named(candidate)
        kind = kinds.named(name, self.known)
        if kind is None and name:
            self._problem("decisions.unknown-type", item, name)
        return kind or kinds.ANY

    def _constrained(self, kind: Kind, item: ItemDefinition, text: str, *, each: bool) -> Kind:
        """Return a type with unary tests; for a list under ``each`` every item must pass."""
        try:
            tests = feel.compile_unary_tests(text, words=vocabulary.vocabulary())
        except FeelSyntaxError as error:
            self._problem("decisions.not-feel", item, f"{text}: {error}")
            return kind
        if each and isinstance(kind, ListKind):
            return ListKind(_allowed(kind.item, tests))
        return _allowed(kind, tests)

    def _problem(self, code: str, item: ItemDefinition, detail: str) -> None:
        self.problems.append(Problem(code, item.place.element, item.place.line, detail))


def _allowed(kind: Kind, tests: UnaryTests) -> Allowed:
    points = (part.value for part in syntax.walk(tests.tree) if isinstance(part, syntax.Literal))
    return Allowed(kind, lambda value: tests(value) is True, tuple(points))
