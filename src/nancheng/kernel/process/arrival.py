"""What a node does when a token reaches it: one table, complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from nancheng.kernel.process import due as dues
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import tokens
from nancheng.kernel.process.definition import Kind, TimerKind, TimerSpec, Trigger
from nancheng.kernel.process.program import Multi, Plan
from nancheng.kernel.process.state import Data, Item, ItemKind
from nancheng.kernel.process.tokens import Fault, Run, Token

OnArrival = Callable[[Run, Plan, Token], None]
INSTANCES_MAX = 1000
MOVES_MAX = 10_000


def arrive(run: Run, token: Token) -> None:
    """Let a token reach its node."""
    plan = run.program.plans[token.node]
    ON_ARRIVAL[plan.kind](run, plan, token)


def _end(run: Run, plan: Plan, token: Token) -> None:
    if plan.event.trigger is Trigger.TERMINATE:
        tokens.clear(run, token.scope, "terminated")
    tokens.vanish(run, token)


def _catch(run: Run, plan: Plan, token: Token) -> None:
    set_timer(run, plan, token, tokens.resting(token))


# --- gateways that join -------------------------------------------------------------------------


def _meet(run: Run, plan: Plan, token: Token) -> None:
    if not plan.joins:
        tokens.leave(run, plan, token)
        return
    waiting = _waiting(run, plan, token.scope)
    arrived, trail = [token.flow], token.trail
    if waiting is not None:
        arrived = [*cast("list[str]", waiting.data["arrived"]), token.flow]
        trail = tokens.common(tokens.trail_of(waiting), token.trail)
    if waiting is not None and plan.kind is Kind.PARALLEL and set(plan.incoming) <= set(arrived):
        join(run, plan, waiting, arrived, trail)
        return
    number = waiting.number if waiting else run.draft.next_item
    data = tokens.resting(token._replace(trail=trail, origin=0), arrived=arrived)
    run.emit(m.Arrived(number, plan.id, token.scope, token.flow, data))
    run.suspect.add(token.scope)


def _waiting(run: Run, plan: Plan, scope: int) -> Item | None:
    for item in run.draft.items.values():
        if item.node == plan.id and item.scope == scope and item.kind is ItemKind.JOIN:
            return item
    return None


def join(run: Run, plan: Plan, waiting: Item, arrived: list[str], trail: list[str]) -> None:
    """Make one token of one arrival by each flow; further arrivals stay."""
    left = list(arrived)
    for flow in set(arrived):
        left.remove(flow)
    run.emit(m.Joined(waiting.number, plan.id, tuple(left)))
    trail = tokens.healed(run, trail, waiting.scope)
    tokens.leave(run, plan, Token(plan.id, "", waiting.scope, trail, 0, waiting.number))


# --- activities -----------------------------------------------------------------------------------


def _activity(run: Run, plan: Plan, token: Token) -> None:
    if plan.multi:
        _begin_multi(run, plan, plan.multi, token)
        return
    number = run.draft.next_item
    BEGIN[plan.kind](run, plan, token, {})
    watch(run, plan, number, token.scope)


def _offer(run: Run, plan: Plan, token: Token, more: Data) -> None:
    data = tokens.resting(token, **more)
    run.emit(m.Offered(run.draft.next_item, plan.id, token.scope, data))


def _request(run: Run, plan: Plan, token: Token, more: Data) -> None:
    data = tokens.resting(token, work=plan.work, **more)
    run.emit(m.Requested(run.draft.next_item, plan.id, token.scope, data))


def _enter(run: Run, plan: Plan, token: Token, more: Data) -> None:
    number = run.draft.next_item
    data = tokens.resting(token._replace(origin=0), **more)
    if plan.multi:
        own = {plan.multi.element: more["element"], "loopCounter": more["index"]}
        data["variables"] = own
    run.emit(m.Entered(number, plan.id, token.scope, data))
    run.queue.append(Token(plan.inner, "", number, [], 0, number))


BEGIN: Mapping[Kind, Callable[[Run, Plan, Token, Data], None]] = {
    Kind.USER_TASK: _offer,
    Kind.SERVICE_TASK: _request,
    Kind.RULE_TASK: _request,
    Kind.SUB_PROCESS: _enter,
}


# --- multi-instance -------------------------------------------------------------------------------


def _begin_multi(run: Run, plan: Plan, multi: Multi, token: Token) -> None:
    elements = _elements(run, multi, token)
    if isinstance(elements, Fault):
        tokens.stuck(run, token, code="process.collection-failed", detail=elements.detail)
        return
    run.moves += len(elements)
    if run.moves > MOVES_MAX:
        tokens.stuck(run, token, code="process.too-many-moves")
        return
    number = run.draft.next_item
    body: dict[str, object] = {
        "total": len(elements),
        "done": 0,
        "begun": 0,
        "name": multi.element,
        "result": multi.result,
        "results": [],
    }
    if multi.sequential:
        body["elements"] = elements
    run.emit(m.Entered(number, plan.id, token.scope, tokens.resting(token, **body)))
    watch(run, plan, number, token.scope)
    if not elements:
        run.suspect.add(number)
    for index, element in enumerate(elements[:1] if multi.sequential else elements):
        begin_instance(run, plan, number, index, element)


def begin_instance(run: Run, plan: Plan, body: int, index: int, element: object) -> None:
    """Begin one instance of a multi-instance; ``index`` counts from 0, ``loopCounter`` from 1."""
    token = Token(plan.id, "", body, [], 0, body)
    BEGIN[plan.kind](run, plan, token, {"element": element, "index": index + 1})


def _elements(run: Run, multi: Multi, token: Token) -> list[object] | Fault:
    value = tokens.ask(multi.collection, tokens.seen_from(run, token.scope))
    if isinstance(value, Fault):
        return value
    if isinstance(value, (list, tuple)):
        elements = list(value)
    elif _is_count(value):
        elements = list(range(1, int(cast("int", value)) + 1))
    else:
        return Fault(f"not a list: {value!r}"[:200])
    if len(elements) > INSTANCES_MAX:
        return Fault(f"{len(elements)} instances; at most {INSTANCES_MAX}")
    return elements


def _is_count(value: object) -> bool:
    if isinstance(value, bool) or not hasattr(value, "__int__") or isinstance(value, str):
        return False
    return 0 <= value <= INSTANCES_MAX and int(value) == value  # type: ignore[operator]


# --- timers ---------------------------------------------------------------------------------------


def watch(run: Run, plan: Plan, number: int, scope: int) -> None:
    """Set what watches an activity from its boundary."""
    for boundary in plan.boundaries:
        inner = run.program.plans[boundary]
        if inner.timer:
            set_timer(run, inner, Token(boundary, "", scope, [], 0, number), {"host": number})


def set_timer(run: Run, plan: Plan, token: Token, data: dict[str, object]) -> None:
    """Set the timer of an event node; a time that cannot be worked out is an incident."""
    assert plan.timer, plan.id
    found = _due(run, plan, token.scope)
    if isinstance(found, Fault):
        phase = "timer" if "host" in data else "arrive"
        data |= {"code": "process.timer-failed", "detail": found.detail, "phase": phase}
        run.emit(m.Stuck(run.draft.next_item, plan.id, token.scope, data))
        return
    at, left = found
    data["due"] = at
    if left:
        data.setdefault("left", left)
    run.emit(m.TimerSet(run.draft.next_item, plan.id, token.scope, data))


def _due(run: Run, plan: Plan, scope: int) -> tuple[str, int] | Fault:
    """Return when the timer is due, and how many more times it repeats after that."""
    assert plan.timer, plan.id
    spec = plan.timer.spec
    if plan.timer.expression:
        value = tokens.ask(plan.timer.expression, tokens.seen_from(run, scope))
        if isinstance(value, Fault):
            return value
        spec = TimerSpec(spec.kind, str(value))
    try:
        at = run.due(spec, run.at)
        repeats = dues.cycle(spec.text)[0] if spec.kind is TimerKind.CYCLE else 1
    except (ValueError, ArithmeticError, LookupError) as error:
        return Fault(f"{spec.text}: {error}"[:500])
    return at.isoformat(), repeats - 1 if repeats > 0 else repeats


def _not_run(_run: Run, plan: Plan, _token: Token) -> None:
    raise AssertionError(plan.id)


ON_ARRIVAL: Mapping[Kind, OnArrival] = {
    Kind.START: tokens.leave,
    Kind.END: _end,
    Kind.CATCH: _catch,
    Kind.THROW: tokens.leave,
    Kind.BOUNDARY: _not_run,
    Kind.TASK: tokens.leave,
    Kind.MANUAL_TASK: tokens.leave,
    Kind.USER_TASK: _activity,
    Kind.SERVICE_TASK: _activity,
    Kind.RULE_TASK: _activity,
    Kind.SEND_TASK: _not_run,
    Kind.RECEIVE_TASK: _not_run,
    Kind.SUB_PROCESS: _activity,
    Kind.EVENT_SUB_PROCESS: _not_run,
    Kind.CALL: _not_run,
    Kind.EXCLUSIVE: tokens.leave,
    Kind.PARALLEL: _meet,
    Kind.INCLUSIVE: _meet,
    Kind.EVENT_BASED: _not_run,
}
assert set(ON_ARRIVAL) == set(Kind)
