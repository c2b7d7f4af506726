"""Moving a live case to another version of its drawing.

A plan says which nodes and flows changed their id (``moves``); every other keeps its own.
``faults`` tells for one case what stands in the way, and is the dry run; the command ``Migrate``,
given with the new program, does it. Open work keeps its numbers, variables and clocks; what watches
a host is withdrawn when the new drawing does not know it, set when only the new one has it
(``fresh``), and set anew when it watches for something else.

Events made before replay as they are: they carry what they did, not which version did it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from nancheng.kernel.process import arrival, tokens, waits
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import ACTIVITIES, Definition, Kind, Problem, Trigger
from nancheng.kernel.process.program import Plan, Program
from nancheng.kernel.process.state import Item, ItemKind, State
from nancheng.kernel.process.tokens import Run, Token
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
EVENTS: Mapping[ItemKind, Trigger] = {
    ItemKind.TIMER: Trigger.TIMER,
    ItemKind.MESSAGE: Trigger.MESSAGE,
    ItemKind.SIGNAL: Trigger.SIGNAL,
}


def proposed(old: Definition, new: Definition) -> dict[str, str]:
    """Return moves for ids that are gone, where there is exactly one that takes their place.

    For a node that is a new one of the same kind and name; for a flow, one between the same nodes.
    """
    moves: dict[str, str] = {}
    fresh_ones = [node for node in new.nodes.values() if node.id not in old.nodes]
    for node in old.nodes.values():
        if node.id not in new.nodes and node.name:
            same = [n.id for n in fresh_ones if n.kind is node.kind and n.name == node.name]
            if len(same) == 1:
                moves[node.id] = same[0]
    kept = {flow.id for flow in new.flows}
    for flow in old.flows:
        ends = moves.get(flow.source, flow.source), moves.get(flow.target, flow.target)
        between = [f.id for f in new.flows if (f.source, f.target) == ends]
        if flow.id not in kept and len(between) == 1:
            moves[flow.id] = between[0]
    return moves


def fresh(old: Definition, new: Definition, moves: Moves) -> frozenset[str]:
    """Return the nodes that only the new version has."""
    known = {moves.get(node, node) for node in old.nodes}
    return frozenset(new.nodes.keys() - known)


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
    if not _waits_for_the_same(item, plan):
        yield "process.migration-other-event"
    if item.kind is ItemKind.CALL and item.data.get("calls", plan.calls) != plan.calls:
        yield "process.migration-other-call"
    if _scope_of(items, item, moves) != _lies_in(program, plan):
        yield "process.migration-other-scope"
    if not _counts_the_same(items, item, plan):
        yield "process.migration-other-loop"
    arrived = cast("list[str]", item.data.get("arrived") or [])
    if not {moves.get(flow, flow) for flow in arrived} <= set(plan.incoming):
        yield "process.migration-flow-gone"
    elif item.kind is ItemKind.JOIN and not plan.joins:
        yield "process.migration-other-kind"


def _waits_for_the_same(item: Item, plan: Plan) -> bool:
    """Say whether what this item waits for is what the new drawing waits for there."""
    if item.kind not in EVENTS:
        return True
    named = item.kind is ItemKind.TIMER or item.data["name"] == plan.event.code
    return named and plan.event.trigger is EVENTS[item.kind]


def _lies_in(program: Program, plan: Plan) -> str:
    """Return the scope of a node; the start of an event sub-process listens in that around it."""
    around = program.plans.get(plan.parent)
    if plan.kind is Kind.START and around is not None and around.kind is Kind.EVENT_SUB_PROCESS:
        return around.parent
    return plan.parent


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
    if plan is None or plan.kind not in RESTS[item.kind] or not _waits_for_the_same(item, plan):
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
    renewed: set[str] = set()
    for item in sorted(items.values(), key=lambda i: i.number):
        if _is_dropped(run.program, items, item, moves):
            tokens.withdraw(run, item.number, "migrated")
            renewed.add(moves.get(item.node, item.node))
    run.emit(m.Migrated(0, "", moves, _forgotten(run, moves)))
    fresh_ones = None if command.fresh is None else command.fresh | renewed
    for item in sorted(run.draft.items.values(), key=lambda i: i.number):
        _watch_what_is_new(run, item, fresh_ones)
    _listen_to_what_is_new(run, fresh_ones)
    _join_what_is_whole(run)


def _forgotten(run: Run, moves: Moves) -> tuple[str, ...]:
    """Return the nodes on trails that the new drawing does not have."""
    passed = {
        entry
        for item in run.draft.items.values()
        for entry in tokens.trail_of(item)
        if not entry.startswith(tokens.FORK_MARK)
    }
    return tuple(sorted(n for n in passed if moves.get(n, n) not in run.program.plans))


def _watch_what_is_new(run: Run, item: Item, fresh_ones: frozenset[str] | None) -> None:
    plan = run.program.plans[item.node]
    if item.kind is ItemKind.GATE:
        _open_what_is_new(run, plan, item)
        return
    body = run.draft.items.get(item.scope)
    instance = states.is_body(body) and body is not None and body.node == item.node
    if instance or plan.kind not in ACTIVITIES or not states.holds_token(item):
        return
    for boundary in plan.boundaries:
        if _is_new(run, boundary, item.number, fresh_ones):
            inner = run.program.plans[boundary]
            waits.begin_watching(run, inner, item.number, item.scope)


def _open_what_is_new(run: Run, plan: Plan, gate: Item) -> None:
    """Wait for the events that were added behind an event-based gateway."""
    for out in plan.out:
        if out.target not in _watching(run, gate.number):
            token = Token(out.target, "", gate.scope, [], 0, gate.number)
            waits.begin(run, run.program.plans[out.target], token, {"host": gate.number})


def _listen_to_what_is_new(run: Run, fresh_ones: frozenset[str] | None) -> None:
    scopes = [(0, "")] + [
        (i.number, i.node)
        for i in run.draft.items.values()
        if i.kind is ItemKind.SCOPE and not states.is_body(i)
    ]
    for number, node in sorted(scopes):
        if _is_taken_over(run, number):
            continue
        for start in run.program.handlers_of.get(node, ()):
            if _is_new(run, start, number, fresh_ones):
                waits.begin_watching(run, run.program.plans[start], number, number)


def _is_taken_over(run: Run, scope: int) -> bool:
    """Say whether an interrupting event sub-process runs here: it has ended all that listened."""
    running = {i.node for i in run.draft.items.values() if i.scope == scope}
    starts = (p for p in run.program.plans.values() if p.kind is Kind.START and p.interrupting)
    return any(
        p.parent in running and run.program.plans[p.parent].kind is Kind.EVENT_SUB_PROCESS
        for p in starts
    )


def _is_new(run: Run, watcher: str, host: int, fresh_ones: frozenset[str] | None) -> bool:
    wanted = fresh_ones is None or watcher in fresh_ones
    return wanted and watcher not in _watching(run, host)


def _join_what_is_whole(run: Run) -> None:
    """Let go of parallel joins for which the new drawing asks fewer branches; suspect the rest."""
    for item in sorted(run.draft.items.values(), key=lambda i: i.number):
        if item.kind is not ItemKind.JOIN:
            continue
        plan = run.program.plans[item.node]
        arrived = cast("list[str]", item.data["arrived"])
        if plan.kind is Kind.PARALLEL and set(plan.incoming) <= set(arrived):
            arrival.join(run, plan, item, arrived, tokens.trail_of(item))
        else:
            run.suspect.add(item.scope)


def _watching(run: Run, host: int) -> set[str]:
    items = run.draft.items.values()
    return {i.node for i in items if i.data.get("host") == host}
