"""The API held against its description: schemathesis sends what it allows and what it does not."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.generation.hypothesis.builder import (
    HypothesisTestConfig,
    HypothesisTestMode,
    create_test,
)
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from nancheng.api import assembly, document
from nancheng.api.tests import calling
from nancheng.api.tests.calling import ROOT, Api
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import World
from nancheng.foundation.cases.models import Parameter, Task
from nancheng.foundation.people import actions as people
from nancheng.foundation.people.models import Person
from tests import tree

# Drawn for each operation, half of them against the description.
DRAWN = 4
QUICK = settings(
    max_examples=DRAWN,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
# Each body is tried whole once; lists share their reading, so two stand for all.
WHOLE = ("/cases", "/funds/projects", "/tasks/{task_id}")
# Every call carries the token from outside, so schemathesis cannot see a token missing: a test of
# its own asks every route without one. A request within the description may still break a rule
# (422 as well): ``_check_accepted`` tells the two apart.
LEFT_TO_US = [ignored_auth, positive_data_acceptance]


@pytest.fixture
def token(world: World) -> str:
    """A token whose post may do everything, as often as it likes."""
    grants = {route.verb: "zone" for route in assembly.all_routes() if route.is_granted}
    people.put_duty(code="machine", name="机器", name_en="machine", grants=grants)
    people.put_post(department="finance", duty="machine", name="机器岗", name_en="machine")
    people.put_person(username="machine", name="机", password=making.PASSWORD)
    people.appoint(
        username="machine", department="finance", duty="machine", active_from=making.AT.date()
    )
    Parameter.objects.filter(code="api.calls-per-minute").update(value="1000000")
    return calling.a_token("machine").text


# The client that schemathesis brings reads a file's content and never closes the answer.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_everything_answers_as_it_is_described(
    world: World, token: str, one_connection: None
) -> None:
    described = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application())
    real = _real(world)
    faults: list[str] = []
    tried: set[str] = set()
    asked = count()
    result: Any
    for result in described.get_all_operations():
        operation = result.ok()
        test = create_test(
            operation=operation,
            test_func=_asking(real, asked, {"Authorization": f"Bearer {token}"}),
            config=HypothesisTestConfig(
                project=described.config, modes=_modes(operation, tried), settings=QUICK
            ),
        )
        try:
            test()
        except (BaseExceptionGroup, AssertionError) as found:
            faults.append(f"{operation.label}: {found!r} {getattr(found, 'exceptions', '')}")
    assert not faults, "\n".join(faults)
    assert next(asked) > len(assembly.all_routes()) * 5


def _real(world: World) -> dict[str, Any]:
    """Return parameters of addresses behind which something is."""
    payment = making.a_payment(world)
    return {
        "number": payment.case.number,
        "task_id": Task.objects.filter(case=payment.case).values_list("id", flat=True).last(),
        "contract_id": world.contract.pk,
        "uscc": world.contract.party.uscc,
        "code": world.bond.code,
        "kind": "funds.payment",
        "version": 1,
    }


def _modes(operation: Any, tried: set[str]) -> list[HypothesisTestMode]:
    """Return how an operation is tried."""
    body = str(operation.definition.raw.get("requestBody", ""))
    is_whole = operation.path.removeprefix(ROOT) in WHOLE or bool(body and body not in tried)
    tried.add(body)
    return [HypothesisTestMode.FUZZING, *([HypothesisTestMode.COVERAGE] if is_whole else [])]


def _asking(real: dict[str, Any], asked: Any, own: dict[str, str]) -> Callable[..., None]:
    def ask(case: Any) -> None:
        if next(asked) % 2 and case.meta and _is_positive(case, "path_parameters"):
            known = {name: real[name] for name in case.path_parameters or {} if name in real}
            if "projects" in case.operation.path:
                known |= {"number": "XM-2020-0001"} if "number" in known else {}
            case.path_parameters.update(known)
        answer = case.call_and_validate(headers=own, excluded_checks=LEFT_TO_US)
        if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE:
            _check_accepted(answer, case)

    return ask


def _is_positive(case: Any, location: str) -> bool:
    found = case.meta.components
    return all(
        info.mode is GenerationMode.POSITIVE
        for place, info in found.items()
        if place.container_name == location
    )


def _check_accepted(answer: Any, case: Any) -> None:
    """What keeps to the description is never told to be of the wrong form.

    A value that only the data know (a code, a cursor) has a code of its own in the answer.
    """
    if answer.status_code == 422:
        errors = answer.json().get("errors", ())
        assert all(each.get("code") for each in errors), (case.body, case.query, answer.json())


def test_every_route_asks_for_a_token(db: None) -> None:
    for route in assembly.all_routes():
        address = route.path.format(**dict.fromkeys(route.parameters, "1"))
        for api in (Api(), Api("nct_" + "x" * 43)):
            answer = api.post(address, {}, method=route.method)
            assert answer.status_code == 401, (route, answer.content)


def test_the_description_is_valid() -> None:
    validate(document.document())


def test_no_two_shapes_share_a_name() -> None:
    """The description names a shape by its class alone: a namesake would take its place."""
    shapes = Counter(
        node.name
        for path in tree.product_files()
        if tree.name(path).startswith("src/nancheng/api/")
        for node in tree.parse(path).body
        if isinstance(node, ast.ClassDef) and node.bases
    )
    assert shapes["TaskTold"] == 1
    assert [name for name, number in shapes.items() if number > 1] == []


def test_the_description_in_the_documents_is_current() -> None:
    """Whoever reads the repository reads what is served: run scripts/openapi.py."""
    kept = (tree.ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert kept == document.text()


def test_the_page_shows_every_route_and_what_its_rows_hold(world: World) -> None:
    client = Client()
    assert client.get(f"{ROOT}/docs").status_code == 302
    client.force_login(Person.objects.get(username="clerk"), backend=making.BACKEND)
    for language, words in (("zh-hans", "怎样调用"), ("en", "How to call")):
        text = client.get(f"{ROOT}/docs", headers={"accept-language": language}).content.decode()
        assert words in text
        assert all(f"{route.method} {route.address}" in text for route in assembly.all_routes())
        assert "items[].case_number" in text
