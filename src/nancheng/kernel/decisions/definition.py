"""A decision model as values: what a DMN file says, before any of it is compiled."""

from __future__ import annotations

from dataclasses import dataclass

from nancheng.kernel.decisions.tables import TableDefinition


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the file: its element's id and its line."""

    element: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Literal:
    """A boxed FEEL expression."""

    text: str
    place: Place
    type_ref: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a boxed context; the one without a name is its result."""

    name: str
    type_ref: str
    value: Boxed | None


@dataclass(frozen=True, slots=True)
class Context:
    """A boxed context."""

    entries: tuple[Entry, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Invocation:
    """A boxed invocation: a function, and its arguments by name."""

    function: Boxed | None
    arguments: tuple[tuple[str, Boxed | None], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Items:
    """A boxed list."""

    items: tuple[Boxed | None, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation: named columns, and a boxed expression in each cell."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Boxed | None, ...], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Function:
    """A boxed function definition; ``kind`` other than FEEL is read, and answers null."""

    parameters: tuple[tuple[str, str], ...]
    body: Boxed | None
    place: Place
    kind: str = "FEEL"


@dataclass(frozen=True, slots=True)
class Conditional:
    """A boxed conditional."""

    condition: Boxed | None
    chosen: Boxed | None
    otherwise: Boxed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Filter:
    """A boxed filter."""

    source: Boxed | None
    match: Boxed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Iterator:
    """A boxed iterator: "for", "every" or "some"."""

    kind: str
    variable: str
    source: Boxed | None
    body: Boxed | None
    place: Place


@dataclass(frozen=True, slots=True)
class Typed:
    """Any boxed expression that states the type of its value."""

    inside: Boxed
    type_ref: str
    place: Place


Boxed = (
    Literal
    | Typed
    | TableDefinition
    | Context
    | Invocation
    | Items
    | Relation
    | Function
    | Conditional
    | Filter
    | Iterator
)


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type: another one, a structure or a function, perhaps a list of it, perhaps constrained.

    ``allowed`` are unary tests for each item, ``constraint`` for the value as a whole.
    """

    name: str
    place: Place
    type_ref: str = ""
    allowed: str = ""
    constraint: str = ""
    is_list: bool = False
    components: tuple[ItemDefinition, ...] = ()
    function: tuple[tuple[str, ...], str] | None = None


@dataclass(frozen=True, slots=True)
class InputData:
    """Something that comes from outside."""

    identity: str
    name: str
    type_ref: str
    place: Place


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision: what it requires (references) and how it is made."""

    identity: str
    name: str
    type_ref: str
    logic: Boxed | None
    requires: tuple[str, ...]
    place: Place
    question: str = ""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function that decisions call by its name."""

    identity: str
    name: str
    type_ref: str
    function: Function | None
    requires: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: some decisions offered as a function of inputs and of others."""

    identity: str
    name: str
    type_ref: str
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    given_decisions: tuple[str, ...]
    given_inputs: tuple[str, ...]
    place: Place


Element = InputData | Decision | Knowledge | Service


@dataclass(frozen=True, slots=True)
class Import:
    """Another model whose elements this one uses under a name of its own."""

    name: str
    namespace: str
    place: Place


@dataclass(frozen=True, slots=True)
class ModelDefinition:
    """A whole model; references read ``id`` or ``namespace#id``."""

    name: str
    namespace: str
    items: tuple[ItemDefinition, ...] = ()
    elements: tuple[Element, ...] = ()
    imports: tuple[Import, ...] = ()
