"""Contender: SpiffWorkflow in memory, or saved and loaded at each step (``sqlite``).

Runs in the other engines' environment. Saved as its manual does: the whole workflow with its
specification as JSON, one row a case, one transaction a step, on SQLite as durable as ours.
"""

from __future__ import annotations

import io
import sqlite3
import sys
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from bench import reference

# Timers are evaluated as Python, where a duration is a string; automatic work is a script, its
# cheapest form.
IN_ITS_WORDS = {
    ">P3D<": '>"P3D"<',
    '<bpmn:serviceTask id="pay" name="支付" nc:handler="pay" />': (
        '<bpmn:scriptTask id="pay"><bpmn:script>paid = True</bpmn:script></bpmn:scriptTask>'
    ),
}


def _specification() -> tuple[Any, Any]:
    text = reference.DRAWING.read_text(encoding="utf-8")
    for ours, theirs in IN_ITS_WORDS.items():
        assert ours in text, ours
        text = text.replace(ours, theirs)
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(io.BytesIO(text.encode())).getroot())
    return parser.get_spec("disbursement"), parser.get_subprocess_specs("disbursement")


def _start(specification: tuple[Any, Any], case: int) -> Any:
    workflow = BpmnWorkflow(*specification)
    workflow.do_engine_steps()
    for task in workflow.get_tasks(state=TaskState.READY):
        task.data["amount"] = reference.amount(case)
    return workflow


def _complete_next(workflow: Any) -> str:
    ready = workflow.get_tasks(state=TaskState.READY, manual=True)
    task = min(ready, key=lambda task: task.task_spec.bpmn_id)
    task.data["decision"] = "agree"
    task.run()
    workflow.do_engine_steps()
    return str(task.task_spec.bpmn_id)


def in_memory(specification: tuple[Any, Any]) -> reference.Carry:
    """Return what carries cases out without saving."""

    def carry(first: int, last: int) -> list[list[str]]:
        paths = []
        for case in range(first, last):
            workflow = _start(specification, case)
            path = []
            while not workflow.is_completed():
                path.append(_complete_next(workflow))
            paths.append(path)
        return paths

    return carry


class Store:
    """One row a case, one transaction a step, as durable as ours."""

    def __init__(self, kind: str, where: str) -> None:
        self.database: Any
        if kind == "postgresql":
            import psycopg

            self.database = psycopg.connect(where, autocommit=True)
            self.mark, self.begin, self.lock = "%s", "BEGIN", " FOR UPDATE"
        else:
            self.database = sqlite3.connect(where, isolation_level=None)
            self.database.execute("PRAGMA journal_mode=WAL")
            self.database.execute("PRAGMA synchronous=FULL")
            self.mark, self.begin, self.lock = "?", "BEGIN IMMEDIATE", ""
        columns = "id INTEGER PRIMARY KEY, done INTEGER, body TEXT"
        self.run(f"CREATE TABLE IF NOT EXISTS workflow ({columns})")

    def run(self, text: str, *values: object) -> Any:
        """Run one statement written with question marks."""
        return self.database.execute(text.replace("?", self.mark), values)


def saved(specification: tuple[Any, Any], store: Store) -> reference.Carry:
    """Return what carries cases out saving at each step."""
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())

    def create(case: int) -> None:
        workflow = _start(specification, case)
        store.run(store.begin)
        body = serializer.serialize_json(workflow)
        store.run("INSERT INTO workflow VALUES (?, 0, ?)", case, body)
        store.run("COMMIT")

    def step(case: int) -> tuple[str, bool]:
        store.run(store.begin)
        query = "SELECT body FROM workflow WHERE id = ?" + store.lock
        workflow = serializer.deserialize_json(store.run(query, case).fetchone()[0])
        node = _complete_next(workflow)
        done = workflow.is_completed()
        body = serializer.serialize_json(workflow)
        store.run("UPDATE workflow SET done = ?, body = ? WHERE id = ?", int(done), body, case)
        store.run("COMMIT")
        return node, done

    def carry(first: int, last: int) -> list[list[str]]:
        paths = []
        for case in range(first, last):
            create(case)
            path, done = list[str](), False
            while not done:
                node, done = step(case)
                path.append(node)
            paths.append(path)
        return paths

    return carry


if __name__ == "__main__":
    if sys.argv[1] == "memory":
        reference.serve(in_memory(_specification()))
    else:
        reference.serve(saved(_specification(), Store(sys.argv[1], sys.argv[2])))
