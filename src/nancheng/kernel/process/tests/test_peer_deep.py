"""Differential test: generated drawings, the same life in SpiffWorkflow; same offers, same ends.

Runs where ``NANCHENG_PEERS`` names a Python that has SpiffWorkflow, or ``make bench`` has made one;
skipped, with a notice, elsewhere. Compared are user tasks, the three gateways with splits and
joins, loops and sub-processes. What is left out, and why: timers (its are polled by the wall
clock), automatic work (its conditions and services are Python), joint signing (it needs another
notation for the list).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nancheng.kernel.process import bpmn_write
from nancheng.kernel.process.definition import Definition
from nancheng.kernel.process.state import ItemKind
from nancheng.kernel.process.tests import blocks, living

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


def drawings() -> st.SearchStrategy[blocks.Block]:
    leaf: st.SearchStrategy[blocks.Block] = st.tuples(st.just("user"), st.none())

    def composites(inner: st.SearchStrategy[blocks.Block]) -> st.SearchStrategy[blocks.Block]:
        parts = st.lists(inner, min_size=2, max_size=3)
        return st.one_of(
            st.tuples(st.sampled_from(("row", "choice", "all", "some")), parts),
            st.tuples(st.sampled_from(("loop", "inside")), inner),
        )

    return st.recursive(leaf, composites, max_leaves=8).filter(lambda b: not differs(b))


def differs(block: blocks.Block, *, in_loop: bool = False) -> bool:
    """Say whether a drawing has a known difference: a join within a loop.

    On the second round the other engine counts the branches that arrived on the first, and lets the
    join go early. A parallel join needs a token on each incoming flow each time (BPMN 2.0 §13.4.1),
    an inclusive one waits while a token can still come by an empty flow (§13.4.3); ours do.
    """
    name, inner = block
    if name in ("some", "all") and in_loop:
        return True
    around = name == "loop" or (in_loop and name != "inside")
    parts = inner if isinstance(inner, list) else [inner] if inner else []
    return any(differs(part, in_loop=around) for part in parts)


def in_its_words(definition: Definition) -> str:
    """Return the drawing with Python conditions."""

    def said(condition: str) -> str:
        name, _, value = condition.partition("=")
        return f'{name} == "{value}"' if value else ""

    flows = tuple(replace(f, condition=said(f.condition)) for f in definition.flows)
    return bpmn_write.write(replace(definition, flows=flows)).decode()


def offers(case: living.Life) -> list[str]:
    return sorted(i.node for i in case.state.items.values() if i.kind is ItemKind.USER)


@settings(max_examples=1200, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawings(), st.data())
def test_same_offers_same_end(other: Other, block: blocks.Block, data: st.DataObject) -> None:
    # A task first, so that all values are set by a completed task in both.
    definition = blocks.definition(("row", [("user", None), block]))
    fixed = {name: data.draw(st.sampled_from(("yes", "no"))) for name in ("v1", "v2")}
    case = living.life(definition)
    case.start()
    answer = other.ask(xml=in_its_words(definition), key=definition.key)
    for _ in range(25):
        assert answer == (offers(case), case.is_over)
        if case.is_over:
            return
        node = data.draw(st.sampled_from(offers(case)))
        values = {**fixed, "v0": data.draw(st.sampled_from(("again", "no", "no")))}
        case.done(node, **values)
        answer = other.ask(node=node, data=values)
