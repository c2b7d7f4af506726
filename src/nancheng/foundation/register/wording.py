"""The register in words: stages as steps, lights, and what a change changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nancheng.foundation.register import geometry
from nancheng.foundation.register.models import (
    STAGE_LABELS,
    Change,
    Organisation,
    Place,
    Project,
    ProjectStage,
)
from nancheng.foundation.register.queries import Step, Tenant
from nancheng.foundation.register.rules import MAIN_ROAD, Light, Stage
from nancheng.foundation.web import figures, wording

STAGE_TONES: Mapping[Stage, str] = {
    Stage.BUILDING: "blue",
    Stage.COMPLETED: "green",
    Stage.OPERATING: "green",
    Stage.REPAID: "green",
    Stage.HALTED: "red",
    Stage.TERMINATED: "red",
    Stage.DEFERRED: "yellow",
    Stage.WITHDRAWN: "grey",
    Stage.RESERVE: "grey",
}
# Names in the data's two languages: what a new milestone is entered with.
MILESTONES: Mapping[str, tuple[str, str]] = {
    "enter-site": ("进场", "On site"),
    "clean-room": ("洁净室施工", "Clean-room works"),
    "move-in": ("设备搬入", "Equipment move-in"),
    "trial-production": ("试生产", "Trial production"),
    "in-use": ("投产使用", "In use"),
}
FIELDS: Mapping[str, str | Promise] = {
    "number": gettext_lazy("项目编号"),
    "approval_code": gettext_lazy("投资项目代码"),
    "uscc": gettext_lazy("统一社会信用代码"),
    "code": gettext_lazy("编号"),
    "name": gettext_lazy("名称"),
    "name_en": gettext_lazy("英文名称"),
    "kind": gettext_lazy("类型"),
    "region": gettext_lazy("行政区划代码"),
    "address": gettext_lazy("地址"),
    "contact_name": gettext_lazy("联系人"),
    "contact_phone": gettext_lazy("联系电话"),
    "department_id": gettext_lazy("对应部门"),
    "unit_id": gettext_lazy("项目单位"),
    "supervising_department_id": gettext_lazy("主管部门"),
    "field": gettext_lazy("投向领域"),
    "content": gettext_lazy("建设内容"),
    "site": gettext_lazy("建设地点"),
    "place_id": gettext_lazy("所在场所"),
    "parent_id": gettext_lazy("上级场所"),
    "geojson": gettext_lazy("图形"),
    "area_m2": gettext_lazy("面积"),
    "built_area_m2": gettext_lazy("已建面积"),
    "planned_investment_fen": gettext_lazy("计划投资"),
    "total_investment_fen": gettext_lazy("总投资"),
    "planned_start_on": gettext_lazy("计划开工"),
    "planned_finish_on": gettext_lazy("计划完工"),
    "actual_start_on": gettext_lazy("实际开工"),
    "actual_finish_on": gettext_lazy("实际完工"),
    "stage": gettext_lazy("阶段"),
    "is_demonstration": gettext_lazy("演示数据"),
    "planned_on": gettext_lazy("计划日期"),
    "forecast_on": gettext_lazy("预计日期"),
    "actual_on": gettext_lazy("完成日期"),
    "note": gettext_lazy("说明"),
}
# Long texts and keys of other tables: that they changed is said, not from what to what.
UNQUOTED = frozenset(
    {"department_id", "unit_id", "supervising_department_id", "place_id", "parent_id", "geojson"}
)
QUOTED_MAX = 60


def stage_tone(project: Project) -> str:
    """Return the colour of a project's stage."""
    return STAGE_TONES.get(Stage(project.stage), "blue")


def road(project: Project, entered: Sequence[ProjectStage]) -> list[dict[str, object]]:
    """Return the main road as steps, with the day each was entered; a side stage shows as stuck."""
    days = {row.stage: row.entered_on for row in entered}
    here = Stage(project.stage)
    passed = [MAIN_ROAD.index(Stage(row.stage)) for row in entered if row.stage in MAIN_ROAD]
    last = MAIN_ROAD.index(here) if here in MAIN_ROAD else max(passed, default=0)
    steps: list[dict[str, object]] = []
    for place, stage in enumerate(MAIN_ROAD):
        state = "done" if place < last else "current" if place == last else "todo"
        if place == last and here is not stage:
            state = "stuck"
        note = figures.day(days[stage.value]) if stage.value in days and place <= last else ""
        steps.append({"name": str(STAGE_LABELS[stage]), "state": state, "note": note})
    return steps


def strip(tenant: Tenant) -> list[dict[str, object]]:
    """Return a tenant's milestones as steps: done, the one at hand, late, still to come."""
    current = tenant.current
    return [
        {"name": wording.named(step), "state": _state(step, current), "note": _when(step)}
        for step in tenant.steps
    ]


def tally(tenants: Sequence[Tenant]) -> list[tuple[str, int]]:
    """Return how many tenants stand before each milestone, and how many have done them all."""
    counts: dict[str, int] = {}
    for tenant in tenants:
        name = wording.named(tenant.current) if tenant.current else _("全部完成")
        counts[name] = counts.get(name, 0) + 1
    return list(counts.items())


def milestone_name(code: str) -> str:
    """Return what the reader calls a usual milestone."""
    name, name_en = MILESTONES.get(code, (code, code))
    return name_en if wording.is_english() else name


def outlined(place: Place) -> dict[str, str] | None:
    """Return a place's outline as an SVG path in a box of 320 by 240, or None if none is drawn."""
    if not place.geojson:
        return None
    drawn = geometry.outline(place.geojson).path(320, 240)
    return {"path": drawn, "label": wording.named(place)} if drawn else None


def light(step: Step) -> tuple[str, str]:
    """Return the colour of a milestone and the words that go with it."""
    words = {
        Light.DONE: ("green", _("已完成")),
        Light.GREEN: ("green", _("正常")),
        Light.YELLOW: ("yellow", _("临近或预计延后")),
        Light.RED: ("red", _("已超期")),
        Light.GREY: ("grey", _("未排计划")),
    }
    return words[step.light]


def history(changes: Sequence[Change]) -> list[dict[str, object]]:
    """Return changes as a timeline, the newest first."""
    return [
        {
            "title": _("登记") if change.version == 1 else _("修改"),
            "at": change.recorded_at,
            "who": change.by_label,
            "notes": [] if change.version == 1 else _notes(change),
            "is_current": place == 0,
        }
        for place, change in enumerate(changes)
    ]


def _state(step: Step, current: Step | None) -> str:
    if step.light is Light.DONE:
        return "done"
    if step.light is Light.RED:
        return "stuck"
    return "current" if step is current else "todo"


def _when(step: Step) -> str:
    if step.actual_on is not None:
        return figures.day(step.actual_on)
    if step.planned_on is None:
        return ""
    return _("计划 %(on)s") % {"on": figures.day(step.forecast_on or step.planned_on)}


def _notes(change: Change) -> list[str]:
    return [_note(name, before, after) for name, (before, after) in change.facts.items()]


def _note(name: str, before: str, after: str) -> str:
    code, dot, field = name.partition(".")
    label = str(FIELDS.get(field if dot else name, name))
    if dot:
        label = f"{milestone_name(code)} · {label}"
    if name in UNQUOTED or max(len(before), len(after)) > QUOTED_MAX:
        return _("%(field)s已更改") % {"field": label}
    return _("%(field)s：%(before)s → %(after)s") % {
        "field": label,
        "before": _shown(name, before) or figures.NOTHING,
        "after": _shown(name, after) or figures.NOTHING,
    }


def _shown(name: str, value: str) -> str:
    if not value:
        return ""
    if name.endswith("_fen"):
        return _("%(amount)s 万元") % {"amount": figures.wan(int(value))}
    choices: Mapping[str, Mapping[str, str | Promise]] = {
        "stage": {stage.value: label for stage, label in STAGE_LABELS.items()},
        "field": dict(Project.Field.choices),
        "kind": {**dict(Organisation.Kind.choices), **dict(Place.Kind.choices)},
    }
    return str(choices.get(name, {}).get(value, value))
