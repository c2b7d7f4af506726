"""Every route of the API, as the identities of the matrix: what the pages show and no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.urls import get_resolver

from nancheng.api import routes
from nancheng.api.routes import Route
from nancheng.api.tests import calling
from nancheng.api.tests.calling import Api
from nancheng.foundation.cases.models import Parameter
from nancheng.foundation.people import rules
from tests.leaks.doors import Door
from tests.leaks.entries import api as entries
from tests.leaks.entries.cases import incidents_of
from tests.leaks.sight import Sight
from tests.leaks.test_pages import DOORS
from tests.leaks.world import World

pytestmark = pytest.mark.django_db
# Applications act at these posts; each token passes on all that its identity may do.
WHO = ("clerk", "clerk-city", "engineer", "narrow", "office", "leader", "investment", "auditadmin")
assert get_resolver().url_patterns is not None
ROUTES = routes.declared()


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.fixture(scope="module")
def callers(world: World) -> Mapping[str, Api]:
    """Return a client with a token at the post of each."""
    Parameter.objects.filter(code="api.calls-per-minute").update(value="100000")
    return {who: Api(calling.a_token(who).text) for who in WHO}


def test_every_route_has_an_entry() -> None:
    known = {*entries.LISTS, *entries.DETAILS, *entries.OTHERS}
    assert not {route.path for route in ROUTES} - known


def behind(route: Route) -> Door | None:
    """Return the page's door whose rows a route takes, if it takes any."""
    name, _space, what = entries.DETAILS.get(route.path, "").partition(" ")
    door = DOORS.get(name)
    return replace(door, targets=incidents_of(what)) if door and what else door


def secrets_in(answer: Any, world: World, sight: Sight, who: str, asked: str = "") -> list[str]:
    """Return what an answer tells that its caller may not know, but for what was asked."""
    content = b"".join(answer) if answer.streaming else answer.content
    said = content.decode("utf-8", "replace")
    said = said.encode().decode("unicode_escape", "ignore") if "\\u" in said else said
    hidden = sight.hidden_from(world.actor(who))
    return [one.text for one in hidden if one.text in said and one.text not in asked]


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.path in entries.LISTS and r.method == "GET"], ids=named
)
def test_a_list_gives_the_rows_of_its_page(
    route: Route, callers: Mapping[str, Api], world: World, sight: Sight
) -> None:
    name, _space, query = entries.LISTS[route.path].partition(" ")
    (rows, *_more) = [one for one in DOORS[name].rows if one.query == query]
    shown = 0
    for who, api in callers.items():
        actor = world.actor(who)
        answer = api.get(route.path)
        assert not secrets_in(answer, world, sight, who)
        if route.is_granted and rules.reach(actor, route.verb).is_nothing:
            assert answer.status_code == 403, who
            continue
        truth = sorted(rows.truth(sight, actor.alone)) if route.is_granted else None
        items = api.items(route.path)
        if truth is not None:
            assert len(items) == len(truth), who
            text = json.dumps(items, ensure_ascii=False)
            assert all(each in text for each in truth), who
        shown += len(items)
    assert shown or not route.is_granted


@pytest.mark.parametrize("route", [r for r in ROUTES if r.path in entries.DETAILS], ids=named)
def test_beyond_sight_is_exactly_like_not_there(
    route: Route, callers: Mapping[str, Api], world: World, sight: Sight
) -> None:
    door = behind(route)
    assert door is not None
    assert door.targets is not None
    targets = door.targets(sight)
    for turn, (who, api) in enumerate(callers.items()):
        # An application is somebody else than the person at the same post.
        actor = replace(world.actor(who).alone, identity_id=0, person_id=0)
        beyond = [each for each in targets if not each.seen_by(actor)]
        if not beyond:
            continue
        arguments = beyond[turn % len(beyond)].arguments
        answers = [
            _call(api, route, {**door.nowhere, **given}) for given in (arguments, door.nowhere)
        ]
        there, not_there = [(each.status_code, _plain(each)) for each in answers]
        assert there == not_there, (who, arguments)
        assert answers[0].status_code in (400, 401, 403, 404, 409, 415, 422), who
        asked = route.path.format_map({**door.nowhere, **arguments})
        assert not secrets_in(answers[0], world, sight, who, asked)


@pytest.mark.parametrize("route", [r for r in ROUTES if r.method == "GET"], ids=named)
def test_no_route_tells_what_is_beyond_sight(
    route: Route, callers: Mapping[str, Api], world: World, sight: Sight
) -> None:
    door = behind(route)
    for who, api in callers.items():
        actor = replace(world.actor(who).alone, identity_id=0, person_id=0)
        given: Mapping[str, Any] = {
            **{"root_number": 1, "kind": "payment", "version": 1},
            "identity_id": world.actor(who).identity_id,
        }
        if door is not None and door.targets is not None:
            within = [each for each in door.targets(sight) if each.seen_by(actor)]
            given = within[0].arguments if within else door.nowhere
        answer = _call(api, route, given)
        assert answer.status_code < 500
        asked = route.path.format_map(dict(given))
        assert not secrets_in(answer, world, sight, who, asked), (who, asked)


def test_who_carries_no_token_gets_nothing(world: World, sight: Sight) -> None:
    for route in ROUTES:
        path = route.path.format_map(_Any())
        answers = {
            Api().get(path).status_code,
            world.clients["leader"].get(routes.ROOT + path).status_code,
        }
        if route.method == "GET":
            assert answers == {401}, path


class _Any(dict[str, object]):
    def __missing__(self, key: str) -> object:
        return 1


def _call(api: Api, route: Route, given: Mapping[str, Any]) -> Any:
    path = route.path.format_map(dict(given))
    return api.get(path) if route.method == "GET" else api.post(path, {}, method=route.method)


def _plain(answer: Any) -> Any:
    body = answer.json() if answer.content else {}
    return {key: value for key, value in body.items() if key not in ("instance", "reference")}
