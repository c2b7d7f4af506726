"""Looks ahead for a year whose notice will be needed and is not loaded, limit by limit.

Timers that count working time need it as limits do; one whose length an expression gives is taken
for the longest that waits at its place in the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MINYEAR, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nancheng.foundation.cases import clocks, definitions, queries, standing
from nancheng.foundation.cases.models import Clock, ProcessVersion, Wait
from nancheng.foundation.cases.standing import Running
from nancheng.foundation.limits import actions as limits
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.limits import rules
from nancheng.foundation.limits.models import MissingYear
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.rules import Actor, Row
from nancheng.foundation.web import memory, wording
from nancheng.kernel.process.definition import TimerKind, TimerSpec
from nancheng.kernel.process.program import Timer
from nancheng.kernel.process.state import ItemKind
from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import ahead
from nancheng.kernel.worktime.calendars import PROVISIONAL, Calendar
from nancheng.kernel.worktime.hours import SHANGHAI

DAYS = "calendar.warning-days"
NINE = time(9)


@dataclass(frozen=True, slots=True)
class Kind:
    """One limit, or timer that counts working time, of a published drawing."""

    process: str
    node: str
    limit: str


def warn_missing(*, at: datetime) -> int:
    """Note what lacks a notice and tell the administrators of it. The job; looks once a day."""
    on = timezone.localdate(at)
    return len(_noted(on, clocks.calendar_stamp()))


@memory.kept
def _noted(on: date, _stamp: int) -> tuple[int, ...]:
    """Look once per day and calendar in this process; what was told is told once in all."""
    with transaction.atomic():
        found = needs(on)
        limits.put_missing(found)
        for year in sorted({each.year for each in found}):
            _tell(year, min(each.needed_on for each in found if each.year == year), on=on)
    return tuple(sorted({each.year for each in found}))


def needs(on: date) -> list[MissingYear]:
    """Return what will need a year without a notice within the warning days; nothing is written.

    A kind of limit needs a year from the first day on which a clock started then would end in it.
    """
    calendar = clocks.calendar()
    last = on + timedelta(days=int(queries.parameter(DAYS, on=on)))
    beside = _timers(calendar)
    waiting = _waiting() | {(each.process, each.node): each.late for each in beside}
    found = []
    for kind in (*kinds(), *_timer_kinds(beside, _moment(last), calendar)):
        running = _running(kind, on=on)
        year = _missing(running, calendar, last)
        if running is None or year is None:
            continue
        found.append(
            MissingYear(
                year=year,
                process=kind.process,
                node=kind.node,
                limit=kind.limit,
                needed_on=_first(running, calendar, on, last),
                waiting=waiting.get((kind.process, kind.node), 0),
                noted_on=on,
            )
        )
    return found


def kinds() -> Iterator[Kind]:
    """Yield the limits of the newest version of every drawing."""
    for key, version in _newest():
        for node, limit in sorted(definitions.program(version).limits.items()):
            yield Kind(key, node, limit.limit)


def _newest() -> list[tuple[str, int]]:
    """Return the newest version of every drawing, by its key. One statement."""
    versions = ProcessVersion.objects.order_by("version").values_list("key", "id")
    return sorted(dict(versions).items())


@dataclass(frozen=True, slots=True)
class Timers:
    """The timers at one place of a drawing: the lengths there may be, and how many wait too long.

    ``late`` of them are due in a year without a notice.
    """

    process: str
    node: str
    lengths: frozenset[str]
    late: int


def _timers(calendar: Calendar) -> list[Timers]:
    """Return the places of the newest drawings whose timers count working time. Two statements."""
    drawn = {
        (key, node): plan.timer
        for key, version in _newest()
        for node, plan in definitions.program(version).plans.items()
        if plan.timer is not None and _may_count_working_time(plan.timer)
    }
    kept: dict[tuple[str, str], dict[str, int]] = {place: {} for place in drawn}
    first = date(max(calendar.years, default=MINYEAR) + 1, 1, 1)
    for key, node, length, late in _waiting_timers({node for _key, node in drawn}, first):
        if (key, node) in kept:
            kept[key, node][length or ""] = late
    return [
        Timers(
            process=key,
            node=node,
            lengths=frozenset(length for length in kept[key, node] if length)
            if timer.expression
            else frozenset({timer.spec.text}),
            late=sum(n for length, n in kept[key, node].items() if length or not timer.expression),
        )
        for (key, node), timer in sorted(drawn.items())
    ]


def _may_count_working_time(timer: Timer) -> bool:
    if timer.expression is not None:
        return timer.spec.kind is TimerKind.DURATION
    return clocks.is_in_working_time(timer.spec)


def _waiting_timers(nodes: set[str], first: date) -> list[tuple[str, str, str | None, int]]:
    """Return (drawing, node, length, how many are due from a day on) of timers that wait."""
    late = Count("id", filter=Q(due_at__gt=datetime.combine(first, time(0), SHANGHAI)))
    rows = Wait.objects.filter(kind=ItemKind.TIMER.value, node__in=nodes).order_by()
    named = rows.values_list("case__process__key", "node", "data__length")
    return list(named.annotate(late=late))


def _timer_kinds(found: list[Timers], at: datetime, calendar: Calendar) -> Iterator[Kind]:
    """Yield each place with the length that, set at a moment, is due last."""
    for each in found:
        if each.lengths:
            longest = max(each.lengths, key=lambda length: _due(length, at, calendar))
            yield Kind(each.process, each.node, longest)


def _due(length: str, at: datetime, calendar: Calendar) -> datetime:
    return clocks.working_due(TimerSpec(TimerKind.DURATION, length), at, calendar)


def named(process: str, node: str) -> str:
    """Return the name of a limit's process and step in the reader's language."""
    found = ProcessVersion.objects.filter(key=process).order_by("-version").first()
    if found is None:
        return process
    name = wording.named(found)
    if not node:
        return name
    program = definitions.program(found.pk)
    step = program.names.get(node, (node, node))
    return f"{name} · {wording.named(dict(zip(('name', 'name_en'), step, strict=True)))}"


def alerts(actor: Actor, *, at: datetime) -> list[tuple[str, str]]:
    """Return what to warn an administrator of on every page: text and where to mend it."""
    years = limit_queries.missing_banner(actor, at=at)
    if not years:
        return []
    said = _("%(years)s年的节假日安排尚未导入，相关期限按周末暂定。") % {
        "years": "、".join(map(str, years))
    }
    return [(said, reverse("cases:calendars"))]


def _running(kind: Kind, *, on: date) -> Running | None:
    """Return a clock of this kind; None for one that only hangs on another's date."""
    length, roll = kind.limit, "none"
    if length[0].isupper():
        try:
            rule = limit_queries.rule_on(length, on=on)
        except Refused:
            return None
        length, roll = rule.length, rule.roll
    if length.startswith(ahead.PREFIX):
        return None
    return Running(length, _moment(on), roll=roll)


def _missing(running: Running | None, calendar: Calendar, on: date) -> int | None:
    if running is None:
        return None
    started = Running(running.budget, _moment(on), roll=running.roll)
    versions = rules.read_versions(standing.standing(started, calendar).calendar)
    missing = [year for year, version in versions.items() if version == PROVISIONAL]
    return min(missing) if missing else None


def _first(running: Running, calendar: Calendar, on: date, last: date) -> date:
    """Return the first day from which it needs the year; later starts never end earlier."""
    low, high = on.toordinal(), last.toordinal()
    while low < high:
        middle = (low + high) // 2
        if _missing(running, calendar, date.fromordinal(middle)) is None:
            low = middle + 1
        else:
            high = middle
    return date.fromordinal(low)


def _waiting() -> dict[tuple[str, str], int]:
    rows = (
        Clock.objects.filter(is_provisional=True, stopped_at__isnull=True)
        .values_list("case__process__key", "task__node")
        .annotate(Count("id"))
    )
    return {(key, node or ""): count for key, node, count in rows}


def _tell(year: int, needed_on: date, *, on: date) -> None:
    able = people.granted(verb=limit_queries.LOAD, row=Row(None, None, ""), on=on)
    messages.notify(
        identity_ids=[identity for identity, _person in able],
        code="cases.year-missing",
        figures={"year": year, "on": needed_on},
        case_id=None,
        at=_moment(on),
        key=f"missing-year/{year}",
    )


def _moment(on: date) -> datetime:
    return datetime.combine(on, NINE, SHANGHAI)
