"""Databases of their own for contenders on PostgreSQL, made and dropped beside the one named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit


@contextmanager
def empty(url: str, name: str) -> Iterator[str]:
    """Make an empty database on the server of ``url``; yield its address; drop it at the end."""
    import psycopg

    parts = urlsplit(url)
    database = f"nancheng_bench_{name}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{database}"'.encode())
        yield urlunsplit(parts._replace(path=f"/{database}"))
        connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)'.encode())
