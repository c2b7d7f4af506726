"""Writing: what is read comes back, what is not changed stays as it was."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from nancheng.kernel.process import bpmn, bpmn_write
from nancheng.kernel.process.bpmn_write import Change
from nancheng.kernel.process.definition import Definition, Diagram
from nancheng.kernel.process.tests import blocks
from nancheng.kernel.refusal import Refused

PAYMENT = (Path(__file__).parent / "payment.bpmn").read_bytes()
CDATA = PAYMENT.replace(b"= large=yes<", b"<![CDATA[= large=yes]]><").replace(
    b"<bpmn:process", b"<?note for a tool?><bpmn:process", 1
)


def canonical(data: bytes) -> bytes:
    """Return what every XML tool sees, comments included."""
    out = io.BytesIO()
    etree.fromstring(data).getroottree().write_c14n(out, with_comments=True)
    return out.getvalue()


def without_lines(definition: Definition) -> Definition:
    return replace(
        definition,
        line=0,
        nodes={key: replace(node, line=0) for key, node in definition.nodes.items()},
        flows=tuple(sorted((replace(f, line=0) for f in definition.flows), key=lambda f: f.parent)),
        lanes=tuple(replace(lane, line=0) for lane in definition.lanes),
    )


@pytest.mark.parametrize("data", [PAYMENT, CDATA])
def test_a_file_comes_back_as_every_tool_sees_it(data: bytes) -> None:
    assert canonical(bpmn_write.rewrite(data)) == canonical(data)
    assert bpmn_write.rewrite(data).count(b"CDATA") == data.count(b"CDATA")


def test_one_attribute_changes_and_nothing_else() -> None:
    changes = [Change("review", "nc:limit", "7wd"), Change("apply", "name", "提交")]
    changed = bpmn_write.rewrite(PAYMENT, [*changes, Change("pay", "nc:handler", None)])
    expected = (
        PAYMENT.replace(b'nc:limit="5wd"', b'nc:limit="7wd"')
        .replace('name="填报"'.encode(), 'name="提交"'.encode())
        .replace(b' nc:handler="pay"', b"")
    )
    assert canonical(changed) == canonical(expected)
    with pytest.raises(Refused, match=r"process\.no-such-element"):
        bpmn_write.rewrite(PAYMENT, [Change("ghost", "name", "x")])


def test_a_definition_is_written_and_read_back() -> None:
    definition = bpmn.read(PAYMENT)
    shapes = tuple(s for s in definition.picture.shapes if s.kind != "participant")
    definition = replace(definition, picture=Diagram(shapes, definition.picture.edges))
    again = bpmn.read(bpmn_write.write(definition))
    assert without_lines(again) == without_lines(definition)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks.blocks())
def test_every_generated_drawing_is_written_and_read_back(block: blocks.Block) -> None:
    definition = blocks.definition(block)
    again = bpmn.read(bpmn_write.write(definition))
    assert without_lines(again) == without_lines(definition)
