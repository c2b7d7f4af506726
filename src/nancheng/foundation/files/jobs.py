"""Timed work on files."""

from __future__ import annotations

from datetime import datetime, timedelta

from nancheng.foundation.files import actions, store

# Each sweep walks all contents: once a day is enough, however often the jobs run.
EVERY = timedelta(days=1)


def sweep(*, at: datetime) -> int:
    """Take away what nobody will ask for, if the last sweep is a day ago; return how much."""
    if store.swept_at() > (at - EVERY).timestamp():
        return 0
    store.note_sweep(at.timestamp())
    return actions.sweep(at=at)
