"""Passwords: not one of the last five, not older than ninety days, a given one changed at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.people import actions, rules
from nancheng.foundation.people.models import FormerPassword, Person
from nancheng.foundation.people.tests.test_sign_in import PASSWORD, an, enter
from nancheng.kernel.refusal import Refused

__all__ = ("an",)
CHANGE = "/account/password/"


def change(person: Person, old: str, new: str, at: datetime | None = None) -> None:
    actions.change_password(person_id=person.pk, old=old, new=new, at=at or timezone.now())


def nth(number: int) -> str:
    return f"Nancheng-{number}-secret"


def test_none_of_the_last_five_comes_back_and_the_sixth_may(an: Person) -> None:
    change(an, PASSWORD, nth(1))
    for number in range(2, 7):
        change(an, nth(number - 1), nth(number))
    for known in range(1, 7):
        with pytest.raises(Refused, match="former-password"):
            change(an, nth(6), nth(known))
    change(an, nth(6), PASSWORD)
    assert FormerPassword.objects.filter(person=an).count() == 5


def test_a_given_password_opens_nothing_but_its_change(an: Person) -> None:
    Person.objects.filter(pk=an.pk).update(must_change=True)
    client = Client()
    enter(client)
    assert client.get("/desk/")["Location"] == CHANGE
    fragment: Any = client.get("/desk/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, CHANGE)
    assert client.post("/desk/claim/", {"task": "1"})["Location"] == CHANGE
    assert client.get(CHANGE).status_code == 200
    client.post(CHANGE, {"old": PASSWORD, "new": nth(1), "again": nth(1)})
    assert client.get("/account/absences/").status_code == 200


@pytest.mark.parametrize(("days", "opens"), [(89, True), (91, False)])
def test_after_ninety_days_it_is_changed_first(an: Person, days: int, opens: bool) -> None:
    changed = timezone.now() - timedelta(days=days)
    Person.objects.filter(pk=an.pk).update(password_changed_at=changed)
    client = Client()
    enter(client)
    assert (client.get("/account/absences/").status_code == 200) is opens
    assert rules.password_is_old(changed, at=timezone.now(), days=90) is not opens


def test_the_log_knows_who_came_failed_and_left_but_not_what_was_typed(an: Person) -> None:
    client = Client()
    enter(client, password="wrong-password-typed")
    client.post("/account/sign-in/", {"username": "My-Password-1", "password": "x"})
    enter(client)
    client.post("/account/sign-out/")
    lines = list(JournalEntry.objects.order_by("seq").values_list("kind", "subject", "detail"))
    assert lines == [
        ("sign-in-failed", "an", ""),
        ("sign-in-failed", "", ""),
        ("signed-in", "an", ""),
        ("signed-out", "an", ""),
    ]


def test_a_lock_out_is_logged(an: Person) -> None:
    client = Client()
    for _ in range(6):
        enter(client, password="wrong")
    assert JournalEntry.objects.filter(kind="locked-out", subject="an").exists()
