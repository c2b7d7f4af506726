"""Whole lives of cases over the API alone, by tokens of several applications and departments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from nancheng.api import once
from nancheng.api.tests import offices
from nancheng.api.tests.calling import ROOT, Api
from nancheng.api.tests.test_payments import PDF
from nancheng.foundation.cases.models import Archive, Case, CaseEvent, Grab, Opinion, Slip
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import Zone
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.files.models import Attachment
from nancheng.foundation.people import queries as people
from nancheng.foundation.web import memory


@pytest.fixture
def zone(db: None, settings: Any, tmp_path: Any) -> Iterator[Zone]:
    """The zone of the case tests, with a duty that is opened by its form."""
    settings.PROCESS_BINDINGS = ("nancheng.foundation.cases.tests.making.BINDINGS",)
    settings.NANCHENG_DATA = tmp_path
    memory.forget()
    zone = making.a_zone()
    offices.publish()
    yield zone
    memory.forget()


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def task_of(api: Api, number: str) -> int:
    (task,) = done(api.get(f"/cases/{number}"))["tasks"]
    return int(task["id"])


def keep(api: Api, purpose: str = "") -> int:
    """Upload a paper."""
    answer = api.client.post(
        f"{ROOT}/files",
        {"file": SimpleUploadedFile("记录.pdf", PDF), "purpose": purpose},
        headers=api.headers({"Idempotency-Key": f"paper-{purpose}"}),
    )
    return int(done(answer, 201)["id"])


def receiver(api: Api, word: str) -> str:
    """Return who in the directory has a word in the label, the department if there is one."""
    found = [one for one in done(api.get("/receivers")) if word in one["label"]]
    return str(found[0]["value"])


def opened(api: Api, *, key: str = "") -> str:
    body = {"kind": "duty", "title": "路灯不亮", "values": {"place": "北门", "urgent": True}}
    return str(done(api.post("/cases", body, key=key), 201)["number"])


def test_a_duty_is_opened_grabbed_handled_supervised_archived_and_asked_to_be_reopened(
    zone: Zone,
) -> None:
    office, an, bai, chen = offices.an_office(), *map(offices.at, ("an", "bai", "chen"))
    form = done(office.get("/processes/duty/opening"))["form"]
    assert [(one["name"], one["is_required"]) for one in form] == [
        ("place", True),
        ("urgent", False),
    ]
    number = opened(office, key="open")
    # The answer was lost on the way back: the same again opens nothing more.
    assert opened(office, key="open") == number
    case = Case.objects.get(number=number)
    assert (case.title, Case.objects.count()) == ("路灯不亮", 1)
    done(an.post(f"/tasks/{task_of(office, number)}/complete", {"values": {"decision": "agree"}}))

    # It lies in the pool of both reviewers; one takes it, and the other hears who.
    (lies,) = bai.items("/tasks/pool")
    assert [one["id"] for one in chen.items("/tasks/pool")] == [lies["id"]]
    done(bai.post(f"/tasks/{lies['id']}/claim"))
    late = chen.post(f"/tasks/{lies['id']}/claim")
    assert (late.status_code, late.json()["code"]) == (409, "cases.task-taken")
    assert (chen.items("/tasks/pool"), Grab.objects.count()) == ([], 1)

    supervised(office, bai, number)
    done(bai.post(f"/tasks/{task_of(office, number)}/complete", {"values": {"decision": "agree"}}))
    done(chen.post(f"/tasks/{task_of(office, number)}/complete", {"values": {"decision": "agree"}}))
    assert done(office.get(f"/cases/{number}"))["status"] == "closed"
    assert_whole(Case.objects.get(pk=case.pk))
    seal(office, number)
    reopen(office, number)


def supervised(office: Api, bai: Api, number: str) -> None:
    """The office puts a slip on a case, the department replies with a paper, the slip is lifted."""
    zone_id = people.department_id(code="zone")
    demand = {"colour": "yellow", "text": "今日办结", "reply_by": day(2)}
    done(office.post(f"/cases/{number}/supervise", {"department_id": zone_id, **demand}))
    again = office.post(f"/cases/{number}/supervise", {"department_id": zone_id, **demand})
    assert (again.status_code, again.json()["code"]) == (422, "cases.slip-open")
    assert again.json()["errors"][0]["pointer"] == "/department_id"
    (waits,) = bai.items("/together")
    assert (waits["kind"], waits["text"], waits["due_on"]) == ("slip", "今日办结", day(2))
    slip = f"/slips/{waits['id']}"
    unanswered = office.post(f"{slip}/close", {"effect": "resolved", "text": "已修"})
    assert unanswered.json()["code"] == "cases.slip-unanswered"
    paper = keep(bai)
    done(bai.post(f"{slip}/reply", {"text": "已更换灯具", "attachment_ids": [paper]}))
    done(office.post(f"{slip}/reject", {"reason": "附照片", "reply_by": day(3)}))
    done(office.post(f"{slip}/escalate", {**demand, "colour": "red"}))
    done(bai.post(f"{slip}/reply", {"text": "照片已附"}))
    done(office.post(f"{slip}/close", {"effect": "resolved", "text": "已修复"}))
    told = done(office.get(slip))
    assert (told["state"], told["colour"], len(told["replies"])) == ("closed", "red", 2)
    assert [one["number"] for one in office.items("/slips", issued=day(0)[:7])] == [told["number"]]
    assert done(office.get(f"/files/{paper}"))["purpose"] == f"slip/{Slip.objects.get().pk}"


def seal(office: Api, number: str) -> None:
    """Archive a closed duty: what it lacks is told first."""
    lacking = office.post(f"/cases/{number}/archive", {"retention": "10y"})
    assert (lacking.status_code, lacking.json()["code"]) == (409, "cases.archive-incomplete")
    case, record = Case.objects.get(number=number), keep(office, "record")
    Attachment.objects.filter(pk=record).update(case=case)
    done(office.post(f"/cases/{number}/archive", {"retention": "10y", "note": "齐全"}))
    (line,) = office.items("/archives", archived=day(0)[:7])
    assert (line["case_number"], line["papers"]) == (number, 2)
    assert line["head"] == Archive.objects.get().head


def reopen(office: Api, number: str) -> None:
    """Ask to reopen an archived duty: the API asks, a person confirms."""
    (step,) = done(office.get(f"/cases/{number}/steps"))
    body = {"node": step["node"], "reason": "又坏了", "attachment_ids": [keep(office, "proof")]}
    done(office.post(f"/cases/{number}/reopen", body, key="reopen"))
    done(office.post(f"/cases/{number}/reopen", body, key="reopen"))
    assert Confirmation.objects.filter(operation="cases.reopen", state="waiting").count() == 1
    (asked,) = done(office.get(f"/cases/{number}/beside"))["reopenings"]
    assert (asked["state"], asked["opened_number"]) == ("waiting", None)


def test_a_loan_is_consulted_circulated_and_signed_by_several(zone: Zone) -> None:
    number = making.a_case(zone, amount=5_000).number
    an, bai, ding, fang = map(offices.at, ("an", "bai", "ding", "fang"))
    agree = {"values": {"decision": "agree"}}
    done(an.post(f"/tasks/{task_of(fang, number)}/complete", agree))

    # Whoever holds the task asks another department, which sees nothing of the case before.
    assert ding.get(f"/cases/{number}").status_code == 404
    asking = {"receivers": [receiver(bai, "司法所")], "question": "能否？", "due_on": day(3)}
    nobody = bai.post(f"/cases/{number}/ask", {**asking, "receivers": ["department:999999"]})
    assert (nobody.status_code, nobody.json()["code"]) == (422, "api.unknown-receiver")
    done(bai.post(f"/cases/{number}/ask", asking, key="ask"))
    done(bai.post(f"/cases/{number}/ask", asking, key="ask"))
    (waits,) = ding.items("/together")
    assert waits["kind"] == "opinion"
    opinion = f"/opinions/{waits['id']}"
    bare = ding.post(f"{opinion}/answer", {"stance": "object"})
    assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (422, "/text")
    done(ding.post(f"{opinion}/answer", {"stance": "suggest", "text": "限用一天"}))
    (asked,) = bai.items("/opinions/asked")
    assert (asked["stance"], asked["answer"]) == ("suggest", "限用一天")
    assert bai.post(f"{opinion}/withdraw", {"reason": "迟"}).status_code == 409

    # A copy goes round, is read and noted, and opens nothing any more when it is revoked.
    done(bai.post(f"/cases/{number}/circulate", {"receivers": asking["receivers"]}))
    (copy,) = ding.items("/together")
    done(ding.post(f"/circulations/{copy['id']}/read"))
    done(ding.post(f"/circulations/{copy['id']}/note", {"text": "已知悉"}))
    (sent,) = bai.items("/circulations/sent")
    assert [one["note"] for one in sent["receipts"]] == ["已知悉"]
    done(bai.post(f"/circulations/{copy['id']}/revoke", {"reason": "误发"}))

    done(bai.post(f"/tasks/{task_of(fang, number)}/complete", agree))
    signing(fang, ding, number)
    for task in done(fang.get(f"/cases/{number}"))["tasks"]:
        done(ding.post(f"/tasks/{task['id']}/complete", agree))
    told = done(fang.get(f"/cases/{number}"))
    assert told["status"] == "closed"
    assert_whole(Case.objects.get(number=number))


def signing(fang: Api, ding: Api, number: str) -> None:
    """One signer asks for another, and takes it out again."""
    task = task_of(fang, number)
    (more,) = done(ding.get(f"/tasks/{task}/choices"))["add_signer"]
    done(ding.post(f"/tasks/{task}/add-signer", {"elements": [more["value"]], "reason": "请会"}))
    (round_,) = done(ding.get(f"/cases/{number}/beside"))["signings"]
    (added,) = [one for one in round_["signers"] if one["may_remove"]]
    assert (len(round_["signers"]), round_["signed"]) == (2, 0)
    done(ding.post(f"/tasks/{added['task_id']}/remove-signer", {"reason": "不需"}))
    assert task_of(fang, number) == task


def test_an_answer_lost_on_the_way_back_opens_one_case(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = offices.an_office()
    body = {"kind": "duty", "title": "井盖", "values": {"place": "南门"}}

    def lost(*_args: Any, **_kwargs: Any) -> Any:
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr(once, "_response", lost)
        assert office.post("/cases", body, key="k").status_code == 500
    answer = office.post("/cases", body, key="k")
    assert answer[once.REPLAYED] == "true"
    assert [case.number for case in Case.objects.all()] == [done(answer, 201)["number"]]
    assert CaseEvent.objects.filter(kind="Started").count() == 1


def test_what_opening_refuses(zone: Zone) -> None:
    office = offices.an_office()
    body = {"kind": "duty", "title": "井盖", "values": {"place": "南门"}}
    for changes, code, pointer in (
        ({"kind": "nothing"}, "api.unknown-kind", "/kind"),
        ({"values": {"colour": "red"}}, "api.invalid", "/values/colour"),
        ({"kind": "loan"}, "api.opened-elsewhere", ""),
    ):
        answer = office.post("/cases", {**body, **changes}).json()
        assert answer["code"] == code
        assert not pointer or pointer in {one["pointer"] for one in answer["errors"]}
    for narrow, code in (
        ({"is_read_only": True}, "api.read-only-token"),
        ({"verbs": frozenset({"case.view"})}, "api.beyond-token"),
        ({"kinds": frozenset({"loan"})}, "api.kind-beyond-token"),
    ):
        refused = offices.an_office(code.rpartition(".")[2], **narrow).post("/cases", body)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert offices.at("fang").post("/cases", body).json()["code"] == "people.not-allowed"
    assert not Case.objects.exists()


def test_a_narrowed_token_meets_nothing_of_another_kind(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    office = offices.an_office()
    asking = {"receivers": [receiver(office, "司法所")], "question": "？", "due_on": day(1)}
    done(office.post(f"/cases/{case.number}/ask", asking))
    narrow = offices.at("ding", kinds=frozenset({"duty"}))
    assert narrow.items("/together") == []
    address = f"/opinions/{Opinion.objects.get().pk}"
    for answer in (
        narrow.get(address),
        narrow.post(f"{address}/answer", {"stance": "none"}),
        narrow.get("/opinions/999999"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "api.not-found")


def test_somebody_is_sent_away_and_comes_back(zone: Zone) -> None:
    office = offices.an_office()
    known = {one["label"]: one["identity_id"] for one in done(office.get("/absences/principals"))}
    bai = next(pk for label, pk in known.items() if label.startswith("白"))
    (chen,) = [
        one["identity_id"]
        for one in done(office.get(f"/absences/principals/{bai}/deputies"))
        if one["label"].startswith("陈")
    ]
    body = {"principal_id": bai, "deputy_id": chen, "first_on": day(0), "last_on": day(4)}
    wrong = office.post("/absences", {**body, "deputy_id": bai, "reason": "出差"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/deputy_id")
    made = done(office.post("/absences", {**body, "reason": "出差"}), 201)
    assert (made["principal"], made["last_on"]) == ("白", day(4))
    assert done(office.post(f"/absences/{made['id']}/end"))["ended_at"]
    assert [one["id"] for one in office.items("/absences")] == [made["id"]]
