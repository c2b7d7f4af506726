"""Pages of cases through HTTP: what shows, what is refused, in how many statements."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from nancheng.foundation.cases import actions, worklist
from nancheng.foundation.cases.models import Case, CaseEvent, Task
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import AT, SignIn, Zone


def test_the_work_list_shows_what_waits_for_this_identity(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    page = sign_in("an").get("/desk/").content.decode()
    assert case.title in page
    assert case.number in page
    assert "申请" in page
    assert case.title not in sign_in("bai").get("/desk/").content.decode()


def test_the_work_list_takes_the_same_statements_for_one_task_and_for_many(
    zone: Zone, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        making.a_case(zone, key=f"case-{number}")
    client = sign_in("an")
    client.get("/desk/")
    with django_assert_max_num_queries(14):
        page = client.get("/desk/")
    assert page.content.decode().count('class="acts"') >= 12


def test_the_case_page_shows_facts_drawing_and_history(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    page = sign_in("fang").get(f"/cases/{case.number}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "安同意" in text
    assert "审核" in text
    english = sign_in("fang").get(f"/cases/{case.number}/", headers={"accept-language": "en"})
    assert english.status_code == 200


@pytest.mark.parametrize("address", ["/cases/{number}/", "/cases/{number}/history/"])
def test_a_case_out_of_reach_looks_like_one_that_does_not_exist(
    zone: Zone, sign_in: SignIn, address: str
) -> None:
    case = making.a_case(zone)
    client = sign_in("ding")
    hidden = client.get(address.format(number=case.number))
    missing = client.get(address.format(number="LN-2020-999999"))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert case.title not in hidden.content.decode()


def test_a_task_out_of_reach_reveals_nothing(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    task = making.the_task(case, "apply")
    client = sign_in("ding")
    for address in (f"/tasks/{task.pk}/", f"/tasks/{task.pk}/clock/", f"/tasks/{task.pk}/claim/"):
        assert client.get(address).status_code == 404
    done = client.post(f"/tasks/{task.pk}/complete/", {"decision": "agree", "key": "k"})
    assert done.status_code == 404
    assert not CaseEvent.objects.filter(case=case, kind="Completed").exists()


def test_a_task_is_done_from_its_page(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    task = making.the_task(case, "apply")
    client = sign_in("an")
    assert "task-form" in client.get(f"/tasks/{task.pk}/").content.decode()
    done = client.post(
        f"/tasks/{task.pk}/complete/", {"decision": "agree", "opinion": "请审核", "key": "k1"}
    )
    assert done.status_code == 302
    assert making.the_task(case, "review")


def test_a_no_without_a_reason_is_said_beside_the_field_and_loses_nothing(
    zone: Zone, sign_in: SignIn
) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    task = making.the_task(case, "review")
    page = sign_in("bai").post(
        f"/tasks/{task.pk}/complete/", {"decision": "refuse", "opinion": "", "key": "k"}
    )
    assert page.status_code == 422
    assert "不同意时请写明理由" in page.content.decode()
    task.refresh_from_db()
    assert task.state == Task.State.OFFERED


def test_a_hostile_opinion_is_kept_as_text(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    task = making.the_task(case, "apply")
    script = "<script>alert(1)</script>"
    sign_in("an").post(
        f"/tasks/{task.pk}/complete/", {"decision": "agree", "opinion": script, "key": "k"}
    )
    page = sign_in("fang").get(f"/cases/{case.number}/").content.decode()
    assert script not in page
    assert "&lt;script&gt;" in page


def test_the_second_hand_is_told_who_was_first(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    task = making.the_task(case, "review")
    actions.complete(task_id=task.pk, values={"decision": "agree"}, by=zone.bai, at=AT, key="1")
    page = sign_in("chen").post(
        f"/tasks/{task.pk}/complete/", {"decision": "agree", "opinion": "写了很多", "key": "2"}
    )
    assert page.status_code == 422
    assert "白" in page.content.decode()
    assert "写了很多" in page.content.decode()


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("send-back", {"target": "apply", "reason": "材料不全"}),
        ("transfer", {"reason": "出差"}),
    ],
)
def test_verbs_are_asked_for_and_carried_out(
    zone: Zone, sign_in: SignIn, verb: str, given: dict[str, str]
) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    task = making.the_task(case, "review")
    client = sign_in("bai")
    address = f"/tasks/{task.pk}/{verb}/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"key": "k", "reason": ""}).status_code == 422
    if verb == "transfer":
        given = {**given, "to_identity": str(zone.chen.identity_id)}
    assert client.post(address, {"key": "k", **given}).status_code == 302


def test_a_deadline_explains_itself_day_by_day(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an, days=10)
    task = making.the_task(case, "review")
    page = sign_in("bai").get(f"/tasks/{task.pk}/clock/").content.decode()
    assert "法定节假日" in page
    assert "2020-10-09" in page


@pytest.mark.parametrize(
    "address", ["/cases/departments/", "/cases/processes/", "/cases/processes/loan/", "/cases/"]
)
def test_overviews_answer_whoever_may_see_cases(zone: Zone, sign_in: SignIn, address: str) -> None:
    making.a_case(zone)
    assert sign_in("fang").get(address).status_code == 200


def test_lists_survive_hostile_addresses(zone: Zone, sign_in: SignIn) -> None:
    client = sign_in("fang")
    for query in ("page=0", "page=zz", "sort=password", "kind=x", "q=" + "a" * 500, "opened=1"):
        assert client.get(f"/cases/?{query}").status_code == 200


def test_a_whole_number_finds_its_case_alone_and_by_its_index(zone: Zone, sign_in: SignIn) -> None:
    for number in range(12):
        making.a_case(zone, key=f"case-{number}")
    client = sign_in("fang")
    page = client.get("/cases/?q=ln-2020-000001").content.decode()
    assert "LN-2020-000001" in page
    assert "LN-2020-000011" not in page
    assert "LN-2020-000011" in client.get("/cases/?q=LN-2020-0000").content.decode()
    desk = sign_in("an").get("/desk/?q=LN-2020-000012").content.decode()
    assert "LN-2020-000012" in desk
    assert "LN-2020-000002" not in desk
    found = worklist.searched(Case.objects.all(), "LN-2020-000001")
    assert "LIKE" not in str(found.query)


def test_a_list_is_exported_as_a_workbook(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    answer = sign_in("fang").get("/cases/?export=csv")
    assert answer.status_code == 200
    assert case.number in answer.getvalue().decode("utf-8-sig")


def test_suspending_needs_the_grant(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    assert sign_in("an").get(f"/cases/{case.number}/suspend/").status_code == 404
    head = sign_in("fang")
    assert head.get(f"/cases/{case.number}/suspend/").status_code == 200
    head.post(f"/cases/{case.number}/suspend/", {"reason": "等待", "key": "k"})
    case.refresh_from_db()
    assert case.status == Case.Status.SUSPENDED


def test_claiming_many_takes_what_is_free(zone: Zone, sign_in: SignIn) -> None:
    cases = [making.a_case(zone, key=f"c{number}") for number in range(3)]
    tasks = [making.the_task(case, "apply").pk for case in cases]
    sign_in("an").post("/desk/claim/", {"task": [*tasks, "999999", "x"], "key": "k"})
    assert Task.objects.filter(state=Task.State.CLAIMED).count() == 3


def test_who_is_not_signed_in_is_sent_to_the_door(zone: Zone) -> None:
    answer = Client().get("/desk/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/sign-in/?next=")
