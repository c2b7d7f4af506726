"""The proof of a date, line by line: for the page, the printer, a text file and a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from nancheng.foundation.cases import clocks
from nancheng.foundation.cases.models import Clock
from nancheng.foundation.limits import rules
from nancheng.foundation.limits.models import ClockMove
from nancheng.foundation.web import figures, wording
from nancheng.kernel.worktime.calendars import PROVISIONAL
from nancheng.kernel.worktime.explanation import Line

# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Proof:
    """A clock with everything its date follows from."""

    clock: Clock
    step: str
    due: str
    original: str
    lines: Sequence[Line]
    versions: Sequence[str]
    provisional_years: frozenset[int]
    moves: Sequence[ClockMove]

    @property
    def is_whole(self) -> bool:
        """Say whether the last line is the due date: it always must be, unless it stands still."""
        if self.clock.due_on is None:
            return True
        return bool(self.lines) and self.lines[-1].on == self.clock.due_on


def of(clock: Clock) -> Proof:
    """Return the proof of a clock, on the calendar its date stands on. Few statements."""
    versions = rules.read_versions(clock.calendar)
    provisional = frozenset(year for year, version in versions.items() if version == PROVISIONAL)
    return Proof(
        clock=clock,
        step=wording.named(clock.task) if clock.task else _("全程"),
        due=due_words(clock.due_on, clock.due_at),
        original=figures.day(clock.original_due_on),
        lines=clocks.explain(clock),
        versions=[
            _("%(year)s年暂定（尚无通知，按周末推算）") % {"year": year}
            if year in provisional
            else _("%(year)s年第%(version)s版") % {"year": year, "version": version}
            for year, version in sorted(versions.items())
        ],
        provisional_years=provisional,
        moves=list(clock.moves.order_by("moved_at", "id")),
    )


def due_words(due_on: date | None, due_at: datetime | None) -> str:
    """Return a last day, with the time of day for a limit in hours."""
    return figures.moment(due_at) if due_at else figures.day(due_on)


def reason(line: Line, proof: Proof) -> str | Promise:
    """Return why a day was counted or not, in words."""
    said = clocks.REASONS[line.reason]
    if line.on.year in proof.provisional_years:
        return _("%(said)s（暂定）") % {"said": said}
    return said


def spent(line: Line) -> str:
    """Return the time used on a day, for limits in hours."""
    return wording.duration(line.spent) if line.spent else ""


def heads(proof: Proof) -> list[tuple[str, str]]:
    """Return what stands above the lines: label and value."""
    clock = proof.clock
    given = [
        f"+{each.count} · {each.reason} · {figures.moment(each.granted_at)}"
        for each in clock.extensions.all()
    ]
    held = [
        f"{figures.moment(each.paused_at)} → {figures.moment(each.resumed_at)} · {each.reason}"
        for each in clock.pauses.all()
    ]
    return [
        (_("事项编号"), clock.case.number),
        (_("标题"), clock.case.title),
        (_("环节"), proof.step),
        (_("时限"), wording.limit(clock.budget)),
        (_("规则"), f"{clock.rule.code} ({clock.rule.valid_from})" if clock.rule else ""),
        (_("依据"), clock.basis),
        (_("起算时间"), figures.moment(clock.started_at)),
        (_("到期日"), proof.due),
        (_("原到期日"), proof.original),
        (_("日历版本"), "；".join(proof.versions)),
        (_("中止情况"), "；".join(held)),
        (_("延期情况"), "；".join(given)),
    ]


def as_rows(proof: Proof) -> list[list[str]]:
    """Return the lines as text: day, weekday, count, time used, why, holiday, notice, basis."""
    return [
        [
            line.on.isoformat(),
            wording.weekday(line.on),
            str(line.number) if line.counted else "",
            spent(line),
            str(reason(line, proof)),
            line.name,
            line.notice,
            line.basis,
        ]
        for line in proof.lines
    ]


def columns() -> list[str]:
    """Return the heads of the columns."""
    return [
        _("日期"),
        _("星期"),
        _("计入第几天"),
        _("用时"),
        _("说明"),
        _("节假日"),
        _("文号"),
        _("依据"),
    ]


def as_csv(proof: Proof) -> str:
    """Return the proof for a spreadsheet; no cell is taken for a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    for row in [*map(list, heads(proof)), [], columns(), *as_rows(proof)]:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    return out.getvalue()


def as_text(proof: Proof) -> str:
    """Return the proof as plain text, one line a day."""
    head = [f"{label}：{value or figures.NOTHING}" for label, value in heads(proof)]
    lines = ["  ".join(cell for cell in row if cell) for row in as_rows(proof)]
    return "\n".join([*head, "", *lines, ""])
