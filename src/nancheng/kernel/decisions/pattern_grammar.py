"""The grammar of XPath's regular expressions (XQuery and XPath functions 3.1 §5.6.1)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

LENGTH_MAX = 1_000
NESTING_MAX = 40
REPEAT_MAX = 1_000
FLAGS = frozenset("smixq")

Test = Callable[[str], bool]


class PatternError(ValueError):
    """The text is not a pattern, or one that cannot be matched in linear time."""


@dataclass(frozen=True, slots=True)
class Single:
    """One character that passes a test."""

    test: Test


@dataclass(frozen=True, slots=True)
class Assertion:
    """``^`` ("start") or ``$`` ("end")."""

    kind: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after the other."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of several."""

    choices: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Parentheses; number 0 for one that captures nothing."""

    inside: Tree
    number: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part so many times, without an upper bound when ``high`` is None."""

    inside: Tree
    low: int
    high: int | None
    lazy: bool


Tree = Single | Assertion | Sequence | Alternatives | Group | Repeat


class _Reader:
    __slots__ = ("fold", "groups", "nesting", "position", "single_line", "text")

    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.position = 0
        self.groups = 0
        self.nesting = 0
        self.fold = "i" in flags
        self.single_line = "s" in flags

    @property
    def char(self) -> str:
        return self.text[self.position : self.position + 1]

    def take(self) -> str:
        if not self.char:
            raise PatternError("the pattern ends too early")
        self.position += 1
        return self.text[self.position - 1]

    def accept(self, mark: str) -> bool:
        if not self.text.startswith(mark, self.position):
            return False
        self.position += len(mark)
        return True


def parse(text: str, flags: str) -> tuple[Tree, int]:
    """Return the tree of a pattern and the number of its groups; raise PatternError."""
    if not set(flags) <= FLAGS:
        raise PatternError("unknown flag")
    if len(text) > LENGTH_MAX:
        raise PatternError("the pattern is too long")
    if "q" in flags:
        return Sequence(tuple(Single(_is(char, fold="i" in flags)) for char in text)), 0
    reader = _Reader(_without_space(text) if "x" in flags else text, flags)
    tree = _alternatives(reader)
    if reader.char:
        raise PatternError("unexpected )")
    return tree, reader.groups


def _alternatives(reader: _Reader) -> Tree:
    reader.nesting += 1
    if reader.nesting > NESTING_MAX:
        raise PatternError("the pattern nests too deeply")
    choices = [_sequence(reader)]
    while reader.accept("|"):
        choices.append(_sequence(reader))
    reader.nesting -= 1
    return choices[0] if len(choices) == 1 else Alternatives(tuple(choices))


def _sequence(reader: _Reader) -> Tree:
    parts: list[Tree] = []
    while reader.char and reader.char not in "|)":
        parts.append(_quantified(reader, _atom(reader)))
    return Sequence(tuple(parts))


def _atom(reader: _Reader) -> Tree:
    char = reader.take()
    if char == "(":
        return _group(reader)
    if char == "[":
        return Single(_folded(_class(reader), fold=reader.fold))
    if char == "\\":
        return Single(_folded(_escape(reader), fold=reader.fold))
    if char in "^$":
        return Assertion("start" if char == "^" else "end")
    if char == ".":
        return Single(_anything if reader.single_line else _not_line_end)
    if char in "*+?{}]":
        raise PatternError(f"unexpected {char}")
    return Single(_is(char, fold=reader.fold))


def _group(reader: _Reader) -> Tree:
    number = 0
    if not reader.accept("?:"):
        reader.groups += 1
        number = reader.groups
    inside = _alternatives(reader)
    if not reader.accept(")"):
        raise PatternError("a parenthesis is not closed")
    return Group(inside, number)


def _quantified(reader: _Reader, atom: Tree) -> Tree:
    bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(reader.char)
    if bounds is not None:
        reader.take()
    elif reader.accept("{"):
        bounds = _bounds(reader)
    else:
        return atom
    return Repeat(atom, bounds[0], bounds[1], reader.accept("?"))


def _bounds(reader: _Reader) -> tuple[int, int | None]:
    text = ""
    while not reader.accept("}"):
        text += reader.take()
    low, comma, high = text.partition(",")
    if not low.isascii() or not low.isdigit() or (high and not high.isdigit()):
        raise PatternError("a quantifier needs numbers")
    least = int(low[:9])
    most = (int(high[:9]) if high else None) if comma else least
    if max(least, most or 0) > REPEAT_MAX or (most is not None and most < least):
        raise PatternError("a quantifier's numbers are out of range")
    return least, most


def _class(reader: _Reader) -> Test:
    negated = reader.accept("^")
    tests: list[Test] = []
    taken: Test | None = None
    while not (reader.char == "]" and tests):
        if tests and reader.accept("-["):
            taken = _class(reader)
            break
        tests.append(_class_part(reader))
    if not reader.accept("]"):
        raise PatternError("a class is not closed")
    return _class_test(tuple(tests), negated=negated, taken=taken)


def _class_part(reader: _Reader) -> Test:
    first, test = _class_char(reader)
    is_range = reader.char == "-" and reader.text[
        reader.position + 1 : reader.position + 2
    ] not in (
        "",
        "]",
        "[",
    )
    if not is_range or first is None:
        return test
    reader.take()
    last, _ = _class_char(reader)
    if last is None or last < first:
        raise PatternError("a range of characters is the wrong way round")
    return _between(first, last)


def _class_char(reader: _Reader) -> tuple[str | None, Test]:
    char = reader.take()
    if char == "[":
        raise PatternError("[ inside a class")
    if char != "\\":
        return char, _is(char, fold=False)
    plain = ESCAPED.get(reader.char)
    if plain is not None:
        reader.take()
        return plain, _is(plain, fold=False)
    return None, _escape(reader)


def _escape(reader: _Reader) -> Test:
    char = reader.take()
    if char in ESCAPED:
        return _is(ESCAPED[char], fold=False)
    if char in "pP":
        return _category(reader, negated=char == "P")
    test = CLASSES.get(char.lower())
    if test is None:
        raise PatternError(f"unknown escape \\{char}")
    return _not(test) if char.isupper() else test


def _category(reader: _Reader, *, negated: bool) -> Test:
    if not reader.accept("{"):
        raise PatternError("a category needs braces")
    name = ""
    while not reader.accept("}"):
        name += reader.take()
    if name.startswith("Is"):
        if name[2:] not in BLOCKS:
            raise PatternError(f"unknown block {name}")
        test = _between(*BLOCKS[name[2:]])
    elif name and name[0] in "LMNPZSC" and len(name) <= 2:
        test = _in_category(name)
    else:
        raise PatternError(f"unknown category {name}")
    return _not(test) if negated else test


def _is(wanted: str, *, fold: bool) -> Test:
    if fold and wanted.lower() != wanted.upper():
        return lambda char: char.lower() == wanted.lower() or char.upper() == wanted.upper()
    return lambda char: char == wanted


def _folded(test: Test, *, fold: bool) -> Test:
    if not fold:
        return test
    return lambda char: test(char) or test(char.lower()) or test(char.upper())


def _not(test: Test) -> Test:
    return lambda char: not test(char)


def _between(first: str, last: str) -> Test:
    return lambda char: first <= char <= last


def _class_test(tests: tuple[Test, ...], *, negated: bool, taken: Test | None) -> Test:
    def test(char: str) -> bool:
        found = any(one(char) for one in tests) != negated
        return found and not (taken is not None and taken(char))

    return test


def _in_category(name: str) -> Test:
    return lambda char: unicodedata.category(char).startswith(name)


def _anything(char: str) -> bool:
    del char
    return True


def _not_line_end(char: str) -> bool:
    return char not in "\n\r"


def _is_space(char: str) -> bool:
    return char in " \t\n\r"


def _is_digit(char: str) -> bool:
    return unicodedata.category(char) == "Nd"


def _is_word(char: str) -> bool:
    return unicodedata.category(char)[0] not in "PZC"


def _is_name_start(char: str) -> bool:
    return char.isalpha() or char in "_:"


def _is_name_part(char: str) -> bool:
    return char.isalnum() or char in "_:-.\u00b7"


def _without_space(text: str) -> str:
    kept, depth, escaped = "", 0, False
    for char in text:
        if depth or not _is_space(char):
            kept += char
        if not escaped:
            depth += (char == "[") - (char == "]" and depth > 0)
        escaped = char == "\\" and not escaped
    return kept


ESCAPED = {"n": "\n", "r": "\r", "t": "\t", **{char: char for char in "\\|.?*+(){}-[]^$/"}}
CLASSES: dict[str, Test] = {
    "s": _is_space,
    "d": _is_digit,
    "w": _is_word,
    "i": _is_name_start,
    "c": _is_name_part,
}
BLOCKS = {
    "BasicLatin": ("\u0000", "\u007f"),
    "Latin-1Supplement": ("\u0080", "\u00ff"),
    "LatinExtended-A": ("\u0100", "\u017f"),
    "Greek": ("\u0370", "\u03ff"),
    "Cyrillic": ("\u0400", "\u04ff"),
    "CJKSymbolsandPunctuation": ("\u3000", "\u303f"),
    "CJKUnifiedIdeographs": ("\u4e00", "\u9fff"),
}
