"""Who leaves: everything ends that opens a door, no task is left alone, and the record holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nancheng.foundation.audit import actions as audit
from nancheng.foundation.audit import replaying, verifying
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import queries as case_queries
from nancheng.foundation.cases.leaving import actions as tasks
from nancheng.foundation.cases.models import Case, CaseEvent
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import Zone
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.journal import queries as journal
from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.messages.models import Outbox, Subscription
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries
from nancheng.foundation.people.actions import Delegation
from nancheng.foundation.people.leaving import actions as leaving
from nancheng.foundation.people.models import Absence, Identity, Person
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import memory
from nancheng.kernel.refusal import Refused

SYSTEM = {"system.accounts": "zone", "system.grants.confirm": "zone"}
SECURITY = {"system.grants": "zone", "system.accounts.confirm": "zone"}
ACCOUNT = "/system/accounts/bai/"


@pytest.fixture
def zone(db: None, settings: Any, tmp_path: Path) -> Iterator[Zone]:
    """The small zone of the cases' tests, with two administrators."""
    settings.PROCESS_BINDINGS = ("nancheng.foundation.cases.tests.making.BINDINGS",)
    settings.NANCHENG_DATA = tmp_path
    memory.forget()
    made = making.a_zone()
    for username, grants in (("sysadmin", SYSTEM), ("secadmin", SECURITY)):
        people.put_duty(code=username, name=username, name_en=username, grants=grants)
        people.put_post(department="zone", duty=username, name=username, name_en=username)
        people.put_person(username=username, name=username, password=making.PASSWORD)
        since = date(2020, 1, 1)
        people.appoint(username=username, department="zone", duty=username, active_from=since)
    yield made
    memory.forget()


def inside(username: str) -> Client:
    client = Client()
    person = Person.objects.get(username=username)
    client.force_login(person, backend="nancheng.foundation.people.backends.PasswordBackend")
    return client


def actor(username: str) -> Actor:
    return queries.actor_of(username=username, on=timezone.localdate())


def ask(what: str = "leave", *, days: int = 0, username: str = "bai", key: str = "k") -> Any:
    on = timezone.localdate() + timedelta(days=days)
    sent = {"leaves_on": on.isoformat(), "reason": "调离", "key": key}
    return inside("sysadmin").post(f"/system/accounts/{username}/{what}/", sent)


def confirm() -> None:
    row = Confirmation.objects.get(state="waiting")
    by, at = actor("secadmin"), timezone.now()
    confirmations.confirm(confirmation_id=row.pk, answer="", by=by, at=at)


def bai() -> Person:
    return Person.objects.get(pk=Identity.objects.order_by("id")[1].person_id)


def faults() -> list[object]:
    audit.seal(at=timezone.now())
    found = [fault for looked in verifying.histories(since=None) for fault in looked.faults]
    return [*found, *verifying.together(), *replaying.differing(Case.objects.all())]


class TestLeaving:
    """Two administrators, a day, and nothing that opens a door after it."""

    def test_today_ends_sessions_posts_and_signing_in(self, zone: Zone) -> None:
        seat = inside("bai")
        assert seat.get("/desk/").status_code == 200
        assert ask().status_code == 302
        assert seat.get("/desk/").status_code == 200
        confirm()
        assert seat.get("/desk/").status_code == 302
        person = bai()
        assert (person.is_active, person.has_usable_password()) == (False, False)
        assert queries.actor(person_id=person.pk, identity_id=None, on=timezone.localdate()) is None
        sent = {"username": "bai", "password": making.PASSWORD}
        assert Client().post("/account/sign-in/", sent).status_code != 302
        assert JournalEntry.objects.filter(kind="left", subject__contains="bai").exists()

    def test_a_later_day_comes_by_itself(self, zone: Zone) -> None:
        ask(days=3)
        confirm()
        today, now = timezone.localdate(), timezone.now()
        assert inside("bai").get("/desk/").status_code == 200
        assert leaving.end_due(at=now) == 0
        person = bai()
        on = today + timedelta(days=2)
        assert queries.actor(person_id=person.pk, identity_id=None, on=on) is not None
        on = today + timedelta(days=3)
        assert queries.actor(person_id=person.pk, identity_id=None, on=on) is None
        # Between midnight and the job nobody signs in either.
        Person.objects.filter(pk=person.pk).update(leaves_on=today)
        assert inside("bai").get("/desk/").status_code == 302
        assert leaving.end_due(at=now + timedelta(days=3)) == 1
        assert leaving.end_due(at=now + timedelta(days=3)) == 0
        assert not bai().is_active

    def test_delegations_of_both_sides_end(self, zone: Zone) -> None:
        today, at = timezone.localdate(), timezone.now()
        for principal, deputy in (("bai", "chen"), ("chen", "bai")):
            first = today if principal == "bai" else today + timedelta(days=20)
            delegation = Delegation(
                principal_id=actor(principal).identity_id,
                deputy_id=actor(deputy).identity_id,
                first_on=first,
                last_on=first + timedelta(days=9),
                reason="休假",
            )
            people.stand_in(delegation, by=actor(principal), at=at)
        ask(days=5)
        confirm()
        rows = Absence.objects.order_by("id")
        assert rows[0].active_to == today + timedelta(days=5)
        assert rows[1].ended_at is not None

    def test_tasks_go_back_to_the_post(self, zone: Zone) -> None:
        case = making.a_case(zone)
        making.do(case, "apply", zone.an)
        task = making.the_task(case, "review")
        cases.claim(task_id=task.pk, by=zone.bai, at=timezone.now(), key="c")
        ask()
        confirm()
        at = timezone.now()
        assert (tasks.hand_over_due(at=at), tasks.hand_over_due(at=at)) == (1, 0)
        task.refresh_from_db()
        assert (task.state, task.claimed_by_id) == ("offered", None)
        assert "离岗" in CaseEvent.objects.get(kind="Released").payload
        cases.claim(task_id=task.pk, by=zone.chen, at=at, key="c")
        assert faults() == []

    def test_nobody_leaves_a_post_with_tasks_and_no_one_else(self, zone: Zone) -> None:
        making.a_case(zone)
        answer = ask(username="an")
        assert (answer.status_code, Confirmation.objects.count()) == (422, 0)
        assert "1 件未办任务" in answer.content.decode()
        # Another at the post makes it possible; who leaves in the meantime is judged again.
        ask(key="bai")
        making.do(Case.objects.get(), "apply", zone.an)
        Identity.objects.filter(person__username="chen").delete()
        with pytest.raises(Refused, match="post-unmanned"):
            confirm()
        assert bai().is_active

    def test_what_is_refused(self, zone: Zone) -> None:
        for username, days, words in (
            ("sysadmin", 0, "不能操作本人"),
            ("bai", -1, "不能早于今天"),
            ("secadmin", 0, "最后一名"),
        ):
            answer = ask(username=username, days=days)
            assert (answer.status_code, words in answer.content.decode()) == (422, True), username
        ask()
        assert "等待复核" in ask(key="again").content.decode()
        assert ask().status_code == 302
        confirm()
        assert "已办理离岗" in ask(key="third").content.decode()
        since = timezone.localdate()
        with pytest.raises(Refused, match="has-left"):
            people.appoint(username="bai", department="zone", duty="signer", active_from=since)
        with pytest.raises(Refused, match="has-left"):
            people.set_account_open(
                person_id=bai().pk, is_open=True, by=actor("sysadmin"), at=timezone.now()
            )
        with pytest.raises(Refused, match="has-left"):
            people.resettable(person_id=bai().pk, by=actor("sysadmin"), at=timezone.now())


class TestErasing:
    """A pseudonym in the place of a person's data; the record stays as it was written."""

    def test_the_account_is_nobody_and_the_history_still_verifies(self, zone: Zone) -> None:
        case = making.a_case(zone)
        making.do(case, "apply", zone.an)
        making.do(case, "review", zone.bai)
        Person.objects.filter(username="bai").update(phone="13800000000", email="bai@example.org")
        identity = zone.bai.identity_id
        messages.subscribe(identity_id=identity, address="bai@example.org")
        before = {"channel": "mail", "address": "bai@example.org", "code": "cases.arrived"}
        at = timezone.now()
        Outbox.objects.create(key="sent", created_at=at, send_after=at, sent_at=at, **before)
        Outbox.objects.create(key="due", created_at=at, send_after=at, **before)
        assert "尚未离岗" in ask("erase").content.decode()
        ask()
        confirm()
        assert ask("erase", key="e").status_code == 302
        confirm()
        person = bai()
        name = f"离岗人员{person.pk}"
        assert (person.username, person.name) == (f"left-{person.pk}", name)
        assert (person.phone, person.email, person.last_login) == ("", "", None)
        assert not Subscription.objects.filter(identity_id=identity).exists()
        assert list(Outbox.objects.values_list("key", "address")) == [("sent", "")]
        # The request names nobody any more, and what was done stays done under the name then.
        row = Confirmation.objects.get(operation="people.erase")
        assert (row.subject, row.figures) == (name, {"person_id": person.pk})
        assert "白" in CaseEvent.objects.filter(kind="Completed").order_by("seq")[1].actor_label
        assert faults() == []
        assert journal.first_fault() is None
        assert case_queries.history(case.pk)
        page = inside("sysadmin").get(f"/system/accounts/left-{person.pk}/").content.decode()
        assert name in page
        assert "/erase/" not in page
        assert inside("sysadmin").get(ACCOUNT).status_code == 404

    def test_nothing_is_erased_twice_or_by_one(self, zone: Zone) -> None:
        ask()
        confirm()
        ask("erase", key="e")
        row = Confirmation.objects.get(state="waiting")
        with pytest.raises(Refused, match="confirmations"):
            confirmations.confirm(
                confirmation_id=row.pk, answer="", by=actor("sysadmin"), at=timezone.now()
            )
        assert bai().name == "白"
        confirm()
        with pytest.raises(Refused, match="erased-already"):
            leaving.erase(person_id=bai().pk, by=actor("secadmin"), at=timezone.now())
