"""Timed work of the case layer: fire what is due, once, whoever sweeps first."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q

from nancheng.foundation.cases import store
from nancheng.foundation.cases.advance import Hand, advance
from nancheng.foundation.cases.models import Case, Wait
from nancheng.foundation.web.whole import whole
from nancheng.kernel.process import messages as m
from nancheng.kernel.process.state import ItemKind, Status

logger = logging.getLogger(__name__)

SWEEP_MAX = 1000
# A timer that cannot fire is tried again later, ever later, and stays on the list of incidents.
RETRY_AFTER = timedelta(minutes=1)


def fire_due(*, at: datetime) -> int:
    """Fire the timers that are due, each in its own transaction; return how many fired.

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
    return sum(_fire(wait_id, case_id, item, at) for wait_id, case_id, item in list(due))


def _fire(wait_id: int, case_id: int, item: int, at: datetime) -> bool:
    try:
        with whole():
            return _fire_locked(case_id, item, at)
    except Exception:
        # Whatever one case's drawing or handler does, the others' timers must still fire; the
        # fault is logged and the timer shows on the list of incidents with its attempts.
        logger.exception("timer %s of case %s did not fire", item, case_id)
        attempts = Wait.objects.filter(pk=wait_id).values_list("attempts", flat=True).first() or 0
        Wait.objects.filter(pk=wait_id).update(
            attempts=F("attempts") + 1, leased_until=at + RETRY_AFTER * 2 ** min(attempts, 10)
        )
        return False


def _fire_locked(case_id: int, item: int, at: datetime) -> bool:
    # Whoever has the case now moves it; it is swept again.
    loaded = store.load(case_id=case_id, wait=False)
    if loaded is None or loaded.state.status is not Status.RUNNING:
        return False
    timer = loaded.state.items.get(item)
    if timer is None or timer.kind is not ItemKind.TIMER:
        return False
    key = f"timer:{case_id}/{item}/{timer.data.get('due', '')}"
    advance(loaded, m.Fire(at, item), hand=Hand(None, at, key))
    return True
