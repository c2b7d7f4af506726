"""Decision models: compiled once, then any decision or service evaluated by its id or name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import InvalidOperation

from nancheng.kernel.decisions import boxes, items, kinds, requirements, values, vocabulary
from nancheng.kernel.decisions.boxes import Compiling
from nancheng.kernel.decisions.budget import Budget, FeelLimitExceeded
from nancheng.kernel.decisions.building import Run
from nancheng.kernel.decisions.definition import (
    Decision,
    Element,
    InputData,
    Knowledge,
    ModelDefinition,
    Service,
)
from nancheng.kernel.decisions.kinds import Kind
from nancheng.kernel.decisions.outcomes import Outcome
from nancheng.kernel.decisions.problems import ModelError, Problem
from nancheng.kernel.decisions.requirements import Required
from nancheng.kernel.decisions.values import Closure


@dataclass(frozen=True, slots=True)
class Node:
    """A compiled element: what it requires, how its value is made, and the type of that value."""

    element: Element
    requires: tuple[Required, ...]
    run: Run | None
    kind: Kind | None
    parameters: tuple[tuple[str, Kind | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A compiled model; ``nodes`` by full id (``namespace#id``), ``keys`` by id and by name."""

    definition: ModelDefinition
    nodes: Mapping[str, Node]
    keys: Mapping[str, str]

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions of the model itself, in the order of the file."""
        return tuple(one for one in self.definition.elements if isinstance(one, Decision))

    def evaluate(
        self,
        key: str,
        context: Mapping[str, object],
        *,
        at: datetime | None = None,
        limits: Budget | None = None,
    ) -> Outcome:
        """Return what a decision or service answers, by its id or name.

        ``context`` gives the input data by name; ``at`` is what ``now()`` answers. Raise KeyError
        for a key the model does not have, FeelLimitExceeded when the budget is used up.
        """
        budget = limits or Budget(at=at)
        evaluation = _Evaluation(self.nodes, context, budget, {}, {})
        try:
            outcome = evaluation.outcome(self.keys[key])
            values.bounded(outcome.value)
            return outcome
        except RecursionError:
            raise FeelLimitExceeded("the model nests too deeply") from None
        except InvalidOperation:
            return Outcome(None, problem=Problem("decisions.not-a-number", key))


def compile_model(
    definition: ModelDefinition, *, imported: Iterable[ModelDefinition] = ()
) -> Model:
    """Compile a model with the models it imports; raise ModelError listing every fault."""
    model, problems = compile_with_problems(definition, imported=imported)
    if problems:
        raise ModelError(problems)
    return model


def compile_with_problems(
    definition: ModelDefinition, *, imported: Iterable[ModelDefinition] = ()
) -> tuple[Model, tuple[Problem, ...]]:
    """Compile a model as far as it goes: what is at fault answers null and is listed."""
    problems: list[Problem] = []
    graph = requirements.graph(definition, {one.namespace: one for one in imported}, problems)
    nodes: dict[str, Node] = {}
    for part in graph.models:
        types = items.types_of(part.items, graph.types_for(part, problems), problems)
        words = vocabulary.vocabulary(members=graph.member_names, types=types)
        known = Compiling(frozenset(), words, problems)
        for element in part.elements:
            full = requirements.full_id(part, element.identity)
            nodes[full] = _node(element, graph.required[full], known)
    keys = {
        key: requirements.full_id(definition, element.identity)
        for element in definition.elements
        for key in (element.name, element.identity)
    }
    return Model(definition, nodes, keys), tuple(problems)


def _node(element: Element, required: tuple[Required, ...], known: Compiling) -> Node:
    place = element.place
    kind = known.kind(element.type_ref, place)
    inner = known.knowing(one.path[0] for one in required)
    match element:
        case Decision(logic=logic):
            return Node(element, required, boxes.compile_box(logic, inner), kind)
        case Knowledge(function=function):
            own = inner.knowing([element.name])
            run = boxes.function(function, own) if function else None
            return Node(element, required, run, _result(kind))
        case Service():
            return Node(element, required, None, _result(kind))
        case InputData():
            return Node(element, required, None, kind)


def _result(kind: Kind | None) -> Kind | None:
    """Return the type of what a function answers, given the type of its variable."""
    return kind.result if isinstance(kind, kinds.FunctionKind) else kind


@dataclass(slots=True)
class _Evaluation:
    """One evaluation of a model: values found so far, and the outcomes of its decisions."""

    nodes: Mapping[str, Node]
    context: Mapping[str, object]
    budget: Budget
    known: dict[str, object]
    outcomes: dict[str, Outcome]

    def outcome(self, full: str) -> Outcome:
        element = self.nodes[full].element
        if isinstance(element, Service):
            value = self.offered(full)
            return Outcome(value, {element.name: value}, because=dict(self.outcomes))
        value = self.value(full)
        found = self.outcomes.pop(element.name, None) or Outcome(value, {element.name: value})
        return Outcome(found.value, found.values, found.rows, found.problem, dict(self.outcomes))

    def value(self, full: str) -> object:
        """Return the value of an element, made at most once."""
        if full not in self.known:
            node = self.nodes[full]
            self.budget.enter()
            self.known[full] = MAKERS[type(node.element)](self, full, node)
            self.budget.leave()
        return self.known[full]

    def scope(self, node: Node) -> dict[str, object]:
        """Return what an element sees: the values of what it requires, by their names."""
        scope: dict[str, object] = {}
        for required in node.requires:
            inner = scope
            for name in required.path[:-1]:
                found = inner.setdefault(name, {})
                assert isinstance(found, dict), name
                inner = found
            inner[required.path[-1]] = self.value(required.full)
        return scope

    def decided(self, full: str, node: Node) -> object:
        assert node.run is not None, full
        outer, self.budget.trace = self.budget.trace, []
        scope = self.scope(node)
        trace: list[object] = []
        self.budget.trace = trace
        value = node.run(scope, self.budget)
        self.budget.trace = outer
        checked = value if node.kind is None else kinds.coerce(value, node.kind)
        name = node.element.name
        last = trace[-1] if trace else None
        if isinstance(last, Outcome) and last.value is value:
            # An output without a name of its own goes by the decision's.
            named = {key or name: one for key, one in last.values.items()}
            self.outcomes[name] = Outcome(checked, named, last.rows, last.problem)
        else:
            self.outcomes[name] = Outcome(checked, {name: checked})
        return checked

    def given(self, full: str, node: Node) -> object:
        name = node.element.name
        value = self.context.get(name)
        if value is None:
            value = _under_imports(self.context, name)
        return value if node.kind is None else kinds.coerce(value, node.kind)

    def knowledge(self, full: str, node: Node) -> object:
        if node.run is None:
            return None
        scope = self.scope(node)
        made = node.run(scope, self.budget)
        if node.kind is not None and isinstance(made, Closure):
            made = _checked(made, node.kind)
        scope[node.element.name] = made
        return made

    def service(self, full: str, node: Node) -> object:
        element = node.element
        assert isinstance(element, Service)
        given = [one for one in node.requires if one.given]

        def run(budget: Budget, arguments: list[object]) -> object:
            known: dict[str, object] = {}
            for one, argument in zip(given, arguments, strict=True):
                kind = self.nodes[one.full].kind
                known[one.full] = argument if kind is None else kinds.coerce(argument, kind)
            inner = _Evaluation(self.nodes, {}, budget, known, {})
            return inner.offered(full)

        return Closure(tuple(one.path[-1] for one in given), run)

    def offered(self, full: str) -> object:
        """Return what a service answers: its one output, or its outputs by name."""
        node = self.nodes[full]
        for one in node.requires:
            if one.given and one.full not in self.known and self.context:
                self._take(one)
        outputs = [one for one in node.requires if not one.given]
        found = {one.path[-1]: self.value(one.full) for one in outputs}
        value: object = next(iter(found.values())) if len(found) == 1 else found
        return value if node.kind is None else kinds.coerce(value, node.kind)

    def _take(self, one: Required) -> None:
        """Take what a service is given from the context, a decision's value as well."""
        kind = self.nodes[one.full].kind
        value = self.context.get(one.path[-1])
        self.known[one.full] = value if kind is None else kinds.coerce(value, kind)


def _under_imports(context: Mapping[str, object], name: str) -> object:
    """Return an imported model's input, given under the name of the import."""
    for value in context.values():
        if isinstance(value, Mapping) and name in value:
            return value[name]
    return None


def _checked(function: Closure, kind: Kind) -> Closure:
    def run(budget: Budget, arguments: list[object]) -> object:
        return kinds.coerce(function.run(budget, arguments), kind)

    return Closure(function.parameters, run, function.kind)


MAKERS: Mapping[type, Callable[[_Evaluation, str, Node], object]] = {
    Decision: _Evaluation.decided,
    InputData: _Evaluation.given,
    Knowledge: _Evaluation.knowledge,
    Service: _Evaluation.service,
}
