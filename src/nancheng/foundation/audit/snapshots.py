"""One moment of the whole database: everything read inside fits together, nobody is held up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def snapshot() -> Iterator[None]:
    """Let all statements inside read the same moment, beside people at work.

    Django's own transactions take SQLite's write lock from the start; this one only reads.
    """
    if connection.in_atomic_block:  # a test's own transaction
        yield
        return
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin if connection.vendor == "postgresql" else "BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
