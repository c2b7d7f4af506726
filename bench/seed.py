"""Fills a database with cases in bulk: copies of cases that the actions carried out.

A few cases of each kind are carried out for each unit, whole and up to each step; their rows are
the models. A copy differs in numbers, times and hashes alone, and its chain is reckoned anew, so it
verifies and replays as the model does. Written in batches; interrupted, it goes on where it was.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import reference, stage

Row = dict[str, Any]
BATCH = 5_000
SPREAD = timedelta(minutes=7)
SPREAD_OVER = 50_000
LONG, SHORT = "bench.disbursement", "bench.short"
STEPS = {LONG: ("apply", "review", "audit", "leader"), SHORT: ("act", "confirm")}
# Of so many copies for a unit one long and one short case are open, two more are long, the rest
# short and closed.
TURNS = 40
TABLES = (
    "cases_case",
    "cases_participant",
    "cases_caseevent",
    "cases_task",
    "cases_clock",
    "cases_wait",
)
TIMES = frozenset({"at", "arrived_at", "done_at", "opened_at", "closed_at", "started_at",
                   "stopped_at"})  # fmt: skip
HASHED = ("seq", "kind", "node", "item", "actor_id", "actor_label", "payload")


@dataclass(frozen=True, slots=True)
class Line:
    """A row to copy: its values, and where times and the keys of other rows stand among them."""

    values: Sequence[Any]
    times: Sequence[int]
    task: int  # the place of the task among the model's tasks, -1 for none
    hashed: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """The rows of one case, by table."""

    kind: str
    lines: Mapping[str, Sequence[Line]]


class Places:
    """Where the columns of each table stand; the same for every model."""

    def __init__(self) -> None:
        self.columns: dict[str, list[str]] = {}
        self.of: dict[str, dict[str, int]] = {}

    def learn(self, table: str, columns: list[str]) -> None:
        """Keep the columns of a table."""
        self.columns[table] = columns
        self.of[table] = {name: place for place, name in enumerate(columns)}


PLACES = Places()


def seed(cases: int, *, say: Callable[[str], None] = print) -> int:
    """Bring the database up to so many cases; return how many were added."""
    stage.start()
    stage.units()
    from nancheng.foundation.cases.models import Case

    known = Case.objects.count()
    if known >= cases:
        say(f"there are {known:,} cases already")
        return 0
    models = [_models(f"unit{number:02d}-clerk") for number in range(stage.UNITS)]
    known = Case.objects.count()
    began, added = time.perf_counter(), 0
    _quicken()
    while known + added < cases:
        count = min(BATCH, cases - known - added)
        write(models, known + added, count)
        added += count
        rate = added / (time.perf_counter() - began)
        say(f"{known + added:,} of {cases:,} cases, {rate:,.0f} a second")
    finish()
    return added


# --- models -------------------------------------------------------------------------------------


def _models(clerk: str) -> list[Model]:
    """Return the unit's model of each turn: whole ones, and one open at each step."""
    whole = {kind: carried(clerk, kind, "") for kind in STEPS}
    turns = [whole[LONG]] * 3 + [whole[SHORT]] * (TURNS - 3)
    stops = [(kind, step) for kind, steps in STEPS.items() for step in steps]
    # The turns come round so often that each step has its own open cases.
    rounds = []
    for kind, step in stops:
        rounds += [carried(clerk, kind, step), *turns[1:]]
    return rounds


def carried(clerk: str, kind: str, stop: str) -> Model:
    """Carry a case out to its end, or to a step."""
    from nancheng.foundation.cases import actions
    from nancheng.foundation.cases.models import Task

    cast = {**stage.cast(), "clerk": stage.actor(clerk)}
    parties = {hand: actor.department_id for hand, actor in cast.items()}
    worked = {"apply": "clerk", "review": "finance", "audit": "finance", "sign": "department",
              "leader": "leader", "act": "clerk", "confirm": "finance"}  # fmt: skip
    values = {"amount": reference.LARGE} if kind == LONG else {}
    opening = actions.Opening(kind, f"{clerk} 事项", values, parties)
    key = f"model-{clerk}-{kind}-{stop}"
    case = actions.open_case(opening, by=cast["clerk"], at=stage.AT, key=key)
    while True:
        task = Task.objects.filter(case_id=case.pk, state="offered").order_by("node").first()
        if task is None or task.node == stop:
            return Model(kind, dict(_read(case.pk)))
        actions.complete(
            task_id=task.pk,
            values={"decision": "agree"},
            by=cast[worked[task.node]],
            at=stage.AT,
            key=f"{key}-{task.pk}",
            opinion="同意",
        )


def _read(case_id: int) -> Iterator[tuple[str, list[Line]]]:
    from django.db import connection

    tasks: dict[int, int] = {}
    # Tasks first: clocks name them.
    for table in ("cases_task", *(each for each in TABLES if each != "cases_task")):
        column = "id" if table == "cases_case" else "case_id"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} WHERE {column} = %s ORDER BY id", [case_id])
            names = [one[0] for one in cursor.description]
            rows = cursor.fetchall()
        PLACES.learn(table, names)
        if table == "cases_task":
            tasks = {row[names.index("id")]: number for number, row in enumerate(rows)}
        yield table, [_line(dict(zip(names, row, strict=True)), tasks) for row in rows]


def _line(row: Row, tasks: Mapping[int, int]) -> Line:
    times = [
        place
        for place, (name, value) in enumerate(row.items())
        if name in TIMES and value is not None
    ]
    hashed = [row[name] for name in HASHED] if "payload" in row else ()
    return Line([*row.values()], times, tasks.get(row.get("task_id") or -1, -1), hashed)


# --- copies -------------------------------------------------------------------------------------


def write(models: Sequence[Sequence[Model]], first: int, count: int) -> None:
    """Write so many copies, the units in turns; ``first`` tells their numbers from earlier ones."""
    from django.db import connection, transaction

    made: dict[str, list[list[Any]]] = {table: [] for table in TABLES}
    ids = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
            ids[table] = int(cursor.fetchone()[0])
    for number in range(first, first + count):
        unit = models[number % len(models)]
        _copy(unit[number // len(models) % len(unit)], number, ids, made)
    with transaction.atomic():
        for table, rows in made.items():
            if rows:
                _insert(table, rows)


def _insert(table: str, rows: Sequence[Sequence[Any]]) -> None:
    from django.db import connection

    names = ", ".join(f'"{name}"' for name in PLACES.columns[table])
    driver: Any = connection.connection
    if connection.vendor == "postgresql":
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table} ({names}) FROM STDIN") as target,
        ):
            for row in rows:
                target.write_row(row)
        return
    marks = ", ".join("?" * len(PLACES.columns[table]))
    driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _copy(
    model: Model, number: int, ids: dict[str, int], made: Mapping[str, list[list[Any]]]
) -> None:
    shift = SPREAD * (number % SPREAD_OVER)
    prefix = "BM" if model.kind == LONG else "BS"
    name = f"{prefix}-2026-{number + 1_000_000:07d}"
    ids["cases_case"] += 1
    case_id = ids["cases_case"]
    tasks = [ids["cases_task"] + 1 + n for n in range(len(model.lines["cases_task"]))]
    moments: dict[Any, Any] = {}
    head = ""
    for table in TABLES[1:]:
        of = PLACES.of[table]
        for line in model.lines[table]:
            row = [*line.values]
            ids[table] += 1
            row[of["id"]] = ids[table]
            row[of["case_id"]] = case_id
            if line.task >= 0:
                row[of["task_id"]] = tasks[line.task]
            _move(row, line.times, shift, moments)
            if line.hashed:
                head = _seal(row, of, line, name, head)
            made[table].append(row)
    (line,) = model.lines["cases_case"]
    row, of = [*line.values], PLACES.of["cases_case"]
    row[of["id"]], row[of["number"]], row[of["head"]] = case_id, name, head
    _move(row, line.times, shift, moments)
    made["cases_case"].append(row)


def _move(row: list[Any], times: Sequence[int], shift: timedelta, moments: dict[Any, Any]) -> None:
    for place in times:
        known = row[place]
        if known not in moments:
            moments[known] = _later(known, shift)
        row[place] = moments[known]


def _later(value: Any, shift: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + shift
    return str(datetime.fromisoformat(str(value)) + shift)


def _seal(row: list[Any], of: Mapping[str, int], line: Line, number: str, head: str) -> str:
    from nancheng.foundation.cases import chain

    at = row[of["at"]]
    known = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    known = known if known.tzinfo else known.replace(tzinfo=UTC)
    seq, kind, node, item, actor, label, payload = line.hashed
    moment = chain.moment(known)
    head = chain.seal(head, number, seq, moment, kind, node, item, actor, label, payload)
    row[of["hash"]] = head
    if row[of["key"]] is not None:
        row[of["key"]] = f"{number}/{seq}"
    return head


# --- the database -------------------------------------------------------------------------------


def _quicken() -> None:
    """Let this connection alone wait for no disk: what is cut off is seeded again."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET synchronous_commit = off")
        else:
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("PRAGMA cache_size = -1000000")


def finish() -> None:
    """Tell the database's counters and planner what there is now."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in TABLES:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"
                )
        cursor.execute("ANALYZE")


def main() -> None:
    """Seed the database that the environment names: ``python -m bench.seed 100000``."""
    seed(int(sys.argv[1]), say=lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
