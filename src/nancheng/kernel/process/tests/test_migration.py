"""Moving live cases to another version: what fits goes on, what does not is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import migration
from nancheng.kernel.process import program as programs
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import Definition, EventSpec, Kind, Loop, Node, Trigger
from nancheng.kernel.process.state import ItemKind
from nancheng.kernel.process.tests import blocks, drawing, living, test_lives
from nancheng.kernel.process.tests.drawing import AT
from nancheng.kernel.refusal import Refused

OLD = drawing.draw("x", "(in) -> [apply]\n[apply] -> [check]\n[check] -> ((out))")
NEW = drawing.draw(
    "x",
    """
    (in)     -> [apply]
    [apply]  -> [review]
    [review] -> [leader]
    [leader] -> ((out))
    (late)   -> [chase]
    [chase]  -> ((chased))
    """,
    also=(drawing.boundary("late", "review"),),
)


def at_check() -> living.Life:
    case = living.life(OLD)
    case.start()
    case.done("apply")
    return case


def moved(case: living.Life, definition: Definition, **moves: str) -> list[m.Event]:
    case.program = programs.compile_definition(definition, drawing.expressions)
    return case.do(m.Migrate(AT, "a", moves))


def codes(case: living.Life, definition: Definition, **moves: str) -> list[tuple[str, str]]:
    program = programs.compile_definition(definition, drawing.expressions)
    found = migration.faults(program, case.state, moves)
    return [(p.code.removeprefix("process.migration-"), p.element) for p in found]


def test_an_open_task_goes_on_by_the_new_drawing() -> None:
    case = at_check()
    number = case.item("check").number
    assert codes(case, NEW) == [("node-gone", "check")]
    events = moved(case, NEW, check="review")
    assert [type(e) for e in events] == [m.Migrated, m.TimerSet]
    assert case.item("review").number == number
    assert case.item("late").data["host"] == number
    case.do(m.SendBack(AT, "a", number, "apply", "papers missing"))
    case.done("apply")
    case.done("review")
    assert case.offered == {"leader"}


def test_what_does_not_fit_is_refused_and_nothing_changes() -> None:
    case = at_check()
    before = case.state
    with pytest.raises(Refused, match=r"check: process\.migration-node-gone"):
        moved(case, NEW)
    assert case.state == before


def test_a_watcher_the_new_drawing_does_not_have_is_withdrawn() -> None:
    case = at_check()
    moved(case, NEW, check="review")
    events = moved(case, OLD, review="check")
    assert [type(e) for e in events] == [m.Withdrawn, m.Migrated]
    case.done("check")
    assert case.is_over


def test_a_suspended_case_can_be_moved() -> None:
    case = at_check()
    case.do(m.Suspend(AT, "a", "the office moves"))
    moved(case, NEW, check="review")
    case.do(m.Resume(AT, "a"))
    assert case.offered == {"review"}


def test_other_kinds_loops_and_scopes_stand_in_the_way() -> None:
    case = at_check()
    service = replace(OLD.nodes["check"], kind=Kind.SERVICE_TASK)
    assert codes(case, having(service)) == [("other-kind", "check")]
    loop = replace(OLD.nodes["check"], loop=Loop("people", "person"))
    assert codes(case, having(loop)) == [("other-loop", "check")]
    inside = replace(OLD.nodes["check"], parent="sub")
    sub = Node("sub", Kind.SUB_PROCESS)
    assert codes(case, having(inside, sub)) == [("other-scope", "check")]


def having(*nodes: Node) -> Definition:
    return replace(OLD, nodes={**OLD.nodes, **{n.id: n for n in nodes}})


def test_a_join_keeps_only_flows_that_are_there() -> None:
    arrows = "(in) -> {f}\n{f} -> [a]\n{f} -> [b]\n[a] -> {j}\n[b] -> {j}\n{j} -> ((out))"
    case = living.life(drawing.draw("x", arrows))
    case.start()
    case.done("a")
    other = drawing.draw("x", arrows.replace("[a] -> {j}", "[a] -> [c]\n[c] -> {j}"))
    assert codes(case, other) == [("flow-gone", "j")]


def test_a_join_that_now_asks_less_goes_on() -> None:
    arrows = "(in) -> {f}\n{f} -> [a]\n{f} -> [b]\n{f} -> [c]\n[a] -> {j}\n[b] -> {j}\n[c] -> {j}"
    case = living.life(drawing.draw("x", arrows + "\n{j} -> [last]\n[last] -> ((out))"))
    case.start()
    case.done("a")
    case.done("b")
    fewer = arrows.replace("[c] -> {j}", "[c] -> ((c-out))")
    moved(case, drawing.draw("x", fewer + "\n{j} -> [last]\n[last] -> ((out))"))
    assert case.offered == {"c", "last"}


def test_flows_that_changed_their_id_are_proposed_too() -> None:
    arrows = "(in) -> {f}\n{f} -> [a]\n{f} -> [b]\n[a] -> {j}\n[b] -> {j}\n{j} -> ((out))"
    old = drawing.draw("x", arrows)
    new = replace(old, flows=tuple(replace(f, id=f"new-{f.id}") for f in old.flows))
    case = living.life(old)
    case.start()
    case.done("a")
    assert codes(case, new) == [("flow-gone", "j")]
    moves = migration.proposed(old, new)
    assert codes(case, new, **moves) == []
    moved(case, new, **moves)
    case.done("b")
    assert case.is_over


def waiting(*events: Node) -> Definition:
    arrows = "(in) -> <g>\n" + "".join(
        f"<g> -> ({e.id})\n({e.id}) -> ((o-{e.id}))\n" for e in events
    )
    return drawing.draw("x", arrows, also=(Node("g", Kind.EVENT_BASED, "g"), *events))


def test_another_event_stands_in_the_way_and_a_new_one_behind_a_gate_is_awaited() -> None:
    letter = Node("a", Kind.CATCH, "a", event=EventSpec(Trigger.MESSAGE, code="letter"))
    time = Node("t", Kind.CATCH, "t", event=EventSpec(Trigger.TIMER, timer=drawing.A_DAY))
    case = living.life(waiting(letter, time))
    case.start()
    other = replace(letter, event=EventSpec(Trigger.MESSAGE, code="fax"))
    signal = replace(letter, event=EventSpec(Trigger.SIGNAL, code="letter"))
    assert codes(case, waiting(other, time)) == [("other-event", "a")]
    assert codes(case, waiting(signal, time)) == [("other-event", "a")]
    horn = Node("h", Kind.CATCH, "h", event=EventSpec(Trigger.SIGNAL, code="horn"))
    moved(case, waiting(letter, time, horn))
    case.do(m.Signal(AT, "horn"))
    assert case.is_over


def test_a_watcher_that_has_done_its_work_is_not_set_again() -> None:
    once = drawing.boundary("late", "review", interrupting=False)
    old = replace(NEW, nodes={**NEW.nodes, "late": once})
    case = living.life(old)
    case.start()
    case.done("apply")
    case.do(m.Fire(drawing.after(days=1), case.item("late").number))
    case.program = programs.compile_definition(old, drawing.expressions)
    assert migration.fresh(old, old, {}) == frozenset()
    assert [type(e) for e in case.do(m.Migrate(AT, "a", {}, frozenset()))] == [m.Migrated]
    assert migration.fresh(OLD, NEW, {"check": "review"}) == {"leader", "late", "chase", "chased"}


def test_a_scope_that_was_taken_over_listens_no_more() -> None:
    drawn = blocks.definition(("takeover", ("user", None)))
    case = living.life(drawn)
    case.start()
    name = next(i.data["name"] for i in case.state.items.values() if i.kind is ItemKind.SIGNAL)
    case.do(m.Signal(AT, str(name)))
    assert [type(e) for e in case.do(m.Migrate(AT, "a", {}))] == [m.Migrated]


def test_a_watcher_for_something_else_is_set_anew() -> None:
    case = at_check()
    moved(case, NEW, check="review")
    mail = EventSpec(Trigger.MESSAGE, code="mail")
    other = replace(NEW, nodes={**NEW.nodes, "late": replace(NEW.nodes["late"], event=mail)})
    case.program = programs.compile_definition(other, drawing.expressions)
    events = case.do(m.Migrate(AT, "a", {}, frozenset()))
    assert [type(e) for e in events] == [m.Withdrawn, m.Migrated, m.Awaited]


def test_moves_are_proposed_by_kind_and_name() -> None:
    renamed = replace(OLD.nodes["check"], id="Task_17")
    flows = tuple(
        replace(
            f,
            source=f.source.replace("check", "Task_17"),
            target=f.target.replace("check", "Task_17"),
        )
        for f in OLD.flows
    )
    nodes = {n.id: n for n in (OLD.nodes["in"], OLD.nodes["apply"], OLD.nodes["out"], renamed)}
    new = replace(OLD, nodes=nodes, flows=flows)
    moves = migration.proposed(OLD, new)
    assert moves == {"check": "Task_17"}
    case = at_check()
    moved(case, new, **moves)
    case.done("Task_17")
    assert case.is_over


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks.blocks(), st.data())
def test_renaming_every_node_changes_nothing_but_names(
    block: blocks.Block, data: st.DataObject
) -> None:
    case = test_lives.started(block, data)
    for _ in range(data.draw(st.integers(0, 8))):
        if case.is_over:
            return
        item = data.draw(st.sampled_from(test_lives.movable(case)))
        case.do(test_lives.moved(item, test_lives.values(data)))
    if case.is_over:
        return
    old = case.program.definition
    new, moves = renamed(old), {node: f"{node}x" for node in old.nodes}
    assert migration.fresh(old, new, moves) == frozenset()
    case.program = programs.compile_definition(new, drawing.expressions)
    events = case.do(m.Migrate(AT, "a", moves, frozenset()))
    assert [type(e) for e in events] == [m.Migrated]
    assert {i.node[-1] for i in case.state.items.values()} == {"x"}
    assert states.replay(case.events) == case.state
    test_lives.work_to_the_end(case)


def renamed(old: Definition) -> Definition:
    def new(name: str) -> str:
        return f"{name}x" if name else ""

    nodes = {
        new(n.id): replace(n, id=new(n.id), parent=new(n.parent), attached_to=new(n.attached_to))
        for n in old.nodes.values()
    }
    flows = tuple(
        replace(f, source=new(f.source), target=new(f.target), parent=new(f.parent))
        for f in old.flows
    )
    return replace(old, nodes=nodes, flows=flows)
