"""BPMN 2.0 XML → definition; the only place that knows XML.

Reading is tolerant and total: any well-formed BPMN file gives a ``Definition``; what we do not run
is listed in its ``faults``, by element and line. What is not a BPMN file, or hostile (declares
entities, too large, too deep), is ``Refused``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from nancheng.kernel import xmltext
from nancheng.kernel.process import bpmn_beside, bpmn_nodes
from nancheng.kernel.process.bpmn_nodes import BPMN, NC, Reading, line_of, reference
from nancheng.kernel.process.definition import (
    Definition,
    Diagram,
    Edge,
    Lane,
    Problem,
    Shape,
    Sheet,
)
from nancheng.kernel.refusal import Refused
from nancheng.kernel.xmltext import EncodingError, Written

SIZE_MAX = 4_000_000
DEPTH_MAX = 100
ELEMENTS_MAX = 50_000
ATTRIBUTES_MAX = 500

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DD = "{http://www.omg.org/spec/DD/20100524/DI}"

_BLANK = re.compile(rb"\s*")


def read(data: bytes, *, key: str = "") -> Definition:
    """Return the executable process of a BPMN file (the one named ``key``, if given).

    Raises ``Refused`` ``process.unreadable-…`` (not XML, not BPMN, hostile; mostly with
    ``line``) or ``process.no-process``.
    """
    root = _root(data)
    process, faults = _process(root, key)
    return _definition(root, process, [*faults, *bpmn_beside.not_run(root)])


def read_all(data: bytes) -> Sheet:
    """Return everything a BPMN file holds: drawings for exchange are read too, not only run.

    Raises ``Refused`` ``process.unreadable-…`` alone; a file without a process has none.
    """
    root = _root(data)
    return Sheet(
        processes=tuple(_definition(root, p, []) for p in root.iterfind(f"{BPMN}process")),
        pools=tuple(bpmn_beside.pools(root)),
        messages=tuple(bpmn_beside.message_flows(root)),
        faults=tuple(bpmn_beside.not_run(root)),
    )


def _root(data: bytes) -> etree._Element:
    root = parse(data)
    if root.tag != f"{BPMN}definitions":
        raise Refused("process.unreadable-not-bpmn", line=line_of(root))
    return root


def _definition(root: etree._Element, process: etree._Element, faults: list[Problem]) -> Definition:
    reading = Reading(bpmn_nodes.references(root), faults)
    bpmn_nodes.read_scope(reading, process, "")
    return Definition(
        key=process.get("id", ""),
        name=process.get("name", ""),
        name_en=process.get(f"{NC}en", ""),
        limit=process.get(f"{NC}limit", ""),
        basis=process.get(f"{NC}basis", ""),
        nodes=reading.nodes,
        flows=tuple(reading.flows),
        lanes=tuple(_lanes(process)),
        faults=tuple(reading.faults),
        picture=_picture(root),
        line=line_of(process),
    )


def diagram(definition: Definition) -> Diagram:
    """Return the picture of a drawing: shapes and edges as values, in the drawing's own units."""
    return definition.picture


def parse(data: bytes) -> etree._Element:
    """Parse XML from a stranger: no entities, no network, bounded size, depth and counts."""
    text = written(data).text
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        strip_cdata=False,
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        if getattr(error, "code", 0) == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise Refused("process.unreadable-too-deep", line=line) from error
        raise Refused("process.unreadable-not-xml", line=line) from error
    _bounded(root)
    return root


def written(data: bytes) -> Written:
    """Return the text of a stranger's file, and how it is written; refused before any parser."""
    if len(data) > SIZE_MAX:
        raise Refused("process.unreadable-too-large")
    try:
        found = xmltext.read(data)
    except EncodingError as error:
        if error.is_unknown:
            raise Refused("process.unreadable-encoding-unknown") from error
        raise Refused("process.unreadable-encoding-not-as-declared") from error
    if _declares_type(found.text):
        raise Refused("process.unreadable-declares-entities")
    return found


def _declares_type(text: bytes) -> bool:
    """Say whether a document type stands before the root: only there may it, or any entity."""
    at = 0
    while True:
        blank = _BLANK.match(text, at)
        assert blank is not None  # it may be empty
        at = blank.end()
        for opens, closes in ((b"<?", b"?>"), (b"<!--", b"-->")):
            if text.startswith(opens, at):
                at = text.find(closes, at + len(opens))
                break
        else:
            return text.startswith(b"<!", at)
        if at < 0:
            return False
        at += len(closes)


def _bounded(root: etree._Element) -> None:
    depth = 0
    for count, (event, element) in enumerate(etree.iterwalk(root, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        # Each look at an attribute walks past all before it.
        if event == "start" and len(element.attrib) > ATTRIBUTES_MAX:
            raise Refused("process.unreadable-too-many-attributes", line=line_of(element))
        if depth > DEPTH_MAX or count > 2 * ELEMENTS_MAX:
            raise Refused("process.unreadable-too-deep", line=line_of(element))


def _process(root: etree._Element, key: str) -> tuple[etree._Element, list[Problem]]:
    """Choose the process to run: named, else executable, else the only one that has nodes."""
    found = root.findall(f"{BPMN}process")
    chosen = [p for p in found if p.get("id") == key] if key else found
    runnable = [p for p in chosen if p.get("isExecutable") == "true"] or [
        p for p in chosen if p.find(f"{BPMN}startEvent") is not None
    ]
    if not chosen:
        raise Refused("process.no-process", key=key)
    faults = [
        Problem("process.second-process", p.get("id", ""), line_of(p), p.get("name", ""))
        for p in runnable[1:]
    ]
    return (runnable or chosen)[0], faults


# --- lanes ------------------------------------------------------------------------------------


def _lanes(process: etree._Element) -> Iterator[Lane]:
    """Yield the innermost lanes (a lane divided into lanes only groups them)."""
    for element in process.iter(f"{BPMN}lane"):
        if element.find(f"{BPMN}childLaneSet") is not None:
            continue
        nodes = [(ref.text or "").strip() for ref in element.findall(f"{BPMN}flowNodeRef")]
        yield Lane(
            id=element.get("id", ""),
            name=element.get("name", ""),
            name_en=element.get(f"{NC}en", ""),
            post=element.get(f"{NC}post", ""),
            party=element.get(f"{NC}party", ""),
            nodes=tuple(nodes),
            line=line_of(element),
        )


# --- the picture --------------------------------------------------------------------------------


def _picture(root: etree._Element) -> Diagram:
    drawn = {e.get("id", ""): e for e in root.iter(f"{BPMN}*") if e.get("id")}
    plane = root.find(f"{DI}BPMNDiagram/{DI}BPMNPlane")
    if plane is None:
        return Diagram()
    shapes = (_shape(e, drawn) for e in plane.iterfind(f"{DI}BPMNShape"))
    edges = (_edge(e, drawn) for e in plane.iterfind(f"{DI}BPMNEdge"))
    return Diagram(tuple(s for s in shapes if s), tuple(e for e in edges if e))


def _shape(element: etree._Element, drawn: dict[str, etree._Element]) -> Shape | None:
    bounds = element.find(f"{DC}Bounds")
    of = drawn.get(reference(element.get("bpmnElement", "")))
    if bounds is None or of is None:
        return None
    return Shape(
        element=of.get("id", ""),
        kind=etree.QName(of).localname,
        name=of.get("name", ""),
        x=_number(bounds.get("x")),
        y=_number(bounds.get("y")),
        width=_number(bounds.get("width")),
        height=_number(bounds.get("height")),
        horizontal=element.get("isHorizontal", "true") != "false",
        expanded=element.get("isExpanded", "true") != "false",
    )


def _edge(element: etree._Element, drawn: dict[str, etree._Element]) -> Edge | None:
    of = drawn.get(reference(element.get("bpmnElement", "")))
    if of is None:
        return None
    points = tuple(
        (_number(p.get("x")), _number(p.get("y"))) for p in element.iterfind(f"{DD}waypoint")
    )
    return Edge(
        element=of.get("id", ""),
        source=reference(of.get("sourceRef", "")),
        target=reference(of.get("targetRef", "")),
        points=points,
        name=of.get("name", ""),
    )


def _number(text: str | None) -> float:
    """Read a coordinate; a missing, broken or absurd one is 0 (the picture is only a picture)."""
    try:
        value = float(text or 0)
    except ValueError:
        return 0.0
    return value if abs(value) < 1e6 else 0.0
