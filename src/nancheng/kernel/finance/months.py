"""Interest dates: so many months on from an anchor, or at the end of a month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def later(on: date, *, months: int) -> date:
    """Return the matching day so many months on, or that month's last day where there is none."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def last_day(on: date) -> date:
    """Return the last day of a day's month."""
    return on.replace(day=monthrange(on.year, on.month)[1])
