"""Differential test: generated drawings, the same life in SpiffWorkflow; same offers, same ends.

Runs where ``NANCHENG_PEERS`` names a Python that has SpiffWorkflow, or ``make bench`` has made one;
skipped, with a notice, elsewhere. Compared are user and manual tasks, the three gateways with
splits and joins, event-based gateways, loops, sub-processes, multi-instances of tasks and
sub-processes, messages and signals caught, thrown and at boundaries, errors, escalations and
terminate. What is left out, and why, stands in ``docs/process-differences.md``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nancheng.kernel.process import bpmn_write
from nancheng.kernel.process import messages as m
from nancheng.kernel.process.definition import Definition
from nancheng.kernel.process.state import Item, ItemKind
from nancheng.kernel.process.tests import blocks, living
from nancheng.kernel.process.tests.drawing import AT

HERE = Path(__file__).parent
MADE = HERE.parents[4] / "build" / "bench" / "peers" / "bin" / "python"


class Other:
    """The other engine's process, spoken to by lines."""

    def __init__(self, python: str) -> None:
        self.process = subprocess.Popen(
            [python, str(HERE / "peer.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **request: Any) -> tuple[list[str], bool]:
        """Send a request; return the offers and whether the case is over."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["offers"], answer["over"]

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


@pytest.fixture(scope="module")
def other() -> Iterator[Other]:
    python = os.environ.get("NANCHENG_PEERS") or (str(MADE) if MADE.exists() else "")
    if not python:
        pytest.skip("no Python with SpiffWorkflow; set NANCHENG_PEERS or run make bench")
    engine = Other(python)
    yield engine
    engine.close()


LEAVES = (
    *("user", "user", "task", "manual", "notice", "post", "hail", "sign", "queue"),
    *("message", "signal", "send", "waiting", "called_off", "noted", "worried"),
)
AROUND = ("loop", "inside", "each", "stages", "rescue", "stop", "outcry")


def drawings() -> st.SearchStrategy[blocks.Block]:
    leaf: st.SearchStrategy[blocks.Block] = st.tuples(st.sampled_from(LEAVES), st.none())

    def composites(inner: st.SearchStrategy[blocks.Block]) -> st.SearchStrategy[blocks.Block]:
        parts = st.lists(inner, min_size=2, max_size=3)
        return st.one_of(
            st.tuples(st.sampled_from(("row", "choice", "all", "some")), parts),
            st.tuples(st.sampled_from(AROUND), inner),
        )

    return st.recursive(leaf, composites, max_leaves=8).filter(
        lambda block: not differs(block) and not heard_elsewhere(block)
    )


SUBS = frozenset({"inside", "each", "stages", "rescue", "stop", "outcry"})


def differs(block: blocks.Block, *, in_loop: bool = False) -> bool:
    """Say whether a drawing has a known difference: mostly a join within a loop.

    On the second round the other engine counts the branches that arrived on the first, and lets the
    join go early. A parallel join needs a token on each incoming flow each time (BPMN 2.0 §13.4.1),
    an inclusive one waits while a token can still come by an empty flow (§13.4.3); ours do. Also a
    race: whether a signal is thrown before a parallel branch waits for it is nobody's to say.
    """
    name, inner = block
    if name in ("some", "all") and (in_loop or {"send", "signal"} <= set(names(block))):
        return True
    around = name == "loop" or (in_loop and name not in SUBS)
    parts = inner if isinstance(inner, list) else [inner] if inner else []
    return any(differs(part, in_loop=around) for part in parts)


def heard_elsewhere(block: blocks.Block) -> bool:
    """Say whether an error or escalation could reach a catcher not around it, or one twice.

    The other engine lets every catcher in the case hear it, once; it goes to the scopes around it
    only, an escalation each time (BPMN 2.0 §10.5.6, §10.5.7).
    """
    counts = Counter(names(block))
    cries = counts["hail"] + counts["outcry"]
    if counts["rescue"] > 1 or (counts["rescue"] and (counts["each"] or counts["stages"])):
        return True
    return bool(counts["outcry"] and cries > 1) or bool(counts["worried"] and cries)


def names(block: blocks.Block) -> Iterator[str]:
    """Yield the names of a block and all blocks in it."""
    name, inner = block
    yield name
    for part in inner if isinstance(inner, list) else [inner] if inner else []:
        yield from names(part)


def in_its_words(definition: Definition) -> str:
    """Return the drawing with Python conditions."""

    def said(condition: str) -> str:
        name, _, value = condition.partition("=")
        return f'{name} == "{value}"' if value else ""

    flows = tuple(replace(f, condition=said(f.condition)) for f in definition.flows)
    written = bpmn_write.write(replace(definition, flows=flows)).decode()
    return MULTI.sub(rf"<\1\2><loopCardinality>{len(PEOPLE)}</loopCardinality></\1>", written)


PEOPLE = ["a", "b", "c"]
MULTI = re.compile(r"<(multiInstanceLoopCharacteristics)([^>]*)/>")


def for_all(definition: Definition) -> Definition:
    """Return the drawing with every multi-instance for all of its elements."""
    nodes = {
        n.id: replace(n, loop=replace(n.loop, until="", result="")) if n.loop else n
        for n in definition.nodes.values()
    }
    return replace(definition, nodes=nodes)


def offers(case: living.Life) -> list[str]:
    return sorted(i.node for i in case.state.items.values() if i.kind is ItemKind.USER)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawings(), st.data())
def test_same_offers_same_end(other: Other, block: blocks.Block, data: st.DataObject) -> None:
    # A task first, so that all values are set by a completed task in both.
    definition = for_all(blocks.definition(("row", [("user", None), block])))
    fixed = {name: data.draw(st.sampled_from(("yes", "no"))) for name in ("v1", "v2")}
    case = living.life(definition)
    case.start(people=PEOPLE)
    heard: set[str] = set()
    answer = other.ask(xml=in_its_words(definition), key=definition.key)
    for _ in range(25):
        assert answer == (offers(case), case.is_over)
        if case.is_over:
            return
        open_hands = hands(case, heard)
        if not open_hands:
            return
        kind, name, number = data.draw(st.sampled_from(open_hands))
        if kind == "task":
            values = {**fixed, "v0": data.draw(st.sampled_from(("again", "no", "no")))}
            case.do(m.Complete(AT, "a", first(case, name), values))
            answer = other.ask(node=name, data=values)
        else:
            come = m.Signal(AT, name) if kind == "signal" else m.Deliver(AT, number)
            heard |= {case.state.items[number].node} if number else set()
            case.do(come)
            answer = other.ask(event=kind, name=name)


def hands(case: living.Life, heard: set[str]) -> list[tuple[str, str, int]]:
    """Return what may happen next: a task done, a signal, a message that one place waits for.

    A message comes to a place once: at a boundary that does not interrupt the other engine hears no
    second one before the first is dealt with.
    """
    items = sorted(case.state.items.values(), key=lambda i: i.number)
    found = [("task", node, 0) for node in offers(case)]
    found += [("signal", str(i.data["name"]), 0) for i in items if i.kind is ItemKind.SIGNAL]
    letters = [i for i in items if i.kind is ItemKind.MESSAGE]
    waiting = Counter(i.data["name"] for i in letters)
    alone = [i for i in letters if waiting[i.data["name"]] == 1 and i.node not in heard]
    return found + [("message", str(i.data["name"]), i.number) for i in alone]


def first(case: living.Life, node: str) -> int:
    """Return the open task of a node in the first instance, as the other engine's tree has them."""
    items = case.state.items

    def way(item: Item) -> list[int]:
        found = [item.number]
        while item.scope:
            item = items[item.scope]
            found.append(item.number)
        return found[::-1]

    there = [i for i in items.values() if i.node == node and i.kind is ItemKind.USER]
    return min(there, key=way).number
