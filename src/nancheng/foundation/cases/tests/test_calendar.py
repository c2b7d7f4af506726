"""A new notice: tried dry, confirmed by a second person, moved batch by batch, told, journaled."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from nancheng.foundation.cases import (
    actions,
    calendar,
    clocks,
    reprojection,
)
from nancheng.foundation.cases.models import CalendarDay, Case, CaseEvent, Clock, Task
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import SHANGHAI, Zone
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.limits.models import CalendarNotice, ClockMove, Reprojection
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.messages.models import Notice
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

LATE = datetime(2026, 12, 22, 10, tzinfo=SHANGHAI)  # a Tuesday before a year without a notice
HEAD = "date,is_workday,name,notice\n"
NEW_YEAR = HEAD + "".join(f"2027-01-{day:02},0,元旦,国办发明电〔2026〕9号\n" for day in (1, 2, 3))
# What a batch takes, however many clocks are in it.
STATEMENTS = 19
SPRING = NEW_YEAR + "2027-01-11,0,春节,国办发明电〔2026〕9号\n"


@pytest.fixture
def two(zone: Zone) -> tuple[Actor, Actor]:
    """Two persons of the general office who may load a calendar."""
    people.put_duty(
        code="office",
        name="office",
        name_en="office",
        grants={"case.view": "zone", "calendar.load": "zone", "calendar.confirm": "zone"},
    )
    people.put_post(department="zone", duty="office", name="督查岗", name_en="office")
    for username in ("gu", "hao"):
        people.put_person(username=username, name=username, password=making.PASSWORD)
        people.appoint(
            username=username, department="zone", duty="office", active_from=date(2020, 1, 1)
        )
    first, second = (
        people_queries.actor_of(username=name, on=LATE.date()) for name in ("gu", "hao")
    )
    return first, second


def a_late_case(zone: Zone, key: str = "open") -> Case:
    """A loan opened and applied for in the last week of 2026."""
    case = actions.open_case(
        actions.Opening(
            kind="loan",
            title="借用会议室",
            variables={"amount": 10, "signers": ["law"]},
            parties={
                "applicant": people_queries.department_id(code="north"),
                "reviewing": people_queries.department_id(code="zone"),
            },
        ),
        by=zone.an,
        at=LATE,
        key=key,
    )
    task = making.the_task(case, "apply")
    actions.complete(
        task_id=task.pk, values={"decision": "agree"}, by=zone.an, at=LATE, key=f"{key}-apply"
    )
    return case


def put_in_force(text: str, two: tuple[Actor, Actor], *, key: str = "n") -> CalendarNotice:
    shown = calendar.preview(text.encode(), year=2027)
    notice = calendar.propose(shown, reason="国办通知", by=two[0], at=LATE, key=key)
    waiting = Confirmation.objects.get(pk=notice_confirmation(notice))
    confirmations.confirm(confirmation_id=waiting.pk, answer="", by=two[1], at=LATE)
    notice.refresh_from_db()
    return notice


def notice_confirmation(notice: CalendarNotice) -> int:
    notice.refresh_from_db()
    assert notice.confirmation_id is not None
    return notice.confirmation_id


def finish() -> int:
    return reprojection.reproject_due(at=LATE)


def test_a_case_is_opened_before_the_notice_is_out_and_its_date_is_marked(zone: Zone) -> None:
    case = a_late_case(zone)
    clock = Clock.objects.get(case=case, task__node="review")
    assert clock.due_on == date(2026, 12, 29)
    assert (clock.is_provisional, clock.calendar) == (False, "2026v1")
    whole = Clock.objects.get(case=case, task=None)
    # Twenty working days by the week alone.
    assert whole.due_on == date(2027, 1, 19)
    assert (whole.is_provisional, whole.calendar) == (True, "2026v1 2027v0")
    assert clocks.explain(whole)[-1].on == whole.due_on


def test_the_dry_run_says_which_days_and_clocks_would_move_and_writes_nothing(zone: Zone) -> None:
    case = a_late_case(zone)
    before = CalendarDay.objects.count()
    shown = calendar.preview(SPRING.encode(), year=2027)
    assert [(day.on, day.was_worked, day.is_worked) for day in shown.days] == [
        (date(2027, 1, 1), True, False),
        (date(2027, 1, 11), True, False),
    ]
    (move,) = shown.moves
    assert (move.clock.case_id, move.clock.due_on, move.now.due_on) == (
        case.pk,
        date(2027, 1, 19),
        date(2027, 1, 21),
    )
    assert CalendarDay.objects.count() == before
    assert not CalendarNotice.objects.exists()


def test_a_second_person_puts_it_in_force_and_the_clock_moves(
    zone: Zone, two: tuple[Actor, Actor]
) -> None:
    case = a_late_case(zone)
    notice = put_in_force(NEW_YEAR, two)
    assert (notice.versions, notice.applied_label) == ("2027v1", two[1].label)
    whole = Clock.objects.get(case=case, task=None)
    # Not moved yet: its proof still stands on the calendar its date was made on.
    assert clocks.explain(whole)[-1].on == whole.due_on == date(2027, 1, 19)
    assert finish() == 1
    whole.refresh_from_db()
    case.refresh_from_db()
    assert whole.due_on == case.due_on == date(2027, 1, 20)
    assert (whole.is_provisional, whole.calendar) == (False, "2026v1 2027v1")
    assert clocks.explain(whole)[-1].on == whole.due_on
    (moved,) = ClockMove.objects.filter(clock=whole)
    assert (moved.before_on, moved.after_on, moved.reason) == (
        date(2027, 1, 19),
        date(2027, 1, 20),
        "calendar",
    )
    assert moved.note == "国办发明电〔2026〕9号"
    line = CaseEvent.objects.get(case=case, kind="DateMoved")
    assert "2027-01-20" in line.payload
    assert Notice.objects.get(code="cases.date-moved").identity_id == zone.an.identity_id
    assert_whole(case)
    making_on = making.the_task(case, "review")
    actions.claim(task_id=making_on.pk, by=zone.bai, at=LATE, key="after")
    assert_whole(case)


def test_who_proposed_a_notice_does_not_put_it_in_force(
    zone: Zone, two: tuple[Actor, Actor]
) -> None:
    shown = calendar.preview(NEW_YEAR.encode(), year=2027)
    notice = calendar.propose(shown, reason="x", by=two[0], at=LATE, key="n")
    with pytest.raises(Refused, match="same-person"):
        confirmations.confirm(
            confirmation_id=notice_confirmation(notice), answer="", by=two[0], at=LATE
        )
    assert not CalendarDay.objects.filter(day__year=2027).exists()


def test_a_notice_proposed_on_another_version_is_not_put_in_force(
    zone: Zone, two: tuple[Actor, Actor]
) -> None:
    late = calendar.propose(
        calendar.preview(SPRING.encode(), year=2027), reason="x", by=two[0], at=LATE, key="late"
    )
    put_in_force(NEW_YEAR, two)
    with pytest.raises(Refused, match="notice-outdated"):
        confirmations.confirm(
            confirmation_id=notice_confirmation(late), answer="", by=two[1], at=LATE
        )
    with pytest.raises(Refused, match="nothing-changes"):
        calendar.preview(NEW_YEAR.encode(), year=2027)


def test_a_later_version_replaces_the_year_and_the_earlier_proof_still_reads(
    zone: Zone, two: tuple[Actor, Actor]
) -> None:
    case = a_late_case(zone)
    put_in_force(NEW_YEAR, two)
    finish()
    whole = Clock.objects.get(case=case, task=None)
    Clock.objects.filter(pk=whole.pk).update(stopped_at=LATE)
    put_in_force(SPRING, two, key="again")
    assert finish() == 0
    whole.refresh_from_db()
    assert whole.calendar == "2026v1 2027v1"
    assert clocks.explain(whole)[-1].on == whole.due_on


def test_work_stopped_in_the_middle_of_a_batch_goes_on_and_tells_nothing_twice(
    zone: Zone, two: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [a_late_case(zone, key=f"case-{number}") for number in range(5)]
    monkeypatch.setattr(reprojection, "BATCH", 2)
    put_in_force(NEW_YEAR, two)
    said = messages.notify_each
    calls = iter(range(100))

    def dies(*given: Any, **named: Any) -> None:
        if next(calls) == 1:
            raise RuntimeError("power cut")
        said(*given, **named)

    monkeypatch.setattr(messages, "notify_each", dies)
    with pytest.raises(RuntimeError):
        finish()
    work = Reprojection.objects.get()
    assert 0 < work.moved < len(cases)
    assert (
        ClockMove.objects.count()
        == work.moved
        == Notice.objects.filter(code="cases.date-moved").count()
    )
    monkeypatch.setattr(messages, "notify_each", said)
    finish()
    work.refresh_from_db()
    assert work.finished_at is not None
    assert (work.moved, work.seen) == (len(cases), work.total)
    assert ClockMove.objects.count() == len(cases)
    assert CaseEvent.objects.filter(kind="DateMoved").count() == len(cases)
    assert Notice.objects.filter(code="cases.date-moved").count() == len(cases)
    assert finish() == 0
    for case in cases:
        assert_whole(case)


def test_a_batch_takes_the_same_statements_for_one_clock_and_for_many(
    zone: Zone, two: tuple[Actor, Actor], django_assert_num_queries: Any
) -> None:
    a_late_case(zone, key="one")
    put_in_force(NEW_YEAR, two)
    work = Reprojection.objects.get()
    with django_assert_num_queries(STATEMENTS):
        reprojection.run_batch(reprojection_id=work.pk, at=LATE)
    for number in range(12):
        a_late_case(zone, key=f"more-{number}")
    put_in_force(SPRING, two, key="again")
    (again,) = Reprojection.objects.filter(finished_at__isnull=True)
    with django_assert_num_queries(STATEMENTS):
        assert reprojection.run_batch(reprojection_id=again.pk, at=LATE) == 13


def test_projecting_again_changes_nothing(zone: Zone, two: tuple[Actor, Actor]) -> None:
    case = a_late_case(zone)
    put_in_force(NEW_YEAR, two)
    finish()
    before = list(Clock.objects.order_by("id").values())
    reprojection.begin(
        notice_id=None, reason="again", since=date(2026, 1, 1), by_label="test", at=LATE
    )
    assert finish() == 0
    assert list(Clock.objects.order_by("id").values()) == before
    assert ClockMove.objects.count() == 1
    assert_whole(case)


def test_a_notice_may_speak_of_the_december_before(zone: Zone, two: tuple[Actor, Actor]) -> None:
    case = a_late_case(zone)
    task = Task.objects.get(case=case, node="review")
    assert task.due_on == date(2026, 12, 29)
    text = NEW_YEAR + "2026-12-28,0,元旦,国办发明电〔2026〕9号\n"
    notice = put_in_force(text, two)
    assert notice.versions == "2026v2 2027v1"
    finish()
    task.refresh_from_db()
    assert task.due_on == date(2026, 12, 30)
    assert clocks.explain(task.clock)[-1].on == task.due_on
    # The rest of 2026's notice is kept.
    assert CalendarDay.objects.filter(version=2, day=date(2026, 10, 1)).exists()


def test_a_file_in_the_encoding_of_office_programs_is_read(zone: Zone) -> None:
    shown = calendar.preview(NEW_YEAR.encode("gb18030"), year=2027)
    assert shown.number == "国办发明电〔2026〕9号"
    assert shown.days[0].on == date(2027, 1, 1)
