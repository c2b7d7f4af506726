"""What leaves the house, as the administrators keep it: never what it says, never by one alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from nancheng.config.demo import people as cast
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.messages import actions, queries, rules, texts
from nancheng.foundation.messages.models import Endpoint, Outbox
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.usefixtures("zone")
SECRET_TEXT = "机密办件标题"
GIVEN = {
    "name": "督查平台",
    "url": "https://receiver.example.org/events",
    "code_prefix": "cases.",
    "is_active": "on",
    "reason": "对接督查平台",
}


@pytest.fixture
def zone(db: None) -> None:
    """The demonstration's people."""
    cast.put(at=timezone.now())


def actor(username: str) -> Actor:
    return people.actor_of(username=username, on=timezone.localdate())


def inside(username: str) -> Client:
    client = Client()
    client.force_login(
        Person.objects.get(username=username),
        backend="nancheng.foundation.people.backends.PasswordBackend",
    )
    return client


def a_message(number: int = 1, **fields: Any) -> Outbox:
    at = timezone.now() - timedelta(hours=1)
    return Outbox.objects.create(
        **{
            "channel": Outbox.Channel.MAIL,
            "key": f"key-{number}",
            "address": f"reader{number}@example.org",
            "code": "cases.reminded",
            "figures": {"title": SECRET_TEXT, "step": "审核", "text": ""},
            "created_at": at,
            "send_after": at,
            **fields,
        }
    )


def key_of(page: Any) -> str:
    found = re.search(r'name="key" value="(\w+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_every_notice_belongs_to_one_kind() -> None:
    codes = [code for kind in texts.kinds() for code in kind.codes]
    assert sorted(codes) == sorted(texts.registry())


class TestOutbox:
    """The list of what is to be sent."""

    def test_it_tells_kinds_and_receivers_and_never_what_a_message_says(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(30):
            a_message(number)
        client = inside("sysadmin")
        client.get("/system/outbox/")
        # The shell; how it stands; the count and the page of the list.
        with django_assert_max_num_queries(12):
            shown = client.get("/system/outbox/").content.decode()
        assert shown.count("催办与督办") == 30
        one = client.get(f"/system/outbox/{Outbox.objects.earliest('id').pk}/").content.decode()
        exported = client.get("/system/outbox/?export=csv").getvalue().decode("utf-8-sig")
        for text in (shown, one, exported):
            assert "reader0@example.org" in text
            assert SECRET_TEXT not in text

    def test_states_filter_what_they_say(self) -> None:
        now = timezone.now()
        a_message(1)
        a_message(2, attempts=3, last_error="OSError: refused")
        a_message(3, sent_at=now)
        a_message(4, dead_at=now, attempts=12)
        client = inside("sysadmin")
        for state, number in (("waiting", 1), ("again", 2), ("sent", 3), ("dead", 4)):
            shown = client.get(f"/system/outbox/?state={state}").content.decode()
            assert re.findall(r"reader(\d)@", shown) == [str(number)], state
        tally = queries.tally(at=now)
        assert (tally.waiting, tally.late, tally.dead) == (2, 2, 1)

    def test_what_was_given_up_is_sent_once_more_and_what_was_sent_is_not(self) -> None:
        now = timezone.now()
        sent, dead = a_message(1, sent_at=now), a_message(2, dead_at=now, attempts=12)
        client = inside("sysadmin")
        for each in (sent, dead):
            assert client.post(f"/system/outbox/{each.pk}/retry/").status_code == 302
            each.refresh_from_db()
        assert (sent.sent_at, sent.attempts) == (now, 0)
        assert (dead.dead_at, dead.attempts) == (None, 0)
        assert [each.pk for each in actions.claim_due(at=timezone.now())] == [dead.pk]
        # It is being sent: its worker keeps it.
        client.post(f"/system/outbox/{dead.pk}/retry/")
        dead.refresh_from_db()
        assert dead.attempts == 1
        assert JournalEntry.objects.filter(kind="outbox-retried").count() == 1

    def test_all_that_failed_go_out_at_once(self) -> None:
        for number in range(3):
            a_message(number, dead_at=timezone.now(), attempts=rules.ATTEMPTS_MAX)
        inside("sysadmin").post("/system/outbox/retry/")
        assert queries.tally(at=timezone.now()).dead == 0

    @pytest.mark.parametrize("who", ["secadmin", "auditadmin", "leader", "clerk"])
    def test_nobody_else_comes_in(self, who: str) -> None:
        row = a_message()
        client = inside(who)
        for page in ("/system/outbox/", f"/system/outbox/{row.pk}/", "/system/endpoints/"):
            assert client.get(page).status_code == 403, page
        assert client.post(f"/system/outbox/{row.pk}/retry/").status_code == 403
        with pytest.raises(Refused, match="not-allowed"):
            actions.retry(outbox_id=row.pk, by=actor(who), at=timezone.now())


class TestEndpoints:
    """Where events go."""

    def test_an_address_works_when_the_security_administrator_has_confirmed_it(self) -> None:
        client = inside("sysadmin")
        key = key_of(client.get("/system/endpoints/new/"))
        for _twice in range(2):
            client.post("/system/endpoints/new/", {**GIVEN, "key": key})
        assert not Endpoint.objects.exists()
        row = Confirmation.objects.get()
        with pytest.raises(Refused):
            confirmations.confirm(
                confirmation_id=row.pk, answer="", by=actor("sysadmin"), at=timezone.now()
            )
        confirmations.confirm(
            confirmation_id=row.pk, answer="", by=actor("secadmin"), at=timezone.now()
        )
        made = Endpoint.objects.get()
        assert (made.name, made.url, made.code_prefix) == ("督查平台", GIVEN["url"], "cases.")
        assert JournalEntry.objects.filter(kind="endpoint-set", subject="督查平台").exists()
        assert "督查平台" in client.get("/system/endpoints/").content.decode()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("url", "file:///etc/passwd"),
            ("url", "ftp://example.org/"),
            ("url", "javascript:alert(1)"),
            ("name", ""),
            ("name", "a/b"),
            ("code_prefix", "people."),
            ("reason", ""),
        ],
    )
    def test_a_wrong_value_is_told_at_its_field(self, field: str, value: str) -> None:
        client = inside("sysadmin")
        key = key_of(client.get("/system/endpoints/new/"))
        answer = client.post("/system/endpoints/new/", {**GIVEN, "key": key, field: value})
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode()
        assert not Confirmation.objects.exists()

    def test_a_secret_is_shown_once_and_kept_by_a_change(self) -> None:
        actions.set_endpoint(actions.EndpointFacts("督查平台", "https://example.org/"))
        client = inside("sysadmin")
        shown = client.post("/system/endpoints/督查平台/secret/").content.decode()
        secret = Endpoint.objects.get().secret
        assert secret
        assert secret in shown
        for page in ("/system/endpoints/", "/system/endpoints/督查平台/"):
            assert secret not in client.get(page).content.decode()
        actions.set_endpoint(actions.EndpointFacts("督查平台", "https://example.org/2"))
        assert Endpoint.objects.get().secret == secret
        assert not JournalEntry.objects.filter(detail__contains=secret).exists()
