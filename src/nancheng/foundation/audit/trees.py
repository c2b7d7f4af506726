"""The hash tree under a daily root, and the root itself. Pure; ``bundle/verify.py`` does the same.

Leaves and joints are hashed with different first bytes (RFC 6962, 2.1), so that neither can be
passed off as the other. A tree grows from left to right and keeps one hash a level.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

LEFT, RIGHT = "left", "right"
Levels: TypeAlias = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One chain as a root seals it: the case, the event sealed before, the newest, its hash."""

    case: str
    since: int
    seq: int
    head: str

    @property
    def hash(self) -> str:
        """Return the hash of the leaf."""
        return _hashed(b"\x00", text([self.case, self.since, self.seq, self.head]).encode())


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a daily root's hash covers."""

    before: str
    number: int
    day: str
    sealed_at: str
    leaves: int
    tree: str
    cases: int
    events: int
    transfers: int
    transfers_to: int
    posted_fen: int
    ledger: str
    journal_to: int = 0
    journal: str = ""

    @property
    def root(self) -> str:
        """Return the root."""
        # Without a line of the operations log a root is hashed as those were that knew none.
        names = SEALED if self.journal_to else [n for n in SEALED if n not in JOURNAL]
        covered = [getattr(self, name) for name in names]
        return hashlib.sha256(text(covered).encode()).hexdigest()


# What is covered, in this order; the names stand in an exported bundle as well.
SEALED = tuple(Sealed.__dataclass_fields__)
JOURNAL = ("journal_to", "journal")


def text(value: object) -> str:
    """Return the one spelling of a list that is hashed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Grown:
    """What the leaves of a root come to: the tree's hash, how many, new cases, new events."""

    tree: str
    leaves: int
    cases: int
    events: int


def grow(leaves: Iterable[Leaf]) -> Grown:
    """Add leaves up, in their order, keeping one hash a level."""
    levels: Levels = []
    count = cases = events = 0
    for leaf in leaves:
        _put(levels, leaf.hash)
        count += 1
        cases += leaf.since == 0
        events += leaf.seq - leaf.since
    return Grown(_top(levels), count, cases, events)


def tree(hashes: Iterable[str]) -> str:
    """Return the hash over all leaves' hashes; "" if there are none."""
    levels: Levels = []
    for leaf in hashes:
        _put(levels, leaf)
    return _top(levels)


def path(hashes: Sequence[str], place: int) -> list[tuple[str, str]]:
    """Return the hashes that lead from the leaf at a place to the tree's hash, each with its side.

    The left part of a tree is the largest power of two that is smaller than the whole.
    """
    if len(hashes) == 1:
        return []
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if place < half:
        return [*path(hashes[:half], place), (RIGHT, tree(hashes[half:]))]
    return [*path(hashes[half:], place - half), (LEFT, tree(hashes[:half]))]


def climb(leaf: str, steps: Iterable[tuple[str, str]]) -> str:
    """Return the tree's hash to which a path leads from a leaf."""
    for side, other in steps:
        leaf = joint(leaf, other) if side == RIGHT else joint(other, leaf)
    return leaf


def joint(left: str, right: str) -> str:
    """Return the hash over two hashes."""
    return _hashed(b"\x01", bytes.fromhex(left) + bytes.fromhex(right))


def _put(levels: Levels, leaf: str) -> None:
    height, joined = 0, leaf
    while levels and levels[-1][0] == height:
        joined = joint(levels.pop()[1], joined)
        height += 1
    levels.append((height, joined))


def _top(levels: Levels) -> str:
    if not levels:
        return ""
    joined = levels[-1][1]
    for _, left in reversed(levels[:-1]):
        joined = joint(left, joined)
    return joined


def _hashed(kind: bytes, body: bytes) -> str:
    return hashlib.sha256(kind + body).hexdigest()
