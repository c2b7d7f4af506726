"""A step in the making: tokens on the move, the events they leave, and the ways out of a node.

A token either rests in an item of the state or is in ``Run.queue``; nothing else holds one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import Kind, TimerSpec
from nancheng.kernel.process.program import Expression, Out, Plan, Program
from nancheng.kernel.process.state import Data, Draft, Item, State

Due = Callable[[TimerSpec, datetime], datetime]

FORK_MARK = "|"


class Token(NamedTuple):
    """A token on the move to ``node``, or leaving it.

    ``origin`` is the user task whose completion alone put it here, else 0; ``item`` the one it
    left.
    """

    node: str
    flow: str
    scope: int
    trail: list[str]
    origin: int
    item: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What an expression gave instead of a value."""

    detail: str


class Run:
    """One command being worked out; ``suspect`` are scopes to look at when all tokens rest."""

    __slots__ = ("at", "draft", "due", "events", "moves", "program", "queue", "suspect", "vanished")

    def __init__(self, program: Program, state: State, at: datetime, due: Due) -> None:
        self.program = program
        self.draft = Draft(state)
        self.at = at
        self.due = due
        self.events: list[m.Event] = []
        self.queue: deque[Token] = deque()
        self.suspect: set[int] = set()
        self.moves = 0
        self.vanished = ""

    def emit(self, event: m.Event) -> None:
        """Record an event and let it happen."""
        self.events.append(event)
        states.ON_EVENT[type(event)](self.draft, event)


def resting(token: Token, **more: object) -> dict[str, object]:
    """Return the data of an item in which this token comes to rest."""
    if token.trail:
        more["trail"] = token.trail
    if token.origin:
        more["from"] = token.origin
    return more


def leaving(item: Item, origin: int = 0) -> Token:
    """Return the token that leaves an item."""
    return Token(item.node, "", item.scope, trail_of(item), origin, item.number)


def trail_of(item: Item) -> list[str]:
    """Return the user tasks (and fork marks) the token in this item has passed."""
    return cast("list[str]", item.data.get("trail") or [])


def ask(expression: Expression, variables: Data) -> object | Fault:
    """Evaluate; an expression that fails is a fact about the case, not an exception."""
    try:
        return expression(variables)
    except Exception as error:
        return Fault(f"{type(error).__name__}: {error}"[:500])


def key_of(run: Run, plan: Plan, scope: int) -> str | Fault:
    """Return the value by which a message finds its case, "" when the drawing states none.

    Null is no value: all cases that lack theirs would share it.
    """
    if not plan.key:
        return ""
    value = ask(plan.key, seen_from(run, scope))
    if value is None:
        return Fault("null")
    return value if isinstance(value, Fault) else str(value)


def mapping(expression: Expression, variables: Data) -> Data | Fault:
    """Evaluate what must give a context: the variables a call gives or takes."""
    value = ask(expression, variables)
    if isinstance(value, Fault):
        return value
    if not isinstance(value, Mapping):
        return Fault(f"not a context: {value!r}"[:200])
    return {str(name): inner for name, inner in value.items()}


def seen_from(run: Run, scope: int) -> Data:
    """Return the variables an expression in this scope sees."""
    return states.visible(run.draft.variables, run.draft.items, scope)


def stuck(
    run: Run, token: Token, *, code: str, detail: str = "", phase: str = "arrive", **more: object
) -> None:
    """Put a token to rest as an incident that a person can retry."""
    data = resting(token, code=code, detail=detail, phase=phase, **more)
    run.emit(m.Stuck(run.draft.next_item, token.node, token.scope, data))


# --- ways out ---------------------------------------------------------------------------------


def leave(run: Run, plan: Plan, token: Token) -> None:
    """Send a token out of a node by the flows BPMN gives it."""
    outs = plan.out
    if plan.plain and len(outs) == 1:
        out = outs[0]
        run.queue.append(
            Token(out.target, out.flow, token.scope, token.trail, token.origin, token.item)
        )
    elif plan.kind is Kind.EXCLUSIVE:
        _choose_one(run, plan, token)
    elif not outs and not plan.default:
        vanish(run, token)
    elif plan.plain:
        send(run, outs, token)
    else:
        _choose_some(run, plan, token)


def vanish(run: Run, token: Token) -> None:
    """Let a token end here; its scope may be done now."""
    run.suspect.add(token.scope)
    run.vanished = token.node


def send(run: Run, outs: Sequence[Out], token: Token) -> None:
    """Send one token by each flow; a real fork leaves its mark on their trails."""
    trail = token.trail
    if len(outs) > 1:
        trail = [*trail, f"{FORK_MARK}{run.draft.next_item}/{len(outs)}"]
    for out in outs:
        run.queue.append(Token(out.target, out.flow, token.scope, trail, token.origin, token.item))


def _choose_one(run: Run, plan: Plan, token: Token) -> None:
    variables = seen_from(run, token.scope)
    for out in plan.out:
        value = ask(out.condition, variables) if out.condition else True
        if isinstance(value, Fault):
            _cannot_choose(run, token, out, value)
            return
        if value is True:
            _taken(run, plan, token, [out])
            return
    _otherwise(run, plan, token)


def _choose_some(run: Run, plan: Plan, token: Token) -> None:
    variables = seen_from(run, token.scope)
    chosen = []
    for out in plan.out:
        value = ask(out.condition, variables) if out.condition else True
        if isinstance(value, Fault):
            _cannot_choose(run, token, out, value)
            return
        if value is True:
            chosen.append(out)
    if chosen:
        _taken(run, plan, token, chosen)
    else:
        _otherwise(run, plan, token)


def _otherwise(run: Run, plan: Plan, token: Token) -> None:
    if plan.default:
        _taken(run, plan, token, [plan.default])
    else:
        stuck(run, token, code="process.no-way-out", phase="leave")


def _cannot_choose(run: Run, token: Token, out: Out, fault: Fault) -> None:
    detail = f"{out.flow}: {fault.detail}"
    stuck(run, token, code="process.condition-failed", detail=detail, phase="leave")


def _taken(run: Run, plan: Plan, token: Token, outs: list[Out]) -> None:
    run.emit(m.GatewayTaken(token.item, plan.id, tuple(out.flow for out in outs)))
    send(run, outs, token)


# --- taking away --------------------------------------------------------------------------------


def withdraw(run: Run, number: int, reason: str) -> None:
    """Take an item away, with all inside it and all that watches it."""
    clear(run, number, reason)
    run.emit(m.Withdrawn(number, run.draft.items[number].node, reason))


def clear(run: Run, number: int, reason: str) -> None:
    """Take away what is inside an item (0: the case) and what watches it."""
    empty(run, number, reason)
    watching = [i.number for i in run.draft.items.values() if i.data.get("host") == number]
    _take(run, watching, reason)


def empty(run: Run, scope: int, reason: str) -> None:
    """Take away what is inside a scope, tokens on the move too; what watches it stays."""
    if run.queue:
        run.queue = deque(token for token in run.queue if token.scope != scope)
    _take(run, [i.number for i in run.draft.items.values() if i.scope == scope], reason)


def _take(run: Run, numbers: list[int], reason: str) -> None:
    for number in sorted(numbers):
        if number in run.draft.items:
            withdraw(run, number, reason)


# --- trails -------------------------------------------------------------------------------------


def passed(run: Run, token: Token, node: str) -> Token:
    """Add a user task to a trail; one passed before is not kept twice."""
    trail = token.trail
    if node in trail:
        last = len(trail) - 1 - trail[::-1].index(node)
        marks = [entry for entry in trail[last:] if entry.startswith(FORK_MARK)]
        if not any(carried(run, mark, token.scope) for mark in marks):
            trail = trail[:last]
    return token._replace(trail=[*trail, node])


def common(first: list[str], second: list[str]) -> list[str]:
    """Return what two trails share from their beginning."""
    same = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        same += 1
    return first[:same]


def healed(run: Run, trail: list[str], scope: int) -> list[str]:
    """Drop the marks at the end of a trail of forks whose other branches are all gone."""
    while trail and trail[-1].startswith(FORK_MARK) and not carried(run, trail[-1], scope):
        trail = trail[:-1]
    return trail


def carried(run: Run, mark: str, scope: int) -> bool:
    """Say whether any token in this scope still carries the mark of a fork."""
    if any(token.scope == scope and mark in token.trail for token in run.queue):
        return True
    items = run.draft.items.values()
    return any(i.scope == scope and mark in trail_of(i) for i in items)
