"""What a node does when a token reaches it: one table, complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from nancheng.kernel.process import catching, tokens, waits
from nancheng.kernel.process import messages as m
from nancheng.kernel.process.definition import Kind, Trigger
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
    trigger = plan.event.trigger
    if trigger is Trigger.NONE:
        tokens.vanish(run, token)
    elif trigger is Trigger.TERMINATE:
        tokens.empty(run, token.scope, "terminated")
        tokens.vanish(run, token)
    else:
        catching.throw(run, plan, token)


def _catch(run: Run, plan: Plan, token: Token) -> None:
    if plan.event.trigger is Trigger.LINK:
        tokens.leave(run, plan, token)
        return
    waits.begin(run, plan, token, tokens.resting(token))


def _throw(run: Run, plan: Plan, token: Token) -> None:
    if plan.event.trigger is Trigger.LINK:
        tokens.leave(run, plan, token)
        return
    catching.throw(run, plan, token)


def _send(run: Run, plan: Plan, token: Token) -> None:
    """A send task is its handler's work; without one it throws its message."""
    (_activity if plan.work else _throw)(run, plan, token)


def _gate(run: Run, plan: Plan, token: Token) -> None:
    """Wait for the first of the events behind the gateway."""
    number = run.draft.next_item
    run.emit(m.GateOpened(number, plan.id, token.scope, tokens.resting(token)))
    for out in plan.out:
        behind = run.program.plans[out.target]
        waits.begin(run, behind, Token(behind.id, "", token.scope, [], 0, number), {"host": number})


def _never(_run: Run, plan: Plan, _token: Token) -> None:
    """Boundary events and event sub-processes have no incoming flow (see ``problems``)."""
    raise AssertionError(plan.id)


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
    waits.watch(run, plan, number, token.scope)


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
    waits.listen(run, plan.id, number)
    run.queue.append(Token(plan.inner, "", number, [], 0, number))


def _call(run: Run, plan: Plan, token: Token, more: Data) -> None:
    data = tokens.resting(token._replace(origin=0), calls=plan.calls, **more)
    if plan.gives is not None:
        seen = tokens.seen_from(run, token.scope)
        if plan.multi:
            seen = {**seen, plan.multi.element: more["element"], "loopCounter": more["index"]}
        gives = tokens.mapping(plan.gives, seen)
        if isinstance(gives, Fault):
            phase, code = "instance" if plan.multi else "arrive", "process.mapping-failed"
            tokens.stuck(run, token, code=code, detail=gives.detail, phase=phase, **more)
            return
        data["gives"] = gives
    run.emit(m.Called(run.draft.next_item, plan.id, token.scope, data))


def _receive(run: Run, plan: Plan, token: Token, more: Data) -> None:
    waits.begin(run, plan, token, tokens.resting(token, **more))


BEGIN: Mapping[Kind, Callable[[Run, Plan, Token, Data], None]] = {
    Kind.USER_TASK: _offer,
    Kind.SERVICE_TASK: _request,
    Kind.RULE_TASK: _request,
    Kind.SEND_TASK: _request,
    Kind.RECEIVE_TASK: _receive,
    Kind.SUB_PROCESS: _enter,
    Kind.CALL: _call,
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
    waits.watch(run, plan, number, token.scope)
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


ON_ARRIVAL: Mapping[Kind, OnArrival] = {
    Kind.START: tokens.leave,
    Kind.END: _end,
    Kind.CATCH: _catch,
    Kind.THROW: _throw,
    Kind.BOUNDARY: _never,
    Kind.TASK: tokens.leave,
    Kind.MANUAL_TASK: tokens.leave,
    Kind.USER_TASK: _activity,
    Kind.SERVICE_TASK: _activity,
    Kind.RULE_TASK: _activity,
    Kind.SEND_TASK: _send,
    Kind.RECEIVE_TASK: _activity,
    Kind.SUB_PROCESS: _activity,
    Kind.EVENT_SUB_PROCESS: _never,
    Kind.CALL: _activity,
    Kind.EXCLUSIVE: tokens.leave,
    Kind.PARALLEL: _meet,
    Kind.INCLUSIVE: _meet,
    Kind.EVENT_BASED: _gate,
}
assert set(ON_ARRIVAL) == set(Kind)
