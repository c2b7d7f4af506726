"""Contender: a bare transaction of the same rows, on the same tables, through the driver alone.

One small and one large case are carried out by the actions first; their rows are the model. After
that every step of every case is one transaction that writes rows like those and decides nothing:
the floor under any engine that keeps what ours keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench import action, reference, stage

Row = dict[str, Any]
# Where a timer or a join rests between steps: written when the first is done, gone with the second.
WAITS = {"apply": "review", "audit": "sign"}


@dataclass
class Batch:
    """The rows that one command wrote."""

    events: list[Row]
    offered: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)
    done: Row | None = None


@dataclass
class Model:
    """The rows of one whole case."""

    case: Row
    participants: list[Row]
    batches: list[Batch]


class Writer:
    """Plain statements on the driver's own connection."""

    def __init__(self) -> None:
        from django.db import connection

        connection.ensure_connection()
        self.mark = "%s" if connection.vendor == "postgresql" else "?"
        self.begin = "BEGIN" if connection.vendor == "postgresql" else "BEGIN IMMEDIATE"
        driver: Any = connection.connection
        if connection.vendor == "postgresql":
            driver.autocommit = True
            # Django leaves statements unprepared; a floor has each planned once, as ours are.
            driver.prepare_threshold = 2
        else:
            driver.isolation_level = None
        self.cursor = driver.cursor()

    def rows(self, table: str, **where: object) -> list[Row]:
        """Return rows as mappings, in the order they were written."""
        tests = " AND ".join(f"{column} = {self.mark}" for column in where)
        self.cursor.execute(f"SELECT * FROM {table} WHERE {tests} ORDER BY id", [*where.values()])
        names = [column[0] for column in self.cursor.description]
        return [dict(zip(names, row, strict=True)) for row in self.cursor.fetchall()]

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows in one statement and return their ids."""
        if not rows:
            return []
        names = [name for name in rows[0] if name != "id"]
        marks = f"({', '.join([self.mark] * len(names))})"
        self.cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join([marks] * len(rows))}"
            " RETURNING id",
            [row[name] for row in rows for name in names],
        )
        return [row[0] for row in self.cursor.fetchall()]

    def run(self, text: str, *values: object) -> None:
        """Run one statement written with question marks."""
        self.cursor.execute(text.replace("?", self.mark), values)


def _model(writer: Writer, case: Row) -> Model:
    key = case["id"]
    tasks = {row["item"]: row for row in writer.rows("cases_task", case_id=key)}
    clocks = {row["task_id"]: row for row in writer.rows("cases_clock", case_id=key)}
    batches: list[Batch] = []
    for event in writer.rows("cases_caseevent", case_id=key):
        if event["key"] is not None:
            batches.append(Batch([]))
        batch = batches[-1]
        batch.events.append(event)
        if event["kind"] == "Offered":
            task = tasks[event["item"]]
            batch.offered.append(task)
            batch.clocks.extend([clocks[task["id"]]] if task["id"] in clocks else [])
        elif event["kind"] == "Completed":
            batch.done = tasks[event["item"]]
    return Model(case, writer.rows("cases_participant", case_id=key), batches)


def _open(writer: Writer, model: Model, name: str) -> int:
    fresh = {"number": name, "status": "open", "closed_at": None}
    (case_id,) = writer.insert("cases_case", [{**model.case, **fresh}])
    writer.insert("cases_participant", [{**row, "case_id": case_id} for row in model.participants])
    return case_id


def _write(writer: Writer, batch: Batch, case_id: int, name: str, ids: dict[int, int]) -> None:
    case = batch.events[-1]
    writer.run(
        "UPDATE cases_case SET variables = variables, next_item = next_item, last_seq = ?,"
        " head = ?, last_step = ?, version = version + 1 WHERE id = ?",
        *(case["seq"], case["hash"], case["node"], case_id),
    )
    events = [{**row, "case_id": case_id} for row in batch.events]
    events[0]["key"] = f"{name}-{events[0]['seq']}"
    writer.insert("cases_caseevent", events)
    if batch.done is not None:
        done = batch.done
        values = (done["done_at"], done["done_by_id"], ids[done["item"]])
        writer.run(
            "UPDATE cases_task SET state = 'done', done_at = ?, done_by_id = ? WHERE id = ?",
            *values,
        )
        writer.run(
            "UPDATE cases_clock SET stopped_at = ? WHERE task_id = ?", done["done_at"], values[2]
        )
        _wait(writer, done["node"], case_id)
    _offer(writer, batch, case_id, ids)


def _offer(writer: Writer, batch: Batch, case_id: int, ids: dict[int, int]) -> None:
    fresh = {"case_id": case_id, "state": "offered", "done_at": None, "done_by_id": None}
    made = writer.insert("cases_task", [{**row, **fresh} for row in batch.offered])
    new = {row["id"]: key for row, key in zip(batch.offered, made, strict=True)}
    ids.update({row["item"]: new[row["id"]] for row in batch.offered})
    writer.insert(
        "cases_clock",
        [
            {**row, "case_id": case_id, "task_id": new[row["task_id"]], "stopped_at": None}
            for row in batch.clocks
        ],
    )


def _wait(writer: Writer, node: str, case_id: int) -> None:
    if node in WAITS:
        row: Row = {"case_id": case_id, "item": 1, "scope": 0, "node": node, "kind": "timer"}
        writer.insert("cases_wait", [{**row, "data": "{}", "due_at": None, "attempts": 0}])
    elif node in WAITS.values():
        writer.run("DELETE FROM cases_wait WHERE case_id = ? AND item = 1", case_id)


def carrier() -> reference.Carry:
    """Return what writes the rows of cases like the model's."""
    writer = Writer()
    models: dict[int, Model] = {}
    action.carrier()(0, 2)
    for number, size in ((0, reference.LARGE), (1, reference.SMALL)):
        (case,) = writer.rows("cases_case", title=f"办件 {number}")
        models[size] = _model(writer, case)

    def carry(first: int, last: int) -> list[list[str]]:
        paths = []
        for number in range(first, last):
            model = models[reference.amount(number)]
            name, ids, path = f"bare-{number}", dict[int, int](), list[str]()
            writer.run(writer.begin)
            case_id = _open(writer, model, name)
            for batch in model.batches:
                if batch.done is not None:
                    writer.run(writer.begin)
                    path.append(batch.done["node"])
                _write(writer, batch, case_id, name, ids)
                writer.run("COMMIT")
            paths.append(path)
        return paths

    return carry


if __name__ == "__main__":
    stage.start()
    reference.serve(carrier())
