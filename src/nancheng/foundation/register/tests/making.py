"""The cast of these tests: invented departments, persons and organisations of region 000000."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.models import Department
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.register import actions, codes
from nancheng.foundation.register.models import Organisation, Project
from nancheng.foundation.register.rules import OrganisationFacts, ProjectFacts

AT = datetime(2020, 9, 15, 1, 0, tzinfo=UTC)  # nine in the morning in the zone
ON = date(2020, 9, 15)
MU_1000 = Decimal("666666.67")
ALL = {
    f"register.{thing}.{verb}": "zone"
    for thing in ("project", "organisation", "place")
    for verb in ("view", "edit")
}


def a_department(code: str, *, parent: str = "", kind: str = "organ") -> Department:
    return people.put_department(
        code=code, name=f"演示{code}", name_en=f"Demo {code}", parent=parent, kind=kind
    )


def an_actor(username: str, *, department: str, grants: dict[str, str]) -> Actor:
    """Return a person at a post whose duty has just these grants."""
    duty = f"{username}-duty"
    people.put_duty(code=duty, name="演示职责", name_en="Demo duty", grants=grants)
    people.put_post(department=department, duty=duty, name="演示岗", name_en="Demo post")
    people.put_person(username=username, name="演示人员", password="")
    people.appoint(
        username=username, department=department, duty=duty, active_from=date(2020, 1, 1)
    )
    return people_queries.actor_of(username=username, on=ON)


def a_clerk(username: str = "clerk") -> Actor:
    """Return someone who may register everything in the zone."""
    a_department("planning")
    return an_actor(username, department="planning", grants=ALL)


def a_code(serial: int) -> str:
    """Return a valid credit code of region 000000."""
    body = f"91000000{serial:08d}X"
    return body + codes.uscc_check(body)


def an_organisation(by: Actor, serial: int = 1, **facts: object) -> Organisation:
    made = OrganisationFacts(a_code(serial), f"演示单位{serial}", "enterprise")
    return actions.register_organisation(
        replace(made, **facts),  # type: ignore[arg-type]
        by=by,
        at=AT,
        is_demonstration=True,
    )


def project_facts(unit: Organisation, department: Department, **facts: object) -> ProjectFacts:
    made = ProjectFacts(
        name="演示景观提升工程",
        unit_id=unit.pk,
        supervising_department_id=department.pk,
        field="municipal",
        total_investment_fen=1_212_000_000,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def a_project(by: Actor, unit: Organisation, department: Department, **facts: object) -> Project:
    return actions.register_project(
        project_facts(unit, department, **facts), by=by, at=AT, is_demonstration=True
    )
