"""Faults of a drawing found before it runs: a table of checks, every fault listed.

``find`` looks at one definition; with ``expressions`` it also compiles every FEEL text. Codes are
keys of translated messages. Whether a drawing can always reach its end is the question of
``explore``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from nancheng.kernel.process import due as dues
from nancheng.kernel.process.definition import (
    ACTIVITIES,
    Definition,
    Flow,
    Kind,
    Node,
    Problem,
    TimerKind,
    TimerSpec,
    Trigger,
)
from nancheng.kernel.process.program import Expressions

Check = Callable[["Drawing"], Iterator[Problem]]

LIMIT = re.compile(r"[1-9]\d{0,3}(cd|wd|wh|m)")
# What a step or process may take: a length, so many days before the whole case ends, or the code
# of a rule kept elsewhere.
LIMITED = re.compile(r"[1-9]\d{0,3}(cd|wd|wh|h|m)|case-[1-9]\d{0,3}(cd|wd)|[A-Z][A-Z0-9_]{1,29}")
ID_MAX, NAME_MAX, NAME_EN_MAX = 60, 100, 200
NAME = re.compile(r"[^\W\d]\w{0,59}")
VERBS = frozenset(
    {
        "claim",
        "complete",
        "send-back",
        "take-back",
        "transfer",
        "add-signer",
        "joint-signing",
        "circulate",
        "ask-opinion",
        "remind",
        "supervise",
        "extend",
        "ask-correction",
        "suspend",
        "take-from-pool",
        "delegate",
        "close",
        "archive",
        "reopen",
    }
)
THROWN = frozenset({Trigger.NONE, Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ESCALATION})
AWAITED = frozenset({Trigger.TIMER, Trigger.MESSAGE, Trigger.SIGNAL})
CAUGHT = AWAITED | {Trigger.ERROR, Trigger.ESCALATION}
NAMED = frozenset({Trigger.MESSAGE, Trigger.SIGNAL, Trigger.LINK})
RUNS: Mapping[Kind, frozenset[Trigger]] = {
    Kind.END: THROWN | {Trigger.TERMINATE, Trigger.ERROR},
    Kind.CATCH: AWAITED | {Trigger.LINK},
    Kind.THROW: THROWN | {Trigger.LINK},
    Kind.BOUNDARY: CAUGHT,
}
# What may start a scope, by the kind of the element around ("" for the process itself).
STARTS: Mapping[str, frozenset[Trigger]] = {
    "": AWAITED | {Trigger.NONE},
    Kind.SUB_PROCESS: frozenset({Trigger.NONE}),
    Kind.EVENT_SUB_PROCESS: CAUGHT,
}
NO_WAY_IN = (Kind.START, Kind.BOUNDARY, Kind.EVENT_SUB_PROCESS)
REPEATS = frozenset({Kind.BOUNDARY, Kind.START})
# What a call gives and takes: FEEL contexts.
MAPPINGS = ("input", "output")
MULTI = frozenset({Kind.USER_TASK, Kind.SERVICE_TASK, Kind.SUB_PROCESS, Kind.CALL})


class Drawing:
    """A definition with its flows by end, for the checks."""

    def __init__(self, definition: Definition, expressions: Expressions | None) -> None:
        self.definition = definition
        self.expressions = expressions
        self.nodes = list(definition.nodes.values())
        self.leaving: dict[str, list[Flow]] = {node.id: [] for node in self.nodes}
        self.coming: dict[str, list[Flow]] = {node.id: [] for node in self.nodes}
        for flow in definition.flows:
            self.leaving.setdefault(flow.source, []).append(flow)
            self.coming.setdefault(flow.target, []).append(flow)


def find(definition: Definition, expressions: Expressions | None = None) -> tuple[Problem, ...]:
    """Return every fault of a drawing, those of reading first, then in the order of the checks."""
    drawing = Drawing(definition, expressions)
    return definition.faults + tuple(p for check in CHECKS for p in check(drawing))


def _at(code: str, thing: Node | Flow, detail: str = "") -> Problem:
    return Problem(code, thing.id, thing.line, thing.name, detail)


def _texts_fit(drawing: Drawing) -> Iterator[Problem]:
    """Ids and names are kept beside every task and event; nobody reads endless ones."""
    definition = drawing.definition
    if len(definition.key) > ID_MAX:
        yield _head("process.id-too-long", drawing, None)
    if len(definition.name) > NAME_MAX or len(definition.name_en) > NAME_EN_MAX:
        yield _head("process.name-too-long", drawing, None)
    things: list[Node | Flow] = [*drawing.nodes, *definition.flows]
    for thing in things:
        if len(thing.id) > ID_MAX:
            yield _at("process.id-too-long", thing)
        if len(thing.name) > NAME_MAX or len(thing.name_en) > NAME_EN_MAX:
            yield _at("process.name-too-long", thing)


# --- elements and their places ------------------------------------------------------------------


def _elements_run(drawing: Drawing) -> Iterator[Problem]:
    for node in drawing.nodes:
        trigger = node.event.trigger
        allowed = RUNS.get(node.kind, frozenset({trigger}))
        if node.kind is Kind.START:
            around = drawing.definition.nodes.get(node.parent)
            allowed = STARTS[around.kind if around else ""]
        if trigger not in allowed:
            yield _at("process.element-not-run", node, f"{node.kind} {trigger}")


def _events_are_named(drawing: Drawing) -> Iterator[Problem]:
    for node in drawing.nodes:
        trigger, task = node.event.trigger, node.kind in (Kind.SEND_TASK, Kind.RECEIVE_TASK)
        bound = node.kind is Kind.SEND_TASK and node.extra.get("handler")
        if trigger in NAMED and not node.event.code and not bound:
            yield _at("process.no-message" if task else "process.event-without-name", node)
        if trigger is Trigger.ERROR and node.kind is Kind.END and not node.event.code:
            yield _at("process.event-without-name", node)
        catches = node.kind in (Kind.BOUNDARY, Kind.START)
        if trigger is Trigger.ERROR and catches and not node.interrupting:
            yield _at("process.error-must-interrupt", node)
        if node.kind is Kind.CALL and not node.calls:
            yield _at("process.no-called-process", node)


def _gates_lead_to_events(drawing: Drawing) -> Iterator[Problem]:
    for node in drawing.nodes:
        if node.kind is not Kind.EVENT_BASED:
            continue
        leaving = drawing.leaving[node.id]
        if len(leaving) < 2:
            yield _at("process.gate-without-choice", node)
        for flow in leaving:
            target = drawing.definition.nodes.get(flow.target)
            waits = target and target.kind in (Kind.CATCH, Kind.RECEIVE_TASK) and not _ends(target)
            if not waits or len(drawing.coming[flow.target]) > 1:
                yield _at("process.gate-to-no-event", flow, flow.target)


def _flows_hang_together(drawing: Drawing) -> Iterator[Problem]:
    nodes = drawing.definition.nodes
    for flow in drawing.definition.flows:
        source, target = nodes.get(flow.source), nodes.get(flow.target)
        if source is None or target is None:
            yield _at("process.flow-hangs", flow)
        elif source.parent != target.parent:
            yield _at("process.flow-crosses", flow)
        elif target.kind in NO_WAY_IN or _ends(target, Kind.CATCH):
            yield _at("process.flow-into-start", flow, target.id)
        elif source.kind in (Kind.END, Kind.EVENT_SUB_PROCESS) or _ends(source, Kind.THROW):
            yield _at("process.flow-out-of-end", flow, source.id)


def _ends(node: Node, kind: Kind = Kind.CATCH) -> bool:
    """Say whether a node is an end of a link: that which throws, or that which catches."""
    return node.kind is kind and node.event.trigger is Trigger.LINK


def _links_have_two_ends(drawing: Drawing) -> Iterator[Problem]:
    """A token that reaches a throwing link goes on at the one that catches its name there."""
    catches = Counter((n.parent, n.event.code) for n in drawing.nodes if _ends(n))
    for node in drawing.nodes:
        if _ends(node, Kind.THROW) and catches[node.parent, node.event.code] != 1:
            yield _at("process.link-without-end", node, node.event.code)


def _scopes_start_and_end(drawing: Drawing) -> Iterator[Problem]:
    for scope, head in _scopes(drawing):
        inside = [n for n in drawing.nodes if n.parent == scope]
        starts = [n for n in inside if n.kind is Kind.START]
        if not starts:
            yield _head("process.no-start", drawing, head)
        if head is None:
            starts = [n for n in starts if n.event.trigger is Trigger.NONE]
        for extra in starts[1:]:
            yield _at("process.second-start", extra)
        if not any(n.kind is Kind.END for n in inside):
            yield _head("process.no-end", drawing, head)


def _scopes(drawing: Drawing) -> Iterator[tuple[str, Node | None]]:
    yield "", None
    for node in drawing.nodes:
        if node.kind in (Kind.SUB_PROCESS, Kind.EVENT_SUB_PROCESS):
            yield node.id, node


def _head(code: str, drawing: Drawing, head: Node | None) -> Problem:
    if head is not None:
        return _at(code, head)
    definition = drawing.definition
    return Problem(code, definition.key, definition.line, definition.name)


def _nothing_is_cut_off(drawing: Drawing) -> Iterator[Problem]:
    """Each node is reached from a start, and has a way out unless it ends something."""
    for node in drawing.nodes:
        starts = node.kind in NO_WAY_IN or _ends(node)
        if not starts and not drawing.coming[node.id]:
            yield _at("process.unreachable", node)
        ends = node.kind in (Kind.END, Kind.EVENT_SUB_PROCESS) or _ends(node, Kind.THROW)
        if not ends and not drawing.leaving[node.id]:
            yield _at("process.no-way-on", node)


# --- gateways and conditions ----------------------------------------------------------------------


def _choices_are_stated(drawing: Drawing) -> Iterator[Problem]:
    for node in drawing.nodes:
        leaving = drawing.leaving[node.id]
        conditions = [flow for flow in leaving if flow.condition]
        if node.default and node.default not in {flow.id for flow in leaving}:
            yield _at("process.default-unknown", node, node.default)
        for flow in conditions:
            if flow.id == node.default:
                yield _at("process.default-has-condition", flow)
            if node.kind in (Kind.PARALLEL, Kind.EVENT_BASED, Kind.START):
                yield _at("process.condition-not-asked", flow, node.id)
        if node.kind is Kind.EXCLUSIVE and len(leaving) > 1:
            for flow in leaving:
                if not flow.condition and flow.id != node.default:
                    yield _at("process.flow-without-condition", flow, node.id)


def _texts_compile(drawing: Drawing) -> Iterator[Problem]:
    if drawing.expressions is None:
        return
    for thing, text in _texts(drawing):
        try:
            drawing.expressions(text)
        except ValueError as error:
            yield _at("process.expression", thing, f"{text}: {error}")


def _texts(drawing: Drawing) -> Iterator[tuple[Node | Flow, str]]:
    for flow in drawing.definition.flows:
        if flow.condition:
            yield flow, flow.condition
    for node in drawing.nodes:
        if node.loop:
            yield from ((node, t) for t in (node.loop.collection, node.loop.until) if t)
        if node.event.timer and node.event.timer.text.startswith("="):
            yield node, node.event.timer.text[1:]
        if node.event.key:
            yield node, node.event.key
        if node.kind is Kind.CALL or _maps(node, "input"):
            mapped = (node.extra.get(name, "") for name in MAPPINGS)
            yield from ((node, text.removeprefix("=").strip()) for text in mapped if text)


# --- events ---------------------------------------------------------------------------------------


def _boundaries_have_hosts(drawing: Drawing) -> Iterator[Problem]:
    for node in drawing.nodes:
        if node.kind is not Kind.BOUNDARY:
            continue
        host = drawing.definition.nodes.get(node.attached_to)
        if host is None or host.kind not in ACTIVITIES or host.parent != node.parent:
            yield _at("process.boundary-without-host", node, node.attached_to)
        elif host.kind in (Kind.TASK, Kind.MANUAL_TASK) or (
            host.kind is Kind.SEND_TASK and not host.extra.get("handler")
        ):
            yield _at("process.boundary-never-happens", node, node.attached_to)


def _timers_can_be_read(drawing: Drawing) -> Iterator[Problem]:
    for node in drawing.nodes:
        spec = node.event.timer
        if node.event.trigger is not Trigger.TIMER:
            continue
        if spec is None or not spec.text:
            yield _at("process.timer-without-time", node)
        elif not spec.text.startswith("=") and not _is_time(spec):
            yield _at("process.timer-unreadable", node, spec.text)
        elif spec.kind is TimerKind.CYCLE and (node.interrupting or node.kind not in REPEATS):
            yield _at("process.timer-cannot-repeat", node, spec.text)


def _is_time(spec: TimerSpec) -> bool:
    text = spec.text
    try:
        if spec.kind is TimerKind.DATE:
            datetime.fromisoformat(text)
        else:
            text = dues.cycle(text)[1] if spec.kind is TimerKind.CYCLE else text
            if not LIMIT.fullmatch(text):
                dues.parts(text)
    except ValueError:
        return False
    return True


# --- our attributes -----------------------------------------------------------------------------


def _tasks_are_bound(drawing: Drawing) -> Iterator[Problem]:
    wants = {
        Kind.SERVICE_TASK: "handler",
        Kind.RULE_TASK: "decision",
    }
    for node in drawing.nodes:
        wanted = wants.get(node.kind)
        if wanted and not node.extra.get(wanted):
            yield _at(f"process.no-{wanted}", node)
        if node.kind is Kind.USER_TASK and not node.name:
            yield _at("process.no-name", node)


def _attributes_can_be_read(drawing: Drawing) -> Iterator[Problem]:
    definition = drawing.definition
    if definition.limit and not LIMITED.fullmatch(definition.limit):
        yield _head("process.limit-unreadable", drawing, None)
    for node in drawing.nodes:
        limit = node.extra.get("limit", "")
        if "limit" in node.extra and not LIMITED.fullmatch(limit):
            yield _at("process.limit-unreadable", node, limit)
        for verb in node.extra.get("verbs", "").split():
            if verb not in VERBS:
                yield _at("process.verb-unknown", node, verb)
        for name in MAPPINGS:
            if name in node.extra and not _maps(node, name):
                yield _at("process.attribute-not-here", node, name)
        result = node.extra.get("result")
        if result is not None and not NAME.fullmatch(result):
            yield _at("process.name-unreadable", node, result)


def _maps(node: Node, name: str) -> bool:
    """Say whether a node has a use for a mapping: a call for both, a thrown message for one."""
    throws = node.kind in (Kind.THROW, Kind.END, Kind.SEND_TASK)
    message = throws and node.event.trigger is Trigger.MESSAGE
    return node.kind is Kind.CALL or (message and name == "input")


def _loops_are_whole(drawing: Drawing) -> Iterator[Problem]:
    for node in drawing.nodes:
        if node.loop is None:
            continue
        if node.kind not in MULTI:
            yield _at("process.element-not-run", node, f"{node.kind} multi-instance")
        if not node.loop.collection:
            yield _at("process.no-collection", node)
        if not NAME.fullmatch(node.loop.element):
            yield _at("process.name-unreadable", node, node.loop.element)


def _lanes_hold_each_node_once(drawing: Drawing) -> Iterator[Problem]:
    lanes = drawing.definition.lanes
    counts = Counter(held for lane in lanes for held in lane.nodes)
    for lane in lanes:
        if not lane.post:
            yield Problem("process.lane-without-post", lane.id, lane.line, lane.name)
        for held in lane.nodes:
            if held not in drawing.definition.nodes:
                yield Problem("process.lane-node-unknown", lane.id, lane.line, lane.name, held)
    for node in drawing.nodes:
        if counts[node.id] > 1:
            yield _at("process.in-two-lanes", node)
        if lanes and node.kind is Kind.USER_TASK and not _lane_count(drawing, counts, node):
            yield _at("process.in-no-lane", node)


def _lane_count(drawing: Drawing, counts: Counter[str], node: Node) -> int:
    """Count the lanes of a node; inside a sub-process its own or those of the sub-process count."""
    here: Node | None = node
    while here is not None:
        if counts[here.id]:
            return counts[here.id]
        here = drawing.definition.nodes.get(here.parent)
    return 0


CHECKS: tuple[Check, ...] = (
    _texts_fit,
    _elements_run,
    _events_are_named,
    _links_have_two_ends,
    _gates_lead_to_events,
    _flows_hang_together,
    _scopes_start_and_end,
    _nothing_is_cut_off,
    _choices_are_stated,
    _texts_compile,
    _boundaries_have_hosts,
    _timers_can_be_read,
    _tasks_are_bound,
    _attributes_can_be_read,
    _loops_are_whole,
    _lanes_hold_each_node_once,
)
