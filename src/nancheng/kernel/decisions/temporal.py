"""Dates, times and durations: reading, writing, and taking apart (DMN 1.3 §10.3.4.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from nancheng.kernel.decisions import values
from nancheng.kernel.months import YearsMonths

TEXT_MAX = 80
_DATE = re.compile(r"(-?[0-9]{4,9})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?"
    r"(Z|z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z0-9_+/-]+)?"
)
_MONTHS = re.compile(r"(-)?P(?:([0-9]{1,12})Y)?(?:([0-9]{1,12})M)?")
_SECONDS = re.compile(
    r"(-)?P(?:([0-9]{1,12})D)?"
    r"(T(?:([0-9]{1,15})H)?(?:([0-9]{1,15})M)?(?:([0-9]{1,15}(?:\.[0-9]{0,20})?)S)?)?"
)


def date_of(text: str) -> date | None:
    """Read ``2026-01-31``; years 1 to 9999, anything else is null."""
    match = _DATE.fullmatch(text) if len(text) <= TEXT_MAX else None
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def time_of(text: str) -> time | None:
    """Read ``10:30:00``, with a fraction, and an offset, Z or @zone after it."""
    match = _TIME.fullmatch(text) if len(text) <= TEXT_MAX else None
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    micro = int(((match[4] or ".")[1:] + "000000")[:6])
    try:
        zone = zone_of(match[5]) if match[5] else None
        return time(hour, minute, second, micro, zone)
    except (ValueError, LookupError, OSError):
        return None


def zone_of(text: str) -> tzinfo:
    """Read ``Z``, ``+08:00`` or ``@Asia/Shanghai``; raise ValueError or LookupError."""
    if text in ("Z", "z"):
        return UTC
    if text.startswith("@"):
        return ZoneInfo(text[1:])
    parts = [int(part) for part in text[1:].split(":")]
    seconds = sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
    if parts[0] > 18 or max(parts[1:]) > 59:
        raise ValueError(text)
    return timezone(timedelta(seconds=-seconds if text[0] == "-" else seconds))


def date_and_time_of(text: str) -> datetime | None:
    """Read ``2026-01-31T10:30:00`` with all that a time may have; a date alone is its midnight."""
    day, mark, clock = text.partition("T")
    on = date_of(day)
    if on is None:
        return None
    at = time_of(clock) if mark else time(0)
    return None if at is None else datetime.combine(on, at)


def date_from_parts(year: object, month: object, day: object) -> date | None:
    """Return a date from its parts, null when there is none."""
    parts = [values.whole(part) for part in (year, month, day)]
    try:
        return date(*parts)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def time_from_parts(
    hour: object, minute: object, second: object, offset: timedelta | None = None
) -> time | None:
    """Return a time from its parts, with an offset or without, null when there is none."""
    exact = values.exact(second)
    parts = [values.whole(hour), values.whole(minute)]
    if exact is None or None in parts or not 0 <= exact < 60:
        return None
    micro = int(Decimal(exact) % 1 * 1_000_000)
    try:
        zone = None if offset is None else timezone(offset)
        return time(parts[0] or 0, parts[1] or 0, int(exact), micro, zone)
    except (ValueError, OverflowError):
        return None


def duration_of(text: str) -> YearsMonths | timedelta | None:
    """Read ``P1Y2M`` or ``P3DT4H5M6S``; a text that mixes both is null."""
    if len(text) > TEXT_MAX or text.endswith(("P", "T")):
        return None
    match = _MONTHS.fullmatch(text)
    if match is not None:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months)
    match = _SECONDS.fullmatch(text)
    if match is None:
        return None
    try:
        length = timedelta(
            days=int(match[2] or 0),
            hours=int(match[4] or 0),
            minutes=int(match[5] or 0),
        ) + _seconds(Decimal(match[6] or 0))
        return -length if match[1] else length
    except OverflowError:
        return None


def any_of(text: str) -> object:
    """Read what follows ``@``: a date, time, date and time or duration, null when it is none."""
    for reader in (date_of, time_of, date_and_time_of, duration_of):
        found = reader(text)
        if found is not None:
            return found
    return None


def text_of(value: object) -> str:
    """Write a date, time, date and time or duration as the standard's string() does."""
    if isinstance(value, datetime):
        return value.date().isoformat() + "T" + _clock(value.timetz())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _clock(value)
    if isinstance(value, YearsMonths):
        return _months_text(value.months)
    assert isinstance(value, timedelta), value
    return _length_text(value)


def microseconds(length: timedelta) -> int:
    """Return a days and time duration as whole microseconds."""
    return (length.days * 86_400 + length.seconds) * 1_000_000 + length.microseconds


def instant(value: date) -> datetime:
    """Return a date as midnight in UTC, a date and time as it is."""
    return value if isinstance(value, datetime) else datetime.combine(value, time(0, tzinfo=UTC))


def seconds_of_day(value: time) -> tuple[bool, int]:
    """Return whether a time has an offset, and its microseconds of the day less that offset."""
    micros = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    offset = value.utcoffset()
    return offset is not None, micros - (microseconds(offset) if offset else 0)


def offset_of(value: time | datetime) -> timedelta | None:
    """Return an offset from UTC; of a time in a zone, which has no day, the standard one."""
    offset = value.utcoffset()
    if offset is None and value.tzinfo is not None:
        winter = datetime(2000, 1, 1, tzinfo=value.tzinfo)
        offset = (winter.utcoffset() or timedelta(0)) - (winter.dst() or timedelta(0))
    return offset


def months_later(on: date, months: int) -> date | None:
    """Return the same day so many months later, the last of the month where it has no such day."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    for day in (on.day, 30, 29, 28):
        try:
            return on.replace(year=year, month=month + 1, day=min(on.day, day))
        except ValueError:
            continue
    return None


def months_between(start: date, end: date) -> int:
    """Return the whole months from one date to another, negative when the end is earlier."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


def member(value: object, name: str) -> object:
    """Return a property of a date, time, date and time, duration or range; null if it has none."""
    reader = MEMBERS.get((values.kind(value), name))
    return None if reader is None else reader(value)


def _seconds(number: Decimal) -> timedelta:
    return timedelta(microseconds=int(number * 1_000_000))


def _clock(value: time) -> str:
    text = value.replace(tzinfo=None, microsecond=0).isoformat()
    if value.microsecond:
        text += f".{value.microsecond:06d}".rstrip("0")
    return text + _zone_text(value.tzinfo)


def _zone_text(zone: tzinfo | None) -> str:
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = zone.utcoffset(None) or timedelta(0)
    if not offset:
        return "Z"
    minutes, seconds = divmod(abs(offset).seconds, 60)
    text = f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return text + (f":{seconds:02d}" if seconds else "")


def _months_text(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    text = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return f"{'-' if months < 0 else ''}P{text or '0M'}"


def _length_text(length: timedelta) -> str:
    days, hours, minutes, seconds = _length_parts(abs(length))
    text = f"{hours}H" if hours else ""
    text += f"{minutes}M" if minutes else ""
    text += f"{seconds:f}S" if seconds else ""
    whole = (f"{days}D" if days else "") + (f"T{text}" if text else "")
    return f"{'-' if length < timedelta(0) else ''}P{whole or 'T0S'}"


def _length_parts(length: timedelta) -> tuple[int, int, int, Decimal]:
    minutes, second = divmod(length.seconds, 60)
    fraction = Decimal(length.microseconds).scaleb(-6).normalize() if length.microseconds else 0
    return length.days, minutes // 60, minutes % 60, Decimal(second) + fraction


def _length_member(index: int) -> Callable[[timedelta], object]:
    def read(value: timedelta) -> object:
        part = _length_parts(abs(value))[index]
        return -part if value < timedelta(0) else part

    return read


def _years(value: YearsMonths) -> int:
    years = abs(value.months) // 12
    return -years if value.months < 0 else years


def _months(value: YearsMonths) -> int:
    months = abs(value.months) % 12
    return -months if value.months < 0 else months


def _offset(value: time | datetime) -> timedelta | None:
    return value.utcoffset()


def _zone_name(value: time | datetime) -> str | None:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _field(name: str) -> Callable[[object], object]:
    def read(value: object) -> object:
        return getattr(value, name)

    return read


def _weekday(value: date) -> int:
    return value.isoweekday()


def _second(value: time | datetime) -> object:
    if not value.microsecond:
        return value.second
    return Decimal(value.second) + Decimal(value.microsecond).scaleb(-6).normalize()


_DAY: dict[str, Callable[..., object]] = {
    "year": _field("year"),
    "month": _field("month"),
    "day": _field("day"),
    "weekday": _weekday,
}
_MOMENT: dict[str, Callable[..., object]] = {
    "hour": _field("hour"),
    "minute": _field("minute"),
    "second": _second,
    "time offset": _offset,
    "timezone": _zone_name,
}
_OF_KIND: dict[str, dict[str, Callable[..., object]]] = {
    "date": _DAY,
    "time": _MOMENT,
    "date and time": {**_DAY, **_MOMENT},
    "years and months duration": {"years": _years, "months": _months},
    "days and time duration": {
        "days": _length_member(0),
        "hours": _length_member(1),
        "minutes": _length_member(2),
        "seconds": _length_member(3),
    },
    "range": {
        "start": _field("low"),
        "end": _field("high"),
        "start included": _field("low_closed"),
        "end included": _field("high_closed"),
    },
}
MEMBERS: dict[tuple[str, str], Callable[..., object]] = {
    (kind, name): reader for kind, readers in _OF_KIND.items() for name, reader in readers.items()
}
# What a call with constants of these kinds makes: a constant, too.
MAKERS: dict[tuple[str, tuple[str, ...]], Callable[..., object]] = {
    ("date", ("string",)): date_of,
    ("date", ("number", "number", "number")): date_from_parts,
    ("time", ("string",)): time_of,
    ("time", ("number", "number", "number")): time_from_parts,
    ("date and time", ("string",)): date_and_time_of,
    ("date and time", ("date", "time")): datetime.combine,
    ("duration", ("string",)): duration_of,
}
