"""What names an expression may use: needed to read it, since FEEL's names may hold spaces.

``Monthly Income - Tax`` is one name, two or three, depending on what is known where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nancheng.kernel.decisions import kinds, lexer
from nancheng.kernel.decisions.kinds import Kind
from nancheng.kernel.decisions.lexer import FeelSyntaxError, Token

# A name of several tokens: each token's text, and whether white space comes before it.
Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """Names of several tokens, found by their first token, the longest first."""

    by_first: Mapping[str, tuple[Pieces, ...]]

    def match(self, tokens: list[Token], position: int) -> int:
        """Return how many tokens at a position make a known name, 0 when they make none."""
        for pieces in self.by_first.get(tokens[position].text, ()):
            ahead = tokens[position : position + len(pieces)]
            if len(ahead) == len(pieces) and _same(pieces, ahead):
                return len(pieces)
        return 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The variables, members and types that one model knows by name."""

    names: Pool
    members: Pool
    types: Mapping[str, Kind] = field(default_factory=dict)
    type_names: Pool = field(default_factory=lambda: pool(kinds.NAMES))


def pool(names: Iterable[str]) -> Pool:
    """Return a pool of the names that are not plain single tokens."""
    found: dict[str, list[Pieces]] = {}
    for name in set(names):
        pieces = _pieces(name)
        if len(pieces) > 1:
            found.setdefault(pieces[0][0], []).append(pieces)
    return Pool({first: tuple(sorted(many, key=_longest)) for first, many in found.items()})


def vocabulary(
    *,
    names: Iterable[str] = (),
    members: Iterable[str] = (),
    types: Mapping[str, Kind] | None = None,
) -> Vocabulary:
    """Return the vocabulary of an expression: variables, members of contexts, defined types."""
    known = dict(types or {})
    return Vocabulary(pool(names), pool(members), known, pool({*kinds.NAMES, *known}))


def joined(tokens: list[Token]) -> str:
    """Return the name that some tokens make, white space as single spaces."""
    text = "".join((" " if token.spaced else "") + token.text for token in tokens)
    return text.strip()


def _pieces(name: str) -> Pieces:
    try:
        found = lexer.tokens(name)[:-1]
    except FeelSyntaxError:
        return ()
    return tuple((token.text, token.spaced and index > 0) for index, token in enumerate(found))


def _same(pieces: Pieces, ahead: list[Token]) -> bool:
    return all(
        token.kind != "string" and token.text == text and (index == 0 or token.spaced == spaced)
        for index, ((text, spaced), token) in enumerate(zip(pieces, ahead, strict=True))
    )


def _longest(pieces: Pieces) -> tuple[int, Pieces]:
    return (-len(pieces), pieces)
