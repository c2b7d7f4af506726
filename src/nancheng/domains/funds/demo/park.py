"""The chip park: about 1,000 亩 planned, 100 built, and five tenants in their stages."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from nancheng.domains.funds.demo import telling
from nancheng.domains.funds.demo.telling import Story
from nancheng.foundation.register import actions as register
from nancheng.foundation.register.rules import MilestoneFacts, PlaceFacts, ProjectFacts

YI = 10_000_000_000
NAMES = {
    "enter-site": ("进场", "On site"),
    "clean-room": ("洁净室完工", "Clean room done"),
    "move-in": ("设备搬入", "Equipment moved in"),
    "trial-production": ("试生产", "Trial production"),
    "in-use": ("投入使用", "In use"),
}


def settle(story: Story) -> None:
    by = story.who(telling.INVESTMENT)
    park = register.register_place(
        PlaceFacts(
            kind="park",
            code="CHIP",
            name="芯片产业园（演示）",
            name_en="Chip park (demonstration)",
            area_m2=Decimal("666670.00"),
            built_area_m2=Decimal("66667.00"),
            planned_investment_fen=100 * YI,
        ),
        by=by,
        at=story.moment(-322),
        is_demonstration=True,
    )
    for number, row in enumerate(telling.rows("demo/tenants"), start=1):
        project = register.register_project(
            ProjectFacts(
                name=row["name"],
                unit_id=story.organisations[row["organisation"]],
                supervising_department_id=by.department_id,
                field="industry",
                total_investment_fen=int(row["total_wan"]) * telling.WAN,
                name_en=row["name_en"],
                approval_code=f"{story.at.year}-{telling.REGION}-39-01-{number:06d}",
                site="芯片产业园",
                place_id=park.pk,
            ),
            by=by,
            at=story.moment(-321),
            key=f"demo-{row['organisation']}",
            is_demonstration=True,
        )
        for facts in _milestones(story, row["milestones"]):
            register.put_milestone(
                project.pk,
                facts=facts,
                by=by,
                at=story.at,
            )


def _milestones(story: Story, text: str) -> list[MilestoneFacts]:
    """Read "code:planned days:actual days:note; …", days counted from now."""
    made = []
    for position, part in enumerate(text.split(";"), start=1):
        code, planned, actual, note = part.strip().split(":")
        name, name_en = NAMES[code]
        made.append(
            MilestoneFacts(
                code=code,
                name=name,
                name_en=name_en,
                position=position,
                planned_on=_day(story, planned),
                actual_on=_day(story, actual),
                note=note,
            )
        )
    return made


def _day(story: Story, days: str) -> date | None:
    return timezone.localdate(story.at) + timedelta(days=int(days)) if days else None
