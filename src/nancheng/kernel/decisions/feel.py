"""FEEL expressions: compiled once, evaluated many times, each time within a budget.

Nothing here is Python's ``eval``: a text becomes a tree (``grammar``), the tree becomes closures.
Numbers are exact decimals of 34 digits; what is unknown or has no meaning is null (None).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import InvalidOperation

from nancheng.kernel.decisions import (
    access,
    grammar,
    kinds,
    loops,
    operators,
    static,
    syntax,
    unary,
    values,
    vocabulary,
)
from nancheng.kernel.decisions.budget import NOTHING, Budget, FeelLimitExceeded
from nancheng.kernel.decisions.building import Building, Run
from nancheng.kernel.decisions.functions import catalogue
from nancheng.kernel.decisions.lexer import FeelTooLargeError
from nancheng.kernel.decisions.unary import Check
from nancheng.kernel.decisions.vocabulary import Vocabulary

FUNCTION_NAMES = vocabulary.pool(catalogue.BUILTINS)
MAKERS = {**operators.MAKERS, **access.MAKERS, **loops.MAKERS}
PLAIN = vocabulary.vocabulary()
NO_CONTEXT: Mapping[str, object] = {}
NO_NAMES: static.Names = {}
PLAIN_KINDS = (static.TRUTH, static.NUMBER, kinds.Simple("string"))


class Expression:
    """A compiled expression: call it with the variables by name."""

    __slots__ = ("costly", "is_plain", "is_rarely_costly", "names", "run", "text", "tree")

    def __init__(
        self, text: str, tree: syntax.Node, run: Run, *, costly: bool, is_rarely_costly: bool
    ) -> None:
        self.text = text
        self.tree = tree
        self.names = syntax.free_names(tree) - catalogue.BUILTINS.keys()
        self.run = run
        self.costly = costly
        # Costs nothing, and its value is a boolean, a number or a text: nothing to look after.
        is_scalar = static.kind_of(tree, NO_NAMES) in PLAIN_KINDS
        self.is_plain = is_scalar and not costly and not is_rarely_costly
        self.is_rarely_costly = is_rarely_costly

    def __call__(self, context: Mapping[str, object] = NO_CONTEXT) -> object:
        """Return the value, null (None) where FEEL has none; raise FeelLimitExceeded."""
        try:
            if self.is_plain:
                return self.run(context, NOTHING)
            value = self._value(context)
            found = type(value)
            return values.bounded(value) if found is list or found is dict else value
        except RecursionError:
            raise FeelLimitExceeded("the expression nests too deeply") from None
        except InvalidOperation:
            return None

    def _value(self, context: Mapping[str, object]) -> object:
        """Return the value; what rarely costs anything is tried without a budget first."""
        if self.costly:
            return self.run(context, Budget())
        try:
            return self.run(context, NOTHING)
        except FeelLimitExceeded:
            return self.run(context, Budget())

    def within(self, limits: Budget, context: Mapping[str, object] = NO_CONTEXT) -> object:
        """Return the value like a call, taking from a budget that the caller has made."""
        try:
            return values.bounded(self.run(context, limits))
        except RecursionError:
            raise FeelLimitExceeded("the expression nests too deeply") from None
        except InvalidOperation:
            return None

    def at(self, moment: datetime, context: Mapping[str, object] = NO_CONTEXT) -> object:
        """Return the value like a call, where ``now()`` and ``today()`` answer this moment."""
        return self.within(Budget(at=moment), context)


class UnaryTests:
    """The compiled tests of one cell: call them with the value under test and the variables."""

    __slots__ = ("check", "costly", "names", "text", "tree")

    def __init__(self, text: str, tree: syntax.Tests, check: Check | None, *, costly: bool) -> None:
        self.text = text
        self.tree = tree
        self.names = syntax.free_names(tree) - catalogue.BUILTINS.keys() - {"?"}
        self.check = check
        self.costly = costly

    def __call__(self, value: object, context: Mapping[str, object] = NO_CONTEXT) -> bool | None:
        """Say whether the value passes, null when that is unknown; raise FeelLimitExceeded."""
        if self.check is None:
            return True
        try:
            return self.check(value, context, Budget() if self.costly else NOTHING)
        except RecursionError:
            raise FeelLimitExceeded("the test nests too deeply") from None
        except InvalidOperation:
            return None


def compile_expression(
    text: str, *, names: Iterable[str] = (), words: Vocabulary | None = None
) -> Expression:
    """Compile one expression; raise FeelSyntaxError.

    ``names`` are the variables it may read, needed when they hold spaces or signs; ``words`` says
    the same and more (members of contexts, types).
    """
    known = words or (vocabulary.vocabulary(names=names) if names else PLAIN)
    tree = grammar.expression(text, known, functions=FUNCTION_NAMES)
    make = Building(MAKERS, catalogue.BUILTINS)
    try:
        run = make.run(tree)
    except RecursionError:
        raise FeelTooLargeError("nested too deeply", 1, 1) from None
    is_rarely_costly = make.is_rarely_costly
    return Expression(text, tree, run, costly=make.costly, is_rarely_costly=is_rarely_costly)


def compile_unary_tests(
    text: str, *, names: Iterable[str] = (), words: Vocabulary | None = None
) -> UnaryTests:
    """Compile a cell's tests (``-``, ``< 5, [7..9]``, ``not("a")``); raise FeelSyntaxError."""
    known = words or (vocabulary.vocabulary(names=names) if names else PLAIN)
    tree = grammar.unary_tests(text, known, functions=FUNCTION_NAMES)
    make = Building(MAKERS, catalogue.BUILTINS)
    try:
        check = unary.checks(tree, make)
    except RecursionError:
        raise FeelTooLargeError("nested too deeply", 1, 1) from None
    return UnaryTests(text, tree, check, costly=make.costly or make.is_rarely_costly)
