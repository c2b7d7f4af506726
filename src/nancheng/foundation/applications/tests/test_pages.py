"""The pages of applications: for the system administrator alone; a token's text is shown once."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nancheng.foundation.applications import actions, jobs, queries, rules
from nancheng.foundation.applications.actions import ApplicationFacts
from nancheng.foundation.applications.models import AccessToken, ApiAnswer, ApiCall, Application
from nancheng.foundation.applications.rules import Narrowing
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

BACKEND = "nancheng.foundation.people.backends.PasswordBackend"
FORM = {
    "code": "oas",
    "name": "办公系统",
    "purpose": "读取待办",
    "contact": "某人 000",
    "post": "data/clerk",
}
TOKEN = {
    "label": "夜间同步",
    "mode": "read",
    "days": "30",
    "verbs": ["case.view", "task.view"],
    "reason": "夜间对账",
    "key": "once",
}


@pytest.fixture
def manager(db: None) -> Actor:
    """Put a system administrator and a clerk in place."""
    people.put_department(code="data", name="大数据中心", name_en="Data")
    for duty, grants in (
        ("sysadmin", {actions.MANAGE: "zone"}),
        ("secadmin", {actions.CONFIRM: "zone"}),
        ("clerk", {}),
    ):
        people.put_duty(code=duty, name=duty, name_en=duty, grants=grants)
        people.put_post(department="data", duty=duty, name=f"{duty}岗", name_en=duty)
        people.put_person(username=duty, name=f"人{duty}", password="Nancheng-test-1")
        people.appoint(username=duty, department="data", duty=duty, active_from=date(2020, 1, 1))
    return people_queries.actor_of(username="sysadmin", on=timezone.localdate())


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(username=username), backend=BACKEND)
    return client


def actor(username: str) -> Actor:
    return people_queries.actor_of(username=username, on=timezone.localdate())


def decide(act: Any, username: str) -> None:
    row = Confirmation.objects.get(state="waiting")
    act(confirmation_id=row.pk, answer="看过", by=actor(username), at=timezone.now())


def an_application(manager: Actor) -> Application:
    facts = ApplicationFacts("oas", "办公系统", "读取待办", "某人", "data", "clerk")
    return actions.register_application(facts, by=manager, at=timezone.now())


def test_an_application_is_registered_given_a_token_and_closed(manager: Actor) -> None:
    client = signed_in("sysadmin")
    assert client.get("/applications/").status_code == 200
    assert client.post("/applications/register/", FORM)["Location"] == "/applications/oas/"
    shown = client.post("/applications/oas/tokens/", TOKEN)
    (text,) = re.findall(r'value="(nct_[\w-]{43})"', shown.content.decode())
    assert shown["Cache-Control"] == "private, no-store"
    assert text not in client.get("/applications/oas/").content.decode()
    assert not AccessToken.objects.exists()
    decide(confirmations.confirm, "secadmin")
    token = AccessToken.objects.get()
    assert token.issued_label == manager.label
    assert token.digest == actions.digest(text)
    assert queries.narrowing(token) == Narrowing(frozenset({"case.view", "task.view"}))
    assert client.post(f"/applications/oas/tokens/{token.pk}/revoke/").status_code == 302
    assert client.post("/applications/oas/close/").status_code == 302
    assert client.post("/applications/oas/tokens/", TOKEN | {"key": "2"}).status_code == 422
    for page in ("/applications/", "/applications/oas/", "/applications/register/"):
        for language in ("zh-hans", "en"):
            answer = client.get(page, headers={"accept-language": language})
            assert answer.status_code == 200, page


def test_nobody_issues_a_token_with_one_hand(manager: Actor) -> None:
    made = an_application(manager)
    signed_in("sysadmin").post("/applications/oas/tokens/", TOKEN)
    for username in ("sysadmin", "clerk"):
        with pytest.raises(Refused, match=r"confirmations\.(same-person|unknown)"):
            decide(confirmations.confirm, username)
    wanted, _text = actions.prepare(
        made.pk, label="x", narrowing=Narrowing(frozenset({"*"})), days=1, by=manager
    )
    with pytest.raises(Refused, match=r"people\.not-allowed"):
        actions.issue(wanted, asked="x", by=manager, at=timezone.now())
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_token_refused_or_withdrawn_never_was(manager: Actor, is_refused: bool) -> None:
    an_application(manager)
    shown = signed_in("sysadmin").post("/applications/oas/tokens/", TOKEN)
    (text,) = re.findall(r'value="(nct_[\w-]{43})"', shown.content.decode())
    row = Confirmation.objects.get()
    if is_refused:
        decide(confirmations.refuse, "secadmin")
    else:
        confirmations.withdraw(confirmation_id=row.pk, by=manager, at=timezone.now())
    assert not AccessToken.objects.exists()
    assert queries.bearer(actions.digest(text), at=timezone.now()) is None
    with pytest.raises(Refused, match=r"confirmations\.decided"):
        confirmations.confirm(
            confirmation_id=row.pk, answer="", by=actor("secadmin"), at=timezone.now()
        )
    kinds = JournalEntry.objects.order_by("seq").values_list("kind", "subject")
    done = "hands-refused" if is_refused else "hands-withdrawn"
    subject = f"applications.token #{row.pk}"
    assert list(kinds)[-2:] == [("hands-asked", subject), (done, subject)]


def test_the_form_sent_twice_asks_once_and_shows_no_second_text(manager: Actor) -> None:
    an_application(manager)
    client = signed_in("sysadmin")
    first, again = (client.post("/applications/oas/tokens/", TOKEN) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 422)
    assert "nct_" not in again.content.decode()
    assert Confirmation.objects.count() == 1


def test_who_confirms_sees_what_the_token_opens(manager: Actor) -> None:
    an_application(manager)
    shown = signed_in("sysadmin").post("/applications/oas/tokens/", TOKEN)
    (text,) = re.findall(r'value="(nct_[\w-]{43})"', shown.content.decode())
    client, row = signed_in("secadmin"), Confirmation.objects.get()
    page = client.get(f"/confirmations/{row.pk}/").content.decode()
    assert "case.view，task.view" in page
    assert actions.digest(text) not in page
    assert text not in page
    client.post(f"/confirmations/{row.pk}/", {"decision": "confirm", "answer": "同意"})
    assert AccessToken.objects.get().digest == actions.digest(text)
    kinds = set(JournalEntry.objects.values_list("kind", flat=True))
    assert {"hands-asked", "hands-confirmed", "token-issued"} <= kinds


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    manager: Actor,
) -> None:
    client = signed_in("sysadmin")
    an_application(manager)
    for wrong in ({"code": "Ä"}, {"code": "oas"}, {"post": "data/king"}, {"name": ""}):
        answer = client.post("/applications/register/", {**FORM, "code": "crm", **wrong})
        assert answer.status_code == 422, wrong
        assert "某人 000" in answer.content.decode()
    too_much: tuple[dict[str, Any], ...] = ({"days": "367"}, {"verbs": ["secret"]}, {"verbs": []})
    for wrong in too_much:
        answer = client.post("/applications/oas/tokens/", {**TOKEN, **wrong})
        assert answer.status_code == 422, wrong
        assert "夜间同步" in answer.content.decode()
    assert Application.objects.count() == 1
    assert not AccessToken.objects.exists()


def test_the_pages_are_for_who_manages_applications(manager: Actor) -> None:
    an_application(manager)
    client = signed_in("clerk")
    for page in ("", "register/", "oas/", "oas/tokens/"):
        assert client.get(f"/applications/{page}").status_code == 403
    for page in ("register/", "oas/tokens/", "oas/close/", "oas/tokens/1/revoke/"):
        assert client.post(f"/applications/{page}", FORM).status_code == 403
    clerk = people_queries.actor_of(username="clerk", on=timezone.localdate())
    with pytest.raises(Refused, match=r"people\.not-allowed"):
        an_application(clerk)


def test_nobody_signs_in_as_an_application(manager: Actor) -> None:
    made = an_application(manager)
    person = made.identity.person
    assert not person.has_usable_password()
    client = Client()
    for password in ("", "Nancheng-test-1", person.password):
        client.post("/account/sign-in/", {"username": "app-oas", "password": password})
        assert "_auth_user_id" not in client.session


def test_a_machine_carries_nothing_that_was_delegated_to_its_account(manager: Actor) -> None:
    deputy = people_queries.actor_of(username="clerk", on=timezone.localdate())
    actor = Actor(
        **{
            **{name: getattr(manager, name) for name in ("identity_id", "person_id", "name")},
            **{name: getattr(manager, name) for name in ("post_id", "post_name", "duty")},
            "department_id": 1,
            "department_path": "/",
            "department_name": "",
            "verbs": manager.verbs,
            "stands_in": (deputy,),
        }
    )
    narrowed = rules.narrowed(actor, Narrowing(frozenset({"*"})))
    assert list(narrowed.hands) == [narrowed]
    assert narrowed.verbs == manager.verbs
    assert rules.narrowed(actor, Narrowing(frozenset({"case.view"}))).verbs == {}


def test_the_sweep_takes_old_answers_and_old_calls(manager: Actor) -> None:
    made, at = an_application(manager), timezone.now()
    wanted, _text = actions.prepare(
        made.pk, label="x", narrowing=Narrowing(frozenset({"*"})), days=1, by=manager
    )
    token = actions.issue(wanted, asked="x", by=actor("secadmin"), at=at)
    for age in (rules.ANSWER_AGE - timedelta(days=1), rules.ANSWER_AGE + timedelta(days=1)):
        actions.reserve_answer(application_id=made.pk, key=str(age), fingerprint="f", at=at - age)
    for age in (rules.CALL_AGE - timedelta(days=1), rules.CALL_AGE + timedelta(days=1)):
        actions.record_call(
            token_id=token.pk, method="GET", path="/", status=200, address="", at=at - age
        )
    assert jobs.sweep(at=at) == 2
    assert (ApiAnswer.objects.count(), ApiCall.objects.count()) == (1, 1)


def test_registering_taking_back_and_closing_are_in_the_operations_log(manager: Actor) -> None:
    an_application(manager)
    signed_in("sysadmin").post("/applications/oas/tokens/", TOKEN)
    decide(confirmations.confirm, "secadmin")
    token = AccessToken.objects.get()
    client = signed_in("sysadmin")
    for _ in range(2):  # the second finds it taken back
        client.post(f"/applications/oas/tokens/{token.pk}/revoke/")
    for _ in range(2):
        client.post("/applications/oas/close/")
    lines = JournalEntry.objects.exclude(kind__startswith="hands-").order_by("seq")
    kinds = [line.kind for line in lines]
    assert kinds == [
        "application-registered",
        "token-issued",
        "token-revoked",
        "application-closed",
    ]
    assert all("oas" in line.subject for line in lines)
    assert token.head in lines[2].subject
    assert token.digest not in "".join(line.subject + line.detail for line in lines)
