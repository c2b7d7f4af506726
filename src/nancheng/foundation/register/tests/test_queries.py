"""What an actor sees of the register, and in how many statements."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest

from nancheng.foundation.register import actions, queries
from nancheng.foundation.register.models import Project
from nancheng.foundation.register.rules import Light, MilestoneFacts, PlaceFacts
from nancheng.foundation.register.tests import making
from nancheng.foundation.register.tests.making import AT, ON

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

SCOPES = ("own", "department", "below", "party", "zone")


def test_predicate_and_list_agree_for_every_scope_and_department() -> None:
    clerk = making.a_clerk()
    making.a_department("zone")
    making.a_department("construction", parent="zone")
    desk = making.a_department("unit-desk", kind="unit")
    departments = [making.a_department(code, parent="zone") for code in ("health", "construction")]
    units = [
        making.an_organisation(clerk, 1, department_id=desk.pk),
        making.an_organisation(clerk, 2),
    ]
    for unit, department in product(units, departments):
        making.a_project(clerk, unit, department)
    seen = set()
    for code, scope in product(("zone", "construction", "health", "unit-desk"), SCOPES):
        actor = making.an_actor(
            f"{code}-{scope}", department=code, grants={"register.project.edit": scope}
        )
        listed = set(queries.projects(actor, "register.project.edit"))
        assert listed == {
            project for project in Project.objects.all() if queries.may_edit_project(project, actor)
        }
        assert not queries.projects(actor).exists()
        seen.add(len(listed))
    assert seen == {0, 2, 4}


def test_what_is_out_of_reach_is_as_if_it_did_not_exist() -> None:
    clerk = making.a_clerk()
    unit, department = making.an_organisation(clerk), making.a_department("construction")
    project = making.a_project(clerk, unit, department)
    stranger = making.an_actor("stranger", department="planning", grants={})
    assert queries.project(project.number, clerk) == project
    assert queries.project(project.number, stranger) is None
    assert queries.project(project.number, None) is None
    assert queries.project("XM-2020-9999", clerk) is None
    assert queries.organisation(unit.uscc, clerk) == unit
    assert queries.organisation(unit.uscc, stranger) is None


def test_a_unit_sees_itself_and_its_own_projects() -> None:
    clerk = making.a_clerk()
    desk = making.a_department("unit-desk", kind="unit")
    department = making.a_department("construction")
    mine, other = (
        making.an_organisation(clerk, 1, department_id=desk.pk),
        making.an_organisation(clerk, 2),
    )
    project = making.a_project(clerk, mine, department)
    making.a_project(clerk, other, department)
    worker = making.an_actor(
        "worker",
        department="unit-desk",
        grants={"register.project.view": "party", "register.organisation.view": "department"},
    )
    assert list(queries.projects(worker)) == [project]
    assert list(queries.organisations(worker)) == [mine]


def test_a_park_shows_its_tenants_and_their_steps(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    clerk = making.a_clerk()
    park = actions.register_place(PlaceFacts("park", "CHIP", "芯片产业园"), by=clerk, at=AT)
    parcel = actions.register_place(
        PlaceFacts("parcel", "CHIP-1", "一号地块", parent_id=park.pk), by=clerk, at=AT
    )
    unit, department = making.an_organisation(clerk), making.a_department("construction")
    for place_id in (park.pk, parcel.pk, None):
        project = making.a_project(clerk, unit, department, place_id=place_id)
        for position, (code, day) in enumerate([("enter-site", 1), ("clean-room", 20)]):
            facts = MilestoneFacts(
                code,
                code,
                position=position,
                planned_on=date(2020, 9, day),
                actual_on=date(2020, 9, 2) if not position else None,
            )
            actions.put_milestone(project.pk, facts=facts, by=clerk, at=AT)
    # Two levels of places and the empty third, the projects, their milestones.
    with django_assert_num_queries(4):
        tenants = queries.tenants(park.pk, clerk, on=ON)
    assert [tenant.done for tenant in tenants] == [1, 1]
    current = tenants[0].current
    assert current is not None
    assert (current.code, current.light) == ("clean-room", Light.YELLOW)
    stranger = making.an_actor("stranger", department="planning", grants={})
    assert queries.tenants(park.pk, stranger, on=ON) == []
    assert queries.place("CHIP", stranger) is None


def test_a_project_page_is_read_in_few_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    clerk = making.a_clerk()
    made = making.a_project(
        clerk, making.an_organisation(clerk), making.a_department("construction")
    )
    with django_assert_num_queries(1):
        project = queries.project(made.number, clerk)
        assert project is not None
        assert project.unit.name
        assert project.supervising_department.name
    with django_assert_num_queries(3):
        assert queries.steps(made.pk, on=ON) == []
        assert len(queries.stages(made.pk)) == 1
        assert len(queries.changes(made)) == 1
