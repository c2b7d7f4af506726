"""Clocks of cases and tasks as rows: started, paused, extended, projected on the calendar.

What counts and what does not is ``kernel.worktime``'s; here its answers are kept beside the task so
that a work list can be ordered by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import cast

from django.db import connection
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import store
from nancheng.foundation.cases.models import (
    CalendarDay,
    Case,
    Clock,
    ClockExtension,
    ClockPause,
    Task,
)
from nancheng.foundation.cases.store import TaskRow
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import due as plain
from nancheng.kernel.process.definition import TimerKind, TimerSpec
from nancheng.kernel.process.program import Program
from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import calendars, explanation, limits
from nancheng.kernel.worktime import clocks as worktime
from nancheng.kernel.worktime.calendars import Calendar
from nancheng.kernel.worktime.clocks import Due
from nancheng.kernel.worktime.explanation import Line, Reason
from nancheng.kernel.worktime.limits import Limit, Unit

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
}
LIMIT_UNITS = tuple(unit.value for unit in Unit)


def calendar() -> Calendar:
    """Return the working calendar in force. One small statement; built anew when a notice lands."""
    stamp = CalendarDay.objects.aggregate(Max("id"))["id__max"] or 0
    return _calendar(stamp)


@lru_cache(maxsize=4)
def _calendar(_stamp: int) -> Calendar:
    return calendars.from_rows(
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


def forget() -> None:
    """Empty the cache; for tests, whose databases reuse ids."""
    _calendar.cache_clear()


def timer_due(spec: TimerSpec, at: datetime) -> datetime:
    """Return when a timer of a drawing is due: ISO 8601, or a limit in working time."""
    text = spec.text
    if spec.kind is TimerKind.DURATION and text.endswith(LIMIT_UNITS) and not text.startswith("P"):
        due = worktime.due(worktime.Clock(limits.parse(text), at), calendar())
        assert due is not None
        return due.due_at
    return plain.due(spec, at)


def start_for_tasks(
    case_id: int,
    program: Program,
    rows: Sequence[TaskRow],
    ids: Mapping[int, int],
    *,
    at: datetime,
) -> None:
    """Start the clocks of tasks just offered, where their steps have a limit."""
    timed = [row for row in rows if row.node in program.limits]
    if not timed:
        return
    known = calendar()
    made = []
    for row in timed:
        limit = program.limits[row.node]
        due = _projected(worktime.Clock(limits.parse(limit.limit), at, basis=limit.basis), known)
        made.append((ids[row.item], limit, store.day(due.due_on)))
    with connection.cursor() as cursor:
        store.insert(
            cursor,
            "cases_clock (case_id, task_id, budget, basis, roll, started_at, due_on,"
            " original_due_on)",
            [
                (
                    case_id,
                    task_id,
                    limit.limit,
                    limit.basis,
                    worktime.Roll.NONE.value,
                    store.moment(at),
                    due_on,
                    due_on,
                )
                for task_id, limit, due_on in made
            ],
        )
        for task_id, _limit, due_on in made:
            cursor.execute("UPDATE cases_task SET due_on = %s WHERE id = %s", [due_on, task_id])


def start_for_case(case_id: int, program: Program, *, at: datetime) -> None:
    """Start the clock of the whole case, if its drawing sets a limit."""
    limit = program.limits.get("")
    if limit is None:
        return
    due = _projected(worktime.Clock(limits.parse(limit.limit), at, basis=limit.basis), calendar())
    Clock.objects.create(
        case_id=case_id,
        budget=limit.limit,
        basis=limit.basis,
        started_at=at,
        due_on=due.due_on,
        original_due_on=due.due_on,
    )
    Case.objects.filter(pk=case_id).update(due_on=due.due_on)


def stop_all(case_id: int, *, at: datetime) -> None:
    """Stop every clock of a case that is over."""
    Clock.objects.filter(case_id=case_id, stopped_at__isnull=True).update(stopped_at=at)


def pause(*, case_id: int, reason: str, at: datetime) -> None:
    """Let every running clock of a case stand still."""
    running = Clock.objects.filter(case_id=case_id, stopped_at__isnull=True)
    ClockPause.objects.bulk_create(
        [ClockPause(clock=clock, paused_at=at, reason=reason) for clock in running]
    )
    project(running)


def go_on(*, case_id: int, at: datetime) -> None:
    """Let the clocks of a case run again with what was left of them."""
    ClockPause.objects.filter(clock__case_id=case_id, resumed_at__isnull=True).update(resumed_at=at)
    project(Clock.objects.filter(case_id=case_id, stopped_at__isnull=True))


def extend(
    *, task_id: int, count: int, reason: str, by: Actor, at: datetime
) -> tuple[date | None, date | None]:
    """Grant a task more time, in the unit of its limit; return its last day before and after."""
    clock = Clock.objects.filter(task_id=task_id, stopped_at__isnull=True).first()
    if clock is None:
        raise Refused("cases.no-limit-here", field="days")
    before = clock.due_on
    ClockExtension.objects.create(
        clock=clock, count=count, reason=reason, granted_by_id=by.identity_id, granted_at=at
    )
    project([clock])
    clock.refresh_from_db()
    return before, clock.due_on


def project(clocks: Iterable[Clock]) -> int:
    """Work out the last day of some clocks anew and keep it; return how many moved."""
    known, moved = calendar(), 0
    for clock in clocks:
        due = worktime.due(as_clock(clock), known)
        due_on = due.due_on if due else None
        if due_on == clock.due_on:
            continue
        moved += 1
        Clock.objects.filter(pk=clock.pk).update(due_on=due_on)
        if clock.task_id:
            Task.objects.filter(pk=clock.task_id).update(due_on=due_on)
        else:
            Case.objects.filter(pk=clock.case_id).update(due_on=due_on)
    return moved


def explain(clock: Clock) -> tuple[Line, ...]:
    """Say day by day what a clock counted and skipped, and why."""
    return explanation.explain(as_clock(clock), calendar())


def as_clock(row: Clock) -> worktime.Clock:
    """Return a row as the value the kernel counts with."""
    limit = limits.parse(row.budget)
    return worktime.Clock(
        limit,
        row.started_at,
        roll=worktime.Roll(row.roll),
        suspensions=tuple(
            worktime.Suspension(pause.paused_at, pause.resumed_at, pause.reason)
            for pause in row.pauses.all()
        ),
        extensions=tuple(
            worktime.Extension(Limit(given.count, limit.unit), given.reason)
            for given in row.extensions.all()
        ),
        basis=row.basis,
    )


def warn_to(today: date, *, days: int) -> date:
    """Return the last due date that counts as near: so many working days from today."""
    try:
        return calendars.forward(calendar(), today, days)
    except calendars.CalendarMissing:
        # A colour must not take a page down; the calendar's own warning says what is missing.
        return today + timedelta(days=days)


def _projected(clock: worktime.Clock, known: Calendar) -> Due:
    return cast("Due", worktime.due(clock, known))
