"""What stands in a BPMN file beside its processes: pools, message flows, and what nobody runs.

Choreographies, conversations and global tasks are drawings for people to agree on. They are read as
a list of what is not executable, by element and line; publication refuses them with that list.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from nancheng.kernel.process.bpmn_nodes import BPMN, NC, line_of, local, reference
from nancheng.kernel.process.definition import MessageFlow, Pool, Problem

# Told, not run: what may stand at the root of a file and changes nothing in a process.
SILENT_ROOTS = frozenset(
    {
        "category",
        "collaboration",
        "correlationProperty",
        "dataStore",
        "documentation",
        "endPoint",
        "error",
        "escalation",
        "extension",
        "extensionElements",
        "import",
        "interface",
        "itemDefinition",
        "message",
        "partnerEntity",
        "partnerRole",
        "process",
        "relationship",
        "resource",
        "signal",
    }
)
SILENT_BETWEEN = frozenset(
    {
        "artifact",
        "association",
        "conversationAssociation",
        "correlationKey",
        "documentation",
        "extensionElements",
        "group",
        "messageFlow",
        "messageFlowAssociation",
        "participant",
        "participantAssociation",
        "textAnnotation",
    }
)


def not_run(root: etree._Element) -> Iterator[Problem]:
    """Yield what a file holds outside its processes that we do not run."""
    for child in root:
        tag = local(child)
        if tag == "collaboration":
            yield from (_fault(c) for c in child if local(c) and local(c) not in SILENT_BETWEEN)
        elif tag and tag not in SILENT_ROOTS:
            yield _fault(child)


def _fault(element: etree._Element) -> Problem:
    tag = local(element)
    name = element.get("name", "") or tag
    return Problem("process.element-not-run", element.get("id", ""), line_of(element), name, tag)


def pools(root: etree._Element) -> Iterator[Pool]:
    """Yield the pools; one without a process is a black box: somebody outside."""
    for element in root.iterfind(f"{BPMN}collaboration/{BPMN}participant"):
        yield Pool(
            id=element.get("id", ""),
            name=element.get("name", ""),
            name_en=element.get(f"{NC}en", ""),
            process=reference(element.get("processRef", "")),
            line=line_of(element),
        )


def message_flows(root: etree._Element) -> Iterator[MessageFlow]:
    """Yield the message flows between pools or their elements."""
    for element in root.iterfind(f"{BPMN}collaboration/{BPMN}messageFlow"):
        yield MessageFlow(
            id=element.get("id", ""),
            source=reference(element.get("sourceRef", "")),
            target=reference(element.get("targetRef", "")),
            name=element.get("name", ""),
            line=line_of(element),
        )
