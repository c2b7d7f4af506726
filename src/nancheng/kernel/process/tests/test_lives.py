"""Generated drawings, generated lives: the laws of ``living.lawful`` hold at every step.

Besides: every generated drawing is without problems; every life reaches its end when people keep
working and stop asking for another round; and a step asked twice gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import problems, verbs
from nancheng.kernel.process import state as states
from nancheng.kernel.process.state import Item, ItemKind
from nancheng.kernel.process.tests import blocks, drawing, living
from nancheng.kernel.refusal import Refused

LATE = drawing.after(days=3650)
WORDS = ("yes", "no", "again")
SETTINGS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def started(block: blocks.Block, data: st.DataObject) -> living.Life:
    definition = blocks.definition(block)
    assert problems.find(definition, drawing.expressions) == ()
    case = living.life(definition)
    case.start(people=["a", "b", "c"], facts={"x": 1}, **values(data))
    return case


def values(data: st.DataObject) -> dict[str, object]:
    return {name: data.draw(st.sampled_from(WORDS)) for name in blocks.VARIABLES}


def moved(item: Item, variables: dict[str, object], raises: bool = False) -> m.Command:
    """Return the command that moves an item on."""
    number = item.number
    if item.kind is ItemKind.TIMER:
        return m.Fire(datetime.fromisoformat(str(item.data["due"])), number)
    if raises and item.data.get("work") == "risky" and item.kind is ItemKind.AUTOMATIC:
        return m.Raise(LATE, number, "wrong")
    if raises and item.kind in (ItemKind.USER, ItemKind.CALL):
        return m.Escalate(LATE, number, "late", variables)
    return MOVES[item.kind](item, variables)


MOVES: Mapping[ItemKind, Callable[[Item, dict[str, object]], m.Command]] = {
    ItemKind.USER: lambda item, variables: m.Complete(LATE, "a", item.number, variables),
    ItemKind.AUTOMATIC: lambda item, variables: m.Answer(LATE, item.number, variables),
    ItemKind.INCIDENT: lambda item, _: m.Retry(LATE, "a", item.number),
    ItemKind.MESSAGE: lambda item, variables: m.Deliver(LATE, item.number, variables),
    ItemKind.SIGNAL: lambda item, variables: m.Signal(LATE, str(item.data["name"]), variables),
    ItemKind.CALL: lambda item, variables: m.Return(LATE, item.number, variables),
}


def movable(case: living.Life) -> list[Item]:
    still = (ItemKind.JOIN, ItemKind.SCOPE, ItemKind.GATE)
    found = [i for i in case.state.items.values() if i.kind not in still]
    return sorted(found, key=lambda i: i.number)


def work_to_the_end(case: living.Life) -> None:
    """Nobody asks for another round, no reminder fires any more: the case must end."""
    calm: dict[str, object] = {"v0": "no", "v1": "yes", "v2": "yes"}
    for _ in range(500):
        if case.is_over:
            return
        tokens = [i for i in movable(case) if states.holds_token(i) or is_behind_gate(case, i)]
        case.do(moved(tokens[0], calm))
    raise AssertionError(case.state)


def is_behind_gate(case: living.Life, item: Item) -> bool:
    host = case.state.items.get(cast("int", item.data.get("host", 0)))
    return host is not None and host.kind is ItemKind.GATE


@SETTINGS
@given(blocks.blocks(), st.data())
def test_every_life_is_lawful_and_can_end(block: blocks.Block, data: st.DataObject) -> None:
    case = started(block, data)
    for _ in range(12):
        if case.is_over:
            return
        item = data.draw(st.sampled_from(movable(case)))
        case.do(moved(item, values(data), raises=data.draw(st.booleans())))
    work_to_the_end(case)


@SETTINGS
@given(blocks.blocks(), st.data())
def test_sending_back_and_taking_back_keep_the_laws(
    block: blocks.Block, data: st.DataObject
) -> None:
    case = started(block, data)
    for _ in range(10):
        if case.is_over:
            return
        item = data.draw(st.sampled_from(movable(case)))
        targets = verbs.targets(case.state.items, item) if item.kind is ItemKind.USER else ()
        verb = data.draw(st.sampled_from(("on", "on", "back", "undo")))
        if verb == "back" and targets:
            open_tokens = count(case)
            target = data.draw(st.sampled_from(targets))
            case.do(m.SendBack(LATE, "a", item.number, target, "why"))
            assert count(case) == open_tokens, "a token was made or lost"
            continue
        before = case.state
        case.do(moved(item, values(data)))
        if verb == "undo" and item.kind is ItemKind.USER:
            undo(case, item, before)
    work_to_the_end(case)


def undo(case: living.Life, item: Item, before: states.State) -> None:
    """Taking back gives the tokens there were before, or is refused and changes nothing."""
    after = case.state
    refusal = ""
    try:
        case.do(m.TakeBack(LATE, "a", item.number))
    except Refused as refused:
        refusal = refused.code
    assert refusal in ("", "process.taken-further", "process.case-is-over")
    if refusal:
        assert case.state == after
    else:
        assert places(case.state) == places(before)


def places(state: states.State) -> list[tuple[str, str]]:
    tokens = [i for i in state.items.values() if states.holds_token(i)]
    return sorted((i.node, i.kind.value) for i in tokens if i.kind is not ItemKind.SCOPE)


def count(case: living.Life) -> int:
    """Count the tokens that rest, a joint signing as one."""
    items = case.state.items
    inside = {i.number for i in items.values() if states.is_body(items.get(i.scope))}
    tokens = [i for i in items.values() if states.holds_token(i) and i.number not in inside]
    return len(tokens)


@SETTINGS
@given(blocks.blocks(), st.data())
def test_a_state_built_from_its_rows_in_any_order_steps_the_same(
    block: blocks.Block, data: st.DataObject
) -> None:
    case = started(block, data)
    for _ in range(6):
        if case.is_over:
            return
        rows = data.draw(st.permutations(list(case.state.items.values())))
        items = {item.number: item for item in rows}
        state = states.State(
            status=case.state.status,
            variables=case.state.variables,
            items=items,
            next_item=case.state.next_item,
        )
        command = moved(data.draw(st.sampled_from(movable(case))), {"v0": "no"})
        same = living.Life(case.program, state, list(case.events))
        assert same.do(command) == case.do(command)
