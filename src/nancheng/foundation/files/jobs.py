"""Timed work on files."""

from __future__ import annotations

from datetime import datetime

from nancheng.foundation.files import actions


def sweep(*, at: datetime) -> int:
    """Take away what nobody will ask for; daily is enough."""
    return actions.sweep(at=at)
