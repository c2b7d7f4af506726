"""Timed work of the audit: a root for each day, and verifications that were asked for."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from nancheng.foundation.audit import actions, queries


def seal_daily(*, at: datetime) -> int:
    """Seal at the first sweep of a day, and go on while more than one root's worth is unsealed."""
    newest = queries.newest_root()
    if newest is not None and newest.day >= localdate(at) and newest.leaves < actions.LEAVES_MAX:
        return 0
    root = actions.seal(at=at)
    return root.leaves if root else 0


def verify(*, at: datetime) -> int:
    """Go on with a verification that was asked for; return how many events were looked at."""
    return actions.go_on(at=at)
