"""The hash chain of a case: each event's hash covers its content and the hash before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import orjson

# What is covered, in this order; the names stand in an exported bundle as well.
COVERED = ("case", "seq", "at", "kind", "node", "item", "actor", "label", "payload")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the hash of one event covers."""

    case: str
    seq: int
    at: datetime
    kind: str
    node: str
    item: int
    actor: int | None
    label: str
    payload: str


@lru_cache(maxsize=64)
def moment(at: datetime) -> str:
    """Return the one spelling of a time that is hashed: UTC with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def link(before: str, entry: Entry) -> str:
    """Return the hash of an entry that follows the hash ``before`` ("" for the first)."""
    return seal(
        before,
        entry.case,
        entry.seq,
        moment(entry.at),
        entry.kind,
        entry.node,
        entry.item,
        entry.actor,
        entry.label,
        entry.payload,
    )


def seal(before: str, *covered: str | int | None) -> str:
    """Return the hash over a hash and what is ``COVERED``, the time spelled by ``moment``."""
    return hashlib.sha256(orjson.dumps((before, *covered))).hexdigest()
