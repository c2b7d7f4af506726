"""Legal limits as written: "5wd", "60cd", "8wh", "2h", "3m"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from nancheng.kernel.refusal import Refused

# Ten years in any unit; a longer limit is a slip of the pen.
COUNT_MAX = {"cd": 3660, "wd": 2600, "m": 120, "h": 87_840, "wh": 20_800}
PATTERN = re.compile(r"([1-9][0-9]{0,4})(cd|wd|wh|h|m)", re.ASCII)


class Unit(StrEnum):
    """What a limit counts."""

    CALENDAR_DAY = "cd"  # 日 / 自然日
    WORKING_DAY = "wd"  # 工作日
    MONTH = "m"  # 月
    HOUR = "h"  # 小时
    WORKING_HOUR = "wh"  # 工作小时


HOURLY = frozenset({Unit.HOUR, Unit.WORKING_HOUR})


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time as the law writes it: so many of a unit, at least one."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.count <= COUNT_MAX[self.unit]:
            raise Refused("clock.limit-out-of-range", count=self.count, unit=self.unit.value)

    def __str__(self) -> str:
        return f"{self.count}{self.unit.value}"


@lru_cache(maxsize=512)
def parse(text: str) -> Limit:
    """Read a limit such as "5wd". Raises Refused "clock.limit-unreadable", "-out-of-range"."""
    found = PATTERN.fullmatch(text.strip())
    if found is None:
        raise Refused("clock.limit-unreadable", text=text[:20])
    return Limit(int(found[1]), Unit(found[2]))
