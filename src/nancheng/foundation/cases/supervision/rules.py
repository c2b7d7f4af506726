"""When a slip is due, and in which colour. Pure; the days are dated settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Colour(StrEnum):
    """The colours of slips, from mild to severe (三色督办)."""

    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


ORDER = tuple(Colour)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The settings of a day as dates.

    A due date up to ``near_to`` is near; one before ``late_before`` is overdue; a reply awaited
    since before ``unanswered_before`` calls for the next colour.
    """

    near_to: date
    late_before: date
    unanswered_before: date


def proposed(due_on: date | None, *, bounds: Bounds) -> Colour | None:
    """Return the colour that a deadline calls for: yellow when near, red when overdue."""
    if due_on is None or due_on > bounds.near_to:
        return None
    return Colour.RED if due_on < bounds.late_before else Colour.YELLOW


def escalated(colour: Colour, *, reply_by: date, bounds: Bounds) -> Colour | None:
    """Return the next colour of a slip whose reply stays away, None while it need not change."""
    return following(colour) if reply_by < bounds.unanswered_before else None


def following(colour: Colour) -> Colour | None:
    """Return the next more severe colour, None after red."""
    above = higher(colour)
    return above[0] if above else None


def higher(colour: Colour) -> tuple[Colour, ...]:
    """Return the colours more severe than one."""
    return ORDER[ORDER.index(colour) + 1 :]
