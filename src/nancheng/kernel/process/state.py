"""Where a case stands: rows, and the only way they change.

A ``State`` is a status, the variables, and ``items``: every token that rests, and everything that
waits on its behalf, is one numbered ``Item``, which the case layer keeps as one row. Numbers come
from a counter of the case and are never used twice. ``Item.data`` is a JSON object; its keys:

- ``trail``    user tasks this token has passed in its scope, oldest first, and a mark ``|…`` for
  each fork it came through (what sending back may do is read from it, see ``verbs``)
- ``from``     the user task whose completion put the token here, if nothing else lies between
- ``host``     the item a boundary event, an event behind an event-based gateway or the start of an
  event sub-process watches (a watcher holds no token; 0 is the case)
- ``due``, ``left``  time of a timer, and how many more times it repeats (-1: without end)
- ``length``   what a timer counts, if a limit such as ``5wd``: a calendar may move what it comes to
- ``awaits``, ``name``, ``key``  message or signal waited for
- ``work``     handler or decision asked for; ``calls`` the process called, ``gives`` what it gets
- ``element``, ``index``  what this instance of a multi-instance is for
- ``total``, ``done``, ``begun``, ``results``, ``elements``, ``name``, ``result``  the body of a
  multi-instance: counts, results so far, what is still to begin (sequential), names of variables
- ``variables``  variables that live in this scope only
- ``arrived``  flows by which tokens came to a gateway that joins
- ``code``, ``detail``, ``phase``  an incident, and where to go on when it is retried
- ``returned`` what a called process gave back, when it could not be taken over
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from nancheng.kernel.process import messages as m

Data = Mapping[str, object]


class Status(StrEnum):
    """The life of a case."""

    NOT_STARTED = "not-started"
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    TERMINATED = "terminated"


class ItemKind(StrEnum):
    """What rests here."""

    USER = "user"
    AUTOMATIC = "automatic"
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    GATE = "gate"
    CALL = "call"
    JOIN = "join"
    SCOPE = "scope"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Item:
    """One resting thing; ``scope`` is the number of the SCOPE item around it, 0 for the case."""

    number: int
    node: str
    kind: ItemKind
    scope: int = 0
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """All there is to know about a running case; built from rows or by ``replay``."""

    status: Status = Status.NOT_STARTED
    variables: Data = field(default_factory=dict)
    items: Mapping[int, Item] = field(default_factory=dict)
    next_item: int = 1


NOT_STARTED = State()


def apply(state: State, event: m.Event) -> State:
    """Return the state after one thing has happened."""
    return apply_all(state, (event,))


def apply_all(state: State, events: Iterable[m.Event]) -> State:
    """Return the state after several things have happened, in order."""
    draft = Draft(state)
    for event in events:
        change(draft, event)
    return draft.freeze()


def replay(events: Iterable[m.Event]) -> State:
    """Return the state a whole life leads to."""
    return apply_all(NOT_STARTED, events)


def holds_token(item: Item) -> bool:
    """Say whether a token rests in this item (what watches a host holds none)."""
    return "host" not in item.data


def is_body(item: Item | None) -> bool:
    """Say whether this item is the body of a multi-instance."""
    return item is not None and "total" in item.data


def children(items: Mapping[int, Item], scope: int) -> list[Item]:
    """Return the items directly in a scope, by number."""
    return sorted((i for i in items.values() if i.scope == scope), key=lambda i: i.number)


def home(items: Mapping[int, Item], scope: int) -> int:
    """Return the nearest scope from here outwards that has variables of its own, else 0."""
    while scope and "variables" not in items[scope].data:
        scope = items[scope].scope
    return scope


def visible(variables: Data, items: Mapping[int, Item], scope: int) -> Data:
    """Return the variables seen from a scope: its own hide those around it."""
    if not scope:
        return variables
    chain = []
    while scope:
        item = items[scope]
        if "variables" in item.data:
            chain.append(cast("Data", item.data["variables"]))
        scope = item.scope
    merged = dict(variables)
    for own in reversed(chain):
        merged.update(own)
    return merged


class Draft:
    """A state under change; ``step`` and ``apply`` share it, so that they cannot differ."""

    __slots__ = ("items", "next_item", "status", "variables")

    def __init__(self, state: State) -> None:
        self.status = state.status
        self.variables = state.variables
        self.items: dict[int, Item] = dict(state.items)
        self.next_item = state.next_item

    def freeze(self) -> State:
        """Return the state reached. The draft must not be used after."""
        return State(self.status, self.variables, self.items, self.next_item)


def change(draft: Draft, event: m.Event) -> None:
    """Let one event happen to a draft."""
    ON_EVENT[type(event)](draft, event)


# --- what each event does -----------------------------------------------------------------------


def _creates(kind: ItemKind) -> Callable[[Draft, Any], None]:
    def create(draft: Draft, event: m.Offered) -> None:
        number = event.item
        assert number >= draft.next_item, event
        draft.items[number] = Item(number, event.node, kind, event.scope, event.data)
        draft.next_item = number + 1
        if event.scope:
            _begun(draft, event.scope)

    return create


def _begun(draft: Draft, scope: int) -> None:
    """Count an instance when the scope is the body of a multi-instance."""
    body = draft.items[scope]
    if is_body(body):
        _update(draft, body, begun=cast("int", body.data["begun"]) + 1)


def _update(draft: Draft, item: Item, **changes: object) -> None:
    data = {**item.data, **changes}
    draft.items[item.number] = Item(item.number, item.node, item.kind, item.scope, data)


def _started(draft: Draft, event: m.Started) -> None:
    draft.status = Status.RUNNING
    draft.variables = {**draft.variables, **event.variables}


def _completed(draft: Draft, event: m.Completed | m.Answered | m.Returned | m.Left) -> None:
    item = draft.items.pop(event.item)
    body = draft.items.get(item.scope)
    if body is not None and body.node == item.node and is_body(body):
        _instance_done(draft, body, item, event.variables)
    elif event.variables:
        merge(draft, item.scope, event.variables)


def _instance_done(draft: Draft, body: Item, instance: Item, variables: Data) -> None:
    own = cast("Data", instance.data.get("variables", {}))
    name = cast("str", body.data["name"])
    outcome = {k: v for k, v in own.items() if k not in (name, "loopCounter")} | dict(variables)
    done = cast("int", body.data["done"]) + 1
    if body.data["result"]:
        row = {name: instance.data.get("element"), **outcome}
        _update(draft, body, done=done, results=[*cast("list[Any]", body.data["results"]), row])
        return
    _update(draft, body, done=done)
    if outcome:
        merge(draft, body.scope, outcome)


def merge(draft: Draft, scope: int, variables: Data) -> None:
    """Write variables from within a scope to the nearest one that has its own."""
    target = home(draft.items, scope)
    if not target:
        draft.variables = {**draft.variables, **variables}
        return
    item = draft.items[target]
    own = cast("Data", item.data["variables"])
    _update(draft, item, variables={**own, **variables})


def _gone(draft: Draft, event: m.Fired | m.Withdrawn | m.SentBack) -> None:
    del draft.items[event.item]


def _retried(draft: Draft, event: m.Retried) -> None:
    item = draft.items.pop(event.item)
    body = draft.items.get(item.scope)
    if is_body(body) and body is not None and item.data["phase"] in ("instance", "return"):
        _update(draft, body, begun=cast("int", body.data["begun"]) - 1)


def _arrived(draft: Draft, event: m.Arrived) -> None:
    draft.items[event.item] = Item(event.item, event.node, ItemKind.JOIN, event.scope, event.data)
    draft.next_item = max(draft.next_item, event.item + 1)


def _joined(draft: Draft, event: m.Joined) -> None:
    if event.left:
        _update(draft, draft.items[event.item], arrived=list(event.left))
    else:
        del draft.items[event.item]


def _stuck(draft: Draft, event: m.Stuck) -> None:
    is_new = event.item not in draft.items
    draft.items[event.item] = Item(
        event.item, event.node, ItemKind.INCIDENT, event.scope, event.data
    )
    draft.next_item = max(draft.next_item, event.item + 1)
    if is_new and event.data["phase"] == "instance":
        _begun(draft, event.scope)


def _added(draft: Draft, event: m.InstanceAdded) -> None:
    body = draft.items[event.item]
    total = cast("int", body.data["total"]) + 1
    if "elements" in body.data:
        elements = [*cast("list[Any]", body.data["elements"]), event.element]
        _update(draft, body, total=total, elements=elements)
    else:
        _update(draft, body, total=total)


def _removed(draft: Draft, event: m.InstanceRemoved) -> None:
    item = draft.items.pop(event.item)
    body = draft.items[item.scope]
    _update(draft, body, total=cast("int", body.data["total"]) - 1)


def _awaited(draft: Draft, event: m.Awaited) -> None:
    AWAITED[str(event.data["awaits"])](draft, event)


def _received(draft: Draft, event: m.Received) -> None:
    item = draft.items.pop(event.item)
    if event.variables:
        merge(draft, item.scope, event.variables)


def _thrown(draft: Draft, event: m.Thrown) -> None:
    if event.variables:
        merge(draft, draft.items[event.item].scope, event.variables)


def _gateway_taken(draft: Draft, event: m.GatewayTaken) -> None:
    item = draft.items.get(event.item)
    if item is not None and item.kind is ItemKind.GATE:
        del draft.items[event.item]


def _set(draft: Draft, event: m.VariablesSet) -> None:
    draft.variables = {**draft.variables, **event.variables}


def _moved(draft: Draft, event: m.TimerMoved) -> None:
    item = draft.items[event.item]
    draft.items[event.item] = Item(
        item.number, item.node, item.kind, item.scope, {**item.data, "due": event.due}
    )


def _migrated(draft: Draft, event: m.Migrated) -> None:
    moves = event.moves
    for item in list(draft.items.values()):
        data = item.data
        if "trail" in data:
            trail = [
                node for node in cast("list[str]", data["trail"]) if node not in event.forgotten
            ]
            data = {**data, "trail": [moves.get(node, node) for node in trail]}
        if "arrived" in data:
            arrived = [moves.get(flow, flow) for flow in cast("list[str]", data["arrived"])]
            data = {**data, "arrived": arrived}
        node = moves.get(item.node, item.node)
        draft.items[item.number] = Item(item.number, node, item.kind, item.scope, data)


def _nothing(_draft: Draft, _event: object) -> None:
    """Change nothing: the event is for the record."""


def _becomes(status: Status) -> Callable[[Draft, Any], None]:
    def become(draft: Draft, _event: object) -> None:
        draft.status = status

    return become


AWAITED: Mapping[str, Callable[[Draft, Any], None]] = {
    "message": _creates(ItemKind.MESSAGE),
    "signal": _creates(ItemKind.SIGNAL),
}
ON_EVENT: Mapping[type[Any], Callable[[Draft, Any], None]] = {
    m.Started: _started,
    m.Offered: _creates(ItemKind.USER),
    m.Completed: _completed,
    m.Requested: _creates(ItemKind.AUTOMATIC),
    m.Answered: _completed,
    m.TimerSet: _creates(ItemKind.TIMER),
    m.Fired: _gone,
    m.Awaited: _awaited,
    m.Received: _received,
    m.GateOpened: _creates(ItemKind.GATE),
    m.Called: _creates(ItemKind.CALL),
    m.Returned: _completed,
    m.Thrown: _thrown,
    m.Caught: _nothing,
    m.GatewayTaken: _gateway_taken,
    m.Arrived: _arrived,
    m.Joined: _joined,
    m.Entered: _creates(ItemKind.SCOPE),
    m.Left: _completed,
    m.Withdrawn: _gone,
    m.InstanceAdded: _added,
    m.InstanceRemoved: _removed,
    m.Stuck: _stuck,
    m.Retried: _retried,
    m.SentBack: _gone,
    m.TakenBack: _nothing,
    m.VariablesSet: _set,
    m.TimerMoved: _moved,
    m.Migrated: _migrated,
    m.Suspended: _becomes(Status.SUSPENDED),
    m.Resumed: _becomes(Status.RUNNING),
    m.Ended: _becomes(Status.COMPLETED),
    m.Terminated: _becomes(Status.TERMINATED),
}
assert set(ON_EVENT) == set(m.Event.__args__)
