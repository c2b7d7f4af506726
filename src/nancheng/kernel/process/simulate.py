"""Many cases on a virtual calendar: where work queues before it is done, and how long a case takes.

The cases move by the same ``step`` as live ones. All that is not in the drawing comes in as
functions of a ``World``, chance and the calendar too, so that a run is repeated exactly by passing
the same ones.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process import step as steps
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import NOT_STARTED, Item, ItemKind, State, Status
from nancheng.kernel.process.tokens import Due

NOTHING = timedelta(0)
STEPS_MAX = 1_000_000
NEVER = datetime.min.replace(tzinfo=UTC)

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class World:
    """What a drawing does not say.

    ``begins`` and ``variables`` tell when case n (from 0) starts and with what; ``work`` how long
    an open task takes once begun; ``answer`` with what it is completed, or automatic work answered;
    ``comes`` after how long an awaited message, signal or called process arrives (``None``: not at
    all); ``staff`` how many people hold a post (a post not named has no limit); ``seat`` to which
    post an open task goes (that of its lane if not given); ``ends`` when work begun at a moment is
    done on the calendar (plain addition if not given); ``late_at`` from when on a task at a node,
    or a case (""), that began at a moment is overdue (never if not given).
    """

    begins: Callable[[int], datetime]
    variables: Callable[[int], Values]
    work: Callable[[int, Item], timedelta]
    answer: Callable[[int, Item, Values], Values]
    comes: Callable[[int, Item], timedelta | None]
    staff: Mapping[str, int]
    due: Due
    ends: Callable[[datetime, timedelta], datetime] = lambda at, took: at + took
    late_at: Callable[[str, datetime], datetime | None] = lambda node, at: None
    seat: Callable[[int, Item], str] | None = None


@dataclass(slots=True)
class Load:
    """What a post had to do, or was to do at a node.

    ``queue``: offered, nobody free. ``working``: the work itself. ``waiting``: begun, but outside
    working hours. ``withdrawn`` tasks were taken away in between, ``overdue`` ones done late,
    ``left`` ones not done when the run ended.
    """

    done: int = 0
    withdrawn: int = 0
    overdue: int = 0
    left: int = 0
    queue: timedelta = NOTHING
    working: timedelta = NOTHING
    waiting: timedelta = NOTHING
    longest_queue: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run: load per post and node, time of each finished case as they finished, what is open.

    ``overdue`` counts cases late at their end, or still open and late by then; ``ended_at`` is the
    last thing that happened.
    """

    posts: Mapping[str, Load]
    nodes: Mapping[str, Load]
    took: tuple[timedelta, ...]
    stuck: Mapping[str, int]
    unfinished: int
    overdue: int
    ended_at: datetime
    steps: int


@dataclass(frozen=True, slots=True)
class _Task:
    case: int
    item: Item
    post: str
    offered_at: datetime
    late_at: datetime | None


@dataclass(slots=True)
class _Run:
    """The world in motion: what happens next, by time and then by order of planning."""

    program: Program
    world: World
    ahead: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    planned: int = 0
    steps: int = 0
    cases: dict[int, State] = field(default_factory=dict)
    free: dict[str, int] = field(default_factory=dict)
    queues: dict[str, deque[_Task]] = field(default_factory=dict)
    posts: dict[str, Load] = field(default_factory=dict)
    nodes: dict[str, Load] = field(default_factory=dict)
    in_queue: Counter[str] = field(default_factory=Counter)
    began: dict[int, datetime] = field(default_factory=dict)
    overdue: int = 0
    at: datetime = NEVER
    took: list[timedelta] = field(default_factory=list)
    stuck: Counter[str] = field(default_factory=Counter)


def simulate(program: Program, world: World, *, cases: int, until: datetime) -> Outcome:
    """Run that many cases till they end, ``until`` comes or ``STEPS_MAX`` steps are made."""
    run = _Run(program, world, free=dict(world.staff))
    for number in range(cases):
        _plan(run, world.begins(number), _starter(run, number))
    while run.ahead and run.ahead[0][0] <= until and run.steps < STEPS_MAX:
        run.at, _, happen = heapq.heappop(run.ahead)
        happen(run.at)
    finished = len(run.took)
    for queue in run.queues.values():
        for task in queue:
            _count(run, task, left=1)
    for case, state in run.cases.items():
        if state.status is Status.RUNNING:
            _judge(run, case, run.at)
    return Outcome(
        posts=run.posts,
        nodes=run.nodes,
        took=tuple(run.took),
        stuck=run.stuck,
        unfinished=cases - finished,
        overdue=run.overdue,
        ended_at=run.at,
        steps=run.steps,
    )


def _judge(run: _Run, case: int, at: datetime) -> None:
    """Count a case that is overdue at a moment."""
    late_at = run.world.late_at("", run.began[case])
    run.overdue += late_at is not None and at >= late_at


def _plan(run: _Run, at: datetime, happen: Callable[[datetime], None]) -> None:
    run.planned += 1
    heapq.heappush(run.ahead, (at, run.planned, happen))


def _starter(run: _Run, number: int) -> Callable[[datetime], None]:
    def start(at: datetime) -> None:
        run.cases[number], run.began[number] = NOT_STARTED, at
        _do(run, number, m.Start(at, "", run.world.variables(number)))

    return start


def _do(run: _Run, case: int, command: m.Command) -> None:
    """Let a case make a step, and plan what follows for each item that is new."""
    before = run.cases[case]
    run.steps += 1
    _, after = steps.advance(run.program, before, command, due=run.world.due)
    run.cases[case] = after
    for number in sorted(after.items.keys() - before.items.keys()):
        _follow(run, case, after.items[number], command.at)
    if after.status is Status.COMPLETED:
        run.took.append(command.at - run.began[case])
        _judge(run, case, command.at)


def _follow(run: _Run, case: int, item: Item, at: datetime) -> None:
    if item.kind is ItemKind.USER:
        _offer(run, case, item, at)
    elif item.kind is ItemKind.INCIDENT:
        run.stuck[item.node] += 1
    else:
        for when, make in _later(run, case, item, at):
            _plan(run, when, _mover(run, case, item, make))


def _later(
    run: _Run, case: int, item: Item, at: datetime
) -> Iterator[tuple[datetime, Callable[[datetime], m.Command]]]:
    number, world = item.number, run.world
    if item.kind is ItemKind.TIMER:
        yield datetime.fromisoformat(str(item.data["due"])), lambda now: m.Fire(now, number)
    elif item.kind is ItemKind.AUTOMATIC:
        seen = states.visible(run.cases[case].variables, run.cases[case].items, item.scope)
        answer = world.answer(case, item, seen)
        yield at, lambda now: m.Answer(now, number, answer)
    elif item.kind in ARRIVES:
        after = world.comes(case, item)
        if after is not None:
            yield at + after, lambda now: ARRIVES[item.kind](now, item)


ARRIVES: Mapping[ItemKind, Callable[[datetime, Item], Any]] = {
    ItemKind.MESSAGE: lambda now, item: m.Deliver(now, item.number),
    ItemKind.SIGNAL: lambda now, item: m.Signal(now, str(item.data["name"])),
    ItemKind.CALL: lambda now, item: m.Return(now, item.number),
}


def _mover(
    run: _Run, case: int, item: Item, make: Callable[[datetime], m.Command]
) -> Callable[[datetime], None]:
    def move(at: datetime) -> None:
        if run.cases[case].items.get(item.number) is not None:
            _do(run, case, make(at))

    return move


# --- people ---------------------------------------------------------------------------------------


def _offer(run: _Run, case: int, item: Item, at: datetime) -> None:
    post = _seat(run, case, item)
    task = _Task(case, item, post, at, run.world.late_at(item.node, at))
    queue = run.queues.setdefault(post, deque())
    queue.append(task)
    run.in_queue[item.node] += 1
    _count(run, task)
    _begin(run, post, at)
    on_post, at_node = run.posts[post], run.nodes[item.node]
    on_post.longest_queue = max(on_post.longest_queue, len(queue))
    at_node.longest_queue = max(at_node.longest_queue, run.in_queue[item.node])


def _seat(run: _Run, case: int, item: Item) -> str:
    if run.world.seat is not None:
        return run.world.seat(case, item)
    lane = run.program.lanes.get(item.node)
    return (lane.post or lane.party) if lane else ""


def _begin(run: _Run, post: str, at: datetime) -> None:
    """Give waiting tasks of a post, oldest first, to whoever is free."""
    queue = run.queues[post]
    while queue and run.free.get(post, 1) > 0:
        task = queue.popleft()
        run.in_queue[task.item.node] -= 1
        if task.item.number not in run.cases[task.case].items:
            _count(run, task, withdrawn=1)
            continue
        if post in run.free:
            run.free[post] -= 1
        took = run.world.work(task.case, task.item)
        _count(run, task, left=1)
        _plan(run, run.world.ends(at, took), _finisher(run, task, at, took))


def _finisher(
    run: _Run, task: _Task, begun_at: datetime, took: timedelta
) -> Callable[[datetime], None]:
    def finish(at: datetime) -> None:
        if task.post in run.free:
            run.free[task.post] += 1
        case = run.cases[task.case]
        is_done = task.item.number in case.items
        late = task.late_at is not None and at >= task.late_at
        _count(
            run,
            task,
            left=-1,
            done=int(is_done),
            withdrawn=int(not is_done),
            overdue=int(is_done and late),
            queue=begun_at - task.offered_at,
            working=took,
            waiting=at - begun_at - took,
        )
        if is_done:
            seen = states.visible(case.variables, case.items, task.item.scope)
            answer = run.world.answer(task.case, task.item, seen)
            _do(run, task.case, m.Complete(at, "", task.item.number, answer))
        _begin(run, task.post, at)

    return finish


def _count(run: _Run, task: _Task, **more: Any) -> None:
    """Add to what the task's post and node had to do."""
    for loads, key in ((run.posts, task.post), (run.nodes, task.item.node)):
        load = loads.setdefault(key, Load())
        for name, value in more.items():
            setattr(load, name, getattr(load, name) + value)
