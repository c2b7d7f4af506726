"""Fills a database with cases in bulk: copies of cases that the actions carried out.

A few cases are carried out for each unit, one whole and one up to each step; their rows are the
models. A copy differs in numbers, times and hashes alone, and its chain is reckoned anew, so it
verifies and replays as the model does. Written in batches; interrupted, it goes on where it was.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import reference, stage

Row = dict[str, Any]
BATCH = 2_000
# Of so many copies one is still open, at each of the steps in turn.
OPEN_ONE_IN = 40
STEPS = ("apply", "review", "audit", "leader")
SPREAD = timedelta(minutes=7)
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


@dataclass(frozen=True, slots=True)
class Model:
    """The rows of one case, by table."""

    case: Row
    rows: Mapping[str, Sequence[Row]]


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
    while known + added < cases:
        count = min(BATCH, cases - known - added)
        _write(models, known + added, count)
        added += count
        rate = added / (time.perf_counter() - began)
        say(f"{known + added:,} of {cases:,} cases, {rate:,.0f} a second")
    _finish()
    return added


def _models(clerk: str) -> list[Model]:
    """Carry out one case to its end and one to each step; return them, the whole one first."""
    from nancheng.foundation.cases import actions
    from nancheng.foundation.cases.models import Case, Task

    cast = {**stage.cast(), "clerk": stage.actor(clerk)}
    parties = {hand: actor.department_id for hand, actor in cast.items()}
    worked = {"apply": "clerk", "review": "finance", "audit": "finance", "sign": "department",
              "leader": "leader"}  # fmt: skip
    found = []
    for stop in ("", *STEPS):
        opening = actions.Opening(
            "bench.disbursement", f"{clerk} 资金拨付", {"amount": reference.LARGE}, parties
        )
        key = f"model-{clerk}-{stop}"
        case = actions.open_case(opening, by=cast["clerk"], at=stage.AT, key=key)
        while True:
            open_tasks = Task.objects.filter(case_id=case.pk, state="offered").order_by("node")
            task = open_tasks.first()
            if task is None or task.node == stop:
                break
            actions.complete(
                task_id=task.pk,
                values={"decision": "agree"},
                by=cast[worked[task.node]],
                at=stage.AT,
                key=f"{key}-{task.pk}",
                opinion="同意",
            )
        found.append(_read(Case.objects.get(pk=case.pk).pk))
    return found


def _read(case_id: int) -> Model:
    from django.db import connection

    def rows(table: str) -> list[Row]:
        column = "id" if table == "cases_case" else "case_id"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} WHERE {column} = %s ORDER BY id", [case_id])
            names = [one[0] for one in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return Model(rows("cases_case")[0], {table: rows(table) for table in TABLES[1:]})


def _write(models: Sequence[Sequence[Model]], first: int, count: int) -> None:
    from django.db import connection, transaction

    lines: dict[str, list[Row]] = {table: [] for table in TABLES}
    with connection.cursor() as cursor:
        ids = {}
        for table in TABLES:
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
            ids[table] = int(cursor.fetchone()[0])
    for number in range(first, first + count):
        unit = models[number % len(models)]
        turn = number // len(models)
        stop = 1 + turn // OPEN_ONE_IN % len(STEPS) if turn % OPEN_ONE_IN == 0 else 0
        _copy(unit[stop], number, ids, lines)
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in lines.items():
            if rows:
                names = list(rows[0])
                marks = ", ".join(["%s"] * len(names))
                cursor.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
                    [list(row.values()) for row in rows],
                )


def _copy(model: Model, number: int, ids: dict[str, int], lines: Mapping[str, list[Row]]) -> None:
    shift = SPREAD * (number % 50_000)
    name = f"BM-2026-{number + 1_000_000:07d}"
    ids["cases_case"] += 1
    case_id = ids["cases_case"]
    tasks: dict[int, int] = {}
    for row in model.rows["cases_task"]:
        ids["cases_task"] += 1
        tasks[row["id"]] = ids["cases_task"]
    head = ""
    for table in TABLES[1:]:
        for row in model.rows[table]:
            made = _moved(row, shift)
            made["case_id"] = case_id
            if table == "cases_task":
                made["id"] = tasks[row["id"]]
            else:
                ids[table] += 1
                made["id"] = ids[table]
            if made.get("task_id"):
                made["task_id"] = tasks[made["task_id"]]
            if table == "cases_caseevent":
                head = _sealed(made, name, head)
            lines[table].append(made)
    lines["cases_case"].append(
        {**_moved(model.case, shift), "id": case_id, "number": name, "head": head}
    )


def _moved(row: Row, shift: timedelta) -> Row:
    return {
        name: _later(value, shift) if name in TIMES and value is not None else value
        for name, value in row.items()
    }


def _later(value: Any, shift: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + shift
    return str(datetime.fromisoformat(str(value)) + shift)


def _sealed(event: Row, number: str, head: str) -> str:
    from nancheng.foundation.cases import chain

    if event["key"] is not None:
        event["key"] = f"{number}/{event['seq']}"
    at = event["at"]
    known = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    known = known if known.tzinfo else known.replace(tzinfo=UTC)
    event["hash"] = chain.seal(
        head,
        number,
        event["seq"],
        chain.moment(known),
        event["kind"],
        event["node"],
        event["item"],
        event["actor_id"],
        event["actor_label"],
        event["payload"],
    )
    return str(event["hash"])


def _finish() -> None:
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
