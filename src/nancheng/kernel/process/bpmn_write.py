"""Definition → BPMN 2.0 XML, and small changes to a file that leave all else as it was.

``rewrite`` is for files that people and other tools have drawn: what it does not change stays, to
the byte (see ``bpmn_edit``). ``write`` makes a new file from values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from nancheng.kernel.process import bpmn, bpmn_edit
from nancheng.kernel.process.bpmn_nodes import BPMN, KINDS, NC, REFERENCES, TIMERS, TRIGGERS
from nancheng.kernel.process.definition import (
    Definition,
    Edge,
    EventSpec,
    Flow,
    Kind,
    Lane,
    Loop,
    Node,
    Shape,
    Trigger,
)
from nancheng.kernel.refusal import Refused

NAMESPACES: Mapping[Any, str] = {
    None: BPMN.strip("{}"),
    "nc": NC.strip("{}"),
    "bpmndi": bpmn.DI.strip("{}"),
    "dc": bpmn.DC.strip("{}"),
    "di": bpmn.DD.strip("{}"),
}
# What XML 1.0 has no way to write.
_NO_XML = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
TARGET = "urn:nancheng:drawings"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

_TAGS: Mapping[Kind, str] = {
    **{kind: tag for tag, kind in KINDS.items()},
    Kind.EVENT_SUB_PROCESS: "subProcess",
}
_DEFINITIONS: Mapping[Trigger, str] = {trigger: tag for tag, trigger in TRIGGERS.items()}
_TIMES = {kind: tag for tag, kind in TIMERS.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """A new value for an attribute of an element; ``None`` takes it away.

    ``attribute`` is a BPMN name (``name``) or one of ours (``nc:form``).
    """

    element: str
    attribute: str
    value: str | None


def rewrite(data: bytes, changes: Iterable[Change] = ()) -> bytes:
    """Return the file with some attributes changed; every other byte is as it was.

    Raises ``Refused`` as ``bpmn.read`` does, ``process.no-such-element`` for an unknown id, and
    ``process.not-for-xml`` for a value that no XML file can hold.
    """
    bpmn.parse(data)
    wanted: dict[str, dict[str, str | None]] = {}
    for change in changes:
        if change.value is not None and _NO_XML.search(change.value):
            raise Refused("process.not-for-xml", element=change.element)
        wanted.setdefault(change.element, {})[change.attribute] = change.value
    if not wanted:
        return data
    file = bpmn.written(data)
    text, found = file.text, bpmn_edit.places(file.text)
    for element in sorted(wanted, key=lambda e: found.starts.get(e, -1), reverse=True):
        if element not in found.starts:
            raise Refused("process.no-such-element", element=element)
        at, prefix = found.starts[element], found.prefixes[element]
        text = bpmn_edit.changed(text, at, wanted[element], prefix=prefix, spelled=file.spelled)
    return file.again(text)


def write(definition: Definition) -> bytes:
    """Return a BPMN file that reads back as this definition (lines aside)."""
    root = etree.Element(f"{BPMN}definitions", nsmap=NAMESPACES, targetNamespace=TARGET)
    known = _roots(root, definition)
    process = etree.SubElement(root, f"{BPMN}process", id=definition.key, isExecutable="true")
    _set(process, name=definition.name)
    _ours(process, en=definition.name_en, limit=definition.limit, basis=definition.basis)
    _lanes(process, definition.lanes)
    _scope(process, definition, "", known)
    _picture(root, definition)
    return _bytes(root)


def _bytes(root: etree._Element) -> bytes:
    tree = root.getroottree()
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=True)


# --- messages, signals, errors, escalations -------------------------------------------------------


def _roots(root: etree._Element, definition: Definition) -> dict[tuple[str, str], str]:
    """Write what events refer to; return its id by kind and name."""
    known: dict[tuple[str, str], str] = {}
    for node in definition.nodes.values():
        kind, code = node.event.trigger.value, node.event.code
        if kind not in REFERENCES or not code or (kind, code) in known:
            continue
        identity = f"{kind}-{len(known) + 1}"
        known[kind, code] = identity
        element = etree.SubElement(root, BPMN + kind, id=identity)
        element.set("name" if kind in ("message", "signal") else f"{kind}Code", code)
    return known


def _event(element: etree._Element, node: Node, known: Mapping[tuple[str, str], str]) -> None:
    event: EventSpec = node.event
    reference = known.get((event.trigger.value, event.code), "")
    _ours(element, key=event.key)
    if node.kind in (Kind.SEND_TASK, Kind.RECEIVE_TASK):
        _set(element, messageRef=reference)
        return
    if event.trigger is Trigger.NONE:
        return
    definition = etree.SubElement(element, BPMN + _DEFINITIONS[event.trigger])
    if event.timer:
        etree.SubElement(definition, BPMN + _TIMES[event.timer.kind]).text = event.timer.text
    elif event.trigger is Trigger.LINK:
        definition.set("name", event.code)
    elif reference:
        definition.set(f"{event.trigger.value}Ref", reference)


# --- nodes and flows ------------------------------------------------------------------------------


def _lanes(process: etree._Element, lanes: tuple[Lane, ...]) -> None:
    if not lanes:
        return
    around = etree.SubElement(process, f"{BPMN}laneSet")
    for lane in lanes:
        element = etree.SubElement(around, f"{BPMN}lane", id=lane.id)
        _set(element, name=lane.name)
        _ours(element, en=lane.name_en, post=lane.post, party=lane.party)
        for node in lane.nodes:
            etree.SubElement(element, f"{BPMN}flowNodeRef").text = node


def _scope(
    around: etree._Element, definition: Definition, parent: str, known: dict[tuple[str, str], str]
) -> None:
    for node in definition.nodes.values():
        if node.parent == parent:
            _node(around, definition, node, known)
    for flow in definition.flows:
        if flow.parent == parent:
            _flow(around, flow)


def _node(
    around: etree._Element, definition: Definition, node: Node, known: dict[tuple[str, str], str]
) -> None:
    element = etree.SubElement(around, BPMN + _TAGS[node.kind], id=node.id)
    _set(element, name=node.name, default=node.default, calledElement=node.calls)
    _set(element, attachedToRef=node.attached_to)
    _ours(element, en=node.name_en, **node.extra)
    if not node.interrupting:
        element.set("cancelActivity" if node.attached_to else "isInterrupting", "false")
    if node.kind is Kind.EVENT_SUB_PROCESS:
        element.set("triggeredByEvent", "true")
    _event(element, node, known)
    if node.loop:
        _loop(element, node.loop)
    if node.kind in (Kind.SUB_PROCESS, Kind.EVENT_SUB_PROCESS):
        _scope(element, definition, node.id, known)


def _loop(element: etree._Element, loop: Loop) -> None:
    inside = etree.SubElement(element, f"{BPMN}multiInstanceLoopCharacteristics")
    inside.set("isSequential", "true" if loop.sequential else "false")
    _ours(inside, collection=loop.collection, element=loop.element, result=loop.result)
    if loop.until:
        _feel(inside, "completionCondition", loop.until)


def _flow(around: etree._Element, flow: Flow) -> None:
    element = etree.SubElement(around, f"{BPMN}sequenceFlow", id=flow.id)
    _set(element, name=flow.name, sourceRef=flow.source, targetRef=flow.target)
    _ours(element, en=flow.name_en)
    if flow.condition:
        _feel(element, "conditionExpression", flow.condition)


def _feel(around: etree._Element, tag: str, text: str) -> None:
    element = etree.SubElement(around, BPMN + tag, {XSI_TYPE: "tFormalExpression"})
    element.text = text


def _set(element: etree._Element, **values: str) -> None:
    for name, value in values.items():
        if value:
            element.set(name, value)


def _ours(written: etree._Element, /, **values: str) -> None:
    for name, value in values.items():
        if value:
            written.set(NC + name, value)


# --- the picture ----------------------------------------------------------------------------------


def _picture(root: etree._Element, definition: Definition) -> None:
    picture = definition.picture
    if not picture.shapes and not picture.edges:
        return
    diagram = etree.SubElement(root, f"{bpmn.DI}BPMNDiagram", id="diagram")
    plane = etree.SubElement(diagram, f"{bpmn.DI}BPMNPlane", id="plane", bpmnElement=definition.key)
    for shape in picture.shapes:
        _shape(plane, shape)
    for edge in picture.edges:
        _edge(plane, edge)


def _shape(plane: etree._Element, shape: Shape) -> None:
    element = etree.SubElement(
        plane, f"{bpmn.DI}BPMNShape", id=f"{shape.element}_di", bpmnElement=shape.element
    )
    if not shape.horizontal:
        element.set("isHorizontal", "false")
    if not shape.expanded:
        element.set("isExpanded", "false")
    bounds = {"x": shape.x, "y": shape.y, "width": shape.width, "height": shape.height}
    texts = {name: f"{value:g}" for name, value in bounds.items()}
    etree.SubElement(element, f"{bpmn.DC}Bounds", texts)


def _edge(plane: etree._Element, edge: Edge) -> None:
    element = etree.SubElement(
        plane, f"{bpmn.DI}BPMNEdge", id=f"{edge.element}_di", bpmnElement=edge.element
    )
    for x, y in edge.points:
        etree.SubElement(element, f"{bpmn.DD}waypoint", x=f"{x:g}", y=f"{y:g}")
