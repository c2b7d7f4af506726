"""One simulation from its request: find the drawing, what is known of it, and run it."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from nancheng.config.simulation import report as reports
from nancheng.config.simulation import settings as written
from nancheng.config.simulation import world
from nancheng.config.simulation.report import Report
from nancheng.config.simulation.settings import Settings, UnreadableError
from nancheng.config.simulation.world import Known
from nancheng.foundation.cases import bindings, clocks, experience, publishing
from nancheng.kernel.decisions import feel
from nancheng.kernel.process import bpmn, problems, simulate
from nancheng.kernel.process.definition import Definition
from nancheng.kernel.worktime import calendars
from nancheng.kernel.worktime.calendars import Calendar

CASES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. ``kind`` brings its log and its posts; ``file`` is another drawing for it."""

    kind: str = ""
    file: Path | None = None
    settings: Path | None = None
    cases: int = 200
    seed: int = 1
    days: int = 90
    begins_on: date | None = None
    per_day: float = 0.0
    with_log: bool = True


def run(request: Request) -> Report:
    """Simulate. Raises ``UnreadableError`` (request, settings) or ``Refused`` (drawing, days)."""
    faults = _odd(request)
    if faults:
        raise UnreadableError(faults)
    definition = _definition(request)
    calendar = clocks.calendar() if request.kind else _shipped_calendar()
    if not calendar.years:
        calendar = _shipped_calendar()
    known = _learnt(request, Known(definition, _settings(request, definition), calendar))
    start = request.begins_on or _first_workday(calendar)
    built = world.build(known, seed=request.seed, start=start)
    begins = built.office.opening(start)
    outcome = simulate.simulate(
        built.program,
        built.world,
        cases=request.cases,
        until=begins + timedelta(days=request.days),
    )
    return reports.report(known, built, outcome, seed=request.seed, begins=begins)


def _odd(request: Request) -> list[str]:
    faults = []
    if not request.kind and request.file is None:
        faults.append("say which kind of case, or give a drawing with --file")
    if request.kind and request.kind not in bindings.all_bindings():
        kinds = ", ".join(sorted(bindings.all_bindings()))
        faults.append(f"no kind of case {request.kind!r}; there are: {kinds}")
    if not 1 <= request.cases <= CASES_MAX:
        faults.append(f"--cases must be from 1 to {CASES_MAX}")
    if request.days < 1:
        faults.append("--days must be at least 1")
    return faults


def _definition(request: Request) -> Definition:
    path = request.file or bindings.binding(request.kind).process
    definition = bpmn.read(path.read_bytes())
    found = problems.find(definition, feel.compile_expression)
    if found:
        raise UnreadableError(
            [f"{path.name}:{p.line} {p.code} {p.element} {p.detail}".rstrip() for p in found]
        )
    return definition


def _settings(request: Request, definition: Definition) -> Settings:
    path = request.settings
    settings = written.read(path.read_bytes(), definition) if path else Settings()
    return replace(settings, per_day=request.per_day, every=None) if request.per_day else settings


def _learnt(request: Request, known: Known) -> Known:
    """Add what the log and the posts teach. Three statements."""
    if not request.kind or not request.with_log:
        return known
    return replace(
        known,
        experience=experience.of_closed(request.kind),
        staff=experience.staff(on=request.begins_on or date.max),
        places=experience.places(request.kind),
    )


def _shipped_calendar() -> Calendar:
    with (publishing.DATA / "holidays.csv").open(encoding="utf-8", newline="") as file:
        return calendars.from_rows(csv.DictReader(file))


def _first_workday(calendar: Calendar) -> date:
    """Return the first working day of the newest year whose notice is known."""
    return calendars.on_or_after(calendar, date(max(calendar.years), 1, 1))
