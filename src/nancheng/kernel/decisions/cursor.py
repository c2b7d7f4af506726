"""A place in a text of FEEL: the token at hand, the names in scope, and how deep we are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from nancheng.kernel.decisions import kinds, lexer, vocabulary
from nancheng.kernel.decisions.kinds import Kind
from nancheng.kernel.decisions.lexer import FeelSyntaxError, FeelTooLargeError, Token
from nancheng.kernel.decisions.vocabulary import Pool, Vocabulary

NESTING_MAX = 48
KEYWORDS = frozenset(
    ("and", "between", "else", "every", "external", "false", "for", "function", "if", "in",
     "instance", "null", "of", "or", "return", "satisfies", "some", "then", "true")
)  # fmt: skip


class Cursor:
    """Reads tokens one after the other; knows which names of several words are in scope."""

    __slots__ = ("nesting", "position", "range_end", "scopes", "tokens", "words")

    def __init__(self, text: str, words: Vocabulary) -> None:
        self.tokens = lexer.tokens(text)
        self.position = 0
        self.nesting = 0
        self.words = words
        self.scopes: list[Pool] = [words.names]
        self.range_end = False

    @property
    def token(self) -> Token:
        """The token at hand."""
        return self.tokens[self.position]

    def ahead(self, count: int = 1) -> Token:
        """Return a later token, the end token beyond the end."""
        return self.tokens[min(self.position + count, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        """Say whether the token at hand is one of these marks or words."""
        token = self.token
        return token.text in texts and token.kind in ("mark", "name")

    def advance(self) -> Token:
        """Return the token at hand and go on."""
        token = self.token
        if token.kind != "end":
            self.position += 1
        return token

    def accept(self, *texts: str) -> bool:
        """Go past the token at hand if it is one of these marks or words."""
        if not self.at(*texts):
            return False
        self.advance()
        return True

    def expect(self, *texts: str) -> Token:
        """Go past one of these marks or words, or raise FeelSyntaxError."""
        if not self.at(*texts):
            raise self.error(f"expected {' or '.join(texts)}")
        return self.advance()

    def error(self, reason: str) -> FeelSyntaxError:
        """Return the error that names the token at hand."""
        token = self.token
        shown = "the end" if token.kind == "end" else repr(token.text)
        return FeelSyntaxError(f"{reason}, not {shown}", token.line, token.column)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Go one level deeper; raise FeelTooLargeError beyond NESTING_MAX."""
        self.nesting += 1
        if self.nesting > NESTING_MAX:
            raise FeelTooLargeError("nested too deeply", self.token.line, self.token.column)
        outer, self.range_end = self.range_end, False
        yield
        self.range_end = outer
        self.nesting -= 1

    @contextmanager
    def knowing(self, names: Iterable[str]) -> Iterator[None]:
        """Have these further names in scope."""
        self.scopes.append(vocabulary.pool(names))
        yield
        self.scopes.pop()

    @contextmanager
    def knowing_members(self) -> Iterator[None]:
        """Have the members of contexts in scope, as inside a filter."""
        self.scopes.append(self.words.members)
        yield
        self.scopes.pop()

    def known_length(self) -> int:
        """Return how many tokens at hand make a name in scope of several tokens, else 0."""
        return max(scope.match(self.tokens, self.position) for scope in self.scopes)

    def take(self, count: int) -> str:
        """Go past so many tokens and return the name they make."""
        taken = self.tokens[self.position : self.position + count]
        self.position += count
        return vocabulary.joined(taken)

    def words_ahead(self) -> int:
        """Return how many words in a row are at hand, keywords not counted in."""
        count = 0
        while self.ahead(count).kind == "name" and self.ahead(count).text not in KEYWORDS:
            count += 1
        return count

    def free_name(self) -> str:
        """Return a name that nobody has announced: the words at hand, up to a keyword or mark."""
        count = self.words_ahead()
        if not count:
            raise self.error("expected a name")
        return self.take(count)

    def name_before(self, *ends: str) -> str:
        """Return a new name: every token up to one of these marks or words, which stays."""
        count = 0
        while self.ahead(count).kind in ("name", "number", "mark"):
            if self.ahead(count).text in ends:
                break
            count += 1
        if not count or self.token.kind != "name" or self.ahead(count).text not in ends:
            raise self.error("expected a name")
        return self.take(count)


def type_at(cursor: Cursor) -> Kind:
    """Read a type: a name, or list, range, context or function with its parts."""
    with cursor.nested():
        if cursor.token.kind == "name" and cursor.ahead().text == "<":
            return _built_type(cursor)
        count = cursor.words.type_names.match(cursor.tokens, cursor.position)
        name = cursor.take(count) if count else _qualified(cursor)
        return kinds.named(name, cursor.words.types) or kinds.Simple(name)


def _qualified(cursor: Cursor) -> str:
    name = cursor.free_name()
    while cursor.at(".") and cursor.ahead().kind == "name":
        cursor.advance()
        name += "." + cursor.free_name()
    return name


def _built_type(cursor: Cursor) -> Kind:
    word = cursor.expect("list", "range", "context", "function").text
    cursor.expect("<")
    if word in {"list", "range"}:
        inside = type_at(cursor)
        cursor.expect(">")
        return kinds.ListKind(inside) if word == "list" else kinds.RangeKind(inside)
    if word == "context":
        return _context_type(cursor)
    parameters: list[Kind] = []
    while not cursor.at(">"):
        parameters.append(type_at(cursor))
        if not cursor.accept(","):
            break
    cursor.expect(">")
    cursor.expect("->")
    return kinds.FunctionKind(tuple(parameters), type_at(cursor))


def _context_type(cursor: Cursor) -> Kind:
    members: dict[str, Kind] = {}
    while not cursor.at(">"):
        name = cursor.name_before(":")
        cursor.expect(":")
        members[name] = type_at(cursor)
        if not cursor.accept(","):
            break
    cursor.expect(">")
    return kinds.ContextKind(members)
