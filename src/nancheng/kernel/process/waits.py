"""What waits: timers, messages and signals, for a token or on behalf of what they watch."""

from __future__ import annotations

from nancheng.kernel.process import due as dues
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import tokens
from nancheng.kernel.process.definition import TimerKind, TimerSpec, Trigger
from nancheng.kernel.process.program import Plan
from nancheng.kernel.process.tokens import Fault, Run, Token

WAITS = frozenset({Trigger.TIMER, Trigger.MESSAGE, Trigger.SIGNAL})


def watch(run: Run, plan: Plan, number: int, scope: int) -> None:
    """Set what watches an activity from its boundary."""
    for boundary in plan.boundaries:
        begin_watching(run, run.program.plans[boundary], number, scope)


def listen(run: Run, node: str, scope: int) -> None:
    """Set what may start the event sub-processes of a scope that has just been entered."""
    for start in run.program.handlers_of.get(node, ()):
        begin_watching(run, run.program.plans[start], scope, scope)


def begin_watching(run: Run, plan: Plan, host: int, scope: int) -> None:
    """Set one watcher; errors and escalations need none, they look for who catches them."""
    if plan.event.trigger in WAITS:
        begin(run, plan, Token(plan.id, "", scope, [], 0, host), {"host": host})


def begin(run: Run, plan: Plan, token: Token, data: dict[str, object]) -> None:
    """Wait for the event of a node; ``data`` is what the waiting item will hold."""
    if plan.event.trigger is Trigger.TIMER:
        set_timer(run, plan, token, data)
        return
    key = tokens.key_of(run, plan, token.scope)
    if isinstance(key, Fault):
        _cannot_wait(run, plan, token, data | {"code": "process.key-failed"}, key)
        return
    data |= {"awaits": plan.event.trigger.value, "name": plan.event.code, "key": key}
    run.emit(m.Awaited(run.draft.next_item, plan.id, token.scope, data))


def _cannot_wait(run: Run, plan: Plan, token: Token, data: dict[str, object], fault: Fault) -> None:
    phase = "watch" if "host" in data else "arrive"
    data |= {"detail": fault.detail, "phase": phase}
    run.emit(m.Stuck(run.draft.next_item, plan.id, token.scope, data))


def set_timer(run: Run, plan: Plan, token: Token, data: dict[str, object]) -> None:
    """Set the timer of an event node; a time that cannot be worked out is an incident."""
    spec = _spec(run, plan, token.scope)
    found = spec if isinstance(spec, Fault) else _due(run, spec)
    if isinstance(found, Fault):
        _cannot_wait(run, plan, token, data | {"code": "process.timer-failed"}, found)
        return
    spec, at, left = found
    data["due"] = at
    if spec.kind is TimerKind.DURATION and not spec.text.startswith("P"):
        # A calendar may change what such a length comes to; what gave it may be gone by then.
        data["length"] = spec.text
    if left:
        data.setdefault("left", left)
    run.emit(m.TimerSet(run.draft.next_item, plan.id, token.scope, data))


def _spec(run: Run, plan: Plan, scope: int) -> TimerSpec | Fault:
    """Return what the drawing says of a timer, worked out if it is an expression."""
    assert plan.timer, plan.id
    spec = plan.timer.spec
    if not plan.timer.expression:
        return spec
    value = tokens.ask(plan.timer.expression, tokens.seen_from(run, scope))
    return value if isinstance(value, Fault) else TimerSpec(spec.kind, str(value))


def _due(run: Run, spec: TimerSpec) -> tuple[TimerSpec, str, int] | Fault:
    """Return when a timer is due, and how many more times it repeats after that."""
    try:
        at = run.due(spec, run.at)
        repeats = dues.cycle(spec.text)[0] if spec.kind is TimerKind.CYCLE else 1
    except (ValueError, ArithmeticError, LookupError) as error:
        return Fault(f"{spec.text}: {error}"[:500])
    return spec, at.isoformat(), repeats - 1 if repeats > 0 else repeats
