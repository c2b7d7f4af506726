"""FEEL as a tree of values: what the grammar makes and what the closures and analyses read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from nancheng.kernel.decisions.kinds import Kind


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: number, string, boolean, null, or a folded date, time or duration."""

    value: object


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, parameter or function, by its full name with single spaces."""

    text: str


@dataclass(frozen=True, slots=True)
class Member:
    """``of.name``."""

    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Descendants:
    """``of...name``: the values of all entries of that name, at every depth."""

    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    """``of[condition]``: an index or a condition on each item."""

    of: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call:
    """``function(arguments)``; ``names`` is empty or has one name for each argument."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Negate:
    """``-operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A left-associative chain of operators of one rank: ``first op operand op operand``."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """``left operator right`` with one of = != < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between:
    """``value between low and high``."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In:
    """``value in (tests)``."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf:
    """``value instance of kind``."""

    value: Node
    kind: Kind


@dataclass(frozen=True, slots=True)
class And:
    """A conjunction of two or more parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """A disjunction of two or more parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If:
    """``if condition then chosen else otherwise``."""

    condition: Node
    chosen: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Span:
    """``low..high`` as something to iterate over, upwards or downwards."""

    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Binding:
    """``name in source``."""

    name: str
    source: Node


@dataclass(frozen=True, slots=True)
class For:
    """``for bindings return body``; ``partial`` holds the results so far."""

    bindings: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified:
    """``some`` (``every`` is False) or ``every`` of the bindings satisfies the body."""

    every: bool
    bindings: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Definition:
    """``function(parameters) body``; an external one has no body and answers null."""

    parameters: tuple[tuple[str, Kind | None], ...]
    body: Node | None


@dataclass(frozen=True, slots=True)
class ListOf:
    """``[items]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf:
    """``{name: value}``; later entries see the earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeOf:
    """``[low..high]`` in any of its bracket forms."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Against:
    """A unary test ``operator operand``: < <= > >= = !=."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Tests:
    """Unary tests of one cell: no tests is the dash; ``negated`` is ``not(…)``."""

    tests: tuple[Node, ...]
    negated: bool = False


Node = (
    Literal
    | Name
    | Member
    | Descendants
    | Filter
    | Call
    | Negate
    | Arithmetic
    | Compare
    | Between
    | In
    | InstanceOf
    | And
    | Or
    | If
    | Span
    | For
    | Quantified
    | Definition
    | ListOf
    | ContextOf
    | RangeOf
    | Against
    | Tests
)


def walk(node: object) -> Iterator[object]:
    """Yield a node and everything below it, in reading order."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, tuple):
            waiting.extend(reversed(current))
        elif isinstance(current, Node | Binding):
            yield current
            inside = [getattr(current, part.name) for part in fields(current)]
            waiting.extend(reversed(inside))


def uses_input(node: object) -> bool:
    """Say whether ``?``, the value under test, is used by name."""
    return any(isinstance(part, Name) and part.text == "?" for part in walk(node))


def free_names(node: object) -> frozenset[str]:
    """Return the variables an expression reads from outside, bound names left out."""
    return frozenset(_free(node, frozenset()))


def _free(node: object, bound: frozenset[str]) -> set[str]:
    if isinstance(node, Name):
        return set() if node.text in bound else {node.text}
    if isinstance(node, For | Quantified):
        return _free_in_loop(node, bound)
    if isinstance(node, Definition):
        inside = bound | {name for name, _ in node.parameters}
        return _free(node.body, inside)
    if isinstance(node, ContextOf):
        return _free_in_context(node, bound)
    if isinstance(node, Filter):
        return _free(node.of, bound) | _free(node.condition, bound | {"item"})
    return _free_parts(node, bound)


def _free_in_loop(node: For | Quantified, bound: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for binding in node.bindings:
        found |= _free(binding.source, bound)
        bound |= {binding.name}
    return found | _free(node.body, bound | {"partial"})


def _free_in_context(node: ContextOf, bound: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for name, value in node.entries:
        bound |= {name}
        found |= _free(value, bound)
    return found


def _free_parts(node: object, bound: frozenset[str]) -> set[str]:
    if isinstance(node, tuple):
        parts = list(node)
    elif isinstance(node, Node | Binding):
        parts = [getattr(node, part.name) for part in fields(node)]
    else:
        return set()
    found: set[str] = set()
    for part in parts:
        found |= _free(part, bound)
    return found
