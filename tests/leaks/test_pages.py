"""Every page, fragment, file and list of the platform, for everybody: nothing beyond sight."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from nancheng.foundation.people import rules
from nancheng.foundation.people.rules import Actor
from tests.leaks import doors
from tests.leaks.doors import Arguments, Door, Rows
from tests.leaks.sight import Secret, Sight
from tests.leaks.world import ADMINISTRATORS, IDENTITIES, World, content

pytestmark = pytest.mark.django_db
DOORS = doors.known()
# Nobody of the world opens these: what goes to one person, or is sent from a form.
MAY_BE_EMPTY = {"cases:home", "people:sign-in", "concerns:result"}
# What is behind these is for all who come in: there is nothing beyond sight.
FOR_ALL = {"cases:process", "cases:calendar-year", "cases:limit"}
# As the window, as a region of the page, as the drawer; and each of them in either language.
VARIANTS: tuple[dict[str, str], ...] = (
    {},
    {"HX-Request": "true", "HX-Target": "dialog#drawer", "Accept-Language": "en"},
    {"HX-Request": "true", "HX-Target": "main"},
    {"Accept-Language": "en"},
)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
# How many rows within sight are tried until one opens: not every task has a clock.
TRIED = 8


def get(client: Client, address: str, **headers: str) -> Any:
    return client.get(address, headers=headers)


def text_of(response: Any) -> str:
    """Return what an answer says, unpacked if it is a workbook."""
    body = content(response)
    if "spreadsheet" in response.get("Content-Type", ""):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    return html.unescape(body.decode("utf-8", "replace"))


def leaked(response: Any, hidden: list[Secret], address: str) -> list[str]:
    """Return what an answer tells that it must not; the address itself is known to who asks."""
    said = text_of(response) + str(response.headers)
    for spelt in (address, quote(address), quote(address, safe="")):
        said = said.replace(spelt, "")
    return [f"{one.of}: {one.text}" for one in hidden if one.text in said]


def same(response: Any, address: str) -> tuple[int, str]:
    """Return an answer without what differs between any two requests."""
    said = TOKEN.sub("", content(response).decode())
    for spelt in (address, quote(address, safe=""), html.escape(address)):
        said = said.replace(spelt, "HERE")
    return response.status_code, said


def is_let_in(door: Door, actor: Actor | None) -> bool:
    return door.verb is None or (
        actor is not None and (not door.verb or not rules.reach(actor, door.verb).is_nothing)
    )


def addresses(name: str, door: Door, sight: Sight, actor: Actor | None) -> Iterator[Arguments]:
    """Yield what to put into a door's address: nothing, or rows within sight until one opens."""
    if door.targets is None:
        yield {}
        return
    targets = door.targets(sight)
    within = [each for each in targets if actor is not None and each.seen_by(actor)]
    yield from (each.arguments for each in (within or targets)[:TRIED])


@pytest.fixture(scope="module")
def hidden(world: World, sight: Sight) -> dict[str, list[Secret]]:
    """Return what each person must not be told."""
    return {name: sight.hidden_from(actor) for name, actor in world.actors.items()}


def test_every_door_has_an_entry(world: World) -> None:
    """A new door says in ``entries`` what may be seen through it; an old one leaves."""
    found = set(doors.found())
    assert not found - set(DOORS), "doors without an entry in tests/leaks/entries"
    assert not set(DOORS) - found, "entries without a door"


def test_the_world_has_something_to_hide_and_to_show(
    world: World, sight: Sight, hidden: dict[str, list[Secret]]
) -> None:
    kinds = {one.of for one in sight.all_secrets}
    assert kinds >= {"case", "payment", "project", "bond", "contract", "account", "file"}
    for name in IDENTITIES:
        kept = {one.of for one in hidden[name]}
        if name in ADMINISTRATORS:
            assert kept >= {"case", "project", "bond", "contract", "organisation", "file"}, name
        elif name not in ("leader",):
            assert kept, name
    assert len(hidden["leader"]) < len(hidden["clerk"]) / 4
    assert len(hidden["anonymous"]) == len(sight.all_secrets)


@pytest.mark.parametrize("name", sorted(DOORS))
def test_no_door_tells_what_is_beyond_sight(
    name: str, world: World, sight: Sight, hidden: dict[str, list[Secret]]
) -> None:
    door = DOORS[name]
    faults, came_in = [], 0
    for turn, (who, client) in enumerate(world.clients.items()):
        actor = world.actors[who]
        for arguments in addresses(name, door, sight, actor):
            address = doors.address(name, arguments)
            response = get(client, address, **VARIANTS[turn % len(VARIANTS)])
            assert response.status_code < 500, (who, address)
            faults += [f"{who} {address} {e}" for e in leaked(response, hidden[who], address)]
            if not is_let_in(door, actor):
                assert response.status_code in (302, 401, 403, 405), (who, address)
            came_in += response.status_code == 200
            if response.status_code != 404:
                break
    assert not faults
    assert came_in or door.is_posted or name in MAY_BE_EMPTY


@pytest.mark.parametrize("name", sorted(name for name in DOORS if DOORS[name].targets))
def test_beyond_sight_is_exactly_like_not_there(name: str, world: World, sight: Sight) -> None:
    door = DOORS[name]
    assert door.targets is not None
    targets = door.targets(sight)
    nowhere = doors.address(name, door.nowhere)
    unseen = 0
    for turn, who in enumerate(IDENTITIES):
        actor, client = world.actor(who), world.clients[who]
        beyond = [each for each in targets if not each.seen_by(actor)]
        for method in ("get", "post") if door.is_posted else ("get",):
            if not beyond:
                continue
            address = doors.address(name, beyond[turn % len(beyond)].arguments)
            answer = getattr(client, method)(address)
            not_there = same(getattr(client, method)(nowhere), nowhere)
            assert same(answer, address) == not_there, (who, method, address)
            unseen += 1
    assert unseen or name in FOR_ALL


LISTS = [(name, rows) for name, door in sorted(DOORS.items()) for rows in door.rows]


@pytest.mark.parametrize(
    ("name", "rows"), LISTS, ids=[f"{name} {rows.query}".strip() for name, rows in LISTS]
)
def test_a_list_shows_counts_and_exports_what_the_rule_admits(
    name: str, rows: Rows, world: World, sight: Sight, hidden: dict[str, list[Secret]]
) -> None:
    door, shown = DOORS[name], 0
    for who in IDENTITIES:
        actor, client = world.actor(who), world.clients[who]
        if not is_let_in(door, actor):
            continue
        truth = Counter(rows.truth(sight, actor))
        address = doors.address(name) + f"?{rows.query}"
        page = text_of(get(client, address))
        counted = re.search(r"共 ([\d,]+) 条", page)
        assert int(counted[1].replace(",", "") if counted else 0) == truth.total(), who
        exported = get(client, f"{address}&export=csv")
        lines = list(csv.DictReader(io.StringIO(content(exported).decode("utf-8-sig"))))
        assert Counter(line[rows.column] for line in lines if line[rows.column]) == truth, who
        book = get(client, f"{address}&export=xlsx")
        assert not leaked(book, hidden[who], address), who
        shown += truth.total()
    assert shown


@pytest.mark.parametrize("who", ["clerk", "engineer", "narrow", "investment"])
def test_a_search_for_a_secret_finds_nothing(
    who: str, world: World, sight: Sight, hidden: dict[str, list[Secret]]
) -> None:
    """Not even whether it exists: the same answer as for a word that nobody ever wrote."""
    actor, client = world.actor(who), world.clients[who]
    tried: dict[str, Secret] = {one.of: one for one in hidden[who]}
    for name, door in DOORS.items():
        if not door.rows or not is_let_in(door, actor):
            continue
        address = doors.address(name)
        nothing = _found(client, address, "无此字样无此字样")
        for secret in tried.values():
            assert _found(client, address, secret.text) == nothing, (address, secret.of)


def _found(client: Client, address: str, words: str) -> tuple[int, str]:
    response = client.get(address, {"q": words})
    status, said = same(response, address)
    spelt = {words, html.escape(words), quote(words), quote(words, safe="")}
    for each in sorted(spelt | {one.replace("%20", "+") for one in spelt}, key=len, reverse=True):
        said = said.replace(each, "WORDS")
    return status, re.sub(r'value="[^"]*"', "", said)
