"""Plain statements: seen when watched, one transaction, errors as Django's."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.apps import apps
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from nancheng.foundation.web import memory, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def table() -> str:
    sql.run("CREATE TEMPORARY TABLE lines (id integer PRIMARY KEY, name varchar(20) UNIQUE)")
    return "lines"


def test_rows_go_in_and_come_out(table: str) -> None:
    made = sql.run(*sql.insert(table, "id, name", [(1, "一"), (2, "二")], returning="id"))
    assert [row[0] for row in made.fetchall()] == [1, 2]
    assert sql.one("SELECT name FROM lines WHERE id = %s", [2]) == ("二",)
    assert sql.one("SELECT name FROM lines WHERE id = %s", [3]) is None
    assert sql.rows("SELECT id FROM lines ORDER BY id") == [(1,), (2,)]


def test_several_statements_run_in_order_and_say_how_many_rows_each_met(table: str) -> None:
    cursors = sql.together(
        [
            sql.insert(table, "id, name", [(1, "a"), (2, "b"), (3, "c")]),
            ("UPDATE lines SET name = %s WHERE id > %s", ["d", 2]),
            ("DELETE FROM lines WHERE id > %s", [1]),
        ]
    )
    assert [cursor.rowcount for cursor in cursors] == [3, 1, 2]


def test_a_listener_sees_every_statement(table: str) -> None:
    with CaptureQueriesContext(connection) as seen:
        sql.together([("SELECT 1", []), ("SELECT name FROM lines WHERE id = %s", [1])])
    assert len(seen) == 2


def test_a_broken_rule_is_djangos_error_and_the_transaction_can_be_left(table: str) -> None:
    sql.run(*sql.insert(table, "id, name", [(1, "a")]))
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.together([("UPDATE lines SET id = 9", []), sql.insert(table, "id, name", [(2, "a")])])
    assert sql.rows("SELECT id, name FROM lines") == [(1, "a")]


def test_writing_at_once_counts_the_rows_of_the_first(table: str) -> None:
    sql.run(*sql.insert(table, "id, name", [(1, "a"), (2, "b")]))
    done = sql.at_once(
        {
            "renamed": ("UPDATE lines SET name = %s WHERE id = %s", ["c", 1]),
            "added": sql.insert(table, "id, name", [(3, "d")]),
            "gone": ("DELETE FROM lines WHERE id = %s", [2]),
        }
    )
    assert done == 1
    assert sql.rows("SELECT id, name FROM lines ORDER BY id") == [(1, "c"), (3, "d")]
    assert sql.at_once({"none": ("DELETE FROM lines WHERE id = %s", [9])}) == 0


def test_rows_of_a_model_go_in_as_they_are() -> None:
    at = datetime(2026, 3, 1, 1, 2, 3, 4, tzinfo=UTC)
    text = '{"名":"\\"引\\" \\\\ $1 ","n":12345678901234567890}'
    columns = (
        "asked_at, asked_by, since, finished_at, after_case, cases_all, cases_seen, events_seen,"
        " fault_count, faults, root"
    )
    lines = [
        [sql.moment(at), "问\t'", sql.day(date(2026, 2, 28)), None, 2**40, 1, 2, 3, 4, text, ""],
        [sql.moment(at), "", None, sql.moment(at), 0, 0, 0, 0, 0, "[]", "r"],
    ]
    made = sql.run(*sql.insert("audit_verification", columns, lines, returning="id")).fetchall()
    rows = apps.get_model("audit", "Verification").objects.in_bulk([key for (key,) in made])
    first, second = (rows[key] for (key,) in made)
    kept = sql.rows("SELECT asked_at, finished_at FROM audit_verification ORDER BY id")
    assert [[sql.time(one) for one in row] for row in kept] == [[at, None], [at, at]]
    assert (first.asked_at, first.asked_by, first.since) == (at, "问\t'", date(2026, 2, 28))
    assert (first.finished_at, first.after_case, first.faults) == (None, 2**40, json.loads(text))
    assert (second.finished_at, second.since, second.faults, second.root) == (at, None, [], "r")


@pytest.mark.postgresql
def test_a_text_too_long_for_its_column_is_refused_and_not_cut() -> None:
    with pytest.raises(DataError), transaction.atomic():
        sql.run(*sql.insert("audit_verification", "root", [["x" * 65]]))


@pytest.mark.postgresql
def test_a_session_that_keeps_too_many_plans_begins_anew_between_calls(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never between statements that go out together: those before would be unknown."""
    monkeypatch.setattr("nancheng.foundation.web.postgresql.PREPARED_MAX", 3)
    sql.run(*sql.insert(table, "id, name", [(1, "a")]))
    for number in range(4):
        pair: list[sql.Statement] = [
            (f"SELECT {number}, id FROM lines", []),
            (f"SELECT {number + 90}", []),
        ]
        assert [answer.fetchall() for answer in sql.together(pair)] == [
            [(number, 1)],
            [(number + 90,)],
        ]


def test_a_time_is_kept_in_utc_whatever_its_zone() -> None:
    at = datetime(2026, 3, 1, 1, 2, 3, 4, tzinfo=UTC)
    there = at.astimezone(timezone(timedelta(hours=8)))
    for one in (at, there, at.replace(microsecond=0)):
        kept = connection.ops.adapt_datetimefield_value(one)
        assert sql.moment(one) == (kept if isinstance(kept, str) else one)


def test_a_day_is_kept_as_django_keeps_it() -> None:
    assert sql.day(date(2026, 3, 1)) == connection.ops.adapt_datefield_value(date(2026, 3, 1))
    assert sql.day(None) is None


def test_what_is_kept_is_asked_once_until_it_is_forgotten() -> None:
    asked: list[int] = []

    @memory.kept
    def double(number: int) -> int:
        asked.append(number)
        return number * 2

    assert (double(2), double(2), asked) == (4, 4, [2])
    memory.forget()
    assert (double(2), asked) == (4, [2, 2])


@pytest.mark.parametrize("ids", [[], [2], [3, 1, 2**40]])
def test_rows_of_some_whole_numbers_are_found_by_one_text(table: str, ids: list[int]) -> None:
    sql.run(*sql.insert(table, "id, name", [(1, "a"), (2, "b"), (3, "c")]))
    condition, values = sql.among(ids)
    found = sql.rows(f"SELECT id FROM {table} WHERE id {condition} ORDER BY id", values)
    assert [key for (key,) in found] == sorted({1, 2, 3} & set(ids))
