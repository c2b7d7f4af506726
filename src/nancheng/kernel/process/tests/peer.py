"""Another engine, SpiffWorkflow, run by its own interpreter as a judge of ours; see ``test_peer``.

Started as a script: reads one JSON request a line (a drawing, or a task to complete) and answers
with the user tasks on offer and whether the case is over. It imports nothing of Nancheng.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

START = {"v0": "no", "v1": "no", "v2": "no"}


class Peer:
    """One case in the other engine."""

    def __init__(self, xml: str, key: str) -> None:
        parsing = importlib.import_module("SpiffWorkflow.bpmn.parser")
        running = importlib.import_module("SpiffWorkflow.bpmn.workflow")
        self.ready = importlib.import_module("SpiffWorkflow.util.task").TaskState.READY
        parser = parsing.BpmnParser()
        parser.add_bpmn_str(xml.encode())
        spec, inner = parser.get_spec(key), parser.get_subprocess_specs(key)
        self.workflow: Any = running.BpmnWorkflow(spec, inner)
        for task in self.workflow.get_tasks(state=self.ready):
            task.data.update(START)
        self.settle()

    def settle(self) -> None:
        """Do all that needs no person: also tasks without a kind, which it takes for manual."""
        self.workflow.do_engine_steps()
        while plain := [t for t in self.open_tasks() if t.task_spec.bpmn_id.startswith("task")]:
            plain[0].run()
            self.workflow.do_engine_steps()

    def open_tasks(self) -> list[Any]:
        """Return the tasks that wait for a person."""
        return list(self.workflow.get_tasks(state=self.ready, manual=True))

    def complete(self, node: str, data: dict[str, str]) -> None:
        """Complete the task at a node."""
        task = next(t for t in self.open_tasks() if t.task_spec.bpmn_id == node)
        task.data.update(data)
        task.run()
        self.settle()

    def answer(self) -> str:
        """Return where the case stands, as JSON."""
        offers = sorted(t.task_spec.bpmn_id for t in self.open_tasks())
        return json.dumps({"offers": offers, "over": self.workflow.is_completed()})


def main() -> None:
    """Serve requests until the input ends."""
    peer: Peer | None = None
    for line in sys.stdin:
        request = json.loads(line)
        if "xml" in request:
            peer = Peer(request["xml"], request["key"])
        else:
            assert peer
            peer.complete(request["node"], request["data"])
        sys.stdout.write(peer.answer() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
