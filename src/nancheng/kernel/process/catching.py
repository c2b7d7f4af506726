"""What happened is caught: by the token that waited, a boundary, a gate or an event sub-process.

Errors and escalations look for who catches them from the inside out: the boundary of what threw
them, the event sub-processes around it, the boundary of that scope, and so on. A handler does not
catch what it throws itself. The first that names the code wins, else the first that names none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process import tokens, waits
from nancheng.kernel.process.definition import Kind, Trigger
from nancheng.kernel.process.program import Plan
from nancheng.kernel.process.state import Data, Item, ItemKind
from nancheng.kernel.process.tokens import Fault, Run, Token


def happened(run: Run, item: Item) -> None:
    """Go on from a wait that is over (its item is already gone)."""
    plan = run.program.plans[item.node]
    host = cast("int | None", item.data.get("host"))
    if host is None:
        tokens.leave(run, plan, tokens.leaving(item))
        return
    if plan.kind in (Kind.BOUNDARY, Kind.START):
        if not plan.interrupting:
            _wait_again(run, plan, item, host)
        caught(run, plan, host, item.number)
    else:
        _pass_gate(run, plan, run.draft.items[host], item.number)


def caught(run: Run, plan: Plan, host: int, cause: int) -> None:
    """Start the way of a boundary event or event sub-process; ``host`` is what it watched."""
    if plan.kind is Kind.START:
        _handle(run, plan, host)
        return
    item = run.draft.items[host]
    trail: list[str] = []
    if plan.interrupting:
        tokens.withdraw(run, host, "interrupted")
        trail = tokens.trail_of(item)
    tokens.leave(run, plan, Token(plan.id, "", item.scope, trail, 0, cause))


def _wait_again(run: Run, plan: Plan, item: Item, host: int) -> None:
    token = Token(plan.id, "", item.scope, [], 0, host)
    data: dict[str, object] = {"host": host}
    if item.kind is ItemKind.TIMER:
        left = cast("int", item.data.get("left", 0))
        if not left:
            return
        data["left"] = left - 1 if left > 0 else left
    waits.begin(run, plan, token, data)


def _pass_gate(run: Run, plan: Plan, gate: Item, cause: int) -> None:
    flows = (plan.incoming[0],)
    tokens.clear(run, gate.number, "not-chosen")
    run.emit(m.GatewayTaken(gate.number, gate.node, flows))
    tokens.leave(run, plan, Token(plan.id, "", gate.scope, tokens.trail_of(gate), 0, cause))


def _handle(run: Run, start: Plan, scope: int) -> None:
    """Enter an event sub-process; an interrupting one first ends all else in its scope."""
    if start.interrupting:
        tokens.empty(run, scope, "interrupted")
    number = run.draft.next_item
    run.emit(m.Entered(number, start.parent, scope, {}))
    waits.listen(run, start.parent, number)
    tokens.leave(run, start, Token(start.id, "", number, [], 0, number))


# --- throwing -------------------------------------------------------------------------------------


def throw(run: Run, plan: Plan, token: Token) -> None:
    """Throw what a node throws. The token goes on first, so that a catcher may still end it.

    What was thrown cannot be unsaid: the step before it can no longer be taken back.
    """
    trigger, code = plan.event.trigger, plan.event.code
    key = tokens.key_of(run, plan, token.scope)
    if isinstance(key, Fault):
        tokens.stuck(run, token, code="process.key-failed", detail=key.detail)
        return
    if trigger is not Trigger.NONE:
        run.emit(m.Thrown(token.item, plan.id, trigger.value, code, key))
    if trigger is Trigger.ERROR:
        if not look(run, trigger, code, token.scope):
            uncaught = "process.error-uncaught"
            tokens.stuck(run, token, code=uncaught, detail=code, phase="leave")
        return
    tokens.leave(run, plan, token if trigger is Trigger.NONE else token._replace(origin=0))
    if trigger is Trigger.SIGNAL:
        signal(run, code, {})
    elif trigger is Trigger.ESCALATION:
        look(run, trigger, code, token.scope)


def signal(run: Run, name: str, variables: Data) -> int:
    """Let everything that waits for a signal go on; return how many did."""
    waiting = [
        item.number
        for item in run.draft.items.values()
        if item.kind is ItemKind.SIGNAL and item.data["name"] == name
    ]
    for number in sorted(waiting):
        item = run.draft.items.get(number)
        if item is not None:
            run.emit(m.Received(number, item.node, variables))
            happened(run, item)
    return len(waiting)


def look(run: Run, trigger: Trigger, code: str, scope: int, thrower: Item | None = None) -> bool:
    """Find who catches an error or escalation, from the inside out; say whether anybody did."""
    here = thrower
    handlers = True
    while True:
        if here is not None:
            host = _whole(run, here)
            plan = run.program.plans[host.node]
            if _catch(run, plan.boundaries, trigger, code, host.number):
                return True
            handlers = plan.kind is not Kind.EVENT_SUB_PROCESS
            scope = host.scope
        node = run.draft.items[scope].node if scope else ""
        starts = run.program.handlers_of.get(node, ()) if handlers else ()
        if _catch(run, starts, trigger, code, scope):
            return True
        if not scope:
            return False
        here = run.draft.items[scope]


def _whole(run: Run, item: Item) -> Item:
    """Return the body of a multi-instance for one of its instances."""
    body = run.draft.items.get(item.scope)
    return body if body is not None and body.node == item.node and states.is_body(body) else item


def _catch(run: Run, nodes: Iterable[str], trigger: Trigger, code: str, host: int) -> bool:
    plans = [run.program.plans[node] for node in nodes]
    fitting = [p for p in plans if p.event.trigger is trigger and p.event.code in (code, "")]
    if not fitting:
        return False
    plan = max(fitting, key=lambda p: p.event.code == code)
    run.emit(m.Caught(host, plan.id, code))
    caught(run, plan, host, host)
    return True
