"""A deputy does an absent one's work: in two names, apart from what either had a hand in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nancheng.foundation.cases import actions, clocks, extensions, queries, worklist
from nancheng.foundation.cases.models import Case, CaseEvent, Task
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import AT, PASSWORD, Zone
from nancheng.foundation.messages import queries as notices
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.actions import Delegation
from nancheng.foundation.people.models import Absence
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

Appoint = Callable[[str, str, str], Actor]


@pytest.fixture
def appoint(zone: Zone) -> Appoint:
    """Give a person of the cast, or a new one, one more post; return who acts there."""

    def put(username: str, department: str, duty: str) -> Actor:
        people.put_post(department=department, duty=duty, name=f"{duty}岗", name_en=duty)
        people.put_person(username=username, name=username.title(), password=PASSWORD)
        people.appoint(
            username=username, department=department, duty=duty, active_from=date(2020, 1, 1)
        )
        return people_queries.actor_of(username=username, on=AT.date(), duty=duty)

    return put


def stand_in(principal: Actor, deputy: Actor, *, kinds: str = "", days: int = 0) -> Absence:
    """Delegate for a week, from some day after ``AT``."""
    return people.stand_in(
        Delegation(
            principal_id=principal.identity_id,
            deputy_id=deputy.identity_id,
            first_on=AT.date() + timedelta(days=days),
            last_on=AT.date() + timedelta(days=days + 7),
            reason="休假",
            kinds=frozenset(kinds.split()),
        ),
        by=principal,
        at=AT,
    )


def again(actor: Actor, *, days: int = 0) -> Actor:
    """Read an actor anew, as a later request does."""
    found = people_queries.actor_at(
        identity_id=actor.identity_id, on=AT.date() + timedelta(days=days)
    )
    assert found is not None
    return found


def a_review(zone: Zone) -> Case:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    return case


def claim(case: Case, node: str, by: Actor) -> Task:
    task = making.the_task(case, node)
    actions.claim(task_id=task.pk, by=by, at=AT, key=f"claim-{task.pk}-{by.identity_id}")
    task.refresh_from_db()
    return task


def test_the_deputy_finds_the_absent_ones_work_and_does_it_in_two_names(zone: Zone) -> None:
    case = a_review(zone)
    assert not worklist.inbox(zone.fang).exists()
    stand_in(zone.bai, zone.fang)
    fang = again(zone.fang)
    assert [task.node for task in worklist.inbox(fang)] == ["review"]
    task = claim(case, "review", fang)
    # Claimed for the absent one: on the day of return it is simply theirs.
    assert task.claimed_by_id == zone.bai.identity_id
    making.do(case, "review", fang)
    task.refresh_from_db()
    assert (task.done_by_id, task.done_for_id) == (fang.identity_id, zone.bai.identity_id)
    labels = set(
        CaseEvent.objects.filter(case=case, kind="Completed", node="review").values_list(
            "actor_label", flat=True
        )
    )
    assert labels == {"方（代白） · 管委会 · reviewer岗"}
    assert list(worklist.done(zone.bai)) == [task]
    assert list(worklist.done(zone.fang)) == [task]


def test_what_is_claimed_meanwhile_returns_with_its_history(zone: Zone) -> None:
    case = a_review(zone)
    row = stand_in(zone.bai, zone.fang)
    task = claim(case, "review", again(zone.fang))
    people.end_absence(absence_id=row.pk, by=zone.bai, at=AT)
    with pytest.raises(Refused, match="task-taken"):
        actions.complete(
            task_id=task.pk, values={"decision": "agree"}, by=again(zone.fang), at=AT, key="late"
        )
    assert list(worklist.inbox(again(zone.fang))) == []
    making.do(case, "review", zone.bai)
    assert list(
        CaseEvent.objects.filter(case=case, node="review", kind__in=("Claimed", "Completed"))
        .order_by("seq")
        .values_list("actor_label", flat=True)
    ) == ["方（代白） · 管委会 · reviewer岗", "白 · 管委会 · reviewer岗"]


def test_it_begins_and_ends_with_its_days(zone: Zone) -> None:
    a_review(zone)
    stand_in(zone.bai, zone.fang, days=1)
    seen = [worklist.inbox(again(zone.fang, days=day)).count() for day in (0, 1, 8, 9)]
    assert seen == [0, 1, 1, 0]


def test_only_the_kinds_that_were_delegated(zone: Zone) -> None:
    case = a_review(zone)
    stand_in(zone.bai, zone.fang, kinds="petition")
    fang = again(zone.fang)
    assert not worklist.inbox(fang).exists()
    with pytest.raises(Refused, match="not-yours"):
        claim(case, "review", fang)
    stand_in(zone.bai, zone.fang, kinds="loan", days=0)
    assert worklist.inbox(again(zone.fang)).count() == 1


class TestApart:
    """Who makes does not check, whoever stands in for whom."""

    def refused(self, case: Case, by: Actor) -> None:
        with pytest.raises(Refused, match="same-person"):
            making.do(case, "review", by)

    def test_a_deputy_does_not_check_what_the_absent_one_made(
        self, zone: Zone, appoint: Appoint
    ) -> None:
        reviewing = appoint("an", "zone", "reviewer")
        case = a_review(zone)
        stand_in(reviewing, zone.fang)
        self.refused(case, again(zone.fang))

    def test_nor_the_absent_one_what_a_deputy_made_for_them(
        self, zone: Zone, appoint: Appoint
    ) -> None:
        reviewing, hu = appoint("an", "zone", "reviewer"), appoint("hu", "north", "signer")
        stand_in(zone.an, hu)
        case = making.a_case(zone)
        making.do(case, "apply", again(hu))
        self.refused(case, reviewing)

    def test_nor_the_deputy_what_the_same_made_for_another(
        self, zone: Zone, appoint: Appoint
    ) -> None:
        hu, reviewing = appoint("hu", "north", "signer"), appoint("hu", "zone", "reviewer")
        stand_in(zone.an, hu)
        case = making.a_case(zone)
        making.do(case, "apply", again(hu))
        self.refused(case, reviewing)
        assert queries.hands(case.pk) == {"apply": {hu.person_id, zone.an.person_id}}

    def test_nobody_extends_what_is_theirs_to_do_as_a_deputy(
        self, zone: Zone, appoint: Appoint
    ) -> None:
        case = a_review(zone)
        stand_in(zone.bai, zone.fang)
        with pytest.raises(Refused, match="extend-own"):
            extensions.ask(
                task_id=making.the_task(case, "review").pk,
                days=2,
                reason="材料多",
                by=again(zone.fang),
                at=AT,
                key="more",
            )


def test_a_verb_of_the_absent_head_is_used_in_two_names(zone: Zone) -> None:
    case = a_review(zone)
    with pytest.raises(Refused, match="not-allowed"):
        actions.suspend(case_id=case.pk, reason="补件", by=zone.bai, at=AT, key="s1")
    stand_in(zone.fang, zone.bai)
    actions.suspend(case_id=case.pk, reason="补件", by=again(zone.bai), at=AT, key="s2")
    label = CaseEvent.objects.get(case=case, kind="Suspended").actor_label
    assert label == "白（代方） · 管委会 · head岗"


def test_messages_go_to_the_deputy_and_say_for_whom(zone: Zone) -> None:
    case = a_review(zone)
    claim(case, "review", zone.bai)
    stand_in(zone.bai, zone.chen, kinds="loan")
    actions.remind(
        task_id=making.the_task(case, "review").pk,
        text="请快",
        by=zone.fang,
        at=AT,
        key="remind",
    )
    told = {
        name: [notices.line(each).text for each in notices.notices(actor)]
        for name, actor in {"bai": zone.bai, "chen": zone.chen}.items()
    }
    assert [text[:4] for text in told["bai"]] == ["催办：“"]
    assert [text[:4] for text in told["chen"]] == ["【代白】"]


def test_the_work_list_marks_whose_work_it_is(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_review(zone)
    stand_in(zone.bai, zone.fang)
    monkeypatch.setattr(timezone, "now", lambda: AT)
    monkeypatch.setattr(clocks, "warn_to", lambda on, *, days: on)
    client = Client()
    client.post("/account/sign-in/", {"username": "fang", "password": PASSWORD})
    page: Any = client.get("/desk/").content.decode()
    assert f"{case.title}（代白）" in page
    task = making.the_task(case, "review")
    assert "您正在代白办理" in client.get(f"/tasks/{task.pk}/").content.decode()
