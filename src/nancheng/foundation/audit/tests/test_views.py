"""The page of the audit administrator: his or hers alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from nancheng.foundation.audit import actions, jobs
from nancheng.foundation.audit.models import Verification
from nancheng.foundation.audit.tests import making
from nancheng.foundation.cases.tests.making import PASSWORD, Zone
from nancheng.foundation.people import actions as people

Enter = Callable[[str], Client]


@pytest.fixture
def enter(zone: Zone) -> Enter:
    """Return a client signed in as a person; "liu" is the audit administrator."""
    people.put_duty(
        code="auditadmin", name="安全审计员", name_en="Audit", grants={"audit.view": "zone"}
    )
    people.put_post(department="zone", duty="auditadmin", name="审计岗", name_en="Audit")
    people.put_person(username="liu", name="柳", password=PASSWORD)
    people.appoint(
        username="liu", department="zone", duty="auditadmin", active_from=date(2020, 1, 1)
    )

    def sign_in(username: str) -> Client:
        client = Client()
        client.post("/account/sign-in/", {"username": username, "password": PASSWORD})
        return client

    return sign_in


def test_only_the_audit_administrator_has_the_page(enter: Enter) -> None:
    assert enter("liu").get("/audit/").status_code == 200
    for username in ("fang", "an"):
        client = enter(username)
        assert client.get("/audit/").status_code == 403
        assert client.post("/audit/verify/").status_code == 403
        assert "审计核验" not in client.get("/desk/").content.decode()
    assert not Verification.objects.exists()
    assert Client().get("/audit/").status_code == 302


def test_asking_shows_progress_and_then_what_was_found(enter: Enter, zone: Zone) -> None:
    case = making.a_life(zone)
    making.tamper("UPDATE cases_caseevent SET node = '<b>' WHERE case_id = %s AND seq = 2", case.pk)
    actions.seal(at=timezone.now())
    client = enter("liu")
    answer = client.post("/audit/verify/", follow=True).content.decode()
    assert "正在核验" in answer
    assert 'hx-trigger="every 3s"' in answer
    assert client.post("/audit/verify/").status_code == 409
    assert Verification.objects.count() == 1
    while jobs.verify(at=timezone.now()):
        pass
    answer = client.get("/audit/").content.decode()
    assert "正在核验" not in answer
    assert "发现 1 处问题" in answer
    assert f"内容被改动 · {case.number} · 第 2 条" in answer


def test_the_page_is_english_for_who_reads_english(enter: Enter) -> None:
    client = enter("liu")
    client.cookies["django_language"] = "en"
    assert "Not verified yet." in client.get("/audit/").content.decode()
