"""The shell around a page, in the window and in the drawer."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.usefixtures("site")
DRAWER = {"HX-Request": "true", "HX-Target": "dialog#drawer"}


def test_gallery_shows_every_component(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "<title>组件 · 南城 · 开发区综合管理平台</title>" in page
    assert 'href="#main"' in page
    assert "12,120,000.00" in page
    assert "1,212.00" in page
    assert "style=" not in page
    assert "onclick" not in page


def test_page_in_the_drawer_has_no_shell(client: Client) -> None:
    part = client.get("/drawer/", headers=DRAWER).content.decode()
    assert "<html" not in part
    assert '<h2 id="drawer-title">关于演示停车设施项目进度款支付的请示</h2>' in part
    assert 'form="task"' in part


def test_menu_marks_the_page_and_hides_what_is_not_granted(client: Client) -> None:
    page = client.get("/list/").content.decode()
    assert '<a href="/list/" aria-current="page">' in page
    assert page.count('aria-current="page">') >= 1
    assert "看不见的" not in page
    assert "没有的" not in page
    assert '<span class="count">186</span>' in page


def test_identities_can_be_switched_in_both_languages(client: Client) -> None:
    assert "财政金融局 · 经办岗" in client.get("/list/").content.decode()
    english = client.get("/list/", headers={"Accept-Language": "en"}).content.decode()
    assert "Finance bureau · Clerk" in english
    assert "甲某 · Reviewer" in english
    assert '<html lang="en">' in english


def test_wrong_form_says_what_is_wrong_beside_the_field_and_loses_nothing(client: Client) -> None:
    response = client.post(
        "/form/", {"amount": "abc", "note": "<b>二十个字以上的说明会被指出来而不是被截断掉</b>"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="abc"' in page
    assert "&lt;b&gt;二十个字以上" in page
    assert 'id="id_amount_error"' in page
    assert "id_amount_error" in page.split('name="amount"')[1].split(">")[0]
    assert '<a href="#id_amount">申请金额（元）</a>' in page


def test_a_redirect_answers_the_window_and_not_the_drawer(client: Client) -> None:
    good = {
        "amount": "1",
        "due_on": "2026-12-01",
        "item": "a",
        "kind": "a",
        "note": "好",
        "complete": "on",
    }
    response = client.post("/drawer/", good, headers=DRAWER)
    assert response.status_code == 204
    assert response["HX-Redirect"] == "/list/"
    assert "已提交。" in client.get("/list/").content.decode()
    assert client.post("/drawer/", good).status_code == 302


def test_pages_may_not_be_mixed_up_by_a_cache() -> None:
    from django.test import RequestFactory

    from nancheng.foundation.web import pages

    response = pages.render(
        RequestFactory().get("/"),
        "web/refusal.html",
        {"title": "", "message": "", "typed": (), "code": ""},
    )
    assert {"HX-Request", "HX-Target", "Cookie"} <= set(response["Vary"].split(", "))
    assert "private" in response["Cache-Control"]
