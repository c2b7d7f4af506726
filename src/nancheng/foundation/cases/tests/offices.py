"""More of the tests' zone: a drawing with a pool that may be reopened, and the archive's people."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import cast

from nancheng.foundation.cases import actions, bindings, publishing
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.cases.bindings import Binding, Material
from nancheng.foundation.cases.models import Case
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.rules import Actor

DUTY = Binding(
    kind="duty",
    prefix="ZB",
    name="值班",
    process=Path(__file__).parent / "duty.bpmn",
    materials=(Material("record", "值班记录"),),
    retention="10y",
)
GRANTS = {"case.view": "zone", "case.archive": "zone", "case.reopen.ask": "zone"}


def publish_duty() -> None:
    """Publish the drawing "duty" beside the zone's own."""
    cast("dict[str, Binding]", bindings.all_bindings())["duty"] = DUTY
    publishing.deploy_process(DUTY.process.read_bytes(), binding=DUTY, by="test", at=AT)


def hire(username: str, name: str, duty: str, grants: dict[str, str]) -> Actor:
    """Put a person at a post of the administration."""
    people.put_duty(code=duty, name=duty, name_en=duty, grants=grants)
    people.put_post(department="zone", duty=duty, name=f"{duty}岗", name_en=duty)
    people.put_person(username=username, name=name, password=making.PASSWORD)
    people.appoint(username=username, department="zone", duty=duty, active_from=date(2020, 1, 1))
    return people_queries.actor_of(username=username, on=AT.date())


def a_duty(zone: Zone, *, key: str = "duty") -> Case:
    """Open a duty case and report it: it lies in the pool of the administration's reviewers."""
    case = actions.open_case(
        Opening(
            kind="duty",
            title="值班事项",
            variables={"place": "北门"},
            parties={
                "applicant": people_queries.department_id(code="north"),
                "reviewing": people_queries.department_id(code="zone"),
            },
        ),
        by=zone.an,
        at=AT,
        key=key,
    )
    making.do(case, "apply", zone.an)
    return case


def finish(zone: Zone, case: Case) -> Case:
    """Let 白 handle and 陈 check a duty case, a day later."""
    task = making.the_task(case, "handle")
    actions.claim(task_id=task.pk, by=zone.bai, at=AT, key=f"claim-{task.pk}")
    making.do(case, "handle", zone.bai, days=1)
    making.do(case, "check", zone.chen, days=1)
    case.refresh_from_db()
    assert case.closed_at == AT + timedelta(days=1)
    return case


# As a process of its own finds them through its settings.
BINDINGS = (DUTY,)
