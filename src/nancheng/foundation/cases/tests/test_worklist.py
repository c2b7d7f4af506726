"""Work lists find open tasks by their index, however many are done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from nancheng.foundation.cases import queries, worklist
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import Zone
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
def test_lists_of_open_tasks_use_the_index_of_open_tasks(scope: Scope, zone: Zone) -> None:
    actor = replace(ACTOR, verbs={"case.view": frozenset({scope})})
    overdue = worklist.open_in(actor, worklist.posts_in(zone.bai.department_id)).filter(
        due_on__lt=date(2026, 3, 2)
    )
    for rows in (worklist.inbox(actor), overdue):
        told = plan(rows)
        assert "task_open_by_post" in told
        assert "SCAN cases_task" not in told
        assert "Seq Scan on cases_task" not in told


def test_the_first_page_of_a_department_with_one_post_is_read_in_order(zone: Zone) -> None:
    """However many are overdue, only the page is read."""
    actor = replace(ACTOR, verbs={"case.view": frozenset({Scope.ZONE})})
    posts = worklist.posts_in(zone.ding.department_id)
    assert len(posts) == 1
    rows = worklist.open_in(actor, posts).filter(due_on__lt=date(2026, 3, 2))
    text, values = rows.order_by("due_on", "id").values("id")[:50].query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        kind = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{kind} {text}", values)
        told = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert "task_open_by_post" in told
    assert "Sort" not in told
    assert "TEMP B-TREE" not in told


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("many", [0, 10_000])
def test_rights_asked_of_each_row_admit_the_same_rows(
    scope: Scope, many: int, zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a department takes part in many cases or few, its list shows the same."""
    monkeypatch.setattr(queries, "MANY", many)
    making.a_case(zone)
    making.a_case(zone, amount=5_000, key="second")
    actor = replace(zone.bai, verbs={"case.view": frozenset({scope})})
    gathered = set(queries.visible(actor).values_list("id", flat=True))
    asked = set(queries.visible(actor, few=True).values_list("id", flat=True))
    listed = set(queries.listed(actor).values_list("id", flat=True))
    assert gathered == asked == listed


def test_a_case_is_looked_up_without_gathering_what_else_may_be_seen() -> None:
    text = str(queries.visible(ACTOR, few=True).filter(pk=1).query)
    assert "IN (SELECT" not in text
    assert "EXISTS" in text
