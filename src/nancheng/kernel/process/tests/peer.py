"""Another engine, SpiffWorkflow, run by its own interpreter as a judge of ours; see ``test_peer``.

Started as a script: reads one JSON request a line (a drawing, a task to complete, or a message or
signal from outside) and answers with the user tasks on offer and whether the case is over. It
imports nothing of Nancheng.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

START = {"v0": "no", "v1": "no", "v2": "no"}


def is_plain(node: str) -> bool:
    """Say whether a node is a task that our engine passes through."""
    return node.startswith(("task", "manual-task", "send-task"))


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
        self.steps()
        while plain := [t for t in self.open_tasks() if is_plain(t.task_spec.bpmn_id)]:
            plain[0].run()
            self.steps()

    def steps(self) -> None:
        """Go on until nothing moves any more."""
        self.workflow.do_engine_steps()
        self.workflow.refresh_waiting_tasks()
        self.workflow.do_engine_steps()

    def open_tasks(self) -> list[Any]:
        """Return the tasks that wait for a person, once for each instance."""
        return list(self.workflow.get_tasks(state=self.ready, manual=True))

    def happen(self, kind: str, name: str) -> None:
        """Let a message or signal come from outside."""
        events = importlib.import_module("SpiffWorkflow.bpmn.specs.event_definitions")
        definition = getattr(events, f"{kind.title()}EventDefinition")(name)
        event = importlib.import_module("SpiffWorkflow.bpmn").BpmnEvent(definition, payload={})
        self.workflow.catch(event)
        self.settle()

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
        elif "event" in request:
            assert peer
            peer.happen(request["event"], request["name"])
        else:
            assert peer
            peer.complete(request["node"], request["data"])
        sys.stdout.write(peer.answer() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
