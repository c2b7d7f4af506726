"""An intact history has no fault; any other names its first bad row and what differs there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.audit import rules
from nancheng.foundation.audit.rules import Difference, Fault, History, Line
from nancheng.foundation.cases import chain

AT = datetime(2020, 9, 15, 2, tzinfo=UTC)
NUMBER = "LN-2020-000001"


def a_history(length: int) -> History:
    """Return an intact history."""
    lines: list[Line] = []
    head = ""
    for seq in range(1, length + 1):
        at = AT + timedelta(minutes=seq)
        entry = chain.Entry(NUMBER, seq, at, "Completed", f"n{seq % 3}", seq, 7, "安", "{}")
        head = chain.link(head, entry)
        lines.append(Line(entry, head))
    return History(1, NUMBER, length, head, tuple(lines))


def first(history: History) -> Fault:
    """Return the first fault."""
    return next(rules.history_faults(history))


def with_lines(history: History, *lines: Line) -> History:
    """Return the history with other lines."""
    return replace(history, lines=lines)


@given(st.integers(0, 12))
def test_an_intact_history_has_no_fault(length: int) -> None:
    assert not list(rules.history_faults(a_history(length)))


@given(st.integers(1, 9), st.data())
def test_a_changed_row_is_named(length: int, data: st.DataObject) -> None:
    history = a_history(length)
    place = data.draw(st.integers(0, length - 1))
    change: tuple[str, Any] = data.draw(
        st.sampled_from(
            [("payload", "[]"), ("label", "白"), ("actor", None), ("kind", "Started"), ("item", 0)]
        )
    )
    lines = list(history.lines)
    lines[place] = replace(lines[place], entry=replace(lines[place].entry, **dict([change])))
    found = list(rules.history_faults(with_lines(history, *lines)))
    assert found == [Fault(Difference.CHANGED, NUMBER, place + 1)]


@given(st.integers(1, 9), st.data())
def test_a_changed_hash_is_told_from_changed_content(length: int, data: st.DataObject) -> None:
    history = a_history(length)
    place = data.draw(st.integers(0, length - 1))
    lines = list(history.lines)
    lines[place] = replace(lines[place], hash="0" * 64)
    found = list(rules.history_faults(with_lines(history, *lines)))
    assert found == [Fault(Difference.HASH, NUMBER, place + 1)]


@given(st.integers(1, 9), st.data())
def test_missing_rows_are_named(length: int, data: st.DataObject) -> None:
    history = a_history(length)
    start = data.draw(st.integers(0, length - 1))
    end = data.draw(st.integers(start + 1, length))
    lines = history.lines[:start] + history.lines[end:]
    found = first(with_lines(history, *lines))
    assert (found.difference, found.seq) == (Difference.MISSING, start + 1)
    assert found.detail == (f"– #{end}" if end > start + 1 else "")


@given(st.integers(2, 9), st.data())
def test_rows_that_changed_places_are_named(length: int, data: st.DataObject) -> None:
    history = a_history(length)
    one = data.draw(st.integers(0, length - 2))
    other = data.draw(st.integers(one + 1, length - 1))
    lines = list(history.lines)
    for place, source in ((one, other), (other, one)):
        moved = history.lines[source]
        lines[place] = replace(moved, entry=replace(moved.entry, seq=place + 1))
    found = first(with_lines(history, *lines))
    assert found == Fault(Difference.REORDERED, NUMBER, one + 1, f"← #{other + 1}")


@pytest.mark.parametrize(("last_seq", "head"), [(2, None), (3, "0" * 64), (4, None)])
def test_the_case_row_must_say_what_the_history_says(last_seq: int, head: str | None) -> None:
    history = a_history(3)
    bent = replace(history, last_seq=last_seq, head=head or history.head)
    expected = Difference.MISSING if last_seq > 3 else Difference.HEAD
    assert first(bent).difference is expected


def test_a_history_under_another_number_is_not_this_one() -> None:
    history = a_history(2)
    lines = [
        replace(line, entry=replace(line.entry, case="LN-2020-000002")) for line in history.lines
    ]
    assert first(with_lines(history, *lines)) == Fault(Difference.CHANGED, NUMBER, 1)
