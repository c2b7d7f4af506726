"""The database is full, read-only or away: a clear page, nothing half done, no restart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from psycopg import sql

from tests.faults import load
from tests.faults.browsing import Answer
from tests.faults.site import Site
from tests.scratch import administration

pytestmark = pytest.mark.django_db
AWAY_S = 1.5
# Longer than what may be free in the database's last pages: it cannot be kept on a full disk.
WRITTEN = "写了很久" + "，" * 950


@contextmanager
def broken(site: Site, fault: str) -> Iterator[None]:
    """Fill the database's disk or make it read-only, for as long as the block runs."""
    if site.is_sqlite:
        site.fault(fault)
        yield
        site.fault("")
        return
    with administration(site.url) as connection:
        breaking, mending = POSTGRESQL[fault]
        for statement in breaking:
            connection.execute(statement)
        yield
        for statement in mending:
            connection.execute(statement)


# PostgreSQL names a full disk 53100; read-only is what a server says that stands by for another.
POSTGRESQL = {
    "full": (
        (
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
            "CREATE TRIGGER full_disk BEFORE INSERT ON ledger_transfer"
            " FOR EACH ROW EXECUTE PROCEDURE full_disk()",
        ),
        ("DROP TRIGGER full_disk ON ledger_transfer", "DROP FUNCTION full_disk()"),
    ),
    "read-only": (
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',"
            " current_database()); END $$",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        ),
        (
            "SET default_transaction_read_only = off",
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only',"
            " current_database()); END $$",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        ),
    ),
}


@pytest.mark.parametrize(
    ("fault", "chinese", "english"),
    [
        ("full", "服务器存储空间已满", "storage is full"),
        ("read-only", "系统目前只能查看", "nothing saved"),
    ],
)
def test_a_clear_page_nothing_half_done_and_no_restart(
    site: Site, fault: str, chinese: str, english: str
) -> None:
    (task,) = site.inside("open", 1, fault)
    browser = site.browser(1)
    assert browser.get(f"/tasks/{task}/").status == 200
    with broken(site, fault):
        refused = _steady(site, task, fault)
        assert refused.status == 503, site.log()
        assert chinese in refused.text
        assert english in refused.text
        assert "写了很久" in refused.text
        assert refused.retry_after
        for secret in ("Traceback", "psycopg", "sqlite", "could not extend"):
            assert secret not in refused.text
    answer = _steady(site, task, fault)
    assert answer.status == load.FOUND, site.log()


def _steady(site: Site, task: int, fault: str) -> Answer:
    """Send the form; sessions cut a moment ago on purpose may answer "away" first."""
    for _ in range(3):
        answer = site.browser(1).complete(task, key=f"{fault}-{task}", opinion=WRITTEN)
        if "暂时连接不上" not in answer.text:
            break
    return answer


def test_the_database_restarts_under_load_and_nobody_restarts_the_web(site: Site) -> None:
    tasks = site.inside("open", 40, "restart")
    told = load.sent(site, tasks, meanwhile=lambda: restart(site))
    assert told == {load.FOUND: 40}, site.log()


def restart(site: Site) -> None:
    """Cut every connection to the database and let none in for a while.

    SQLite has no server; there, the writers' lock is held for as long.
    """
    time.sleep(0.3)
    if site.is_sqlite:
        import sqlite3

        with sqlite3.connect(site.data / "nancheng.sqlite3", isolation_level=None) as holder:
            holder.execute("BEGIN IMMEDIATE")
            time.sleep(AWAY_S)
            holder.execute("ROLLBACK")
        holder.close()
        return
    name = urlsplit(site.url).path.lstrip("/")
    elsewhere = urlsplit(site.url)._replace(path="/postgres").geturl()
    with administration(elsewhere) as server:
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        server.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        time.sleep(AWAY_S)
        server.execute(allow.format(sql.Identifier(name), sql.SQL("true")))
