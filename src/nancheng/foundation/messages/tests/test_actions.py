"""Notices and the outbox on the database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from nancheng.foundation.messages import actions, queries, rules
from nancheng.foundation.messages.models import Notice, Outbox
from nancheng.foundation.messages.tests import making
from nancheng.foundation.messages.tests.making import AT

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def tell(*identity_ids: int, key: str = "k", at: datetime = AT, code: str = "test.told") -> None:
    actions.notify(
        identity_ids=identity_ids,
        code=code,
        figures={"title": "演示", "amount_fen": 1, "due_on": date(2020, 9, 30)},
        case_id=None,
        at=at,
        key=key,
    )


def test_the_same_event_is_told_once_to_each() -> None:
    first, second = making.an_actor("first"), making.an_actor("second")
    tell(first.identity_id, second.identity_id, first.identity_id)
    tell(first.identity_id, second.identity_id)
    assert Notice.objects.count() == 2
    tell(first.identity_id, key="another")
    assert queries.unread(first, at=AT) == 2


def test_long_keys_are_told_apart_to_the_end() -> None:
    actor = making.an_actor("first")
    for ending in ("a", "b", "a"):
        tell(actor.identity_id, key="k" * 500 + ending)
    assert Notice.objects.count() == 2


def test_nothing_is_told_when_the_command_fails() -> None:
    actor = making.an_actor("first")
    actions.put_endpoint(name="bureau", url="https://bureau.invalid/")

    def fail_after_telling() -> None:
        with transaction.atomic():
            tell(actor.identity_id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_telling()
    assert not Notice.objects.exists()
    assert not Outbox.objects.exists()


def test_notifying_takes_few_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    actors = [making.an_actor(f"person{number}") for number in range(5)]
    actor, ids = actors[0], [each.identity_id for each in actors]
    # Who stands in for them, notices, subscriptions, endpoints.
    with django_assert_num_queries(4), transaction.atomic(savepoint=False):
        tell(*ids)
    with django_assert_num_queries(1):
        assert queries.unread(actor, at=AT) == 1


def test_only_ones_own_notices_are_read() -> None:
    mine, other = making.an_actor("first"), making.an_actor("second")
    tell(mine.identity_id, other.identity_id)
    notice = Notice.objects.get(identity_id=other.identity_id)
    assert not actions.mark_read(identity_id=mine.identity_id, notice_id=notice.pk, at=AT)
    assert queries.unread(other, at=AT) == 1
    assert queries.target(mine, notice.pk) is None
    assert actions.mark_read(identity_id=other.identity_id, notice_id=notice.pk, at=AT)
    assert actions.mark_read(identity_id=other.identity_id, notice_id=notice.pk, at=AT)
    assert (queries.unread(mine, at=AT), queries.unread(other, at=AT)) == (1, 0)


def test_reading_all_leaves_what_came_meanwhile() -> None:
    actor = making.an_actor("first")
    tell(actor.identity_id, key="before")
    tell(actor.identity_id, key="after", at=AT + timedelta(seconds=1))
    assert actions.mark_all_read(identity_id=actor.identity_id, at=AT) == 1
    assert queries.unread(actor, at=AT + timedelta(hours=1)) == 1
    assert queries.unread(None, at=AT) == 0


def test_subscribers_and_endpoints_get_one_message_each_for_what_they_want() -> None:
    first, second = making.an_actor("first"), making.an_actor("second")
    actions.subscribe(identity_id=first.identity_id, address="a@demo.invalid", code_prefix="test")
    actions.subscribe(identity_id=second.identity_id, address="b@demo.invalid", code_prefix="x")
    actions.put_endpoint(name="bureau", url="https://bureau.invalid/", code_prefix="test.told")
    for _ in range(2):
        tell(first.identity_id, second.identity_id)
    tell(first.identity_id, key="2", code="test.paid")
    assert sorted(Outbox.objects.values_list("channel", "address", "code")) == [
        ("mail", "a@demo.invalid", "test.paid"),
        ("mail", "a@demo.invalid", "test.told"),
        ("webhook", "https://bureau.invalid/", "test.told"),
    ]
    assert Outbox.objects.filter(code="test.told").first().figures["due_on"] == "2020-09-30"  # type: ignore[union-attr]


def test_a_claim_keeps_others_away_until_it_ends() -> None:
    actions.put_endpoint(name="bureau", url="https://bureau.invalid/")
    tell()
    assert actions.claim_due(at=AT - timedelta(seconds=1)) == []
    (mine,) = actions.claim_due(at=AT)
    assert actions.claim_due(at=AT + rules.CLAIM - timedelta(seconds=1)) == []
    (theirs,) = actions.claim_due(at=AT + rules.CLAIM)
    assert (mine.attempts, theirs.attempts) == (1, 2)
    # The first worker wakes up late: what it thinks of the message counts no more.
    assert not actions.mark_sent(mine, at=AT + rules.CLAIM)
    assert not actions.mark_failed(mine, error="late", at=AT + rules.CLAIM)
    assert actions.mark_sent(theirs, at=AT + rules.CLAIM)
    assert actions.claim_due(at=AT + timedelta(days=9)) == []


def test_a_message_is_given_up_in_the_end_and_can_be_revived() -> None:
    actions.put_endpoint(name="bureau", url="https://bureau.invalid/")
    tell()
    at, tries = AT, 0
    while claimed := actions.claim_due(at=at):
        tries += 1
        given_up = actions.mark_failed(claimed[0], error="x" * 1000, at=at)
        at = Outbox.objects.get().send_after
        if given_up:
            break
    assert tries == rules.ATTEMPTS_MAX
    dead = queries.dead_letters().get()
    assert len(dead.last_error) == actions.ERROR_LENGTH
    assert queries.backlog(at=at + timedelta(days=1)) == (0, 1)
    assert actions.claim_due(at=at + timedelta(days=1)) == []
    assert actions.revive(outbox_id=dead.pk, at=at)
    assert len(actions.claim_due(at=at)) == 1
    assert not actions.revive(outbox_id=dead.pk, at=at)
