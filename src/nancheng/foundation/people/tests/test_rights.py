"""One rule, two faces: the predicate and the filter agree on every row."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nancheng.foundation.people import actions, queries, rules
from nancheng.foundation.people.models import Department
from nancheng.foundation.people.queries import Fields
from nancheng.foundation.people.rules import Actor, Row, Scope

PATHS = ("/zone/", "/zone/fin/", "/zone/finance/", "/zone/finance/debt/", "/unit/")


@pytest.fixture
def departments(db: None) -> dict[str, int]:
    """Five departments whose paths begin alike."""
    actions.put_department(code="zone", name="zone", name_en="")
    for code, parent in (("fin", "zone"), ("finance", "zone"), ("debt", "finance"), ("unit", "")):
        actions.put_department(code=code, name=code, name_en="", parent=parent)
    return dict(Department.objects.values_list("path", "id"))


@given(
    scopes=st.frozensets(st.sampled_from(Scope)),
    own=st.sampled_from(PATHS),
    owner=st.integers(1, 3),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_predicate_and_filter_agree(
    departments: dict[str, int], scopes: frozenset[Scope], own: str, owner: int
) -> None:
    actor = Actor(
        identity_id=owner,
        person_id=1,
        name="安",
        post_id=1,
        post_name="岗",
        duty="d",
        department_id=departments[own],
        department_path=own,
        department_name="",
        verbs={"v": scopes},
    )
    # Departments stand for rows: their own id is the department, their path the path.
    fields = Fields(owner="", department="id", path="path")
    shown = set(
        queries.limit(Department.objects.all(), actor, "v", fields).values_list("path", flat=True)
    )
    said = {path for path, pk in departments.items() if rules.may(actor, "v", Row(None, pk, path))}
    assert shown == said


def test_a_verb_that_is_not_granted_reaches_nothing() -> None:
    actor = Actor(1, 1, "安", 1, "岗", "d", 1, "/zone/", "", {})
    assert rules.reach(actor, "v").is_nothing
    assert rules.reach(None, "v").is_nothing
    assert not rules.may(actor, "v")
