"""How a no reaches the person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django import forms
from django.test import Client, RequestFactory, override_settings

from nancheng.foundation.web import refusals
from nancheng.kernel.refusal import Refused

pytestmark = pytest.mark.usefixtures("site")
TEXTS = {
    "t.money": "只剩 %(left_fen)s 元，截至 %(on)s，涉及 %(names)s。",
    "t.not-allowed": "不可以。",
}


class Sample(forms.Form):
    """Two fields to blame."""

    name = forms.CharField()
    file = forms.CharField()


@pytest.fixture
def texts() -> Iterator[None]:
    refusals.registry.cache_clear()
    with override_settings(REFUSALS=(f"{__name__}.TEXTS",)):
        yield
    refusals.registry.cache_clear()


@pytest.mark.usefixtures("texts")
def test_figures_are_written_as_people_read_them() -> None:
    refused = Refused("t.money", left_fen=121200, on=date(2026, 1, 2), names=("甲", "乙"))
    assert refusals.text(refused) == "只剩 1,212.00 元，截至 2026-01-02，涉及 甲、乙。"


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize(
    ("blamed", "otherwise", "place"),
    [
        ("name", None, "name"),
        ("name", "file", "name"),
        ("", None, "__all__"),
        ("elsewhere", None, "__all__"),
        ("elsewhere", "file", "file"),
    ],
)
def test_a_refusal_stands_beside_the_field_it_blames_or_in_another_place(
    blamed: str, otherwise: str | None, place: str
) -> None:
    form = Sample({"name": "甲", "file": "乙"})
    refusals.beside(form, Refused("t.not-allowed", field=blamed), otherwise=otherwise)
    assert form.errors == {place: ["不可以。"]}
    assert form["name"].value() == "甲"


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize("refused", [Refused("t.money"), Refused("t.unknown")])
def test_a_message_that_does_not_fit_still_answers(refused: Refused) -> None:
    assert refused.code in refusals.text(refused)


def test_refusal_is_a_page_with_a_way_out(client: Client) -> None:
    response = client.get("/refuse/")
    assert response.status_code == 409
    assert "（9 行）" in response.content.decode()
    assert 'href="/"' in response.content.decode()


@pytest.mark.usefixtures("texts")
def test_missing_right_is_403(client: Client) -> None:
    response = client.get("/refuse/", {"code": "t.not-allowed"})
    assert response.status_code == 403
    assert "不可以。" in response.content.decode()


def test_refused_form_shows_what_was_typed_but_no_secret(client: Client) -> None:
    response = client.post("/drawer/", {"note": "refuse", "amount": "12<3", "password": "hush"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "12&lt;3" in page
    assert "hush" not in page


def test_refused_form_in_the_drawer_keeps_the_form(client: Client) -> None:
    response = client.post(
        "/drawer/",
        {"note": "refuse"},
        headers={"HX-Request": "true", "HX-Target": "dialog#drawer"},
    )
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#drawer-alert"
    assert "<form" not in response.content.decode()


def test_missing_page_says_nothing_of_what_exists(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "不在您的权限范围内" in response.content.decode()


def test_old_form_is_explained() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/drawer/", {"note": "长长的说明"})
    assert response.status_code == 403
    assert "长长的说明" in response.content.decode()
    assert "CSRF" not in response.content.decode()


def test_crash_shows_a_number_and_nothing_else() -> None:
    client = Client(raise_request_exception=False)
    response = client.get("/crash/")
    assert response.status_code == 500
    page = response.content.decode()
    assert "secret" not in page
    assert "ZeroDivisionError" not in page
    assert "错误编号" in page


def test_error_pages_stand_before_any_middleware_ran() -> None:
    request = RequestFactory().get("/")
    assert refusals.bad_request(request).status_code == 400
    assert refusals.forbidden(request).status_code == 403
