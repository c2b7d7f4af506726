"""SQLite's statistics are refreshed when tables grow, and not at every look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nancheng.foundation.web import memory, sql, statistics

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
AT = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ten rows be enough."""
    monkeypatch.setattr(statistics, "ROWS_MIN", 10)


def add(first: int, last: int) -> None:
    columns = "session_key, session_data, expire_date"
    lines = [(str(number), "", sql.moment(AT)) for number in range(first, last)]
    sql.run(*sql.insert("django_session", columns, lines))


def known() -> int:
    """Return how many rows the planner takes a table to have; 0 for one never counted."""
    if sql.one("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'") is None:
        return 0
    rows = sql.rows("SELECT stat FROM sqlite_stat1 WHERE tbl = 'django_session'")
    return max((int(stat.split()[0]) for (stat,) in rows), default=0)


@pytest.mark.usefixtures("few")
def test_a_table_is_counted_again_each_time_it_has_doubled() -> None:
    seen = []
    for hour, (first, last) in enumerate([(0, 9), (9, 12), (12, 20), (20, 24), (24, 25)]):
        add(first, last)
        statistics.refresh(at=AT + timedelta(hours=hour))
        seen.append(known())
    assert seen == [0, 12, 12, 24, 24]


@pytest.mark.usefixtures("few")
def test_a_new_index_is_counted_and_an_empty_one_does_not_ask_again() -> None:
    add(0, 12)
    first = statistics.refresh(at=AT)
    sql.run("CREATE INDEX few_data ON django_session (session_data)")
    sql.run("CREATE INDEX none_data ON django_session (session_data) WHERE session_data = 'x'")
    memory.forget()
    second = statistics.refresh(at=AT)
    memory.forget()
    third = statistics.refresh(at=AT)
    assert (first > 0, second, third) == (True, 1, 0)
