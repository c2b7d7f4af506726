"""Limits on the real database: rules, office hours, dates ahead of others, proofs, whose time."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from nancheng.foundation.cases import (
    actions,
    calendar_watch,
    clocks,
    proofs,
    reprojection,
    spending,
    supplements,
    worklist,
)
from nancheng.foundation.cases.models import Case, Clock, Task
from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.making import AT, SHANGHAI, Zone
from nancheng.foundation.cases.tests.plays import Publish
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.cases.tests.test_calendar import LATE, NEW_YEAR, a_late_case
from nancheng.foundation.limits import actions as limits
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.limits.models import ClockMove, LimitRule, MissingYear
from nancheng.foundation.messages.models import Notice
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.models import Person
from nancheng.kernel.refusal import Refused

SignIn = Callable[[str], Client]


@pytest.fixture
def sign_in(zone: Zone) -> SignIn:
    """Return a function that opens a browser signed in as somebody."""

    def opened(username: str) -> Client:
        client = Client()
        client.force_login(
            Person.objects.get(username=username),
            backend="nancheng.foundation.people.backends.PasswordBackend",
        )
        return client

    return opened


def one_step(key: str, limit: str, whole: str = "") -> str:
    """Return a drawing of one step under a limit."""
    xml = plays.drawing(
        key,
        [plays.start(), plays.user("work", f'nc:limit="{limit}" nc:basis="甲"'), plays.end()],
        "start > work > end",
    )
    return (
        xml.replace('isExecutable="true"', f'isExecutable="true" nc:limit="{whole}"', 1)
        if (whole)
        else xml
    )


def begun(zone: Zone, kind: str) -> tuple[Case, Task]:
    case = plays.begin(kind, zone)
    return case, making.the_task(case, "work")


def assert_proved(clock: Clock) -> None:
    """Hold that the proof of a stored clock ends on its stored date."""
    clock.refresh_from_db()
    shown = proofs.of(Clock.objects.select_related("case", "task", "rule").get(pk=clock.pk))
    assert shown.is_whole
    if clock.due_on is not None:
        assert shown.lines[-1].on == clock.due_on


def test_a_drawing_names_a_rule_and_the_clock_quotes_its_law(
    zone: Zone, published: Publish
) -> None:
    LimitRule.objects.filter(code="XF_HANDLE").update(valid_from=date(2020, 1, 1))
    published(petition=one_step("petition", "XF_HANDLE"))
    _case, task = begun(zone, "petition")
    assert (task.clock.budget, task.clock.basis) == ("60cd", "信访工作条例 第三十四条")
    assert task.due_on == date(2020, 11, 14)
    assert_proved(task.clock)


def test_a_later_version_of_a_rule_leaves_running_clocks_alone(
    zone: Zone, published: Publish, sign_in: SignIn
) -> None:
    LimitRule.objects.filter(code="XF_HANDLE").update(valid_from=date(2020, 1, 1))
    published(petition=one_step("petition", "XF_HANDLE"))
    case, task = begun(zone, "petition")
    old = LimitRule.objects.filter(code="XF_HANDLE").values().get()
    limits.put_rules(
        [{**old, "id": None, "valid_from": AT.date() + timedelta(days=1), "length": "30cd"}]
    )
    later = actions.open_case(
        actions.Opening(kind="petition", title="后来的"),
        by=zone.fang,
        at=AT + timedelta(days=2),
        key="later",
    )
    assert making.the_task(later, "work").due_on == date(2020, 10, 17)
    clocks.project(Clock.objects.filter(case=case), reason="calendar", note="", at=AT)
    task.refresh_from_db()
    assert task.due_on == date(2020, 11, 14)
    page = sign_in("fang").get("/limits/XF_HANDLE/").content.decode()
    assert case.number in page
    assert later.number in page
    assert "30日" in page
    hidden = sign_in("ding").get("/limits/XF_HANDLE/").content.decode()
    assert case.number not in hidden


def test_an_unknown_rule_is_no_drawing(zone: Zone, published: Publish) -> None:
    with pytest.raises(Refused, match="bad-drawing"):
        published(petition=one_step("petition", "NO_RULE"))


def test_a_limit_in_working_hours_counts_the_departments_own(
    zone: Zone, published: Publish
) -> None:
    limits.put_hours(
        department_id=people.department_id(code="zone"),
        valid_from=date(2020, 1, 1),
        hours="05-01 08:00-12:00 15:00-18:00; 10-01 09:00-12:00 13:00-17:00",
        source="本区作息通知",
    )
    published(city=one_step("city", "4wh"))
    _case, task = begun(zone, "city")
    # From 9:30: two and a half hours in the morning, the rest from three o'clock.
    assert task.due_at == datetime(2020, 9, 15, 16, 30, tzinfo=SHANGHAI)
    assert task.due_on == date(2020, 9, 15)
    assert_proved(task.clock)
    before = worklist.Today(AT.date(), AT.date(), AT)
    after = worklist.Today(AT.date(), AT.date(), AT + timedelta(hours=8))
    rows = Task.objects.filter(pk=task.pk)
    assert worklist.lights(rows, before) == {"all": 1, "red": 0, "yellow": 1, "green": 0, "grey": 0}
    assert worklist.lights(rows, after) == {"all": 1, "red": 1, "yellow": 0, "green": 0, "grey": 0}
    assert after.light(task.due_on, task.due_at) == "red"


def test_a_co_unit_answers_before_the_whole_case_is_due_and_follows_it(
    zone: Zone, published: Publish
) -> None:
    published(joint=one_step("joint", "case-2wd", whole="10wd"))
    case, task = begun(zone, "joint")
    case.refresh_from_db()
    assert (case.due_on, task.due_on) == (date(2020, 9, 28), date(2020, 9, 25))
    assert_proved(task.clock)
    whole = Clock.objects.filter(case=case, task=None)
    clocks.hold(whole, reason="等待", at=AT)
    task.refresh_from_db()
    assert task.due_on is None
    clocks.release(whole, at=AT + timedelta(days=2))
    task.refresh_from_db()
    # The 16th was lost: the case ends on the 29th, and Sunday the 27th is worked.
    assert task.due_on == date(2020, 9, 27)
    assert_proved(task.clock)
    assert set(ClockMove.objects.filter(clock=task.clock).values_list("reason", flat=True)) == {
        "followed"
    }


def test_a_proof_goes_as_page_text_and_spreadsheet(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an, days=10)
    task = making.the_task(case, "review")
    client = sign_in("bai")
    assert "法定节假日" in client.get(f"/tasks/{task.pk}/clock/").content.decode()
    sheet = client.get(f"/clocks/{task.clock.pk}/proof.csv")
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    lines = [row for row in rows if row and row[0].startswith("2020-")]
    assert lines[-1][0] == str(task.due_on)
    assert sum(bool(row[2]) for row in lines) == 5
    text = client.get(f"/clocks/{task.clock.pk}/proof.txt").content.decode()
    assert "试行办法第三条" in text
    assert text.strip().splitlines()[-1].startswith("2020-10-09")
    assert client.get(f"/clocks/{task.clock.pk}/proof.exe").status_code == 404
    assert "全程" in sign_in("fang").get(f"/cases/{case.number}/clock/").content.decode()
    stranger = sign_in("ding")
    whole = Clock.objects.get(case=case, task=None)
    for address in (
        f"/clocks/{task.clock.pk}/proof.csv",
        f"/clocks/{whole.pk}/proof.csv",
        f"/cases/{case.number}/clock/",
    ):
        assert stranger.get(address).status_code == 404


def test_each_department_is_shown_its_own_time(zone: Zone) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)  # at half past nine, at once
    task = making.the_task(case, "review")
    actions.claim(task_id=task.pk, by=zone.bai, at=AT + timedelta(hours=1, minutes=30), key="claim")
    actions.suspend(
        case_id=case.pk, reason="等待", by=zone.fang, at=AT + timedelta(days=1), key="s"
    )
    actions.resume(case_id=case.pk, reason="到", by=zone.fang, at=AT + timedelta(days=3), key="r")
    found = {share.name: share for share in spending.shares(case, at=AT + timedelta(days=3))}
    zone_share, north = found["管委会"], found["北街道"]
    assert north.total == timedelta()
    assert zone_share.waiting == timedelta(hours=1, minutes=30)
    # The rest of Tuesday and Wednesday until half past nine; then the case stood still.
    assert zone_share.in_hand == timedelta(hours=4.5 + 1)
    assert zone_share.is_at_work


def test_a_departments_lights_open_to_its_tasks(zone: Zone, sign_in: SignIn) -> None:
    case = making.a_case(zone)
    making.do(case, "apply", zone.an)
    client = sign_in("fang")
    department = people.department_id(code="zone")
    page = client.get("/cases/departments/").content.decode()
    assert f"/cases/departments/{department}/?light=red" in page
    rows = client.get(f"/cases/departments/{department}/?light=red").content.decode()
    assert case.number in rows
    assert f"/tasks/{making.the_task(case, 'review').pk}/clock/" in rows
    assert (
        case.number not in sign_in("ding").get(f"/cases/departments/{department}/").content.decode()
    )


def test_a_missing_year_is_told_per_kind_of_limit_sixty_days_ahead(zone: Zone) -> None:
    assert calendar_watch.needs(date(2026, 10, 1)) == []
    found = {each.node: each for each in calendar_watch.needs(LATE.date())}
    assert {each.year for each in found.values()} == {2027}
    # Twenty working days from the 22nd end in January; five need a start from the 25th on.
    assert found[""].needed_on == LATE.date()
    assert found["review"].needed_on == date(2026, 12, 25)
    a_late_case(zone)
    calendar_watch.warn_missing(at=LATE)
    assert MissingYear.objects.get(node="").waiting == 1
    again = {each.node: each.waiting for each in calendar_watch.needs(LATE.date())}
    assert again == {"": 1, "review": 0}


@pytest.fixture
def loaders(zone: Zone) -> None:
    """Two who may load a calendar: 方 asks, 白 confirms."""
    from nancheng.foundation.people import actions as people_actions

    for duty in ("head", "reviewer"):
        people_actions.put_duty(
            code=duty,
            name=duty,
            name_en=duty,
            grants={"case.view": "zone", "calendar.load": "zone", "calendar.confirm": "zone"},
        )


@pytest.mark.usefixtures("loaders")
def test_a_notice_is_loaded_through_the_pages(zone: Zone, sign_in: SignIn) -> None:
    case = a_late_case(zone)
    head_, second = sign_in("fang"), sign_in("bai")
    file = io.BytesIO(NEW_YEAR.encode())
    file.name = "notice.csv"
    shown = head_.post("/calendars/load/", {"year": "2027", "file": file})
    page = shown.content.decode()
    assert shown.status_code == 200
    assert case.number in page
    assert "2027-01-20" in page
    asked = {"year": "2027", "text": NEW_YEAR, "reason": "", "key": "k"}
    without_reason = head_.post("/calendars/load/", asked)
    assert without_reason.status_code == 422
    assert "2027-01-20" in without_reason.content.decode()
    assert head_.post("/calendars/load/", {**asked, "reason": "国办通知"}).status_code == 302
    notice = limit_queries.notices().get()
    decide = f"/confirmations/{notice.confirmation_id}/"
    assert second.post(decide, {"decision": "confirm", "answer": "同意"}).status_code == 302
    assert reprojection.reproject_due(at=LATE) == 1
    listed = second.get("/calendars/").content.decode()
    assert "2027v1" in listed
    assert second.get("/calendars/2027/").status_code == 200
    assert second.get("/calendars/2020/?version=1").status_code == 200
    assert second.get("/calendars/2031/").status_code == 404


@pytest.mark.usefixtures("loaders")
def test_a_hostile_upload_is_refused_beside_the_field(zone: Zone, sign_in: SignIn) -> None:
    client = sign_in("fang")
    for year, content in (("2027", b"\x00\x01"), ("2027", b"a,b\n"), ("x", b""), ("9999", b"a")):
        file = io.BytesIO(content)
        file.name = "notice.csv"
        assert client.post("/calendars/load/", {"year": year, "file": file}).status_code == 422
    broken = client.post("/calendars/load/", {"year": "x", "text": "a", "reason": "b", "key": "c"})
    assert broken.status_code == 302
    tampered = client.post(
        "/calendars/load/", {"year": "2027", "text": "a,b", "reason": "b", "key": "c"}
    )
    assert tampered.status_code == 422
    assert not limit_queries.notices().exists()
    assert sign_in("an").get("/calendars/load/").status_code == 403


@pytest.mark.usefixtures("loaders")
def test_administrators_see_the_missing_year_on_every_page(zone: Zone, sign_in: SignIn) -> None:
    calendar_watch.warn_missing(at=LATE)
    said = "2027年的节假日安排尚未导入"
    assert said in sign_in("fang").get("/desk/").content.decode()
    assert said not in sign_in("an").get("/desk/").content.decode()
    assert Notice.objects.filter(code="cases.year-missing", identity=zone.fang.identity_id).exists()


@pytest.mark.usefixtures("loaders")
def test_office_hours_are_set_on_a_page(zone: Zone, sign_in: SignIn) -> None:
    client = sign_in("fang")
    given = {
        "department": str(people.department_id(code="law")),
        "valid_from": "2020-05-01",
        "hours": "05-01 08:30-12:00 14:30-17:30",
        "source": "作息通知",
    }
    wrong = client.post("/office-hours/", {**given, "hours": "always"})
    assert wrong.status_code == 422
    assert "always" in wrong.content.decode()
    assert client.post("/office-hours/", given).status_code == 302
    assert "05-01 08:30-12:00 14:30-17:30" in client.get("/office-hours/").content.decode()
    assert client.get("/limits/").status_code == 200


def test_the_pages_take_the_same_statements_for_few_and_for_many(
    zone: Zone, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        case = making.a_case(zone, key=f"case-{number}")
    task = making.the_task(case, "apply")
    making.do(case, "apply", zone.an)
    assert task.pk
    client = sign_in("fang")
    client.get("/limits/")
    with django_assert_max_num_queries(16):
        client.get("/limits/")
    with django_assert_max_num_queries(16):
        client.get(f"/cases/departments/{people.department_id(code='north')}/")
    with django_assert_max_num_queries(16):
        client.get(f"/cases/{case.number}/clock/")
    assert "暂定" not in client.get(f"/cases/{case.number}/clock/").content.decode()


def with_correction(key: str, limit: str, whole: str = "20wd") -> str:
    xml = one_step(key, limit, whole)
    return xml.replace('nc:basis="甲"', 'nc:basis="甲" nc:verbs="ask-correction"')


def test_a_correction_holds_the_clocks_until_the_papers_come(
    zone: Zone, published: Publish
) -> None:
    published(papers=with_correction("papers", "5wd"))
    case, task = begun(zone, "papers")
    case.refresh_from_db()
    assert (task.due_on, case.due_on) == (date(2020, 9, 22), date(2020, 10, 19))
    supplements.ask(task_id=task.pk, reason="缺发票", by=zone.bai, at=AT, key="ask")
    task.refresh_from_db()
    case.refresh_from_db()
    assert not Clock.objects.filter(case=case, due_on__isnull=False).exists()
    with pytest.raises(Refused, match="correction-open"):
        supplements.ask(task_id=task.pk, reason="再缺", by=zone.bai, at=AT, key="again")
    with pytest.raises(Refused, match="not-yours"):
        supplements.receive(task_id=task.pk, by=zone.an, at=AT, key="an")
    # A suspension meanwhile neither ends the waiting nor is ended by it.
    later = AT + timedelta(days=1)
    actions.suspend(case_id=case.pk, reason="等待", by=zone.fang, at=later, key="s")
    actions.resume(case_id=case.pk, reason="到", by=zone.fang, at=later, key="r")
    task.refresh_from_db()
    assert task.due_on is None
    supplements.receive(task_id=task.pk, by=zone.bai, at=AT + timedelta(days=2), key="got")
    task.refresh_from_db()
    case.refresh_from_db()
    # Of Tuesday to Thursday, Wednesday was nobody's day.
    assert (str(task.due_on), str(case.due_on)) == ("2020-09-23", "2020-10-20")
    assert_proved(task.clock)
    assert_whole(case)
    assert Notice.objects.filter(code="cases.correction-asked").count() == 1


def test_a_correction_may_start_the_clock_anew(zone: Zone, published: Publish) -> None:
    LimitRule.objects.filter(code="GI_ANSWER").update(valid_from=date(2019, 1, 1))
    published(answer=with_correction("answer", "GI_ANSWER"))
    case, task = begun(zone, "answer")
    supplements.ask(task_id=task.pk, reason="内容不明确", by=zone.bai, at=AT, key="ask")
    supplements.receive(task_id=task.pk, by=zone.bai, at=AT + timedelta(days=2), key="got")
    task.refresh_from_db()
    assert task.clock.started_at == AT + timedelta(days=2)
    assert task.due_on == date(2020, 10, 21)
    assert task.clock.original_due_on == date(2020, 10, 19)
    assert_proved(task.clock)
    assert_whole(case)


def test_a_limit_that_does_not_stop_refuses_a_correction(zone: Zone, published: Publish) -> None:
    LimitRule.objects.filter(code="XF_HANDLE").update(valid_from=date(2020, 1, 1))
    published(petition=with_correction("petition", "XF_HANDLE"))
    _case, task = begun(zone, "petition")
    with pytest.raises(Refused, match="correction-not-open"):
        supplements.ask(task_id=task.pk, reason="x", by=zone.bai, at=AT, key="ask")


def test_a_task_that_ends_ends_the_waiting_for_its_papers(
    zone: Zone, published: Publish, sign_in: SignIn
) -> None:
    xml = plays.drawing(
        "papers",
        [
            plays.start(),
            plays.user("work", 'nc:limit="5wd" nc:basis="甲" nc:verbs="ask-correction"'),
            plays.user("next"),
            plays.end(),
        ],
        "start > work > next > end",
    ).replace('isExecutable="true"', 'isExecutable="true" nc:limit="20wd"', 1)
    published(papers=xml)
    case, task = begun(zone, "papers")
    client = sign_in("bai")
    assert "需补正" in client.get(f"/tasks/{task.pk}/ask-correction/").content.decode()
    supplements.ask(task_id=task.pk, reason="缺章", by=zone.bai, at=AT, key="ask")
    assert "收到补正" in client.get(f"/tasks/{task.pk}/").content.decode()
    whole = Clock.objects.filter(case=case, task=None, due_on=None)
    assert whole.exists()
    making.do(case, "work", zone.bai)
    assert supplements.lapse(at=AT) == 1
    assert not whole.exists()
    assert supplements.lapse(at=AT) == 0
