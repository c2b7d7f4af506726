"""The concerns of the demonstration, invented: one in the pool, one being signed, and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from io import BytesIO
from typing import Any

from django.utils import timezone

from nancheng.domains.concerns import actions, queries
from nancheng.domains.concerns.actions import Concern
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import queries as case_queries
from nancheng.foundation.files import actions as files
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.rules import Actor

FRIDAY = 4
YES = "agree"
PAPER = (
    "日期,事项,落实情况\n1,学位核对,已与社会事务局核对可用学位 46 个\n"
    "2,名单确认,首批 31 名职工子女名单经企业确认\n3,报到,31 人全部办理入学报到\n"
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A concern, how many days ago it began, and what was done about it so far, in order.

    Each step is (step, who, values); "take" is taking it from the pool, "report" its result.
    """

    concern: Concern
    days: int
    steps: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()


def _said(text: str, decision: str = YES) -> dict[str, str]:
    return {"decision": decision, "opinion": text}


SCENES = (
    Scene(
        Concern(
            "园区规上企业夜间施工噪声投诉处置",
            "三家企业反映相邻工地夜间施工影响倒班职工休息，请主办单位会同有关单位明确施工时段。",
            "construction",
            ("enforcement",),
        ),
        days=1,
    ),
    Scene(
        Concern(
            "标准地出让前地下管线迁改",
            "拟出让地块内有两条既有管线，请明确迁改主体、费用来源和完成时间。",
            "construction",
            ("land", "enforcement"),
        ),
        days=3,
        steps=(
            ("take", "lead", {}),
            ("handle", "lead", {"proposal": "由建设局牵头编制迁改方案，费用列入土地前期成本。"}),
            ("sign", "co-land", _said("同意，出让公告前须完成迁改。")),
        ),
    ),
    Scene(
        Concern(
            "产业园员工班车停靠点设置",
            "园区职工约 2,600 人，现有停靠点距厂区较远，请研究增设临时停靠点。",
            "construction",
            ("enforcement", "society"),
        ),
        days=8,
        steps=(
            ("take", "lead-second", {}),
            ("handle", "lead-second", {"proposal": "增设 3 处港湾式临时停靠点。"}),
            ("sign", "co-society", _said("同意。")),
            ("sign", "co-enforcement", _said("东门停靠点占压消防通道，不同意。", "refuse")),
            (
                "reconcile",
                "lead-second",
                {"decision": "again", "proposal": "东门停靠点外移 40 米，避开消防通道。"},
            ),
            ("sign", "co-enforcement", _said("调整后无意见。")),
            ("sign", "co-society", _said("同意。")),
        ),
    ),
    Scene(
        Concern(
            "北区雨污分流改造期间企业生产保障",
            "改造期间请分段施工，保证沿线企业物流通道不中断。",
            "construction",
            ("enforcement",),
        ),
        days=9,
        steps=(
            ("take", "lead", {}),
            ("handle", "lead", {"proposal": "分四段施工，每段不超过 7 日，夜间转运。"}),
            ("sign", "co-enforcement", _said("同意，请提前公示施工时段。")),
            ("leader", "leader", _said("同意，注意扬尘管控。")),
        ),
    ),
    Scene(
        Concern(
            "企业职工子女入学协调",
            "两家新投产企业外来职工子女入学，请协调秋季学位。",
            "society",
            ("construction",),
        ),
        days=19,
        steps=(
            ("take", "co-society", {}),
            ("handle", "co-society", {"proposal": "按就近原则安排至园区配套学校。"}),
            ("sign", "lead", _said("配套学校已竣工验收，具备接收条件。")),
            ("leader", "leader", _said("同意，请社会事务局抓紧落实。")),
            ("report", "co-society", {"result": "31 名职工子女全部办理入学报到。"}),
            ("confirm", "coordinator", _said("企业已确认，满意。")),
        ),
    ),
)


def tell(*, at: datetime, say: Callable[[str], None] = lambda _line: None) -> None:
    """Tell the concerns once; a database that knows any stays as it is."""
    on = timezone.localdate(at)
    leader = people.actor_of(username="leader", on=on)
    if case_queries.visible(leader, queries.VIEW).filter(kind=queries.KIND).exists():
        return
    say("综合协调 … five concerns of several departments")
    for number, scene in enumerate(SCENES, start=1):
        _live(scene, f"demo-concern-{number}", at=at)


def _live(scene: Scene, key: str, *, at: datetime) -> None:
    moments = _moments(scene.days, len(scene.steps) + 1, at)
    case = actions.put_forward(
        scene.concern, by=_who("coordinator", moments[0]), at=moments[0], key=key
    )
    steps = zip(scene.steps, moments[1:], strict=True)
    for number, ((step, username, values), when) in enumerate(steps, start=1):
        _step(case.pk, step, values, by=_who(username, when), at=when, key=f"{key}/{number}")


def _step(
    case_id: int, step: str, values: Mapping[str, Any], *, by: Actor, at: datetime, key: str
) -> None:
    if step == "report":
        paper = files.keep(
            BytesIO(PAPER.encode()), name="落实情况.csv", by=by, at=at, purpose=queries.RESULT
        )
        actions.report(case_id, **values, attachment_ids=[paper.pk], by=by, at=at, key=key)
        return
    node = "handle" if step == "take" else step
    task = next(
        task
        for task in case_queries.open_tasks([case_id])
        if task.node == node and task.post_id == by.post_id
    )
    if step == "take":
        cases.claim(task_id=task.pk, by=by, at=at, key=key)
        return
    opinion = str(values.get("opinion", values.get("proposal", "")))
    cases.complete(task_id=task.pk, values=values, by=by, at=at, key=key, opinion=opinion)


def _who(username: str, at: datetime) -> Actor:
    return people.actor_of(username=username, on=timezone.localdate(at))


def _moments(days: int, count: int, at: datetime) -> list[datetime]:
    """Return so many moments on weekdays, one after the other, from so many days ago."""
    on = timezone.localdate(at) - timedelta(days=days)
    span = days * 24 // count
    found = []
    for number in range(count):
        day = on + timedelta(hours=number * span)
        while day.weekday() > FRIDAY:
            day -= timedelta(days=1)
        made = timezone.make_aware(datetime.combine(day, time(9, 0))) + timedelta(
            minutes=25 * number
        )
        found.append(min(made, at))
    return found
