"""Makes a small zone for tests: people, a drawing with every verb, and a binding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client

from nancheng.foundation.cases import actions, bindings, publishing
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.cases.bindings import Binding, TaskForm
from nancheng.foundation.cases.forms import Opinion
from nancheng.foundation.cases.models import Case, Task
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Tuesday before the National Day holiday of 2020.
AT = datetime(2020, 9, 15, 9, 30, tzinfo=SHANGHAI)
HERE = Path(__file__).parent
SignIn = Callable[[str], Client]
PASSWORD = "Nancheng-test-1"


@dataclass(frozen=True, slots=True)
class Zone:
    """The cast: 安 applies, 白 reviews, 陈 reviews as well, 丁 signs at law, 方 leads."""

    an: Actor
    bai: Actor
    chen: Actor
    ding: Actor
    fang: Actor


booked: list[int] = []


def book(
    *, case_id: int, variables: Mapping[str, Any], by: Actor | None, at: datetime, key: str
) -> Mapping[str, Any]:
    """Stand in for a domain's handler; a negative amount is refused."""
    if int(variables.get("amount", 0)) < 0:
        raise Refused("loan.negative", amount=variables["amount"])
    booked.append(case_id)
    return {"booked": True}


BINDINGS = (
    Binding(
        kind="loan",
        prefix="LN",
        name="借用",
        process=HERE / "loan.bpmn",
        decisions=(HERE / "loan.dmn",),
        handlers={"book": book},
        forms={"opinion": TaskForm(form=Opinion)},
    ),
)


def a_zone() -> Zone:
    """Put the cast in place and publish the drawing."""
    booked.clear()
    for code, name in (("zone", "管委会"), ("north", "北街道"), ("law", "司法所")):
        people.put_department(
            code=code, name=name, name_en=code.title(), parent="" if code == "zone" else "zone"
        )
    view = {"case.view": "party own"}
    whole = {
        "case.view": "zone",
        "case.remind": "zone",
        "case.extend": "zone",
        "case.suspend": "zone",
        "case.terminate": "zone",
        "case.retry": "zone",
    }
    for code, grants in (
        ("applicant", view),
        ("reviewer", view),
        ("signer", view),
        ("head", whole),
    ):
        people.put_duty(code=code, name=code, name_en=code, grants=grants)
    cast = (
        ("an", "安", "north", "applicant"),
        ("bai", "白", "zone", "reviewer"),
        ("chen", "陈", "zone", "reviewer"),
        ("ding", "丁", "law", "signer"),
        ("fang", "方", "zone", "head"),
    )
    for username, name, department, duty in cast:
        people.put_post(department=department, duty=duty, name=f"{duty}岗", name_en=duty)
        people.put_person(username=username, name=name, password=PASSWORD)
        people.appoint(
            username=username, department=department, duty=duty, active_from=date(2020, 1, 1)
        )
    people.put_post(department="zone", duty="signer", name="会签岗", name_en="signer")
    publishing.deploy(by="test", at=AT)
    on = AT.date()
    return Zone(*(people_queries.actor_of(username=row[0], on=on) for row in cast))


def a_case(zone: Zone, *, amount: int = 10, key: str = "open", **variables: object) -> Case:
    """Open a loan of some amount: 安 applies, the administration reviews."""
    return actions.open_case(
        Opening(
            kind="loan",
            title="借用会议室",
            variables={"amount": amount, "signers": ["law"], **variables},
            parties={
                "applicant": people_queries.department_id(code="north"),
                "reviewing": people_queries.department_id(code="zone"),
            },
        ),
        by=zone.an,
        at=AT,
        key=key,
    )


def the_task(case: Case, node: str) -> Task:
    """Return the open task of a node."""
    return Task.objects.get(case=case, node=node, state__in=("offered", "claimed"))


def do(case: Case, node: str, by: Actor, *, days: int = 0, **values: object) -> None:
    """Complete the open task of a node, some days after ``AT``."""
    task = the_task(case, node)
    actions.complete(
        task_id=task.pk,
        values={"decision": "agree", **values},
        by=by,
        at=AT + timedelta(days=days),
        key=f"{node}-{task.pk}",
        opinion=f"{by.name}同意",
    )


def bound(kind: str) -> Binding:
    """Return a binding of the tests."""
    return bindings.binding(kind)


def do_task(task: Task, by: Actor) -> None:
    """Complete one task."""
    actions.complete(
        task_id=task.pk, values={"decision": "agree"}, by=by, at=AT, key=f"task-{task.pk}"
    )
