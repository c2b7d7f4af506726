"""Every drawing and decision table in the tree: parses, bound, sound, no gap, no overlap."""

from __future__ import annotations

from pathlib import Path

import pytest

from nancheng.config import verification
from nancheng.foundation.cases import bindings
from nancheng.kernel.process import bpmn
from tests import tree


def test_every_drawing_and_table_is_bound_by_its_domain() -> None:
    bound = {
        path
        for binding in bindings.all_bindings().values()
        for path in (binding.process, *binding.decisions)
    }
    drawn = {
        path
        for ending in ("*.bpmn", "*.dmn")
        for path in (tree.ROOT / "src" / "nancheng" / "domains").rglob(ending)
        if "tests" not in path.parts
    }
    assert drawn == bound


@pytest.mark.parametrize("kind", sorted(bindings.all_bindings()))
def test_a_drawing_is_sound(kind: str) -> None:
    verdict = verification.drawing_verdict(bindings.binding(kind))
    assert verdict.faults == ()
    assert verdict.looked_at.startswith("all")


@pytest.mark.parametrize(
    "path",
    [path for b in bindings.all_bindings().values() for path in b.decisions],
    ids=lambda path: path.name,
)
def test_a_table_answers_each_input_once(path: Path) -> None:
    verdict = verification.table_verdict(path)
    assert verdict.faults == ()
    assert verdict.looked_at != "0 tables"


@pytest.mark.parametrize("kind", sorted(bindings.all_bindings()))
def test_a_drawing_can_be_drawn_and_names_its_law(kind: str) -> None:
    definition = bpmn.read(bindings.binding(kind).process.read_bytes())
    shapes = {shape.element for shape in bpmn.diagram(definition).shapes}
    assert set(definition.nodes) <= shapes
    for node in definition.nodes.values():
        if "limit" in node.extra:
            assert node.extra.get("basis"), node.id
        assert not node.name or node.name_en, f"{node.id} has no English name"
