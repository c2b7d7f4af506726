"""Generated drawings: blocks within blocks, so that each is sound by construction.

A block has one entry and one exit. Choices read variables ``v0`` … ``v2`` of the case, which a life
sets as it likes (see ``test_lives``); loops leave when ``v0`` is not ``again``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from nancheng.kernel.process.definition import (
    Definition,
    EventSpec,
    Flow,
    Kind,
    Loop,
    Node,
    TimerKind,
    TimerSpec,
    Trigger,
)

Block = tuple[str, Any]
LEAVES = (
    *("user", "service", "rule", "timer", "task", "timed", "reminded", "sign", "queue"),
    *("message", "receive", "signal", "send", "call", "race", "risky"),
    *("manual", "notice", "mail", "post", "hail", "called_off", "noted", "worried", "asked"),
    *("batch", "calls", "waiting", "linked"),
)
AROUND = (
    *("loop", "inside", "each", "escape", "rescue", "alert", "takeover"),
    *("stages", "stop", "outcry", "heed", "mended", "clocked"),
)
VARIABLES = ("v0", "v1", "v2")


def blocks() -> st.SearchStrategy[Block]:
    """Return trees of blocks."""
    leaf: st.SearchStrategy[Block] = st.tuples(st.sampled_from(LEAVES), st.none())
    return st.recursive(leaf, _composites, max_leaves=10)


def _composites(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    parts = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        st.tuples(st.sampled_from(("row", "choice", "all", "some")), parts),
        st.tuples(st.sampled_from(AROUND), inner),
    )


@dataclass
class Sheet:
    """The drawing so far."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    parent: str = ""

    def node(self, kind: Kind, **more: Any) -> str:
        """Add a node and return its id."""
        identity = f"{kind.value}{len(self.nodes)}"
        self.nodes[identity] = Node(identity, kind, identity, parent=self.parent, **more)
        return identity

    def flow(self, source: str, target: str, condition: str = "", *, default: bool = False) -> None:
        """Add a flow, perhaps the default one of its source."""
        flow = Flow(f"f{len(self.flows)}", source, target, condition, parent=self.parent)
        self.flows.append(flow)
        if default:
            self.nodes[source] = replace(self.nodes[source], default=flow.id)


def definition(block: Block) -> Definition:
    """Return a whole drawing with this block between start and end."""
    sheet = Sheet()
    _framed(sheet, block)
    return Definition("generated", nodes=sheet.nodes, flows=tuple(sheet.flows))


def _framed(sheet: Sheet, block: Block) -> None:
    start = sheet.node(Kind.START)
    first, last = _draw(sheet, block)
    sheet.flow(start, first)
    sheet.flow(last, sheet.node(Kind.END))


def _draw(sheet: Sheet, block: Block) -> tuple[str, str]:
    """Draw a block; return its first and last node."""
    name, inner = block
    return globals()[f"_draw_{name}"](sheet, inner)  # type: ignore[no-any-return]


def _draw_user(sheet: Sheet, _: None) -> tuple[str, str]:
    node = sheet.node(Kind.USER_TASK)
    return node, node


def _draw_service(sheet: Sheet, _: None) -> tuple[str, str]:
    node = sheet.node(Kind.SERVICE_TASK, extra={"handler": "h"})
    return node, node


def _draw_rule(sheet: Sheet, _: None) -> tuple[str, str]:
    node = sheet.node(Kind.RULE_TASK, extra={"decision": "d"})
    return node, node


def _draw_task(sheet: Sheet, _: None) -> tuple[str, str]:
    node = sheet.node(Kind.TASK)
    return node, node


def _timer(kind: TimerKind = TimerKind.DURATION, text: str = "P1D") -> EventSpec:
    return EventSpec(Trigger.TIMER, timer=TimerSpec(kind, text))


def _draw_timer(sheet: Sheet, _: None) -> tuple[str, str]:
    node = sheet.node(Kind.CATCH, event=_timer())
    return node, node


def _draw_timed(sheet: Sheet, _: None) -> tuple[str, str]:
    """A user task that a timer may take over, both ways meeting again."""
    task = sheet.node(Kind.USER_TASK)
    late = sheet.node(Kind.BOUNDARY, event=_timer(), attached_to=task)
    other = sheet.node(Kind.USER_TASK)
    meet = sheet.node(Kind.EXCLUSIVE)
    sheet.flow(task, meet)
    sheet.flow(late, other)
    sheet.flow(other, meet)
    return task, meet


def _draw_reminded(sheet: Sheet, _: None) -> tuple[str, str]:
    """A user task whose reminders run beside it and end by themselves."""
    task = sheet.node(Kind.USER_TASK)
    spec = _timer(TimerKind.CYCLE, "R2/P1D")
    late = sheet.node(Kind.BOUNDARY, event=spec, attached_to=task, interrupting=False)
    other = sheet.node(Kind.USER_TASK)
    sheet.flow(late, other)
    sheet.flow(other, sheet.node(Kind.END))
    return task, task


def _draw_sign(sheet: Sheet, _: None) -> tuple[str, str]:
    loop = Loop("people", "person", until="nrOfCompletedInstances>=2", result="votes")
    node = sheet.node(Kind.USER_TASK, loop=loop)
    return node, node


def _draw_queue(sheet: Sheet, _: None) -> tuple[str, str]:
    node = sheet.node(Kind.USER_TASK, loop=Loop("people", "person", sequential=True))
    return node, node


def _draw_row(sheet: Sheet, parts: list[Block]) -> tuple[str, str]:
    ends = [_draw(sheet, part) for part in parts]
    for (_, last), (first, _) in pairwise(ends):
        sheet.flow(last, first)
    return ends[0][0], ends[-1][1]


def _between(sheet: Sheet, kind: Kind, parts: list[Block], *, asks: bool) -> tuple[str, str]:
    split = sheet.node(kind)
    meet = sheet.node(kind)
    for number, part in enumerate(parts):
        first, last = _draw(sheet, part)
        plain = not asks or number == 0
        condition = "" if plain else f"{VARIABLES[number]}=yes"
        sheet.flow(split, first, condition, default=plain and asks)
        sheet.flow(last, meet)
    return split, meet


def _draw_choice(sheet: Sheet, parts: list[Block]) -> tuple[str, str]:
    return _between(sheet, Kind.EXCLUSIVE, parts, asks=True)


def _draw_all(sheet: Sheet, parts: list[Block]) -> tuple[str, str]:
    return _between(sheet, Kind.PARALLEL, parts, asks=False)


def _draw_some(sheet: Sheet, parts: list[Block]) -> tuple[str, str]:
    return _between(sheet, Kind.INCLUSIVE, parts, asks=True)


def _draw_loop(sheet: Sheet, part: Block) -> tuple[str, str]:
    """Do it, ask, and perhaps do it again."""
    meet = sheet.node(Kind.EXCLUSIVE)
    first, last = _draw(sheet, part)
    ask = sheet.node(Kind.USER_TASK)
    again = sheet.node(Kind.EXCLUSIVE)
    on = sheet.node(Kind.TASK)
    sheet.flow(meet, first)
    sheet.flow(last, ask)
    sheet.flow(ask, again)
    sheet.flow(again, meet, "v0=again")
    sheet.flow(again, on, default=True)
    return meet, on


def _draw_inside(sheet: Sheet, part: Block, loop: Loop | None = None) -> tuple[str, str]:
    sub = sheet.node(Kind.SUB_PROCESS, loop=loop)
    outer, sheet.parent = sheet.parent, sub
    _framed(sheet, part)
    sheet.parent = outer
    return sub, sub


def _draw_each(sheet: Sheet, part: Block) -> tuple[str, str]:
    return _draw_inside(sheet, part, Loop("people", "person", result="found"))


def _draw_escape(sheet: Sheet, part: Block) -> tuple[str, str]:
    """A sub-process that a timer may cut short."""
    sub, _ = _draw_inside(sheet, _with_rest(part))
    late = sheet.node(Kind.BOUNDARY, event=_timer(), attached_to=sub)
    meet = sheet.node(Kind.EXCLUSIVE)
    sheet.flow(sub, meet)
    sheet.flow(late, meet)
    return sub, meet


# --- events -------------------------------------------------------------------------------------


def _event(trigger: Trigger, code: str) -> EventSpec:
    return EventSpec(trigger, code=code)


def _draw_message(sheet: Sheet, _: None) -> tuple[str, str]:
    node = sheet.node(Kind.CATCH, event=_event(Trigger.MESSAGE, "letter"))
    return node, node


def _draw_receive(sheet: Sheet, _: None) -> tuple[str, str]:
    """A receive task that a timer may take over."""
    task = sheet.node(Kind.RECEIVE_TASK, event=_event(Trigger.MESSAGE, "letter"))
    return _or_late(sheet, task)


def _or_late(sheet: Sheet, task: str) -> tuple[str, str]:
    late = sheet.node(Kind.BOUNDARY, event=_timer(), attached_to=task)
    meet = sheet.node(Kind.EXCLUSIVE)
    sheet.flow(task, meet)
    sheet.flow(late, meet)
    return task, meet


def _draw_signal(sheet: Sheet, _: None) -> tuple[str, str]:
    node = sheet.node(Kind.CATCH, event=_event(Trigger.SIGNAL, "horn"))
    return node, node


def _draw_send(sheet: Sheet, _: None) -> tuple[str, str]:
    """Blow the horn: all who wait for it now go on."""
    node = sheet.node(Kind.THROW, event=_event(Trigger.SIGNAL, "horn"))
    return node, node


def _draw_call(sheet: Sheet, _: None) -> tuple[str, str]:
    node = sheet.node(Kind.CALL, calls="other")
    return node, node


def _draw_race(sheet: Sheet, _: None) -> tuple[str, str]:
    gate = sheet.node(Kind.EVENT_BASED)
    meet = sheet.node(Kind.EXCLUSIVE)
    for event in (_timer(), _event(Trigger.MESSAGE, "answer")):
        wait = sheet.node(Kind.CATCH, event=event)
        sheet.flow(gate, wait)
        sheet.flow(wait, meet)
    return gate, meet


def _draw_risky(sheet: Sheet, _: None) -> tuple[str, str]:
    """A service whose business error has a way out."""
    task = sheet.node(Kind.SERVICE_TASK, extra={"handler": "risky"})
    wrong = sheet.node(Kind.BOUNDARY, event=_event(Trigger.ERROR, "wrong"), attached_to=task)
    meet = sheet.node(Kind.EXCLUSIVE)
    sheet.flow(task, meet)
    sheet.flow(wrong, meet)
    return task, meet


def _draw_rescue(sheet: Sheet, part: Block) -> tuple[str, str]:
    """A sub-process that may end in an error, caught at its boundary."""
    sub = sheet.node(Kind.SUB_PROCESS)
    outer, sheet.parent = sheet.parent, sub
    start, choice = sheet.node(Kind.START), sheet.node(Kind.EXCLUSIVE)
    bad = sheet.node(Kind.END, event=_event(Trigger.ERROR, "wrong"))
    first, last = _draw(sheet, part)
    sheet.flow(start, first)
    sheet.flow(last, choice)
    sheet.flow(choice, bad, "v1=yes")
    sheet.flow(choice, sheet.node(Kind.END), default=True)
    sheet.parent = outer
    wrong = sheet.node(Kind.BOUNDARY, event=_event(Trigger.ERROR, ""), attached_to=sub)
    meet = sheet.node(Kind.EXCLUSIVE)
    sheet.flow(sub, meet)
    sheet.flow(wrong, meet)
    return sub, meet


def _with_rest(part: Block) -> Block:
    """Put a task before a block, so that there is time for something to happen."""
    return "row", [("user", None), part]


def _with_handler(
    sheet: Sheet, part: Block, event: EventSpec, *, interrupting: bool
) -> tuple[str, str]:
    sub = sheet.node(Kind.SUB_PROCESS)
    outer, sheet.parent = sheet.parent, sub
    _framed(sheet, _with_rest(part))
    sheet.parent = sheet.node(Kind.EVENT_SUB_PROCESS)
    start = sheet.node(Kind.START, event=event, interrupting=interrupting)
    task = sheet.node(Kind.USER_TASK)
    sheet.flow(start, task)
    sheet.flow(task, sheet.node(Kind.END))
    sheet.parent = outer
    return sub, sub


def _draw_alert(sheet: Sheet, part: Block) -> tuple[str, str]:
    """A message may come at any time, and does not disturb the work."""
    return _with_handler(sheet, part, _event(Trigger.MESSAGE, "news"), interrupting=False)


def _draw_takeover(sheet: Sheet, part: Block) -> tuple[str, str]:
    """A signal may end the work inside and start other work instead."""
    name = f"flood{len(sheet.nodes)}"
    return _with_handler(sheet, part, _event(Trigger.SIGNAL, name), interrupting=True)


# --- the rest of the elements ---------------------------------------------------------------------


def _alone(sheet: Sheet, kind: Kind, **more: Any) -> tuple[str, str]:
    node = sheet.node(kind, **more)
    return node, node


def _draw_manual(sheet: Sheet, _: None) -> tuple[str, str]:
    return _alone(sheet, Kind.MANUAL_TASK)


def _draw_notice(sheet: Sheet, _: None) -> tuple[str, str]:
    return _alone(sheet, Kind.SEND_TASK, event=_event(Trigger.MESSAGE, "notice"))


def _draw_mail(sheet: Sheet, _: None) -> tuple[str, str]:
    spec = _event(Trigger.MESSAGE, "notice")
    return _alone(sheet, Kind.SEND_TASK, event=spec, extra={"handler": "mail"})


def _draw_post(sheet: Sheet, _: None) -> tuple[str, str]:
    return _alone(sheet, Kind.THROW, event=_event(Trigger.MESSAGE, "notice"))


def _draw_hail(sheet: Sheet, _: None) -> tuple[str, str]:
    """Escalate to whoever listens, perhaps nobody."""
    return _alone(sheet, Kind.THROW, event=_event(Trigger.ESCALATION, "late"))


def _guarded(sheet: Sheet, host: str, spec: EventSpec, *, interrupting: bool) -> tuple[str, str]:
    """Attach an event: one that interrupts meets the task again, another ends by itself."""
    guard = sheet.node(Kind.BOUNDARY, event=spec, attached_to=host, interrupting=interrupting)
    if not interrupting:
        task = sheet.node(Kind.USER_TASK)
        sheet.flow(guard, task)
        sheet.flow(task, sheet.node(Kind.END))
        return host, host
    meet = sheet.node(Kind.EXCLUSIVE)
    sheet.flow(host, meet)
    sheet.flow(guard, meet)
    return host, meet


def _draw_called_off(sheet: Sheet, _: None) -> tuple[str, str]:
    """A user task that a signal may take over."""
    spec = _event(Trigger.SIGNAL, f"off{len(sheet.nodes)}")
    return _guarded(sheet, sheet.node(Kind.USER_TASK), spec, interrupting=True)


def _draw_noted(sheet: Sheet, _: None) -> tuple[str, str]:
    """A user task beside which messages are dealt with as they come."""
    spec = _event(Trigger.MESSAGE, "note")
    return _guarded(sheet, sheet.node(Kind.USER_TASK), spec, interrupting=False)


def _draw_worried(sheet: Sheet, _: None) -> tuple[str, str]:
    """A user task that may escalate and go on."""
    spec = _event(Trigger.ESCALATION, "late")
    return _guarded(sheet, sheet.node(Kind.USER_TASK), spec, interrupting=False)


def _draw_asked(sheet: Sheet, _: None) -> tuple[str, str]:
    """A called process that may escalate instead of returning; what it gives is mapped."""
    call = sheet.node(Kind.CALL, calls="other", extra={"input": "facts", "output": "facts"})
    return _guarded(sheet, call, _event(Trigger.ESCALATION, ""), interrupting=True)


def _draw_batch(sheet: Sheet, _: None) -> tuple[str, str]:
    loop = Loop("people", "person", result="made")
    return _alone(sheet, Kind.SERVICE_TASK, loop=loop, extra={"handler": "h"})


def _draw_calls(sheet: Sheet, _: None) -> tuple[str, str]:
    loop = Loop("people", "person", sequential=True)
    return _alone(sheet, Kind.CALL, calls="other", loop=loop, extra={"input": "facts"})


def _draw_waiting(sheet: Sheet, _: None) -> tuple[str, str]:
    """The first of a signal and a receive task."""
    gate, meet = sheet.node(Kind.EVENT_BASED), sheet.node(Kind.EXCLUSIVE)
    spec = _event(Trigger.SIGNAL, f"go{len(sheet.nodes)}")
    letter = _event(Trigger.MESSAGE, "letter")
    for wait in (sheet.node(Kind.CATCH, event=spec), sheet.node(Kind.RECEIVE_TASK, event=letter)):
        sheet.flow(gate, wait)
        sheet.flow(wait, meet)
    return gate, meet


def _draw_linked(sheet: Sheet, _: None) -> tuple[str, str]:
    spec = _event(Trigger.LINK, f"page{len(sheet.nodes)}")
    return sheet.node(Kind.THROW, event=spec), sheet.node(Kind.CATCH, event=spec)


def _draw_stages(sheet: Sheet, part: Block) -> tuple[str, str]:
    """A sub-process for one after the other, until two are done."""
    until = "nrOfCompletedInstances>=2"
    return _draw_inside(sheet, part, Loop("people", "person", sequential=True, until=until))


def _draw_stop(sheet: Sheet, part: Block) -> tuple[str, str]:
    """A sub-process whose other branch may end it all."""
    sub = sheet.node(Kind.SUB_PROCESS)
    outer, sheet.parent = sheet.parent, sub
    start, fork = sheet.node(Kind.START), sheet.node(Kind.PARALLEL)
    task, choice = sheet.node(Kind.USER_TASK), sheet.node(Kind.EXCLUSIVE)
    first, last = _draw(sheet, part)
    for source, target in ((start, fork), (fork, first), (fork, task), (task, choice)):
        sheet.flow(source, target)
    sheet.flow(last, sheet.node(Kind.END))
    sheet.flow(choice, sheet.node(Kind.END, event=_event(Trigger.TERMINATE, "")), "v1=yes")
    sheet.flow(choice, sheet.node(Kind.END), default=True)
    sheet.parent = outer
    return sub, sub


def _draw_outcry(sheet: Sheet, part: Block) -> tuple[str, str]:
    """A sub-process that escalates at its end, heard at its boundary without disturbing it."""
    sub, _ = _draw_inside(sheet, ("row", [part, ("hail", None)]))
    return _guarded(sheet, sub, _event(Trigger.ESCALATION, "late"), interrupting=False)


def _draw_heed(sheet: Sheet, part: Block) -> tuple[str, str]:
    """A sub-process that hears its own escalations."""
    spec = _event(Trigger.ESCALATION, "late")
    crying = "row", [("hail", None), part]
    return _with_handler(sheet, crying, spec, interrupting=False)


def _draw_mended(sheet: Sheet, part: Block) -> tuple[str, str]:
    """A sub-process that mends its own errors."""
    spec = _event(Trigger.ERROR, "wrong")
    return _with_handler(sheet, ("row", [part, ("failing", None)]), spec, interrupting=True)


def _draw_failing(sheet: Sheet, _: None) -> tuple[str, str]:
    choice = sheet.node(Kind.EXCLUSIVE)
    on = sheet.node(Kind.TASK)
    sheet.flow(choice, sheet.node(Kind.END, event=_event(Trigger.ERROR, "wrong")), "v1=yes")
    sheet.flow(choice, on, default=True)
    return choice, on


def _draw_clocked(sheet: Sheet, part: Block) -> tuple[str, str]:
    """A sub-process beside which a clock starts work again and again."""
    return _with_handler(sheet, part, _timer(TimerKind.CYCLE, "R2/P1D"), interrupting=False)
