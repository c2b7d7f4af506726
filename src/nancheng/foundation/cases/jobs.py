"""Timed work of the case layer: fire what is due, once, whoever sweeps first."""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Q

from nancheng.foundation.cases import store
from nancheng.foundation.cases.advance import Hand, advance
from nancheng.foundation.cases.models import Case, Wait
from nancheng.foundation.cases.store import Change
from nancheng.foundation.web.whole import whole
from nancheng.kernel.process import messages as m
from nancheng.kernel.process.state import ItemKind, Status

logger = logging.getLogger(__name__)

SWEEP_MAX = 1000
# So many cases are moved in one transaction: a commit costs as much as moving one.
TOGETHER_MAX = 20
# A timer that cannot fire is tried again later, ever later, and stays on the list of incidents.
RETRY_AFTER = timedelta(minutes=1)


class Due(NamedTuple):
    """A timer that is due."""

    wait_id: int
    case_id: int
    item: int


def fire_due(*, at: datetime) -> int:
    """Fire the timers that are due, a few cases in a transaction; return how many fired.

    A timer due while everything was down fires at the first sweep, once.
    """
    due = (
        Wait.objects.filter(
            Q(leased_until__isnull=True) | Q(leased_until__lte=at),
            due_at__lte=at,
            kind=ItemKind.TIMER.value,
            case__status=Case.Status.OPEN,
        )
        .order_by("due_at", "id")
        .values_list("id", "case_id", "item")[:SWEEP_MAX]
    )
    todo = deque(Due(*row) for row in due)
    fired = 0
    while todo:
        fired += _fire_some(todo, at)
    return fired


def _fire_some(todo: deque[Due], at: datetime) -> int:
    """Fire the first timers of a queue and take them off it; return how many fired.

    Cases are never waited for, and the transaction ends with the first that did automatic work:
    what that locked is not held while another case is moved.
    """
    tried: list[Due] = []
    fired = 0
    try:
        with whole():
            while todo and len(tried) < TOGETHER_MAX:
                tried.append(todo.popleft())
                change = _fire_locked(tried[-1], at)
                fired += change is not None
                if change is not None and _worked(change):
                    break
    except Exception as error:
        if len(tried) > 1:
            # One of them failed all: each by itself, so that only the one that fails is late.
            return sum(_fire_some(deque([timer]), at) for timer in tried)
        _postpone(tried[0], at, error)
        return 0
    return fired


def _worked(change: Change) -> bool:
    """Say whether a step did automatic work, or what a line of business does at the end."""
    return change.state.status in store.OVER or any(e.kind == "Requested" for e in change.events)


def _postpone(timer: Due, at: datetime, error: Exception) -> None:
    # Whatever one case's drawing or handler does, the others' timers must still fire; the fault is
    # logged and the timer shows on the list of incidents with its attempts.
    logger.error("timer %s of case %s did not fire", timer.item, timer.case_id, exc_info=error)
    attempts = Wait.objects.filter(pk=timer.wait_id).values_list("attempts", flat=True).first() or 0
    Wait.objects.filter(pk=timer.wait_id).update(
        attempts=F("attempts") + 1, leased_until=at + RETRY_AFTER * 2 ** min(attempts, 10)
    )


def _fire_locked(timer: Due, at: datetime) -> Change | None:
    # Whoever has the case now moves it; it is swept again.
    loaded = store.load(case_id=timer.case_id, wait=False)
    if loaded is None or loaded.state.status is not Status.RUNNING:
        return None
    item = loaded.state.items.get(timer.item)
    if item is None or item.kind is not ItemKind.TIMER:
        return None
    key = f"timer:{timer.case_id}/{timer.item}/{item.data.get('due', '')}"
    return advance(loaded, m.Fire(at, timer.item), hand=Hand(None, at, key))
