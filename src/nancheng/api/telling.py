"""How rows are told: the same thing reads alike in every resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ninja import Schema

from nancheng.api.shapes import Day, Moment, Named
from nancheng.foundation.cases import clocks


class ClockLine(Schema):
    """One day of a clock: counted or not, and why."""

    on: Day
    number: int
    reason: str
    name: str
    notice: str
    basis: str


class ClockTold(Schema):
    """A limit, where its due date comes from, day by day."""

    task_id: int | None
    limit: str
    basis: str
    started_at: Moment
    due_on: Day | None
    original_due_on: Day
    stopped_at: Moment | None
    explanation: list[ClockLine]


def named(thing: Any) -> dict[str, str]:
    """Return code and both names of a thing."""
    return {"code": thing.code, "name": thing.name, "name_en": thing.name_en}


def named_in(row: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """Return code and both names of a thing joined to a row of values."""
    return {name: row[f"{prefix}__{name}"] for name in Named.model_fields}


def clock(row: Any) -> dict[str, Any]:
    """Return a clock with its explanation."""
    return {
        "task_id": row.task_id,
        "limit": row.budget,
        "basis": row.basis,
        "started_at": row.started_at,
        "due_on": row.due_on,
        "original_due_on": row.original_due_on,
        "stopped_at": row.stopped_at,
        "explanation": [
            {
                "on": line.on,
                "number": line.number,
                "reason": str(line.reason),
                "name": line.name,
                "notice": line.notice,
                "basis": line.basis,
            }
            for line in clocks.explain(row)
        ],
    }
