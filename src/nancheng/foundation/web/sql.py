"""Plain statements for the few paths where the ORM's own work would be most of the work.

Statements are written once, with ``%s`` marks, and run on the driver's own cursor: prepared by the
server on PostgreSQL, kept compiled on SQLite. Whenever somebody listens (a test that counts
statements, the debug log) they go through Django's cursor instead, so nothing runs unseen. Errors
come out as Django's, and every statement runs in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from threading import local
from typing import Any

import orjson
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, connections

from nancheng.foundation.web import postgresql

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
    database = database_of_thread()
    if is_watched(database):
        return [_watched(database, text, values) for text, values in statements]
    driver = _session(database)
    with database.wrap_database_errors:
        if is_postgresql():
            return postgresql.run(driver, [(_numbered(t), values) for t, values in statements])
        return [driver.execute(_marked(text), values) for text, values in statements]


def at_once(statements: Mapping[str, Statement]) -> int:
    """Write with several statements; return how many rows the first one met.

    On PostgreSQL they are one statement with a common table expression each: one plan kept ready,
    one round trip. So none sees what another writes, except through what it returns: the name of a
    statement with RETURNING can be read from in a later one. On SQLite they run in order.
    """
    if not is_postgresql():
        return int(together([*statements.values()])[0].rowcount)
    text = _as_one(tuple(statements), tuple(text for text, _ in statements.values()))
    values = [value for _, given in statements.values() for value in given]
    found = one(text, values)
    return found[0] if found else 0


@lru_cache(maxsize=1024)
def _as_one(names: tuple[str, ...], texts: tuple[str, ...]) -> str:
    parts = [f"{name} AS ({text})" for name, text in zip(names, texts, strict=True)]
    parts[0] = f"{names[0]} AS ({texts[0]} RETURNING 1)"
    return f"WITH {', '.join(parts)} SELECT COUNT(*) FROM {names[0]}"


def is_watched(database: Any) -> bool:
    """Say whether somebody listens to the statements of a connection."""
    return bool(database.execute_wrappers or database.queries_logged)


def _session(database: Any) -> Any:
    """Return the driver's connection, as Django's cursor does: one that ended is begun anew."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    return database.connection


_here = local()


def database_of_thread() -> Any:
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


@lru_cache(maxsize=1024)
def _numbered(text: str) -> bytes:
    """Return a statement with the server's own marks: the driver need not look for them again."""
    assert "%%" not in text, text
    first, *rest = text.split("%s")
    return "".join([first, *(f"${n}{part}" for n, part in enumerate(rest, 1))]).encode()


@lru_cache(maxsize=512)
def _marked(text: str) -> str:
    assert "'%s'" not in text, text
    return text.replace("%s", "?")


def insert(table: str, columns: str, lines: Sequence[Values], returning: str = "") -> Statement:
    """Return the one statement that inserts some rows (at least one); ``columns`` have commas.

    On PostgreSQL all rows of a model's table are one value, so the text is the same for any number.
    """
    if is_postgresql() and _types(table):
        return _insertion_of_records(table, columns, returning), [records(columns, lines)]
    text = _insertion(table, columns, len(lines), returning)
    return text, [value for line in lines for value in line]


@lru_cache(maxsize=512)
def _insertion(table: str, columns: str, count: int, returning: str) -> str:
    marks = "(" + ", ".join(["%s"] * (columns.count(",") + 1)) + ")"
    tail = f" RETURNING {returning}" if returning else ""
    return f"INSERT INTO {table} ({columns}) VALUES {', '.join([marks] * count)}{tail}"


@lru_cache(maxsize=512)
def _insertion_of_records(table: str, columns: str, returning: str) -> str:
    given, read = reading(table, columns)
    tail = f" RETURNING {returning}" if returning else ""
    return f"INSERT INTO {table} ({columns}) SELECT {given} FROM {read}{tail}"


def records(columns: str, lines: Sequence[Values]) -> str:
    """Return rows as the JSON list of objects that ``reading`` reads."""
    names = columns.split(", ")
    return orjson.dumps([dict(zip(names, line, strict=True)) for line in lines]).decode()


def reading(table: str, columns: str, key: str = "") -> tuple[str, str]:
    """Return how PostgreSQL reads ``records`` of a model's table: what to select, and from what.

    ``key`` names a whole number that each record has beside the columns.
    """
    types = _types(table)
    names = columns.split(", ")
    # Texts are read as such and coerced by the insertion: JSON in a text would be read as a string.
    read = [f"{name} {'text' if types[name] in _TEXTS else types[name]}" for name in names]
    read += [f"{key} integer"] * bool(key)
    given = ", ".join(f"n.{name}{_TEXTS.get(types[name], '')}" for name in names)
    return given, f"json_to_recordset(%s::json) AS n({', '.join(read)})"


# Kinds of columns that hold text, and what a text needs to become one.
_TEXTS = {"text": "", "varchar": "", "jsonb": "::jsonb"}


@cache
def _types(table: str) -> Mapping[str, str]:
    """Return the kinds of a table's columns, as its model tells them."""
    model = next((model for model in apps.get_models() if model._meta.db_table == table), None)
    if model is None:
        return {}
    kinds = {
        str(field.column): field.db_type(connection) or "" for field in model._meta.concrete_fields
    }
    return {name: kind.split("(")[0] for name, kind in kinds.items()}


@lru_cache(maxsize=64)
def moment(at: datetime) -> Any:
    """Return an aware time as the database keeps it: on SQLite as Django writes it, in UTC."""
    assert at.tzinfo is not None, at
    return at if is_postgresql() else str(at.astimezone(UTC).replace(tzinfo=None))


def time(kept: datetime | None) -> datetime | None:
    """Return a time that a query brought as an aware one: SQLite keeps UTC without saying so."""
    return kept.replace(tzinfo=UTC) if kept is not None and kept.tzinfo is None else kept


def among(ids: Iterable[int]) -> Statement:
    """Return the condition after a column that it is one of some whole numbers; one text for any.

    For a query by hand: ``f"... WHERE id {condition}", values``.
    """
    listed = ",".join(map(str, ids))
    if is_postgresql():
        return "= ANY(%s::bigint[])", [f"{{{listed}}}"]
    return "IN (SELECT value FROM json_each(%s))", [f"[{listed}]"]


def day(on: date | None) -> Any:
    """Return a date as the database keeps it."""
    return on if on is None or is_postgresql() else on.isoformat()
