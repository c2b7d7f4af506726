"""Opening a case of any kind by its form: who may, what is kept of a wrong form, what begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from nancheng.foundation.cases import bindings, offering
from nancheng.foundation.cases.bindings import Binding
from nancheng.foundation.cases.forms import key_field
from nancheng.foundation.cases.models import Case
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import SignIn, Zone
from nancheng.foundation.files.models import Attachment
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries
from nancheng.kernel.refusal import Refused

PAGE = "/cases/open/loan/"
GIVEN = {"title": "借礼堂", "amount": "3", "key": "k"}


class Loan(forms.Form):
    """What a loan is opened with."""

    amount = forms.IntegerField(label="件数", max_value=9)
    key = key_field()


def parties(_values: object) -> dict[str, int]:
    return {
        "applicant": queries.department_id(code="north"),
        "reviewing": queries.department_id(code="zone"),
    }


@pytest.fixture
def offered(zone: Zone) -> Iterator[Zone]:
    """The kind "loan" with a form, which applicants may open."""
    known = cast("dict[str, Binding]", bindings.all_bindings())
    loan = known["loan"]
    known["loan"] = replace(loan, opening=Loan, parties=parties, hint="请如实填写。")
    grants = {"case.view": "party own", "case.open": "department"}
    people.put_duty(code="applicant", name="applicant", name_en="applicant", grants=grants)
    yield zone
    known["loan"] = loan


def test_the_kinds_one_may_open_are_listed_and_the_others_are_nowhere(
    offered: Zone, sign_in: SignIn
) -> None:
    page = sign_in("an").get("/cases/open/").content.decode()
    assert PAGE in page
    assert "请如实填写。" in page
    for username in ("bai", "fang"):
        client = sign_in(username)
        assert PAGE not in client.get("/cases/open/").content.decode()
        unknown = client.get("/cases/open/nothing/")
        assert client.get(PAGE).status_code == unknown.status_code == 404
        assert client.post(PAGE, GIVEN).status_code == 404
    assert not Case.objects.exists()


def test_a_kind_without_a_form_is_opened_by_its_domain_alone(zone: Zone, sign_in: SignIn) -> None:
    grants = {"case.view": "party own", "case.open": "zone"}
    people.put_duty(code="applicant", name="applicant", name_en="applicant", grants=grants)
    assert PAGE not in sign_in("an").get("/cases/open/").content.decode()
    assert sign_in("an").get(PAGE).status_code == 404


def test_a_case_begins_once_with_what_was_typed_and_its_papers(
    offered: Zone, sign_in: SignIn
) -> None:
    client = sign_in("an")
    paper = SimpleUploadedFile("说明.txt", "说明".encode(), "text/plain")
    answer = client.post(PAGE, {**GIVEN, "papers": paper})
    case = Case.objects.get()
    assert answer["location"] == f"/cases/{case.number}/"
    assert (case.title, case.variables["amount"]) == ("借礼堂", 3)
    assert {"title", "papers", "drafts", "key"}.isdisjoint(case.variables)
    assert Attachment.objects.get().case_id == case.pk
    assert making.the_task(case, "apply").post_id == offered.an.post_id
    paper.seek(0)
    assert client.post(PAGE, {**GIVEN, "papers": paper})["location"] == answer["location"]
    assert Case.objects.count() == 1
    assert case.attachments.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"title": "x" * 201}, {"amount": "10"}, {"amount": "三"}, {"key": ""}]
)
def test_a_wrong_form_says_why_and_loses_nothing(
    offered: Zone, sign_in: SignIn, wrong: dict[str, str]
) -> None:
    paper = SimpleUploadedFile("说明.txt", "说明".encode(), "text/plain")
    sent: dict[str, Any] = {**GIVEN, **wrong, "papers": paper}
    answer = sign_in("an").post(PAGE, sent)
    page = answer.content.decode()
    assert (answer.status_code, "已保留：说明.txt" in page) == (422, True)
    for typed in {**GIVEN, **wrong}.values():
        assert not typed or f'value="{typed}"' in page
    assert not Case.objects.exists()


def test_the_rule_is_asked_whatever_the_door(offered: Zone) -> None:
    with pytest.raises(Refused, match="not-allowed"):
        offering.begin(
            bindings.binding("loan"),
            ("借", ()),
            {"amount": 1},
            by=offered.bai,
            at=making.AT,
            key="k",
        )
