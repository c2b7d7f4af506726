"""Lists: the rows of the pages and no others, in their words, page by page, at a known cost."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nancheng.api import paging
from nancheng.api.tests.conftest import As
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import BACKEND, World
from nancheng.foundation.cases.models import Case
from nancheng.foundation.people.models import Person

# A list of the API, the member that names a row, the page of the same rows, and how it names them.
SAME = (
    ("/cases", "number", "/cases/", r"FK-\d{4}-\d{6}"),
    ("/tasks", "case_number", "/desk/", r"FK-\d{4}-\d{6}"),
    ("/funds/payments", "number", "/funds/payments/", r"FK-\d{4}-\d{6}"),
    ("/funds/bonds", "code", "/funds/bonds/", r"TEST-\d+"),
    ("/funds/projects", "name", "/funds/projects/", r"测试道路工程\d+"),
    ("/projects", "number", "/register/projects/", r"XM-\d{4}-\d{4}"),
    ("/organisations", "uscc", "/register/organisations/", r"91\w{16}"),
)
WHO = ("clerk", "head", "engineer", "reviewer", "finance", "debt", "stranger")


def on_page(username: str, address: str, pattern: str) -> set[str] | None:
    """Return what a page's export names, or None if the page is not for this identity."""
    client = Client()
    client.force_login(Person.objects.get(username=username), backend=BACKEND)
    answer = client.get(address, {"export": "csv"})
    if answer.status_code == 403:
        return None
    assert answer.status_code == 200, address
    body = answer.getvalue() if answer.streaming else answer.content
    return set(re.findall(pattern, body.decode("utf-8")))


def test_every_list_has_the_rows_of_its_page_for_everybody(world: World, api_as: As) -> None:
    making.a_payment(world)
    making.until(world, making.a_payment(world), "certify")
    making.until(world, making.a_payment(world), "finance")
    seen = 0
    for username in WHO:
        api = api_as(username)
        for path, member, page, pattern in SAME:
            shown = on_page(username, page, pattern)
            if shown is None:
                assert api.get(path).status_code == 403, (username, path)
                continue
            assert {row[member] for row in api.items(path)} == shown, (username, path)
            seen += len(shown)
    assert seen > 20


def test_what_a_list_leaves_out_no_address_tells(world: World, api_as: As) -> None:
    payment = making.a_payment(world)
    number, project = payment.case.number, world.project.project.number
    task = payment.case.tasks.latest("id")
    api = api_as("stranger")
    for path in (
        f"/cases/{number}",
        f"/cases/{number}/history",
        f"/cases/{number}/clocks",
        f"/cases/{number}/files",
        f"/tasks/{task.pk}",
        f"/tasks/{task.pk}/clock",
        f"/tasks/{task.pk}/choices",
        f"/funds/payments/{number}",
        f"/funds/projects/{project}",
        f"/funds/projects/{project}/ledger",
        f"/funds/contracts/{world.contract.pk}/offer",
    ):
        hidden = api.get(path)
        missing = api.get(re.sub(r"\d+(?=\D*$)", "999999", path))
        assert hidden.status_code == 404, path
        assert hidden.content == missing.content, path
    assert api.post(f"/tasks/{task.pk}/claim").status_code == 404


def test_filters_and_sorts_are_those_of_the_page(world: World, api_as: As) -> None:
    first, second = making.a_payment(world), making.a_payment(world)
    making.until(world, second, "finance")
    api = api_as("finance")
    assert [row["number"] for row in api.items("/cases", q=first.case.number)] == [
        first.case.number
    ]
    assert api.items("/cases", status="closed") == []
    assert len(api.items("/cases", opened=making.AT.strftime("%Y-%m"))) == 2
    assert api.items("/cases", opened="2019-01") == []
    numbers = [row["number"] for row in api.items("/cases", sort="-number")]
    assert numbers == sorted(numbers, reverse=True)
    (thread,) = api.items("/funds/projects")
    for light in ("green", "yellow", "red"):
        found = api.items("/funds/projects", light=light)
        assert bool(found) is (light == thread["light"])


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ({"stauts": "open"}, ["stauts"]),
        ({"status": "ajar"}, ["status"]),
        ({"status": ""}, ["status"]),
        ({"sort": "secret"}, ["sort"]),
        ({"limit": "0"}, ["limit"]),
        ({"limit": "201"}, ["limit"]),
        ({"limit": "9" * 40}, ["limit"]),
        ({"limit": "１"}, ["limit"]),
        ({"opened": "2020-13"}, ["opened"]),
        ({"q": "x" * 101}, ["q"]),
        ({"q": "a\0"}, ["q"]),
        ({"cursor": "made-up"}, ["cursor"]),
        ({"count": "yes"}, ["count"]),
        ({"status": ["open", "closed"]}, ["status"]),
    ],
)
def test_a_query_is_read_strictly(
    world: World, api_as: As, query: dict[str, Any], parameters: list[str]
) -> None:
    answer = api_as("finance").get("/cases", query)
    assert answer.status_code == 422, answer.content
    assert [fault["parameter"] for fault in answer.json()["errors"]] == parameters


def test_pages_hold_every_row_once_though_rows_come_in_between(world: World, api_as: As) -> None:
    for _ in range(5):
        making.a_payment(world)
    before = set(Case.objects.values_list("number", flat=True))
    api = api_as("finance")
    for sort in ("number", "-number", "at", "-due_on", "due_on", "state", ""):
        query = {"limit": "2", "count": "true", **({"sort": sort} if sort else {})}
        page = api.get("/cases", query).json()
        assert page["count"] == Case.objects.count()
        late = making.a_payment(world).case.number
        found = [row["number"] for row in page["items"]]
        while page["next"]:
            page = api.get(page["next"]).json()
            found += [row["number"] for row in page["items"]]
        assert len(found) == len(set(found)), sort
        assert set(found) - {late} >= before, sort
        before.add(late)


def test_a_cursor_serves_its_own_question_alone(world: World, api_as: As) -> None:
    for _ in range(3):
        making.a_payment(world)
    api = api_as("finance")
    following = api.get("/cases", {"limit": "1"}).json()["next"]
    assert api.get(following).status_code == 200
    for other in ("&status=open", "&sort=number"):
        assert api.get(following + other).status_code == 422
    assert api.get(following.replace("/cases?", "/cases/started?")).status_code == 422
    payments = api.get("/funds/payments", {"limit": "1"}).json()["next"]
    assert api.get(payments.replace("/funds/payments?", "/cases?")).status_code == 422


DUE = st.lists(st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 3)), min_size=1, max_size=7)


@given(due=DUE, lookups=st.sampled_from((("due_on", "pk"), ("-due_on", "pk"), ("due_on", "-pk"))))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_walking_by_key_is_the_whole_order_cut_in_pieces(
    world: World, due: list[date | None], lookups: tuple[str, ...]
) -> None:
    """The law of paging, for keys that are missing and keys that are equal, on this database."""
    Case.objects.filter(kind="law").delete()
    likeness = Case.objects.first() or making.a_payment(world).case
    for number, day in enumerate(due):
        Case.objects.create(
            number=f"LAW-{number}",
            kind="law",
            title="x",
            process_id=likeness.process_id,
            department_id=likeness.department_id,
            opened_by_id=likeness.opened_by_id,
            opened_at=likeness.opened_at + timedelta(minutes=number),
            due_on=day,
        )
    rows = Case.objects.filter(kind="law")
    whole = [case.number for case in paging.ordered(rows, lookups)]
    walked: list[str] = []
    values: tuple[Any, ...] | None = None
    while True:
        here = paging.ordered(rows, lookups)
        here = here if values is None else paging.after(here, lookups, values)
        found = list(here[:2])
        if not found:
            break
        walked += [case.number for case in found]
        values = tuple(getattr(found[-1], name.lstrip("-")) for name in lookups)
    assert walked == whole


def test_lists_and_details_take_as_many_statements_however_many_rows(
    world: World, api_as: As
) -> None:
    payment = making.a_payment(world)
    project = world.project.project.number
    api = api_as("finance")
    paths = (
        ("/cases", 13),
        ("/tasks", 12),
        ("/tasks/done", 12),
        ("/funds/payments", 12),
        ("/funds/bonds", 13),
        ("/funds/projects", 16),
        (f"/funds/projects/{project}", 24),
        (f"/funds/projects/{project}/ledger", 20),
        (f"/cases/{payment.case.number}", 18),
        (f"/cases/{payment.case.number}/history", 10),
    )

    def statements(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200, path
        return len(captured)

    api.get("/me")  # the first call of a token also notes its use
    few = {path: statements(path) for path, _most in paths}
    for _ in range(4):
        making.a_payment(world)
    many = {path: statements(path) for path, _most in paths}
    assert many == few
    assert {path: few[path] for path, most in paths if few[path] > most} == {}
