"""The world the matrix looks at: the demonstration's people and money, few payments, odd guests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from unittest.mock import patch

from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from nancheng.config import wiring
from nancheng.config.demo import people as cast
from nancheng.domains.concerns import demo as concerns
from nancheng.domains.funds.demo import story, telling
from nancheng.foundation.cases import publishing
from nancheng.foundation.cases.models import Case, CaseLink
from nancheng.foundation.confirmations import actions, operations
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.confirmations.operations import Asked, Operation
from nancheng.foundation.files import actions as files
from nancheng.foundation.messages import actions as notices
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries
from nancheng.foundation.people.actions import Delegation
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import memory
from tests.leaks import between

BACKEND = "nancheng.foundation.people.backends.PasswordBackend"
SINCE = date(2020, 1, 1)
PAYMENTS = "demo/payments"
ENDINGS = ("finance", "leader", "department", "supervisor", "returned", "head")
# Who walks through the doors, besides one who is not signed in and one who holds no post.
IDENTITIES = (
    "clerk",  # a project unit's clerk: own and taking part
    "clerk-city",  # the same at another unit
    "head-city",  # absent: clerk-city stands in
    "engineer",  # a co-unit: supervises contracts
    "reviewer",  # a department that leads some projects
    "narrow",  # every verb there is, within one department
    "office",  # supervises the whole zone and owns the drawings
    "leader",  # the whole zone, and more verbs
    "investment",  # the register of the whole zone, no money
    "sysadmin",
    "secadmin",
    "auditadmin",
)
ADMINISTRATORS = ("sysadmin", "secadmin", "auditadmin")


@dataclass
class World:
    """Who is there, signed in, and what else the doors need."""

    actors: dict[str, Actor | None] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def put(self, username: str) -> None:
        """Let somebody come in."""
        person = Person.objects.get(username=username)
        on = timezone.localdate()
        self.actors[username] = queries.actor(person_id=person.pk, identity_id=None, on=on)
        self.clients[username] = signed_in(person)

    def actor(self, username: str) -> Actor:
        """Return who acts."""
        found = self.actors[username]
        assert found is not None, username
        return found


def signed_in(person: Person) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client(raise_request_exception=True)
    client.force_login(person, backend=BACKEND)
    return client


@contextmanager
def standing() -> Iterator[World]:
    """Build the world inside a transaction that leaves nothing behind."""
    at = timezone.now()
    hands = [*wiring.TWO_HANDS, f"{__name__}.OPERATIONS"]
    with transaction.atomic(), override_settings(TWO_HANDS=hands):
        _forget()
        cast.put(at=at)
        publishing.deploy(by="tests", at=at)
        with patch.object(telling, "rows", _few):
            story.tell(at=at)
        world = World()
        _guests(world)
        _traces(world)
        concerns.tell(at=timezone.now())
        for username in IDENTITIES:
            world.put(username)
        world.put("nobody")
        world.clients["anonymous"], world.actors["anonymous"] = Client(), None
        yield world
        transaction.set_rollback(True)
    _forget()


def _few(name: str) -> list[telling.Row]:
    """Leave most payments out: one of each way to rest, of four units, tells as much."""
    found = _ALL_ROWS(name)
    return [row for row in found if row["ending"] in ENDINGS] if name == PAYMENTS else found


_ALL_ROWS = telling.rows


def _guests(world: World) -> None:
    """Add who is not in the demonstration: no post at all, and every verb in one department."""
    people.put_person(username="nobody", name="无岗", password="Nancheng-test-1")
    every = {verb for row in cast.rows("duties") for verb in cast._grants(row["grants"])}
    business = {verb for verb in every if not verb.startswith(("system.", "audit.", "application"))}
    people.put_duty(
        code="narrow",
        name="部门内",
        name_en="Narrow",
        grants=dict.fromkeys(sorted(business), "department party"),
    )
    people.put_post(department="enforcement", duty="narrow", name="部门内岗", name_en="Narrow")
    people.put_person(username="narrow", name="窄", password="Nancheng-test-1")
    people.appoint(username="narrow", department="enforcement", duty="narrow", active_from=SINCE)


def _traces(world: World) -> None:
    """Leave files, a delegation and a confirmation behind, each with words of its own."""
    at = timezone.now()
    on = timezone.localdate(at)

    def actor(username: str) -> Actor:
        return queries.actor_of(username=username, on=on)

    first, last = Case.objects.earliest("id"), Case.objects.latest("id")
    for one, other in ((first, last), (last, first)):
        CaseLink.objects.create(case=one, other=other, kind=CaseLink.Kind.RELATED)
    for case in Case.objects.order_by("id"):
        opener = queries.actor_at(identity_id=case.opened_by_id, on=on)
        assert opener is not None
        kept = files.keep(
            BytesIO(f"机密 {case.number}".encode()),
            name=f"附件-{case.number}.txt",
            by=opener,
            at=at,
        )
        files.attach(attachment_ids=[kept.pk], case_id=case.pk, by=opener, at=at)
    files.keep(BytesIO("草稿".encode()), name="草稿-clerk.txt", by=actor("clerk"), at=at)
    people.stand_in(
        Delegation(
            principal_id=actor("head-city").identity_id,
            deputy_id=actor("clerk-city").identity_id,
            first_on=on,
            last_on=on + timedelta(days=3),
            reason="外出-head-city",
        ),
        by=actor("head-city"),
        at=at,
    )
    notices.subscribe(identity_id=actor("office").identity_id, address="office@example.org")
    notices.set_endpoint(notices.EndpointFacts("leak-endpoint", "https://example.org/events"))
    notices.notify(
        identity_ids=[actor("office").identity_id],
        code="cases.returned-to-pool",
        figures={"title": first.title},
        case_id=first.pk,
        at=at,
        key="leak",
    )
    between.leave(at=at)
    actions.ask(
        Wish("leak.suspend", "复核-中止全部付款", "理由", {"what": "复核-内容"}),
        by=actor("office"),
        at=at,
        key="leak",
    )


def _nothing(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Carry out nothing: the matrix never confirms."""


OPERATIONS = (Operation("leak.suspend", "中止全部付款", "case.suspend", "case.suspend", _nothing),)


def _forget() -> None:
    memory.forget()
    operations.all_operations.cache_clear()


def content(response: Any) -> bytes:
    """Return all that an answer says; Django's client has closed it by then."""
    return b"".join(response) if response.streaming else bytes(response.content)
