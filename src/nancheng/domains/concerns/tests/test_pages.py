"""Pages of coordination concerns: what each sees, bad input, and how many statements they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nancheng.domains.concerns.tests import making
from nancheng.domains.concerns.tests.making import Cast
from nancheng.foundation.cases.models import Case
from nancheng.foundation.files.models import Attachment

SignIn = Callable[[str], Client]
# What the list takes, however long it is.
STATEMENTS = 10
OPEN = "/cases/open/concerns.concern/"
GIVEN = {"title": "停靠点", "content": "请增设。", "lead": "construction", "co_units": ["land"]}


def test_a_concern_is_put_forward_from_the_page(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("jian")
    page = client.get(OPEN).content.decode()
    assert 'value="construction"' in page
    # One's own department is not offered.
    assert 'value="economy"' not in page
    paper = SimpleUploadedFile("需求.txt", "职工名单".encode(), "text/plain")
    sent = {**GIVEN, "key": "k", "wanted_on": "2030-01-05", "papers": paper}
    answer = client.post(OPEN, sent)
    case = Case.objects.get()
    assert answer["location"] == f"/cases/{case.number}/"
    shown = client.get(f"/cases/{case.number}/").content.decode()
    for words in ("请增设。", "2030-01-05", "需求.txt", "construction"):
        assert words in shown
    client.post(OPEN, {**GIVEN, "key": "k"})
    assert Case.objects.count() == 1


def test_a_wrong_form_keeps_what_was_typed_and_says_why_beside_the_field(
    cast: Cast, sign_in: SignIn
) -> None:
    client = sign_in("jian")
    paper = SimpleUploadedFile("需求.txt", "名单".encode(), "text/plain")
    wrong = {**GIVEN, "co_units": ["construction"], "key": "k", "papers": paper}
    answer = client.post(OPEN, wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "主办单位不必再列为协办单位" in page
    assert "请增设。" in page
    assert "已保留：需求.txt" in page
    assert not Case.objects.exists()
    assert client.post(OPEN, {"lead": "nowhere"}).status_code == 422


def test_the_result_is_reported_from_its_page_by_who_has_the_step(
    cast: Cast, sign_in: SignIn
) -> None:
    case = making.a_concern(cast)
    address = f"/concerns/{case.pk}/result/"
    assert sign_in("qi").get(address).status_code == 404
    making.decided(cast, case)
    task = making.the_task(case, "carry", cast.qi)
    assert sign_in("qi").get(f"/tasks/{task.pk}/")["location"] == address
    for other in ("nie", "jian", "lu"):
        assert sign_in(other).get(address).status_code == 404
    client = sign_in("qi")
    answer = client.post(address, {"result": "已设置。", "key": "k"})
    assert answer.status_code == 422
    assert "请上传办理结果材料" in answer.content.decode()
    paper = SimpleUploadedFile("结果.txt", "完成".encode(), "text/plain")
    answer = client.post(address, {"result": "已设置。", "key": "k", "papers": paper})
    assert answer["location"] == f"/cases/{case.number}/"
    assert Attachment.objects.get().case_id == case.pk
    assert client.get(address).status_code == 404
    # The same form again, as a double click sends it: the same answer, and no second paper.
    paper = SimpleUploadedFile("结果.txt", "完成".encode(), "text/plain")
    again = client.post(address, {"result": "已设置。", "key": "k", "papers": paper})
    assert again["location"] == f"/cases/{case.number}/"
    assert Attachment.objects.count() == 1


def test_each_sees_the_concerns_of_their_own_department(cast: Cast, sign_in: SignIn) -> None:
    mine = making.a_concern(cast)
    alone = making.a_concern(cast, key="alone", co_units=("land",))
    seen = sign_in("nie").get("/concerns/").content.decode()
    assert mine.number in seen
    assert alone.number not in seen
    assert alone.number in sign_in("ye").get("/concerns/").content.decode()
    assert "提出事项" not in sign_in("ye").get("/concerns/").content.decode()
    assert sign_in("ye").get(OPEN).status_code == 404
    assert sign_in("nie").get(f"/cases/{alone.number}/").status_code == 404


def test_the_list_takes_the_same_statements_for_one_and_for_many(
    cast: Cast, sign_in: SignIn, django_assert_num_queries: Any
) -> None:
    client = sign_in("jian")
    making.a_concern(cast)
    client.get("/concerns/")
    with django_assert_num_queries(STATEMENTS):
        client.get("/concerns/")
    for number in range(5):
        making.a_concern(cast, key=f"more{number}")
    with django_assert_num_queries(STATEMENTS):
        client.get("/concerns/")


def test_every_page_speaks_english_too(cast: Cast, sign_in: SignIn) -> None:
    case = making.a_concern(cast)
    making.decided(cast, case)
    for username, address in (
        ("jian", "/concerns/"),
        ("jian", OPEN),
        ("qi", f"/concerns/{case.pk}/result/"),
    ):
        page = sign_in(username).get(address, headers={"accept-language": "en"})
        assert page.status_code == 200
        assert "oordination concern" in page.content.decode()
