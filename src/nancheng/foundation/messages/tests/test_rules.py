"""Retries and prefixes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.messages import rules

AT = datetime(2020, 9, 15, 1, 0, tzinfo=UTC)


def test_tries_grow_apart_and_end() -> None:
    times, at = [], AT
    for attempts in range(1, rules.ATTEMPTS_MAX):
        again = rules.retry_at(attempts, at=at)
        assert again is not None
        times.append(again - at)
        at = again
    assert times[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert times == sorted(times)
    assert times[-1] == rules.LONGEST_RETRY
    assert timedelta(hours=20) < at - AT < timedelta(hours=21)
    assert rules.retry_at(rules.ATTEMPTS_MAX, at=at) is None


@given(st.integers(1, 10_000))
def test_a_retry_is_always_later_or_never(attempts: int) -> None:
    again = rules.retry_at(attempts, at=AT)
    assert again is None or again > AT


@pytest.mark.parametrize(
    ("prefix", "code", "expected"),
    [
        ("", "cases.reminded", True),
        ("cases", "cases.reminded", True),
        ("cases.", "cases.reminded", True),
        ("cases.reminded", "cases.reminded", True),
        ("cases.remind", "cases.reminded", False),
        ("funds", "cases.reminded", False),
    ],
)
def test_a_prefix_ends_at_a_dot(prefix: str, code: str, expected: bool) -> None:
    assert rules.concerns(prefix, code) is expected
