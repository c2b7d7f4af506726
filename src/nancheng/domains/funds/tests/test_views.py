"""Pages of special bonds: what each identity sees, bad input, and how many statements it takes."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from nancheng.domains.funds.models import Payment, Screening
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import BACKEND, WAN, World
from nancheng.foundation.cases.models import Case
from nancheng.foundation.files.models import Attachment
from nancheng.foundation.people.models import Person

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def sign_in(world: World) -> Any:
    def as_person(username: str) -> Client:
        client = Client()
        client.force_login(Person.objects.get(username=username), backend=BACKEND)
        return client

    return as_person


def number(world: World) -> str:
    return world.project.project.number


def addresses(world: World) -> list[str]:
    return [
        "/funds/bonds/",
        "/funds/bonds/TEST-01/",
        "/funds/projects/",
        f"/funds/projects/{number(world)}/",
        f"/funds/projects/{number(world)}/ledger/",
        "/funds/payments/",
        "/cockpit/",
    ]


def test_finance_sees_every_page_in_both_languages(world: World, sign_in: Any) -> None:
    making.until(world, making.a_payment(world), "bank")
    client = sign_in("finance")
    for address in addresses(world):
        for language in ("zh-hans", "en"):
            response = client.get(address, headers={"accept-language": language})
            assert response.status_code == 200, address


# The shell asks for session, person, identity, grants, identities, tasks and notices.
@pytest.mark.parametrize(
    ("place", "most"), [(0, 17), (1, 15), (2, 17), (3, 23), (4, 21), (5, 15), (6, 23)]
)
def test_pages_take_as_many_statements_however_many_rows(
    world: World, sign_in: Any, place: int, most: int
) -> None:
    client = sign_in("finance")
    address = addresses(world)[place]
    client.get(address)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    making.a_payment(world)
    few = statements()
    for _ in range(4):
        making.until(world, making.a_payment(world, amount_fen=10 * WAN), "")
    assert statements() == few
    assert few <= most


def test_what_is_out_of_reach_looks_like_what_does_not_exist(world: World, sign_in: Any) -> None:
    payment = making.a_payment(world)
    client = sign_in("stranger")
    pairs = [
        (f"/funds/projects/{number(world)}/", "/funds/projects/XM-2020-9999/"),
        (f"/funds/projects/{number(world)}/ledger/", "/funds/projects/XM-2020-9999/ledger/"),
        (f"/funds/payments/apply/{world.contract.pk}/", "/funds/payments/apply/99999/"),
        (f"/funds/payments/{payment.case_id}/again/", "/funds/payments/99999/again/"),
        (f"/cases/{payment.case.number}/", "/cases/FK-2020-999999/"),
    ]
    for real, unreal in pairs:
        hidden, missing = client.get(real), client.get(unreal)
        assert hidden.status_code == missing.status_code == 404, real
        strip = re.compile(rb'(csrf\w+" value="\w+"|/[\w/-]*\d[\w/-]*/)')
        assert strip.sub(b"", hidden.content) == strip.sub(b"", missing.content), real
    for address in ("/funds/projects/", "/funds/payments/"):
        body = client.get(address).content.decode()
        assert number(world) not in body
        assert payment.case.number not in body
    assert client.get("/funds/bonds/").status_code == 403
    assert client.get("/cockpit/").status_code == 403


def test_an_unknown_visitor_is_asked_to_sign_in(world: World) -> None:
    for address in addresses(world):
        response = Client().get(address)
        assert response.status_code == 302
        assert "sign-in" in response["Location"]


def form(world: World, **changes: object) -> dict[str, object]:
    values = {
        "allocation": world.allocation.pk,
        "cost_item": world.contract.cost_item_id,
        "amount": "100万元",
        "progress": "50",
        "account": "0000 1111",
        "purpose": "基层工程进度款",
        "invoices": "F0001 1,000,000.00",
        "drafts": "",
        "key": "form-1",
        "paper_request": SimpleUploadedFile("request.pdf", PDF),
        "paper_progress": SimpleUploadedFile("progress.pdf", PDF),
        "paper_invoice": SimpleUploadedFile("invoice.pdf", PDF),
    }
    return {**values, **changes}


def apply_at(world: World) -> str:
    return f"/funds/payments/apply/{world.contract.pk}/"


def test_a_clerk_applies_with_papers(world: World, sign_in: Any) -> None:
    client = sign_in("clerk")
    assert client.get(apply_at(world)).status_code == 200
    response = client.post(apply_at(world), form(world))
    payment = Payment.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/cases/{payment.case.number}/"
    assert payment.amount_fen == 100 * WAN
    assert payment.progress_permille == 500
    papers = Attachment.objects.filter(case_id=payment.case_id)
    assert {paper.purpose for paper in papers} == set(making.PAPERS)
    assert all(paper.frozen_at for paper in papers)
    # The second click of the same form.
    again = client.post(apply_at(world), form(world))
    assert again["Location"] == response["Location"]
    assert Payment.objects.count() == 1
    assert papers.count() == 3


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"amount": "1501万元"}, "超过可用余额"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "abc"}, "amount"),
        ({"amount": "0"}, "金额须大于零"),
        ({"amount": "9" * 60}, "amount"),
        ({"progress": "0"}, "progress"),
        ({"progress": "100.1"}, "progress"),
        ({"account": "别的账号"}, "收款账号与合同"),
        ({"purpose": "管理人员工资"}, "不得使用专项债券资金"),
        ({"purpose": "x" * 201}, "purpose"),
        ({"invoices": "F0001"}, "第 1 行无法识别"),
        ({"invoices": "F0001 10"}, "少于申请金额"),
        ({"invoices": "F1 1000000\nF1 1000000"}, "重复"),
        ({"allocation": "99999"}, "allocation"),
        ({"cost_item": "x"}, "cost_item"),
        ({"paper_invoice": SimpleUploadedFile("i.pdf", b"MZ\x90\x00")}, "paper_invoice"),
        ({"paper_invoice": ""}, "请上传此材料"),
        ({"drafts": "1,2,'; DROP TABLE"}, ""),
        ({"key": "k" * 61}, "key"),
        ({"purpose": "<script>alert(1)</script>" + "工资"}, "&lt;script&gt;"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_typed_is_lost(
    world: World, sign_in: Any, changed: dict[str, object], told: str
) -> None:
    client = sign_in("clerk")
    values = form(world, **changed)
    response = client.post(apply_at(world), values)
    body = response.content.decode()
    if not told:
        assert response.status_code == 302
        return
    assert response.status_code == 422
    assert told in body
    assert "<script>alert" not in body
    assert not Case.objects.exists()
    if "account" not in changed:
        assert 'value="0000 1111"' in body
    if "invoices" not in changed:
        assert "F0001 1,000,000.00" in body
    kept = Attachment.objects.filter(case__isnull=True).count()
    assert kept == (2 if "paper_invoice" in changed else 3)
    drafts = re.search(r'name="drafts" value="([\d,]+)"', body)
    assert drafts is not None
    assert len(drafts[1].split(",")) == kept


def test_papers_uploaded_before_need_not_come_again(world: World, sign_in: Any) -> None:
    client = sign_in("clerk")
    first = client.post(apply_at(world), form(world, amount="1501万元")).content.decode()
    drafts = re.search(r'name="drafts" value="([\d,]+)"', first)
    assert drafts is not None
    values = form(world, drafts=drafts[1], paper_request="", paper_progress="", paper_invoice="")
    assert client.post(apply_at(world), values).status_code == 302
    assert Attachment.objects.filter(case=Payment.objects.get().case).count() == 3


def test_anothers_drafts_are_not_mine(world: World, sign_in: Any) -> None:
    sign_in("clerk").post(apply_at(world), form(world, amount="1501万元"))
    stolen = ",".join(str(one.pk) for one in Attachment.objects.all())
    other = making.a_project(world["debt"], unit="other-unit")
    contract = making.a_contract(other, world["debt"])
    page = f"/funds/payments/apply/{contract.pk}/"
    body = sign_in("stranger").post(page, form(world, drafts=stolen)).content.decode()
    named = re.search(r'name="drafts" value="([\d,]*)"', body)
    assert named is not None
    assert not set(named[1].split(",")) & set(stolen.split(","))


def test_checking_tells_the_most_that_may_be_asked(world: World, sign_in: Any) -> None:
    response = sign_in("clerk").post(apply_at(world), form(world, check="1"))
    assert response.status_code == 200
    # 1,600 万元 × 50 % × 97 % = 7,760,000.00
    assert "7,760,000.00" in response.content.decode()
    assert not Payment.objects.exists()


def test_a_returned_payment_is_changed_on_its_page(world: World, sign_in: Any) -> None:
    payment = making.a_payment(world)
    making.until(world, payment, "bank")
    making.do(world, payment, decision="returned", return_reason="户名不符")
    client = sign_in("clerk")
    page = f"/funds/payments/{payment.case_id}/again/"
    assert "1,000,000.00" in client.get(page).content.decode()
    values = form(world, version=payment.version, amount="90万元", key="again-1")
    assert client.post(page, values).status_code == 302
    payment.refresh_from_db()
    assert (payment.amount_fen, payment.version) == (90 * WAN, 2)


def test_the_ledger_page_agrees_with_its_file_to_the_fen(world: World, sign_in: Any) -> None:
    making.until(world, making.a_payment(world, amount_fen=1_234_567_89), "")
    making.until(world, making.a_payment(world, amount_fen=98_765_43), "pay")
    client = sign_in("finance")
    address = f"/funds/projects/{number(world)}/ledger/"
    body = client.get(address).content.decode()
    file = client.get(f"{address}?export=xlsx")
    assert file.status_code == 200, file.content.decode()
    sheet = load_workbook(BytesIO(file.getvalue())).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    last = rows[-1]
    balance, available = (Decimal(str(value)).quantize(Decimal("0.01")) for value in last[7:9])
    assert balance == Decimal("13765432.11")
    assert available == Decimal("13666666.68")
    for figure in (balance, available):
        assert f"{figure:,}" in body


@pytest.mark.parametrize(
    "query",
    [
        "?sort=evil",
        "?page=abc",
        "?page=-1",
        "?state=nothing",
        "?month=2020-99",
        "?q=%00",
        "?light=",
    ],
)
def test_strange_addresses_are_answered_calmly(world: World, sign_in: Any, query: str) -> None:
    client = sign_in("finance")
    for address in ("/funds/payments/", "/funds/projects/", "/funds/bonds/"):
        assert client.get(address + query).status_code in (200, 400)


def test_a_verdict_is_given_on_its_page(world: World, sign_in: Any) -> None:
    making.a_project(world["debt"], content="亮化工程", unit="other-unit")
    hit = Screening.objects.get()
    page = f"/funds/screenings/{hit.pk}/"
    assert sign_in("finance").get(page).status_code == 403
    client = sign_in("debt")
    assert client.post(page, {"verdict": "allowed", "reason": "短", "key": "k"}).status_code == 422
    reason = "属道路功能照明，已列入概算，不属于过度亮化。"
    assert (
        client.post(page, {"verdict": "allowed", "reason": reason, "key": "k"}).status_code == 302
    )
    assert client.get(page).status_code == 404


def test_the_cockpit_opens_to_its_rows(world: World, sign_in: Any) -> None:
    making.until(world, making.a_payment(world), "")
    client = sign_in("finance")
    body = client.get("/cockpit/").content.decode()
    links = set(re.findall(r'href="(/(?:funds|cases)/[^"]*)"', body))
    assert len(links) >= 6
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link
    assert "0.20" in body
    assert "0.01" in body
