"""A new notice and the timers that wait: moved, told, tried dry, and kept where nobody knows."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nancheng.foundation.cases import (
    actions,
    advance,
    calendar,
    calendar_watch,
    jobs,
    replaying,
    store,
    timer_lengths,
    timer_moves,
    timer_notices,
)
from nancheng.foundation.cases.models import Case, CaseEvent, Clock, Wait
from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.making import SHANGHAI, Zone
from nancheng.foundation.cases.tests.plays import Publish, boundary, drawing, end, start, user
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.cases.tests.test_calendar import (
    LATE,
    NEW_YEAR,
    finish,
    put_in_force,
    two,
)
from nancheng.foundation.limits.models import MissingYear, Reprojection
from nancheng.foundation.messages.models import Notice
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import waits

__all__ = ("two",)

# What telling of timers takes, however many they are.
TOLD = 6

TIMER = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"
GOES_ON = 'cancelActivity="false"'
SLOW = drawing(
    "slow",
    [
        start(),
        user("work"),
        boundary("late", "work", TIMER.format("8wd"), GOES_ON),
        boundary("plain", "work", TIMER.format("P20D"), GOES_ON),
        end(),
        end("end_late"),
        end("end_plain"),
    ],
    "start > work > end",
    "late > end_late",
    "plain > end_plain",
)


def a_slow_case(zone: Zone, key: str) -> Case:
    return actions.open_case(
        actions.Opening(kind="slow", title="慢件", variables={}), by=zone.fang, at=LATE, key=key
    )


def test_timers_in_working_days_move_too_and_their_case_says_from_when_and_why(
    zone: Zone, two: tuple[Actor, Actor], published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timer_moves, "BATCH", 4)
    published(slow=SLOW)
    cases = [a_slow_case(zone, f"slow{number}") for number in range(3)]
    before = Wait.objects.get(case=cases[0], node="late").due_at
    put_in_force(NEW_YEAR, two)
    assert finish() == 3
    assert finish() == 0
    for case in cases:
        moved = Wait.objects.get(case=case, node="late").due_at
        # The end of the 8th working day after 22 December; 1 January, a Friday, is a day of rest
        # now.
        assert before == datetime(2027, 1, 2, tzinfo=SHANGHAI)
        assert moved == datetime(2027, 1, 5, tzinfo=SHANGHAI)
        assert Wait.objects.get(case=case, node="plain").due_at == LATE + timedelta(days=20)
        body = json.loads(CaseEvent.objects.get(case=case, kind="TimerMoved").payload)
        assert datetime.fromisoformat(body["before"]) == before
        assert datetime.fromisoformat(body["due"]) == moved
        assert body["note"]["opinion"] == "国办发明电〔2026〕9号"
        assert_whole(case)
        assert replaying.differences(case.pk) == []
    work = Reprojection.objects.get()
    assert (work.total, work.seen, work.moved) == (6, 6, 3)
    assert work.finished_at is not None


def test_a_suspended_case_has_its_timer_moved_and_one_that_fired_is_left_alone(
    zone: Zone, two: tuple[Actor, Actor], published: Publish
) -> None:
    published(slow=SLOW)
    still, gone = a_slow_case(zone, "still"), a_slow_case(zone, "gone")
    by = plays.granted(zone.fang, "case.suspend", "zone", username="fang")
    actions.suspend(case_id=still.pk, reason="等待", by=by, at=LATE, key="s")
    wait = Wait.objects.get(case=gone, node="late")
    put_in_force(NEW_YEAR, two)
    assert wait.due_at is not None
    assert jobs.fire_due(at=wait.due_at) == 1
    assert finish() == 1
    assert CaseEvent.objects.get(kind="TimerMoved").case_id == still.pk
    for case in (still, gone):
        assert_whole(case)


WORKED_OUT = drawing(
    "asked",
    [
        start(),
        user("work"),
        boundary("late", "work", TIMER.format('=if v0 = "long" then "8wd" else "P3D"'), GOES_ON),
        end(),
        end("end_late"),
    ],
    "start > work > end",
    "late > end_late",
)


def an_asked_case(zone: Zone, key: str, v0: str) -> Case:
    return actions.open_case(
        actions.Opening(kind="asked", title="按件定时", variables={"v0": v0}),
        by=zone.fang,
        at=LATE,
        key=key,
    )


def test_a_length_that_an_expression_gave_is_kept_and_moves_though_its_facts_changed(
    zone: Zone, two: tuple[Actor, Actor], published: Publish
) -> None:
    published(asked=WORKED_OUT)
    case, plain = an_asked_case(zone, "a", "long"), an_asked_case(zone, "b", "short")
    assert Wait.objects.get(case=case).data["length"] == "8wd"
    assert "length" not in Wait.objects.get(case=plain).data
    put_in_force(NEW_YEAR, two)
    assert finish() == 1
    assert Wait.objects.get(case=case).due_at == datetime(2027, 1, 5, tzinfo=SHANGHAI)
    assert Wait.objects.get(case=plain).due_at == LATE + timedelta(days=3)
    assert replaying.differences(case.pk) == []
    assert Reprojection.objects.get().kept == 0


def test_a_year_that_timers_will_need_is_told_sixty_days_ahead(
    zone: Zone, published: Publish
) -> None:
    published(slow=SLOW, asked=WORKED_OUT)
    early, due = date(2026, 10, 22), date(2026, 10, 23)
    # The 8th working day after 22 December is 1 January; 60 days before are 23 October.
    assert [n for n in calendar_watch.needs(early) if n.process in ("slow", "asked")] == []
    (need,) = (n for n in calendar_watch.needs(due) if n.process in ("slow", "asked"))
    assert (need.node, need.limit, need.year, need.waiting) == ("late", "8wd", 2027, 0)
    assert need.needed_on == LATE.date()
    a_slow_case(zone, "slow")
    an_asked_case(zone, "long", "long")
    an_asked_case(zone, "short", "short")
    found = {n.process: n for n in calendar_watch.needs(LATE.date())}
    # A timer of 20 calendar days waits beyond the year too, and needs no notice.
    assert {key: found[key].waiting for key in ("slow", "asked")} == {"slow": 1, "asked": 1}
    assert (found["asked"].node, found["asked"].limit) == ("late", "8wd")
    calendar_watch.warn_missing(at=LATE)
    assert MissingYear.objects.get(process="slow", node="late").waiting == 1
    # The watch asks as many statements, however many timers wait.
    with CaptureQueriesContext(connection) as few:
        calendar_watch.needs(LATE.date())
    for number in range(5):
        a_slow_case(zone, f"more{number}")
    with CaptureQueriesContext(connection) as many:
        calendar_watch.needs(LATE.date())
    assert len(many) == len(few)


def test_a_timer_that_ends_with_the_last_day_of_a_known_year_is_not_told(
    zone: Zone, published: Publish
) -> None:
    published(slow=SLOW.replace(">8wd<", ">7wd<"))
    case = a_slow_case(zone, "slow")
    wait = Wait.objects.get(case=case, node="late")
    assert wait.due_at == datetime(2027, 1, 1, tzinfo=SHANGHAI)
    (need,) = (n for n in calendar_watch.needs(LATE.date()) if n.process == "slow")
    assert (need.needed_on, need.waiting) == (date(2026, 12, 23), 0)


def without_lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set timers as they were set before they kept their length."""
    before = waits.set_timer

    def set_timer(run: Any, plan: Any, token: Any, data: dict[str, object]) -> None:
        emitted = run.emit

        class Forgetful:
            def __getattr__(self, name: str) -> Any:
                return getattr(run, name)

            def emit(self, event: Any) -> None:
                if isinstance(event, m.TimerSet):
                    kept = {name: v for name, v in event.data.items() if name != "length"}
                    event = m.TimerSet(event.item, event.node, event.scope, kept)
                emitted(event)

        before(cast("Any", Forgetful()), plan, token, data)

    monkeypatch.setattr(waits, "set_timer", set_timer)


def test_a_timer_set_before_lengths_were_kept_is_asked_what_it_saw_then(
    zone: Zone, two: tuple[Actor, Actor], published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(asked=WORKED_OUT, slow=SLOW)
    with monkeypatch.context() as patch:
        without_lengths(patch)
        case, plain = an_asked_case(zone, "a", "long"), a_slow_case(zone, "b")
    assert "length" not in Wait.objects.get(case=case).data
    # What decided is another value now.
    loaded = store.load(case_id=case.pk)
    assert loaded is not None
    hand = advance.Hand(None, LATE, "changed")
    advance.advance(loaded, m.SetVariables(LATE, "", {"v0": "short"}), hand=hand)
    put_in_force(NEW_YEAR, two)
    assert finish() == 2
    for one in (case, plain):
        moved = Wait.objects.get(case=one, node="late").due_at
        assert moved == datetime(2027, 1, 5, tzinfo=SHANGHAI)
        assert replaying.differences(one.pk) == []


def test_a_timer_whose_length_nobody_knows_stays_and_all_are_told_so(
    zone: Zone,
    two: tuple[Actor, Actor],
    published: Publish,
    monkeypatch: pytest.MonkeyPatch,
    sign_in: making.SignIn,
) -> None:
    published(asked=WORKED_OUT)
    with monkeypatch.context() as patch:
        without_lengths(patch)
        case = an_asked_case(zone, "a", "long")
    before = Wait.objects.get(case=case).due_at
    monkeypatch.setattr(timer_lengths, "_recovered", lambda timer, length: None)
    shown = calendar.preview(NEW_YEAR.encode(), year=2027)
    assert [timer.case_id for timer in shown.timers.unknown] == [case.pk]
    put_in_force(NEW_YEAR, two)
    assert finish() == 0
    work = Reprojection.objects.get()
    assert (work.kept, work.moved, work.seen) == (1, 0, 1)
    assert Wait.objects.get(case=case).due_at == before
    line = CaseEvent.objects.get(case=case, kind="TimerKept")
    assert json.loads(line.payload)["note"]["opinion"] == "国办发明电〔2026〕9号"
    assert set(Notice.objects.filter(code="cases.timer-kept").values_list("identity_id", flat=True))
    assert_whole(case)
    page = sign_in("gu").get("/calendars/").content.decode()
    assert "1 个定时的时长已无法重新得出" in page
    assert case.number in page
    assert "定时未变动" in sign_in("gu").get(f"/cases/{case.number}/").content.decode()


def test_after_a_change_of_version_an_old_length_is_not_guessed(
    zone: Zone, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(asked=WORKED_OUT)
    without_lengths(monkeypatch)
    case = an_asked_case(zone, "a", "long")
    (timer,) = timer_lengths.waiting(Wait.objects.filter(case=case))
    assert len(timer_lengths.counted([timer])[0]) == 1
    seen = list(replaying.events(case.pk))
    migrated = m.Migrated(0, "", {})
    monkeypatch.setattr(replaying, "events", lambda case_id: iter([*seen, migrated]))
    assert timer_lengths.counted([timer]) == ([], [timer])


def test_the_dry_run_counts_timers_and_the_page_shows_those_in_sight(
    zone: Zone, two: tuple[Actor, Actor], published: Publish, sign_in: making.SignIn
) -> None:
    published(slow=SLOW)
    cases = [a_slow_case(zone, f"slow{number}") for number in range(2)]
    shown = calendar.preview(NEW_YEAR.encode(), year=2027)
    assert [(timer.case_id, due) for timer, due in shown.timers.moves] == [
        (case.pk, datetime(2027, 1, 5, tzinfo=SHANGHAI)) for case in cases
    ]
    assert (shown.timers.looked_at, shown.timers.waiting) == (4, 4)
    assert shown.is_complete
    file = SimpleUploadedFile("2027.csv", NEW_YEAR.encode(), "text/csv")
    page = sign_in("gu").post("/calendars/load/", {"year": 2027, "file": file}).content.decode()
    assert "哪些定时会变" in page
    assert all(case.number in page for case in cases)
    assert "2027-01-05 00:00" in page
    notice = put_in_force(NEW_YEAR, two)
    assert notice.confirmation is not None
    assert notice.confirmation.figures["timers"] == 2


def test_a_dry_run_that_stops_early_says_so(
    zone: Zone, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(slow=SLOW)
    a_slow_case(zone, "one")
    monkeypatch.setattr(calendar, "PREVIEW_MAX", 1)
    shown = calendar.preview(NEW_YEAR.encode(), year=2027)
    assert (shown.timers.looked_at, shown.timers.waiting, shown.is_complete) == (1, 2, False)


def test_whoever_works_at_what_a_timer_watches_is_told_that_it_moved(
    zone: Zone, two: tuple[Actor, Actor], published: Publish
) -> None:
    published(slow=SLOW)
    held, free = a_slow_case(zone, "held"), a_slow_case(zone, "free")
    task = making.the_task(held, "work")
    actions.claim(task_id=task.pk, by=zone.chen, at=LATE, key="claim")
    put_in_force(NEW_YEAR, two)
    assert finish() == 2
    told = Notice.objects.filter(code="cases.timer-moved")
    assert [n.identity_id for n in told.filter(case=held)] == [zone.chen.identity_id]
    assert {n.identity_id for n in told.filter(case=free)} == {
        zone.bai.identity_id,
        zone.chen.identity_id,
    }
    figures = told.filter(case=held)[0].figures
    assert (figures["before"], figures["after"]) == ("2027-01-02 00:00", "2027-01-05 00:00")
    assert figures["step"] == "work"


WAITING = drawing(
    "still",
    [start(), plays.catch("pause", TIMER.format("8wd")), end()],
    "start > pause > end",
)


def test_of_a_timer_that_watches_nobodys_task_whoever_opened_the_case_is_told(
    zone: Zone, two: tuple[Actor, Actor], published: Publish
) -> None:
    published(still=WAITING)
    actions.open_case(
        actions.Opening(kind="still", title="静候", variables={}), by=zone.fang, at=LATE, key="s"
    )
    put_in_force(NEW_YEAR, two)
    assert finish() == 1
    assert Notice.objects.get(code="cases.timer-moved").identity_id == zone.fang.identity_id


def test_the_installations_own_notices_move_timers_where_no_clock_runs(
    zone: Zone, published: Publish
) -> None:
    published(still=WAITING)
    case = actions.open_case(
        actions.Opening(kind="still", title="静候", variables={}), by=zone.fang, at=LATE, key="s"
    )
    assert not Clock.objects.filter(case=case).exists()
    rows = [
        {"date": on, "is_workday": "0", "name": "元旦", "notice": "x", "version": "1"}
        for on in ("2027-01-01", "2027-01-02", "2027-01-03")
    ]
    assert calendar.bring(rows, label="install", at=LATE) == 3
    assert finish() == 1
    assert Wait.objects.get(case=case).due_at == datetime(2027, 1, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize("count", [1, 5])
def test_telling_takes_the_same_statements_for_one_timer_and_for_many(
    zone: Zone,
    two: tuple[Actor, Actor],
    published: Publish,
    django_assert_num_queries: Any,
    count: int,
) -> None:
    published(slow=SLOW)
    for number in range(count):
        a_slow_case(zone, f"slow{number}")
    put_in_force(NEW_YEAR, two)
    work = Reprojection.objects.get()
    timers = timer_lengths.waiting(timer_moves.affected(work.since).filter(node="late"))
    moved = []
    for timer in timers:
        loaded = store.load(case_id=timer.case_id)
        assert loaded is not None
        item = loaded.state.items[timer.item]
        moved.append(timer_notices.Moved(loaded, item, timer.due_at, timer.due_at))
    with django_assert_num_queries(TOLD):
        timer_notices.tell(work, moved, code=timer_notices.MOVED, at=LATE)
    with django_assert_num_queries(2):
        timer_lengths.counted(timer_lengths.waiting(timer_moves.affected(work.since)))
