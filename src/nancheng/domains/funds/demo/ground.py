"""The ground of the story: organisations, projects, bonds, arrivals, contracts."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from nancheng.domains.funds.actions import bonds, projects
from nancheng.domains.funds.demo import telling
from nancheng.domains.funds.demo.telling import Story
from nancheng.domains.funds.models import Allocation, Batch, Screening
from nancheng.domains.funds.rules.bonds import BatchFacts, BondFacts, ContractFacts, ItemFacts
from nancheng.domains.funds.rules.facts import ForbiddenTerm, Verdict
from nancheng.foundation.people import queries as people
from nancheng.foundation.register import actions as register
from nancheng.foundation.register.rules import OrganisationFacts, ProjectFacts, Stage

# The road of a project whose bond has arrived and whose works have begun.
ROAD = (
    Stage.SHORTLISTED,
    Stage.APPLYING,
    Stage.LISTED,
    Stage.ISSUED,
    Stage.ARRIVED,
    Stage.BUILDING,
)


def lay(story: Story) -> None:
    for party, department in (("finance", "finance"), ("leader", "zone"), ("treasury", "finance")):
        projects.put_office(party=party, department_id=people.department_id(code=department))
    projects.load_negative_list(
        (
            ForbiddenTerm(row["group"], row["word"], row["is_use"] == "1", row["basis"]),
            date.fromisoformat(row["valid_from"]),
        )
        for row in telling.rows("negative_list")
    )
    for row in telling.rows("demo/organisations"):
        department = row["department"]
        made = register.register_organisation(
            OrganisationFacts(
                uscc=row["uscc"],
                name=row["name"],
                kind=row["kind"],
                name_en=row["name_en"],
                region=telling.REGION,
                department_id=people.department_id(code=department) if department else None,
            ),
            by=story.who(telling.DEBT),
            at=story.moment(-325),
            is_demonstration=True,
        )
        story.organisations[row["key"]] = made.pk
    for row in telling.rows("demo/projects"):
        _fund(story, row)
    _decide_screenings(story)


def _fund(story: Story, row: telling.Row) -> None:
    at = story.moment(-322)
    total_fen = int(row["total_wan"]) * telling.WAN
    master = register.register_project(
        ProjectFacts(
            name=row["name"],
            unit_id=story.organisations[row["unit"]],
            supervising_department_id=people.department_id(code=row["department"]),
            field=row["field"],
            total_investment_fen=total_fen,
            name_en=row["name_en"],
            approval_code=f"{at.year}-{telling.REGION}-48-01-{int(row['serial']):06d}",
            content=row["content"],
            site=row["site"],
            planned_start_on=story.on(int(row["start_days"])),
            planned_finish_on=timezone.localdate(story.at)
            + timedelta(days=int(row["finish_days"])),
        ),
        by=story.who(telling.DEBT),
        at=at,
        key=f"demo-{row['key']}",
        is_demonstration=True,
    )
    items = [
        ItemFacts(
            one["code"], one["name"], one["name_en"], total_fen * int(one["permille"]) // 1000
        )
        for one in telling.rows("demo/items")
    ]
    story.projects[row["key"]] = projects.fund_project(
        master.pk, estimate_fen=total_fen, items=items, by=story.who(telling.DEBT), at=at
    )
    for number, stage in enumerate(ROAD):
        when = story.moment(-320 + 4 * number)
        register.move_project(
            master.pk,
            stage=stage,
            entered_on=timezone.localdate(when),
            note="",
            by=story.who(telling.DEBT),
            at=when,
        )


def _decide_screenings(story: Story) -> None:
    for screening in Screening.objects.filter(verdict=Verdict.OPEN):
        projects.decide_screening(
            screening.pk,
            verdict=Verdict.ALLOWED,
            reason="属城市道路沿线绿化补植与设施更新，已纳入概算批复，规模适度，经会商不属于过度化景观提升。",
            by=story.who(telling.DEBT),
            at=story.moment(-319),
        )


def issue(story: Story) -> None:
    by = story.who(telling.DEBT)
    year = timezone.localdate(story.at).year
    for row in telling.rows("demo/batches"):
        bonds.open_batch(
            BatchFacts(
                year=year,
                number=int(row["number"]),
                name=row["name"],
                name_en=row["name_en"],
                quota_fen=int(row["quota_wan"]) * telling.WAN,
                document=row["document"],
            ),
            by=by,
        )
    batches = dict(Batch.objects.filter(year=year).values_list("number", "id"))
    for row in telling.rows("demo/bonds"):
        _issue_one(story, row, batch_id=batches[int(row["batch"])])


def _issue_one(story: Story, row: telling.Row, *, batch_id: int) -> None:
    issued = int(row["issued_days"])
    interest_from = story.on(issued + 3)
    years = int(row["tenor_years"])
    bond = bonds.issue_bond(
        BondFacts(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            batch_id=batch_id,
            amount_fen=sum(_shares(story, row).values()),
            coupon_milli=int(row["coupon_milli"]),
            tenor_years=years,
            frequency=int(row["frequency"]),
            issued_on=story.on(issued),
            interest_from=interest_from,
            issue_fee_ppm=800,
            registration_fee_ppm=64,
            redemption_fee_ppm=50,
            hand_over_days=5,
        ),
        shares=_shares(story, row),
        by=story.who(telling.DEBT),
        at=story.moment(issued),
        key=f"demo-{row['code']}",
        is_demonstration=True,
    )
    for number, word in enumerate(row["arrivals"].split(), start=1):
        days, permille = (int(part) for part in word.split("="))
        for allocation in Allocation.objects.filter(bond=bond):
            bonds.receive(
                allocation.pk,
                amount_fen=allocation.amount_fen * permille // 1000,
                arrived_on=story.on(days),
                document=f"示范拨〔{row['code']}〕{number}-{allocation.pk}号",
                by=story.who(telling.DEBT),
                at=story.moment(days),
            )


def _shares(story: Story, row: telling.Row) -> dict[int, int]:
    pairs = (word.split("=") for word in row["shares"].split())
    return {story.projects[key].pk: int(wan) * telling.WAN for key, wan in pairs}


def sign(story: Story) -> None:
    for number, row in enumerate(telling.rows("demo/contracts"), start=1):
        project = story.projects[row["project"]]
        items = dict(project.cost_items.values_list("code", "id"))
        story.contracts[row["number"]] = projects.sign_contract(
            ContractFacts(
                project_id=project.pk,
                cost_item_id=items[row["item"]],
                number=row["number"],
                name=row["name"],
                party_id=story.organisations[row["party"]],
                payee_account=f"0000 1000 2000 {number:04d}",
                payee_bank="示范银行南城支行",
                wage_account=f"0000 1000 9000 {number:04d}",
                wage_bank="示范银行南城支行",
                price_fen=int(row["price_wan"]) * telling.WAN,
                retention_permille=int(row["retention_permille"]),
                supervision_id=story.organisations["zhengheng"],
                signed_on=story.on(-292),
                starts_on=story.on(-285),
                ends_on=story.on(-285) + timedelta(days=540),
            ),
            by=story.who(telling.DEBT),
            at=story.moment(-292),
        )
