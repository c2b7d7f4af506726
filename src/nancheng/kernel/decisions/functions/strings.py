"""Functions of strings (DMN 1.3 §10.3.4.3)."""

from __future__ import annotations

from nancheng.kernel.decisions import patterns, values
from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.functions.signatures import Family
from nancheng.kernel.decisions.pattern_grammar import PatternError
from nancheng.kernel.decisions.patterns import Pattern, Saves

FAMILY = Family()
# Steps for a pattern that turns out to be none, which may take as long as reading the largest.
UNREADABLE = 500


@FAMILY.function("substring", "string: string, start position: number, [length: number]")
def substring(budget: Budget, string: str, start: object, length: object = None) -> object:
    """A part from a position (from 1, or from the end when negative), so many characters long."""
    first = _truncated(start)
    if first is None or first == 0 or abs(first) > len(string):
        return None
    index = first - 1 if first > 0 else len(string) + first
    count = len(string) if length is None else _truncated(length)
    return None if count is None or count < 1 else _part(budget, string[index : index + count])


@FAMILY.function("string length", "string: string")
def string_length(budget: Budget, string: str) -> object:
    """The number of characters (code points)."""
    del budget
    return len(string)


@FAMILY.function("upper case", "string: string")
def upper_case(budget: Budget, string: str) -> object:
    """All letters large."""
    budget.grow(len(string))
    return string.upper()


@FAMILY.function("lower case", "string: string")
def lower_case(budget: Budget, string: str) -> object:
    """All letters small."""
    budget.grow(len(string))
    return string.lower()


@FAMILY.function("substring before", "string: string, match: string")
def substring_before(budget: Budget, string: str, match: str) -> object:
    """What comes before the first match, the empty string when there is none."""
    budget.read(string)
    before, found, _ = string.partition(match) if match else ("", "", "")
    return _part(budget, before) if found else ""


@FAMILY.function("substring after", "string: string, match: string")
def substring_after(budget: Budget, string: str, match: str) -> object:
    """What comes after the first match, the empty string when there is none."""
    budget.read(string)
    return _part(budget, string.partition(match)[2]) if match else string


@FAMILY.function("contains", "string: string, match: string")
def contains(budget: Budget, string: str, match: str) -> object:
    """Whether the match occurs."""
    budget.read(string)
    return match in string


@FAMILY.function("starts with", "string: string, match: string")
def starts_with(budget: Budget, string: str, match: str) -> object:
    """Whether the string begins so."""
    budget.read(match)
    return string.startswith(match)


@FAMILY.function("ends with", "string: string, match: string")
def ends_with(budget: Budget, string: str, match: str) -> object:
    """Whether the string ends so."""
    budget.read(match)
    return string.endswith(match)


@FAMILY.function("matches", "input: string, pattern: string, [flags: string?]")
def matches(budget: Budget, string: str, pattern: str, flags: str | None = None) -> object:
    """Whether the pattern occurs; null for what is no pattern."""
    found = _compiled(budget, pattern, flags)
    return None if found is None else patterns.search(found, string, 0, budget) is not None


@FAMILY.function("replace", "input: string, pattern: string, replacement: string, [flags: string?]")
def replace(
    budget: Budget, string: str, pattern: str, replacement: str, flags: str | None = None
) -> object:
    """Every match replaced, ``$1`` standing for a group; null for what is no pattern."""
    found = _compiled(budget, pattern, flags)
    if found is None or patterns.search(found, "", 0, budget) is not None:
        return None
    template = [(None, replacement)] if "q" in (flags or "") else _template(replacement)
    if template is None:
        return None
    pieces: list[str] = []
    position = 0
    for saves in _each(found, string, budget):
        pieces.append(string[position : saves[0]])
        pieces += [_filled(part, saves, string) for part in template]
        budget.grow(sum(map(len, pieces[-len(template) - 1 :])) + 1)
        position = saves[1]
    return "".join(pieces) + _part(budget, string[position:])


@FAMILY.function("split", "string: string, delimiter: string")
def split(budget: Budget, string: str, delimiter: str) -> object:
    """The parts between matches of a pattern; null for what is no pattern."""
    found = _compiled(budget, delimiter, None)
    if found is None or patterns.search(found, "", 0, budget) is not None:
        return None
    parts: list[object] = []
    position = 0
    for saves in _each(found, string, budget):
        parts.append(_part(budget, string[position : saves[0]]))
        position = saves[1]
    return [*parts, _part(budget, string[position:])]


@FAMILY.function("string join", "list: list, [delimiter: string?]")
def string_join(budget: Budget, items: list[object], delimiter: str | None = None) -> object:
    """The strings of a list in one, nulls left out; null when one is not a string."""
    kept = [item for item in items if item is not None]
    budget.spend(len(items))
    texts = [item for item in kept if isinstance(item, str)]
    if len(texts) != len(kept):
        return None
    joint = delimiter or ""
    budget.grow(sum(map(len, texts)) + len(joint) * len(texts))
    return joint.join(texts)


def _truncated(number: object) -> int | None:
    exact = values.exact(number)
    if exact is None or not -(10**12) < exact < 10**12:
        return None
    return int(exact)


def _part(budget: Budget, text: str) -> str:
    budget.grow(len(text) + 1)
    return text


def _compiled(budget: Budget, pattern: str, flags: str | None) -> Pattern | None:
    """Return a pattern's program; its size is paid for each time, and so is a failure."""
    try:
        found = patterns.compile_pattern(pattern, flags or "")
    except PatternError:
        budget.spend(UNREADABLE)
        return None
    budget.spend(len(found.steps))
    return found


def _each(pattern: Pattern, string: str, budget: Budget) -> list[Saves]:
    found: list[Saves] = []
    position = 0
    while position <= len(string):
        saves = patterns.search(pattern, string, position, budget)
        if saves is None or saves[1] == saves[0]:
            break
        found.append(saves)
        position = saves[1]
    return found


def _template(replacement: str) -> list[tuple[int | None, str]] | None:
    """Split a replacement into text and numbered groups; None where ``$`` or ``\\`` is misused."""
    parts: list[tuple[int | None, str]] = []
    index = 0
    while index < len(replacement):
        char, after = replacement[index], replacement[index + 1 : index + 2]
        if char == "$":
            if not after.isdigit():
                return None
            parts.append((int(after), ""))
        elif char == "\\":
            if after not in ("\\", "$"):
                return None
            parts.append((None, after))
        else:
            parts.append((None, char))
            index -= 1
        index += 2
    return parts


def _filled(part: tuple[int | None, str], saves: Saves, string: str) -> str:
    number, text = part
    if number is None:
        return text
    start = 2 * number
    return (
        string[saves[start] : saves[start + 1]] if start < len(saves) and saves[start] >= 0 else ""
    )
