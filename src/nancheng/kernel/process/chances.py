"""A drawing whose choices follow shares instead of data, for simulation.

How often a way is taken is known from the log or told by hand; the data behind the choice are not.
Chance itself comes in as a function, so that a run is repeated exactly by passing the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from nancheng.kernel.process import program as programs
from nancheng.kernel.process.definition import Definition, Flow, Kind
from nancheng.kernel.process.program import Expression, Expressions, Program

Chosen = Callable[[str, Mapping[str, object]], bool]
Given = Callable[[str, Mapping[str, object]], object]

COLLECTION = "list of "
CHOICE = "choice of "


def compiled(
    definition: Definition, expressions: Expressions, *, chosen: Chosen, collection: Given
) -> Program:
    """Compile a drawing so that each flow with a condition asks ``chosen`` (flow id, variables).

    The list of a multi-instance is asked of ``collection`` (node id, variables). All other texts
    (completion conditions, keys, times) are compiled by ``expressions``.
    """
    flows = tuple(
        replace(flow, condition=CHOICE + flow.id) if flow.condition else flow
        for flow in definition.flows
    )
    nodes = {
        node.id: replace(node, loop=replace(node.loop, collection=COLLECTION + node.id))
        if node.loop
        else node
        for node in definition.nodes.values()
    }

    def expression(text: str) -> Expression:
        for mark, ask in ((CHOICE, chosen), (COLLECTION, collection)):
            if text.startswith(mark):
                return _asks(ask, text.removeprefix(mark))
        return expressions(text)

    return programs.compile_definition(replace(definition, flows=flows, nodes=nodes), expression)


def _asks(ask: Given, about: str) -> Expression:
    return lambda variables: ask(about, variables)


def odds(definition: Definition, shares: Mapping[str, float]) -> Mapping[str, float]:
    """Return for each flow with a condition how likely it answers yes when it is asked.

    ``shares`` tell which part of the tokens that reach a gateway leave by a flow; what is not told
    is shared evenly by the other flows out of the gateway. The flows of an exclusive gateway are
    asked in their order, so each one's odds are those among the flows not refused before it.
    """
    found: dict[str, float] = {}
    for node in definition.nodes.values():
        leaving = [flow for flow in definition.flows if flow.source == node.id]
        asked = [flow for flow in leaving if flow.condition]
        if asked and node.kind is Kind.EXCLUSIVE:
            found |= _one_by_one(asked, _whole(leaving, shares))
        else:
            found |= {flow.id: shares.get(flow.id, 0.5) for flow in asked}
    return found


def _whole(leaving: list[Flow], shares: Mapping[str, float]) -> Mapping[str, float]:
    told = {flow.id: shares[flow.id] for flow in leaving if flow.id in shares}
    untold = len(leaving) - len(told)
    rest = max(0.0, 1.0 - sum(told.values()))
    return {flow.id: told.get(flow.id, rest / untold if untold else 0.0) for flow in leaving}


def _one_by_one(asked: list[Flow], whole: Mapping[str, float]) -> Mapping[str, float]:
    total = sum(whole.values()) or 1.0
    left, found = total, {}
    for flow in asked:
        found[flow.id] = min(1.0, whole[flow.id] / left) if left > 0 else 1.0
        left -= whole[flow.id]
    return found
