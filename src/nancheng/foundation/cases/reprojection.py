"""Moves running clocks, then timers, to a new calendar: batch by batch, each whole or not.

A batch is one transaction with the mark of how far it came, so that work stopped at any point goes
on where it was, and no date is journaled, told or written to a history twice. Its statements do
not grow with the number of clocks in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from nancheng.foundation.cases import chain, clocks, standing, store, timer_moves
from nancheng.foundation.cases.models import Case, CaseEvent, Clock, Task
from nancheng.foundation.cases.standing import Standing
from nancheng.foundation.limits import actions as limits
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.limits.models import ClockMove, Reprojection
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import queries as people
from nancheng.kernel.worktime.calendars import Calendar

BATCH = 100
# One sweep of the jobs does no more than this, so that the other jobs get their turn.
BATCHES_MAX = 20
EVENT = "DateMoved"


@dataclass(frozen=True, slots=True)
class Move:
    """A clock, as it was, and where it stands on the new calendar."""

    clock: Clock
    now: Standing

    @property
    def has_moved(self) -> bool:
        """Say whether its last day is another."""
        return (self.now.due_on, self.now.due_at) != (self.clock.due_on, self.clock.due_at)


def affected(since: date) -> QuerySet[Clock]:
    """Return the running clocks that a change from a day on can touch."""
    reached = Q(due_on__gte=since) | Q(due_on__isnull=True) | Q(anchor__isnull=False)
    return Clock.objects.filter(reached, stopped_at__isnull=True)


def is_needed(since: date) -> bool:
    """Say whether a change from a day on can touch any clock or timer."""
    return affected(since).exists() or timer_moves.affected(since).exists()


def moves(rows: Sequence[Clock], calendar: Calendar) -> list[Move]:
    """Project clocks, in the order of their ids: what hangs on another comes after it."""
    made: dict[int, Move] = {}
    for clock in rows:
        if clock.anchor is not None and clock.anchor_id in made:
            clock.anchor.due_on = made[clock.anchor_id].now.due_on
        made[clock.pk] = Move(clock, standing.standing(clocks.as_running(clock), calendar))
    return list(made.values())


def begin(
    *, notice_id: int | None, reason: str, since: date, by_label: str, at: datetime
) -> Reprojection:
    """Begin to move the running clocks, in the transaction that put the notice in force."""
    return limits.open_reprojection(
        notice_id=notice_id,
        reason=reason,
        since=since,
        total=affected(since).count() + timer_moves.affected(since).count(),
        by_label=by_label,
        at=at,
    )


def reproject_due(*, at: datetime) -> int:
    """Go on with what is unfinished; return how many dates moved. The job."""
    moved = 0
    for reprojection_id in limit_queries.unfinished():
        for _ in range(BATCHES_MAX):
            done = run_batch(reprojection_id=reprojection_id, at=at)
            if done is None:
                break
            moved += done
    return moved


@transaction.atomic
def run_batch(*, reprojection_id: int, at: datetime) -> int | None:
    """Move the next clocks; return how many dates moved, None when there is nothing left to do."""
    work = limits.locked_reprojection(reprojection_id=reprojection_id)
    if work is None:
        return None
    rows = affected(work.since).filter(pk__gt=work.after_clock)
    batch = list(clocks.with_history(rows)[:BATCH])
    found = moves(batch, clocks.calendar())
    _keep(found)
    moved = [move for move in found if move.has_moved]
    if moved:
        _tell(work, moved, at=at)
    timers = timer_moves.Done(work.after_wait, is_last=False)
    if len(batch) < BATCH:
        timers = timer_moves.run(work, at=at)
    limits.note_batch(
        reprojection_id=work.pk,
        after=(batch[-1].pk if batch else work.after_clock, timers.after),
        seen=len(batch) + timers.seen,
        moved=len(moved) + timers.moved,
        kept=timers.kept,
        finished_at=at if timers.is_last else None,
    )
    return len(moved) + timers.moved


def _keep(found: Sequence[Move]) -> None:
    """Write where clocks stand, and the dates that lists are ordered by."""
    changed = []
    for move in found:
        clock, now = move.clock, move.now
        if move.has_moved or (clock.calendar, clock.is_provisional) != (
            now.calendar,
            now.is_provisional,
        ):
            changed.append(
                Clock(
                    pk=clock.pk,
                    due_on=now.due_on,
                    due_at=now.due_at,
                    calendar=now.calendar,
                    is_provisional=now.is_provisional,
                )
            )
    if changed:
        Clock.objects.bulk_update(changed, ["due_on", "due_at", "calendar", "is_provisional"])
    moved = [move for move in found if move.has_moved]
    tasks = [
        Task(pk=move.clock.task_id, due_on=move.now.due_on, due_at=move.now.due_at)
        for move in moved
        if move.clock.task_id
    ]
    cases = [
        Case(pk=move.clock.case_id, due_on=move.now.due_on)
        for move in moved
        if not move.clock.task_id
    ]
    if tasks:
        Task.objects.bulk_update(tasks, ["due_on", "due_at"])
    if cases:
        Case.objects.bulk_update(cases, ["due_on"])


def _tell(work: Reprojection, moved: Sequence[Move], *, at: datetime) -> None:
    limits.journal(
        ClockMove(
            clock=move.clock,
            reprojection=work,
            reason=ClockMove.Reason.CALENDAR,
            note=work.reason,
            before_on=move.clock.due_on,
            after_on=move.now.due_on,
            before_at=move.clock.due_at,
            after_at=move.now.due_at,
            calendar=move.now.calendar,
            moved_at=at,
        )
        for move in moved
    )
    ids = [move.clock.task_id for move in moved if move.clock.task_id]
    tasks = {task.pk: task for task in Task.objects.filter(pk__in=ids)}
    cases = _write_history(work, moved, tasks, at=at)
    _notify(work, moved, tasks, cases, at=at)


def _write_history(
    work: Reprojection, moved: Sequence[Move], tasks: Mapping[int, Task], *, at: datetime
) -> dict[int, Case]:
    """Add a line to each case's chain; the case's version changes, so no hand overwrites it."""
    ids = {move.clock.case_id for move in moved}
    cases = {case.pk: case for case in Case.objects.select_for_update().filter(pk__in=ids)}
    by_case = groupby(sorted(moved, key=_order), key=lambda move: move.clock.case_id)
    events = []
    for case_id, of_case in by_case:
        case = cases[case_id]
        for number, move in enumerate(of_case):
            task = tasks.get(move.clock.task_id or 0)
            key = None if number else f"calendar:{work.pk}/{work.after_clock}/{case_id}"
            events.append(_line(work, case, task, move, at=at, key=key))
            case.last_seq, case.head = events[-1].seq, events[-1].hash
    CaseEvent.objects.bulk_create(events)
    for case in cases.values():
        case.version = F("version") + 1
    Case.objects.bulk_update(cases.values(), ["last_seq", "head", "version"])
    return cases


def _order(move: Move) -> tuple[int, int]:
    return move.clock.case_id, move.clock.pk


def _line(
    work: Reprojection, case: Case, task: Task | None, move: Move, *, at: datetime, key: str | None
) -> CaseEvent:
    facts = {"before": move.clock.due_on, "after": move.now.due_on, "calendar": move.now.calendar}
    payload = store.dump({"remark": facts, "note": {"opinion": work.reason}})
    node, item = (task.node, task.item) if task else ("", 0)
    seq = case.last_seq + 1
    entry = chain.Entry(case.number, seq, at, EVENT, node, item, None, "", payload)
    return CaseEvent(
        case_id=case.pk,
        seq=seq,
        at=at,
        kind=EVENT,
        node=node,
        item=item,
        actor=None,
        previous=case.last_step,
        wait_s=int(at.timestamp()) - case.last_step_s if case.last_step_s else None,
        payload=payload,
        key=key,
        hash=chain.link(case.head, entry),
    )


def _notify(
    work: Reprojection,
    moved: Sequence[Move],
    tasks: Mapping[int, Task],
    cases: Mapping[int, Case],
    *,
    at: datetime,
) -> None:
    """Tell whoever holds what moved; of a whole case, whoever opened it."""
    posts = {task.post_id for task in tasks.values() if task.claimed_by_id is None}
    holders = people.holders_of(posts, on=timezone.localdate(at))
    told = []
    for move in moved:
        case = cases[move.clock.case_id]
        task = tasks.get(move.clock.task_id or 0)
        if task is None:
            to = [case.opened_by_id]
        elif task.claimed_by_id is not None:
            to = [task.claimed_by_id]
        else:
            to = holders.get(task.post_id, [])
        told.append(
            messages.Told(
                identity_ids=to,
                figures={
                    "title": f"{case.number} {case.title}",
                    "step": task.name if task else "",
                    "before": move.clock.due_on,
                    "after": move.now.due_on,
                    "reason": work.reason,
                },
                case_id=case.pk,
                key=f"calendar/{work.pk}/{move.clock.pk}",
                kind=case.kind,
            )
        )
    messages.notify_each(told, code="cases.date-moved", at=at)
