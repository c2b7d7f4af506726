"""Timed work of the ledger: give back what was reserved for too long."""

from __future__ import annotations

from datetime import datetime

from nancheng.foundation.ledger import actions, queries
from nancheng.kernel.refusal import Refused

SWEEP_MAX = 1000


def expire_due(*, at: datetime) -> int:
    """Expire the reservations whose time is over, each on its own; return how many."""
    due = queries.expired_reservations(at=at, limit=SWEEP_MAX)
    return sum(_expire(reservation_id, at=at) for reservation_id in due)


def _expire(reservation_id: int, *, at: datetime) -> bool:
    try:
        actions.expire(reservation_id=reservation_id, at=at, key=f"ledger/expired/{reservation_id}")
    except Refused as refused:
        # Somebody voided it between the look and the lock: nothing is left to do.
        if refused.code != "ledger.already-ended":
            raise
        return False
    return True
