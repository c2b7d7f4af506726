"""What every maker of closures shares: the signature of a closure and the table of makers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.syntax import Node
from nancheng.kernel.decisions.values import Builtin, Scope

# What an expression becomes: the variables and the budget in, the value out.
Run = Callable[[Scope, Budget], object]


class Building:
    """Turns nodes into closures; remembers whether any of them may loop, call or grow.

    ``is_rarely_costly`` says that only unusual values make it so: a list where an entry is read.
    """

    __slots__ = ("builtins", "costly", "is_rarely_costly", "makers")

    def __init__(
        self, makers: Mapping[type, Callable[..., Run]], builtins: Mapping[str, Builtin]
    ) -> None:
        self.makers = makers
        self.builtins = builtins
        self.costly = False
        self.is_rarely_costly = False

    def run(self, node: Node) -> Run:
        """Return the closure of one node."""
        return self.makers[type(node)](node, self)

    def runs(self, nodes: tuple[Node, ...]) -> tuple[Run, ...]:
        """Return the closures of several nodes."""
        return tuple(self.run(node) for node in nodes)

    def spending(self) -> None:
        """Note that the expression needs a budget of its own at each evaluation."""
        self.costly = True

    def rarely_spending(self) -> None:
        """Note that the expression needs a budget only for some values."""
        self.is_rarely_costly = True


def constant(value: object) -> Run:
    """Return the closure that always answers one value."""

    def run(scope: Scope, budget: Budget) -> object:
        del scope, budget
        return value

    return run
