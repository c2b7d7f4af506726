"""Drawings as text, for tests.

``(in)`` start · ``((out))`` end · ``((!out))`` terminate · ``[check]`` user task · ``[!pay]``
service task · ``[?rule]`` business-rule task · ``<ok>`` exclusive · ``{both}`` parallel ·
``<<some>>`` inclusive · ``(~wait)`` timer, one day. ``-verdict=no->`` is a flow with a condition;
the only flow without one out of an exclusive or inclusive gateway is its default.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nancheng.kernel.process.definition import (
    Definition,
    EventSpec,
    Flow,
    Kind,
    Node,
    TimerKind,
    TimerSpec,
    Trigger,
)

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
A_DAY = TimerSpec(TimerKind.DURATION, "P1D")

_ARROW = re.compile(r"(\S+)\s+-(?:(\S+)-)?>\s+(\S+)")
_NOTATION: tuple[tuple[str, str, Kind], ...] = (
    ("((!", "))", Kind.END),
    ("((", "))", Kind.END),
    ("(~", ")", Kind.CATCH),
    ("(", ")", Kind.START),
    ("[!", "]", Kind.SERVICE_TASK),
    ("[?", "]", Kind.RULE_TASK),
    ("[", "]", Kind.USER_TASK),
    ("<<", ">>", Kind.INCLUSIVE),
    ("<", ">", Kind.EXCLUSIVE),
    ("{", "}", Kind.PARALLEL),
)


def draw(key: str, arrows: str, *, also: tuple[Node, ...] = ()) -> Definition:
    """Return the drawing; ``also`` replaces or adds nodes (boundary events, loops)."""
    nodes: dict[str, Node] = {}
    flows: list[Flow] = []
    for number, line in enumerate(arrows.strip().splitlines(), start=1):
        match = _ARROW.fullmatch(line.strip())
        assert match, line
        source, target = _node(match[1], number), _node(match[3], number)
        nodes.setdefault(source.id, source)
        nodes.setdefault(target.id, target)
        flow = Flow(f"{source.id}-{target.id}", source.id, target.id, match[2] or "", line=number)
        flows.append(flow)
    for node in also:
        nodes[node.id] = replace(node, default="") if node.id in nodes else node
    return Definition(key, nodes=_with_defaults(nodes, flows), flows=tuple(flows))


def _node(text: str, line: int) -> Node:
    for opening, closing, kind in _NOTATION:
        if text.startswith(opening) and text.endswith(closing):
            identity = text.removeprefix(opening).removesuffix(closing)
            event = EventSpec(Trigger.TERMINATE) if opening == "((!" else EventSpec()
            if kind is Kind.CATCH:
                event = EventSpec(Trigger.TIMER, timer=A_DAY)
            work = {Kind.SERVICE_TASK: "handler", Kind.RULE_TASK: "decision"}.get(kind)
            extra = {work: identity} if work else {}
            return Node(identity, kind, identity, line=line, event=event, extra=extra)
    raise AssertionError(text)


def _with_defaults(nodes: dict[str, Node], flows: list[Flow]) -> dict[str, Node]:
    for node in list(nodes.values()):
        leaving = [flow for flow in flows if flow.source == node.id]
        plain = [flow for flow in leaving if not flow.condition]
        if len(plain) == 1 and len(leaving) > 1:
            nodes[node.id] = replace(node, default=plain[0].id)
    return nodes


def boundary(
    identity: str,
    host: str,
    *,
    interrupting: bool = True,
    spec: TimerSpec = A_DAY,
    parent: str = "",
) -> Node:
    """Return a boundary timer."""
    event = EventSpec(Trigger.TIMER, timer=spec)
    return Node(
        identity,
        Kind.BOUNDARY,
        identity,
        event=event,
        attached_to=host,
        interrupting=interrupting,
        parent=parent,
    )


def expressions(text: str) -> Callable[[Mapping[str, object]], object]:
    """Compile a tiny stand-in for FEEL: ``a=b``, ``a>=3``, ``a`` (a variable)."""
    if text.isidentifier():
        return lambda variables: variables[text]
    name, _, wanted = text.partition(">=")
    if wanted:
        return lambda variables: int(str(variables[name.strip()])) >= int(wanted)
    name, _, wanted = text.partition("=")
    if not wanted:
        message = f"cannot read {text!r}"
        raise ValueError(message)
    return lambda variables: variables.get(name.strip()) == wanted.strip()


def after(days: float = 0) -> datetime:
    """Return a moment that many days after the start of all tests."""
    return AT + timedelta(days=days)
