"""Rows as lines of JSON and back, whatever database they come from or go to."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Set
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import DateField, Field, ForeignKey, Model

Node = tuple[str, str]
CHUNK = 2000
# Sessions end with the move; the other two are made by migrations and nothing points there.
LEFT_OUT = frozenset({"sessions", "contenttypes", "auth"})


def models(registry: Apps = apps) -> list[type[Model]]:
    """Return the models whose rows are kept, by name."""
    found = [
        model
        for model in registry.get_models(include_auto_created=True)
        if model._meta.app_label not in LEFT_OUT and model._meta.managed and not model._meta.proxy
    ]
    return sorted(found, key=lambda model: model._meta.label_lower)


def lines(model: type[Model]) -> Iterator[bytes]:
    """Yield a table: its columns, then row after row."""
    names = [field.attname for field in model._meta.concrete_fields]
    yield _line(names)
    rows = model._base_manager.order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=CHUNK):
        yield _line(row)


def row_of(model: type[Model], names: list[str], values: list[Any]) -> Model:
    """Return a row that ``lines`` wrote, as a model that is not saved yet."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    made = {name: _read(fields[name], value) for name, value in zip(names, values, strict=True)}
    return model(**made)


def let_times_be(model: type[Model]) -> None:
    """Keep the times of rows that come back, where a model would put the present one instead."""
    for field in model._meta.concrete_fields:
        if isinstance(field, DateField):
            field.auto_now = field.auto_now_add = False


def applied() -> set[Node]:
    """Return the migrations that the database has had."""
    return set(MigrationRecorder(connection).applied_migrations())


def joined(named: Set[Node], disk: Mapping[Node, Migration]) -> set[Node]:
    """Name migrations as the code does now: one that replaces several stands for them all."""
    now = set(named)
    for node, migration in disk.items():
        replaced = set(migration.replaces)
        if replaced and (node in named or replaced <= named):
            now = (now - replaced) | {node}
    return now


def _line(values: Any) -> bytes:
    text = json.dumps(list(values), ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode() + b"\n"


def _plain(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    assert isinstance(value, Decimal), type(value)
    return str(value)


def _read(field: Field[Any, Any], value: Any) -> Any:
    if value is None or isinstance(value, Mapping | list):
        return value
    kind = field.target_field if isinstance(field, ForeignKey) else field
    return kind.to_python(value)
