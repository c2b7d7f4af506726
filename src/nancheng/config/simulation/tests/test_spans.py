"""Lengths of time as written, and the chance in them."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.config.simulation import spans

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "at_zero", "at_half"),
    [
        ("45m", 45, 45),
        ("1.5h", 90, 90),
        ("20m..90m", 20, 55),
        ("10m..10m..30m", 10, 30 - 20 * 0.5**0.5),
        ("10m..20m..30m", 10, 20),
        ("2d", 2880, 2880),
    ],
)
def test_a_span_is_drawn_as_written(text: str, at_zero: float, at_half: float) -> None:
    span = spans.read(text)
    for chance, minutes in ((0.0, at_zero), (0.5, at_half)):
        drawn = spans.draw(span, iter([chance]).__next__)
        assert drawn / MINUTE == pytest.approx(minutes, abs=0.01)


def test_the_mean_of_an_exponential_span_is_what_was_written() -> None:
    random = Random(1)
    drawn = [spans.draw(spans.read("~60m"), random.random) for _ in range(5_000)]
    assert sum(drawn, timedelta()) / len(drawn) / MINUTE == pytest.approx(60, rel=0.05)


@pytest.mark.parametrize(
    "text", ["", "5", "m", "-5m", "5 m m", "3h..1h", "1m..2m..3m..4m", "~", "9999999m", "999999d"]
)
def test_what_is_no_span_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        spans.read(text)


@given(st.lists(st.integers(0, 500), min_size=3, max_size=3), st.floats(0, 1, exclude_max=True))
def test_what_is_drawn_lies_within_the_bounds(minutes: list[int], chance: float) -> None:
    low, likely, high = sorted(minutes)
    for text in (f"{low}m..{high}m", f"{low}m..{likely}m..{high}m"):
        assert low * MINUTE <= spans.draw(spans.read(text), lambda: chance) <= high * MINUTE
