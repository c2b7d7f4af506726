"""Calendars and moments for the tests of working time."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files

from nancheng.kernel.worktime import calendars
from nancheng.kernel.worktime.calendars import Calendar
from nancheng.kernel.worktime.hours import SHANGHAI


def rows() -> list[dict[str, str]]:
    """Return the published notices that the platform is delivered with."""
    path = files("nancheng") / "foundation" / "cases" / "data" / "holidays.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@cache
def official() -> Calendar:
    """Return the calendar of the published notices, the last version of each."""
    return calendars.from_rows(rows())


def as_of(versions: Mapping[int, int]) -> Calendar:
    """Return the calendar with some years as first published."""
    return calendars.from_rows(rows(), versions=versions)


def moment(day: str, hour: int = 10, minute: int = 0) -> datetime:
    """Return a moment in China, at ten in the morning unless told."""
    return datetime.combine(date.fromisoformat(day), time(hour, minute), SHANGHAI)
