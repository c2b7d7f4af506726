"""What the register holds to be true of organisations, projects, milestones and places. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from nancheng.foundation.register import codes
from nancheng.kernel.refusal import Refused


class Stage(StrEnum):
    """Where a project stands between the first idea and the last instalment."""

    RESERVE = "reserve"
    SHORTLISTED = "shortlisted"
    APPLYING = "applying"
    LISTED = "listed"
    ISSUED = "issued"
    ARRIVED = "arrived"
    BUILDING = "building"
    COMPLETED = "completed"
    OPERATING = "operating"
    REPAID = "repaid"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred"
    HALTED = "halted"
    MOVED_OUT = "moved-out"
    MOVED_IN = "moved-in"
    TERMINATED = "terminated"


class Light(StrEnum):
    """How a milestone stands: always shown with words."""

    DONE = "done"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


# Usual practice of the special-bond libraries (储备库, 备选库, 执行库); no law fixes the names.
MAIN_ROAD = (
    Stage.RESERVE,
    Stage.SHORTLISTED,
    Stage.APPLYING,
    Stage.LISTED,
    Stage.ISSUED,
    Stage.ARRIVED,
    Stage.BUILDING,
    Stage.COMPLETED,
    Stage.OPERATING,
    Stage.REPAID,
)
# Usual practice: a project leaves a library before its bond is issued, and stops after it.
BEFORE_ISSUE = frozenset(MAIN_ROAD[:4])
UNDER_WAY = frozenset({Stage.ISSUED, Stage.ARRIVED, Stage.BUILDING})
# Usual practice; 财预〔2021〕110号 for money moved from one project to another (调出, 调入).
SIDE_ROADS: Mapping[Stage, frozenset[Stage]] = {
    Stage.DEFERRED: BEFORE_ISSUE | {Stage.WITHDRAWN, Stage.TERMINATED},
    Stage.WITHDRAWN: frozenset({Stage.RESERVE, Stage.TERMINATED}),
    Stage.HALTED: frozenset({Stage.BUILDING, Stage.MOVED_OUT, Stage.TERMINATED}),
    Stage.MOVED_OUT: frozenset({Stage.BUILDING, Stage.TERMINATED}),
    Stage.MOVED_IN: frozenset({Stage.ARRIVED, Stage.BUILDING, Stage.TERMINATED}),
    Stage.TERMINATED: frozenset(),
}
# Chip-park tenants, as the zone counts their progress (usual practice of fab construction).
TENANT_MILESTONES = ("enter-site", "clean-room", "move-in", "trial-production", "in-use")
# Our choice: a milestone is announced half a month ahead.
DUE_SOON_DAYS = 15
# Our choice: beyond this an amount is a slip of the unit (yuan typed as 万元): 10,000 亿元.
INVESTMENT_FEN_MAX = 10**14
# By definition: 1 亿元 is 10^8 yuan of 100 fen.
FEN_PER_YI = 10**10
# Our choice: what a person can have planned.
PLAN_YEARS = range(1990, 2101)


# State Council order of 1984 on legal units: 15 亩 are one hectare.
MU_PER_10_000_M2 = 15


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What is registered of an organisation (单位)."""

    uscc: str
    name: str
    kind: str
    name_en: str = ""
    region: str = ""
    address: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    department_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What is registered of a project (项目); money in fen."""

    name: str
    unit_id: int
    supervising_department_id: int
    field: str
    total_investment_fen: int
    name_en: str = ""
    approval_code: str | None = None
    content: str = ""
    site: str = ""
    place_id: int | None = None
    planned_start_on: date | None = None
    planned_finish_on: date | None = None
    actual_start_on: date | None = None
    actual_finish_on: date | None = None


@dataclass(frozen=True, slots=True)
class MilestoneFacts:
    """What is planned and done of one milestone (节点)."""

    code: str
    name: str
    name_en: str = ""
    position: int = 0
    planned_on: date | None = None
    forecast_on: date | None = None
    actual_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What is registered of a place (地块、园区、街道); areas in square metres."""

    kind: str
    code: str
    name: str
    name_en: str = ""
    parent_id: int | None = None
    geojson: str = ""
    area_m2: Decimal | None = None
    built_area_m2: Decimal | None = None
    planned_investment_fen: int | None = None


def moves(stage: Stage) -> frozenset[Stage]:
    """Return the stages a project may be moved to from this one."""
    if stage in SIDE_ROADS:
        return SIDE_ROADS[stage]
    here = MAIN_ROAD.index(stage)
    onward = frozenset(MAIN_ROAD[here + 1 :])
    back = frozenset(MAIN_ROAD[here - 1 : here]) if here else frozenset()
    if stage is Stage.REPAID:
        return frozenset()
    aside: frozenset[Stage] = frozenset()
    if stage in BEFORE_ISSUE:
        aside = frozenset({Stage.DEFERRED, Stage.WITHDRAWN, Stage.MOVED_IN})
    elif stage in UNDER_WAY:
        aside = frozenset({Stage.HALTED, Stage.MOVED_OUT, Stage.TERMINATED})
    return onward | back | aside


def needs_reason(stage: Stage, to: Stage) -> bool:
    """Say whether a move must be explained: any but one straight on along the main road."""
    if stage in SIDE_ROADS or to in SIDE_ROADS:
        return True
    return MAIN_ROAD.index(to) < MAIN_ROAD.index(stage)


def check_move(stage: Stage, to: Stage, *, note: str) -> None:
    """Refuse a move that is not open or not explained.

    Raises ``Refused`` "register.stage.closed" or "register.stage.reason-missing".
    """
    if to not in moves(stage):
        raise Refused("register.stage.closed", field="stage", stage=stage.value, to=to.value)
    if needs_reason(stage, to) and not note.strip():
        raise Refused("register.stage.reason-missing", field="note")


def light(facts: MilestoneFacts, *, on: date) -> Light:
    """Return how a milestone stands on a day: late is after the planned day, not on it."""
    if facts.actual_on is not None:
        return Light.DONE
    if facts.planned_on is None:
        return Light.GREY
    if on > facts.planned_on:
        return Light.RED
    if (facts.forecast_on or facts.planned_on) > facts.planned_on:
        return Light.YELLOW
    return Light.YELLOW if facts.planned_on - on <= timedelta(DUE_SOON_DAYS) else Light.GREEN


def check_milestone(facts: MilestoneFacts, *, on: date) -> None:
    """Refuse a milestone done in the future. Raises ``Refused`` "register.milestone.future"."""
    if facts.actual_on is not None and facts.actual_on > on:
        raise Refused("register.milestone.future", field="actual_on", on=facts.actual_on)


def checked_organisation(facts: OrganisationFacts) -> OrganisationFacts:
    """Return the facts with codes in their written form, or refuse them.

    Raises ``Refused`` "register.name-missing" or one of ``codes``.
    """
    return OrganisationFacts(
        uscc=_blamed("uscc", codes.uscc, facts.uscc),
        name=tidy_name(facts.name),
        kind=facts.kind,
        name_en=facts.name_en.strip(),
        region=_blamed("region", codes.region, facts.region) if facts.region.strip() else "",
        address=facts.address.strip(),
        contact_name=facts.contact_name.strip(),
        contact_phone=facts.contact_phone.strip(),
        department_id=facts.department_id,
    )


def checked_project(facts: ProjectFacts) -> ProjectFacts:
    """Return the facts with the approval code in its written form, or refuse them.

    Raises ``Refused`` "register.name-missing", "register.investment", "register.period",
    "register.year" or one of ``codes.approval_code``.
    """
    check_investment(facts.total_investment_fen)
    check_period("planned", facts.planned_start_on, facts.planned_finish_on)
    check_period("actual", facts.actual_start_on, facts.actual_finish_on)
    typed = (facts.approval_code or "").strip()
    return ProjectFacts(
        name=tidy_name(facts.name),
        unit_id=facts.unit_id,
        supervising_department_id=facts.supervising_department_id,
        field=facts.field,
        total_investment_fen=facts.total_investment_fen,
        name_en=facts.name_en.strip(),
        approval_code=_blamed("approval_code", codes.approval_code, typed) if typed else None,
        content=facts.content.strip(),
        site=facts.site.strip(),
        place_id=facts.place_id,
        planned_start_on=facts.planned_start_on,
        planned_finish_on=facts.planned_finish_on,
        actual_start_on=facts.actual_start_on,
        actual_finish_on=facts.actual_finish_on,
    )


def check_investment(amount_fen: int) -> None:
    """Refuse an amount that is not positive or beyond belief ("register.investment")."""
    if not 0 < amount_fen <= INVESTMENT_FEN_MAX:
        raise Refused(
            "register.investment",
            field="total_investment",
            amount_fen=amount_fen,
            most_yi=INVESTMENT_FEN_MAX // FEN_PER_YI,
        )


def check_period(kind: str, start_on: date | None, finish_on: date | None) -> None:
    """Refuse a period that runs backwards or lies outside what can have been planned.

    ``kind`` is "planned" or "actual". Raises ``Refused`` "register.year" or "register.period".
    """
    for name, day in (("start", start_on), ("finish", finish_on)):
        if day is not None and day.year not in PLAN_YEARS:
            raise Refused("register.year", field=f"{kind}_{name}_on", year=day.year)
    if start_on is not None and finish_on is not None and finish_on < start_on:
        raise Refused(
            "register.period", field=f"{kind}_finish_on", start_on=start_on, finish_on=finish_on
        )


def in_mu(area_m2: Decimal | None) -> int | None:
    """Return square metres in 亩, rounded half up to whole ones."""
    if area_m2 is None:
        return None
    return int((area_m2 * MU_PER_10_000_M2 / 10_000).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def tidy_name(name: str) -> str:
    """Return a name with single blanks. Raises ``Refused`` "register.name-missing"."""
    tidy = " ".join(name.split())
    if not tidy:
        raise Refused("register.name-missing", field="name")
    return tidy


def _blamed(field: str, reader: codes.Reader, typed: str) -> str:
    try:
        return reader(typed)
    except Refused as refused:
        raise Refused(refused.code, field=field, **refused.figures) from refused
