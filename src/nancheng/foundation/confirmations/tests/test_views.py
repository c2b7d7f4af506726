"""The pages of the second hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from nancheng.foundation.confirmations import actions
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.confirmations.tests.making import AT, PASSWORD, a_wish, actor, north

pytestmark = pytest.mark.usefixtures("zone")
LIST = "/confirmations/"


def inside(username: str) -> Client:
    client = Client()
    assert client.post("/account/sign-in/", {"username": username, "password": PASSWORD})
    return client


def page(client: Client, address: str) -> tuple[int, str]:
    answer: Any = client.get(address)
    return answer.status_code, answer.content.decode()


def test_the_second_person_finds_it_reads_it_and_decides() -> None:
    row = a_wish(actor("an", "both"))
    bai = inside("bai")
    assert "北街道改名" in page(bai, LIST)[1]
    status, shown = page(bai, f"{LIST}{row.pk}/")
    assert (status, "新名称" in shown, "区划调整" in shown) == (200, True, True)
    silent = bai.post(f"{LIST}{row.pk}/", {"decision": "refuse", "answer": ""})
    assert (silent.status_code, north()) == (422, "north")
    assert bai.post(f"{LIST}{row.pk}/", {"decision": "confirm"}).status_code == 302
    assert north() == "north新新"
    assert "已复核" in page(bai, f"{LIST}?show=decided")[1]


def test_the_one_who_asked_sees_it_without_a_button_and_may_withdraw() -> None:
    row = a_wish(actor("an", "both"))
    an = inside("an")
    assert "北街道改名" not in page(an, LIST)[1]
    assert "北街道改名" in page(an, f"{LIST}?show=asked")[1]
    assert 'name="decision"' not in page(an, f"{LIST}{row.pk}/")[1]
    sent = an.post(f"{LIST}{row.pk}/", {"decision": "confirm"})
    assert (sent.status_code, north()) == (422, "north")
    assert an.post(f"{LIST}{row.pk}/withdraw/").status_code == 302
    assert Confirmation.objects.get().state == "withdrawn"


def test_a_lapsed_one_says_so_and_names_no_second_person() -> None:
    row = a_wish(actor("an", "both"))
    assert actions.lapse(confirmation_id=row.pk, at=AT)
    shown = page(inside("an"), f"{LIST}{row.pk}/")[1]
    assert "久未复核，已失效（2026-03-02 09:00）" in shown
    assert "复核人" not in shown


def test_for_everybody_else_it_does_not_exist() -> None:
    row = a_wish(actor("an", "both"))
    chen = inside("chen")
    assert "北街道改名" not in page(chen, f"{LIST}?show=decided")[1]
    unknown = page(chen, f"{LIST}{row.pk + 1}/")
    assert page(chen, f"{LIST}{row.pk}/")[0] == unknown[0] == 404
    assert chen.post(f"{LIST}{row.pk}/withdraw/").status_code == 404
