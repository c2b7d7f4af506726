"""The flow elements of a BPMN file: nodes, flows, event definitions, our attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from nancheng.kernel.process.definition import (
    NO_EVENT,
    EventSpec,
    Flow,
    Kind,
    Loop,
    Node,
    Problem,
    TimerKind,
    TimerSpec,
    Trigger,
)

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
NC = "{urn:nancheng:bpmn:1}"

KINDS: Mapping[str, Kind] = {
    "startEvent": Kind.START,
    "endEvent": Kind.END,
    "intermediateCatchEvent": Kind.CATCH,
    "intermediateThrowEvent": Kind.THROW,
    "boundaryEvent": Kind.BOUNDARY,
    "task": Kind.TASK,
    "manualTask": Kind.MANUAL_TASK,
    "userTask": Kind.USER_TASK,
    "serviceTask": Kind.SERVICE_TASK,
    "businessRuleTask": Kind.RULE_TASK,
    "sendTask": Kind.SEND_TASK,
    "receiveTask": Kind.RECEIVE_TASK,
    "subProcess": Kind.SUB_PROCESS,
    "callActivity": Kind.CALL,
    "exclusiveGateway": Kind.EXCLUSIVE,
    "parallelGateway": Kind.PARALLEL,
    "inclusiveGateway": Kind.INCLUSIVE,
    "eventBasedGateway": Kind.EVENT_BASED,
}
TRIGGERS: Mapping[str, Trigger] = {
    "timerEventDefinition": Trigger.TIMER,
    "messageEventDefinition": Trigger.MESSAGE,
    "signalEventDefinition": Trigger.SIGNAL,
    "errorEventDefinition": Trigger.ERROR,
    "escalationEventDefinition": Trigger.ESCALATION,
    "terminateEventDefinition": Trigger.TERMINATE,
    "linkEventDefinition": Trigger.LINK,
}
TIMERS: Mapping[str, TimerKind] = {
    "timeDate": TimerKind.DATE,
    "timeDuration": TimerKind.DURATION,
    "timeCycle": TimerKind.CYCLE,
}
REFERENCES = ("message", "signal", "error", "escalation")
# Told, not run: what a drawing may hold beside its flow.
SILENT = frozenset(
    {
        "artifact",
        "association",
        "auditing",
        "category",
        "correlationSubscription",
        "dataInput",
        "dataInputAssociation",
        "dataObject",
        "dataObjectReference",
        "dataOutput",
        "dataOutputAssociation",
        "dataStoreReference",
        "documentation",
        "extensionElements",
        "group",
        "humanPerformer",
        "incoming",
        "inputSet",
        "ioBinding",
        "ioSpecification",
        "laneSet",
        "monitoring",
        "multiInstanceLoopCharacteristics",
        "outgoing",
        "outputSet",
        "performer",
        "potentialOwner",
        "property",
        "rendering",
        "resourceRole",
        "supportedInterfaceRef",
        "supports",
        "textAnnotation",
    }
)
OUR_ATTRIBUTES = frozenset(
    {
        "apart",
        "basis",
        "collection",
        "decision",
        "element",
        "en",
        "form",
        "handler",
        "input",
        "key",
        "limit",
        "output",
        "result",
        "verbs",
    }
)


MULTI = "multiInstanceLoopCharacteristics"
# Attributes that change what an element means, and the only value of each that we run.
MEANINGS: Mapping[str, str] = {
    "behavior": "All",
    "completionQuantity": "1",
    "eventGatewayType": "Exclusive",
    "instantiate": "false",
    "isForCompensation": "false",
    "parallelMultiple": "false",
    "startQuantity": "1",
}
# Attributes that become fields of their own.
OF_NODES = frozenset({"en", "key"})
OF_LOOPS = OF_NODES | {"collection", "element", "result"}


@dataclass(slots=True)
class Reading:
    """What has been read so far; ``names`` gives the name or code of a message, signal, error."""

    names: Mapping[str, str]
    faults: list[Problem]
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def references(root: etree._Element) -> dict[str, str]:
    """Return id → name (messages, signals) or code (errors, escalations) of root elements."""
    names: dict[str, str] = {}
    for tag in REFERENCES:
        for element in root.iterfind(f"{BPMN}{tag}"):
            code = element.get(f"{tag}Code") or element.get("name") or ""
            names[element.get("id", "")] = code
    return names


def read_scope(reading: Reading, scope: etree._Element, parent: str) -> None:
    """Read the flow elements of a process or sub-process, and of those inside it."""
    for element in scope:
        tag = local(element)
        if not tag or tag in SILENT:
            continue
        if tag == "sequenceFlow":
            _read_flow(reading, element, parent)
        elif tag in KINDS:
            _read_node(reading, element, parent, KINDS[tag])
        else:
            _fault(reading, "process.element-not-run", element, tag)


def _read_flow(reading: Reading, element: etree._Element, parent: str) -> None:
    condition = element.find(f"{BPMN}conditionExpression")
    flow = Flow(
        id=_identity(reading, element),
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        condition=_feel(condition),
        name=element.get("name", ""),
        line=line_of(element),
        parent=parent,
        name_en=element.get(f"{NC}en", ""),
    )
    reading.flows.append(flow)


def _read_node(reading: Reading, element: etree._Element, parent: str, kind: Kind) -> None:
    identity = _identity(reading, element)
    if kind is Kind.SUB_PROCESS and element.get("triggeredByEvent") == "true":
        kind = Kind.EVENT_SUB_PROCESS
    interrupting = element.get("cancelActivity", element.get("isInterrupting", "true"))
    reading.nodes[identity] = Node(
        id=identity,
        kind=kind,
        name=element.get("name", ""),
        name_en=element.get(f"{NC}en", ""),
        line=line_of(element),
        parent=parent,
        event=_event(reading, element, kind),
        attached_to=reference(element.get("attachedToRef", "")),
        interrupting=interrupting != "false",
        default=element.get("default", ""),
        loop=_loop(element),
        calls=reference(element.get("calledElement", "")),
        extra=_extra(reading, element),
    )
    _odd_meaning(reading, element)
    if kind in (Kind.SUB_PROCESS, Kind.EVENT_SUB_PROCESS):
        read_scope(reading, element, identity)
    else:
        _odd_parts(reading, element)


def _identity(reading: Reading, element: etree._Element) -> str:
    identity = element.get("id", "")
    if not identity:
        _fault(reading, "process.no-id", element, local(element))
    elif identity in reading.seen:
        _fault(reading, "process.id-twice", element, identity)
    reading.seen.add(identity)
    return identity


def _extra(reading: Reading, element: etree._Element) -> dict[str, str]:
    extra: dict[str, str] = {}
    for name, value in element.attrib.items():
        text = str(name)
        if text.startswith(NC):
            ours = text.removeprefix(NC)
            extra[ours] = str(value).strip()
            if ours not in OUR_ATTRIBUTES:
                _fault(reading, "process.attribute-unknown", element, ours)
    elsewhere = OF_LOOPS if element.find(f"{BPMN}{MULTI}") is not None else OF_NODES
    return {name: value for name, value in extra.items() if name not in elsewhere}


# --- events -------------------------------------------------------------------------------------


def _event(reading: Reading, element: etree._Element, kind: Kind) -> EventSpec:
    if kind in (Kind.SEND_TASK, Kind.RECEIVE_TASK):
        code = reading.names.get(reference(element.get("messageRef", "")), "")
        return EventSpec(Trigger.MESSAGE, code=code, key=_key(element))
    definitions = [c for c in element if local(c).endswith("EventDefinition")]
    if not definitions:
        return NO_EVENT
    if len(definitions) > 1:
        _fault(reading, "process.several-events", element, local(definitions[1]))
    definition = definitions[0]
    trigger = TRIGGERS.get(local(definition))
    if trigger is None:
        _fault(reading, "process.element-not-run", definition, local(definition), element)
        return NO_EVENT
    if trigger is Trigger.TIMER:
        return EventSpec(trigger, timer=_timer(definition))
    if trigger is Trigger.LINK:
        return EventSpec(trigger, code=definition.get("name", ""))
    named = reference(definition.get(f"{trigger.value}Ref", ""))
    if named and named not in reading.names:
        _fault(reading, "process.reference-unknown", definition, named, element)
    return EventSpec(trigger, code=reading.names.get(named, ""), key=_key(element))


def _key(element: etree._Element) -> str:
    return element.get(f"{NC}key", "").removeprefix("=").strip()


def _timer(definition: etree._Element) -> TimerSpec | None:
    for child in definition:
        kind = TIMERS.get(local(child))
        if kind is not None:
            return TimerSpec(kind, (child.text or "").strip())
    return None


# --- multi-instance -------------------------------------------------------------------------------


def _loop(element: etree._Element) -> Loop | None:
    found = element.find(f"{BPMN}{MULTI}")
    if found is None:
        return None
    cardinality = _feel(found.find(f"{BPMN}loopCardinality"))
    return Loop(
        collection=_ours(element, found, "collection").removeprefix("=").strip() or cardinality,
        element=_ours(element, found, "element"),
        sequential=found.get("isSequential") == "true",
        until=_feel(found.find(f"{BPMN}completionCondition")),
        result=_ours(element, found, "result"),
    )


def _ours(element: etree._Element, loop: etree._Element, name: str) -> str:
    return (loop.get(f"{NC}{name}") or element.get(f"{NC}{name}") or "").strip()


# --- small things ---------------------------------------------------------------------------------


def line_of(element: etree._Element) -> int:
    """Return the line of an element in its file, 0 when it is not known."""
    return cast("int | None", element.sourceline) or 0


def _odd_parts(reading: Reading, element: etree._Element) -> None:
    """List what a node holds that would change its meaning and that we do not run."""
    for child in element:
        tag = local(child)
        if tag and tag not in SILENT and not tag.endswith("EventDefinition"):
            _fault(reading, "process.element-not-run", child, tag, element)


def _odd_meaning(reading: Reading, element: etree._Element) -> None:
    """List attributes by which a node means something else than we would do."""
    loop = element.find(f"{BPMN}{MULTI}")
    for holder in (element,) if loop is None else (element, loop):
        for name, run in MEANINGS.items():
            if holder.get(name, run) != run:
                said = f"{local(holder)} {name}={holder.get(name)}"
                _fault(reading, "process.element-not-run", holder, said, element)


def _fault(
    reading: Reading,
    code: str,
    element: etree._Element,
    detail: str,
    owner: etree._Element | None = None,
) -> None:
    named = element if owner is None else owner
    reading.faults.append(
        Problem(
            code,
            named.get("id", ""),
            line_of(element) or line_of(named),
            named.get("name", "") or detail,
            detail,
        )
    )


def _feel(element: etree._Element | None) -> str:
    """Return a FEEL text; some tools write an equals sign before it."""
    if element is None:
        return ""
    return (element.text or "").strip().removeprefix("=").strip()


def reference(text: str) -> str:
    """Return the id a reference names; some tools write the prefix of their namespace before it."""
    return text.strip().rpartition(":")[2]


def local(element: etree._Element) -> str:
    """Return the BPMN name of an element, "" for comments and other tools' elements."""
    tag = element.tag
    return tag.removeprefix(BPMN) if isinstance(tag, str) and tag.startswith(BPMN) else ""
