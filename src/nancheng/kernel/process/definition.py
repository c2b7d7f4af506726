"""The drawing as values: what a BPMN file says, before anything is made of it.

A ``Definition`` holds one executable process. Names are Chinese, ``name_en`` the English ones.
``line`` is the line of the element in its file (0 when it did not come from a file). Sub-processes
are flat here: each node and flow names the sub-process it lies in (``parent``, "" for the process).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a node does when a token reaches it."""

    START = "start"
    END = "end"
    CATCH = "catch"
    THROW = "throw"
    BOUNDARY = "boundary"
    TASK = "task"
    MANUAL_TASK = "manual-task"
    USER_TASK = "user-task"
    SERVICE_TASK = "service-task"
    RULE_TASK = "rule-task"
    SEND_TASK = "send-task"
    RECEIVE_TASK = "receive-task"
    SUB_PROCESS = "sub-process"
    EVENT_SUB_PROCESS = "event-sub-process"
    CALL = "call"
    EXCLUSIVE = "exclusive"
    PARALLEL = "parallel"
    INCLUSIVE = "inclusive"
    EVENT_BASED = "event-based"


# How much of a stranger's text a fault quotes.
TEXT_MAX = 200
ACTIVITIES = frozenset(
    {
        Kind.TASK,
        Kind.MANUAL_TASK,
        Kind.USER_TASK,
        Kind.SERVICE_TASK,
        Kind.RULE_TASK,
        Kind.SEND_TASK,
        Kind.RECEIVE_TASK,
        Kind.SUB_PROCESS,
        Kind.CALL,
    }
)
EVENTS = frozenset({Kind.START, Kind.END, Kind.CATCH, Kind.THROW, Kind.BOUNDARY})
GATEWAYS = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.EVENT_BASED})


class Trigger(StrEnum):
    """What an event waits for or throws."""

    NONE = "none"
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    TERMINATE = "terminate"
    LINK = "link"


class TimerKind(StrEnum):
    """The three ways BPMN states a time."""

    DATE = "date"
    DURATION = "duration"
    CYCLE = "cycle"


@dataclass(frozen=True, slots=True)
class TimerSpec:
    """A time as written: ISO 8601, a limit such as ``5wd``, or a FEEL text after an equals sign."""

    kind: TimerKind
    text: str


@dataclass(frozen=True, slots=True)
class EventSpec:
    """The event definition of an event node.

    ``code`` is the name of the message, signal or link, or the error or escalation code ("" catches
    any).
    ``key`` is a FEEL text giving the correlation value of a message ("" for the case itself).
    """

    trigger: Trigger = Trigger.NONE
    timer: TimerSpec | None = None
    code: str = ""
    key: str = ""


NO_EVENT = EventSpec()


@dataclass(frozen=True, slots=True)
class Loop:
    """Multi-instance: one instance for each element of a collection.

    ``collection`` is a FEEL text giving a list (or, from a cardinality, a number); ``element``
    names the local variable; ``until`` is the completion condition ("" for all); ``result`` names
    the variable that receives one context per completed instance ("" merges their variables).
    """

    collection: str
    element: str
    sequential: bool = False
    until: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node of the drawing."""

    id: str
    kind: Kind
    name: str = ""
    name_en: str = ""
    line: int = 0
    parent: str = ""
    event: EventSpec = NO_EVENT
    attached_to: str = ""
    interrupting: bool = True
    default: str = ""
    loop: Loop | None = None
    calls: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; ``condition`` is a FEEL text, "" for none."""

    id: str
    source: str
    target: str
    condition: str = ""
    name: str = ""
    line: int = 0
    parent: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A swim lane: the duty (``post``) or the case participant (``party``) that works its nodes."""

    id: str
    name: str = ""
    name_en: str = ""
    post: str = ""
    party: str = ""
    nodes: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in a drawing: which, at which element and line, and the name a person sees there.

    Its texts are cut to what a person reads in a list: they come from files of strangers.
    """

    code: str
    element: str
    line: int = 0
    name: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        for field_name in ("element", "name", "detail"):
            text = getattr(self, field_name)
            if len(text) > TEXT_MAX:
                object.__setattr__(self, field_name, text[: TEXT_MAX - 1] + "…")


@dataclass(frozen=True, slots=True)
class Shape:
    """Bounds of an element on the drawing, in the drawing's units."""

    element: str
    kind: str
    name: str
    x: float
    y: float
    width: float
    height: float
    horizontal: bool = True
    expanded: bool = True


@dataclass(frozen=True, slots=True)
class Edge:
    """The line of a flow on the drawing, as points."""

    element: str
    source: str
    target: str
    points: tuple[tuple[float, float], ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """The picture: shapes (pools and lanes first, as in the file) and edges."""

    shapes: tuple[Shape, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """A participant of a collaboration; ``process`` is "" for one whose inside is not drawn."""

    id: str
    name: str = ""
    name_en: str = ""
    process: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class MessageFlow:
    """A message from one pool (or an element in it) to another; told, never run."""

    id: str
    source: str
    target: str
    name: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Definition:
    """One executable process as drawn.

    ``faults`` are what reading found: elements we do not run, broken references.
    """

    key: str
    name: str = ""
    name_en: str = ""
    limit: str = ""
    basis: str = ""
    nodes: Mapping[str, Node] = field(default_factory=dict)
    flows: tuple[Flow, ...] = ()
    lanes: tuple[Lane, ...] = ()
    faults: tuple[Problem, ...] = ()
    picture: Diagram = Diagram()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole BPMN file: every process in it, and what stands beside them.

    ``faults`` are what nobody runs outside the processes; each process lists its own.
    """

    processes: tuple[Definition, ...] = ()
    pools: tuple[Pool, ...] = ()
    messages: tuple[MessageFlow, ...] = ()
    faults: tuple[Problem, ...] = ()
