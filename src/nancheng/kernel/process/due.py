"""When a timer is due: ISO 8601 dates, durations and repeating intervals, and short limits.

Pure. Limits in working time (``5wd``, ``8wh``) need a calendar; the case layer passes its own
``due`` function for those, this one refuses them with ``ValueError``.
"""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta
from functools import lru_cache

from nancheng.kernel.process.definition import TimerKind, TimerSpec

LIMIT = re.compile(r"(\d{1,4})(cd|wd|wh|m|d|h)")
_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_CYCLE = re.compile(r"R(\d{0,4})/(P.+)")
FOR_EVER = -1


def due(spec: TimerSpec, at: datetime) -> datetime:
    """Return when a timer set at ``at`` is due. Raises ``ValueError`` on a text it cannot read."""
    if spec.kind is TimerKind.DATE:
        return moment(spec.text, at)
    if spec.kind is TimerKind.CYCLE:
        return add(cycle(spec.text)[1], at)
    return add(spec.text, at)


def moment(text: str, at: datetime) -> datetime:
    """Read an ISO 8601 date or date-time; one without offset is in the zone of ``at``."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=at.tzinfo)


@lru_cache(maxsize=1024)
def parts(text: str) -> tuple[int, timedelta]:
    """Read a duration as months and a fixed span; ``ValueError`` when it is none or is empty."""
    limit = LIMIT.fullmatch(text)
    if limit:
        return _short(int(limit[1]), limit[2])
    match = _DURATION.fullmatch(text)
    if not match or not any(match.groups()) or text.endswith("T"):
        message = f"not a duration: {text!r}"
        raise ValueError(message)
    years, months, weeks, days, hours, minutes, seconds = (int(g or 0) for g in match.groups())
    try:
        span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError as error:
        raise ValueError(str(error)) from error
    return years * 12 + months, span


def _short(number: int, unit: str) -> tuple[int, timedelta]:
    if unit == "m":
        return number, timedelta(0)
    if unit in ("wd", "wh"):
        message = f"{number}{unit} needs a calendar of working days"
        raise ValueError(message)
    return 0, timedelta(hours=number) if unit == "h" else timedelta(days=number)


@lru_cache(maxsize=1024)
def cycle(text: str) -> tuple[int, str]:
    """Read ``R3/PT24H`` as (3, "PT24H"); without a number it repeats for ever (-1)."""
    match = _CYCLE.fullmatch(text)
    if not match:
        message = f"not a repeating interval: {text!r}"
        raise ValueError(message)
    return int(match[1]) if match[1] else FOR_EVER, match[2]


def add(text: str, at: datetime) -> datetime:
    """Return ``at`` plus a duration; the last day of a shorter month stands for a missing one."""
    months, span = parts(text)
    try:
        if months:
            years, month = divmod(at.month - 1 + months, 12)
            year = at.year + years
            day = min(at.day, calendar.monthrange(year, month + 1)[1])
            at = at.replace(year=year, month=month + 1, day=day)
        return at + span
    except OverflowError as error:
        raise ValueError(str(error)) from error
