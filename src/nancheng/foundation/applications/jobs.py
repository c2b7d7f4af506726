"""Timed work on applications."""

from __future__ import annotations

from datetime import datetime

from nancheng.foundation.applications import actions


def sweep(*, at: datetime) -> int:
    """Take away old answers and old calls; return how many."""
    return actions.sweep(at=at)
