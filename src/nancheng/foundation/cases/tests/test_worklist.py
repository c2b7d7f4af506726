"""Work lists find open tasks by their index, however many are done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from nancheng.foundation.cases import worklist
from nancheng.foundation.people.rules import Actor, Scope

pytestmark = pytest.mark.django_db
ACTOR = Actor(
    identity_id=1,
    person_id=1,
    name="甲",
    post_id=1,
    post_name="岗",
    duty="clerk",
    department_id=1,
    department_path="zone/",
    department_name="部门",
    verbs={"case.view": frozenset({Scope.PARTY})},
)


def plan(rows: QuerySet[Any]) -> str:
    """Return how the database means to find rows, when it would rather not read a whole table."""
    text, values = rows.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Bitmaps as well: an empty table is cheap in any way.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {text}", values)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {text}", values)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.parametrize("scope", [Scope.PARTY, Scope.ZONE])
def test_lists_of_open_tasks_use_the_index_of_open_tasks(scope: Scope) -> None:
    actor = replace(ACTOR, verbs={"case.view": frozenset({scope})})
    overdue = worklist.open_in(actor, 1).filter(due_on__lt=date(2026, 3, 2))
    for rows in (worklist.inbox(actor), overdue):
        told = plan(rows)
        assert "task_open_by_post" in told
        assert "SCAN cases_task" not in told
        assert "Seq Scan on cases_task" not in told
