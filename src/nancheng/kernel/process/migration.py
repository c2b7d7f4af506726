"""Moving a live case to another version of its drawing.

A plan says which nodes changed their id (``moves``); every other node keeps its own. ``faults``
tells for one case what stands in the way, and is the dry run; the command ``Migrate``, given with
the new program, does it. Open work keeps its numbers, variables and clocks; what watches a host is
withdrawn when the new drawing does not know it, and set when the old one did not have it.

Events made before replay as they are: they carry what they did, not which version did it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process import tokens, waits
from nancheng.kernel.process.definition import ACTIVITIES, Definition, Kind, Problem
from nancheng.kernel.process.program import Plan, Program
from nancheng.kernel.process.state import Item, ItemKind, State
from nancheng.kernel.process.tokens import Run
from nancheng.kernel.refusal import Refused

Moves = Mapping[str, str]

RESTS: Mapping[ItemKind, frozenset[Kind]] = {
    ItemKind.USER: frozenset({Kind.USER_TASK}),
    ItemKind.AUTOMATIC: frozenset({Kind.SERVICE_TASK, Kind.RULE_TASK, Kind.SEND_TASK}),
    ItemKind.TIMER: frozenset({Kind.CATCH, Kind.BOUNDARY, Kind.START}),
    ItemKind.MESSAGE: frozenset({Kind.CATCH, Kind.BOUNDARY, Kind.START, Kind.RECEIVE_TASK}),
    ItemKind.SIGNAL: frozenset({Kind.CATCH, Kind.BOUNDARY, Kind.START}),
    ItemKind.GATE: frozenset({Kind.EVENT_BASED}),
    ItemKind.CALL: frozenset({Kind.CALL}),
    ItemKind.JOIN: frozenset({Kind.PARALLEL, Kind.INCLUSIVE}),
    ItemKind.SCOPE: ACTIVITIES | {Kind.EVENT_SUB_PROCESS},
    ItemKind.INCIDENT: frozenset(Kind),
}


def proposed(old: Definition, new: Definition) -> dict[str, str]:
    """Return moves for nodes whose id is gone: to the one new node of the same kind and name."""
    moves: dict[str, str] = {}
    fresh = [node for node in new.nodes.values() if node.id not in old.nodes]
    for node in old.nodes.values():
        if node.id not in new.nodes and node.name:
            same = [n.id for n in fresh if n.kind is node.kind and n.name == node.name]
            if len(same) == 1:
                moves[node.id] = same[0]
    return moves


def faults(program: Program, state: State, moves: Moves) -> tuple[Problem, ...]:
    """Return what keeps one case from going on by ``program``, by the node where it rests."""
    return tuple(
        Problem(code, item.node, detail=moves.get(item.node, item.node))
        for item in sorted(state.items.values(), key=lambda i: i.number)
        if not _is_dropped(program, state.items, item, moves)
        for code in _of_item(program, state.items, item, moves)
    )


def _of_item(
    program: Program, items: Mapping[int, Item], item: Item, moves: Moves
) -> Iterator[str]:
    plan = program.plans.get(moves.get(item.node, item.node))
    if plan is None:
        yield "process.migration-node-gone"
        return
    if plan.kind not in RESTS[item.kind]:
        yield "process.migration-other-kind"
    # The start of an event sub-process listens in the scope around that.
    lies_in = program.plans[plan.parent].parent if plan.kind is Kind.START else plan.parent
    if _scope_of(items, item, moves) != lies_in:
        yield "process.migration-other-scope"
    if not _counts_the_same(items, item, plan):
        yield "process.migration-other-loop"
    arrived = cast("list[str]", item.data.get("arrived") or [])
    if not set(arrived) <= set(plan.incoming):
        yield "process.migration-flow-gone"


def _scope_of(items: Mapping[int, Item], item: Item, moves: Moves) -> str:
    """Return the new id of the sub-process an item lies in, "" for the process."""
    around = items.get(item.scope)
    while around is not None and states.is_body(around):
        around = items.get(around.scope)
    return moves.get(around.node, around.node) if around else ""


def _counts_the_same(items: Mapping[int, Item], item: Item, plan: Plan) -> bool:
    if states.is_body(item):
        multi = plan.multi
        told = multi and (multi.element, multi.result, multi.sequential)
        return told == (item.data["name"], item.data["result"], "elements" in item.data)
    body = items.get(item.scope)
    inside = states.is_body(body) and body is not None and body.node == item.node
    return inside or plan.multi is None or plan.kind not in ACTIVITIES


def _is_dropped(program: Program, items: Mapping[int, Item], item: Item, moves: Moves) -> bool:
    """Say whether an item only watches, and the new drawing does not have it watch that host."""
    if states.holds_token(item):
        return False
    host = items.get(cast("int", item.data["host"]))
    if host is not None and host.kind is ItemKind.GATE:
        return False
    plan = program.plans.get(moves.get(item.node, item.node))
    if plan is None or plan.kind not in RESTS[item.kind]:
        return True
    if plan.kind is Kind.BOUNDARY:
        return host is None or plan.host != moves.get(host.node, host.node)
    return False


def migrate(run: Run, command: m.Migrate) -> None:
    """Let the case go on by the program of this run. Refused when ``faults`` finds any."""
    moves, items = dict(command.moves), run.draft.items
    state = State(run.draft.status, run.draft.variables, items, run.draft.next_item)
    found = faults(run.program, state, moves)
    if found:
        listed = ", ".join(f"{p.element}: {p.code}" for p in found)
        raise Refused("process.cannot-migrate", problems=listed)
    for item in sorted(items.values(), key=lambda i: i.number):
        if _is_dropped(run.program, items, item, moves):
            tokens.withdraw(run, item.number, "migrated")
    run.emit(m.Migrated(0, "", moves, _forgotten(run, moves)))
    for item in sorted(run.draft.items.values(), key=lambda i: i.number):
        _watch_what_is_new(run, item)
    _listen_to_what_is_new(run)


def _forgotten(run: Run, moves: Moves) -> tuple[str, ...]:
    """Return the nodes on trails that the new drawing does not have."""
    passed = {
        entry
        for item in run.draft.items.values()
        for entry in tokens.trail_of(item)
        if not entry.startswith(tokens.FORK_MARK)
    }
    return tuple(sorted(n for n in passed if moves.get(n, n) not in run.program.plans))


def _watch_what_is_new(run: Run, item: Item) -> None:
    plan = run.program.plans[item.node]
    body = run.draft.items.get(item.scope)
    instance = states.is_body(body) and body is not None and body.node == item.node
    if instance or plan.kind not in ACTIVITIES or not states.holds_token(item):
        return
    for boundary in plan.boundaries:
        if boundary not in _watching(run, item.number):
            inner = run.program.plans[boundary]
            waits.begin_watching(run, inner, item.number, item.scope)


def _listen_to_what_is_new(run: Run) -> None:
    scopes = [(0, "")] + [
        (i.number, i.node)
        for i in run.draft.items.values()
        if i.kind is ItemKind.SCOPE and not states.is_body(i)
    ]
    for number, node in sorted(scopes):
        for start in run.program.handlers_of.get(node, ()):
            if start not in _watching(run, number):
                waits.begin_watching(run, run.program.plans[start], number, number)


def _watching(run: Run, host: int) -> set[str]:
    items = run.draft.items.values()
    return {i.node for i in items if i.data.get("host") == host}
