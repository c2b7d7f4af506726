"""Writes happen once: a retry hears the first answer, another request under the key is refused."""

from __future__ import annotations

from typing import Any

import pytest

from nancheng.api import once
from nancheng.api.tests import calling
from nancheng.api.tests.calling import Api
from nancheng.api.tests.conftest import As
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import World
from nancheng.foundation.applications.models import ApiAnswer
from nancheng.foundation.cases.models import Case, CaseEvent

REASON = {"reason": "等材料"}


def suspensions(number: str) -> int:
    return CaseEvent.objects.filter(case__number=number, kind="Suspended").count()


def test_the_same_request_again_hears_the_same_answer(world: World, api_as: As) -> None:
    number = making.a_payment(world).case.number
    api, address = api_as("leader"), f"/cases/{number}/suspend"
    first = api.post(address, REASON, key="k1")
    assert (first.status_code, first.has_header(once.REPLAYED)) == (200, False)
    assert api.post(f"/cases/{number}/resume", {"reason": "齐了"}).status_code == 200
    again = api.post(address, '{ "reason" : "等材料" }', key="k1")
    # As it was told the first time, although the case has moved on since.
    assert (again.status_code, again.content) == (200, first.content)
    assert again[once.REPLAYED] == "true"
    assert suspensions(number) == 1
    assert Case.objects.get(number=number).status == "open"


def test_another_request_under_the_same_key_is_refused(world: World, api_as: As) -> None:
    number = making.a_payment(world).case.number
    api = api_as("leader")
    assert api.post(f"/cases/{number}/suspend", REASON, key="k1").status_code == 200
    for address, body in (
        (f"/cases/{number}/suspend", {"reason": "别的"}),
        (f"/cases/{number}/terminate", REASON),
    ):
        answer = api.post(address, body, key="k1")
        assert (answer.status_code, answer.json()["code"]) == (422, "api.key-reused")
    assert Case.objects.get(number=number).status == "suspended"


def test_a_key_is_asked_for(world: World, api_as: As) -> None:
    api, number = api_as("leader"), making.a_payment(world).case.number
    for key in ("", "x" * 201, "钥匙"):
        answer = api.client.post(
            f"{calling.ROOT}/cases/{number}/suspend",
            REASON,
            content_type="application/json",
            headers=api.headers({"Idempotency-Key": key} if key else {}),
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "api.key-missing")
    assert suspensions(number) == 0


def test_a_refusal_keeps_nothing_so_the_key_may_be_sent_again(world: World, api_as: As) -> None:
    number = making.a_payment(world).case.number
    api = api_as("leader")
    refused = api.post(f"/cases/{number}/resume", REASON, key="k1")
    assert refused.status_code == 409, refused.content
    assert not ApiAnswer.objects.exists()
    assert api.post(f"/cases/{number}/suspend", REASON).status_code == 200
    assert api.post(f"/cases/{number}/resume", REASON, key="k1").status_code == 200


def test_an_answer_lost_on_the_way_back_is_told_on_the_retry(
    world: World, api_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = making.a_payment(world).case.number
    api, address = api_as("leader"), f"/cases/{number}/suspend"

    def lost(*_args: Any, **_kwargs: Any) -> Any:
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr(once, "_response", lost)
        assert api.post(address, REASON, key="k1").status_code == 500
    assert suspensions(number) == 1
    again = api.post(address, REASON, key="k1")
    assert (again.status_code, again.json()["status"]) == (200, "suspended")
    assert suspensions(number) == 1


def test_an_act_that_fails_leaves_neither_act_nor_answer(
    world: World, api_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = making.a_payment(world).case.number
    api, address = api_as("leader"), f"/cases/{number}/suspend"

    def full(*_args: Any, **_kwargs: Any) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("nancheng.foundation.applications.actions.keep_answer", full)
        assert api.post(address, REASON, key="k1").status_code == 500
    assert suspensions(number) == 0
    assert not ApiAnswer.objects.exists()
    assert api.post(address, REASON, key="k1").status_code == 200


def test_what_was_done_stays_done_once_when_its_answer_is_swept(world: World, api_as: As) -> None:
    number = making.a_payment(world).case.number
    api, address = api_as("leader"), f"/cases/{number}/suspend"
    api.post(address, REASON, key="k1")
    ApiAnswer.objects.all().delete()
    assert api.post(address, REASON, key="k1").status_code == 200
    assert suspensions(number) == 1


def test_the_key_of_one_application_says_nothing_to_another(world: World, api_as: As) -> None:
    first, second = (making.a_payment(world).case.number for _ in range(2))
    one, other = api_as("leader"), api_as("leader")
    assert one.post(f"/cases/{first}/suspend", REASON, key="k1").status_code == 200
    assert other.post(f"/cases/{second}/suspend", REASON, key="k1").status_code == 200
    # Two tokens of one application share its keys: a retry may come from another machine.
    issued = calling.a_token("leader")
    twin = Api(calling.another_token(issued.token.application).text)
    third = making.a_payment(world).case.number
    assert Api(issued.text).post(f"/cases/{third}/suspend", REASON, key="k").status_code == 200
    assert twin.post(f"/cases/{third}/suspend", REASON, key="k")[once.REPLAYED] == "true"
