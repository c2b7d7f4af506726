"""Database or disk out of use: told apart by their own codes, answered with a page that helps."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from psycopg import errors
from psycopg.errors import OperationalError

from nancheng.foundation.web import outages
from nancheng.foundation.web.outages import Outage
from nancheng.foundation.web.tests import gallery

pytestmark = pytest.mark.usefixtures("site")


def fail(request: HttpRequest) -> HttpResponse:
    """Meet a full disk as Django passes it on."""
    try:
        raise errors.DiskFull('could not extend file "base/1": secret detail')
    except OperationalError as error:
        raise DatabaseError("wrapped") from error


urlpatterns = [*gallery.urlpatterns, path("full/", fail)]
handler500 = gallery.handler500


def raised(break_it: Callable[[sqlite3.Connection], object], file: Path) -> sqlite3.Error:
    """Return what SQLite raises when it is broken in some way."""
    connection = sqlite3.connect(file, timeout=0)
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    with pytest.raises(sqlite3.Error) as caught:
        break_it(connection)
    connection.close()
    return caught.value


def fill(connection: sqlite3.Connection) -> None:
    """Write until no page is left."""
    connection.execute("PRAGMA max_page_count = 3")
    connection.execute("INSERT INTO t VALUES (zeroblob(100000))")


def write_read_only(connection: sqlite3.Connection) -> None:
    """Write where only reading is allowed."""
    connection.execute("PRAGMA query_only = ON")
    connection.execute("INSERT INTO t VALUES (1)")


def write_beside_a_writer(connection: sqlite3.Connection) -> None:
    """Write while another connection does."""
    connection.execute("BEGIN IMMEDIATE")
    (_, _, file) = connection.execute("PRAGMA database_list").fetchone()
    other = sqlite3.connect(file, timeout=0)
    try:
        other.execute("INSERT INTO t VALUES (1)")
    finally:
        other.close()


def open_nothing(_connection: sqlite3.Connection) -> None:
    """Open a database in a folder that is not there."""
    sqlite3.connect("/nowhere/at/all").execute("SELECT 1")


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (fill, Outage.FULL),
        (write_read_only, Outage.READ_ONLY),
        (write_beside_a_writer, Outage.BUSY),
        (open_nothing, Outage.AWAY),
        (lambda connection: connection.execute("SELECT * FROM missing"), None),
    ],
)
def test_sqlite_says_what_it_is(
    break_it: Callable[[sqlite3.Connection], object], expected: Outage | None, tmp_path: Path
) -> None:
    assert outages.outage(raised(break_it, tmp_path / "db")) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.DiskFull(), Outage.FULL),
        (errors.ReadOnlySqlTransaction(), Outage.READ_ONLY),
        (errors.AdminShutdown(), Outage.AWAY),
        (errors.CannotConnectNow(), Outage.AWAY),
        (errors.ConnectionFailure(), Outage.AWAY),
        (OperationalError("connection refused"), Outage.AWAY),
        (errors.TooManyConnections(), Outage.BUSY),
        (errors.DeadlockDetected(), Outage.BUSY),
        (errors.QueryCanceled(), Outage.BUSY),
        (errors.UniqueViolation(), None),
        (errors.UndefinedTable(), None),
        (OSError(errno.ENOSPC, "no space"), Outage.FULL),
        (OSError(errno.EROFS, "read-only"), Outage.READ_ONLY),
        (OSError(errno.ENOENT, "no such file"), None),
        (ValueError(), None),
        (None, None),
    ],
)
def test_postgresql_and_the_system_say_what_it_is(
    error: Exception | None, expected: Outage | None
) -> None:
    assert outages.outage(error) is expected


@pytest.fixture
def broken() -> Client:
    """A browser at a site with a page that meets a full disk."""
    return Client(raise_request_exception=False)


@override_settings(ROOT_URLCONF=__name__)
def test_the_page_says_what_to_do_in_both_languages_and_keeps_what_was_typed(
    broken: Client,
) -> None:
    answer = broken.post("/full/", {"opinion": "写了很久的意见", "password": "hush"})
    text = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "服务器存储空间已满" in text
    assert "storage is full" in text
    assert "写了很久的意见" in text
    for secret in ("hush", "secret detail", "Traceback", "DiskFull"):
        assert secret not in text


@override_settings(ROOT_URLCONF=__name__)
def test_a_form_in_the_page_stays_and_gets_an_alert(broken: Client) -> None:
    answer = broken.post("/full/", {"opinion": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert answer["HX-Retarget"] == "#page-alert"
    assert "<html" not in answer.content.decode()
    assert "服务器存储空间已满" in answer.content.decode()


def test_a_fault_of_ours_is_still_a_500(broken: Client) -> None:
    assert broken.get("/crash/").status_code == 500
