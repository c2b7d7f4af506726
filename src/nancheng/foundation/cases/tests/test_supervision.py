"""督办: what deadlines call for, slips through their life, and who may do what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.cases import queries, together
from nancheng.foundation.cases.models import Case, Slip
from nancheng.foundation.cases.supervision import actions, rules
from nancheng.foundation.cases.supervision import queries as slips
from nancheng.foundation.cases.supervision.actions import Demand
from nancheng.foundation.cases.supervision.rules import Bounds, Colour
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import AT, SignIn, Zone
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.messages.models import Notice
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

SOON = date(2020, 9, 18)
DAYS = st.dates(date(2020, 9, 1), date(2020, 9, 30))
BOUNDS = Bounds(
    near_to=date(2020, 9, 18), late_before=date(2020, 9, 15), unanswered_before=date(2020, 9, 10)
)


@pytest.fixture
def case(zone: Zone) -> Case:
    """A loan whose review at the administration is due on the 22nd."""
    made = making.a_case(zone)
    making.do(made, "apply", zone.an)
    return made


@pytest.fixture
def gu(zone: Zone) -> Actor:
    """顾, of a supervision office that reads and supervises everything."""
    people.put_department(code="office", name="督查室", name_en="office", parent="zone")
    people.put_duty(
        code="supervisor",
        name="督查",
        name_en="",
        grants={"case.view": "zone", "case.supervise": "zone"},
    )
    people.put_post(department="office", duty="supervisor", name="督查岗", name_en="")
    people.put_person(username="gu", name="顾", password=making.PASSWORD)
    people.appoint(
        username="gu", department="office", duty="supervisor", active_from=date(2020, 1, 1)
    )
    return people_queries.actor_of(username="gu", on=AT.date())


def issue(
    case: Case, by: Actor, colour: Colour = Colour.BLUE, *, to: str = "zone", key: str = "i"
) -> Slip:
    department = people_queries.department_id(code=to)
    actions.issue(
        case.pk,
        department_id=department,
        demand=Demand(colour, "请说明进度", SOON),
        by=by,
        at=AT,
        key=key,
    )
    return Slip.objects.get(case=case, department_id=department)


def reply(slip: Slip, by: Actor, key: str = "r") -> None:
    actions.reply(slip.pk, text="已安排", by=by, at=AT, key=key)


# --- rules ----------------------------------------------------------------------------------------


@given(due_on=DAYS)
def test_yellow_when_near_and_red_when_overdue(due_on: date) -> None:
    colour = rules.proposed(due_on, bounds=BOUNDS)
    assert (colour is Colour.RED) == (due_on < BOUNDS.late_before)
    assert (colour is None) == (due_on > BOUNDS.near_to)


@given(first=DAYS, second=DAYS)
def test_the_later_deadline_never_calls_for_more(first: date, second: date) -> None:
    severity: dict[Colour | None, int] = {None: -1}
    severity.update({colour: rank for rank, colour in enumerate(rules.ORDER)})
    early, late = sorted((first, second))
    assert (
        severity[rules.proposed(early, bounds=BOUNDS)]
        >= severity[rules.proposed(late, bounds=BOUNDS)]
    )


def test_a_slip_rises_step_by_step_and_only_upwards() -> None:
    assert rules.following(Colour.BLUE) is Colour.YELLOW
    assert rules.following(Colour.YELLOW) is Colour.RED
    assert rules.following(Colour.RED) is None
    assert rules.higher(Colour.YELLOW) == (Colour.RED,)
    long_ago, today = date(2020, 9, 9), date(2020, 9, 10)
    assert rules.escalated(Colour.BLUE, reply_by=long_ago, bounds=BOUNDS) is Colour.YELLOW
    assert rules.escalated(Colour.BLUE, reply_by=today, bounds=BOUNDS) is None


# --- actions --------------------------------------------------------------------------------------


def test_a_slip_lives_from_issue_over_rejection_to_its_effect(
    zone: Zone, case: Case, gu: Actor
) -> None:
    slip = issue(case, gu)
    issue(case, gu)  # the same form again
    assert (slip.number, slip.state) == ("DB-2020-000001", "issued")
    assert together.waiting(zone.chen, at=AT) == 1
    reply(slip, zone.bai)
    assert together.waiting(zone.chen, at=AT) == 0
    actions.reject(slip.pk, reason="没有日期", reply_by=SOON, by=gu, at=AT, key="no")
    reply(slip, zone.chen, key="r2")
    actions.close(slip.pk, effect="resolved", text="已定于周五", by=gu, at=AT, key="c")
    slip.refresh_from_db()
    assert (slip.state, slip.effect, slip.replies.count()) == ("closed", "resolved", 2)
    kinds = [one.kind for one in queries.history(case.pk)][:5]
    assert kinds == ["SlipClosed", "SlipReplied", "SlipRejected", "SlipReplied", "SlipIssued"]
    with pytest.raises(Refused, match="slip-closed"):
        reply(slip, zone.bai, key="late")
    assert Notice.objects.filter(code="cases.slip-replied", identity=gu.identity_id).count() == 2
    assert_whole(case)


def test_who_may_not_issue_reply_or_judge(zone: Zone, case: Case, gu: Actor) -> None:
    for actor, code in (
        (zone.fang, "people.not-allowed"),  # reads everything, is not granted the verb
        (zone.ding, "cases.no-such-case"),  # beyond sight
    ):
        with pytest.raises(Refused) as no:
            issue(case, actor)
        assert no.value.code == code
    with pytest.raises(Refused, match="not-taking-part"):
        issue(case, gu, to="law")
    slip = issue(case, gu)
    with pytest.raises(Refused, match="slip-open"):
        issue(case, gu, Colour.RED, key="second")
    with pytest.raises(Refused, match="no-such-slip"):
        reply(slip, zone.ding)
    with pytest.raises(Refused, match="not-allowed"):
        reply(slip, zone.an)  # reads the case, is of another department
    with pytest.raises(Refused, match="not-allowed"):
        actions.close(slip.pk, effect="resolved", text="x", by=zone.bai, at=AT, key="c")
    with pytest.raises(Refused, match="slip-unanswered"):
        actions.close(slip.pk, effect="resolved", text="x", by=gu, at=AT, key="c")
    reply(slip, zone.bai)
    with pytest.raises(Refused) as second:
        reply(slip, zone.chen, key="second")
    assert "白" in str(second.value.figures["who"])


def test_a_slip_escalates_upwards_and_asks_for_a_reply_anew(
    zone: Zone, case: Case, gu: Actor
) -> None:
    slip = issue(case, gu, Colour.YELLOW)
    reply(slip, zone.bai)
    lower = Demand(Colour.BLUE, "x", SOON)
    with pytest.raises(Refused, match="not-higher"):
        actions.escalate(slip.pk, demand=lower, by=gu, at=AT, key="e0")
    actions.escalate(slip.pk, demand=Demand(Colour.RED, "仍未办", SOON), by=gu, at=AT, key="e1")
    slip.refresh_from_db()
    assert (slip.colour, slip.state, slip.escalations) == ("red", "issued", 1)
    assert together.waiting(zone.bai, at=AT) == 1
    assert_whole(case)


def test_nobody_judges_a_reply_of_his_own(zone: Zone, case: Case, gu: Actor) -> None:
    people.put_post(department="zone", duty="supervisor", name="督查岗", name_en="")
    people.appoint(
        username="bai", department="zone", duty="supervisor", active_from=date(2020, 1, 1)
    )
    bai_supervising = people_queries.actor_of(username="bai", on=AT.date(), duty="supervisor")
    slip = issue(case, gu)
    reply(slip, zone.bai)
    with pytest.raises(Refused, match="own-reply"):
        actions.close(slip.pk, effect="resolved", text="x", by=bai_supervising, at=AT, key="c")


def test_the_deadlines_call_for_slips_until_there_are_some(
    zone: Zone, case: Case, gu: Actor
) -> None:
    def called(days: int) -> list[str]:
        limits = slips.bounds(AT + timedelta(days=days))
        found = slips.proposals(list(slips.called_for(gu, limits)), limits)
        return [one.colour.value for one in found]

    assert called(0) == []  # Tuesday the 15th; due on the 22nd
    assert called(3) == ["yellow"]
    assert called(8) == ["red"]
    slip = issue(case, gu, Colour.YELLOW)
    assert called(3) == []
    assert called(8) == ["red"]
    assert not slips.called_for(zone.fang, slips.bounds(AT + timedelta(days=8))).exists()
    late = slips.bounds(AT + timedelta(days=10))
    assert list(slips.unanswered(gu, late)) == [slip]
    assert not slips.unanswered(gu, slips.bounds(AT)).exists()


def test_a_department_is_reminded_once_before_each_reply_day(
    zone: Zone, case: Case, gu: Actor
) -> None:
    slip = issue(case, gu)
    assert actions.remind_near(at=AT) == 0
    assert actions.remind_near(at=AT + timedelta(days=2)) == 1
    assert actions.remind_near(at=AT + timedelta(days=2)) == 0
    reply(slip, zone.bai)
    actions.reject(slip.pk, reason="x", reply_by=SOON, by=gu, at=AT + timedelta(days=2), key="no")
    assert actions.remind_near(at=AT + timedelta(days=3)) == 1


# --- pages ----------------------------------------------------------------------------------------


def test_a_slip_goes_through_the_pages(zone: Zone, case: Case, gu: Actor, sign_in: SignIn) -> None:
    supervisor, department = sign_in("gu"), sign_in("bai")
    assert sign_in("fang").get(f"/cases/{case.number}/supervise/").status_code == 403
    address = f"/cases/{case.number}/supervise/"
    shown = supervisor.get(f"{address}?department={zone.bai.department_id}&colour=red")
    assert 'value="red" selected' in shown.content.decode()
    given = {
        "department": zone.bai.department_id,
        "colour": "yellow",
        "text": "请说明进度",
        "reply_by": "2099-01-05",
        "key": "k",
    }
    assert supervisor.post(address, {**given, "reply_by": "2020-01-05"}).status_code == 422
    assert supervisor.post(address, given).status_code == 302
    (slip,) = Slip.objects.all()
    page = f"/slips/{slip.pk}/"
    assert "请说明进度" in department.get("/desk/together/").content.decode()
    assert department.post(f"{page}reply/", {"key": "r", "text": ""}).status_code == 422
    assert department.post(f"{page}reply/", {"key": "r", "text": "已安排"}).status_code == 302
    assert "已安排" in supervisor.get(page).content.decode()
    closed = {"key": "c", "effect": "resolved", "text": "按期"}
    assert supervisor.post(f"{page}close/", closed).status_code == 302
    assert slip.number in supervisor.get("/slips/?export=csv").getvalue().decode("utf-8-sig")
    assert slip.number in sign_in("fang").get(f"/cases/{case.number}/").content.decode()
    assert sign_in("ding").get(page).status_code == 404
    assert slip.number not in sign_in("ding").get("/slips/").content.decode()
    assert supervisor.get(f"{page}escalate/").status_code == 405
    assert supervisor.post(f"{page}nonsense/").status_code == 404


def test_lists_of_slips_take_the_same_statements_for_one_and_for_many(
    zone: Zone, gu: Actor, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        made = making.a_case(zone, key=f"c{number}")
        making.do(made, "apply", zone.an)
        if number < 3:
            issue(made, gu, key=f"i{number}")
    client = sign_in("gu")
    client.get("/slips/")
    for address in ("/slips/", "/slips/called/", "/cases/departments/"):
        with django_assert_max_num_queries(17):
            assert client.get(address).status_code == 200
    # The pages ask the real day: replies of 2020 have stayed away for long.
    rising = client.get("/slips/called/").content.decode()
    assert "建议升级" in rising
    assert "DB-2020-000001" in rising
    assert "蓝单 3" in client.get("/cases/departments/").content.decode()
