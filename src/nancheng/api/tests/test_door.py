"""The door: tokens, scope, rate, formats; every no is a problem, and nothing leaks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nancheng.api import assembly
from nancheng.api.tests import calling
from nancheng.api.tests.calling import ROOT, Api
from nancheng.api.tests.conftest import As
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import BACKEND, World
from nancheng.foundation.applications import actions
from nancheng.foundation.applications.models import AccessToken, ApiCall
from nancheng.foundation.cases.models import CaseEvent, Parameter
from nancheng.foundation.people.models import Person


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem of this status and code; return its members."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body.get("code")) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert body["status"] == status
    assert body["type"] == f"urn:nancheng:problem:{code}"
    return body


def test_a_token_tells_who_it_stands_for(world: World, api_as: As) -> None:
    answer = api_as("finance", verbs=frozenset({"case.view"}), is_read_only=True).get("/me").json()
    assert answer["department"]["code"] == "finance"
    assert answer["verbs"] == {"case.view": ["zone"]}
    assert answer["is_read_only"] is True


def test_nobody_comes_in_without_a_token(db: None) -> None:
    for token, code in (("", "api.token-missing"), ("nct_unknown", "api.token-unknown")):
        answer = Api(token).get("/cases")
        refused(answer, 401, code)
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_signed_in_browser_is_nobody_here(world: World) -> None:
    client = Client()
    client.force_login(Person.objects.get(username="finance"), backend=BACKEND)
    refused(Api(client=client).get("/cases"), 401, "api.token-missing")


def test_a_token_ends_when_it_expires_is_revoked_or_its_application_closes(world: World) -> None:
    issued = calling.a_token("finance")
    api, token = Api(issued.text), issued.token
    at, manager = timezone.now(), calling.a_manager()
    assert api.get("/me").status_code == 200
    AccessToken.objects.filter(pk=token.pk).update(
        issued_at=at - timedelta(days=2), expires_at=at - timedelta(days=1)
    )
    refused(api.get("/me"), 401, "api.token-expired")
    AccessToken.objects.filter(pk=token.pk).update(expires_at=at + timedelta(days=1))
    assert api.get("/me").status_code == 200
    actions.revoke(token.pk, by=manager, at=at)
    refused(api.get("/me"), 401, "api.token-revoked")
    actions.close(token.application_id, by=manager, at=at)
    refused(api.get("/me"), 401, "api.token-closed")
    assert list(ApiCall.objects.order_by("id").values_list("status", flat=True)) == [
        *(200, 401, 200, 401, 401)
    ]


def test_an_account_that_was_closed_takes_its_tokens_along(world: World) -> None:
    issued = calling.a_token("finance")
    Person.objects.filter(pk=issued.token.application.identity.person_id).update(is_active=False)
    refused(Api(issued.text).get("/me"), 403, "people.no-identity")


def test_a_token_narrows_verbs(world: World, api_as: As) -> None:
    api = api_as("finance", verbs=frozenset({"funds.payment.view"}))
    body = refused(api.get("/cases"), 403, "api.beyond-token")
    assert body["figures"] == {"verb": "case.view"}


def test_a_token_never_widens_what_its_identity_may(world: World, api_as: As) -> None:
    payment = making.a_payment(world)
    answer = api_as("finance").post(f"/cases/{payment.case.number}/terminate", {"reason": "停"})
    refused(answer, 403, "people.not-allowed")


def test_a_token_that_reads_changes_nothing(world: World, api_as: As) -> None:
    payment = making.a_payment(world)
    before = CaseEvent.objects.count()
    api = api_as("leader", is_read_only=True)
    refused(
        api.post(f"/cases/{payment.case.number}/suspend", {"reason": "停"}),
        403,
        "api.read-only-token",
    )
    assert CaseEvent.objects.count() == before


def test_a_token_reaches_its_kinds_alone(world: World, api_as: As) -> None:
    number = making.a_payment(world).case.number
    api = api_as("finance", kinds=frozenset({"another.kind"}))
    assert api.items("/cases") == []
    refused(api.get(f"/cases/{number}"), 404, "api.not-found")
    assert api_as("finance", kinds=frozenset({"funds.payment"})).items("/cases")


def test_a_token_rests_when_it_calls_too_often(world: World, api_as: As) -> None:
    Parameter.objects.update_or_create(
        code="api.calls-per-minute",
        valid_from=timezone.localdate(),
        defaults={"value": "3", "source": "test"},
    )
    api = api_as("finance")
    assert [api.get("/me").status_code for _ in range(3)] == [200, 200, 200]
    answer = api.get("/me")
    refused(answer, 429, "api.too-many-calls")
    assert int(answer["Retry-After"]) > 0
    ApiCall.objects.update(at=timezone.now() - timedelta(minutes=2))
    assert api.get("/me").status_code == 200


def test_every_call_is_logged_with_its_outcome(world: World, api_as: As) -> None:
    api = api_as("finance")
    api.get("/cases/FK-2020-999999")
    api.get("/me")
    logged = list(ApiCall.objects.order_by("id").values_list("method", "path", "status"))
    assert logged == [("GET", f"{ROOT}/cases/FK-2020-999999", 404), ("GET", f"{ROOT}/me", 200)]
    assert AccessToken.objects.get().last_used_at is not None


def test_the_token_is_kept_nowhere(world: World) -> None:
    issued = calling.a_token("finance")
    row = AccessToken.objects.values().get()
    assert issued.text not in str(row)
    assert row["digest"] == actions.digest(issued.text)


def test_formats_are_agreed_on(world: World, api_as: As) -> None:
    api = api_as("leader")
    number = making.a_payment(world).case.number
    refused(api.get("/me", Accept="text/html"), 406, "api.not-acceptable")
    assert api.get("/me", Accept="application/json;q=0.5, text/html").status_code == 200
    sent = api.post(f"/cases/{number}/suspend", "reason=x", content_type="text/plain")
    refused(sent, 415, "api.wrong-media-type")


UNREADABLE: tuple[str | bytes, ...] = (
    "",
    "{",
    "[]",
    '"x"',
    "null",
    '{"reason": NaN}',
    '{"reason": "a", "reason": "b"}',
    "[" * 100_000,
    '{"reason": ' + '{"a":' * 50 + "1" + "}" * 50 + "}",
    b'{"reason": "\xff"}',
    '{"reason": ' + "9" * 5000 + "}",
)
INVALID: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({}, ["/reason"]),
    ({"reason": ""}, ["/reason"]),
    ({"reason": 1}, ["/reason"]),
    ({"reason": "x" * 1001}, ["/reason"]),
    ({"reason": "a\0b"}, ["/reason"]),
    ({"reason": "\ud800"}, ["/reason"]),
    ({"reason": "x", "because": 1, "a/b": 2}, ["/because", "/a~1b"]),
)


def test_bodies_that_cannot_be_read_are_refused(world: World, api_as: As) -> None:
    address = f"/cases/{making.a_payment(world).case.number}/suspend"
    api, before = api_as("leader"), CaseEvent.objects.count()
    for body in UNREADABLE:
        answer = api.post(address, body)
        assert answer.status_code == (422 if body == "" else 400), (body, answer.content)
        assert answer["Content-Type"] == "application/problem+json"
    assert CaseEvent.objects.count() == before


def test_what_is_wrong_is_pointed_at(world: World, api_as: As) -> None:
    address = f"/cases/{making.a_payment(world).case.number}/suspend"
    api = api_as("leader")
    for body, pointers in INVALID:
        found = refused(api.post(address, body), 422, "api.invalid")
        assert [fault["pointer"] for fault in found["errors"]] == pointers


def test_a_body_beyond_the_limit_is_refused_unread(world: World, api_as: As, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    number = making.a_payment(world).case.number
    sent = api_as("leader").post(f"/cases/{number}/suspend", {"reason": "x" * 2000})
    refused(sent, 413, "api.too-large")


def test_what_is_no_route_is_a_problem_too(db: None) -> None:
    for path in ("/nowhere", "/", "/cases/x/y/z", "/me/"):
        refused(Api().get(path), 404, "api.no-such-route")


def test_another_method_is_told_which_ones_there_are(db: None) -> None:
    for method in ("PUT", "DELETE", "POST", "HEAD", "OPTIONS"):
        answer = Api().post("/me", method=method)
        assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_the_reader_chooses_the_language(world: World, api_as: As) -> None:
    chinese = api_as("finance").get("/cases/X-1", Accept_Language="zh-CN").json()
    english = api_as("finance").get("/cases/X-1", Accept_Language="en").json()
    assert chinese["title"] == "没有找到"
    assert english["title"] == "Not found"


def test_a_failure_of_ours_tells_a_number_and_nothing_else(
    world: World, api_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise ValueError("a secret of the machine")

    monkeypatch.setattr("nancheng.api.reach.cases", broken)
    monkeypatch.setattr("nancheng.api.reach.case", broken)
    answer = api_as("finance").get("/cases/X-1")
    body = refused(answer, 500, "api.failure")
    assert body["figures"]["reference"]
    assert "secret" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_every_route_names_what_it_needs() -> None:
    found = assembly.all_routes()
    assert len({(route.method, route.path) for route in found}) == len(found)
    silent = {route.path for route in found if not route.verb}
    assert silent == {"/me"}
