"""The chain of the operations log: each hash covers its line and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Line:
    """What the hash of one line covers."""

    seq: int
    at: datetime
    kind: str
    person_id: int | None
    label: str
    subject: str
    detail: str
    address: str


def link(before: str, line: Line) -> str:
    """Return the hash of a line that follows the hash ``before`` ("" for the first)."""
    covered = [
        before,
        line.seq,
        line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        line.kind,
        line.person_id,
        line.label,
        line.subject,
        line.detail,
        line.address,
    ]
    text = json.dumps(covered, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_fault(lines: Iterable[tuple[Line, str]], *, last_seq: int, head: str) -> int | None:
    """Return the first line (seq) that is missing or was changed, or None if the chain is whole.

    ``lines`` are (line, stored hash) from the first on; ``last_seq`` and ``head`` say where the
    chain ends.
    """
    before, expected = "", 1
    for line, stored in lines:
        if line.seq != expected or link(before, line) != stored:
            return expected
        before, expected = stored, expected + 1
    return None if (expected - 1, before) == (last_seq, head) else expected
