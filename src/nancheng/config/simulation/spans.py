"""How long something takes, as written in a settings file or seen in the log.

``45m`` always; ``20m..90m`` anything between, evenly; ``20m..30m..90m`` least, most likely and
most; ``~45m`` that on average, seldom much longer (exponential). Units: m, h, d.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

Chance = Callable[[], float]

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LONGEST = timedelta(days=3660)
BOUNDS_MAX = 3
_PART = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)([mhd])", re.ASCII)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time under chance: bounds in order, a mean, or what was seen before."""

    bounds: tuple[timedelta, ...] = ()
    mean: timedelta | None = None
    seen: tuple[timedelta, ...] = ()


def read(text: str) -> Span:
    """Read a span as written. Raises ``ValueError`` on anything else."""
    if text.startswith("~"):
        return Span(mean=_length(text[1:]))
    bounds = tuple(_length(part) for part in text.split(".."))
    if len(bounds) > BOUNDS_MAX or list(bounds) != sorted(bounds):
        message = f"not in order, or more than three: {text!r}"
        raise ValueError(message)
    return Span(bounds)


def _length(text: str) -> timedelta:
    found = _PART.fullmatch(text.strip())
    if found is None:
        message = f"not a length such as 45m, 2h or 1.5d: {text!r}"
        raise ValueError(message)
    length = float(found[1]) * UNITS[found[2]]
    if length > LONGEST:
        message = f"longer than ten years: {text!r}"
        raise ValueError(message)
    return length


def draw(span: Span, chance: Chance) -> timedelta:
    """Return one length; ``chance`` gives a number from 0 up to, not including, 1."""
    if span.seen:
        return span.seen[int(chance() * len(span.seen))]
    if span.mean is not None:
        return _whole(span.mean * -math.log(1.0 - chance()))
    if len(span.bounds) == 1:
        return span.bounds[0]
    low, high = span.bounds[0], span.bounds[-1]
    if len(span.bounds) == BOUNDS_MAX:
        return _whole(_triangular(low, span.bounds[1], high, chance()))
    return _whole(low + (high - low) * chance())


def _triangular(low: timedelta, likely: timedelta, high: timedelta, chance: float) -> timedelta:
    if high == low:
        return low
    turn = (likely - low) / (high - low)
    if chance < turn:
        return low + (high - low) * math.sqrt(chance * turn)
    return high - (high - low) * math.sqrt((1.0 - chance) * (1.0 - turn))


def _whole(length: timedelta) -> timedelta:
    """Round to whole seconds, so that sums are exact."""
    return round(length / _SECOND) * _SECOND
