"""The demonstration: the founding page's facts, told through the real actions, adding up."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from django.test import Client
from openpyxl import load_workbook

from nancheng.config.demo import people
from nancheng.domains.funds.demo import story
from nancheng.domains.funds.models import Allocation, Batch, Bond, FundedProject, Payment
from nancheng.domains.funds.queries import bonds, overview, projects
from nancheng.foundation.cases import publishing
from nancheng.foundation.cases import queries as cases
from nancheng.foundation.cases.models import Case, Wait
from nancheng.foundation.ledger import queries as ledger
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.models import Person
from nancheng.foundation.register.models import Milestone, Organisation, Place, Project
from nancheng.foundation.web import figures
from tests import tree

AT = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
WAN = 1_000_000
# Names of real persons and companies that must not occur, as digests: so they stand nowhere.
REAL = {
    "1d51ecc921",
    "2b603e8338",
    "3bce563108",
    "466ab4d28c",
    "4b73d6fae2",
    "72ccda1c40",
    "93a3a89b31",
    "96e7086461",
    "b5c39fc82b",
    "b94d32b02b",
}


def names_in(text: str) -> set[str]:
    """Return the digests of all words of two or three signs in a text."""
    return {
        hashlib.sha256(text[at : at + length].encode()).hexdigest()[:10]
        for length in (2, 3)
        for at in range(len(text) - length + 1)
        if "\u4e00" <= text[at] <= "\u9fff"
    }


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Tell the story once for this module and leave nothing behind."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        people.put(at=AT)
        publishing.deploy(by="tests", at=AT)
        story.tell(at=AT)
        yield
        transaction.set_rollback(True)


def test_nine_projects_in_three_batches_are_117000_wan() -> None:
    assert FundedProject.objects.count() == 9
    assert Batch.objects.count() == 3
    assert Bond.objects.aggregate(total=Sum("amount_fen"))["total"] == 117_000 * WAN
    assert Allocation.objects.aggregate(total=Sum("amount_fen"))["total"] == 117_000 * WAN
    assert bonds.allocation_faults() == []
    fields = set(Project.objects.filter(approval_code__contains="-48-01-").values_list("field"))
    assert {("municipal",), ("health",), ("parking",)} <= fields


def test_the_landscape_project_is_that_of_the_page_and_was_screened() -> None:
    project = Project.objects.get(name__contains="景观提升改造工程")
    assert project.total_investment_fen == 1212 * WAN
    assert "88674" in project.content
    assert project.site == "起点成大街与迎宾路交叉口，终点白岩大桥南端"
    funded = FundedProject.objects.get(project=project)
    hit = funded.screenings.get()
    assert (hit.word, hit.verdict) == ("景观提升", "allowed")
    assert len(hit.reason) > 10
    assert all(payment.flags for payment in Payment.objects.filter(allocation__project=funded))


def test_the_chip_park_has_five_tenants_in_different_stages() -> None:
    park = Place.objects.get(kind="park")
    tenants = Project.objects.filter(place=park)
    assert tenants.count() == 5
    done = [
        Milestone.objects.filter(project=tenant, actual_on__isnull=False).count()
        for tenant in tenants
    ]
    assert len(set(done)) > 1
    assert park.planned_investment_fen == 100 * 10**10


def test_everything_is_marked_as_a_demonstration_and_nobody_is_real() -> None:
    for model in (Organisation, Project, Place, Bond):
        assert not model.objects.filter(is_demonstration=False).exists(), model
    assert set(Organisation.objects.values_list("region", flat=True)) == {"000000"}
    folders = [tree.SOURCE / "domains" / "funds", tree.SOURCE / "config" / "demo"]
    texts = [
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted(Path(folder).rglob("*"))
        if path.suffix in {".csv", ".py", ".bpmn", ".dmn", ".html", ".po"}
    ]
    assert len(texts) > 20
    assert not set().union(*map(names_in, texts)) & REAL


def test_the_money_adds_up_to_the_fen() -> None:
    assert ledger.proof().holds
    auditor = people_queries.actor_of(username="auditor", on=AT.date())
    seen = overview.overview(auditor, on=AT.date())
    assert seen.allocated_fen == 117_000 * WAN
    by_batch = sum(batch.money.arrived_fen for batch in seen.batches)
    assert by_batch == seen.money.arrived_fen == sum(t.money.arrived_fen for t in seen.threads)
    states = dict(Payment.objects.order_by().values_list("state").annotate(total=Sum("amount_fen")))
    assert seen.money.paid_fen == states["paid"]
    assert seen.money.reserved_fen == states["reserved"]
    assert sum(field.allocated_fen for field in seen.fields) == seen.allocated_fen


def test_payments_rest_at_every_step_and_each_open_case_has_a_mover() -> None:
    states = set(Payment.objects.values_list("state", flat=True))
    assert {"paid", "applied", "reserved", "returned", "refused"} <= states
    open_cases = list(Case.objects.filter(status="open").values_list("id", flat=True))
    tasks = list(cases.open_tasks(open_cases))
    assert {task.case_id for task in tasks} == set(open_cases)
    assert {"apply", "sign", "certify", "review", "finance", "check", "leader", "pay"} == {
        task.node for task in tasks
    }
    assert any(task.due_on and task.due_on < AT.date() for task in tasks)
    assert not Wait.objects.filter(kind="incident").exists()


def test_some_money_lies_idle_and_projects_differ() -> None:
    auditor = people_queries.actor_of(username="auditor", on=AT.date())
    threads = projects.threads(auditor, on=AT.date())
    assert {thread.light.value for thread in threads} >= {"green", "yellow"}
    assert len({thread.paid_permille for thread in threads}) >= 7


def test_telling_it_again_changes_nothing() -> None:
    before = (Payment.objects.count(), Case.objects.count(), Bond.objects.count())
    story.tell(at=AT)
    assert before == (Payment.objects.count(), Case.objects.count(), Bond.objects.count())


def exported(client: Client, address: str) -> list[dict[str, Any]]:
    """Return the rows of a list's workbook, by heading."""
    answer = client.get(address, {"export": "xlsx"})
    book = load_workbook(io.BytesIO(b"".join(answer)))
    sheet = book.active
    assert sheet is not None
    rows = [row for row in sheet.iter_rows(values_only=True) if sum(x is not None for x in row) > 3]
    heads = [str(head) for head in rows[0]]
    return [dict(zip(heads, row, strict=True)) for row in rows[1:]]


def summed(rows: list[dict[str, Any]], head: str) -> int:
    """Return the sum of a column of yuan, in fen."""
    return sum(int(Decimal(str(row[head])) * 100) for row in rows)


def test_workbooks_and_pages_agree_to_the_fen() -> None:
    client = Client()
    client.force_login(
        Person.objects.get(username="debt"),
        backend="nancheng.foundation.people.backends.PasswordBackend",
    )
    by_bond, by_project = (exported(client, f"/funds/{each}/") for each in ("bonds", "projects"))
    for head in ("已到账（元）", "已支付（元）"):
        assert summed(by_bond, head) == summed(by_project, head)
    assert summed(by_bond, "发行额（元）") == summed(by_project, "额度（元）")
    cockpit = client.get("/cockpit/").content.decode()
    for head in ("已支付（元）", "已预留（元）", "超期闲置（元）"):
        assert figures.wan(summed(by_project, head)) in cockpit, head
    for number in FundedProject.objects.values_list("project__number", flat=True):
        lines = exported(client, f"/funds/projects/{number}/ledger/")
        left = summed(lines, "收入（元）") - summed(lines, "支出（元）")
        page = client.get(f"/funds/projects/{number}/").content.decode()
        assert not lines or summed(lines[-1:], "余额（元）") == left
        available = left - summed(lines, "预留变动（元）")
        assert figures.wan(available) in page, number
    paid = [row for row in exported(client, "/funds/payments/") if row["状态"] == "支付完成"]
    assert summed(paid, "金额（元）") == summed(by_project, "已支付（元）")
