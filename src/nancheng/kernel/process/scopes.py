"""When all tokens rest: joins that need not wait longer, scopes that are done, counts."""

from __future__ import annotations

from typing import cast

from nancheng.kernel.process import arrival, tokens
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import Kind
from nancheng.kernel.process.program import Plan
from nancheng.kernel.process.state import Item, ItemKind, Status
from nancheng.kernel.process.tokens import Fault, Run, Token


def settle(run: Run) -> None:
    """Move every token until it rests. Bounded: what still runs after that is an incident."""
    while True:
        while run.queue:
            token = run.queue.popleft()
            run.moves += 1
            if run.moves > arrival.MOVES_MAX:
                tokens.stuck(run, token, code="process.too-many-moves")
                continue
            arrival.arrive(run, token)
        if run.program.inclusive and _let_go(run):
            continue
        if not run.suspect:
            return
        scope = max(run.suspect)
        run.suspect.discard(scope)
        _examine(run, scope)


def finished(run: Run, item: Item, origin: int = 0) -> None:
    """Go on from an activity that is done (its item is already gone)."""
    plan = run.program.plans[item.node]
    body = run.draft.items.get(item.scope)
    if body is not None and body.node == item.node and states.is_body(body):
        count(run, body.number)
        return
    if plan.boundaries:
        tokens.clear(run, item.number, "host-done")
    token = tokens.leaving(item, origin)
    if plan.kind is Kind.USER_TASK:
        token = tokens.passed(run, token, item.node)
    tokens.leave(run, plan, token)


def count(run: Run, number: int) -> None:
    """See whether a multi-instance is done; if not, begin the next instance of a sequential one."""
    body = run.draft.items[number]
    plan = run.program.plans[body.node]
    open_ones = [i for i in states.children(run.draft.items, number) if states.holds_token(i)]
    enough = _is_enough(run, plan, body, len(open_ones))
    if isinstance(enough, Fault):
        token = Token(body.node, "", number, [], 0, number)
        code = "process.completion-condition-failed"
        tokens.stuck(run, token, code=code, detail=enough.detail, phase="completion")
        return
    elements = cast("list[object]", body.data.get("elements", []))
    begun = cast("int", body.data["begun"])
    if enough or (not open_ones and begun >= len(elements)):
        _close(run, body)
    elif not open_ones:
        arrival.begin_instance(run, plan, number, begun, elements[begun])


def _is_enough(run: Run, plan: Plan, body: Item, active: int) -> bool | Fault:
    assert plan.multi, plan.id
    if plan.multi.until is None:
        return False
    variables = {
        **tokens.seen_from(run, body.scope),
        "nrOfInstances": body.data["total"],
        "nrOfCompletedInstances": body.data["done"],
        "nrOfActiveInstances": active,
    }
    if plan.multi.result:
        variables[plan.multi.result] = body.data["results"]
    value = tokens.ask(plan.multi.until, variables)
    return value if isinstance(value, Fault) else value is True


def _close(run: Run, body: Item) -> None:
    tokens.clear(run, body.number, "enough")
    result = cast("str", body.data["result"])
    variables = {result: body.data["results"]} if result else {}
    run.emit(m.Left(body.number, body.node, variables))
    finished(run, body)


# --- scopes -------------------------------------------------------------------------------------


def _examine(run: Run, scope: int) -> None:
    """A token ended or began to wait in this scope: is the scope done, or can it never be?"""
    item = run.draft.items.get(scope)
    if scope and item is None:
        return
    inside = [i for i in run.draft.items.values() if i.scope == scope and states.holds_token(i)]
    if states.is_body(item):
        if not inside:
            count(run, scope)
    elif not inside:
        _finish(run, item)
    elif all(i.kind is ItemKind.JOIN for i in inside):
        _starve(run, min(inside, key=lambda i: i.number))


def _finish(run: Run, item: Item | None) -> None:
    if item is None:
        if run.draft.status is Status.RUNNING:
            tokens.clear(run, 0, "case-done")
            run.emit(m.Ended(0, run.vanished))
        return
    tokens.clear(run, item.number, "scope-done")
    run.emit(m.Left(item.number, item.node))
    finished(run, item)


def _starve(run: Run, waiting: Item) -> None:
    """Only gateways wait, for tokens that cannot come: a person must look at it."""
    data = {**waiting.data, "code": "process.join-starved", "detail": "", "phase": "join"}
    run.emit(m.Stuck(waiting.number, waiting.node, waiting.scope, data))


# --- inclusive joins ----------------------------------------------------------------------------


def _let_go(run: Run) -> bool:
    """Release the first inclusive join that no other token can still reach; say whether one was."""
    waiting = [
        item
        for item in run.draft.items.values()
        if item.kind is ItemKind.JOIN and item.node in run.program.inclusive
    ]
    for item in sorted(waiting, key=lambda i: i.number):
        if not _must_wait(run, item):
            plan = run.program.plans[item.node]
            arrived = cast("list[str]", item.data["arrived"])
            arrival.join(run, plan, item, arrived, tokens.trail_of(item))
            return True
    return False


def _must_wait(run: Run, waiting: Item) -> bool:
    """BPMN 2.0 §13.4.3: a token elsewhere can come by an empty flow, and by no filled one."""
    reach = run.program.plans[waiting.node].reach
    filled = frozenset(cast("list[str]", waiting.data["arrived"]))
    for item in run.draft.items.values():
        if item.scope != waiting.scope or item.number == waiting.number:
            continue
        flows = reach.get(item.node)
        if flows and states.holds_token(item) and not flows & filled:
            return True
    return False
