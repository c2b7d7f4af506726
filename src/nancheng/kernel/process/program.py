"""Definition → lookup tables: everything ``step`` needs, worked out once per version.

``compile_definition`` expects a drawing without problems (see ``problems``); conditions are
compiled by the function passed in, so this package knows no expression language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from nancheng.kernel.process.definition import (
    Definition,
    EventSpec,
    Flow,
    Kind,
    Lane,
    Node,
    TimerSpec,
    Trigger,
)

T = TypeVar("T")
Expression = Callable[[Mapping[str, object]], object]
Expressions = Callable[[str], Expression]

JOINS = frozenset({Kind.PARALLEL, Kind.INCLUSIVE})


@dataclass(frozen=True, slots=True)
class Out:
    """One way out of a node."""

    flow: str
    target: str
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A compiled timer: a text, or an expression that gives it."""

    spec: TimerSpec
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Multi:
    """A compiled multi-instance."""

    collection: Expression
    element: str
    sequential: bool
    until: Expression | None
    result: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All about one node. ``out`` leaves the default flow aside; ``plain`` means no condition."""

    id: str
    kind: Kind
    parent: str
    out: tuple[Out, ...]
    default: Out | None
    plain: bool
    incoming: tuple[str, ...]
    joins: bool
    event: EventSpec
    timer: Timer | None
    interrupting: bool
    host: str
    boundaries: tuple[str, ...]
    multi: Multi | None
    key: Expression | None
    work: str
    result: str
    calls: str
    gives: Expression | None
    takes: Expression | None
    inner: str
    reach: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Limit:
    """The time a task (or the process, ``node`` "") may take, and its legal ground."""

    node: str
    limit: str
    basis: str


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled drawing. ``hash`` names its meaning: moving a shape does not change it.

    ``start`` is the start event without a trigger ("" when there is none), ``starts`` are those
    with one; ``reopens`` are the user tasks at which a case that goes on with an earlier one may
    begin (verb "reopen"). ``handlers_of`` gives, for a sub-process ("" for the process), the start
    events of the event sub-processes in it.
    """

    key: str
    definition: Definition
    plans: Mapping[str, Plan]
    start: str
    starts: Mapping[str, EventSpec]
    handlers_of: Mapping[str, tuple[str, ...]]
    inclusive: frozenset[str]
    lanes: Mapping[str, Lane]
    limits: Mapping[str, Limit]
    verbs: Mapping[str, frozenset[str]]
    forms: Mapping[str, str]
    names: Mapping[str, tuple[str, str]]
    hash: str = ""
    handlers: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    reopens: tuple[str, ...] = ()


def compile_definition(definition: Definition, expressions: Expressions) -> Program:
    """Return the lookup tables of a drawing. Raises what ``expressions`` raises on bad text."""
    outgoing = _by(definition.flows, lambda flow: flow.source)
    incoming = _by(definition.flows, lambda flow: flow.target)
    attached = _by(definition.nodes.values(), lambda node: node.attached_to)
    plans = {
        node.id: _plan(
            node,
            outgoing.get(node.id, []),
            incoming.get(node.id, []),
            expressions,
            boundaries=tuple(sorted(b.id for b in attached.get(node.id, []))),
        )
        for node in definition.nodes.values()
    }
    plans = {key: _wired(plan, plans, definition) for key, plan in plans.items()}
    nodes = definition.nodes.values()
    return Program(
        key=definition.key,
        definition=definition,
        plans=plans,
        start=_start(definition, ""),
        starts={
            n.id: n.event
            for n in nodes
            if n.kind is Kind.START and not n.parent and n.event.trigger is not Trigger.NONE
        },
        handlers_of=_handlers(definition),
        inclusive=frozenset(p.id for p in plans.values() if p.kind is Kind.INCLUSIVE and p.joins),
        lanes=_lanes(definition),
        limits=_limits(definition),
        verbs={n.id: frozenset(n.extra.get("verbs", "").split()) for n in nodes},
        forms={n.id: n.extra["form"] for n in nodes if "form" in n.extra},
        names={n.id: (n.name, n.name_en or n.name) for n in nodes},
        hash=meaning(definition),
        handlers=frozenset(n.extra["handler"] for n in nodes if "handler" in n.extra),
        decisions=frozenset(n.extra["decision"] for n in nodes if "decision" in n.extra),
        reopens=tuple(
            n.id
            for n in nodes
            if n.kind is Kind.USER_TASK
            and not n.parent
            and "reopen" in n.extra.get("verbs", "").split()
        ),
    )


def meaning(definition: Definition) -> str:
    """Return a hash over what the drawing means: not lines of the file, nor shapes."""
    nodes = [
        (
            (n.id, n.kind, n.name, n.name_en, n.parent, n.event, n.attached_to, n.interrupting),
            (n.default, n.loop, n.calls, tuple(sorted(n.extra.items()))),
        )
        for n in sorted(definition.nodes.values(), key=lambda n: n.id)
    ]
    flows = sorted((f.id, f.source, f.target, f.condition, f.name) for f in definition.flows)
    lanes = [(x.id, x.name, x.name_en, x.post, x.party, x.nodes) for x in definition.lanes]
    head = (definition.key, definition.name, definition.name_en, definition.limit, definition.basis)
    return hashlib.sha256(repr((head, nodes, flows, lanes)).encode()).hexdigest()


def _by(things: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = {}
    for thing in things:
        groups.setdefault(key(thing), []).append(thing)
    return groups


def _start(definition: Definition, parent: str) -> str:
    """Return the start event without a trigger in a scope, "" when there is none."""
    found = [
        n.id
        for n in definition.nodes.values()
        if n.kind is Kind.START and n.parent == parent and n.event.trigger is Trigger.NONE
    ]
    return found[0] if found else ""


def _lanes(definition: Definition) -> dict[str, Lane]:
    """Return the lane of each node; nodes of a sub-process without one are in its lane."""
    lanes = {node: lane for lane in definition.lanes for node in lane.nodes}
    found: dict[str, Lane] = {}
    for node in definition.nodes.values():
        here: Node | None = node
        while here is not None and here.id not in lanes:
            here = definition.nodes.get(here.parent)
        if here is not None:
            found[node.id] = lanes[here.id]
    return found


def _handlers(definition: Definition) -> dict[str, tuple[str, ...]]:
    """Return the start events of event sub-processes by the scope those lie in."""
    found: dict[str, tuple[str, ...]] = {}
    for node in sorted(definition.nodes.values(), key=lambda n: n.id):
        around = definition.nodes.get(node.parent)
        if node.kind is Kind.START and around and around.kind is Kind.EVENT_SUB_PROCESS:
            found[around.parent] = (*found.get(around.parent, ()), node.id)
    return found


def _limits(definition: Definition) -> dict[str, Limit]:
    limits = {
        n.id: Limit(n.id, n.extra["limit"], n.extra.get("basis", ""))
        for n in definition.nodes.values()
        if "limit" in n.extra
    }
    if definition.limit:
        limits[""] = Limit("", definition.limit, definition.basis)
    return limits


def _plan(
    node: Node,
    outgoing: list[Flow],
    incoming: list[Flow],
    expressions: Expressions,
    *,
    boundaries: tuple[str, ...],
) -> Plan:
    outs = [_out(flow, expressions) for flow in outgoing if flow.id != node.default]
    default = [Out(flow.id, flow.target) for flow in outgoing if flow.id == node.default]
    return Plan(
        id=node.id,
        kind=node.kind,
        parent=node.parent,
        out=tuple(outs),
        default=default[0] if default else None,
        plain=not default and all(out.condition is None for out in outs),
        incoming=tuple(flow.id for flow in incoming),
        joins=node.kind in JOINS and len(incoming) > 1,
        event=node.event,
        timer=_timer(node.event.timer, expressions),
        interrupting=node.interrupting,
        host=node.attached_to,
        boundaries=boundaries,
        multi=_multi(node, expressions),
        work=node.extra.get("handler") or node.extra.get("decision") or "",
        key=_text(node.event.key, expressions),
        result=node.extra.get("result", ""),
        calls=node.calls,
        gives=_text(node.extra.get("input", ""), expressions),
        takes=_text(node.extra.get("output", ""), expressions),
        inner="",
        reach={},
    )


def _text(text: str, expressions: Expressions) -> Expression | None:
    """Compile a FEEL text, which may have an equals sign before it; "" gives none."""
    return expressions(text.removeprefix("=").strip()) if text else None


def _out(flow: Flow, expressions: Expressions) -> Out:
    return Out(flow.id, flow.target, expressions(flow.condition) if flow.condition else None)


def _timer(spec: TimerSpec | None, expressions: Expressions) -> Timer | None:
    if spec is None:
        return None
    return Timer(spec, expressions(spec.text[1:]) if spec.text.startswith("=") else None)


def _multi(node: Node, expressions: Expressions) -> Multi | None:
    loop = node.loop
    if loop is None:
        return None
    return Multi(
        collection=expressions(loop.collection),
        element=loop.element,
        sequential=loop.sequential,
        until=_text(loop.until, expressions),
        result=loop.result,
    )


def _wired(plan: Plan, plans: Mapping[str, Plan], definition: Definition) -> Plan:
    """Add what needs the whole drawing: the start inside a sub-process, who can reach a join."""
    if plan.kind is Kind.SUB_PROCESS:
        return replace(plan, inner=_start(definition, plan.id))
    if plan.kind is Kind.INCLUSIVE and plan.joins:
        return replace(plan, reach=_reach(plan, plans))
    if plan.kind is Kind.THROW and plan.event.trigger is Trigger.LINK:
        return replace(plan, out=tuple(_link(plan, plans)), plain=True)
    return plan


def _link(plan: Plan, plans: Mapping[str, Plan]) -> Iterator[Out]:
    """Yield the way from a throwing link to the one that catches its name."""
    for other in plans.values():
        if other.kind is Kind.CATCH and other.parent == plan.parent and other.event == plan.event:
            yield Out("", other.id)


def _reach(join: Plan, plans: Mapping[str, Plan]) -> dict[str, frozenset[str]]:
    """For each node of the scope: the incoming flows of ``join`` a token there may still come by.

    Paths do not run through the join itself; a token on an activity may leave by its boundary
    events.
    """
    peers = [p for p in plans.values() if p.parent == join.parent and p.id != join.id]
    reach: dict[str, frozenset[str]] = {}
    for peer in peers:
        seen, stack, flows = {peer.id}, [peer.id], set()
        while stack:
            here = plans[stack.pop()]
            for flow, target in _ways(here, plans):
                if target == join.id:
                    flows.add(flow)
                elif target not in seen:
                    seen.add(target)
                    stack.append(target)
        if flows:
            reach[peer.id] = frozenset(flows)
    return reach


def _ways(plan: Plan, plans: Mapping[str, Plan]) -> list[tuple[str, str]]:
    outs = [*plan.out, *([plan.default] if plan.default else [])]
    if plan.event.trigger is Trigger.LINK and not outs:
        outs = list(_link(plan, plans))
    return [(o.flow, o.target) for o in outs] + [("", b) for b in plan.boundaries if b in plans]
