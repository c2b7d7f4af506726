"""Durations in whole months: a value of FEEL that Python has no type for.

It stands by itself, since decisions work it out and the events of a process keep it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A duration in whole months."""

    months: int
