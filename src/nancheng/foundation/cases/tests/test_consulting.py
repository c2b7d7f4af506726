"""征求意见 and 传阅: who may, who may not and sees nothing, and what stays afterwards."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nancheng.foundation.cases import queries, together
from nancheng.foundation.cases.circulation import actions as circulation
from nancheng.foundation.cases.models import (
    Case,
    CaseEvent,
    CaseReader,
    Circulation,
    Clock,
    Opinion,
    Receipt,
)
from nancheng.foundation.cases.opinions import actions as opinions
from nancheng.foundation.cases.opinions.actions import Answer, Question
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import AT, SignIn, Zone
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.files import queries as files
from nancheng.foundation.messages.models import Notice
from nancheng.foundation.people import actions as people_actions
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.directory import Receiver
from nancheng.foundation.people.rules import Actor, Scope
from nancheng.kernel.refusal import Refused

DUE = date(2020, 9, 18)


def law() -> Receiver:
    """The department of 丁, who otherwise sees nothing of the case."""
    return Receiver("department", people.department_id(code="law"), "司法所")


def ask(case: Case, by: Actor, *of: Receiver, key: str = "ask", due_on: date = DUE) -> None:
    opinions.ask(
        case.pk, question=Question("能否借用？", due_on), of=of or (law(),), by=by, at=AT, key=key
    )


def answer(by: Actor, *, stance: str = "suggest", key: str = "answer") -> None:
    opinions.answer(
        Opinion.objects.get().pk,
        given=Answer(stance, "请限用一天"),
        by=by,
        at=AT + timedelta(days=1),
        key=key,
    )


def sees(actor: Actor, case: Case) -> tuple[bool, bool]:
    """Say whether the filter and the predicate admit a case; they must agree."""
    case = Case.objects.select_related("department").get(pk=case.pk)
    return queries.may_read_case(actor, case.pk), queries.may(actor, queries.VIEW, case)


@pytest.fixture
def case(zone: Zone) -> Case:
    """A loan that waits for its review."""
    made = making.a_case(zone)
    making.do(made, "apply", zone.an)
    return made


def test_an_opinion_is_asked_and_given_while_the_case_stays_where_it_is(
    zone: Zone, case: Case
) -> None:
    task, clock = making.the_task(case, "review"), Clock.objects.get(task__node="review")
    assert sees(zone.ding, case) == (False, False)
    ask(case, zone.bai)
    ask(case, zone.bai)  # the same form again
    assert sees(zone.ding, case) == (True, True)
    assert together.waiting(zone.ding, at=AT) == 1
    assert together.waiting(zone.an, at=AT) == 0
    answer(zone.ding)
    answer(zone.ding)
    (given,) = Opinion.objects.all()
    assert (given.state, given.stance, given.answered_by_id) == (
        "answered",
        "suggest",
        zone.ding.identity_id,
    )
    assert together.waiting(zone.ding, at=AT) == 0
    assert making.the_task(case, "review") == task
    assert Clock.objects.get(pk=clock.pk).due_on == clock.due_on
    told = [(one.kind, one.opinion) for one in queries.history(case.pk)][:2]
    assert told == [("OpinionGiven", "请限用一天"), ("OpinionAsked", "能否借用？")]
    assert Notice.objects.filter(code="cases.opinion-given", identity=zone.bai.identity_id).exists()
    assert_whole(case)


def test_who_may_not_ask_and_what_may_not_be_asked(zone: Zone, case: Case) -> None:
    for actor, code in (
        (zone.an, "people.not-allowed"),  # reads the case, holds no task of it
        (zone.fang, "people.not-allowed"),  # reads everything, is not granted the verb
        (zone.ding, "cases.no-such-case"),  # beyond sight
    ):
        with pytest.raises(Refused) as no:
            ask(case, actor)
        assert no.value.code == code
    with pytest.raises(Refused, match="due-past"):
        ask(case, zone.bai, due_on=date(2020, 9, 14))
    ask(case, zone.bai)
    with pytest.raises(Refused, match="already-asked"):
        ask(case, zone.bai, key="again")
    making.do(case, "review", zone.bai)
    with pytest.raises(Refused, match="over"):
        ask(case, zone.bai, key="late")


def test_only_the_asked_answer_and_the_first_hand_wins(zone: Zone, case: Case) -> None:
    zone_department = Receiver("department", zone.bai.department_id, "管委会")
    ask(case, zone.bai, zone_department)
    with pytest.raises(Refused, match="not-asked"):
        answer(zone.bai)  # asked it himself
    with pytest.raises(Refused, match="not-asked"):
        answer(zone.an)
    with pytest.raises(Refused, match="no-such-opinion"):
        answer(zone.ding)
    answer(zone.chen)
    with pytest.raises(Refused) as late:
        answer(zone.fang, key="late")
    assert late.value.code == "cases.opinion-answered"
    assert "陈" in str(late.value.figures["who"])


def test_what_nobody_answered_is_withdrawn_when_the_case_ends(zone: Zone, case: Case) -> None:
    ask(case, zone.bai)
    making.do(case, "review", zone.bai)
    assert Opinion.objects.get().state == "withdrawn"
    assert sees(zone.ding, case) == (False, False)
    with pytest.raises(Refused, match="opinion-withdrawn"):
        opinions.answer(
            Opinion.objects.get().pk, given=Answer("none", ""), by=zone.bai, at=AT, key="x"
        )
    assert Notice.objects.filter(code="cases.opinion-withdrawn").count() == 1


def test_a_withdrawn_request_closes_the_case_to_the_asked(zone: Zone, case: Case) -> None:
    ask(case, zone.bai)
    (asked,) = Opinion.objects.all()
    with pytest.raises(Refused):
        opinions.withdraw(asked.pk, reason="x", by=zone.an, at=AT, key="w")
    opinions.withdraw(asked.pk, reason="已电话沟通", by=zone.bai, at=AT, key="w")
    assert sees(zone.ding, case) == (False, False)
    with pytest.raises(Refused, match="no-such-opinion"):
        answer(zone.ding)
    assert_whole(case)


def test_a_desk_without_business_is_told_nothing(zone: Zone, case: Case) -> None:
    people_actions.put_duty(code="system", name="系统", name_en="", grants={})
    people_actions.put_post(department="law", duty="system", name="系统岗", name_en="")
    people_actions.put_person(username="xi", name="系", password=making.PASSWORD)
    people_actions.appoint(
        username="xi", department="law", duty="system", active_from=date(2020, 1, 1)
    )
    xi = people.actor_of(username="xi", on=AT.date())
    ask(case, zone.bai)  # asks the department of both
    assert not Notice.objects.filter(identity=xi.identity_id).exists()
    assert together.waiting(xi, at=AT) == 0
    with pytest.raises(Refused, match="no-such-opinion"):
        answer(xi)


def test_the_asked_are_reminded_once_when_their_day_is_near(zone: Zone, case: Case) -> None:
    ask(case, zone.bai)  # due on Friday
    assert opinions.remind_near(at=AT + timedelta(days=1)) == 0
    assert opinions.remind_near(at=AT + timedelta(days=2)) == 1
    assert opinions.remind_near(at=AT + timedelta(days=3)) == 0
    assert Notice.objects.filter(code="cases.opinion-near").count() == 1


def test_circulation_opens_exactly_one_case_until_it_is_revoked(zone: Zone, case: Case) -> None:
    other = making.a_case(zone, key="other")
    to = Receiver("identity", zone.ding.identity_id, "丁")
    circulation.send(case.pk, words="请阅", to=[to], by=zone.bai, at=AT, key="c")
    assert sees(zone.ding, case) == (True, True)
    assert sees(zone.ding, other) == (False, False)
    assert set(queries.visible(zone.ding)) == {case}
    assert not queries.visible(zone.ding, "case.suspend").exists()
    assert together.waiting(zone.ding, at=AT) == 1
    (copy,) = Circulation.objects.all()
    assert circulation.mark_read(copy.pk, by=zone.ding, at=AT)
    assert not circulation.mark_read(copy.pk, by=zone.ding, at=AT + timedelta(days=1))
    assert not circulation.mark_read(copy.pk, by=zone.chen, at=AT)
    assert together.waiting(zone.ding, at=AT) == 0
    circulation.note(copy.pk, text="同意办理", by=zone.ding, at=AT, key="n")
    receipt = Receipt.objects.get()
    assert (receipt.read_at, receipt.note) == (AT, "同意办理")
    with pytest.raises(Refused, match="not-allowed"):
        circulation.send(case.pk, words="", to=[to], by=zone.ding, at=AT, key="on")
    circulation.revoke(copy.pk, reason="发错", by=zone.bai, at=AT, key="r")
    assert sees(zone.ding, case) == (False, False)
    assert not queries.visible(zone.ding).exists()
    with pytest.raises(Refused, match="no-such-circulation"):
        circulation.note(copy.pk, text="再写", by=zone.ding, at=AT, key="n2")
    kinds = [one.kind for one in queries.history(case.pk)][:3]
    assert kinds == ["CirculationRevoked", "CirculationNoted", "Circulated"]
    assert_whole(case)


def test_two_copies_are_two_rights(zone: Zone, case: Case) -> None:
    for number, to in enumerate((law(), Receiver("post", zone.ding.post_id, "会签岗"))):
        circulation.send(case.pk, words="", to=[to], by=zone.bai, at=AT, key=f"c{number}")
    first, second = Circulation.objects.all()
    circulation.revoke(first.pk, reason="x", by=zone.bai, at=AT, key="r1")
    assert sees(zone.ding, case) == (True, True)
    circulation.revoke(second.pk, reason="x", by=zone.bai, at=AT, key="r2")
    assert sees(zone.ding, case) == (False, False)


def test_a_closed_case_may_be_circulated_and_keeps_the_time_of_its_end(
    zone: Zone, case: Case
) -> None:
    making.do(case, "review", zone.bai, days=1)
    case.refresh_from_db()
    ended = case.closed_at
    circulation.send(case.pk, words="", to=[law()], by=zone.an, at=AT + timedelta(days=9), key="c")
    case.refresh_from_db()
    assert case.closed_at == ended
    assert_whole(case)


KINDS = ("identity", "post", "department")


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(KINDS), st.sampled_from(("bai", "ding")), st.booleans()),
        max_size=4,
    ),
    scopes=st.frozensets(st.sampled_from(Scope)),
    who=st.sampled_from(("an", "bai", "ding")),
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
def test_invitations_are_judged_alike_by_predicate_and_filter(
    zone: Zone,
    case: Case,
    rows: list[tuple[str, str, bool]],
    scopes: frozenset[Scope],
    who: str,
) -> None:
    CaseReader.objects.all().delete()
    for kind, name, ended in rows:
        named = getattr(getattr(zone, name), f"{kind}_id")
        CaseReader.objects.create(
            **{f"{kind}_id": named},
            case=case,
            given_at=AT,
            ended_at=AT if ended else None,
        )
    actor = replace(getattr(zone, who), verbs={queries.VIEW: scopes, "case.suspend": scopes})
    by_filter, by_predicate = sees(actor, case)
    assert by_filter == by_predicate
    if not scopes:
        assert not by_filter
    case = Case.objects.select_related("department").get(pk=case.pk)
    suspending = queries.visible(actor, "case.suspend").filter(pk=case.pk).exists()
    assert suspending == queries.may(actor, "case.suspend", case)


# --- through the pages ----------------------------------------------------------------------------


def test_an_opinion_goes_through_the_pages_with_its_papers(
    zone: Zone,
    case: Case,
    sign_in: SignIn,
) -> None:
    asker, asked = sign_in("bai"), sign_in("ding")
    address = f"/cases/{case.number}/ask/"
    assert "司法所" in asker.get(address).content.decode()
    wrong = asker.post(address, {"key": "k", "question": "能否？", "due_on": "2020-01-01"})
    assert wrong.status_code == 422
    assert "能否？" in wrong.content.decode()
    given = {"key": "k", "question": "能否？", "due_on": "2099-01-04", "receivers": law().value}
    assert asker.post(address, given).status_code == 302
    waiting = asked.get("/desk/together/").content.decode()
    assert "能否？" in waiting
    (row,) = Opinion.objects.all()
    page = f"/opinions/{row.pk}/"
    assert case.title in asked.get(page).content.decode()
    paper = SimpleUploadedFile("意见.txt", "请限用一天".encode())
    short = asked.post(page, {"key": "a", "stance": "object", "text": "", "papers": paper})
    assert short.status_code == 422
    assert "意见.txt" in short.content.decode()  # kept, not lost
    drafts = _drafts(short)
    sent = asked.post(page, {"key": "a", "stance": "object", "text": "不宜", "drafts": drafts})
    assert sent.status_code == 302
    assert [one.name for one in files.of_case(case.pk)] == ["意见.txt"]
    shown = asker.get(f"/cases/{case.number}/").content.decode()
    assert "不宜" in shown
    assert "意见.txt" in shown


def _drafts(answer: Any) -> str:
    found = re.search(r'name="drafts" value="([\d,]+)"', answer.content.decode())
    assert found
    return found.group(1)


@pytest.mark.parametrize("verb", ["ask", "circulate"])
def test_verbs_beside_the_drawing_look_absent_to_whoever_may_not(
    zone: Zone,
    case: Case,
    sign_in: SignIn,
    verb: str,
) -> None:
    hidden = sign_in("ding").get(f"/cases/{case.number}/{verb}/")
    missing = sign_in("ding").get(f"/cases/LN-2020-999999/{verb}/")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert case.title not in hidden.content.decode()
    assert sign_in("fang").get(f"/cases/{case.number}/{verb}/").status_code == 404
    before = CaseEvent.objects.count()
    sign_in("ding").post(f"/cases/{case.number}/{verb}/", {"key": "k"})
    assert CaseEvent.objects.count() == before


def test_a_circulated_case_is_found_read_and_lost_again_at_every_door(
    zone: Zone,
    case: Case,
    sign_in: SignIn,
) -> None:
    reader, sender = sign_in("ding"), sign_in("bai")
    sender.post(
        f"/cases/{case.number}/circulate/", {"key": "k", "receivers": law().value, "words": "请阅"}
    )
    (copy,) = Circulation.objects.all()
    page = f"/circulations/{copy.pk}/"
    doors = ("/cases/", "/cases/?q=借用", "/cases/?export=csv", f"/cases/{case.number}/")

    def found() -> list[bool]:
        return [
            case.number in b"".join(reader.get(door)).decode("utf-8-sig")
            and reader.get(door).status_code == 200
            for door in doors
        ]

    assert found() == [True] * 4
    assert reader.get(page).status_code == 200
    assert Receipt.objects.get().identity_id == zone.ding.identity_id
    assert "丁" in sender.get(page).content.decode()
    assert reader.post(page, {"key": "n", "text": ""}).status_code == 422
    assert reader.post(page, {"key": "n", "text": "已阅"}).status_code == 302
    sender.post(f"{page}revoke/", {"key": "r", "reason": "撤回"})
    assert found() == [False] * 4
    assert reader.get(page).status_code == 404


def test_own_lists_take_the_same_statements_for_one_row_and_for_many(
    zone: Zone,
    sign_in: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(6):
        made = making.a_case(zone, key=f"case-{number}")
        making.do(made, "apply", zone.an)
        ask(made, zone.bai, key=f"ask-{number}")
        circulation.send(made.pk, words="", to=[law()], by=zone.bai, at=AT, key=f"c-{number}")
    for username, address in (("ding", "together"), ("bai", "asked"), ("bai", "sent")):
        client = sign_in(username)
        client.get("/desk/")
        with django_assert_max_num_queries(13):
            assert client.get(f"/desk/{address}/").status_code == 200
