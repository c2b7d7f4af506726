"""Model instances by plain statements, where building the query would be most of the work.

Asked at nearly every request (the person of a session, the task under a form), so each text is made
once a model and every value goes through its field's own converters, as the ORM would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections, models

from nancheng.foundation.web import sql

M = TypeVar("M", bound=models.Model)
Asked = tuple[type[models.Model], str, Sequence[Any]]


def one(model: type[M], where: str, values: Sequence[Any]) -> M | None:
    """Return the one row that a condition on its columns names, or None. One statement."""
    (found,) = together([(model, where, values)])
    return cast("M | None", found)


def together(asked: Sequence[Asked]) -> list[models.Model | None]:
    """Return the row of each model and condition, or None; on PostgreSQL in one round trip."""
    cursors = sql.together(
        [(f"{_selection(model)} WHERE {where}", values) for model, where, values in asked]
    )
    return [
        _instance(model, cursor.fetchall())
        for (model, _, _), cursor in zip(asked, cursors, strict=True)
    ]


@cache
def _selection(model: type[models.Model]) -> str:
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    return f'SELECT {columns} FROM "{model._meta.db_table}"'


@cache
def _converters(model: type[models.Model]) -> list[tuple[int, Any, Any]]:
    """Return what makes Python values of columns: place, converter, expression."""
    database = connections[DEFAULT_DB_ALIAS]
    found: list[tuple[int, Any, Any]] = []
    for place, field in enumerate(model._meta.concrete_fields):
        column = field.get_col(model._meta.db_table)
        own = database.ops.get_db_converters(column) + column.get_db_converters(database)
        found.extend((place, converter, column) for converter in own)
    return found


def _instance(model: type[models.Model], rows: Sequence[Sequence[Any]]) -> models.Model | None:
    if not rows:
        return None
    (row,) = rows
    database = connections[DEFAULT_DB_ALIAS]
    values = list(row)
    for place, converter, column in _converters(model):
        values[place] = converter(values[place], column, database)
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(DEFAULT_DB_ALIAS, names, values)
