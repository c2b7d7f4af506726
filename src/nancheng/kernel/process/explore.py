"""What a drawing can come to: every order of work, every answer, within stated bounds.

``verify`` follows the drawing with the same ``step`` that runs cases, over all choices
(``oracle``), and reports what a person would meet: a deadlock, a loop with no way out, a choice
with no true condition, an error nobody catches, a token doubled for want of a join, work that is
never reached. Each finding names the element and gives a path that leads there, to be followed on
the drawing.

Bounds: ``STATES_MAX`` states and so many moves a state (``MOVES_MAX``); nothing beyond a state with
more than ``ITEMS_MAX`` tokens and watchers at once; two instances of each multi-instance; an event
that does not interrupt happens at most once on a path. Conditions are taken as independent of each
other and of the data: a finding may need data that cannot occur, but nothing within the bounds is
missed.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nancheng.kernel.process import footprints, oracle
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import Definition, Kind, Problem, Trigger
from nancheng.kernel.process.oracle import Oracle
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import Item, ItemKind, State, Status

STATES_MAX = 5_000
# On average over all states: one alone may have more.
MOVES_MAX = 40
# A drawing that doubles its tokens in a circle has states of any size.
ITEMS_MAX = 32
BOUNDS = (
    "2 instances of a multi-instance, an event that does not interrupt once on a path,"
    f" {ITEMS_MAX} tokens at once, {MOVES_MAX} moves a state"
)

# Marks in a place's history an event that was caught a second time.
AGAIN = "again "

STICKS: Mapping[str, str] = {
    "process.no-way-out": "process.gateway-without-default",
    "process.join-starved": "process.deadlock",
    "process.too-many-moves": "process.livelock",
    "process.error-uncaught": "process.error-uncaught",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One hand on a path: at this node this was done, and these flows were chosen.

    ``code`` is that of an error or escalation that was raised.
    """

    node: str
    act: str
    flows: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault with the path that leads to it."""

    problem: Problem
    path: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, over how many states; ``complete`` when no bound on them was reached."""

    findings: tuple[Finding, ...]
    states: int
    complete: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A state that was reached, and how."""

    state: State
    happened: frozenset[str]
    before: int
    move: Move


@dataclass(slots=True)
class _Search:
    """All places so far; ``ways`` are the places reachable from each in one move."""

    definition: Definition
    program: Program
    oracle: Oracle
    places: list[_Place] = field(default_factory=list)
    known: dict[object, int] = field(default_factory=dict)
    ways: dict[int, list[int]] = field(default_factory=dict)
    found: dict[tuple[str, str], Finding] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    stuck: set[int] = field(default_factory=set)
    # Places that were not gone on from, being too large.
    large: set[int] = field(default_factory=set)
    moves: int = 0
    aside: Mapping[str, frozenset[str]] = field(default_factory=dict)
    complete: bool = True


def verify(definition: Definition, *, states_max: int = STATES_MAX) -> Report:
    """Explore a drawing that has no problems (see ``problems``)."""
    asked = Oracle()
    search = _Search(definition, oracle.compiled(definition, asked), asked)
    search.aside = footprints.aside(search.program)
    for node in footprints.circles(search.program)[:1]:
        _report(search, "process.automatic-loop", node, -1)
    for start in (search.program.start, *search.program.starts, *search.program.reopens):
        if start:
            _go(search, -1, m.Start(oracle.AT, "", {}, start), start)
    todo = deque(range(len(search.places)))
    open_ones: set[int] = set()
    while todo:
        here = todo.popleft()
        if len(search.places) > states_max or search.moves > states_max * MOVES_MAX:
            search.complete = False
            open_ones = {here, *todo}
            break
        known = len(search.places)
        for command, node in _commands(search, here):
            _go(search, here, command, node)
        todo.extend(range(known, len(search.places)))
    _find_no_end(search, open_ones | search.large)
    if search.complete:
        _find_dead(search)
    return Report(tuple(search.found.values()), len(search.places), search.complete)


# --- moves ----------------------------------------------------------------------------------------


def _commands(search: _Search, here: int) -> Iterator[tuple[m.Command, str]]:
    place = search.places[here]
    items = place.state.items
    if place.state.status is not Status.RUNNING or here in search.stuck:
        return
    if len(items) > ITEMS_MAX:
        search.large.add(here)
        search.complete = False
        return
    for item in sorted(items.values(), key=lambda i: i.number):
        plan = search.program.plans[item.node]
        watches = not states.holds_token(item) and plan.kind in (Kind.BOUNDARY, Kind.START)
        if watches and not plan.interrupting and item.node in place.happened:
            continue
        make = MAKE.get(item.kind)
        if make:
            yield make(item), item.node
        if item.kind in RAISES:
            for command in _raised(search, item, place.happened):
                yield command, item.node


MAKE: Mapping[ItemKind, Any] = {
    ItemKind.USER: lambda item: m.Complete(oracle.AT, "", item.number),
    ItemKind.AUTOMATIC: lambda item: m.Answer(oracle.AT, item.number),
    ItemKind.TIMER: lambda item: m.Fire(oracle.AT, item.number),
    ItemKind.MESSAGE: lambda item: m.Deliver(oracle.AT, item.number),
    ItemKind.SIGNAL: lambda item: m.Signal(oracle.AT, str(item.data["name"])),
    ItemKind.CALL: lambda item: m.Return(oracle.AT, item.number),
}


def _raised(search: _Search, item: Item, happened: frozenset[str]) -> Iterator[m.Command]:
    """Yield the errors and escalations of this work that anything around it is drawn to catch."""
    seen: set[tuple[Trigger, str]] = set()
    for catcher in footprints.around(search.program, item.node):
        event = search.program.plans[catcher].event
        what = event.trigger, event.code or "any"
        if what in seen or event.trigger not in RAISED or catcher in happened:
            continue
        seen.add(what)
        yield RAISED[event.trigger](oracle.AT, item.number, what[1])


RAISED: Mapping[Trigger, Any] = {Trigger.ERROR: m.Raise, Trigger.ESCALATION: m.Escalate}
RAISES = frozenset({ItemKind.USER, ItemKind.AUTOMATIC, ItemKind.CALL})


def _go(search: _Search, here: int, command: m.Command, node: str) -> None:
    state = search.places[here].state if here >= 0 else states.NOT_STARTED
    happened = search.places[here].happened if here >= 0 else frozenset()
    if here >= 0 and not search.program.plans[node].interrupting:
        happened |= {node}
    act, code = type(command).__name__, getattr(command, "code", "")
    results = oracle.outcomes(search.program, search.oracle, state, command)
    for number, (events, reached) in enumerate(results):
        search.moves += 1
        if number == oracle.OUTCOMES_MAX:
            search.complete = False
            _report(search, "process.too-many-outcomes", node, here)
            return
        flows = tuple(f for e in events if isinstance(e, m.GatewayTaken) for f in e.flows)
        heard = happened | _heard(search, events, happened)
        place = _Place(reached, heard, here, Move(node, act, flows, code))
        index = _place(search, place)
        search.ways.setdefault(here, []).append(index)
        search.met |= footprints.met(search.program, events)
        _look(search, index, events, reached)


def _heard(search: _Search, events: tuple[m.Event, ...], happened: frozenset[str]) -> set[str]:
    """Return what caught an escalation without interrupting; it is not tried again on this path.

    What the drawing throws itself may be caught again: that is marked, see ``_look``.
    """
    caught = [event.node for event in events if isinstance(event, m.Caught)]
    heard = {node for node in caught if not search.program.plans[node].interrupting}
    again = {node for node in heard if node in happened or caught.count(node) > 1}
    return heard | {AGAIN + node for node in again}


def _place(search: _Search, place: _Place) -> int:
    """Return the index of a place, a new one if nothing like it was reached before."""
    mark = (footprints.shape(place.state), place.happened)
    index = search.known.setdefault(mark, len(search.places))
    if index == len(search.places):
        search.places.append(place)
    return index


# --- findings -------------------------------------------------------------------------------------


def _look(search: _Search, index: int, events: tuple[m.Event, ...], state: State) -> None:
    for event in events:
        if isinstance(event, m.Stuck):
            search.stuck.add(index)
            code = STICKS.get(str(event.data["code"]), "process.can-stick")
            _report(search, code, event.node, index, str(event.data["code"]))
    tokens = Counter(
        (i.scope, i.node)
        for i in state.items.values()
        if states.holds_token(i) and not states.is_body(state.items.get(i.scope))
    )
    again = {h.removeprefix(AGAIN) for h in search.places[index].happened if h.startswith(AGAIN)}
    for (_, node), count in tokens.items():
        is_handler = search.program.plans[node].kind is Kind.EVENT_SUB_PROCESS
        if count > 1 and not is_handler and not search.aside.get(node, frozenset()) & again:
            _report(search, "process.token-doubled", node, index)


def _report(search: _Search, code: str, node: str, index: int, detail: str = "") -> None:
    if (code, node) in search.found:
        return
    drawn = search.definition.nodes.get(node)
    line, name = (drawn.line, drawn.name) if drawn else (0, "")
    problem = Problem(code, node, line, name, detail)
    search.found[code, node] = Finding(problem, _path(search, index) if index >= 0 else ())


def _path(search: _Search, index: int) -> tuple[Move, ...]:
    moves: list[Move] = []
    while index >= 0:
        place = search.places[index]
        moves.append(place.move)
        index = place.before
    return tuple(reversed(moves))


def _find_no_end(search: _Search, open_ones: set[int]) -> None:
    """Report the first place from which no end can be reached, whatever is done."""
    back: dict[int, list[int]] = {}
    for here, ways in search.ways.items():
        for there in ways:
            back.setdefault(there, []).append(here)
    fine = [
        index
        for index, place in enumerate(search.places)
        if place.state.status is not Status.RUNNING or index in search.stuck or index in open_ones
    ]
    seen = set(fine)
    while fine:
        for before in back.get(fine.pop(), ()):
            if before not in seen:
                seen.add(before)
                fine.append(before)
    lost = [index for index in range(len(search.places)) if index not in seen]
    if lost:
        items = search.places[lost[0]].state.items.values()
        node = min((i for i in items if states.holds_token(i)), key=lambda i: i.number).node
        _report(search, "process.no-way-to-end", node, lost[0])


def _find_dead(search: _Search) -> None:
    for node in search.definition.nodes.values():
        if node.id not in search.met:
            _report(search, "process.never-reached", node.id, -1)


# --- bindings -------------------------------------------------------------------------------------


def unbound(definition: Definition, **offered: frozenset[str]) -> tuple[Problem, ...]:
    """List what the drawing names and nobody offers.

    ``offered`` may give ``handlers``, ``decisions``, ``forms``, ``posts`` and ``processes``; what
    is not given is not checked.
    """
    return tuple(
        Problem(f"process.unbound-{BOUND[what]}", element, line, name, value)
        for what, value, element, line, name in _named(definition)
        if what in offered and value and value not in offered[what]
    )


BOUND: Mapping[str, str] = {
    "handlers": "handler",
    "decisions": "decision",
    "forms": "form",
    "posts": "post",
    "processes": "process",
}


def _named(definition: Definition) -> Iterator[tuple[str, str, str, int, str]]:
    for node in definition.nodes.values():
        for what in ("handlers", "decisions", "forms"):
            yield what, node.extra.get(BOUND[what], ""), node.id, node.line, node.name
        yield "processes", node.calls, node.id, node.line, node.name
    for lane in definition.lanes:
        yield "posts", lane.post, lane.id, lane.line, lane.name
