"""One transaction around an action: kept whole or not at all, as Django's own."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from nancheng.foundation.web import sql
from nancheng.foundation.web.whole import whole

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def table() -> str:
    sql.run("DROP TABLE IF EXISTS whole_lines")
    sql.run("CREATE TABLE whole_lines (id integer PRIMARY KEY, name varchar(20))")
    return "whole_lines"


@pytest.fixture(autouse=True)
def _no_table(table: str) -> object:
    yield
    sql.run(f"DROP TABLE {table}")


def put(number: int) -> None:
    sql.run("INSERT INTO whole_lines (id, name) VALUES (%s, %s)", [number, "行"])


def kept() -> list[int]:
    return [row[0] for row in sql.rows("SELECT id FROM whole_lines ORDER BY id")]


def at_rest() -> bool:
    """Say whether the connection stands as it does outside of every transaction."""
    return bool(
        connection.get_autocommit()
        and not connection.in_atomic_block
        and not connection.atomic_blocks
        and not connection.savepoint_ids
    )


def test_what_is_written_is_kept_and_the_hooks_run_after_it() -> None:
    said: list[str] = []
    with whole():
        put(1)
        transaction.on_commit(lambda: said.append("kept"))
        assert (said, connection.in_atomic_block) == ([], True)
    assert (kept(), said, at_rest()) == ([1], ["kept"], True)


def test_nothing_is_kept_after_a_refusal_and_no_hook_runs() -> None:
    said: list[str] = []

    def refused() -> None:
        with whole():
            put(1)
            transaction.on_commit(lambda: said.append("kept"))
            raise KeyError

    with pytest.raises(KeyError):
        refused()
    assert (kept(), said, at_rest()) == ([], [], True)
    with whole():
        put(2)
    assert kept() == [2]


def test_a_failed_statement_undoes_all_and_the_connection_can_be_used_again() -> None:
    def twice() -> None:
        with whole():
            put(1)
            put(1)

    with pytest.raises(IntegrityError):
        twice()
    assert (kept(), at_rest()) == ([], True)


def test_an_inner_transaction_may_fail_alone() -> None:
    with whole():
        put(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            put(1)
        with whole():
            put(2)
    assert (kept(), at_rest()) == ([1, 2], True)


def test_what_is_marked_to_be_undone_is_undone() -> None:
    with whole():
        put(1)
        transaction.set_rollback(True)
    assert (kept(), at_rest()) == ([], True)


def test_a_refused_commit_undoes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse = "nancheng.foundation.web.whole._commit"
    monkeypatch.setattr(refuse, _refuse)
    with pytest.raises(OperationalError), whole():
        put(1)
    monkeypatch.undo()
    assert (kept(), at_rest()) == ([], True)


def _refuse(_database: object) -> None:
    raise OperationalError("disk full")


@pytest.mark.postgresql
def test_a_connection_lost_within_is_an_error_and_the_next_is_a_new_one() -> None:
    def cut() -> None:
        with whole():
            put(1)
            (mine,) = sql.one("SELECT pg_backend_pid()") or ()
            sql.run("SELECT pg_terminate_backend(%s)", [mine])

    with pytest.raises(OperationalError):
        cut()
    connection.close()
    assert (kept(), at_rest()) == ([], True)


def test_within_djangos_own_transaction_plain_statements_belong_to_it() -> None:
    def refused() -> None:
        with transaction.atomic():
            put(1)
            raise KeyError

    with pytest.raises(KeyError):
        refused()
    assert kept() == []
