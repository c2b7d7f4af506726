"""Another system puts a coordination concern forward: the kind's own form, verb and rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nancheng.api.tests import calling
from nancheng.api.tests.calling import Api
from nancheng.api.tests.test_life import done
from nancheng.domains.concerns.tests import making
from nancheng.domains.concerns.tests.making import CLERK, Cast
from nancheng.foundation.cases.models import Case, Participant, Task
from nancheng.foundation.people import actions as people
from nancheng.foundation.web import memory

KIND = "concerns.concern"
VALUES = {"content": "请增设。", "lead": "construction", "co_units": ["land"], "wanted_on": ""}
BODY = {"kind": KIND, "title": "停靠点", "values": VALUES}


@pytest.fixture
def coordination(db: None, settings: Any) -> Iterator[Cast]:
    """The people of a concern; clerks may call for opening too."""
    settings.PROCESS_BINDINGS = ("nancheng.domains.concerns.process.BINDINGS",)
    memory.forget()
    made = making.a_cast()
    grants = {**CLERK, "case.open": "department"}
    people.put_duty(code="coordinator", name="综合协调", name_en="Coordination", grants=grants)
    yield made
    memory.forget()


def at(username: str, **narrowing: Any) -> Api:
    return Api(calling.a_token(username, **narrowing).text)


def test_a_concern_is_opened_as_on_its_page(coordination: Cast) -> None:
    api = at("jian")
    form = {one["name"]: one for one in done(api.get(f"/processes/{KIND}/opening"))["form"]}
    assert set(form) == {"content", "lead", "co_units", "wanted_on"}
    # One's own department is not among the choices, here as there.
    assert set(form["lead"]["choices"]) == {"", "construction", "enforcement", "land"}
    number = done(api.post("/cases", BODY, key="k"), 201)["number"]
    assert done(api.post("/cases", BODY, key="k"), 201)["number"] == number
    case = Case.objects.get()
    assert (case.number, case.title) == (number, "停靠点")
    assert {one.party for one in Participant.objects.filter(case=case)} == {
        *("lead", "opener", "leader", "co-land")
    }
    # Its domain has submitted it: it lies with the lead department.
    assert Task.objects.get(case=case, node="handle").state == "offered"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"lead": "nowhere"}, "/values/lead"),
        ({"co_units": ["construction"]}, "/values/co_units"),
        ({"content": ""}, "/values/content"),
        ({"wanted_on": "soon"}, "/values/wanted_on"),
        ({"title": "x"}, "/values/title"),
    ],
)
def test_what_is_wrong_is_said_by_its_place(
    coordination: Cast, changes: dict[str, object], pointer: str
) -> None:
    answer = at("jian").post("/cases", {**BODY, "values": {**VALUES, **changes}})
    assert answer.status_code in (409, 422)
    assert pointer in {one["pointer"] for one in answer.json()["errors"]}
    assert not Case.objects.exists()


def test_a_token_passes_both_words_on_or_opens_nothing(coordination: Cast) -> None:
    both = frozenset({"case.open", "concerns.concern.open"})
    for verb in both:
        answer = at("jian", verbs=frozenset({verb})).post("/cases", BODY)
        assert answer.status_code == 403, verb
    assert not Case.objects.exists()
    done(at("jian", verbs=both).post("/cases", BODY), 201)
