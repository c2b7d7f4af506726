"""Databases of their own for processes under test, copied from the empty test database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection
from psycopg import sql

_numbers = count(1)


@contextmanager
def empty(data: Path) -> Iterator[str]:
    """Copy the test database: migrating anew would take most of the time of such a test.

    Yields what ``DATABASE_URL`` is to say: "" for SQLite in the data folder. Ask for it before the
    test writes, for what is there by then is copied as well.
    """
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(data / "nancheng.sqlite3") as copy:
            connection.connection.backup(copy)
        copy.close()
        yield ""
        return
    server = os.environ["DATABASE_URL"]
    template = str(connection.settings_dict["NAME"])
    connection.close()
    with blank(server, template=template) as url:
        yield url


@contextmanager
def blank(server: str, *, template: str = "template0") -> Iterator[str]:
    """Make a database on a server, take it away afterwards; yield its address."""
    name = f"nancheng_scratch_{os.getpid()}_{next(_numbers)}"
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with administration(server) as admin:
        admin.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with administration(server) as admin:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            admin.execute(drop.format(sql.Identifier(name)))


def administration(server: str) -> psycopg.Connection[Any]:
    """Connect to the server, to make and break databases."""
    return psycopg.connect(server, autocommit=True)
