"""三员: each of the three has its own work, nobody two of them, and changes need two of them."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nancheng.config import lists, verbs, wiring
from nancheng.config.demo import people as cast
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations import queries as waiting
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.journal import queries as journal
from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.people import accounts, actions, personal, queries, rules
from nancheng.foundation.people.factors import actions as factors
from nancheng.foundation.people.factors import rules as codes
from nancheng.foundation.people.factors.actions import Candidate
from nancheng.foundation.people.leaving import actions as leaving
from nancheng.foundation.people.models import (
    Duty,
    Grant,
    Identity,
    Person,
    Post,
    SecondFactor,
)
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

THREE = ("sysadmin", "secadmin", "auditadmin")
PAGES = {
    "sysadmin": ("/system/accounts/", "/system/accounts/new/", "/system/accounts/clerk/"),
    "secadmin": ("/system/duties/", "/system/duties/auditor/"),
    "auditadmin": ("/system/log/",),
}
pytestmark = pytest.mark.usefixtures("zone")


@pytest.fixture
def zone(db: None) -> None:
    """The demonstration's people."""
    cast.put(at=timezone.now())


def actor(username: str) -> Actor:
    return queries.actor_of(username=username, on=timezone.localdate())


def inside(username: str) -> Client:
    client = Client()
    client.force_login(
        Person.objects.get(username=username),
        backend="nancheng.foundation.people.backends.PasswordBackend",
    )
    return client


def key_of(page: Any) -> str:
    found = re.search(r'name="key" value="(\w+)"', page.content.decode())
    assert found is not None
    return found[1]


def confirm(username: str) -> None:
    row = Confirmation.objects.get(state="waiting")
    confirmations.confirm(confirmation_id=row.pk, answer="", by=actor(username), at=timezone.now())


class TestSeparate:
    """Nobody is two of the three, and none of them does anything else."""

    @pytest.mark.parametrize(("one", "other"), [*permutations(THREE, 2), ("sysadmin", "auditor")])
    def test_no_person_holds_two_of_them_or_one_beside_business(self, one: str, other: str) -> None:
        post = Post.objects.filter(duty__code=other).first()
        assert post is not None
        with pytest.raises(Refused, match="duties-apart"):
            actions.appoint(
                username=one,
                department=post.department.code,
                duty=other,
                active_from=timezone.localdate(),
            )

    def test_each_is_granted_its_own_verbs_and_nobody_else_is(self) -> None:
        for grant in Grant.objects.select_related("duty"):
            assert rules.grant_fits(grant.duty.code, grant.verb), grant
        with pytest.raises(Refused, match="grant-apart"):
            actions.set_grants(
                duty="sysadmin",
                grants={"case.view": "zone"},
                before=dict(
                    Grant.objects.filter(duty__code="sysadmin").values_list("verb", "scope")
                ),
            )

    def test_every_verb_has_a_name_and_every_name_a_verb(self) -> None:
        assert set(accounts.verbs()) == set(verbs.WORDS)
        page = inside("secadmin").get("/system/duties/").content.decode()
        assert "复核延期" in page
        form = inside("secadmin").get("/system/duties/auditor/").content.decode()
        assert "查阅办件" in form

    @pytest.mark.parametrize("who", [*THREE, "leader", "clerk"])
    def test_each_opens_its_own_pages_alone(self, who: str) -> None:
        client = inside(who)
        for owner, pages in PAGES.items():
            for page in pages:
                expected = 200 if owner == who else 403
                assert client.get(page).status_code == expected, page

    def test_no_administrator_becomes_another(self) -> None:
        target = Person.objects.get(username="auditadmin")
        for person in (target, Person.objects.get(username="sysadmin")):
            with pytest.raises(Refused, match="administrators-apart"):
                actions.resettable(person_id=person.pk, by=actor("sysadmin"), at=timezone.now())
        with pytest.raises(Refused, match="not-allowed"):
            actions.set_account_open(
                person_id=target.pk, is_open=False, by=actor("leader"), at=timezone.now()
            )


class TestAccounts:
    """The system administrator's work."""

    def test_a_new_account_gets_a_password_once_and_must_change_it(self) -> None:
        page = inside("sysadmin").post(
            "/system/accounts/new/", {"username": "new.one", "name": "新来", "email": ""}
        )
        password = re.search(r"Nc-[a-z]+-\d+", page.content.decode())
        assert password is not None
        person = Person.objects.get(username="new.one")
        assert person.must_change
        assert person.check_password(password[0])
        again = inside("sysadmin").post(
            "/system/accounts/new/", {"username": "new.one", "name": "又来", "email": ""}
        )
        assert again.status_code == 422

    def test_closing_an_account_ends_its_sessions(self) -> None:
        clerk, boss = inside("clerk"), inside("sysadmin")
        assert clerk.get("/account/absences/").status_code == 200
        boss.post("/system/accounts/clerk/switch/")
        assert clerk.get("/account/absences/").status_code == 302
        boss.post("/system/accounts/clerk/switch/")
        assert Person.objects.get(username="clerk").is_active

    def reset(self, client: Client, **more: str) -> Any:
        """Send the form that asks for 林's new password."""
        page = "/system/accounts/clerk/reset/"
        sent = {"reason": "忘记密码，本人到场", "key": key_of(client.get(page)), **more}
        return client.post(page, sent)

    def test_a_reset_takes_two_and_then_ends_the_old_password(self) -> None:
        boss, clerk = inside("sysadmin"), inside("clerk")
        page = self.reset(boss).content.decode()
        password = re.search(r"Nc-[a-z]+-\d+", page)
        assert password is not None
        assert "尚未生效" in page
        before = Person.objects.get(username="clerk")
        assert (before.must_change, before.check_password(cast.PASSWORD)) == (False, True)
        with pytest.raises(Refused, match="confirmations"):
            confirm("sysadmin")
        assert password[0] not in str(Confirmation.objects.values_list("figures", "subject"))
        shown = inside("secadmin").get(f"/confirmations/{Confirmation.objects.get().pk}/")
        assert Confirmation.objects.get().figures["hashed"] not in shown.content.decode()
        confirm("secadmin")
        person = Person.objects.get(username="clerk")
        assert (person.must_change, person.check_password(cast.PASSWORD)) == (True, False)
        assert person.check_password(password[0])
        assert clerk.get("/account/absences/").status_code == 302
        line = JournalEntry.objects.get(kind="password-reset")
        assert "忘记密码" in line.detail
        assert password[0] not in f"{line.detail}{line.subject}"

    @pytest.mark.parametrize("end", ["confirm", "refuse", "withdraw"])
    def test_a_request_that_ended_keeps_no_hash(self, end: str) -> None:
        self.reset(inside("sysadmin"))
        row = Confirmation.objects.get()
        assert row.figures["hashed"]
        who = {} if end == "withdraw" else {"answer": "不必"}
        by = actor("sysadmin" if end == "withdraw" else "secadmin")
        getattr(confirmations, end)(confirmation_id=row.pk, by=by, at=timezone.now(), **who)
        row.refresh_from_db()
        assert {"hashed", "instead_of"}.isdisjoint(row.figures)
        assert row.figures["username"] == "clerk"

    def test_a_reset_sent_twice_is_one_and_another_waits(self) -> None:
        boss = inside("sysadmin")
        self.reset(boss, key="k")
        again = self.reset(boss, key="k")
        assert (again.status_code, Confirmation.objects.count()) == (302, 1)
        other = self.reset(boss)
        assert (other.status_code, "等待复核" in other.content.decode()) == (422, True)

    def test_a_password_changed_meanwhile_is_not_reset(self) -> None:
        self.reset(inside("sysadmin"))
        person = Person.objects.get(username="clerk")
        actions.change_password(
            person_id=person.pk, old=cast.PASSWORD, new="Another-pass-2", at=timezone.now()
        )
        with pytest.raises(Refused, match="password-moved"):
            confirm("secadmin")
        person.refresh_from_db()
        assert person.check_password("Another-pass-2")

    def test_a_copy_of_ones_data_takes_two_and_every_taking_is_logged(self) -> None:
        boss, other = inside("sysadmin"), inside("secadmin")
        page, copy = "/system/accounts/clerk/data/", "/system/accounts/clerk/data/copy/"
        assert boss.get(copy).status_code == 404
        sent = {"reason": "本人申请复制个人信息", "key": key_of(boss.get(page))}
        boss.post(page, sent)
        boss.post(page, sent)
        assert (Confirmation.objects.count(), boss.get(copy).status_code) == (1, 404)
        confirm("secadmin")
        answer = boss.get(copy)
        told = json.loads(answer.content)
        clerk = Person.objects.get(username="clerk")
        assert told["account"]["name"] == clerk.name
        assert told["posts"][0]["department"]
        assert (told["purpose"], "no-store" in answer["Cache-Control"]) == (sent["reason"], True)
        assert clerk.password not in answer.content.decode()
        assert set(told) - {"person", "made_at", "purpose"} == set(settings.PERSONAL_DATA)
        assert (other.get(copy).status_code, inside("leader").get(copy).status_code) == (403, 403)
        assert boss.get("/system/accounts/leader/data/copy/").status_code == 404
        lines = JournalEntry.objects.filter(kind__startswith="personal-data").order_by("seq")
        assert [each.kind for each in lines] == ["personal-data-released", "personal-data-taken"]
        assert all(sent["reason"] in each.detail for each in lines)
        Confirmation.objects.update(decided_at=timezone.now() - timedelta(days=8))
        assert boss.get(copy).status_code == 404

    def test_a_copy_tells_of_nobody_else(self) -> None:
        clerk = Person.objects.get(username="clerk")
        for other in ("leader", "head"):
            inside(other).post("/account/sign-out/")
        inside("clerk").post("/account/sign-out/")
        log: Any = personal.copy(clerk.pk)["security_log"]
        assert [line["subject"] for line in log] == ["clerk"]
        with CaptureQueriesContext(connection) as statements:
            personal.copy(clerk.pk)
        assert len(statements) == len(settings.PERSONAL_DATA)

    def test_a_lost_second_factor_is_taken_away_by_two(self) -> None:
        person = Person.objects.get(username="clerk")
        boss, page = inside("sysadmin"), "/system/accounts/clerk/second-factor/"
        key = key_of(boss.get(page))
        none = boss.post(page, {"reason": "手机丢失", "key": key})
        assert (none.status_code, "没有设置二次验证" in none.content.decode()) == (422, True)
        secret, now = factors.new_secret(), timezone.now()
        code = codes.code(secret, codes.step_at(now))
        factors.enrol(Candidate(secret, code), person_id=person.pk, at=now)
        assert boss.post(page, {"reason": "手机丢失", "key": key}).status_code == 302
        assert SecondFactor.objects.exists()
        confirm("secadmin")
        assert not SecondFactor.objects.exists()
        line = JournalEntry.objects.get(kind="factor-removed")
        assert "手机丢失" in line.detail

    @pytest.mark.parametrize("who", ["sysadmin", "secadmin"])
    def test_nobody_has_a_hand_in_losing_ones_own_factor(self, who: str) -> None:
        person, now = Person.objects.get(username=who), timezone.now()
        secret = factors.new_secret()
        code = codes.code(secret, codes.step_at(now))
        factors.enrol(Candidate(secret, code), person_id=person.pk, at=now)
        boss, page = inside("sysadmin"), f"/system/accounts/{who}/second-factor/"
        answer = boss.post(page, {"reason": "手机丢失", "key": "k"})
        if who == "sysadmin":
            assert (answer.status_code, Confirmation.objects.exists()) == (422, False)
        else:
            with pytest.raises(Refused, match="administrators-apart"):
                confirm("secadmin")

    def test_a_post_is_given_and_taken_by_two_hands(self) -> None:
        client = inside("sysadmin")
        post = Post.objects.get(duty__code="auditor")
        page = client.get("/system/accounts/clerk/appoint/")
        sent = {
            "post": post.pk,
            "active_from": timezone.localdate().isoformat(),
            "reason": "轮岗",
            "key": key_of(page),
        }
        assert client.post("/system/accounts/clerk/appoint/", sent).status_code == 302
        held = Identity.objects.filter(person__username="clerk", post=post)
        assert not held.exists()
        with pytest.raises(Refused, match="same-person"):
            confirm("sysadmin")
        confirm("secadmin")
        identity = held.get()
        where = f"/system/accounts/clerk/dismiss/{identity.pk}/"
        client.post(where, {"reason": "期满", "key": key_of(client.get(where))})
        confirm("secadmin")
        identity.refresh_from_db()
        assert identity.active_to is not None
        kinds = set(JournalEntry.objects.values_list("kind", flat=True))
        assert {"appointed", "dismissed"} <= kinds

    def test_who_left_the_demonstration_stays_away_when_it_is_prepared_again(self) -> None:
        clerk, at = Person.objects.get(username="clerk"), timezone.now()
        today = timezone.localdate()
        leaving.leave(person_id=clerk.pk, leaves_on=today, by=actor("secadmin"), at=at)
        cast.put(at=at)
        clerk.refresh_from_db()
        assert (clerk.is_active, clerk.leaves_on) == (False, today)

    def test_an_administrators_post_is_not_even_asked_for(self) -> None:
        client = inside("sysadmin")
        page = client.get("/system/accounts/clerk/appoint/")
        answer = client.post(
            "/system/accounts/clerk/appoint/",
            {
                "post": Post.objects.get(duty__code="auditadmin").pk,
                "active_from": "2026-12-01",
                "reason": "兼任",
                "key": key_of(page),
            },
        )
        assert answer.status_code == 422
        assert "不能兼任" in answer.content.decode()
        assert not Confirmation.objects.exists()


class TestGrants:
    """The security administrator's work."""

    def ask(self, **changed: list[str]) -> Any:
        client = inside("secadmin")
        page = client.get("/system/duties/auditor/")
        held = Grant.objects.filter(duty__code="auditor").values_list("verb", "scope")
        sent: dict[str, Any] = {verb: [scope] for verb, scope in held}
        return client.post(
            "/system/duties/auditor/",
            {**sent, **changed, "reason": "审计范围调整", "key": key_of(page)},
        )

    def test_grants_change_when_the_system_administrator_confirms(self) -> None:
        assert self.ask(**{"case.view": ["department"]}).status_code == 302
        assert Grant.objects.get(duty__code="auditor", verb="case.view").scope == "zone"
        confirm("sysadmin")
        assert Grant.objects.get(duty__code="auditor", verb="case.view").scope == "department"
        assert Duty.objects.get(code="auditor").grants.count() > 3

    def test_a_change_meanwhile_is_not_overwritten(self) -> None:
        self.ask(**{"case.view": ["department"]})
        Grant.objects.filter(duty__code="auditor", verb="cockpit.view").delete()
        with pytest.raises(Refused, match="grants-moved"):
            confirm("sysadmin")
        assert Grant.objects.get(duty__code="auditor", verb="case.view").scope == "zone"

    def test_nothing_changed_is_nothing_asked(self) -> None:
        assert self.ask().status_code == 422


class TestLog:
    """The audit administrator's work."""

    def test_exports_are_logged_without_what_was_in_them(self) -> None:
        inside("leader").get("/register/projects/?export=csv&q=机密")
        (line,) = JournalEntry.objects.filter(kind="exported")
        assert (line.subject, line.label[:3], "机密" in line.detail) == (
            "projects",
            "陆承泽",
            False,
        )

    def test_it_is_paged_filtered_exported_and_checked(self) -> None:
        inside("sysadmin").post("/system/accounts/clerk/switch/")
        client = inside("auditadmin")
        page = client.get("/system/log/?kind=account-closed").content.decode()
        assert "林晚舟（clerk）" in page
        assert "林晚舟" not in client.get("/system/log/?kind=exported").content.decode()
        assert client.get("/system/log/?export=xlsx").status_code == 200
        assert "日志链完整" in client.get("/system/log/?check").content.decode()
        JournalEntry.objects.filter(seq=1).update(subject="别人")
        assert "自第 1 条起" in client.get("/system/log/?check").content.decode()
        assert journal.first_fault() == 1

    def test_it_speaks_the_readers_language_and_names_what_it_is_about(self) -> None:
        inside("leader").get("/register/projects/?export=csv")
        TestGrants().ask(**{"case.view": ["department"]})
        row = Confirmation.objects.get()
        client = inside("auditadmin")
        page = client.get("/system/log/").content.decode()
        assert ("变更授权 #" in page, "people.grants" in page) == (True, False)
        # The auditor is neither of the two hands: the request is named, and not opened.
        assert f"/confirmations/{row.pk}/" not in page
        person = Person.objects.get(username="auditadmin")
        Person.objects.filter(pk=person.pk).update(language="en")
        client.post("/account/language/", {"language": "en", "next": "/"})
        page = client.get("/system/log/").content.decode()
        assert "Projects" in page
        assert "陆承泽 · Nancheng Development Zone Administration · Zone leader" in page

    def test_a_reader_who_may_open_a_request_finds_it_from_the_log(self) -> None:
        TestGrants().ask(**{"case.view": ["department"]})
        row = Confirmation.objects.get()
        for username, is_open in (("auditadmin", False), ("sysadmin", True), ("secadmin", True)):
            found = waiting.readable(actor(username), [row.pk, row.pk + 1])
            assert found == (frozenset({row.pk}) if is_open else frozenset()), username

    def test_every_list_that_can_be_taken_out_has_a_name(self) -> None:
        source = Path(wiring.__file__).parent.parent
        made = re.compile(r"\b(?:Table|replace)\([^=]*?key=\"(\w+)\"")
        keys = {
            key
            for file in source.rglob("*.py")
            if "tests" not in file.parts and "api" not in file.parts
            for key in made.findall(file.read_text(encoding="utf-8"))
        }
        assert keys == set(lists.WORDS)

    def test_an_old_identity_is_not_shown_as_held(self) -> None:
        clerk = Identity.objects.get(person__username="clerk")
        actions.dismiss(identity_id=clerk.pk, at=timezone.now())
        assert queries.actor(person_id=clerk.person_id, identity_id=None, on=date.today()) is None  # noqa: DTZ011
