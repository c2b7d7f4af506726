"""Dates, durations, repeating intervals."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.process import due
from nancheng.kernel.process.definition import TimerKind, TimerSpec

AT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (TimerKind.DURATION, "PT72H", datetime(2026, 2, 3, 9, 0, tzinfo=UTC)),
        (TimerKind.DURATION, "P1M", datetime(2026, 2, 28, 9, 0, tzinfo=UTC)),
        (TimerKind.DURATION, "P1Y1M1DT1M", datetime(2027, 3, 1, 9, 1, tzinfo=UTC)),
        (TimerKind.DURATION, "P2W", datetime(2026, 2, 14, 9, 0, tzinfo=UTC)),
        (TimerKind.DURATION, "3cd", datetime(2026, 2, 3, 9, 0, tzinfo=UTC)),
        (TimerKind.DURATION, "13m", datetime(2027, 2, 28, 9, 0, tzinfo=UTC)),
        (TimerKind.DATE, "2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        (TimerKind.DATE, "2026-05-01T08:00:00+00:00", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        (TimerKind.CYCLE, "R3/PT24H", datetime(2026, 2, 1, 9, 0, tzinfo=UTC)),
    ],
)
def test_due(kind: TimerKind, text: str, expected: datetime) -> None:
    assert due.due(TimerSpec(kind, text), AT) == expected


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "5wd", "1D", "P99999999999D", "P99999Y", "P1DT"]
)
def test_what_is_no_duration_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        due.due(TimerSpec(TimerKind.DURATION, text), AT)


@given(st.text(max_size=12), st.sampled_from(TimerKind))
def test_any_text_gives_a_time_or_an_error(text: str, kind: TimerKind) -> None:
    with contextlib.suppress(ValueError):
        assert due.due(TimerSpec(kind, text), AT).tzinfo


@given(st.integers(0, 36_000), st.integers(0, 400))
def test_months_never_skip_one(day: int, months: int) -> None:
    at = AT + timedelta(days=day)
    later = due.add(f"P{months}M", at)
    assert (later.year * 12 + later.month) - (at.year * 12 + at.month) == months
