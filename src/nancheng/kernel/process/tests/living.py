"""Lives of cases, for tests: a case that checks the laws after every command."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import program as programs
from nancheng.kernel.process import state as states
from nancheng.kernel.process import step as steps
from nancheng.kernel.process import wire
from nancheng.kernel.process.definition import Definition
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import NOT_STARTED, Item, ItemKind, State, Status
from nancheng.kernel.process.tests import drawing


@dataclass
class Life:
    """One case, its state and all its events; ``do`` checks the laws that always hold."""

    program: Program
    state: State = NOT_STARTED
    events: list[m.Event] = field(default_factory=list)

    def do(self, command: m.Command) -> list[m.Event]:
        """Do one command; the state that ``apply`` gives must be the one ``advance`` gives."""
        events, reached = steps.advance(self.program, self.state, command)
        assert steps.step(self.program, self.state, command) == events
        one_by_one = self.state
        for event in events:
            one_by_one = states.apply(one_by_one, event)
            assert wire.from_json(wire.to_json(event)) == event
        assert one_by_one == reached
        self.events += events
        self.state = reached
        assert states.replay(self.events) == reached
        assert wire.state_from_json(wire.state_to_json(reached)) == reached
        lawful(self.program, reached)
        return list(events)

    def start(self, **variables: object) -> list[m.Event]:
        """Start the case."""
        return self.do(m.Start(drawing.AT, "a", variables))

    def done(self, node: str, **variables: object) -> list[m.Event]:
        """Complete the open task at a node (the first, when there are several)."""
        return self.do(m.Complete(drawing.AT, "a", self.item(node).number, variables))

    def item(self, node: str) -> Item:
        """Return the first resting item at a node."""
        found = [i for i in self.state.items.values() if i.node == node]
        assert found, (node, self.state)
        return min(found, key=lambda i: (i.kind is ItemKind.SCOPE, i.number))

    @property
    def offered(self) -> set[str]:
        """Nodes of the open user tasks."""
        return {i.node for i in self.state.items.values() if i.kind is ItemKind.USER}

    @property
    def is_over(self) -> bool:
        """Whether the case is done."""
        return self.state.status is Status.COMPLETED


def life(definition: Definition) -> Life:
    """Return a case of this drawing, not started."""
    return Life(programs.compile_definition(definition, drawing.expressions))


def lawful(program: Program, state: State) -> None:
    """Check what must hold of every reachable state.

    Each item lies in a scope that is there and was numbered before it; what watches a host watches
    one that is there; a scope holds a token as long as it is open; a running case has a token, a
    finished one has nothing left; numbers are below the counter.
    """
    items = state.items
    for number, item in items.items():
        assert item.number == number < state.next_item
        assert item.node in program.plans
        if item.scope:
            assert items[item.scope].kind is ItemKind.SCOPE
            assert item.scope < number
        if "host" in item.data:
            host = cast("int", item.data["host"])
            assert host == item.scope or items[host].scope == item.scope, item
    for number in [0, *(n for n, i in items.items() if i.kind is ItemKind.SCOPE)]:
        inside = [i for i in items.values() if i.scope == number and states.holds_token(i)]
        running = number != 0 or state.status in (Status.RUNNING, Status.SUSPENDED)
        assert bool(inside) == running, (number, state)
        assert any(i.kind is not ItemKind.JOIN for i in inside) or not inside, state


def nodes(events: Iterable[m.Event], kind: type[m.Event]) -> list[str]:
    """Return the nodes of the events of one kind."""
    return [event.node for event in events if isinstance(event, kind)]
