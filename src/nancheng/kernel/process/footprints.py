"""What a step leaves behind: the shape of a state without its history, and the nodes it passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import Kind, Trigger
from nancheng.kernel.process.program import Plan, Program
from nancheng.kernel.process.state import Item, State

COUNTS = ("total", "done", "begun")
# Events after which a token leaves their node by its outgoing flows.
LEAVE = (m.Started, m.Completed, m.Answered, m.Returned, m.Joined, m.Fired, m.Received, m.Left)
PASSES = frozenset({Kind.START, Kind.TASK, Kind.MANUAL_TASK, Kind.BOUNDARY, Kind.THROW})


def shape(state: State) -> object:
    """Return a value equal for states that can go on in the same ways, data aside."""
    inside: dict[int, list[Item]] = {}
    watching: dict[int, list[str]] = {}
    for item in state.items.values():
        if states.holds_token(item):
            inside.setdefault(item.scope, []).append(item)
        else:
            watching.setdefault(cast("int", item.data["host"]), []).append(item.node)

    def one(item: Item) -> tuple[object, ...]:
        arrived = tuple(sorted(cast("list[str]", item.data.get("arrived") or [])))
        counts = tuple(item.data.get(count) for count in COUNTS)
        watchers = tuple(sorted(watching.get(item.number, ())))
        return item.node, item.kind.value, arrived, counts, watchers, within(item.number)

    def within(scope: int) -> tuple[object, ...]:
        return tuple(sorted((one(i) for i in inside.get(scope, ())), key=repr))

    return state.status.value, tuple(sorted(watching.get(0, ()))), within(0)


def met(program: Program, events: Iterable[m.Event]) -> set[str]:
    """Return the nodes that tokens reached in one step, those that leave no event included."""
    found: set[str] = set()
    onward: list[str] = []
    flows = {f.id: f.target for f in program.definition.flows}
    for event in events:
        if not event.node:
            continue
        found.add(event.node)
        plan = program.plans[event.node]
        if isinstance(event, m.GatewayTaken):
            onward += [flows[flow] for flow in event.flows]
        elif isinstance(event, LEAVE) or (isinstance(event, m.Thrown | m.Caught) and _ends(plan)):
            onward += _next(plan)
        elif isinstance(event, m.Entered):
            onward += [plan.inner] if plan.inner else []
            onward += _woken(program, plan)
    while onward:
        node = onward.pop()
        if node not in found:
            found.add(node)
            plan = program.plans[node]
            onward += _next(plan) if is_passed(plan) else []
    return found


def _ends(plan: Plan) -> bool:
    return plan.kind in (Kind.THROW, Kind.SEND_TASK, Kind.BOUNDARY)


def _woken(program: Program, plan: Plan) -> list[str]:
    """Return the start of an event sub-process that was entered."""
    if plan.kind is not Kind.EVENT_SUB_PROCESS:
        return []
    return [
        s for s in program.handlers_of.get(plan.parent, ()) if program.plans[s].parent == plan.id
    ]


def _next(plan: Plan) -> list[str]:
    return [out.target for out in plan.out] if plan.plain else []


def around(program: Program, node: str) -> Iterator[str]:
    """Yield what may catch an error or escalation of a node, from the inside out."""
    here = node
    while here:
        plan = program.plans[here]
        yield from plan.boundaries
        here = plan.parent
        if plan.kind is not Kind.EVENT_SUB_PROCESS:
            yield from program.handlers_of.get(here, ())


def aside(program: Program) -> Mapping[str, frozenset[str]]:
    """Return for nodes only tokens of boundary events reach, and no other token: of which events.

    One that does not interrupt starts a token of its own each time it happens.
    """
    plain = _reached(program, [p.id for p in program.plans.values() if p.kind is Kind.START])
    found: dict[str, frozenset[str]] = {}
    for plan in program.plans.values():
        if plan.kind is Kind.BOUNDARY and not plan.interrupting:
            for node in _reached(program, [plan.id]) - plain:
                found[node] = found.get(node, frozenset()) | {plan.id}
    return found


def _reached(program: Program, first: list[str]) -> set[str]:
    """Return the nodes that can be reached by flows, interrupting boundary events included."""
    seen: set[str] = set()
    onward = list(first)
    while onward:
        node = onward.pop()
        if node in seen:
            continue
        seen.add(node)
        plan = program.plans[node]
        onward += [out.target for out in (*plan.out, *([plan.default] if plan.default else []))]
        onward += [b for b in plan.boundaries if program.plans[b].interrupting]
    return seen


def is_passed(plan: Plan) -> bool:
    """Say whether a token goes through this node without ever resting there."""
    if plan.kind in PASSES or plan.event.trigger is Trigger.LINK:
        return True
    if plan.kind is Kind.SEND_TASK:
        return not plan.work
    return plan.kind in (Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE) and not plan.joins


def circles(program: Program) -> list[str]:
    """Return the nodes from which a token may come round without ever resting."""
    ways = {
        plan.id: [out.target for out in (*plan.out, *([plan.default] if plan.default else []))]
        for plan in program.plans.values()
        if is_passed(plan)
    }
    return [node for node in ways if _comes_back(node, ways)]


def _comes_back(node: str, ways: Mapping[str, list[str]]) -> bool:
    seen: set[str] = set()
    onward = list(ways[node])
    while onward:
        here = onward.pop()
        if here == node:
            return True
        if here in ways and here not in seen:
            seen.add(here)
            onward += ways[here]
    return False
