"""What can be said of an expression's type before it runs; None where nothing can.

Function types ask for it (a function conforms by what it takes and returns), and whoever compiles
may leave out checks that a known type makes needless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nancheng.kernel.decisions import kinds, syntax, values
from nancheng.kernel.decisions.kinds import ContextKind, FunctionKind, Kind, ListKind, Simple

Names = Mapping[str, Kind]
TRUTH = Simple("boolean")
NUMBER = Simple("number")


def kind_of(node: syntax.Node, names: Names) -> Kind | None:
    """Return the type that every value of an expression has; ``names`` are those of variables.

    Null belongs to every type here, as it does in FEEL.
    """
    reader = READERS.get(type(node))
    return None if reader is None else reader(node, names)


def _literal(node: syntax.Literal, names: Names) -> Kind | None:
    del names
    return None if node.value is None else Simple(values.kind(node.value))


def _name(node: syntax.Name, names: Names) -> Kind | None:
    return names.get(node.text)


def _truth(node: syntax.Node, names: Names) -> Kind:
    del node, names
    return TRUTH


def _arithmetic(node: syntax.Arithmetic, names: Names) -> Kind | None:
    parts = [kind_of(node.first, names), *(kind_of(part, names) for _, part in node.rest)]
    return NUMBER if all(part == NUMBER for part in parts) else None


def _if(node: syntax.If, names: Names) -> Kind | None:
    chosen, otherwise = kind_of(node.chosen, names), kind_of(node.otherwise, names)
    return chosen if chosen == otherwise else None


def _list(node: syntax.ListOf, names: Names) -> Kind:
    items = [kind_of(item, names) for item in node.items]
    alike = bool(items) and all(item == items[0] for item in items)
    return ListKind(items[0] or kinds.ANY) if alike else ListKind(kinds.ANY)


def _context(node: syntax.ContextOf, names: Names) -> Kind:
    known = dict(names)
    found: dict[str, Kind] = {}
    for name, value in node.entries:
        found[name] = known[name] = kind_of(value, known) or kinds.ANY
    return ContextKind(found)


def _definition(node: syntax.Definition, names: Names) -> Kind:
    given = {name: kind or kinds.ANY for name, kind in node.parameters}
    result = None if node.body is None else kind_of(node.body, {**names, **given})
    return FunctionKind(tuple(given.values()), result or kinds.ANY)


READERS: Mapping[type, Callable[..., Kind | None]] = {
    syntax.Literal: _literal,
    syntax.Name: _name,
    syntax.Arithmetic: _arithmetic,
    syntax.If: _if,
    syntax.ListOf: _list,
    syntax.ContextOf: _context,
    syntax.Definition: _definition,
    **dict.fromkeys(
        (syntax.Compare, syntax.Between, syntax.In, syntax.InstanceOf, syntax.And, syntax.Or),
        _truth,
    ),
}
