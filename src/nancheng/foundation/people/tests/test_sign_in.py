"""Signing in: the right pair, the wrong pair, too many failures, silence, identities, languages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from nancheng.foundation.people import actions, queries
from nancheng.foundation.people.middleware import SEEN_KEY
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.sessions import SessionStore

PASSWORD = "Nancheng-test-1"
DOOR = "/account/sign-in/"


@pytest.fixture
def an(db: None) -> Person:
    """安, who holds two posts."""
    actions.put_department(code="zone", name="管委会", name_en="Administration")
    for code, name in (("clerk", "经办"), ("head", "负责")):
        actions.put_duty(code=code, name=name, name_en=code, grants={"case.view": "zone"})
        actions.put_post(department="zone", duty=code, name=f"{name}岗", name_en=code)
    actions.put_person(username="an", name="安", password=PASSWORD)
    for duty in ("clerk", "head"):
        actions.appoint(
            username="an",
            department="zone",
            duty=duty,
            active_from=date(2020, 1, 1),
            is_primary=duty == "clerk",
        )
    return Person.objects.get(username="an")


def enter(client: Client, password: str = PASSWORD, **more: str) -> Any:
    return client.post(DOOR, {"username": "an", "password": password, **more})


def test_the_right_pair_opens_the_door_and_goes_where_one_was_going(an: Person) -> None:
    answer = enter(Client(), next="/cases/")
    assert (answer.status_code, answer["Location"]) == (302, "/cases/")


def test_nobody_is_sent_to_a_foreign_site(an: Person) -> None:
    assert enter(Client(), next="https://evil.example/")["Location"] == "/"


def test_a_wrong_pair_does_not_say_which_half_was_wrong(an: Person) -> None:
    wrong = enter(Client(), password="nope").content.decode()
    unknown = Client().post(DOOR, {"username": "nobody", "password": "x"}).content.decode()
    assert "用户名或密码不正确" in wrong
    assert "用户名或密码不正确" in unknown


def test_five_failures_lock_the_account_even_for_the_right_password(an: Person) -> None:
    client = Client()
    for _ in range(5):
        enter(client, password="wrong")
    locked = enter(client)
    assert locked.status_code == 429
    assert "临时锁定" in locked.content.decode()


def test_a_silent_session_ends(an: Person) -> None:
    client = Client()
    enter(client)
    session = client.session
    session[SEEN_KEY] = int((timezone.now() - timedelta(minutes=31)).timestamp())
    session.save()
    assert client.get("/desk/")["Location"].startswith(DOOR)


def test_a_session_past_its_end_is_none(an: Person) -> None:
    client = Client()
    enter(client)
    assert client.get("/account/password/").status_code == 200
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/account/password/").status_code == 302


def test_a_session_that_was_tampered_with_is_empty(an: Person) -> None:
    client = Client()
    enter(client)
    Session.objects.update(session_data="x:y:z")
    assert client.get("/account/password/").status_code == 302


def test_one_person_acts_under_one_identity_at_a_time(an: Person) -> None:
    client = Client()
    enter(client)
    head = queries.actor_of(username="an", on=date(2026, 1, 1), duty="head")
    client.post("/account/identity/", {"identity": str(head.identity_id)})
    assert "负责岗" in client.get("/account/password/").content.decode()
    refused = client.post("/account/identity/", {"identity": "999999"})
    assert refused.status_code == 409


def test_the_other_language_is_kept_for_the_next_time(an: Person) -> None:
    client = Client()
    enter(client)
    client.post("/account/language/", {"language": "en", "next": "/account/password/"})
    assert "Change password" in client.get("/account/password/").content.decode()
    again = Client()
    enter(again)
    assert "Change password" in again.get("/account/password/").content.decode()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("wrong", "Another-pass-2", "原密码不正确"),
        (PASSWORD, "short", "新密码不符合要求"),
        (PASSWORD, "alllowercaseletters", "至少三种"),
    ],
)
def test_a_password_that_will_not_do_is_said_beside_its_field(
    an: Person, old: str, new: str, words: str
) -> None:
    client = Client()
    enter(client)
    page = client.post("/account/password/", {"old": old, "new": new, "again": new})
    assert page.status_code == 422
    assert words in page.content.decode()


def test_an_identity_ends_with_its_period(an: Person) -> None:
    identity = an.identities.get(post__duty__code="clerk")
    identity.active_to = date(2024, 1, 1)
    identity.save()
    actor = queries.actor(person_id=an.pk, identity_id=identity.pk, on=date(2025, 1, 1))
    assert actor is not None
    assert actor.duty == "head"


@pytest.mark.django_db
def test_what_a_request_changes_in_a_session_is_not_another_requests() -> None:
    """The text is read once a process; what it holds is each request's own."""
    begun = SessionStore()
    begun["held"] = ["a"]
    begun.create()
    first, second = SessionStore(begun.session_key), SessionStore(begun.session_key)
    first["held"].append("b")
    assert second["held"] == ["a"]
