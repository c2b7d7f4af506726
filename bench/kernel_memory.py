"""Contender: our kernel alone, in memory."""

from __future__ import annotations

from datetime import UTC, datetime

from bench import reference
from nancheng.kernel.decisions import feel
from nancheng.kernel.process import bpmn, program, step
from nancheng.kernel.process import messages as m
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import NOT_STARTED, ItemKind, State

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _move(drawing: Program, state: State, command: m.Command) -> State:
    events, state = step.advance(drawing, state, command)
    for event in events:
        if isinstance(event, m.Requested):
            state = _move(drawing, state, m.Answer(AT, event.item, {"paid": True}))
    return state


def _next(state: State) -> tuple[str, int] | None:
    tasks = [(i.node, i.number) for i in state.items.values() if i.kind is ItemKind.USER]
    return min(tasks, default=None)


def carry_with(drawing: Program) -> reference.Carry:
    """Return what carries cases out on a compiled drawing."""

    def carry(first: int, last: int) -> list[list[str]]:
        paths = []
        for case in range(first, last):
            path = []
            start = m.Start(AT, "1", {"amount": reference.amount(case)})
            state = _move(drawing, NOT_STARTED, start)
            while task := _next(state):
                node, item = task
                path.append(node)
                state = _move(drawing, state, m.Complete(AT, "1", item, {"decision": "agree"}))
            assert not state.items, state
            paths.append(path)
        return paths

    return carry


if __name__ == "__main__":
    definition = bpmn.read(reference.DRAWING.read_bytes())
    reference.serve(carry_with(program.compile_definition(definition, feel.compile_expression)))
