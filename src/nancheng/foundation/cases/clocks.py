"""Clocks of cases and tasks as rows: started, paused, extended, projected on the calendar.

What counts and what does not is ``kernel.worktime``'s; here its answers are kept beside the task so
that a work list can be ordered by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import queries, standing
from nancheng.foundation.cases.models import (
    CalendarDay,
    Case,
    Clock,
    ClockExtension,
    ClockPause,
    Task,
)
from nancheng.foundation.cases.standing import Running, Standing
from nancheng.foundation.cases.store import ClockRow
from nancheng.foundation.limits import actions as journal
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.limits import rules as limit_rules
from nancheng.foundation.limits.models import ClockMove
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import memory, sql
from nancheng.kernel.process import due as plain
from nancheng.kernel.process.definition import TimerKind, TimerSpec
from nancheng.kernel.process.program import Limit as DrawnLimit
from nancheng.kernel.process.program import Program
from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import ahead, calendars, limits
from nancheng.kernel.worktime import clocks as worktime
from nancheng.kernel.worktime.calendars import Calendar
from nancheng.kernel.worktime.explanation import Line, Reason
from nancheng.kernel.worktime.limits import Unit

# Why a day was counted or not, in words.
REASONS: Mapping[str, str | Promise] = {
    Reason.START: _("起算日，不计入"),
    Reason.COUNTED: _("计入"),
    Reason.COUNTED_MADE_UP: _("调休上班，计入"),
    Reason.COUNTED_EXTENDED: _("延长期，计入"),
    Reason.WEEKEND: _("周末，不计入"),
    Reason.HOLIDAY: _("法定节假日，不计入"),
    Reason.SUSPENDED: _("中止期间，不计入"),
    Reason.ROLLED: _("届满日为休息日，顺延"),
    Reason.ROLLED_TO: _("顺延至此日"),
    Reason.ANCHOR: _("全程期限，由此日倒推"),
    Reason.ARRIVED: _("任务此日才到，以此日为限"),
}
OFFICE_HOURS = "office.hours"
LIMIT_UNITS = tuple(unit.value for unit in Unit)


def calendar() -> Calendar:
    """Return the working calendar in force. One small statement; built anew when a notice lands.

    It answers provisionally for years whose notice is not out yet: a case must be opened in
    December all the same. What stands on such a year is marked, and moved when the notice comes.
    """
    return _calendar(calendar_stamp())


def calendar_stamp() -> int:
    """Return the id of the newest notice day, 0 if there is none."""
    found = sql.one("SELECT MAX(id) FROM cases_calendarday")
    return (found and found[0]) or 0


@memory.kept
def _calendar(stamp: int) -> Calendar:
    return calendars.lenient(calendars.from_rows(notice_rows(stamp)))


def notices() -> tuple[Mapping[str, str], ...]:
    """Return every notice day of every version, as text. One small statement when it is known."""
    return notice_rows(calendar_stamp())


@memory.kept
def notice_rows(_stamp: int) -> tuple[Mapping[str, str], ...]:
    """Return every notice day of every version, as text."""
    return tuple(
        {
            "date": on.isoformat(),
            "is_workday": str(int(worked)),
            "name": name,
            "notice": notice,
            "version": str(version),
        }
        for on, worked, name, notice, version in CalendarDay.objects.values_list(
            "day", "is_workday", "name", "notice", "version"
        )
    )


def calendar_of(versions: str) -> Calendar:
    """Return the calendar a projection stood on: those versions, and what is in force beside."""
    return _pinned(calendar_stamp(), versions)


@memory.kept
def _pinned(known: int, versions: str) -> Calendar:
    pinned = limit_rules.read_versions(versions)
    return calendars.lenient(calendars.from_rows(notice_rows(known), versions=pinned))


def add_days(rows: Iterable[Mapping[str, str]]) -> int:
    """Add notice days that are not kept yet; return how many. The kernel checks them first."""
    rows = list(rows)
    calendars.from_rows(rows)
    known = set(CalendarDay.objects.values_list("day", "version"))
    new = [
        CalendarDay(
            day=date.fromisoformat(row["date"]),
            is_workday=row["is_workday"] == "1",
            name=row["name"],
            notice=row["notice"],
            version=int(row["version"]),
        )
        for row in rows
        if (date.fromisoformat(row["date"]), int(row["version"])) not in known
    ]
    CalendarDay.objects.bulk_create(new)
    return len(new)


def timer_due(spec: TimerSpec, at: datetime) -> datetime:
    """Return when a timer of a drawing is due: ISO 8601, or a limit in working time."""
    return working_due(spec, at, calendar()) if is_in_working_time(spec) else plain.due(spec, at)


def working_due(spec: TimerSpec, at: datetime, known: Calendar) -> datetime:
    """Return when a timer of working time is due on some calendar."""
    due = worktime.due(worktime.Clock(limits.parse(spec.text), at), known)
    assert due is not None
    return due.due_at


def is_in_working_time(spec: TimerSpec) -> bool:
    """Say whether a timer's length is a limit ("5wd") and no ISO 8601 duration."""
    text = spec.text
    is_length = spec.kind is TimerKind.DURATION and not text.startswith("P")
    return is_length and text.endswith(LIMIT_UNITS)


def begun(
    limit: DrawnLimit, *, case_id: int, department_id: int, at: datetime, newest: int
) -> ClockRow:
    """Work out the clock of a drawn limit, as it starts.

    A limit may be a length ("5wd"), the code of a rule ("XF_HANDLE"), of which the version in
    force counts, or so many days before the end of the whole case ("case-2wd"). A plain length in
    days asks the database nothing; ``newest`` is the newest notice day's id.
    """
    on, text = worktime.local_date(at), limit.limit
    if not text[0].isupper() and not standing.is_apart(text):
        return _plain(text, limit.basis, on, newest)._replace(started_at=at)
    length, basis, roll, rule_id = text, limit.basis, worktime.Roll.NONE.value, None
    if length[0].isupper():
        rule = limit_queries.rule_on(length, on=on)
        length, basis, roll, rule_id = rule.length, rule.basis, rule.roll, rule.pk
    hours = _hours(department_id, on) if length.endswith(Unit.WORKING_HOUR.value) else ""
    anchor = _whole_case(case_id) if length.startswith(ahead.PREFIX) else None
    running = Running(length, at, basis, roll, hours, anchor_on=anchor.due_on if anchor else None)
    row = _clock_row(running, standing.standing(running, _calendar(newest)))
    return row._replace(rule_id=rule_id, anchor_id=anchor.pk if anchor else None)


@memory.kept
def _plain(length: str, basis: str, on: date, newest: int) -> ClockRow:
    """Return the clock of a length in days: the hour it begins does not matter."""
    running = Running(length, worktime.day_end(on - timedelta(days=1)), basis)
    return _clock_row(running, standing.standing(running, _calendar(newest)))


def _clock_row(running: Running, now: Standing) -> ClockRow:
    return ClockRow(
        *(running.budget, running.basis, running.roll, running.hours, None, None),
        *(running.started_at, now.due_on, now.due_at, now.original_on, now.calendar),
        now.is_provisional,
    )


def _hours(department_id: int, on: date) -> str:
    """Return the office hours of a department: its own, or those of the zone."""
    own = limit_queries.hours_of([department_id], on=on).get(department_id)
    return own or queries.parameter(OFFICE_HOURS, on=on)


def _whole_case(case_id: int) -> Clock:
    found = Clock.objects.filter(case_id=case_id, task__isnull=True).first()
    if found is None:
        raise Refused("cases.no-whole-limit")
    return found


def of_case(program: Program, *, at: datetime) -> ClockRow | None:
    """Return the clock of a whole new case, if its drawing sets a limit."""
    limit = program.limits.get("")
    if limit is None:
        return None
    return begun(limit, case_id=0, department_id=0, at=at, newest=calendar_stamp())


def pause(*, case_id: int, reason: str, at: datetime) -> None:
    """Let every running clock of a case stand still."""
    running = Clock.objects.filter(case_id=case_id, stopped_at__isnull=True)
    hold(running, reason=reason, at=at)


def go_on(*, case_id: int, at: datetime) -> None:
    """Let the clocks of a case run again with what was left of them.

    What waits for corrected papers goes on waiting for them.
    """
    running = Clock.objects.filter(case_id=case_id, stopped_at__isnull=True)
    waiting = limit_queries.awaited_tasks(case_id)
    if waiting:
        running = running.exclude(task__isnull=True).exclude(task_id__in=waiting)
    release(running, at=at)


def hold(running: QuerySet[Clock], *, reason: str, at: datetime) -> None:
    """Let some clocks stand still; one that stands still already goes on doing so."""
    standing_still = ClockPause.objects.filter(resumed_at__isnull=True)
    ClockPause.objects.bulk_create(
        [
            ClockPause(clock=clock, paused_at=at, reason=reason)
            for clock in running.exclude(pk__in=standing_still.values("clock_id"))
        ]
    )
    project(running, reason=ClockMove.Reason.PAUSED, note=reason, at=at)


def release(held: QuerySet[Clock], *, at: datetime, note: str = "") -> None:
    """Let some clocks run again."""
    ClockPause.objects.filter(clock__in=held, resumed_at__isnull=True).update(resumed_at=at)
    project(held, reason=ClockMove.Reason.RESUMED, note=note, at=at)


def restart(held: QuerySet[Clock], *, note: str, at: datetime) -> None:
    """Let some clocks begin anew; where they began before stays in the journal of moves."""
    ClockPause.objects.filter(clock__in=held, resumed_at__isnull=True).update(resumed_at=at)
    held.update(started_at=at)
    project(held, reason=ClockMove.Reason.RESET, note=note, at=at)


def extend(
    *, task_id: int, count: int, reason: str, by: Actor, at: datetime
) -> tuple[date | None, date | None]:
    """Grant a task more time, in the unit of its limit; return its last day before and after.

    Raises ``Refused`` as ``stretchable`` does.
    """
    clock = stretchable(task_id=task_id, count=count)
    before = clock.due_on
    ClockExtension.objects.create(
        clock=clock, count=count, reason=reason, granted_by_id=by.identity_id, granted_at=at
    )
    running = Clock.objects.filter(task_id=task_id, stopped_at__isnull=True)
    project(running, reason=ClockMove.Reason.EXTENDED, note=reason, at=at)
    clock.refresh_from_db()
    return before, clock.due_on


def stretchable(*, task_id: int, count: int) -> Clock:
    """Return the clock of a task, if it may be given so much more time.

    Raises ``Refused`` for a step without a limit, and beyond what the limit's rule allows.
    """
    running = Clock.objects.filter(task_id=task_id, stopped_at__isnull=True)
    clock = running.select_related("rule").first()
    if clock is None or clock.anchor_id is not None:
        raise Refused("cases.no-limit-here", field="days")
    if clock.rule is not None:
        limit_rules.check_extension(
            count,
            by=limit_rules.Stretching(
                clock.rule.extension_count,
                clock.rule.extension_length,
                list(clock.extensions.values_list("count", flat=True)),
                clock.rule.basis,
            ),
            unit=limits.parse(clock.budget).unit,
        )
    return clock


def project(rows: QuerySet[Clock], *, reason: str, note: str, at: datetime) -> int:
    """Work out the last day of some clocks anew, keep it and journal it; return how many moved.

    What hangs on the whole case's clock follows it.
    """
    known = calendar()
    moves = settle(with_history(rows.filter(anchor__isnull=True)), known)
    followers = Clock.objects.filter(
        anchor__in=[clock.pk for clock, _now in moves], stopped_at__isnull=True
    ) | rows.filter(anchor__isnull=False)
    moves += settle(with_history(followers.distinct()), known)
    journal.journal(
        ClockMove(
            clock=clock,
            reason=ClockMove.Reason.FOLLOWED if clock.anchor_id else reason,
            note=note,
            before_on=clock.due_on,
            after_on=now.due_on,
            before_at=clock.due_at,
            after_at=now.due_at,
            calendar=now.calendar,
            moved_at=at,
        )
        for clock, now in moves
    )
    return len(moves)


def settle(rows: Iterable[Clock], known: Calendar) -> list[tuple[Clock, Standing]]:
    """Write where clocks stand on a calendar; return those whose date moved, as they were."""
    moved = []
    for clock in rows:
        now = standing.standing(as_running(clock), known)
        Clock.objects.filter(pk=clock.pk).update(
            due_on=now.due_on,
            due_at=now.due_at,
            calendar=now.calendar,
            is_provisional=now.is_provisional,
        )
        if (now.due_on, now.due_at) == (clock.due_on, clock.due_at):
            continue
        moved.append((clock, now))
        if clock.task_id:
            Task.objects.filter(pk=clock.task_id).update(due_on=now.due_on, due_at=now.due_at)
        else:
            Case.objects.filter(pk=clock.case_id).update(due_on=now.due_on)
    return moved


def with_history(rows: QuerySet[Clock]) -> QuerySet[Clock]:
    """Return clocks with what ``as_running`` reads of each. Three statements in all."""
    return rows.select_related("anchor").prefetch_related("pauses", "extensions").order_by("id")


def explain(clock: Clock) -> tuple[Line, ...]:
    """Say day by day what a clock counted and skipped, and why, on the calendar it stands on."""
    return standing.lines(as_running(clock), calendar_of(clock.calendar))


def as_running(row: Clock) -> Running:
    """Return a row as the value that is projected and explained."""
    return Running(
        budget=row.budget,
        started_at=row.started_at,
        basis=row.basis,
        roll=row.roll,
        hours=row.hours,
        suspensions=tuple(
            worktime.Suspension(pause.paused_at, pause.resumed_at, pause.reason)
            for pause in row.pauses.all()
        ),
        extensions=tuple((given.count, given.reason) for given in row.extensions.all()),
        anchor_on=row.anchor.due_on if row.anchor else None,
    )


def warn_to(today: date, *, days: int) -> date:
    """Return the last due date that counts as near: so many working days from today."""
    try:
        return calendars.forward(calendar(), today, days)
    except calendars.CalendarMissing:
        # A colour must not take a page down; the calendar's own warning says what is missing.
        return today + timedelta(days=days)
