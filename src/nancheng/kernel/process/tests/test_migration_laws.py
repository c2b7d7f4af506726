"""Generated cases go on by generated versions: whole, or not at all and by name.

Three kinds of change: nodes get new ids, a task is put into a flow, a task is taken out and its
work goes to the next. Whatever a case rests at, the dry run says the same as the move; what stays
is as it was; what moves keeps its tokens, is what its history says, and can end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import migration, problems
from nancheng.kernel.process import program as programs
from nancheng.kernel.process.definition import Definition, Flow, Kind, Node
from nancheng.kernel.process.state import Item, ItemKind
from nancheng.kernel.process.tests import blocks, drawing, living, test_lives
from nancheng.kernel.process.tests.drawing import AT
from nancheng.kernel.refusal import Refused

SETTINGS = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


@dataclass
class Version:
    """A drawing in the making, and where the nodes and flows of the one before have gone."""

    definition: Definition
    moves: dict[str, str] = field(default_factory=dict)

    def with_nodes(self, *nodes: Node) -> None:
        """Add or replace nodes."""
        put = {**self.definition.nodes, **{node.id: node for node in nodes}}
        self.definition = replace(self.definition, nodes=put)

    def with_flows(self, *flows: Flow) -> None:
        """Replace all flows."""
        self.definition = replace(self.definition, flows=flows)


def renamed(version: Version, names: dict[str, str]) -> None:
    """Give nodes new ids, and tell where they went."""

    def new(name: str) -> str:
        return names.get(name, name)

    old = version.definition
    nodes = [
        replace(n, id=new(n.id), parent=new(n.parent), attached_to=new(n.attached_to))
        for n in old.nodes.values()
    ]
    flows = tuple(
        replace(f, source=new(f.source), target=new(f.target), parent=new(f.parent))
        for f in old.flows
    )
    version.definition = replace(old, nodes={n.id: n for n in nodes}, flows=flows)
    version.moves |= names


def inserted(version: Version, at: Flow, kind: Kind) -> None:
    """Put a task into a flow; who came along the flow has come along its second half."""
    task = Node("put-in", kind, "put-in", parent=at.parent)
    second = Flow("put-in-out", task.id, at.target, parent=at.parent)
    flows = [replace(f, target=task.id) if f.id == at.id else f for f in version.definition.flows]
    version.with_nodes(task)
    version.with_flows(*flows, second)
    version.moves[at.id] = second.id


def taken_out(version: Version, task: Node, *, mapped: bool) -> None:
    """Take a task out of a drawing; its work goes to the next step if that is one of people."""
    old = version.definition
    (out,) = (f for f in old.flows if f.source == task.id)
    flows = [replace(f, target=out.target) if f.target == task.id else f for f in old.flows]
    nodes = {key: node for key, node in old.nodes.items() if key != task.id}
    version.definition = replace(old, nodes=nodes)
    version.with_flows(*(f for f in flows if f.id != out.id))
    into = [f.id for f in old.flows if f.target == task.id]
    if len(into) == 1:
        version.moves[out.id] = into[0]
    if mapped and old.nodes[out.target].kind is Kind.USER_TASK:
        version.moves[task.id] = out.target


def lived(block: blocks.Block, data: st.DataObject) -> living.Life:
    """Return a case that has gone some way and is not over."""
    case = test_lives.started(block, data)
    for _ in range(data.draw(st.integers(0, 8))):
        assume(not case.is_over)
        item = data.draw(st.sampled_from(test_lives.movable(case)))
        case.do(test_lives.moved(item, test_lives.values(data), raises=data.draw(st.booleans())))
    assume(not case.is_over)
    return case


def resting(case: living.Life) -> dict[int, tuple[ItemKind, int, str]]:
    """Return what holds a token, but for joins, which may let go when they ask for less."""
    return {
        i.number: (i.kind, i.scope, str(i.data.get("due", "")))
        for i in case.state.items.values()
        if i.kind is not ItemKind.JOIN
    }


def goes_on(case: living.Life, version: Version) -> tuple[tuple[str, str], ...]:
    """Move a case by the dry run's word and hold the laws; return what kept it."""
    new, old = version.definition, case.program.definition
    assert problems.find(new, drawing.expressions) == ()
    program = programs.compile_definition(new, drawing.expressions)
    faults = migration.faults(program, case.state, version.moves)
    fresh = migration.fresh(old, new, version.moves)
    command = m.Migrate(AT, "a", version.moves, fresh)
    before, events, was = case.state, len(case.events), case.program
    case.program = program
    if faults:
        with pytest.raises(Refused, match=r"process\.cannot-migrate") as caught:
            case.do(command)
        for fault in faults:
            assert f"{fault.element}: {fault.code}" in str(caught.value.figures["problems"])
            assert fault.element in {i.node for i in before.items.values()}
        assert (case.state, len(case.events)) == (before, events)
        case.program = was
        test_lives.work_to_the_end(case)
        return tuple(
            (fault.code.removeprefix("process.migration-"), fault.element) for fault in faults
        )
    rested = resting(case)
    case.do(command)
    kept = resting(case)
    assert {number: kept.get(number) for number in rested if number in kept} == {
        number: place for number, place in rested.items() if number in kept
    }
    gone = [before.items[number] for number in rested if number not in kept]
    assert not [item for item in gone if _holds(item)], "a token was lost"
    test_lives.work_to_the_end(case)
    return ()


def _arrived(item: Item) -> list[str]:
    return cast("list[str]", item.data.get("arrived") or [])


def _holds(item: Item) -> bool:
    return item.kind in (ItemKind.USER, ItemKind.AUTOMATIC, ItemKind.CALL, ItemKind.INCIDENT)


@SETTINGS
@given(blocks.blocks(), st.data())
def test_some_nodes_get_new_ids(block: blocks.Block, data: st.DataObject) -> None:
    case = lived(block, data)
    version = Version(case.program.definition)
    chosen = data.draw(st.sets(st.sampled_from(sorted(version.definition.nodes))))
    renamed(version, {node: f"{node}-new" for node in chosen})
    nodes = {number: item.node for number, item in case.state.items.items()}
    assert goes_on(case, version) == ()
    moved = next(e for e in reversed(case.events) if isinstance(e, m.Migrated))
    assert all(moved.moves.get(node, node) in version.definition.nodes for node in nodes.values())


@SETTINGS
@given(blocks.blocks(), st.data(), st.sampled_from((Kind.USER_TASK, Kind.TASK)))
def test_a_task_is_put_in(block: blocks.Block, data: st.DataObject, kind: Kind) -> None:
    # Beside a task, so that often one branch stands before the join already.
    case = lived(("all", [("user", None), block]), data)
    version = Version(case.program.definition)
    old = version.definition.nodes
    behind_gate = {f.id for f in version.definition.flows if old[f.source].kind is Kind.EVENT_BASED}
    flows = [f for f in version.definition.flows if f.id not in behind_gate]
    came = [f for f in flows if any(f.id in _arrived(i) for i in case.state.items.values())]
    at = data.draw(st.sampled_from(came or flows))
    inserted(version, at, kind)
    told = data.draw(st.booleans())
    if not told:
        del version.moves[at.id]
    kept = goes_on(case, version)
    # Who stood before a join when the flow to it was divided must be told where he stands.
    assert kept == () if told else {code for code, _ in kept} <= {"flow-gone"}
    event("stays" if kept else "moves")


@SETTINGS
@given(blocks.blocks(), st.data())
def test_a_task_is_taken_out(block: blocks.Block, data: st.DataObject) -> None:
    case = lived(block, data)
    version = Version(case.program.definition)
    old = version.definition
    hosts = {node.attached_to for node in old.nodes.values()}
    targets = {f.source: f.target for f in old.flows}
    plain = [
        node
        for node in old.nodes.values()
        if node.kind is Kind.USER_TASK and node.id not in hosts and node.loop is None
        # Taking the only work out of a round makes it turn without end.
        and "loop" not in str(block)
        and old.nodes[targets[node.id]].kind is not Kind.END
    ]  # fmt: skip
    assume(plain)
    task = data.draw(st.sampled_from(plain))
    mapped = data.draw(st.booleans())
    taken_out(version, task, mapped=mapped)
    assume(problems.find(version.definition, drawing.expressions) == ())
    was_open = any(i.node == task.id for i in case.state.items.values())
    kept = goes_on(case, version)
    if was_open and task.id not in version.moves:
        assert ("node-gone", task.id) in kept
    event("stays" if kept else "moves")
    for code, _node in kept:
        assert code in {"node-gone", "flow-gone", "other-loop"}
