"""Lights with words: how long is left, or how late it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from nancheng.foundation.cases.rules import Light
from nancheng.foundation.cases.worklist import Today
from nancheng.foundation.web import figures

# The mark, in a row's values, of a date in a year without a notice.
MARK = "is_provisional"


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light with its words: how many days late or left."""

    tone: str
    words: str


def lit(now: Today, row: Mapping[str, Any], *, running: bool) -> Lamp:
    """Return the light of a row: in hours for limits in hours, marked while it is provisional."""
    due_on, due_at = row["due_on"], row.get("due_at")
    light = now.light(due_on, due_at) if running else Light.GREY
    if light is Light.GREY or due_on is None:
        return Lamp(Light.GREY.value, _("未计时") if running else _("已停止"))
    words = _hours(now, due_at) if due_at else _days((due_on - now.on).days)
    return Lamp(light.value, _("%(left)s（暂定）") % {"left": words} if row.get(MARK) else words)


def _days(days: int) -> str:
    if days < 0:
        return _("超期%(days)s天") % {"days": -days}
    return _("剩%(days)s天") % {"days": days} if days else _("今天到期")


def _hours(now: Today, due_at: datetime) -> str:
    minutes = abs(int((due_at - now.at).total_seconds())) // 60
    left = f"{minutes // 60}:{minutes % 60:02}"
    if due_at <= now.at:
        return _("超期%(hours)s小时") % {"hours": left}
    return _("剩%(hours)s小时，%(due)s到期") % {"hours": left, "due": figures.moment(due_at)}
