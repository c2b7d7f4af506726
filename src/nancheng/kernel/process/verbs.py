"""退回, 撤回, 加签, 减签: moving a token back, changing who signs; no token made or lost.

**Sending back.** A token carries the user tasks it has passed in its scope (its trail). It may move
to one of them when it is alone: no other token of the scope has come through a fork that lies after
the target on the trail. So one token moves, no sibling is abandoned, and none is doubled. A signer
of a joint signing cannot send back alone; the whole signing (its body) can be.

**Taking back.** The completion of a task is undone when everything it led to still rests untouched:
each token it became is an open user task, a joint signing nobody has signed, or a timer that has
not fired. Forks leave the number of their branches on the trail, so the shares of those tokens must
add up to one whole; a token that ended, joined others, started automatic work or threw something is
missing from the sum. Variables stay as they are: the task is offered with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import cast

from nancheng.kernel.process import arrival, scopes, tokens
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import Kind
from nancheng.kernel.process.program import Plan
from nancheng.kernel.process.state import Item, ItemKind
from nancheng.kernel.process.tokens import FORK_MARK, Run, Token
from nancheng.kernel.refusal import Refused

RESTING = frozenset(
    {ItemKind.USER, ItemKind.TIMER, ItemKind.MESSAGE, ItemKind.SIGNAL, ItemKind.GATE}
)
MOVABLE = frozenset({ItemKind.USER, ItemKind.INCIDENT, ItemKind.SCOPE})


def send_back(run: Run, command: m.SendBack) -> None:
    """Move the token of an open item to a user task it has passed."""
    item = run.draft.items.get(command.item)
    if item is None or item.kind not in MOVABLE or not states.holds_token(item):
        raise Refused("process.no-such-task", item=command.item)
    if not command.reason.strip():
        raise Refused("process.reason-missing", field="reason")
    if states.is_body(run.draft.items.get(item.scope)):
        raise Refused("process.signer-cannot-send-back", item=item.number)
    trail = _trail_before(run, item, command.target)
    tokens.clear(run, item.number, "sent-back")
    run.emit(m.SentBack(item.number, item.node, command.target, command.reason))
    run.queue.append(Token(command.target, "", item.scope, trail, 0, item.number))


def targets(items: Mapping[int, Item], item: Item) -> tuple[str, ...]:
    """Return the user tasks to which an open item may be sent back, the nearest first."""
    found: list[str] = []
    marks: set[str] = set()
    others = [i for i in items.values() if i.number != item.number]
    for entry in reversed(tokens.trail_of(item)):
        if entry.startswith(FORK_MARK):
            marks.add(entry)
        elif not _shared(others, marks, item.scope) and entry not in found:
            found.append(entry)
    return tuple(found)


def _shared(others: list[Item], marks: set[str], scope: int) -> bool:
    return any(i.scope == scope and not marks.isdisjoint(tokens.trail_of(i)) for i in others)


def _trail_before(run: Run, item: Item, target: str) -> list[str]:
    trail = tokens.trail_of(item)
    if target not in trail:
        raise Refused("process.not-passed", item=item.number, target=target)
    if target not in targets(run.draft.items, item):
        raise Refused("process.sibling-is-open", item=item.number, target=target)
    return trail[: len(trail) - 1 - trail[::-1].index(target)]


def take_back(run: Run, command: m.TakeBack) -> None:
    """Undo a completion nobody has built on."""
    led_to = [i for i in run.draft.items.values() if i.data.get("from") == command.item]
    led_to = sorted((i for i in led_to if states.holds_token(i)), key=lambda i: i.number)
    if not led_to or not all(_is_untouched(run, i) for i in led_to):
        raise Refused("process.taken-further", item=command.item)
    if not command.touched.isdisjoint(_family(run, led_to)):
        raise Refused("process.touched", item=command.item)
    marks = [_split(run, item) for item in led_to]
    if sum((share for _, _, share in marks), Fraction(0)) != 1:
        raise Refused("process.taken-further", item=command.item)
    before, node, _ = marks[0]
    for item in led_to:
        tokens.withdraw(run, item.number, "taken-back")
    run.emit(m.TakenBack(command.item, node))
    run.queue.append(Token(node, "", led_to[0].scope, before, 0, command.item))


def _is_untouched(run: Run, item: Item) -> bool:
    if states.is_body(item):
        inside = states.children(run.draft.items, item.number)
        watched = run.program.plans[item.node].kind is Kind.USER_TASK
        return watched and item.data["done"] == 0 and all(i.kind is ItemKind.USER for i in inside)
    return item.kind in RESTING


def _family(run: Run, items: list[Item]) -> set[int]:
    numbers = {i.number for i in items}
    return numbers | {i.number for i in run.draft.items.values() if i.scope in numbers}


def _split(run: Run, item: Item) -> tuple[list[str], str, Fraction]:
    """Return the trail before the completed task, that task, and this token's share of it."""
    trail = tokens.trail_of(item)
    share = Fraction(1)
    while trail and trail[-1].startswith(FORK_MARK):
        share /= int(trail[-1].partition("/")[2])
        trail = trail[:-1]
    assert trail, item
    return trail[:-1], trail[-1], share


# --- joint signing --------------------------------------------------------------------------------


def add_instance(run: Run, command: m.AddInstance) -> None:
    """Let one more element take part in a running multi-instance."""
    body = _body(run, command.item)
    if cast("int", body.data["total"]) >= arrival.INSTANCES_MAX:
        raise Refused("process.too-many-instances", limit=arrival.INSTANCES_MAX)
    run.emit(m.InstanceAdded(body.number, body.node, command.element))
    if "elements" not in body.data:
        begun = cast("int", body.data["begun"])
        arrival.begin_instance(run, _plan(run, body), body.number, begun, command.element)


def remove_instance(run: Run, command: m.RemoveInstance) -> None:
    """Take an open instance out; the signing may be complete without it."""
    item = run.draft.items.get(command.item)
    if item is None or item.kind is not ItemKind.USER:
        raise Refused("process.no-such-task", item=command.item)
    body = _body(run, item.scope)
    if body.data["total"] == 1:
        raise Refused("process.last-signer", item=command.item)
    run.emit(m.InstanceRemoved(item.number, item.node, command.reason))
    scopes.count(run, body.number)


def _body(run: Run, number: int) -> Item:
    """Return the multi-instance body named by its own number or by that of an instance."""
    item = run.draft.items.get(number)
    if item is not None and not states.is_body(item):
        item = run.draft.items.get(item.scope)
    if item is None or not states.is_body(item):
        raise Refused("process.not-a-joint-signing", item=number)
    return item


def _plan(run: Run, item: Item) -> Plan:
    return run.program.plans[item.node]
