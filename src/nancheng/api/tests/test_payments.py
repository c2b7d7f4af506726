"""A payment's whole life through the API: asked for with its papers, signed, paid, in the book."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from nancheng.api.tests.calling import ROOT, Api
from nancheng.api.tests.conftest import As
from nancheng.domains.funds.models import Payment
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import AT, HANDS, WAN, World
from nancheng.foundation.cases.models import Case
from nancheng.foundation.files.models import Attachment

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def keep(api: Api, purpose: str, content: bytes = PDF, *, key: str = "", name: str = "") -> Any:
    """Upload a paper."""
    return api.client.post(
        f"{ROOT}/files",
        {"file": SimpleUploadedFile(name or f"{purpose}.pdf", content), "purpose": purpose},
        headers=api.headers({"Idempotency-Key": key or f"file-{purpose}"}),
    )


def asking(api: Api, world: World, papers: list[int], **changes: Any) -> dict[str, Any]:
    """Return an application, from what the offer lets one choose."""
    (contract,) = api.get("/funds/contracts").json()
    offer = api.get(f"/funds/contracts/{contract['id']}/offer").json()
    return {
        "allocation_id": offer["sources"][0]["allocation_id"],
        "contract_id": contract["id"],
        "cost_item_id": contract["cost_item_id"],
        "amount_fen": 100 * WAN,
        "payee_account": contract["payee_account"],
        "purpose": "基层工程进度款",
        "progress_permille": 500,
        "invoices": [{"number": "00000001", "amount_fen": 100 * WAN}],
        "attachment_ids": papers,
        **changes,
    }


def test_a_payment_lives_its_whole_life_through_the_api(world: World, api_as: As) -> None:
    clerk = api_as("clerk")
    papers = [keep(clerk, purpose).json()["id"] for purpose in sorted(making.PAPERS)]
    asked = clerk.post("/funds/payments", asking(clerk, world, papers), key="pay-1")
    assert asked.status_code == 201, asked.content
    number = asked.json()["number"]
    assert clerk.post("/funds/payments", asking(clerk, world, papers), key="pay-1").content == (
        asked.content
    )
    hands = {node: api_as(username) for node, username in HANDS.items()}
    for _ in range(12):
        (task,) = hands["finance"].get(f"/cases/{number}").json()["tasks"] or [None]
        if task is None:
            break
        values = making.values_at(task["node"])
        if "answered_on" in values:
            values["answered_on"] = AT.date().isoformat()
        if "progress" in values:
            values["progress"] = "50.0"
        api = hands[task["node"]]
        form = {each["name"] for each in api.get(f"/tasks/{task['id']}").json()["form"]}
        sent = {"values": {name: value for name, value in values.items() if name in form}}
        done = api.post(f"/tasks/{task['id']}/complete", sent)
        assert done.status_code == 200, (task["node"], done.content)
    told = hands["finance"].get(f"/funds/payments/{number}").json()
    assert (told["state"], told["case_status"]) == ("paid", "closed")
    book = hands["finance"].get(f"/funds/projects/{told['project_number']}/ledger").json()
    assert book["lines"][-1]["balance_fen"] == book["money"]["arrived_fen"] - 100 * WAN
    assert sum(line["out_fen"] for line in book["lines"]) == 100 * WAN
    assert {one["is_frozen"] for one in clerk.get(f"/cases/{number}/files").json()} == {True}


def test_everything_that_is_wrong_with_an_application_is_pointed_at(
    world: World, api_as: As
) -> None:
    clerk = api_as("clerk")
    wrong = {"amount_fen": 5000 * WAN, "payee_account": "0000 0000"}
    answer = clerk.post("/funds/payments", asking(clerk, world, [], **wrong))
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "funds.several-faults")
    pointers = {fault["pointer"] for fault in body["errors"]}
    assert {"/amount_fen", "/payee_account"} <= pointers
    assert {fault["code"] for fault in body["errors"]} >= {"funds.beyond-arrived"}
    assert not Payment.objects.exists()
    assert not Case.objects.exists()


def test_money_beyond_reach_is_like_money_that_is_not_there(world: World, api_as: As) -> None:
    clerk, stranger = api_as("clerk"), api_as("stranger")
    hidden = stranger.post("/funds/payments", asking(clerk, world, []))
    missing = stranger.post(
        "/funds/payments", asking(clerk, world, [], contract_id=999_999, allocation_id=999_999)
    )
    assert hidden.status_code == missing.status_code == 422
    assert hidden.json() == missing.json()
    assert stranger.get("/funds/contracts").json() == []


def test_papers_of_somebody_else_are_not_handed_in(world: World, api_as: As) -> None:
    clerk, other = api_as("clerk"), api_as("stranger")
    theirs = keep(other, "request").json()["id"]
    answer = clerk.post("/funds/payments", asking(clerk, world, [theirs]))
    assert answer.json()["errors"][0]["pointer"] == "/attachment_ids"
    for method in ("GET", "DELETE"):
        assert clerk.post(f"/files/{theirs}", "", method=method, content_type="").status_code == 404


def test_files_are_judged_by_content_kept_once_and_handed_out_as_files(
    world: World, api_as: As, one_connection: None
) -> None:
    api = api_as("clerk")
    first = keep(api, "request", key="k1")
    again = keep(api, "request", key="k1")
    assert (first.status_code, again.content) == (201, first.content)
    assert Attachment.objects.count() == 1
    other = keep(api, "request", PDF + b"%", key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "api.key-reused")
    page = keep(api, "request", b"<html><script>alert(1)</script>", key="k2", name="a.pdf")
    assert page.status_code == 409, page.content
    content = api.get(f"/files/{first.json()['id']}/content")
    assert b"".join(content.streaming_content) == PDF
    assert content["Content-Disposition"].startswith("attachment")
    assert "sandbox" in content["Content-Security-Policy"]
    gone = api.post(f"/files/{first.json()['id']}", "", method="DELETE", content_type="")
    assert gone.status_code == 204
    assert api.get(f"/files/{first.json()['id']}").status_code == 404


def test_an_upload_beyond_the_limit_is_refused_unread(
    world: World, api_as: As, settings: Any
) -> None:
    settings.FILE_SIZE_MAX = 1000
    answer = keep(api_as("clerk"), "request", PDF + b" " * 80_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "api.too-large")


def test_a_token_for_other_kinds_asks_for_no_payment(world: World, api_as: As) -> None:
    clerk = api_as("clerk")
    narrow = api_as("clerk", kinds=frozenset({"other"}))
    answer = narrow.post("/funds/payments", asking(clerk, world, []))
    assert (answer.status_code, answer.json()["code"]) == (403, "api.kind-beyond-token")
