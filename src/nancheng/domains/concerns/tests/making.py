"""Makes the people of a concern, and concerns at any step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from nancheng.domains.concerns import actions, queries
from nancheng.domains.concerns.actions import Concern
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import publishing
from nancheng.foundation.cases.models import Case, Task
from nancheng.foundation.files import actions as files
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.rules import Actor

# A Monday with no rest day near.
AT = datetime(2020, 11, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
SINCE = date(2020, 1, 1)
CLERK = {
    "case.view": "own party",
    "case.remind": "own",
    "concerns.concern.view": "own party",
    "concerns.concern.open": "department",
}
WHOLE = {
    "case.view": "zone",
    "concerns.concern.view": "zone",
    "case.archive": "zone",
    "case.reopen.ask": "zone",
    "case.reopen": "zone",
}
YES = {"decision": "agree", "opinion": "同意。"}
NO = {"decision": "refuse", "opinion": "停靠点占压消防通道。"}


@dataclass(frozen=True, slots=True)
class Cast:
    """简 asks, 戚 and 裴 lead, 聂 and 邵 sign, 陆 decides, 叶 keeps the archive."""

    jian: Actor
    qi: Actor
    pei: Actor
    nie: Actor
    shao: Actor
    lu: Actor
    ye: Actor


def a_cast() -> Cast:
    """Put everybody in place and publish the drawing."""
    for code in ("zone", "economy", "construction", "enforcement", "land"):
        parent = "" if code == "zone" else "zone"
        people.put_department(code=code, name=code, name_en=code, parent=parent)
    people.put_duty(code="coordinator", name="综合协调", name_en="Coordination", grants=CLERK)
    for duty in ("zone-leader", "office"):
        people.put_duty(code=duty, name=duty, name_en=duty, grants=WHOLE)
    hired = (
        ("jian", "economy", "coordinator"),
        ("qi", "construction", "coordinator"),
        ("pei", "construction", "coordinator"),
        ("nie", "enforcement", "coordinator"),
        ("shao", "land", "coordinator"),
        ("lu", "zone", "zone-leader"),
        ("ye", "zone", "office"),
    )
    for username, department, duty in hired:
        people.put_post(department=department, duty=duty, name=f"{duty}岗", name_en=duty)
        people.put_person(username=username, name=username, password="Nancheng-test-1")
        people.appoint(username=username, department=department, duty=duty, active_from=SINCE)
    publishing.deploy(by="tests", at=AT)
    actors = [people_queries.actor_of(username=name, on=AT.date()) for name, _, _ in hired]
    return Cast(*actors)


def a_concern(
    cast: Cast, *, key: str = "m", co_units: tuple[str, ...] = ("enforcement", "land")
) -> Case:
    """Put a concern forward."""
    return actions.put_forward(
        Concern("班车停靠点", "请增设停靠点。", "construction", co_units),
        by=cast.jian,
        at=AT,
        key=key,
    )


def the_task(case: Case, node: str, by: Actor) -> Task:
    """Return the open task of a step that lies at somebody's post."""
    open_ones = Task.objects.filter(state__in=("offered", "claimed"), post_id=by.post_id)
    return open_ones.get(case=case, node=node)


def do(case: Case, node: str, by: Actor, values: Mapping[str, Any], at: datetime = AT) -> None:
    """Complete an open step."""
    task = the_task(case, node, by)
    key = f"{node}-{task.pk}"
    opinion = str(values.get("opinion", ""))
    cases.complete(task_id=task.pk, values=values, by=by, at=at, key=key, opinion=opinion)


def grab(case: Case, by: Actor, at: datetime = AT) -> None:
    """Take a concern from the pool of the lead department."""
    task = the_task(case, "handle", by)
    cases.claim(task_id=task.pk, by=by, at=at, key=f"grab-{task.pk}-{by.identity_id}")


def proposed(cast: Cast, case: Case, at: datetime = AT) -> None:
    """Let 戚 take a concern and propose."""
    grab(case, cast.qi, at)
    do(case, "handle", cast.qi, {"proposal": "增设三处停靠点。"}, at)


def report(cast: Cast, case: Case, *, key: str = "report", at: datetime = AT) -> None:
    """Let 戚 report the result with its paper."""
    paper = files.keep(
        BytesIO("落实情况\n".encode()), name="r.txt", by=cast.qi, at=at, purpose=queries.RESULT
    )
    actions.report(
        case.pk, result="已设置。", attachment_ids=[paper.pk], by=cast.qi, at=at, key=key
    )


def decided(cast: Cast, case: Case, at: datetime = AT) -> None:
    """Bring a concern to where it is carried out."""
    proposed(cast, case, at)
    do(case, "sign", cast.nie, YES, at)
    do(case, "sign", cast.shao, YES, at)
    do(case, "leader", cast.lu, YES, at)


def finished(cast: Cast, case: Case, at: datetime = AT) -> None:
    """Bring a concern to its end."""
    decided(cast, case, at)
    report(cast, case, at=at)
    do(case, "confirm", cast.jian, YES, at)
    case.refresh_from_db()
