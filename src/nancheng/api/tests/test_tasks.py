"""Tasks through the API: the same lists as the pages, the same forms, each verb once."""

from __future__ import annotations

from nancheng.api.tests.conftest import As
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import World


def test_a_payment_is_signed_through_the_api(world: World, api_as: As) -> None:
    payment = making.a_payment(world)
    api = api_as("head")
    (line,) = api.items("/tasks")
    assert line["case_number"] == payment.case.number
    told = api.get(f"/tasks/{line['id']}").json()
    assert told["may_complete"]
    assert "decision" in {field["name"] for field in told["form"]}
    assert api.post(f"/tasks/{line['id']}/claim").status_code == 200
    wrong = api.post(f"/tasks/{line['id']}/complete", {"values": {"decision": "refuse", "x": 1}})
    assert wrong.status_code == 422
    assert {fault["pointer"] for fault in wrong.json()["errors"]} == {
        "/values/x",
        "/values/opinion",
    }
    done = api.post(f"/tasks/{line['id']}/complete", {"values": {"decision": "agree"}})
    assert done.status_code == 200, done.content
    assert api.items("/tasks") == []
    assert [one["id"] for one in api.items("/tasks/done")] == [line["id"]]
    again = api.post(f"/tasks/{line['id']}/complete", {"values": {"decision": "agree"}})
    assert (again.status_code, again.json()["code"]) == (409, "cases.task-gone")
