"""The second step of signing in, and setting it up: what opens, what does not, what is logged."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from nancheng.foundation.journal.models import JournalEntry
from nancheng.foundation.people.factors import actions, entries, rules, sealing, views
from nancheng.foundation.people.factors.actions import Candidate, Proof
from nancheng.foundation.people.models import Person, RecoveryCode, SecondFactor
from nancheng.foundation.people.tests.test_sign_in import DOOR, PASSWORD, an, enter
from nancheng.kernel.refusal import Refused

__all__ = ("an",)
CODE = "/account/sign-in/code/"
OWN = "/account/second-factor/"
CODES = "/account/second-factor/codes/"
PAGE = "/account/password/"
SECRET = b"12345678901234567890"


def code(steps: int = 0, secret: bytes = SECRET) -> str:
    return rules.code(secret, rules.step_at(timezone.now()) + steps)


def wrong() -> str:
    near = {code(each) for each in range(-2, 3)}
    return next(text for text in ("000000", "111111", "222222", "333333") if text not in near)


@pytest.fixture
def paper(an: Person) -> list[str]:
    """安 with a device set up a while ago, and the recovery codes."""
    codes = actions.enrol(Candidate(SECRET, code()), person_id=an.pk, at=timezone.now())
    SecondFactor.objects.update(last_step=0)
    return codes


def half(client: Client | None = None, **more: str) -> Client:
    """A visitor who gave the right password and nothing else."""
    client = client or Client()
    assert enter(client, **more)["Location"] == CODE
    return client


def kinds() -> list[str]:
    return list(JournalEntry.objects.order_by("seq").values_list("kind", flat=True))


def locked(answer: Any) -> bool:
    return answer.status_code == 429 and "临时锁定" in answer.content.decode()


@pytest.mark.usefixtures("paper")
class TestTheSecondStep:
    """After the password, and before anything else."""

    def test_the_password_alone_opens_nothing(self) -> None:
        client = half()
        for page in (PAGE, "/desk/", OWN, CODES, "/account/absences/"):
            assert client.get(page)["Location"].startswith(DOOR), page
        assert "_auth_user_id" not in client.session
        assert "signed-in" not in kinds()

    def test_the_code_opens_the_door_to_where_one_was_going(self) -> None:
        client = half(next="/account/absences/")
        answer = client.post(CODE, {"code": code()})
        assert (answer.status_code, answer["Location"]) == (302, "/account/absences/")
        assert client.get(PAGE).status_code == 200
        assert entries.KEY not in client.session

    def test_the_session_is_another_after_each_step(self) -> None:
        client = Client()
        client.get(DOOR)
        half(client)
        before = client.session.session_key
        client.post(CODE, {"code": code()})
        assert client.session.session_key != before
        assert not Session.objects.filter(session_key=before).exists()

    def test_without_the_password_the_page_leads_back(self) -> None:
        for send in (Client().get, lambda page: Client().post(page, {"code": code()})):
            assert send(CODE)["Location"] == DOOR
        assert "signed-in" not in kinds()

    def test_half_an_entry_ends_after_five_minutes(self) -> None:
        client = half()
        session = client.session
        kept = session[entries.KEY]
        session[entries.KEY] = {**kept, "since": kept["since"] - entries.SECONDS - 1}
        session.save()
        assert client.post(CODE, {"code": code()})["Location"] == DOOR

    @pytest.mark.parametrize("change", ["closed", "password", "factor"])
    def test_half_an_entry_ends_with_what_it_was_made_of(self, an: Person, change: str) -> None:
        client = half()
        if change == "closed":
            Person.objects.update(is_active=False)
        elif change == "password":
            an.set_password("Another-pass-2")
            an.save()
        else:
            actions.remove(person_id=an.pk)
        assert client.post(CODE, {"code": code()})["Location"] == DOOR

    def test_whoever_sat_there_before_is_out(self, an: Person) -> None:
        client = half()
        client.post(CODE, {"code": code()})
        half(client)
        assert client.get(PAGE)["Location"].startswith(DOOR)

    def test_the_same_code_never_opens_twice(self) -> None:
        used = code()
        half().post(CODE, {"code": used})
        again = half().post(CODE, {"code": used})
        assert again.status_code == 422
        assert "已用过" in again.content.decode()

    def test_nor_one_of_an_earlier_step(self) -> None:
        half().post(CODE, {"code": code(1)})
        assert half().post(CODE, {"code": code(0)}).status_code == 422

    @pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (1, True), (2, False)])
    def test_a_clock_may_be_one_step_off(self, steps: int, opens: bool) -> None:
        answer = half().post(CODE, {"code": code(steps)})
        assert (answer.status_code == 302) is opens

    def test_a_form_sent_twice_and_the_back_button_find_one_inside(self) -> None:
        client, used = half(), code()
        client.post(CODE, {"code": used})
        assert client.post(CODE, {"code": used})["Location"] == "/"
        assert client.get(CODE)["Location"] == "/"
        assert client.get(DOOR)["Location"] == "/"
        assert kinds().count("signed-in") == 1

    def test_two_hands_with_one_code_and_one_is_in(self, an: Person) -> None:
        one, two, used = half(), half(), code()
        answers = [each.post(CODE, {"code": used}).status_code for each in (one, two)]
        assert sorted(answers) == [302, 422]

    def test_hostile_codes_are_said_beside_the_field(self) -> None:
        client = half()
        for typed in ("", "x" * 41, "<script>", "' OR 1=1"):
            answer = client.post(CODE, {"code": typed})
            assert answer.status_code == 422
            assert (
                "<script>"
                not in answer.content.decode().partition("<main")[2].partition("</form")[0]
            )

    def test_statements_are_counted(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = half()
        with django_assert_max_num_queries(2):
            client.get(CODE)  # session, person
        with django_assert_max_num_queries(39):
            client.post(CODE, {"code": code()})


@pytest.mark.usefixtures("paper")
class TestTheLock:
    """Wrong codes and wrong passwords are one count."""

    def test_five_wrong_codes_lock_the_account_even_for_the_right_one(self) -> None:
        client = half()
        answers = [client.post(CODE, {"code": wrong()}) for _ in range(5)]
        assert [each.status_code for each in answers] == [422] * 4 + [429]
        assert locked(answers[-1])
        assert client.get(CODE)["Location"] == DOOR
        assert locked(enter(Client()))
        assert JournalEntry.objects.filter(kind="locked-out", subject="an").exists()

    def test_passwords_and_codes_add_up_and_a_right_password_does_not_begin_anew(self) -> None:
        for _ in range(2):
            enter(Client(), password="wrong")
        for _ in range(2):
            assert half().post(CODE, {"code": wrong()}).status_code == 422
        assert locked(half().post(CODE, {"code": wrong()}))

    def test_a_locked_account_is_not_opened_by_a_half_entry_from_before(self) -> None:
        waiting = half()
        for _ in range(5):
            enter(Client(), password="wrong")
        assert locked(waiting.post(CODE, {"code": code()}))
        assert "signed-in" not in kinds()

    def test_a_replayed_code_counts_as_wrong(self) -> None:
        used = code()
        half().post(CODE, {"code": used})
        client = half()
        answers = [client.post(CODE, {"code": used}) for _ in range(5)]
        assert locked(answers[-1])

    def test_many_addresses_are_one_person(self, paper: list[str]) -> None:
        for place in range(rules.TRIES_MAX):
            visitor = half(Client(REMOTE_ADDR=f"192.0.2.{place}"))
            assert visitor.post(CODE, {"code": wrong()}).status_code == 422
        visitor = half(Client(REMOTE_ADDR="198.51.100.1"))
        answer = visitor.post(CODE, {"code": code()})
        assert (answer.status_code, "连续输错" in answer.content.decode()) == (422, True)
        # Who has the paper comes in all the same: nobody guesses that.
        visitor = half(Client(REMOTE_ADDR="198.51.100.2"))
        assert visitor.post(CODE, {"code": paper[0]}).status_code == 302

    def test_the_pause_ends_and_a_right_code_begins_anew(self) -> None:
        earlier = timezone.now() - rules.TRIES_PAUSE
        SecondFactor.objects.update(tries=rules.TRIES_MAX, tried_at=earlier + timedelta(minutes=1))
        assert half().post(CODE, {"code": code()}).status_code == 422
        SecondFactor.objects.update(tried_at=earlier)
        assert half().post(CODE, {"code": wrong()}).status_code == 422
        assert SecondFactor.objects.get().tries == 1
        assert half().post(CODE, {"code": code()}).status_code == 302
        assert SecondFactor.objects.get().tries == 0

    def test_without_the_password_nobody_counts_against_a_person(self) -> None:
        for _ in range(rules.TRIES_MAX + 1):
            Client().post(CODE, {"code": wrong()})
            enter(Client(REMOTE_ADDR="192.0.2.9"), password="wrong")
        assert SecondFactor.objects.get().tries == 0
        assert half().post(CODE, {"code": code()}).status_code == 302

    def test_what_was_typed_is_kept_nowhere(self) -> None:
        typed = wrong()
        half().post(CODE, {"code": typed})
        attempt = AccessAttempt.objects.get()
        assert typed not in attempt.post_data
        assert "code=" in attempt.post_data
        assert not JournalEntry.objects.filter(detail__contains=typed).exists()

    def test_in_a_session_wrong_codes_count_and_end_it(self) -> None:
        client = half()
        client.post(CODE, {"code": code()})
        for _ in range(4):
            assert client.post(CODES, {"code": wrong()}).status_code == 422
        assert locked(client.post(CODES, {"code": wrong()}))
        assert client.get(PAGE)["Location"].startswith(DOOR)


class TestRecovery:
    """Codes on paper."""

    def test_each_opens_once(self, paper: list[str]) -> None:
        answer = half().post(CODE, {"code": paper[0].upper().replace(" ", "-")})
        assert answer.status_code == 302
        again = half().post(CODE, {"code": paper[0]})
        assert again.status_code == 422
        assert "recovery-used" in kinds()

    def test_they_lie_as_hashes_and_belong_to_one_person(
        self, an: Person, paper: list[str]
    ) -> None:
        kept = " ".join(RecoveryCode.objects.values_list("hash", flat=True))
        assert (len(paper), len(set(paper)), RecoveryCode.objects.count()) == (10, 10, 10)
        assert not any(rules.tidy(each) in kept for each in paper)
        with pytest.raises(Refused, match="wrong-code"):
            actions.check(person_id=an.pk + 1, given=paper[0], at=timezone.now())

    def test_new_ones_end_the_former(self, an: Person, paper: list[str]) -> None:
        client = half()
        client.post(CODE, {"code": code()})
        page = client.post(CODES, {"code": paper[0]}).content.decode()
        fresh = re.findall(r"<code>([a-z0-9 ]{19})</code>", page)
        assert len(fresh) == 10
        with pytest.raises(Refused, match="wrong-code"):
            actions.check(person_id=an.pk, given=paper[1], at=timezone.now())
        assert actions.check(person_id=an.pk, given=fresh[0], at=timezone.now()) is Proof.RECOVERY
        assert fresh[1] not in client.get(OWN).content.decode()

    def test_they_open_where_the_secret_cannot_be_read(self, an: Person, paper: list[str]) -> None:
        """A restored backup: the signing key stayed behind."""
        sealed = SecondFactor.objects.get().secret
        with override_settings(SECRET_KEY="the key of another installation"):
            client = half()
            told = client.post(CODE, {"code": code()}).content.decode()
            assert "无法读取已登记的设备" in told
            assert client.post(CODE, {"code": paper[0]}).status_code == 302
        assert SecondFactor.objects.get().secret == sealed


class TestSettingUp:
    """A person's own page."""

    def offered(self, client: Client, page: str = OWN) -> bytes:
        """The secret of the page, read from its text as a person would type it."""
        shown = client.get(page).content.decode()
        assert re.search(r'<svg[^>]*viewBox="0 0 \d+ \d+"[^>]*class="qr"', shown)
        secret = sealing.unseal(
            client.session[views.CANDIDATE_KEY], person_id=Person.objects.get().pk
        )
        assert secret is not None
        assert rules.spelled(secret) in shown
        return secret

    def test_a_first_code_makes_it_and_shows_the_codes_once(self, an: Person) -> None:
        client = Client()
        enter(client)
        secret = self.offered(client)
        assert self.offered(client) == secret
        page = client.post(OWN, {"password": PASSWORD, "code": code(secret=secret)})
        assert len(re.findall(r"<code>[a-z0-9 ]{19}</code>", page.content.decode())) == 10
        assert "no-store" in page["Cache-Control"]
        assert client.get(OWN).status_code == 200
        assert views.CANDIDATE_KEY not in client.session
        assert secret not in SecondFactor.objects.get().secret.encode()
        # The code that set it up is used up, too.
        assert half().post(CODE, {"code": code(secret=secret)}).status_code == 422

    def test_neither_a_wrong_code_nor_a_wrong_password_makes_it(self, an: Person) -> None:
        client = Client()
        enter(client)
        secret = self.offered(client)
        for sent in (
            {"password": PASSWORD, "code": wrong()},
            {"password": "wrong", "code": code(secret=secret)},
            {"password": PASSWORD, "code": ""},
        ):
            assert client.post(OWN, sent).status_code == 422
            assert self.offered(client) == secret
        assert not SecondFactor.objects.exists()

    def test_another_device_takes_a_code_of_the_former(self, an: Person, paper: list[str]) -> None:
        client = half()
        client.post(CODE, {"code": code(-1)})
        there = f"{OWN}?device=new"
        fresh = self.offered(client, there)
        assert fresh != SECRET
        refused = client.post(there, {"current": wrong(), "code": code(secret=fresh)})
        assert refused.status_code == 422
        slip = client.post(there, {"current": code(), "code": wrong()})
        assert slip.status_code == 422
        # The slip did not use up the code of the former device.
        done = client.post(there, {"current": code(), "code": code(secret=fresh)})
        assert done.status_code == 200
        kept = SecondFactor.objects.get()
        assert sealing.unseal(kept.secret, person_id=an.pk) == fresh

    def test_a_form_sent_twice_makes_one_device(self, an: Person) -> None:
        client = Client()
        enter(client)
        secret = self.offered(client)
        sent = {"password": PASSWORD, "code": code(secret=secret)}
        client.post(OWN, sent)
        again = client.post(OWN, sent)
        assert again.status_code == 200
        assert "剩余恢复码" in again.content.decode()
        assert kinds().count("factor-enrolled") == 1

    def test_other_sessions_end_and_this_one_stays(self, an: Person) -> None:
        other, client = Client(), Client()
        enter(other)
        enter(client)
        secret = self.offered(client)
        client.post(OWN, {"password": PASSWORD, "code": code(secret=secret)})
        assert client.get(PAGE).status_code == 200
        assert other.get(PAGE).status_code == 302

    def test_taking_it_away_ends_every_session(self, an: Person, paper: list[str]) -> None:
        client = half()
        client.post(CODE, {"code": code()})
        actions.remove(person_id=an.pk)
        assert client.get(PAGE).status_code == 302
        assert enter(Client())["Location"] == "/"
        with pytest.raises(Refused, match="no-factor"):
            actions.remove(person_id=an.pk)


@pytest.fixture
def asked_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Say which duties must have one."""

    def put(duties: str) -> None:
        monkeypatch.setattr(
            "nancheng.foundation.cases.queries.parameter", lambda code, *, on: duties
        )

    return put


class TestWhoMust:
    """The dated setting."""

    def test_whoever_must_and_has_not_sets_it_up_and_does_nothing_else(
        self, an: Person, asked_of: Callable[[str], None]
    ) -> None:
        asked_of("sysadmin head")
        client = Client()
        enter(client)
        for page in ("/desk/", "/account/absences/", CODES, "/"):
            assert client.get(page)["Location"] == OWN, page
        fragment: Any = client.get("/desk/", headers={"HX-Request": "true"})
        assert (fragment.status_code, fragment["HX-Redirect"]) == (204, OWN)
        assert client.post("/account/identity/", {"identity": "1"})["Location"] == OWN
        secret = TestSettingUp().offered(client)
        client.post(OWN, {"password": PASSWORD, "code": code(secret=secret)})
        assert client.get("/account/absences/").status_code == 200

    @pytest.mark.parametrize("duties", ["none", "sysadmin", "hea"])
    def test_nobody_else_is_asked(
        self, an: Person, asked_of: Callable[[str], None], duties: str
    ) -> None:
        asked_of(duties)
        client = Client()
        enter(client)
        assert client.get("/account/absences/").status_code == 200

    def test_a_post_not_held_any_more_asks_nothing(
        self, an: Person, asked_of: Callable[[str], None]
    ) -> None:
        asked_of("head")
        yesterday = timezone.localdate() - timedelta(days=1)
        an.identities.filter(post__duty__code="head").update(active_to=yesterday)
        client = Client()
        enter(client)
        assert client.get("/account/absences/").status_code == 200

    def test_a_given_password_is_changed_first(
        self, an: Person, asked_of: Callable[[str], None]
    ) -> None:
        asked_of("head")
        Person.objects.update(must_change=True)
        client = Client()
        enter(client)
        assert client.get("/desk/")["Location"] == PAGE
        new = "Nancheng-other-2"
        client.post(PAGE, {"old": PASSWORD, "new": new, "again": new})
        assert client.get("/desk/")["Location"] == OWN
