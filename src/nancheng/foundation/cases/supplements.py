"""补正: papers lack something; the clock stands still, or begins anew, until they are put right.

What a correction does is the rule's to say; a limit without a rule stands still. A task that ends
while papers are awaited ends the waiting with it: a job lets the whole case's clock run again from
that very moment.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from nancheng.foundation.cases import advance as moves
from nancheng.foundation.cases import clocks, definitions, keys, queries, rules, store
from nancheng.foundation.cases.advance import Hand, Remark
from nancheng.foundation.cases.keys import once
from nancheng.foundation.cases.models import Case, Clock
from nancheng.foundation.cases.rules import Verb
from nancheng.foundation.cases.store import Loaded, OpenTask
from nancheng.foundation.limits import actions as limits
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.limits.models import LimitRule
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process.state import Status
from nancheng.kernel.refusal import Refused

Mode = LimitRule.Correction


@once
def ask(*, task_id: int, reason: str, by: Actor, at: datetime, key: str) -> None:
    """要求补正: say what the papers lack; the clocks of the task and of the case stand still."""
    found = _held(task_id, by=by, key=key)
    if found is None:
        return
    loaded, task, by = found
    program = definitions.program(loaded.process_id)
    if Verb.ASK_CORRECTION not in rules.verbs(" ".join(program.verbs[task.node])):
        raise Refused("cases.verb-not-open", verb=Verb.ASK_CORRECTION.value)
    mode = _mode(task_id)
    limits.ask(case_id=loaded.case_id, task_id=task_id, mode=mode, missing=reason, by=by, at=at)
    clocks.hold(_running(loaded.case_id, task_id), reason=reason, at=at)
    hand = Hand(by, at, keys.sender_key(by, key), {"opinion": reason})
    moves.remark(loaded, Remark("CorrectionAsked", task.node, task.item), hand=hand, mode=mode)
    opened_by = Case.objects.values_list("opened_by_id", flat=True).get(pk=loaded.case_id)
    messages.notify(
        identity_ids=[opened_by],
        code="cases.correction-asked",
        figures={"title": queries.title(loaded.case_id), "reason": reason},
        case_id=loaded.case_id,
        at=at,
        key=f"{loaded.number}/correction/{task_id}/{at.isoformat()}",
    )


@once
def receive(*, task_id: int, by: Actor, at: datetime, key: str) -> None:
    """收到补正: the clocks go on, or begin anew where the rule says so."""
    found = _held(task_id, by=by, key=key)
    if found is None:
        return
    loaded, task, by = found
    correction = limits.receive(task_id=task_id, by=by, at=at)
    _go_on(loaded.case_id, task_id, mode=correction.mode, at=at)
    hand = Hand(by, at, keys.sender_key(by, key))
    moves.remark(loaded, Remark("CorrectionReceived", task.node, task.item), hand=hand)


def lapse(*, at: datetime) -> int:
    """End the waiting of tasks that are over; return how many. The job."""
    del at
    ended = limit_queries.lapsed_corrections()
    for case_id, task_id, done_at in ended:
        with transaction.atomic():
            limits.receive(task_id=task_id, by=None, at=done_at)
            _go_on(case_id, task_id, mode=Mode.PAUSE, at=done_at)
    return len(ended)


def _go_on(case_id: int, task_id: int, *, mode: str, at: datetime) -> None:
    """Let the task's clock go on, and the case's own unless other papers are still awaited."""
    running = Clock.objects.filter(case_id=case_id, stopped_at__isnull=True)
    of_task = running.filter(task_id=task_id)
    if mode == Mode.RESET:
        clocks.restart(of_task, note="", at=at)
    else:
        clocks.release(of_task, at=at)
    if not limit_queries.awaited_tasks(case_id):
        clocks.release(running.filter(task__isnull=True), at=at)


def _running(case_id: int, task_id: int) -> QuerySet[Clock]:
    which = Q(task_id=task_id) | Q(task__isnull=True)
    return Clock.objects.filter(which, case_id=case_id, stopped_at__isnull=True)


def _mode(task_id: int) -> str:
    clock = Clock.objects.filter(task_id=task_id).select_related("rule").first()
    mode = clock.rule.correction if clock is not None and clock.rule is not None else Mode.PAUSE
    if mode == Mode.NONE:
        raise Refused("limits.correction-not-open")
    return str(mode)


def _held(task_id: int, *, by: Actor, key: str) -> tuple[Loaded, OpenTask, Actor] | None:
    """Return the case under its lock, the open task and its doer; None for a key used before."""
    loaded = store.load(task_id=task_id)
    if loaded is not None and store.used(keys.sender_key(by, key)):
        return None
    task = loaded.task(task_id) if loaded is not None else None
    if loaded is None or task is None or loaded.state.status is not Status.RUNNING:
        raise Refused("cases.no-such-task")
    doer = rights.doer(by, post_id=task.post_id, claimed_by=task.claimed_by, kind=loaded.kind)
    if doer is None:
        raise Refused("cases.not-yours", task_id=task_id)
    return loaded, task, doer
