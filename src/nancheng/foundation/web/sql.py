"""Plain statements for the few paths where the ORM's own work would be most of the work.

Statements are written once, with ``%s`` marks, and run on the driver's own cursor: prepared by the
server on PostgreSQL, kept compiled on SQLite. Whenever somebody listens (a test that counts
statements, the debug log) they go through Django's cursor instead, so nothing runs unseen. Errors
come out as Django's, and every statement runs in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from threading import local
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

# A statement is prepared anew for each choice of which values are NULL: more than the driver's 100.
PREPARED_MAX = 1000

Values = Sequence[Any]
Statement = tuple[str, Values]


def run(text: str, values: Values = ()) -> Any:
    """Run one statement; return its cursor."""
    return together([(text, values)])[0]


def rows(text: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """Run one query; return its rows."""
    return list(run(text, values).fetchall())


def one(text: str, values: Values = ()) -> tuple[Any, ...] | None:
    """Run one query; return its first row, or None."""
    # All of them are taken: a statement left half read would bar the commit on SQLite.
    found = run(text, values).fetchall()
    return found[0] if found else None


def together(statements: Sequence[Statement]) -> list[Any]:
    """Run statements in order, on PostgreSQL in one round trip; return their cursors.

    A failure of any raises Django's error for it; the transaction must then be rolled back.
    """
    database = _database()
    if database.execute_wrappers or database.queries_logged:
        return [_watched(database, text, values) for text, values in statements]
    # As Django's cursor does: a session that the server ended meanwhile is begun anew.
    database.close_if_health_check_failed()
    database.ensure_connection()
    driver = database.connection
    with database.wrap_database_errors:
        if is_postgresql():
            return _postgresql(driver, statements)
        return [driver.execute(_marked(text), values) for text, values in statements]


_here = local()


def _database() -> Any:
    """Return this thread's connection; Django's own way to it costs as much as a small query."""
    try:
        return _here.database
    except AttributeError:
        _here.database = connections[DEFAULT_DB_ALIAS]
        return _here.database


@cache
def is_postgresql() -> bool:
    """Say which of the two databases this is; it never changes while a process lives."""
    return bool(connections[DEFAULT_DB_ALIAS].vendor == "postgresql")


def _watched(database: Any, text: str, values: Values) -> Any:
    cursor = database.cursor()
    cursor.execute(text, values or None)
    return cursor


def _postgresql(driver: Any, statements: Sequence[Statement]) -> list[Any]:
    from psycopg import RawCursor

    if driver.prepared_max != PREPARED_MAX:
        driver.prepared_max = PREPARED_MAX
    cursors = [RawCursor(driver) for _ in statements]
    if len(statements) == 1:
        text, values = statements[0]
        cursors[0].execute(_numbered(text), values)
        return cursors
    with driver.pipeline():
        for cursor, (text, values) in zip(cursors, statements, strict=True):
            cursor.execute(_numbered(text), values)
    return cursors


@lru_cache(maxsize=512)
def _numbered(text: str) -> bytes:
    """Return a statement with the server's own marks: the driver need not look for them again."""
    assert "%%" not in text, text
    first, *rest = text.split("%s")
    return "".join([first, *(f"${n}{part}" for n, part in enumerate(rest, 1))]).encode()


@lru_cache(maxsize=512)
def _marked(text: str) -> str:
    assert "'%s'" not in text, text
    return text.replace("%s", "?")


@lru_cache(maxsize=512)
def insertion(table: str, columns: str, count: int, returning: str = "") -> str:
    """Return the text that inserts so many rows; ``columns`` are names with commas."""
    marks = "(" + ", ".join(["%s"] * (columns.count(",") + 1)) + ")"
    tail = f" RETURNING {returning}" if returning else ""
    return f"INSERT INTO {table} ({columns}) VALUES {', '.join([marks] * count)}{tail}"


def insert(table: str, columns: str, lines: Sequence[Values], returning: str = "") -> Statement:
    """Return the one statement that inserts some rows (at least one)."""
    text = insertion(table, columns, len(lines), returning)
    return text, [value for line in lines for value in line]


@lru_cache(maxsize=64)
def moment(at: datetime) -> Any:
    """Return an aware time as the database keeps it: on SQLite as Django writes it, in UTC."""
    assert at.tzinfo is not None, at
    return at if is_postgresql() else str(at.astimezone(UTC).replace(tzinfo=None))


def day(on: date | None) -> Any:
    """Return a date as the database keeps it."""
    return on if on is None or is_postgresql() else on.isoformat()
