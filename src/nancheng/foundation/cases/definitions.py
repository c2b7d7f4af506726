"""Published drawings and decision models, compiled once per version and process."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from nancheng.foundation.cases.models import DecisionVersion, ProcessVersion
from nancheng.foundation.web import memory
from nancheng.kernel.decisions import dmn, feel
from nancheng.kernel.decisions.model import Model, compile_model
from nancheng.kernel.process import bpmn, wire
from nancheng.kernel.process.definition import Definition, Kind, Trigger
from nancheng.kernel.process.program import Program, compile_definition
from nancheng.kernel.refusal import Refused

BETWEEN_CASES = frozenset({Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ESCALATION})


@memory.kept
def program(process_id: int) -> Program:
    """Return the compiled program of a published version; versions never change."""
    return compile_definition(definition(process_id), feel.compile_expression)


@memory.kept
def speaks(process_id: int) -> bool:
    """Say whether a drawing can tell other cases anything, or await what others tell."""
    return any(
        plan.kind is Kind.CALL or plan.event.trigger in BETWEEN_CASES
        for plan in program(process_id).plans.values()
    )


@memory.kept
def definition(process_id: int) -> Definition:
    """Return the drawing of a published version as values."""
    return bpmn.read(bytes(ProcessVersion.objects.values_list("xml", flat=True).get(pk=process_id)))


def decide(key: str, context: Mapping[str, object]) -> tuple[Any, tuple[int, ...]]:
    """Evaluate the newest version of a decision; return its value and the rows that decided.

    Raises ``Refused`` when the table gives no answer for what the case holds.
    """
    newest = (
        DecisionVersion.objects.filter(key=key)
        .order_by("-version")
        .values_list("id", flat=True)
        .first()
    )
    if newest is None:
        raise Refused("cases.no-decision", decision=key)
    outcome = _model(newest).evaluate(key, context)
    if outcome.problem is not None or outcome.value is None:
        code = outcome.problem.code if outcome.problem else "no-row"
        raise Refused("cases.undecided", decision=key, why=code)
    value = plain(outcome.value)
    try:
        wire.value_to_json(value)
    except TypeError as error:  # a range or a function: no case can keep it
        raise Refused("cases.undecided", decision=key, why="no-shape") from error
    return value, outcome.rows


def plain(value: Any) -> Any:
    """Return a FEEL value as a case keeps it: whole decimals as ints, all else as it is."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


@memory.kept
def _model(version_id: int) -> Model:
    xml = bytes(DecisionVersion.objects.values_list("xml", flat=True).get(pk=version_id))
    definition = dmn.read(xml).model
    assert definition is not None, version_id
    return compile_model(definition)
