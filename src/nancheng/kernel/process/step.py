"""What happens next: one command in, the events that follow from it out.

``step`` decides and changes nothing; ``state.apply`` changes. The rules of BPMN are in ``arrival``
(what a node does), ``tokens`` (the ways out), ``waits`` and ``catching`` (events) and ``scopes``
(joins, sub-processes, multi-instances); the verbs that move a token by hand are in ``verbs``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from nancheng.kernel.process import catching, migration, scopes, tokens, verbs, waits
from nancheng.kernel.process import due as dues
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.arrival import begin_instance
from nancheng.kernel.process.definition import Kind, Trigger
from nancheng.kernel.process.program import Plan, Program
from nancheng.kernel.process.state import Item, ItemKind, State, Status
from nancheng.kernel.process.tokens import Due, Fault, Run, Token
from nancheng.kernel.refusal import Refused

OPEN = frozenset({Status.RUNNING, Status.SUSPENDED})
RAISES = frozenset({ItemKind.USER, ItemKind.AUTOMATIC, ItemKind.CALL})


def step(
    program: Program, state: State, command: m.Command, *, due: Due = dues.due
) -> tuple[m.Event, ...]:
    """Return everything that follows from one command.

    Raises ``Refused`` (codes ``process.…``) when the command does not fit the state.
    """
    return advance(program, state, command, due=due)[0]


def advance(
    program: Program, state: State, command: m.Command, *, due: Due = dues.due
) -> tuple[tuple[m.Event, ...], State]:
    """Return what ``step`` returns and the state those events lead to, worked out once."""
    kind = type(command)
    if state.status is not Status.RUNNING:
        _may_now(state, kind)
    run = Run(program, state, command.at, due)
    ON_COMMAND[kind](run, command)
    scopes.settle(run)
    return tuple(run.events), run.draft.freeze()


def _may_now(state: State, kind: type[Any]) -> None:
    if state.status is Status.NOT_STARTED:
        if kind is not m.Start:
            raise Refused("process.not-started")
    elif state.status not in OPEN:
        raise Refused("process.case-is-over", status=state.status)
    elif kind not in (m.Resume, m.Terminate, m.SetVariables, m.MoveTimer, m.Migrate):
        raise Refused("process.suspended")


def _item(run: Run, number: int, kind: ItemKind, code: str) -> Item:
    item = run.draft.items.get(number)
    if item is None or item.kind is not kind:
        raise Refused(code, item=number)
    return item


# --- one function per command ---------------------------------------------------------------------


def _start(run: Run, command: m.Start) -> None:
    if run.draft.status is not Status.NOT_STARTED:
        raise Refused("process.already-started")
    node = command.node or run.program.start
    plan = run.program.plans.get(node)
    begins = plan is not None and (plan.kind is Kind.START or node in run.program.reopens)
    if plan is None or not begins or plan.parent:
        raise Refused("process.no-such-start", node=node)
    run.emit(m.Started(0, node, command.variables))
    waits.listen(run, "", 0)
    token = Token(node, "", 0, [], 0, 0)
    if plan.kind is Kind.START:
        tokens.leave(run, plan, token)
    else:
        # A reopened case arrives at the step where the drawing lets it go on.
        run.queue.append(token)


def _complete(run: Run, command: m.Complete) -> None:
    item = _item(run, command.item, ItemKind.USER, "process.no-such-task")
    run.emit(m.Completed(item.number, item.node, command.variables))
    scopes.finished(run, item, item.number)


def _answer(run: Run, command: m.Answer) -> None:
    item = _item(run, command.item, ItemKind.AUTOMATIC, "process.no-such-work")
    run.emit(m.Answered(item.number, item.node, command.variables, command.rows))
    pure = run.program.plans[item.node].kind is Kind.RULE_TASK
    scopes.finished(run, item, cast("int", item.data.get("from", 0)) if pure else 0)


def _fail(run: Run, command: m.Fail) -> None:
    item = _item(run, command.item, ItemKind.AUTOMATIC, "process.no-such-work")
    _incident(run, item, command.code, command.detail)


def _incident(run: Run, item: Item, code: str, detail: str) -> None:
    inside = states.is_body(run.draft.items.get(item.scope))
    phase = "instance" if inside else "arrive"
    data = {**item.data, "code": code, "detail": detail, "phase": phase}
    run.emit(m.Stuck(item.number, item.node, item.scope, data))


def _fire(run: Run, command: m.Fire) -> None:
    item = _item(run, command.item, ItemKind.TIMER, "process.no-such-timer")
    due_at = datetime.fromisoformat(cast("str", item.data["due"]))
    if command.at < due_at:
        raise Refused("process.timer-not-due", item=item.number, due_at=due_at)
    run.emit(m.Fired(item.number, item.node))
    catching.happened(run, item)


def _deliver(run: Run, command: m.Deliver) -> None:
    item = _item(run, command.item, ItemKind.MESSAGE, "process.no-such-wait")
    run.emit(m.Received(item.number, item.node, command.variables))
    if run.program.plans[item.node].kind is Kind.RECEIVE_TASK and states.holds_token(item):
        scopes.finished(run, item)
    else:
        catching.happened(run, item)


def _signal(run: Run, command: m.Signal) -> None:
    if not catching.signal(run, command.name, command.variables):
        raise Refused("process.nobody-waits", name=command.name)


def _return(run: Run, command: m.Return) -> None:
    item = _item(run, command.item, ItemKind.CALL, "process.no-such-call")
    _returned(run, item, command.variables)


def _returned(run: Run, item: Item, variables: m.Values) -> None:
    """Take over what a called process gave back; ``nc:output`` says what of it, and as what."""
    takes = run.program.plans[item.node].takes
    if takes is not None:
        seen = {**tokens.seen_from(run, item.scope), **variables}
        mapped = tokens.mapping(takes, seen)
        if isinstance(mapped, Fault):
            data = {**item.data, "code": "process.mapping-failed", "detail": mapped.detail}
            data |= {"phase": "return", "returned": variables}
            run.emit(m.Stuck(item.number, item.node, item.scope, data))
            return
        variables = mapped
    run.emit(m.Returned(item.number, item.node, variables))
    scopes.finished(run, item)


def _raise(run: Run, command: m.Raise) -> None:
    item = run.draft.items.get(command.item)
    if item is None or item.kind not in RAISES:
        raise Refused("process.no-such-work", item=command.item)
    error = Trigger.ERROR.value
    run.emit(m.Thrown(item.number, item.node, error, command.code, "", command.variables))
    if catching.look(run, Trigger.ERROR, command.code, item.scope, item):
        return
    if item.kind is ItemKind.USER:
        raise Refused("process.error-uncaught", error=command.code)
    _incident(run, item, "process.error-uncaught", command.code)


def _escalate(run: Run, command: m.Escalate) -> None:
    item = run.draft.items.get(command.item)
    if item is None or item.kind not in RAISES:
        raise Refused("process.no-such-work", item=command.item)
    trigger = Trigger.ESCALATION
    run.emit(m.Thrown(item.number, item.node, trigger.value, command.code, "", command.variables))
    catching.look(run, trigger, command.code, item.scope, item)


def _retry(run: Run, command: m.Retry) -> None:
    item = _item(run, command.item, ItemKind.INCIDENT, "process.no-such-incident")
    run.emit(m.Retried(item.number, item.node))
    RETRY[cast("str", item.data["phase"])](run, run.program.plans[item.node], item)


def _arrive_again(run: Run, plan: Plan, item: Item) -> None:
    """Arrive anew, under a new number; what watched the old one is set anew too."""
    tokens.clear(run, item.number, "retried")
    origin = cast("int", item.data.get("from", 0))
    run.queue.append(Token(plan.id, "", item.scope, tokens.trail_of(item), origin, item.number))


def _leave_again(run: Run, plan: Plan, item: Item) -> None:
    tokens.leave(run, plan, tokens.leaving(item))


def _join_again(run: Run, plan: Plan, item: Item) -> None:
    for flow in cast("list[str]", item.data["arrived"]):
        run.queue.append(Token(plan.id, flow, item.scope, tokens.trail_of(item), 0, item.number))


def _instance_again(run: Run, plan: Plan, item: Item) -> None:
    index = cast("int", item.data["index"]) - 1
    begin_instance(run, plan, item.scope, index, item.data["element"])


def _count_again(run: Run, _plan: Plan, item: Item) -> None:
    scopes.count(run, item.scope)


def _return_again(run: Run, plan: Plan, item: Item) -> None:
    """Call anew under a new number and return at once: the called process has ended long ago."""
    tokens.clear(run, item.number, "retried")
    gone = ("code", "detail", "phase", "returned")
    data = {key: value for key, value in item.data.items() if key not in gone}
    number = run.draft.next_item
    run.emit(m.Called(number, item.node, item.scope, data))
    if not states.is_body(run.draft.items.get(item.scope)):
        waits.watch(run, plan, number, item.scope)
    _returned(run, run.draft.items[number], cast("m.Values", item.data["returned"]))


def _watch_again(run: Run, plan: Plan, item: Item) -> None:
    waits.begin_watching(run, plan, cast("int", item.data["host"]), item.scope)


RETRY: Mapping[str, Callable[[Run, Plan, Item], None]] = {
    "arrive": _arrive_again,
    "leave": _leave_again,
    "join": _join_again,
    "instance": _instance_again,
    "return": _return_again,
    "completion": _count_again,
    "watch": _watch_again,
}


def _set_variables(run: Run, command: m.SetVariables) -> None:
    run.emit(m.VariablesSet(0, "", command.variables))


def _move_timer(run: Run, command: m.MoveTimer) -> None:
    item = _item(run, command.item, ItemKind.TIMER, "process.no-such-timer")
    before = str(item.data["due"])
    if command.due != datetime.fromisoformat(before):
        run.emit(m.TimerMoved(item.number, item.node, before, command.due.isoformat()))


def _suspend(run: Run, command: m.Suspend) -> None:
    run.emit(m.Suspended(0, "", command.reason))


def _resume(run: Run, _command: m.Resume) -> None:
    if run.draft.status is not Status.SUSPENDED:
        raise Refused("process.not-suspended")
    run.emit(m.Resumed(0, ""))


def _terminate(run: Run, command: m.Terminate) -> None:
    tokens.clear(run, 0, "case-terminated")
    run.emit(m.Terminated(0, "", command.reason))


ON_COMMAND: Mapping[type[Any], Callable[[Run, Any], None]] = {
    m.Start: _start,
    m.Complete: _complete,
    m.Answer: _answer,
    m.Fail: _fail,
    m.Fire: _fire,
    m.Deliver: _deliver,
    m.Signal: _signal,
    m.Return: _return,
    m.Raise: _raise,
    m.Escalate: _escalate,
    m.SendBack: verbs.send_back,
    m.TakeBack: verbs.take_back,
    m.AddInstance: verbs.add_instance,
    m.RemoveInstance: verbs.remove_instance,
    m.Retry: _retry,
    m.SetVariables: _set_variables,
    m.MoveTimer: _move_timer,
    m.Migrate: migration.migrate,
    m.Suspend: _suspend,
    m.Resume: _resume,
    m.Terminate: _terminate,
}
assert set(ON_COMMAND) == set(m.Command.__args__)
