"""Delegation while absent: who may set it, whom, for when; and what the rule makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from nancheng.foundation.people import actions, queries, rules
from nancheng.foundation.people.actions import Delegation
from nancheng.foundation.people.models import Absence
from nancheng.foundation.people.rules import Actor, Row
from nancheng.kernel.refusal import Refused

AT = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ON = AT.date()
PASSWORD = "Nancheng-test-1"


@pytest.fixture
def office(db: None) -> None:
    """安, 白, 陈 in one office under 方; 丁 elsewhere; two system administrators in the office."""
    for code, parent in (("zone", ""), ("office", "zone"), ("law", "zone")):
        actions.put_department(code=code, name=code, name_en=code, parent=parent)
    for code, grants in (
        ("clerk", {"case.view": "own department"}),
        ("reader", {"case.view": "own"}),
        ("head", {"people.absence.set": "below"}),
        ("dean", {"people.absence.set": "zone"}),
        ("sysadmin", {"system.accounts": "zone"}),
    ):
        actions.put_duty(code=code, name=code, name_en=code, grants=grants)
    for username, name, department, duty in (
        ("an", "安", "office", "clerk"),
        ("bai", "白", "office", "reader"),
        ("chen", "陈", "office", "reader"),
        ("ding", "丁", "law", "clerk"),
        ("fang", "方", "zone", "head"),
        ("mei", "梅", "law", "dean"),
        ("geng", "耿", "office", "sysadmin"),
        ("hao", "郝", "office", "sysadmin"),
    ):
        actions.put_post(department=department, duty=duty, name=f"{duty}岗", name_en=duty)
        actions.put_person(username=username, name=name, password=PASSWORD)
        actions.appoint(
            username=username, department=department, duty=duty, active_from=date(2020, 1, 1)
        )


def actor(username: str, on: date = ON) -> Actor:
    return queries.actor_of(username=username, on=on)


def stand_in(
    principal: str, deputy: str, *, by: str = "", days: tuple[int, int] = (0, 4), kinds: str = ""
) -> Absence:
    """Delegate from some day after ``ON`` to another, the last one included."""
    return actions.stand_in(
        Delegation(
            principal_id=actor(principal).identity_id,
            deputy_id=actor(deputy).identity_id,
            first_on=ON + timedelta(days=days[0]),
            last_on=ON + timedelta(days=days[1]),
            reason="休假",
            kinds=frozenset(kinds.split()),
        ),
        by=actor(by or principal),
        at=AT,
    )


def refused(code: str, *args: Any, **more: Any) -> None:
    with pytest.raises(Refused) as said:
        stand_in(*args, **more)
    assert said.value.code == f"people.{code}"


@pytest.mark.usefixtures("office")
class TestWhoMayDelegate:
    """By the action."""

    def test_oneself_or_the_head_and_nobody_else(self) -> None:
        assert stand_in("an", "bai").set_by_id == actor("an").identity_id
        assert stand_in("an", "chen", by="fang", days=(10, 12))
        refused("unknown-identity", "an", "chen", by="chen", days=(20, 21))
        refused("unknown-identity", "an", "bai", by="ding", days=(20, 21))

    def test_only_to_a_colleague_of_the_same_department(self) -> None:
        refused("not-a-deputy", "an", "ding")
        refused("not-a-deputy", "an", "an")

    def test_an_administrator_only_to_one_of_the_same_kind(self) -> None:
        refused("not-a-deputy", "geng", "bai")
        refused("not-a-deputy", "an", "geng")
        assert stand_in("geng", "hao")

    @pytest.mark.parametrize(
        ("days", "code"),
        [
            ((-1, 3), "absence-in-the-past"),
            ((3, 2), "absence-backwards"),
            ((0, 183), "absence-too-long"),
        ],
    )
    def test_the_period_is_sound(self, days: tuple[int, int], code: str) -> None:
        refused(code, "an", "bai", days=days)

    def test_not_twice_for_the_same_and_not_to_somebody_who_is_away(self) -> None:
        stand_in("an", "bai", kinds="loan")
        refused("already-delegated", "an", "chen", kinds="loan petition")
        refused("already-delegated", "an", "chen")
        assert stand_in("an", "chen", kinds="petition")
        refused("deputy-absent", "chen", "an", days=(4, 6))
        assert stand_in("chen", "an", days=(5, 6))


@pytest.mark.usefixtures("office")
class TestWhatADeputyMay:
    """By the one rule."""

    def test_the_union_of_both_in_the_days_and_no_longer(self) -> None:
        stand_in("an", "bai", days=(1, 2))
        an = actor("an")
        of_an = Row(an.identity_id, an.department_id, an.department_path)
        said = [
            rules.may(actor("bai", ON + timedelta(days=day)), "case.view", of_an)
            for day in range(4)
        ]
        assert said == [False, True, True, False]

    def test_history_names_both(self) -> None:
        stand_in("an", "bai")
        hand = rules.hand(actor("bai"), "case.view", Row(actor("an").identity_id, None, ""))
        assert hand is not None
        assert hand.label == "白（代安） · office · clerk岗"
        assert hand.identity_id == actor("bai").identity_id
        assert hand.persons == {actor("an").person_id, actor("bai").person_id}

    def test_it_ends_at_once(self) -> None:
        row = stand_in("an", "bai")
        with pytest.raises(Refused, match="unknown-absence"):
            actions.end_absence(absence_id=row.pk, by=actor("bai"), at=AT)
        actions.end_absence(absence_id=row.pk, by=actor("fang"), at=AT)
        assert actor("bai").stands_in == ()

    def test_a_deputy_of_a_deputy_is_nothing(self) -> None:
        stand_in("an", "bai", days=(0, 9))
        stand_in("bai", "chen", days=(0, 9))
        standing = [each.acting_for.name for each in actor("chen").stands_in if each.acting_for]
        assert standing == ["白"]
        assert not rules.may(actor("chen"), "case.view", Row(actor("an").identity_id, None, ""))

    def test_kinds_of_cases_bind_it_to_rows_of_those_kinds(self) -> None:
        stand_in("an", "bai", kinds="loan")
        an = actor("an")
        bai = actor("bai")
        rows = {
            kind: rules.may(bai, "case.view", Row(an.identity_id, None, "", kind=kind))
            for kind in ("loan", "petition", "")
        }
        assert rows == {"loan": True, "petition": False, "": False}
        # Without a row nothing says of which kind: what needs no row was not delegated.
        assert not rules.may(replace(bai, verbs={}), "case.view")

    def test_two_statements_as_before(self, django_assert_num_queries: Any) -> None:
        stand_in("an", "bai")
        bai = actor("bai")
        with django_assert_num_queries(2):
            queries.actor(person_id=bai.person_id, identity_id=bai.identity_id, on=ON)


@pytest.mark.usefixtures("office")
class TestPages:
    """Through HTTP."""

    def enter(self, username: str) -> Client:
        client = Client()
        client.post("/account/sign-in/", {"username": username, "password": PASSWORD})
        return client

    def form(self, principal: str, deputy: str, **more: str) -> dict[str, str]:
        today = timezone.localdate()
        return {
            "principal": str(actor(principal, today).identity_id),
            "deputy": str(actor(deputy, today).identity_id),
            "first_on": today.isoformat(),
            "last_on": today.isoformat(),
            "reason": "出差",
            **more,
        }

    def test_one_delegates_sees_it_and_ends_it(self) -> None:
        an, bai = self.enter("an"), self.enter("bai")
        assert an.post("/account/absences/new/", self.form("an", "bai")).status_code == 302
        row = Absence.objects.get()
        for client in (an, bai, self.enter("fang")):
            assert "出差" in client.get("/account/absences/").content.decode()
        for username in ("chen", "ding"):
            client = self.enter(username)
            assert "出差" not in client.get("/account/absences/").content.decode()
            assert client.get(f"/account/absences/{row.pk}/end/").status_code == 404
            assert client.post(f"/account/absences/{row.pk}/end/").status_code == 404
        assert bai.post(f"/account/absences/{row.pk}/end/").status_code == 404
        assert an.post(f"/account/absences/{row.pk}/end/").status_code == 302
        row.refresh_from_db()
        assert row.ended_at is not None

    def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(self) -> None:
        an = self.enter("an")
        page = an.post("/account/absences/new/", self.form("an", "bai", last_on="2020-01-01"))
        assert page.status_code == 422
        assert "结束日期不能早于开始日期" in page.content.decode()
        assert "出差" in page.content.decode()

    def test_another_ones_absence_cannot_be_smuggled_in(self) -> None:
        answer = self.enter("an").post("/account/absences/new/", self.form("ding", "bai"))
        assert answer.status_code == 422
        assert not Absence.objects.exists()

    @pytest.mark.parametrize("who", ["fang", "mei"])
    def test_the_head_and_who_reaches_the_whole_zone_choose_for_whom(self, who: str) -> None:
        fang = self.enter(who)
        an = actor("an", timezone.localdate())
        page = fang.get(f"/account/absences/new/?principal={an.identity_id}").content.decode()
        assert "白 · reader岗" in page
        assert fang.post("/account/absences/new/", self.form("an", "bai")).status_code == 302
        row = Absence.objects.get()
        assert row.principal_id == an.identity_id
        assert "出差" in fang.get("/account/absences/").content.decode()
        assert fang.post(f"/account/absences/{row.pk}/end/").status_code == 302
