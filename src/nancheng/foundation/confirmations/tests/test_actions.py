"""Two hands: another person, with the grant, exactly once, or nothing at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from nancheng.foundation.confirmations import actions, jobs, queries
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.confirmations.tests import making
from nancheng.foundation.confirmations.tests.making import AT, a_wish, actor, north
from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.messages.models import Notice
from nancheng.foundation.people.rules import Actor, Principal
from nancheng.kernel.refusal import Refused

LATER = AT + timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("zone")


def confirm(row: Confirmation, by: Actor) -> None:
    actions.confirm(confirmation_id=row.pk, answer="同意", by=by, at=LATER)


def refused(code: str, row: Confirmation, by: Actor) -> None:
    with pytest.raises(Refused) as said:
        confirm(row, by)
    assert said.value.code == code
    row.refresh_from_db()
    assert (row.state, north()) == ("waiting", "north")


def test_nothing_happens_until_another_person_confirms() -> None:
    row = a_wish(actor("an", "both"))
    assert north() == "north"
    confirm(row, actor("bai"))
    row.refresh_from_db()
    assert (north(), row.state) == ("north新新", "confirmed")
    assert row.decided_label == "白 · north · both岗"


def test_the_one_who_asked_does_not_confirm_under_whatever_identity() -> None:
    row = a_wish(actor("an", "both"))
    refused("confirmations.same-person", row, actor("an", "both"))
    refused("confirmations.same-person", row, actor("an", "chief"))


def test_a_deputy_is_the_one_stood_in_for() -> None:
    an, bai = actor("an", "both"), actor("bai")
    for_an = Principal(an.identity_id, an.person_id, an.name)
    for_bai = Principal(bai.identity_id, bai.person_id, bai.name)
    # 安 asked; 白 confirms as deputy of 安: both hands would be 安's.
    refused("confirmations.same-person", a_wish(an), replace(bai, acting_for=for_an))
    # 陈, as deputy of 白, asked; 白 cannot confirm.
    asked = a_wish(replace(actor("an", "both"), acting_for=for_bai), key="k2")
    refused("confirmations.same-person", asked, bai)


def test_who_has_no_grant_there_is_told_nothing() -> None:
    row = a_wish(actor("an", "both"))
    for by in (actor("chen"), actor("ding")):
        refused("confirmations.unknown", row, by)
        with pytest.raises(Refused, match="unknown"):
            actions.refuse(confirmation_id=row.pk, answer="不", by=by, at=LATER)
    with pytest.raises(Refused, match="unknown"):
        actions.confirm(confirmation_id=row.pk + 1, answer="", by=actor("bai"), at=LATER)


def test_asking_needs_the_grant_and_the_same_form_twice_asks_once() -> None:
    with pytest.raises(Refused, match="not-allowed"):
        actions.ask(Wish("test.rename", "改名", "无"), by=actor("ding"), at=AT, key="k")
    first, again = a_wish(actor("an", "both")), a_wish(actor("an", "both"))
    assert first == again
    assert Confirmation.objects.count() == 1


def test_confirmed_twice_is_carried_out_once() -> None:
    row = a_wish(actor("an", "both"))
    confirm(row, actor("bai"))
    confirm(row, actor("bai"))
    assert north() == "north新新"
    boss = replace(actor("an", "chief"), person_id=actor("chen").person_id)
    with pytest.raises(Refused, match="decided"):
        confirm(row, boss)


def test_what_is_refused_by_its_own_rule_stays_waiting_and_nothing_is_written() -> None:
    row = a_wish(actor("an", "both"), long=False)
    refused("people.not-allowed", row, actor("bai"))


def test_a_no_and_a_withdrawal_end_it() -> None:
    no, back = a_wish(actor("an", "both")), a_wish(actor("an", "both"), key="k2")
    actions.refuse(confirmation_id=no.pk, answer="理由不足", by=actor("bai"), at=LATER)
    with pytest.raises(Refused, match="unknown"):
        actions.withdraw(confirmation_id=back.pk, by=actor("bai"), at=LATER)
    actions.withdraw(confirmation_id=back.pk, by=actor("an", "both"), at=LATER)
    for row in (no, back):
        with pytest.raises(Refused, match="decided"):
            confirm(row, actor("bai"))
    assert north() == "north"
    assert list(Confirmation.objects.order_by("id").values_list("state", flat=True)) == [
        "refused",
        "withdrawn",
    ]


def test_what_nobody_decided_for_long_ends_and_is_said_to_whoever_asked() -> None:
    row = a_wish(actor("an", "both"))
    assert jobs.lapse_due(at=AT + timedelta(days=settings.CONFIRMATION_DAYS)) == 0
    late = AT + timedelta(days=settings.CONFIRMATION_DAYS, seconds=1)
    assert jobs.lapse_due(at=late) == 1
    assert jobs.lapse_due(at=late) == 0
    row.refresh_from_db()
    assert (row.state, row.decided_person_id, row.decided_at) == ("lapsed", None, late)
    told = Notice.objects.get(code="confirmations.lapsed")
    assert told.identity_id == row.asked_by_id
    for by in (actor("bai"), actor("an", "both")):
        with pytest.raises(Refused, match="lapsed"):
            actions.confirm(confirmation_id=row.pk, answer="", by=by, at=late)
    with pytest.raises(Refused, match="lapsed"):
        actions.withdraw(confirmation_id=row.pk, by=actor("an", "both"), at=late)
    assert north() == "north"
    assert JournalEntry.objects.get(kind="hands-lapsed").subject == f"test.rename #{row.pk}"


def test_the_table_itself_refuses_one_person_on_both_sides() -> None:
    row = a_wish(actor("an", "both"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Confirmation.objects.filter(pk=row.pk).update(
            state="confirmed", decided_person=row.asked_person_id, decided_at=LATER
        )


def test_who_may_confirm_is_told_and_so_is_who_asked() -> None:
    row = a_wish(actor("an", "both"))
    assert set(Notice.objects.values_list("identity__person__name", flat=True)) == {"白"}
    confirm(row, actor("bai"))
    told = Notice.objects.get(code="confirmations.confirmed")
    assert told.identity_id == row.asked_by_id


def test_lists_show_what_the_rule_admits() -> None:
    row = a_wish(actor("an", "both"))
    seen = {
        name: (row in queries.within_reach(by), row in queries.waiting_for(by))
        for name, by in {
            "an": actor("an", "both"),
            "chief": actor("an", "chief"),
            "bai": actor("bai"),
            "chen": actor("chen"),
            "ding": actor("ding"),
        }.items()
    }
    assert seen == {
        "an": (True, False),
        "chief": (True, False),
        "bai": (True, True),
        "chen": (False, False),
        "ding": (False, False),
    }
    assert queries.waiting(actor("bai"), at=AT) == 1
    assert making.OPERATIONS[0].said(row.figures) == [("新名称", "新新")]
