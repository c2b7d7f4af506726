"""How a built-in function is declared: its name and its signature as the standard writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from nancheng.kernel.decisions.values import Builtin, Overload, Parameter

Implementation = TypeVar("Implementation", bound=Callable[..., object])


class Family:
    """Collects the functions of one module."""

    __slots__ = ("_overloads",)

    def __init__(self) -> None:
        self._overloads: dict[str, list[Overload]] = {}

    def function(self, name: str, *signatures: str) -> Callable[[Implementation], Implementation]:
        """Declare that a Python function answers for a name with each of these signatures.

        A signature reads ``string: string, start position: number, [length: number]``: brackets for
        what may be left out, a star for what may repeat, ``?`` after a kind that may be null.
        The Python function is given the budget, then the arguments by position.
        """

        def declare(implementation: Implementation) -> Implementation:
            for signature in signatures:
                overload = Overload(_parameters(signature), implementation)
                self._overloads.setdefault(name, []).append(overload)
            return implementation

        return declare

    def builtins(self) -> Mapping[str, Builtin]:
        """Return the functions declared so far, by name."""
        return {name: Builtin(name, tuple(many)) for name, many in self._overloads.items()}


def _parameters(signature: str) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    for part in signature.split(",") if signature else ():
        name, _, kind = part.strip(" []").partition(":")
        found.append(
            Parameter(
                name=name.strip(" *"),
                kind=kind.strip(),
                optional="[" in part,
                variadic=name.startswith("*"),
            )
        )
    return tuple(found)
