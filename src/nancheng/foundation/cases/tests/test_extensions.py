"""延期 takes two: nobody alone moves a date, nor whoever does the task; the law bounds both."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from nancheng.foundation.cases import actions, extensions
from nancheng.foundation.cases.models import Case, CaseEvent, Clock, Task
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import AT, SignIn, Zone
from nancheng.foundation.cases.tests.plays import Publish
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.cases.tests.test_deputies import Appoint, appoint, stand_in
from nancheng.foundation.cases.tests.test_limits import assert_proved, begun, one_step
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.limits.models import ClockMove, LimitRule
from nancheng.foundation.people import actions as people_actions
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

__all__ = ("appoint",)
BOTH = dict.fromkeys(("case.view", "case.extend", "case.extend-confirm"), "zone")
FIRST = date(2020, 9, 22)


@pytest.fixture
def hu(appoint: Appoint) -> Actor:
    """Who may confirm, and ask as well."""
    people_actions.put_duty(code="approver", name="批准", name_en="Approver", grants=BOTH)
    return appoint("hu", "zone", "approver")


@pytest.fixture
def task(zone: Zone) -> Task:
    """A step of 白's, with five working days."""
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    return making.the_task(case, "review")


def ask(task: Task, by: Actor, days: int = 2, key: str = "e") -> None:
    extensions.ask(task_id=task.pk, days=days, reason="情况复杂", by=by, at=AT, key=key)


def confirm(by: Actor) -> None:
    row = Confirmation.objects.latest("id")
    confirmations.confirm(confirmation_id=row.pk, answer="", by=by, at=AT)


def due(task: Task) -> date | None:
    return Clock.objects.values_list("due_on", flat=True).get(task=task)


def test_the_date_moves_when_another_confirms_and_not_before(
    zone: Zone, hu: Actor, task: Task
) -> None:
    ask(task, zone.fang)
    assert due(task) == FIRST
    confirm(hu)
    clock = Clock.objects.get(task=task)
    assert (clock.original_due_on, clock.due_on) == (FIRST, date(2020, 9, 24))
    assert ClockMove.objects.get(clock=clock).reason == "extended"
    event = CaseEvent.objects.get(kind="Extended")
    assert event.actor_label == hu.label
    assert "情况复杂" in event.payload
    assert zone.fang.label in event.payload
    assert_whole(Case.objects.get(pk=task.case_id))
    kinds = JournalEntry.objects.order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["hands-asked", "hands-confirmed"]


def test_nobody_confirms_alone_and_a_second_click_moves_it_once(
    zone: Zone, hu: Actor, task: Task
) -> None:
    ask(task, zone.fang)
    with pytest.raises(Refused, match="same-person"):
        confirm(zone.fang)
    assert due(task) == FIRST
    confirm(hu)
    confirm(hu)
    assert Clock.objects.get(task=task).extensions.count() == 1


def test_a_no_or_a_withdrawal_moves_nothing(zone: Zone, hu: Actor, task: Task) -> None:
    ask(task, zone.fang)
    row = Confirmation.objects.get()
    confirmations.refuse(confirmation_id=row.pk, answer="抓紧", by=hu, at=AT)
    ask(task, zone.fang, key="again")
    confirmations.withdraw(
        confirmation_id=Confirmation.objects.latest("id").pk, by=zone.fang, at=AT
    )
    assert due(task) == FIRST


def test_whoever_does_the_task_neither_asks_nor_confirms(
    zone: Zone, hu: Actor, task: Task, appoint: Appoint
) -> None:
    with pytest.raises(Refused):
        ask(task, zone.bai)
    stand_in(zone.bai, hu)
    deputy = people.actor_at(identity_id=hu.identity_id, on=AT.date())
    assert deputy is not None
    with pytest.raises(Refused, match="extend-own"):
        ask(task, deputy)
    ask(task, zone.fang)
    with pytest.raises(Refused, match="extend-own"):
        confirm(deputy)
    assert Confirmation.objects.get().state == "waiting"
    confirm(appoint("ji", "zone", "approver"))
    assert due(task) == date(2020, 9, 24)


def test_the_law_bounds_both_hands(zone: Zone, hu: Actor, published: Publish) -> None:
    LimitRule.objects.filter(code="XF_HANDLE").update(valid_from=date(2020, 1, 1))
    published(petition=one_step("petition", "XF_HANDLE"))
    _case, task = begun(zone, "petition")
    assert due(task) == date(2020, 11, 14)
    with pytest.raises(Refused, match="extension-too-long"):
        ask(task, zone.fang, days=31, key="31")
    ask(task, zone.fang, days=20, key="20")
    # Meanwhile the same time was granted on paper: what the law leaves is judged once more.
    Clock.objects.get(task=task).extensions.create(
        count=15, reason="x", granted_by_id=zone.fang.identity_id, granted_at=AT
    )
    with pytest.raises(Refused, match="extension-too-long"):
        confirm(hu)
    assert Confirmation.objects.get().state == "waiting"
    Clock.objects.get(task=task).extensions.all().delete()
    confirm(hu)
    assert_proved(Clock.objects.get(task=task))
    with pytest.raises(Refused, match="extension-too-long"):
        ask(task, zone.fang, days=11, key="11")


def test_one_request_waits_at_a_time_and_a_form_sent_twice_is_one(
    zone: Zone, hu: Actor, task: Task
) -> None:
    ask(task, zone.fang)
    ask(task, zone.fang)
    assert Confirmation.objects.count() == 1
    with pytest.raises(Refused, match="extension-asked"):
        ask(task, hu, key="other")
    confirm(hu)
    ask(task, hu, key="other")
    assert Confirmation.objects.count() == 2


def test_a_task_that_is_over_moves_no_more(zone: Zone, hu: Actor, task: Task) -> None:
    ask(task, zone.fang)
    case = Case.objects.get(pk=task.case_id)
    making.do(case, "review", zone.bai)
    with pytest.raises(Refused, match="task-gone"):
        confirm(hu)
    with pytest.raises(Refused, match="task-gone"):
        ask(task, zone.fang, key="late")


def test_no_action_of_one_hand_is_left() -> None:
    assert not hasattr(actions, "extend")


def test_the_pages_of_both_hands(zone: Zone, hu: Actor, task: Task, sign_in: SignIn) -> None:
    asker: Client = sign_in("fang")
    page = f"/tasks/{task.pk}/extend/"
    assert "延长天数" in asker.get(page).content.decode()
    answer = asker.post(page, {"days": 2, "reason": "情况复杂", "key": "k"}, follow=True)
    assert "待另一人复核" in answer.content.decode()
    wrong = asker.post(page, {"days": 2, "reason": "再来", "key": "k2"})
    assert (wrong.status_code, "等待复核" in wrong.content.decode()) == (422, True)
    row = Confirmation.objects.get()
    second: Client = sign_in("hu")
    shown = second.get(f"/confirmations/{row.pk}/").content.decode()
    assert "延长期限" in shown
    assert "2个工作日" in shown
    second.post(f"/confirmations/{row.pk}/", {"decision": "confirm", "answer": ""})
    assert Clock.objects.get(task=task).extensions.count() == 1


def test_statements_are_counted(
    zone: Zone,
    hu: Actor,
    task: Task,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(30):
        ask(task, zone.fang)
    with django_assert_max_num_queries(42):
        confirm(hu)
