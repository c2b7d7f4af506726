"""Commands in, events out: the one door to both.

Every event names an item and a node and is JSON-able (see ``wire``); time and hand are those of its
command, stored beside it. Events that create an item carry ``scope`` and ``data`` as they rest in
the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nancheng.kernel.process.commands import (
    AddInstance,
    Answer,
    Command,
    Complete,
    Deliver,
    Escalate,
    Fail,
    Fire,
    Migrate,
    MoveTimer,
    Raise,
    RemoveInstance,
    Resume,
    Retry,
    Return,
    SendBack,
    SetVariables,
    Signal,
    Start,
    Suspend,
    TakeBack,
    Terminate,
    Values,
)

# The commands, so that one import serves both.
__all__ = (
    "AddInstance",
    "Answer",
    "Command",
    "Complete",
    "Deliver",
    "Escalate",
    "Fail",
    "Fire",
    "Migrate",
    "MoveTimer",
    "Raise",
    "RemoveInstance",
    "Resume",
    "Retry",
    "Return",
    "SendBack",
    "SetVariables",
    "Signal",
    "Start",
    "Suspend",
    "TakeBack",
    "Terminate",
    "Values",
)


@dataclass(frozen=True, slots=True)
class Started:
    """The case began at a start event (``item`` is 0)."""

    item: int
    node: str
    variables: Values


@dataclass(frozen=True, slots=True)
class Offered:
    """A user task is open (item kind USER)."""

    item: int
    node: str
    scope: int
    data: Values


@dataclass(frozen=True, slots=True)
class Completed:
    """A user task was done."""

    item: int
    node: str
    variables: Values


@dataclass(frozen=True, slots=True)
class Requested:
    """Automatic work waits for its answer (item kind AUTOMATIC); ``data["work"]`` names it."""

    item: int
    node: str
    scope: int
    data: Values


@dataclass(frozen=True, slots=True)
class Answered:
    """Automatic work was answered; ``rows`` decided, when it was a decision table."""

    item: int
    node: str
    variables: Values
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TimerSet:
    """A timer runs (item kind TIMER); ``data["due"]`` is its time, ISO 8601 with offset."""

    item: int
    node: str
    scope: int
    data: Values


@dataclass(frozen=True, slots=True)
class Fired:
    """A timer was due and did its work."""

    item: int
    node: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """Something waits for a message or signal (item kind by ``data["awaits"]``)."""

    item: int
    node: str
    scope: int
    data: Values


@dataclass(frozen=True, slots=True)
class Received:
    """A message or signal that was awaited came."""

    item: int
    node: str
    variables: Values


@dataclass(frozen=True, slots=True)
class GateOpened:
    """A token waits for the first of several events (item kind GATE)."""

    item: int
    node: str
    scope: int
    data: Values


@dataclass(frozen=True, slots=True)
class Called:
    """Another process is called (item kind CALL); ``data["calls"]`` is its key.

    ``data["gives"]`` are the variables it begins with, when the drawing maps them (``nc:input``);
    without, it begins with those visible here.
    """

    item: int
    node: str
    scope: int
    data: Values


@dataclass(frozen=True, slots=True)
class Returned:
    """The called process ended; ``variables`` are what came back, as the drawing maps it."""

    item: int
    node: str
    variables: Values


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message, signal, error or escalation (``trigger``) went out; ``item`` is where from.

    The case layer sends messages, and signals to other cases: this one has got them already.
    """

    item: int
    node: str
    trigger: str
    code: str
    key: str = ""
    variables: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Caught:
    """An error or escalation was caught: ``node`` is the event, ``item`` what it watched."""

    item: int
    node: str
    code: str


@dataclass(frozen=True, slots=True)
class GatewayTaken:
    """A choice was made: these flows; ``item`` is the one whose token chose (0 at the start)."""

    item: int
    node: str
    flows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A token waits at a converging gateway (item kind JOIN) for others; it came by ``flow``."""

    item: int
    node: str
    scope: int
    flow: str
    data: Values


@dataclass(frozen=True, slots=True)
class Joined:
    """A converging gateway let one token go; ``left`` are arrivals that stay for the next turn."""

    item: int
    node: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entered:
    """A sub-process, a multi-instance body or one of its instances began (item kind SCOPE)."""

    item: int
    node: str
    scope: int
    data: Values


@dataclass(frozen=True, slots=True)
class Left:
    """A scope is done; ``variables`` go to the scope around it."""

    item: int
    node: str
    variables: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An item was taken away before it was done; ``reason`` is a code."""

    item: int
    node: str
    reason: str


@dataclass(frozen=True, slots=True)
class InstanceAdded:
    """One more element for a multi-instance body (``item``)."""

    item: int
    node: str
    element: object


@dataclass(frozen=True, slots=True)
class InstanceRemoved:
    """An open instance was taken out of its multi-instance; it no longer counts."""

    item: int
    node: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """A token cannot go on (item kind INCIDENT); ``data`` has ``code`` and ``detail``."""

    item: int
    node: str
    scope: int
    data: Values


@dataclass(frozen=True, slots=True)
class Retried:
    """An incident is tried again."""

    item: int
    node: str


@dataclass(frozen=True, slots=True)
class SentBack:
    """A task was sent back to ``target``."""

    item: int
    node: str
    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The completion of a task (``item``, long done) was undone; it is offered anew."""

    item: int
    node: str


@dataclass(frozen=True, slots=True)
class VariablesSet:
    """Variables of the case were corrected by hand."""

    item: int
    node: str
    variables: Values


@dataclass(frozen=True, slots=True)
class TimerMoved:
    """A timer that waits is due at another moment; ``before`` is when it was due until now."""

    item: int
    node: str
    before: str
    due: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The case goes on by another version: ``moves`` have new ids, ``forgotten`` are gone."""

    item: int
    node: str
    moves: Mapping[str, str]
    forgotten: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspended:
    """The case stands still."""

    item: int
    node: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """The case moves again."""

    item: int
    node: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The last token is gone; the case is done (``item`` is 0, ``node`` the last end)."""

    item: int
    node: str


@dataclass(frozen=True, slots=True)
class Terminated:
    """The case was ended by hand."""

    item: int
    node: str
    reason: str


OfTasks = Offered | Completed | Requested | Answered | Called | Returned
OfWaits = TimerSet | TimerMoved | Fired | Awaited | Received | GateOpened | Thrown | Caught
OfTokens = GatewayTaken | Arrived | Joined | Entered | Left | Withdrawn | Stuck | Retried
OfHands = SentBack | TakenBack | InstanceAdded | InstanceRemoved | VariablesSet
OfCases = Started | Migrated | Suspended | Resumed | Ended | Terminated
Event = OfTasks | OfWaits | OfTokens | OfHands | OfCases
