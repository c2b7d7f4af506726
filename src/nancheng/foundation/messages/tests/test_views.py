"""The pages of notices: one's own, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from nancheng.foundation.messages import actions
from nancheng.foundation.messages.models import Notice
from nancheng.foundation.messages.tests import making
from nancheng.foundation.messages.tests.making import AT
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(
        Person.objects.get(pk=actor.person_id),
        backend="nancheng.foundation.people.backends.PasswordBackend",
    )
    return client


def tell(actor: Actor, count: int = 1) -> None:
    for number in range(count):
        actions.notify(
            identity_ids=[actor.identity_id],
            code="test.told",
            figures={"title": f"<b>演示{number}</b>"},
            case_id=None,
            at=AT,
            key=str(number),
        )


def test_the_list_shows_ones_own_notices_as_text(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    actor, other = making.an_actor("first"), making.an_actor("second")
    tell(actor, 25)
    client = signed_in(actor)
    client.get(reverse("notices:list"))
    with django_assert_max_num_queries(20):
        page = client.get(reverse("notices:list")).content.decode()
    assert page.count("通知：&lt;b&gt;演示") == 20
    assert "<b>演示" not in page
    assert "?page=2" in page
    assert "没有未读通知" in signed_in(other).get(reverse("notices:list")).content.decode()


@pytest.mark.parametrize("query", ["page=x", "page=-1", "page=99999", "show=%00", "page=1%00"])
def test_a_hostile_query_is_answered(query: str) -> None:
    actor = making.an_actor("first")
    tell(actor)
    assert signed_in(actor).get(f"{reverse('notices:list')}?{query}").status_code == 200


def test_opening_marks_as_read_and_all_can_be_read_at_once() -> None:
    actor = making.an_actor("first")
    tell(actor, 3)
    client = signed_in(actor)
    first = Notice.objects.order_by("pk")[0]
    answer = client.post(reverse("notices:open", args=(first.pk,)))
    assert (answer.status_code, answer["Location"]) == (302, reverse("notices:list"))
    assert Notice.objects.filter(read_at__isnull=True).count() == 2
    client.post(reverse("notices:read-all"))
    assert not Notice.objects.filter(read_at__isnull=True).exists()
    assert "没有未读通知" in client.get(reverse("notices:list")).content.decode()
    everything = client.get(reverse("notices:list"), {"show": "all"}).content.decode()
    assert everything.count("通知：") == 3


def test_anothers_notice_is_as_if_it_did_not_exist() -> None:
    actor, other = making.an_actor("first"), making.an_actor("second")
    tell(other)
    answer = signed_in(actor).post(reverse("notices:open", args=(Notice.objects.get().pk,)))
    missing = signed_in(actor).post(reverse("notices:open", args=(10**9,)))
    assert (answer.status_code, missing.status_code) == (404, 404)
    assert Notice.objects.get().read_at is None


def test_reading_is_asked_for_never_a_side_effect_of_a_link() -> None:
    actor = making.an_actor("first")
    tell(actor)
    client = signed_in(actor)
    assert client.get(reverse("notices:open", args=(Notice.objects.get().pk,))).status_code == 405
    assert Client().get(reverse("notices:list")).status_code == 302
    assert Notice.objects.get().read_at is None
