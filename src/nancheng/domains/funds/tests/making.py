"""Makes a small zone for tests: its people, one project, one bond, one contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from nancheng.domains.funds.actions import bonds, payments, projects
from nancheng.domains.funds.models import Allocation, Bond, Contract, FundedProject, Payment
from nancheng.domains.funds.rules.bonds import BatchFacts, BondFacts, ContractFacts, ItemFacts
from nancheng.domains.funds.rules.facts import Application, ForbiddenTerm, Invoice
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import publishing
from nancheng.foundation.cases import queries as case_queries
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.register import actions as register
from nancheng.foundation.register import codes
from nancheng.foundation.register.rules import OrganisationFacts, ProjectFacts, Stage

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Monday without a holiday near it.
AT = datetime(2020, 11, 2, 9, 30, tzinfo=SHANGHAI)
WAN = 1_000_000
PASSWORD = "Nancheng-test-1"
BACKEND = "nancheng.foundation.people.backends.PasswordBackend"
PAPERS = frozenset({"request", "progress", "invoice"})
VIEWS = {
    "case.view": "party own",
    "funds.payment.view": "party",
    "funds.project.view": "party",
    "funds.ledger.view": "party",
}
WHOLE = dict.fromkeys((*VIEWS, "funds.bond.view", "cockpit.view"), "zone")
EDITS = {
    "funds.bond.edit": "zone",
    "funds.screening.decide": "zone",
    "register.organisation.edit": "zone",
    "register.project.edit": "zone",
}
DUTIES: Mapping[str, Mapping[str, str]] = {
    "project-clerk": {**VIEWS, "funds.payment.apply": "department"},
    "project-head": VIEWS,
    "supervisor-engineer": {"case.view": "party", "funds.payment.view": "party"},
    "department-reviewer": VIEWS,
    "finance-reviewer": WHOLE,
    "finance-checker": WHOLE,
    "zone-leader": {**WHOLE, "case.terminate": "zone", "case.suspend": "zone"},
    "treasury-cashier": WHOLE,
    "debt-manager": {**WHOLE, **EDITS},
}
# Sign-in name, department, duty.
CAST = (
    ("clerk", "unit", "project-clerk"),
    ("head", "unit", "project-head"),
    ("engineer", "supervision", "supervisor-engineer"),
    ("reviewer", "works", "department-reviewer"),
    ("finance", "finance", "finance-reviewer"),
    ("checker", "finance", "finance-checker"),
    ("leader", "zone", "zone-leader"),
    ("cashier", "finance", "treasury-cashier"),
    ("debt", "finance", "debt-manager"),
    ("stranger", "other-unit", "project-clerk"),
)
HANDS = {
    "apply": "clerk",
    "sign": "head",
    "certify": "engineer",
    "review": "reviewer",
    "finance": "finance",
    "check": "checker",
    "leader": "leader",
    "pay": "cashier",
    "bank": "cashier",
}
_keys = count(1)


@dataclass(frozen=True, slots=True)
class World:
    """What the tests stand on."""

    actors: Mapping[str, Actor]
    project: FundedProject
    bond: Bond
    allocation: Allocation
    contract: Contract

    def __getitem__(self, username: str) -> Actor:
        return self.actors[username]


def a_world(*, content: str = "道路与管网") -> World:
    """Put people, project, bond, money and contract in place."""
    actors = _people()
    for party, department in (("finance", "finance"), ("leader", "zone"), ("treasury", "finance")):
        projects.put_office(
            party=party, department_id=people_queries.department_id(code=department)
        )
    projects.load_negative_list(
        (
            (ForbiddenTerm("image", "亮化工程", False, "测试"), date(2000, 1, 1)),
            (ForbiddenTerm("wages", "工资", True, "测试"), date(2000, 1, 1)),
        )
    )
    publishing.deploy(by="tests", at=AT)
    debt = actors["debt"]
    project = a_project(debt, content=content)
    batch = bonds.open_batch(
        BatchFacts(2020, 1, "第一批", "First batch", 5000 * WAN, "测〔2020〕1号"), by=debt
    )
    bond = bonds.issue_bond(
        a_bond(batch.pk),
        shares={project.pk: 2000 * WAN},
        by=debt,
        at=AT - timedelta(days=300),
        key="bond",
    )
    allocation = Allocation.objects.get(bond=bond)
    bonds.receive(
        allocation.pk,
        amount_fen=1500 * WAN,
        arrived_on=date(2020, 3, 2),
        document="拨1",
        by=debt,
        at=AT - timedelta(days=245),
    )
    return World(actors, project, bond, allocation, a_contract(project, debt))


def _people() -> dict[str, Actor]:
    for code in ("zone", "finance", "works", "unit", "other-unit", "supervision"):
        people.put_department(
            code=code, name=f"部门{code}", name_en=code, parent="" if code == "zone" else "zone"
        )
    for code, grants in DUTIES.items():
        people.put_duty(code=code, name=code, name_en=code, grants=dict(grants))
    actors = {}
    for username, department, duty in CAST:
        people.put_post(department=department, duty=duty, name=duty, name_en=duty)
        people.put_person(username=username, name=f"人{username}", password=PASSWORD)
        people.appoint(
            username=username, department=department, duty=duty, active_from=date(2015, 1, 1)
        )
        actors[username] = people_queries.actor_of(username=username, on=AT.date())
    return actors


def an_organisation(name: str, by: Actor, *, kind: str, department: str = "") -> int:
    """Register an invented organisation and return its id."""
    body = f"91000000MADE{next(_keys):05d}"[:17]
    made = register.register_organisation(
        OrganisationFacts(
            uscc=body + codes.uscc_check(body),
            name=name,
            kind=kind,
            region="000000",
            department_id=people_queries.department_id(code=department) if department else None,
        ),
        by=by,
        at=AT,
        is_demonstration=True,
    )
    return made.pk


def a_project(by: Actor, *, content: str = "道路与管网", unit: str = "unit") -> FundedProject:
    """Register a project, bring it into the executing library and under special bonds."""
    number = next(_keys)
    master = register.register_project(
        ProjectFacts(
            name=f"测试道路工程{number}",
            unit_id=an_organisation(f"测试单位{number}", by, kind="platform", department=unit),
            supervising_department_id=people_queries.department_id(code="works"),
            field="municipal",
            total_investment_fen=3000 * WAN,
            content=content,
        ),
        by=by,
        at=AT - timedelta(days=400),
        is_demonstration=True,
    )
    funded = projects.fund_project(
        master.pk,
        estimate_fen=3000 * WAN,
        items=[
            ItemFacts("JZ", "建筑工程", "Construction", 2400 * WAN),
            ItemFacts("SB", "设备", "Equipment", 300 * WAN),
        ],
        by=by,
        at=AT - timedelta(days=400),
    )
    for stage in (Stage.SHORTLISTED, Stage.APPLYING, Stage.LISTED):
        register.move_project(
            master.pk,
            stage=stage,
            entered_on=(AT - timedelta(days=390)).date(),
            note="",
            by=by,
            at=AT - timedelta(days=390),
        )
    return FundedProject.objects.get(pk=funded.pk)


def a_bond(batch_id: int, **changes: Any) -> BondFacts:
    """Return the terms of a bond of 2,000 万元."""
    facts = BondFacts(
        code="TEST-01",
        name="测试债券",
        name_en="Test bond",
        batch_id=batch_id,
        amount_fen=2000 * WAN,
        coupon_milli=3300,
        tenor_years=10,
        frequency=2,
        issued_on=date(2020, 1, 6),
        interest_from=date(2020, 1, 7),
        issue_fee_ppm=800,
        registration_fee_ppm=64,
        redemption_fee_ppm=50,
        hand_over_days=5,
    )
    return replace(facts, **changes)


def a_contract(project: FundedProject, by: Actor, **changes: Any) -> Contract:
    """Sign a contract of 1,600 万元 with 3 % retention."""
    number = next(_keys)
    facts = ContractFacts(
        project_id=project.pk,
        cost_item_id=project.cost_items.get(code="JZ").pk,
        number=f"HT-{number}",
        name="施工合同",
        party_id=an_organisation(f"测试施工{number}", by, kind="contractor"),
        payee_account="0000 1111",
        payee_bank="测试银行",
        wage_account="0000 9999",
        wage_bank="测试银行",
        price_fen=1600 * WAN,
        retention_permille=30,
        supervision_id=an_organisation(
            f"测试监理{number}",
            by,
            kind="supervisor",
            department="" if changes.pop("no_desk", False) else _free_desk(),
        ),
        signed_on=date(2020, 2, 3),
        starts_on=date(2020, 2, 4),
        ends_on=date(2021, 2, 3),
    )
    return projects.sign_contract(replace(facts, **changes), by=by, at=AT)


def _free_desk() -> str:
    taken = Contract.objects.filter(supervision__department__code="supervision").exists()
    return "" if taken else "supervision"


def an_application(world: World, **changes: Any) -> Application:
    """Return an application for 100 万元 at 50 % progress, with its papers."""
    amount_fen = changes.get("amount_fen", 100 * WAN)
    application = Application(
        allocation_id=world.allocation.pk,
        contract_id=world.contract.pk,
        cost_item_id=world.contract.cost_item_id,
        amount_fen=amount_fen,
        payee_account="0000 1111",
        to_wage_account=False,
        purpose="基层工程进度款",
        progress_permille=500,
        invoices=(Invoice(f"{next(_keys):08d}", amount_fen),),
        papers=PAPERS,
    )
    return replace(application, **changes)


def a_payment(world: World, *, key: str = "", **changes: Any) -> Payment:
    """Hand in an application as the clerk."""
    return payments.apply(
        an_application(world, **changes),
        by=world["clerk"],
        at=AT,
        key=key or f"k{next(_keys)}",
    )


def values_at(node: str, **changes: Any) -> dict[str, Any]:
    """Return what the form of a step gives when it is agreed to."""
    values: dict[str, Any] = {"decision": "agree"}
    if node == "certify":
        values |= {"progress": 500, "certificate_number": f"ZS{next(_keys)}"}
    if node == "pay":
        values |= {"order_number": "ZF1", "return_to": "finance"}
    if node == "bank":
        values |= {
            "decision": "paid",
            "answered_on": AT.date(),
            "return_reason": "",
            "return_to": "applicant",
        }
    return {**values, **changes}


def node_of(payment: Payment) -> str:
    """Return the step a payment waits at, "" when it is over."""
    task = next(iter(case_queries.open_tasks([payment.case_id])), None)
    return task.node if task else ""


def do(world: World, payment: Payment, *, who: str = "", **changes: Any) -> str:
    """Do the open step of a payment and return the next one."""
    task = next(iter(case_queries.open_tasks([payment.case_id])))
    cases.complete(
        task_id=task.pk,
        values=values_at(task.node, **changes),
        by=world[who or HANDS[task.node]],
        at=AT,
        key=f"do{next(_keys)}",
    )
    payment.refresh_from_db()
    return node_of(payment)


def until(world: World, payment: Payment, node: str) -> str:
    """Agree step by step until a payment waits at a node, or is over for ""; return the node."""
    for _ in range(20):
        if node_of(payment) == node:
            return node
        do(world, payment)
    raise AssertionError(f"never at {node}: {node_of(payment)}")
