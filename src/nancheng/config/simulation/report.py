"""What a simulation came to: rows for a table, and the same as JSON values."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from nancheng.config.simulation.world import Built, Known
from nancheng.kernel.process.simulate import Load, Outcome

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A post or a step. Hours are means of one task; ``busy`` is the share of its open time."""

    key: str
    name: str
    department: str
    staff: int | None
    done: int
    left: int
    withdrawn: int
    overdue: int
    queue_h: float
    waiting_h: float
    working_h: float
    longest_queue: int
    busy: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run. Days are calendar days; shares are from 0 to 1 (``None``: nothing to share)."""

    process: str
    name: str
    seed: int
    begins_on: date
    ended_at: datetime
    cases: int
    finished: int
    unfinished: int
    stuck: Mapping[str, int]
    took_p50_days: float | None
    took_p90_days: float | None
    overdue_share: float
    departments: tuple[Row, ...]
    posts: tuple[Row, ...]
    steps: tuple[Row, ...]
    assumed: tuple[str, ...]


def report(known: Known, built: Built, outcome: Outcome, *, seed: int, begins: datetime) -> Report:
    """Put an outcome into words and figures."""
    cases = len(outcome.took) + outcome.unfinished
    open_time = built.office.open_time(begins, outcome.ended_at) if outcome.steps else timedelta(0)
    return Report(
        process=known.definition.key,
        name=known.definition.name,
        seed=seed,
        begins_on=begins.date(),
        ended_at=outcome.ended_at,
        cases=cases,
        finished=len(outcome.took),
        unfinished=outcome.unfinished,
        stuck=dict(outcome.stuck),
        took_p50_days=_days(percentile(outcome.took, 50)),
        took_p90_days=_days(percentile(outcome.took, 90)),
        overdue_share=round(outcome.overdue / cases, 4) if cases else 0.0,
        departments=tuple(_departments(built, outcome, open_time)),
        posts=tuple(_posts(built, outcome, open_time)),
        steps=tuple(
            _row(node, built.program.names[node][0] or node, load)
            for node, load in sorted(outcome.nodes.items(), key=lambda n: _order(built, n[0]))
        ),
        assumed=(*built.assumed, *_homeless(built, outcome)),
    )


def percentile(values: Sequence[timedelta], percent: int) -> timedelta | None:
    """Return the smallest value that so many percent do not exceed (nearest rank)."""
    if not values:
        return None
    return sorted(values)[-(-len(values) * percent // 100) - 1]


def _days(length: timedelta | None) -> float | None:
    return None if length is None else round(length / DAY, 2)


def _order(built: Built, node: str) -> int:
    return list(built.program.plans).index(node)


def _posts(built: Built, outcome: Outcome, open_time: timedelta) -> Iterable[Row]:
    for key, load in sorted(outcome.posts.items()):
        seat = built.seats[key]
        more = {"department": seat.department, "staff": seat.staff}
        busy = _busy(load, open_time * seat.staff)
        yield _row(key, seat.name or "-", load, busy=busy, **more)


def _busy(load: Load, capacity: timedelta) -> float | None:
    return round(load.working / capacity, 4) if capacity else None


def _row(key: str, name: str, load: Load, **more: Any) -> Row:
    tasks = load.done + load.withdrawn
    mean = (lambda total: round(total / HOUR / tasks, 2)) if tasks else (lambda _total: 0.0)
    shown = {"department": "", "staff": None, "busy": None, **more}
    return Row(
        key=key,
        name=name,
        done=load.done,
        left=load.left,
        withdrawn=load.withdrawn,
        overdue=load.overdue,
        queue_h=mean(load.queue),
        waiting_h=mean(load.waiting),
        working_h=mean(load.working),
        longest_queue=load.longest_queue,
        **shown,
    )


def _departments(built: Built, outcome: Outcome, open_time: timedelta) -> Iterable[Row]:
    """Yield each department's posts taken together, where departments are known."""
    for name in sorted({built.seats[key].department for key in outcome.posts} - {""}):
        keys = [key for key in outcome.posts if built.seats[key].department == name]
        load = _together(outcome.posts[key] for key in keys)
        staff = sum(built.seats[key].staff for key in keys)
        more = {"department": name, "staff": staff}
        yield _row(name, name, load, busy=_busy(load, open_time * staff), **more)


def _together(loads: Iterable[Load]) -> Load:
    """Add loads up; the longest queue is that of one post."""
    whole = Load()
    for load in loads:
        for each in fields(Load):
            value = getattr(load, each.name)
            longest = each.name == "longest_queue"
            before = getattr(whole, each.name)
            setattr(whole, each.name, max(before, value) if longest else before + value)
    return whole


def _homeless(built: Built, outcome: Outcome) -> Iterable[str]:
    """Say which posts are in no department's row."""
    names = [built.seats[key].name or "-" for key in sorted(outcome.posts)]
    lost = [
        name
        for name, key in zip(names, sorted(outcome.posts), strict=True)
        if not built.seats[key].department
    ]
    if lost and len(lost) < len(names):
        yield f"no department at {', '.join(dict.fromkeys(lost))}: not in the departments' rows"


def as_json(found: Report) -> dict[str, Any]:
    """Return a report as JSON values."""
    return {
        **asdict(found),
        "begins_on": found.begins_on.isoformat(),
        "ended_at": found.ended_at.isoformat(),
    }


# --- the table ------------------------------------------------------------------------------------

HEAD = ("", "staff", "done", "left", "gone", "late", "queue h", "wait h", "work h", "line", "busy")


def lines(found: Report) -> Iterable[str]:
    """Yield a report as text."""
    until = found.ended_at.date()
    yield f"{found.name or found.process} · seed {found.seed} · {found.begins_on} – {until}"
    yield (
        f"{found.cases} cases: {found.finished} finished, {found.unfinished} not; "
        f"{found.overdue_share:.1%} overdue"
    )
    if found.took_p50_days is not None:
        yield f"throughput time: p50 {found.took_p50_days:g} d, p90 {found.took_p90_days:g} d"
    for node, count in found.stuck.items():
        yield f"stuck at {node}: {count}"
    tables = (("department", found.departments), ("post", found.posts), ("step", found.steps))
    for title, rows in tables:
        if rows:
            yield ""
            yield from _table(title, rows, with_department=title == "post")
    yield ""
    yield "hours are means of a task: queue = offered, nobody free; wait = begun, office closed"
    for line in found.assumed:
        yield f"assumed: {line}"


def _table(title: str, rows: tuple[Row, ...], *, with_department: bool) -> Iterable[str]:
    texts: list[tuple[str, ...]] = [(title, *HEAD[1:])]
    for line in rows:
        where = f"{line.department} · " if with_department and line.department else ""
        texts.append(_cells(line, where))
    widths = [max(_width(row[column]) for row in texts) for column in range(len(HEAD))]
    for row in texts:
        first = row[0] + " " * (widths[0] - _width(row[0]))
        rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join((first, *rest)).rstrip()


def _cells(row: Row, where: str) -> tuple[str, ...]:
    return (
        where + row.name,
        "" if row.staff is None else str(row.staff),
        *(str(count) for count in (row.done, row.left, row.withdrawn, row.overdue)),
        *(f"{hours:.2f}" for hours in (row.queue_h, row.waiting_h, row.working_h)),
        str(row.longest_queue),
        "" if row.busy is None else f"{row.busy:.0%}",
    )


def _width(text: str) -> int:
    """Return how many columns a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
