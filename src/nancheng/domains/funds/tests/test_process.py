"""The drawing of a payment and its table: every path, without a database."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nancheng.kernel.decisions import dmn, feel
from nancheng.kernel.decisions.model import compile_model
from nancheng.kernel.process import bpmn, problems
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import TimerSpec
from nancheng.kernel.process.program import Program, compile_definition
from nancheng.kernel.process.state import NOT_STARTED, ItemKind, State, Status
from nancheng.kernel.process.step import step

HERE = Path(__file__).parents[1]
AT = datetime(2020, 11, 2, 1, tzinfo=UTC)
YES, NO = {"decision": "agree"}, {"decision": "refuse"}


def later(spec: TimerSpec, at: datetime) -> datetime:
    """Stand in for the calendar."""
    return at + timedelta(days=2)


@pytest.fixture(scope="module")
def program() -> Program:
    definition = bpmn.read((HERE / "processes" / "payment.bpmn").read_bytes())
    assert definition.faults == ()
    assert list(problems.find(definition, feel.compile_expression)) == []
    return compile_definition(definition, feel.compile_expression)


def live(
    program: Program, answers: Mapping[str, list[Mapping[str, object]]], *, leader: bool
) -> tuple[list[str], list[str], State]:
    """Answer each step from its list; return tasks done, handlers called, and the last state."""
    left = {node: list(given) for node, given in answers.items()}
    tasks: list[str] = []
    work: list[str] = []
    state = states.apply_all(NOT_STARTED, step(program, NOT_STARTED, m.Start(AT), due=later))
    for _ in range(60):
        item = next(
            (i for i in state.items.values() if i.kind in (ItemKind.AUTOMATIC, ItemKind.USER)), None
        )
        if item is None:
            break
        command: m.Command
        if item.kind is ItemKind.AUTOMATIC:
            work.append(program.plans[item.node].work)
            values = {"needs_leader": leader} if item.node == "threshold" else {}
            command = m.Answer(AT, item.number, values)
        else:
            tasks.append(item.node)
            queue = left.get(item.node, [])
            command = m.Complete(AT, "x", item.number, queue.pop(0) if queue else YES)
        state = states.apply_all(state, step(program, state, command, due=later))
    return tasks, work, state


PAID: Mapping[str, list[Mapping[str, object]]] = {"bank": [{"decision": "paid"}]}
WHOLE = ["apply", "sign", "certify", "review", "finance", "check"]


@pytest.mark.parametrize(("leader", "between"), [(False, []), (True, ["leader"])])
def test_the_straight_way(program: Program, leader: bool, between: list[str]) -> None:
    tasks, work, state = live(program, PAID, leader=leader)
    assert tasks == [*WHOLE, *between, "pay", "bank"]
    assert work == ["leader-threshold", "reserve", "post"]
    assert state.status is Status.COMPLETED


@pytest.mark.parametrize("node", ["sign", "certify", "review", "finance", "check", "leader"])
def test_a_no_anywhere_ends_it(program: Program, node: str) -> None:
    tasks, work, state = live(program, {node: [NO]}, leader=True)
    assert tasks[-1] == node
    assert work[-1] == "refuse"
    assert "reserve" not in work
    assert state.status is Status.COMPLETED


@pytest.mark.parametrize(
    ("answers", "back", "handler"),
    [
        ({"pay": [{**NO, "return_to": "finance"}]}, "finance", "void"),
        ({"pay": [{**NO, "return_to": "applicant"}]}, "apply", "void"),
        ({"bank": [{"decision": "returned", "return_to": "finance"}]}, "finance", "reverse"),
        ({"bank": [{"decision": "returned", "return_to": "applicant"}]}, "apply", "reverse"),
    ],
)
def test_money_that_comes_back_goes_round_again(
    program: Program, answers: dict[str, list[Mapping[str, object]]], back: str, handler: str
) -> None:
    given = {**answers, "bank": [*answers.get("bank", []), {"decision": "paid"}]}
    tasks, work, state = live(program, given, leader=False)
    once = tasks.index("pay")
    assert back in tasks[once:]
    assert handler in work
    assert work.count("reserve") == 2
    assert state.status is Status.COMPLETED


def test_money_never_moves_without_a_clear_yes(program: Program) -> None:
    tasks, work, _ = live(program, {"check": [{"decision": ""}]}, leader=False)
    assert tasks[-1] == "check"
    assert work == ["refuse"]


def test_makers_and_checkers_are_kept_apart(program: Program) -> None:
    nodes = program.definition.nodes
    order = [*WHOLE, "leader", "pay"]
    for place, node in enumerate(order[1:], start=1):
        assert set(nodes[node].extra["apart"].split()) == set(order[:place])
    assert set(nodes["apply"].extra["apart"].split()) == set(order[1:])


def test_every_step_with_a_limit_names_its_ground(program: Program) -> None:
    limits = program.limits
    assert {"", "sign", "certify", "review", "finance", "check", "leader", "pay", "bank"} == set(
        limits
    )
    assert all(limit.basis for limit in limits.values())


def test_the_threshold_table_answers_each_example_by_the_row_it_names() -> None:
    reading = dmn.read((HERE / "decisions" / "leader-threshold.dmn").read_bytes())
    assert not reading.problems
    assert reading.model is not None
    model = compile_model(reading.model)
    with (Path(__file__).parent / "leader-threshold.csv").open(encoding="utf-8") as file:
        examples = list(csv.DictReader(file))
    assert len(examples) >= 7
    for row in examples:
        context = {
            "flagged": row["flagged"] == "true",
            "amount_fen": int(row["amount_fen"]),
            "share_permille": int(row["share_permille"]),
        }
        outcome = model.evaluate("leader-threshold", context)
        assert outcome.rows == (int(row["row"]),), row
        assert outcome.value == (row["needs_leader"] == "true"), row
