"""Text of FEEL into tokens, each with its line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nancheng.kernel.decisions.budget import FeelLimitExceeded

LENGTH_MAX = 50_000


class FeelSyntaxError(ValueError):
    """The text is not FEEL; ``line`` and ``column`` (both from 1) say where it stops being so."""

    def __init__(self, reason: str, line: int, column: int) -> None:
        super().__init__(f"{reason} (line {line}, column {column})")
        self.reason = reason
        self.line = line
        self.column = column


class FeelTooLargeError(FeelSyntaxError, FeelLimitExceeded):
    """The text is longer or nested deeper than this reader goes."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, its text (a string's text is its value), and where it stands.

    ``spaced`` says that white space or a comment comes before it.
    """

    kind: str
    text: str
    line: int
    column: int
    spaced: bool


# DMN 1.3 §10.3.1.2, name start characters, without the punctuation of Chinese and full-width text:
# a full-width comma is a mistake to be told of, not a part of a name.
_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff"
    "\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3005-\u3007\u3021-\ud7ff\uf900-\ufdcf"
    "\ufdf0-\ufdff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f\u2040"
_SPACE = "\\s\u0085\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
_TOKEN = re.compile(
    rf"(?P<space>[{_SPACE}]+|//[^\n]*|/\*(?:(?!\*/).)*\*/)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r'|(?P<string>"(?:[^"\\]|\\.)*")'
    rf"|(?P<name>[{_START}][{_PART}]*)"
    r"|(?P<mark>\*\*|\.\.\.|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{},:.@'])",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, the last of kind "end"; raise FeelSyntaxError."""
    if len(text) > LENGTH_MAX:
        raise FeelTooLargeError("the expression is too long", 1, 1)
    found: list[Token] = []
    position, line, line_start, spaced = 0, 1, 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        column = position - line_start + 1
        if match is None:
            raise FeelSyntaxError(f"unexpected {text[position]!r}", line, column)
        kind, matched = match.lastgroup or "", match.group()
        if kind != "space":
            value = unescape(matched[1:-1]) if kind == "string" else matched
            found.append(Token(kind, value, line, column, spaced))
        spaced = kind == "space"
        position = match.end()
        if "\n" in matched:
            line += matched.count("\n")
            line_start = match.start() + matched.rindex("\n") + 1
    found.append(Token("end", "", line, position - line_start + 1, spaced))
    return found


def unescape(text: str) -> str:
    """Return a string literal's value; an unknown escape keeps its backslash, as patterns need."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_unescaped, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped(match: re.Match[str]) -> str:
    short, long, other = match.groups()
    if short or long:
        code = int(short or long, 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return _ESCAPED.get(other, "\\" + other)
