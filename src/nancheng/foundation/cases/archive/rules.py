"""What a case must have before it is archived, and what its archive number looks like. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# DA/T 13-2022 档号编制规则: the code of each retention class in an archive number.
RETENTION_CODES = {"permanent": "Y", "30y": "D30", "10y": "D10"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is asked of a case; ``broken_at`` is the first bad line of its history, 0 if none."""

    is_over: bool
    papers: Collection[str]
    wanted: Collection[str]
    open_opinions: int
    open_slips: int
    incidents: int
    reopenings: int
    broken_at: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that stands against archiving."""

    code: str
    figure: object = ""


def faults(facts: Facts) -> list[Fault]:
    """Return everything that stands against archiving, all at once."""
    found = [] if facts.is_over else [Fault("not-over")]
    found += [Fault("paper", paper) for paper in facts.wanted if paper not in facts.papers]
    counted = (
        ("opinions", facts.open_opinions),
        ("slips", facts.open_slips),
        ("incidents", facts.incidents),
        ("reopenings", facts.reopenings),
        ("history", facts.broken_at),
    )
    return found + [Fault(code, count) for code, count in counted if count]


def series(retention: str) -> str:
    """Return the series of archive numbers of a retention class, such as "DA-D30"."""
    return f"DA-{RETENTION_CODES[retention]}"
