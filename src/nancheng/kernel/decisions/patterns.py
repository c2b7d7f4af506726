"""Regular expressions of XPath, matched in time proportional to pattern times text.

Python's own matcher backtracks and has no time limit, so a pattern such as ``(a+)+$`` could hold a
server for hours. Here a pattern becomes a small program whose states advance together, one
character at a time (Thompson's construction with submatches); every step is taken from the budget.
Back-references cannot be matched this way and are refused, as are patterns that grow too large.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from nancheng.kernel.decisions.budget import Budget
from nancheng.kernel.decisions.pattern_grammar import (
    Alternatives,
    Assertion,
    Group,
    PatternError,
    Repeat,
    Sequence,
    Single,
    Tree,
    parse,
)

PROGRAM_MAX = 3_000

Saves = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: what to do, and where to go on."""

    action: str
    test: Callable[[str], bool] | None = None
    first: int = 0
    second: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; ``groups`` counts its capturing groups."""

    steps: tuple[Step, ...]
    groups: int
    multiline: bool


@lru_cache(maxsize=64)
def compile_pattern(text: str, flags: str = "") -> Pattern:
    """Return the program of a pattern with the flags s, m, i, x, q; raise PatternError."""
    tree, groups = parse(text, flags)
    steps: list[Step] = [Step("save", first=0)]
    _emit(tree, steps)
    steps += [Step("save", first=1), Step("match")]
    return Pattern(tuple(steps), groups, "m" in flags)


def search(pattern: Pattern, text: str, start: int, budget: Budget) -> Saves | None:
    """Return the leftmost match at or after a position, None when there is none.

    The result holds start and end of the whole match and of each group, -1 where a group took no
    part.
    """
    unset = (-1,) * (2 * pattern.groups + 2)
    threads: list[tuple[int, Saves]] = []
    best: Saves | None = None
    for position in range(start, len(text) + 1):
        if best is None:
            threads = [*threads, (0, unset)]
        threads, found = _advance(pattern, text, position, threads, budget)
        if found is not None:
            best = found
        if best is not None and not threads:
            break
    return best


def _advance(
    pattern: Pattern, text: str, position: int, threads: list[tuple[int, Saves]], budget: Budget
) -> tuple[list[tuple[int, Saves]], Saves | None]:
    """Return the threads after one character, and the match of the highest thread that ended."""
    seen: set[int] = set()
    after: list[tuple[int, Saves]] = []
    char = text[position : position + 1]
    for thread in threads:
        for step, index, saves in _closure(pattern, text, position, thread, seen):
            budget.spend()
            if step.action == "match":
                return after, saves
            assert step.test is not None
            if char and step.test(char):
                after.append((index + 1, saves))
    return after, None


def _closure(
    pattern: Pattern, text: str, position: int, thread: tuple[int, Saves], seen: set[int]
) -> list[tuple[Step, int, Saves]]:
    """Return the consuming or final steps that a thread reaches without a character, in order."""
    reached: list[tuple[Step, int, Saves]] = []
    waiting = [thread]
    while waiting:
        index, saves = waiting.pop()
        if index in seen:
            continue
        seen.add(index)
        step = pattern.steps[index]
        if step.action == "split":
            waiting += [(step.second, saves), (step.first, saves)]
        elif step.action == "jump":
            waiting.append((step.first, saves))
        elif step.action == "save":
            slot = step.first
            waiting.append((index + 1, (*saves[:slot], position, *saves[slot + 1 :])))
        elif step.action in ("char", "match"):
            reached.append((step, index, saves))
        elif _holds(step.action, text, position, multiline=pattern.multiline):
            waiting.append((index + 1, saves))
    return reached


def _holds(assertion: str, text: str, position: int, *, multiline: bool) -> bool:
    if assertion == "start":
        return position == 0 or (multiline and text[position - 1] == "\n")
    return position == len(text) or (multiline and text[position] == "\n")


def _emit(tree: Tree, steps: list[Step]) -> None:
    if len(steps) > PROGRAM_MAX:
        raise PatternError("the pattern is too large")
    if isinstance(tree, Single):
        steps.append(Step("char", tree.test))
    elif isinstance(tree, Assertion):
        steps.append(Step(tree.kind))
    elif isinstance(tree, Sequence):
        for part in tree.parts:
            _emit(part, steps)
    elif isinstance(tree, Group):
        _emit_group(tree, steps)
    elif isinstance(tree, Alternatives):
        _emit_alternatives(tree, steps)
    else:
        _emit_repeat(tree, steps)


def _emit_group(tree: Group, steps: list[Step]) -> None:
    if tree.number:
        steps.append(Step("save", first=2 * tree.number))
    _emit(tree.inside, steps)
    if tree.number:
        steps.append(Step("save", first=2 * tree.number + 1))


def _emit_alternatives(tree: Alternatives, steps: list[Step]) -> None:
    exits: list[int] = []
    for choice in tree.choices[:-1]:
        fork = len(steps)
        steps.append(Step("split"))
        _emit(choice, steps)
        exits.append(len(steps))
        steps.append(Step("jump"))
        steps[fork] = Step("split", first=fork + 1, second=len(steps))
    _emit(tree.choices[-1], steps)
    for index in exits:
        steps[index] = Step("jump", first=len(steps))


def _emit_repeat(tree: Repeat, steps: list[Step]) -> None:
    for _ in range(tree.low):
        _emit(tree.inside, steps)
    if tree.high is None:
        fork = len(steps)
        steps.append(Step("split"))
        _emit(tree.inside, steps)
        steps.append(Step("jump", first=fork))
        steps[fork] = _fork(fork + 1, len(steps), lazy=tree.lazy)
        return
    forks: list[int] = []
    for _ in range(tree.high - tree.low):
        forks.append(len(steps))
        steps.append(Step("split"))
        _emit(tree.inside, steps)
    for fork in forks:
        steps[fork] = _fork(fork + 1, len(steps), lazy=tree.lazy)


def _fork(inside: int, beyond: int, *, lazy: bool) -> Step:
    first, second = (beyond, inside) if lazy else (inside, beyond)
    return Step("split", first=first, second=second)
