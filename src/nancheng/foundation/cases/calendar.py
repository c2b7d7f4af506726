"""Loads a notice of rest days: shows what it would change, asks a second person, applies it.

Applying writes the next version of each year the notice touches and begins to move the running
clocks; the job does the rest. What an earlier version said stays, for the proofs of closed clocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import clocks, reprojection, timer_moves
from nancheng.foundation.cases.models import Clock
from nancheng.foundation.cases.reprojection import Move
from nancheng.foundation.cases.timer_moves import Tried
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.confirmations.operations import Asked, Operation
from nancheng.foundation.limits import actions as limits
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.limits import rules
from nancheng.foundation.limits.actions import Proposal
from nancheng.foundation.limits.models import CalendarNotice, Reprojection
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import calendars
from nancheng.kernel.worktime.calendars import Calendar

# A dry run looks at no more clocks, and no more timers, than this, and says so.
PREVIEW_MAX = 2000
CHUNK = 500
CODE = "calendar.load"


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which the new notice departs from what counts today."""

    on: date
    was_worked: bool
    is_worked: bool
    name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a notice would change: days, and the clocks and timers that would move."""

    year: int
    number: str
    rows: Sequence[Mapping[str, str]]
    days: Sequence[Day]
    moves: Sequence[Move]
    looked_at: int
    running: int
    timers: Tried

    @property
    def is_complete(self) -> bool:
        """Say whether every clock and timer that could move was looked at."""
        return self.looked_at == self.running and self.timers.looked_at == self.timers.waiting


def preview(content: bytes, *, year: int) -> Preview:
    """Read a notice's file and say what it would change; nothing is written.

    Raises ``Refused`` for a file that cannot be read, and for one that changes nothing.
    """
    rows = rules.read_notice(content, year=year)
    return previewed(rows, year=year)


def previewed(rows: Sequence[Mapping[str, str]], *, year: int) -> Preview:
    """Say what checked rows would change."""
    made = _next_versions(rows, year=year)
    before = clocks.calendar()
    after = before
    for changed in calendars.from_rows(made).years.values():
        after = calendars.with_year(after, changed)
    days = _days(before, after, made)
    known = all(number in before.years for number in {day.on.year for day in days} | {year})
    if known and not days:
        raise Refused("limits.nothing-changes", field="file", year=year)
    since = days[0].on if days else date(year, 1, 1)
    running = reprojection.affected(since)
    looked_at, moves = _moves(list(running.values_list("id", flat=True)[:PREVIEW_MAX]), after)
    return Preview(
        year=year,
        number=_number(rows, year=year),
        rows=rows,
        days=days,
        moves=moves,
        looked_at=looked_at,
        running=running.count() if looked_at == PREVIEW_MAX else looked_at,
        timers=timer_moves.tried(since, after, most=PREVIEW_MAX),
    )


@transaction.atomic
def propose(shown: Preview, *, reason: str, by: Actor, at: datetime, key: str) -> CalendarNotice:
    """Put a notice before a second person; nothing changes until he or she confirms."""
    notice = limits.propose(
        Proposal(shown.year, shown.number, shown.rows),
        label=by.label,
        at=at,
        key=f"{by.identity_id}:{key}",
    )
    figures = {
        "notice_id": notice.pk,
        "year": shown.year,
        "number": shown.number,
        "days": len(shown.days),
        "moves": len(shown.moves),
        "timers": len(shown.timers.moves),
        "base": _base(shown.year),
    }
    subject = f"{shown.year} · {shown.number}"
    asked = confirmations.ask(Wish(CODE, subject, reason, figures), by=by, at=at, key=key)
    limits.put_before(notice_id=notice.pk, confirmation_id=asked.pk)
    return notice


def load(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Put a notice in force; ``by`` confirms what another asked for."""
    del key
    notice = limit_queries.notices().get(pk=asked.figures["notice_id"])
    if asked.figures["base"] != _base(notice.year):
        raise Refused("limits.notice-outdated", year=notice.year)
    apply(notice, label=by.label, at=at)


@transaction.atomic
def apply(notice: CalendarNotice, *, label: str, at: datetime) -> None:
    """Write the notice's days as the next versions, and begin to move the running clocks."""
    made = _next_versions(notice.rows, year=notice.year)
    before = clocks.calendar()
    clocks.add_days(made)
    after = clocks.calendar()
    days = _days(before, after, made)
    versions = {int(row["date"][:4]): int(row["version"]) for row in made}
    written = rules.written_versions(versions)
    limits.apply_notice(notice_id=notice.pk, versions=written, label=label, at=at)
    reprojection.begin(
        notice_id=notice.pk,
        reason=notice.number,
        since=days[0].on if days else date(notice.year, 1, 1),
        by_label=label,
        at=at,
    )


def bring(rows: Sequence[Mapping[str, str]], *, label: str, at: datetime) -> int:
    """Add what the installation itself brings along; what is kept already stays. Return how many.

    Only years and versions that are not known yet are added, and running clocks move with them.
    """
    before = clocks.calendar()
    added = clocks.add_days(rows)
    if not added:
        return 0
    days = _days(before, clocks.calendar(), rows)
    if days and reprojection.is_needed(days[0].on):
        numbers = {row["notice"] for row in rows if date.fromisoformat(row["date"]) >= days[0].on}
        reason = "、".join(sorted(numbers))[:300]
        reprojection.begin(notice_id=None, reason=reason, since=days[0].on, by_label=label, at=at)
    return added


def kept(works: Sequence[Reprojection]) -> dict[int, list[int]]:
    """Return by notice the cases with timers that kept their date unasked. A statement for each."""
    return {
        work.notice_id: timer_moves.cases_kept(work) for work in works if work.notice_id is not None
    }


def _next_versions(rows: Sequence[Mapping[str, str]], *, year: int) -> list[dict[str, str]]:
    known = clocks.notices()
    last: dict[int, int] = {}
    for row in known:
        touched = int(row["date"][:4])
        last[touched] = max(last.get(touched, 0), int(row["version"]))
    kept: dict[int, list[Mapping[str, str]]] = {}
    for row in known:
        touched = int(row["date"][:4])
        if int(row["version"]) == last[touched]:
            kept.setdefault(touched, []).append(row)
    return rules.versioned(rows, kept=kept, versions=last, year=year)


def _base(year: int) -> str:
    """Return the version of a year in force, to notice that it changed meanwhile."""
    return rules.written_versions(
        {year: calendars.year_of(clocks.calendar(), year).version} if _is_countable(year) else {}
    )


def _is_countable(year: int) -> bool:
    known = clocks.calendar()
    return year in known.years or (known.horizon is not None and year > known.horizon)


def _days(before: Calendar, after: Calendar, rows: Sequence[Mapping[str, str]]) -> list[Day]:
    """Return the days that count differently, of the years that some rows speak of."""
    names = {row["date"]: row["name"] for row in rows}
    found = []
    for year in sorted({int(row["date"][:4]) for row in rows}):
        old = before.years.get(year) or calendars.provisional(year)
        for on, was, now in calendars.differences(old, calendars.year_of(after, year)):
            found.append(Day(on, was, now, names.get(on.isoformat(), "")))
    return found


def _moves(ids: Sequence[int], after: Calendar) -> tuple[int, list[Move]]:
    found: list[Move] = []
    for start in range(0, len(ids), CHUNK):
        rows = Clock.objects.filter(pk__in=ids[start : start + CHUNK])
        rows = rows.select_related("case", "task")
        moved = reprojection.moves(list(clocks.with_history(rows)), after)
        found.extend(move for move in moved if move.has_moved)
    return len(ids), found


def _number(rows: Sequence[Mapping[str, str]], *, year: int) -> str:
    return next(row["notice"] for row in rows if row["date"].startswith(f"{year}-"))


def _lines(figures: Mapping[str, Any]) -> list[tuple[str | Promise, object]]:
    return [
        (_("年份"), figures["year"]),
        (_("文号"), figures["number"]),
        (_("变动的日期数"), figures["days"]),
        (_("将变动的时限数"), figures["moves"]),
        (_("将变动的定时数"), figures.get("timers", 0)),
    ]


OPERATIONS = (
    Operation(
        code=CODE,
        name=_("导入节假日安排"),
        ask=limit_queries.LOAD,
        confirm=limit_queries.CONFIRM,
        run=load,
        lines=_lines,
    ),
)
