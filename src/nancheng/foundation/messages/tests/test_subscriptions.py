"""Each person's choice of what is mailed, and what it makes of a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.messages import actions, queries, texts
from nancheng.foundation.messages.models import Outbox, Subscription
from nancheng.foundation.messages.tests import making
from nancheng.foundation.messages.tests.making import AT
from nancheng.foundation.messages.texts import Kind
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries, Settings

pytestmark = pytest.mark.django_db
KINDS = (Kind("told", "告知", ("test.told",)), Kind("paid", "支付", ("test.paid", "test.back")))
SHELL = 6  # session, person, identity, identities, grants, bell


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(texts, "kinds", lambda: KINDS)
    settings.MENU = ()


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(
        Person.objects.get(pk=actor.person_id),
        backend="nancheng.foundation.people.backends.PasswordBackend",
    )
    return client


def choose(actor: Actor, address: str, *kinds: str) -> int:
    where = reverse("notices:subscriptions")
    return signed_in(actor).post(where, {"address": address, "kinds": kinds}).status_code


def tell(actor: Actor, code: str, key: str) -> None:
    actions.notify(
        identity_ids=[actor.identity_id],
        code=code,
        figures={"title": "演示"},
        case_id=None,
        at=AT,
        key=key,
    )


def test_what_was_chosen_is_mailed_and_nothing_else() -> None:
    actor, other = making.an_actor("first"), making.an_actor("second")
    assert choose(actor, "first@example.org", "told") == 302
    for each in (actor, other):
        tell(each, "test.told", f"told-{each.identity_id}")
        tell(each, "test.paid", f"paid-{each.identity_id}")
    mail = Outbox.objects.get()
    assert (mail.address, mail.code) == ("first@example.org", "test.told")


def test_choosing_again_takes_the_place_of_what_was_chosen_and_is_journalled_once() -> None:
    actor, other = making.an_actor("first"), making.an_actor("second")
    choose(other, "other@example.org", "told")
    choose(actor, "first@example.org", "told", "paid")
    choose(actor, "new@example.org", "paid")
    assert queries.chosen(actor) == (
        "new@example.org",
        frozenset({"test.paid", "test.back"}),
    )
    choose(actor, "new@example.org", "paid")
    choose(actor, "new@example.org")
    assert queries.chosen(actor) == ("", frozenset())
    assert queries.chosen(other)[0] == "other@example.org"
    lines = JournalEntry.objects.filter(kind="mail-chosen", person_id=actor.person_id)
    assert [line.subject for line in lines.order_by("seq")] == [
        "first@example.org",
        "new@example.org",
        "new@example.org",
    ]


@pytest.mark.parametrize(
    ("address", "kinds", "field"),
    [
        ("", ["told"], "address"),
        ("nobody", ["told"], "address"),
        ("a@b.org\r\nBcc: c@d.org", ["told"], "address"),
        ("first@example.org", ["everything"], "kinds"),
    ],
)
def test_a_wrong_choice_is_told_at_its_field_and_keeps_what_was_typed(
    address: str, kinds: list[str], field: str
) -> None:
    actor = making.an_actor("first")
    answer = signed_in(actor).post(
        reverse("notices:subscriptions"), {"address": address, "kinds": kinds}
    )
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in shown
    if kinds == ["told"]:
        assert 'value="told"' in shown
        assert shown.count(" checked") == 1
    assert not Subscription.objects.exists()


def test_the_page_asks_little(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    actor = making.an_actor("first")
    client, where = signed_in(actor), reverse("notices:subscriptions")
    client.get(where)
    with django_assert_num_queries(SHELL + 1):
        shown = client.get(where).content.decode()
    assert shown.count('name="kinds"') == 2
