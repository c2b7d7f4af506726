"""The world a drawing is simulated in: settings first, then the log, then plain assumptions.

What had to be assumed is listed, so that nobody takes a figure for more than it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from nancheng.config.simulation import seats, spans
from nancheng.config.simulation.officetime import OfficeTime
from nancheng.config.simulation.seats import Office, Seat
from nancheng.config.simulation.settings import Settings
from nancheng.config.simulation.spans import Span
from nancheng.foundation.cases.experience import Experience, Staff
from nancheng.kernel.decisions import feel
from nancheng.kernel.process import chances
from nancheng.kernel.process.definition import Definition, Kind
from nancheng.kernel.process.program import Expression, Program
from nancheng.kernel.process.simulate import World
from nancheng.kernel.process.state import Item
from nancheng.kernel.worktime import limits
from nancheng.kernel.worktime.calendars import Calendar

Values = Mapping[str, object]

# The variable that tells a choice which case it is made for.
CASE = "simulated case"
INSTANCES = 2
PER_DAY = 4.0
A_DAY = "P1D"
ARRIVALS = "arrivals"
WAITS = frozenset({Kind.CATCH, Kind.RECEIVE_TASK, Kind.CALL, Kind.BOUNDARY, Kind.START})


@dataclass(slots=True)
class Chance:
    """Numbers from 0 to 1, each belonging to a case, a matter and how often it came up.

    More staff or another order of work therefore changes no choice: two runs can be compared.
    """

    seed: str
    asked: Counter[tuple[int, str]] = field(default_factory=Counter)

    def __call__(self, case: int, about: str) -> float:
        """Return the next number for a matter of a case."""
        self.asked[case, about] += 1
        return Random(f"{self.seed}/{case}/{about}/{self.asked[case, about]}").random()


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known before a run. The last three are empty without a log."""

    definition: Definition
    settings: Settings
    calendar: Calendar
    experience: Experience = field(default_factory=Experience)
    staff: Mapping[str, tuple[Staff, ...]] = field(default_factory=dict)
    places: Mapping[str, Counter[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Built:
    """A program and the world it runs in, with what was assumed for want of knowledge."""

    program: Program
    world: World
    office: OfficeTime
    seats: Mapping[str, Seat]
    assumed: tuple[str, ...]


def build(known: Known, *, seed: int, start: date) -> Built:
    """Return a world. ``start`` is the day from which on cases arrive."""
    settings, definition = known.settings, known.definition
    office = OfficeTime(known.calendar, settings.office)
    chance, assumed = Chance(str(seed)), list[str]()
    program = _program(known, chance, assumed)
    begins = _begins(known, office, chance, start, assumed)
    work = _work(known, office, chance, assumed)
    kept = Office(settings, program.lanes, known.staff, known.places)
    posts = seats.seats(kept, chance, assumed)
    return Built(
        program=program,
        world=World(
            begins=begins,
            variables=lambda case: {CASE: case},
            work=work,
            answer=lambda _case, _item, _seen: {},
            comes=_comes(settings, chance),
            staff={key: seat.staff for key, seat in posts.seats.items()},
            seat=posts.at,
            due=office.timer_due,
            ends=office.ends,
            late_at=_late_at(program, office),
        ),
        office=office,
        seats=posts.seats,
        assumed=(*assumed, *_awaited(definition, settings), *_unlimited(program)),
    )


# --- choices --------------------------------------------------------------------------------------


def _program(known: Known, chance: Chance, assumed: list[str]) -> Program:
    odds = chances.odds(known.definition, _shares(known, assumed))
    sizes = _sizes(known, assumed)

    def chosen(flow: str, seen: Values) -> bool:
        return chance(_case(seen), flow) < odds[flow]

    def collection(node: str, _seen: Values) -> object:
        return list(range(1, sizes[node] + 1))

    times = {
        node.event.timer.text[1:]
        for node in known.definition.nodes.values()
        if node.event.timer and node.event.timer.text.startswith("=")
    }

    def expression(text: str) -> Expression:
        asked = feel.compile_expression(text)
        return (lambda seen: asked(seen) or A_DAY) if text in times else asked

    if times:
        assumed.append(f"a time the drawing works out from data is one day ({len(times)} of them)")
    return chances.compiled(known.definition, expression, chosen=chosen, collection=collection)


def _case(seen: Values) -> int:
    case = seen[CASE]
    assert isinstance(case, int)
    return case


def _shares(known: Known, assumed: list[str]) -> Mapping[str, float]:
    """Return the share of each flow: as set, else as seen, else left to be shared evenly."""
    log, shares = known.experience, dict(known.settings.shares)
    even = []
    for node in known.definition.nodes.values():
        leaving = [flow for flow in known.definition.flows if flow.source == node.id]
        if not any(flow.condition for flow in leaving):
            continue
        if any(flow.id in shares for flow in leaving):
            continue
        if log.chosen[node.id]:
            shares |= {f.id: log.taken[f.id] / log.chosen[node.id] for f in leaving}
        else:
            even.append(f"{node.name} ({node.id})".strip())
    if even:
        assumed.append(f"even shares at {', '.join(even)}")
    return shares


def _sizes(known: Known, assumed: list[str]) -> Mapping[str, int]:
    sizes = {}
    for node in known.definition.nodes.values():
        if node.loop is None:
            continue
        seen = known.experience.instances.get(node.id)
        sizes[node.id] = known.settings.instances.get(node.id, 0)
        if not sizes[node.id] and seen:
            sizes[node.id] = max(1, round(sum(seen) / len(seen)))
        if not sizes[node.id]:
            sizes[node.id] = INSTANCES
            assumed.append(f"{INSTANCES} instances of {node.name or node.id}")
    return sizes


# --- arrivals and work ----------------------------------------------------------------------------


def _begins(
    known: Known, office: OfficeTime, chance: Chance, start: date, assumed: list[str]
) -> Callable[[int], datetime]:
    """Return when case n begins: so many a day at random in working time, or at fixed gaps."""
    opening = office.opening(start)
    gap = known.settings.every
    if gap is None:
        per_day = known.settings.per_day or _per_day(known, office)
        if not per_day:
            per_day = PER_DAY
            assumed.append(f"{PER_DAY:g} cases a working day")
        gap = Span(mean=office.day_length(opening.date()) / per_day)
    moments: list[datetime] = [office.ends(opening, _first(gap, chance))]

    def begins(case: int) -> datetime:
        while len(moments) <= case:
            after = spans.draw(gap, lambda: chance(len(moments), ARRIVALS))
            moments.append(office.ends(moments[-1], after))
        return moments[case]

    return begins


def _first(gap: Span, chance: Chance) -> timedelta:
    """Return when the first case comes: at opening time when the gaps are fixed."""
    return spans.draw(gap, lambda: chance(0, ARRIVALS)) if gap.mean else timedelta(0)


def _per_day(known: Known, office: OfficeTime) -> float:
    """Return how many cases began on a working day in the log, 0 when it has too few to say."""
    began = sorted(known.experience.began)
    if len(began) < 2:
        return 0.0
    days = office.open_time(began[0], began[-1]) / office.day_length(
        office.opening(began[0].date()).date()
    )
    return (len(began) - 1) / days if days >= 1 else 0.0


def _work(
    known: Known, office: OfficeTime, chance: Chance, assumed: list[str]
) -> Callable[[int, Item], timedelta]:
    works = dict(known.settings.works)
    unknown, loose = list[str](), list[str]()
    for node in known.definition.nodes.values():
        if node.kind is not Kind.USER_TASK or node.id in works:
            continue
        handled = known.experience.handled.get(node.id)
        if handled:
            works[node.id] = Span(seen=tuple(office.open_time(*stretch) for stretch in handled))
            if known.experience.unclaimed[node.id] * 2 > len(handled):
                loose.append(node.name or node.id)
        else:
            unknown.append(node.name or node.id)
    if unknown:
        assumed.append(f"the usual working time for {', '.join(unknown)}")
    if loose:
        assumed.append(f"work from being offered, for want of a claim: {', '.join(loose)}")

    def work(case: int, item: Item) -> timedelta:
        span = works.get(item.node, known.settings.work)
        return spans.draw(span, lambda: chance(case, item.node))

    return work


# --- waits and limits -----------------------------------------------------------------------------


def _comes(settings: Settings, chance: Chance) -> Callable[[int, Item], timedelta | None]:
    def comes(case: int, item: Item) -> timedelta | None:
        about = f"comes {item.node}"
        watches = "host" in item.data and item.node not in settings.afters
        if watches or chance(case, about) >= settings.comes.get(item.node, 1.0):
            return None
        span = settings.afters.get(item.node, settings.after)
        return spans.draw(span, lambda: chance(case, about))

    return comes


def _awaited(definition: Definition, settings: Settings) -> list[str]:
    """Name what is awaited, of which nothing is known."""
    waits = (
        n for n in definition.nodes.values() if n.kind in WAITS and n.id not in settings.afters
    )
    awaited = [n for n in waits if n.kind is Kind.CALL or n.event.trigger in ("message", "signal")]
    watching = (Kind.BOUNDARY, Kind.START)
    inner = [n.name or n.id for n in awaited if n.kind not in watching]
    never = [n.name or n.id for n in awaited if n.kind in watching and n.parent + n.attached_to]
    said = [f"the usual wait for {', '.join(inner)}"] if inner else []
    return said + ([f"never: {', '.join(never)}"] if never else [])


def _late_at(program: Program, office: OfficeTime) -> Callable[[str, datetime], datetime | None]:
    def late_at(node: str, at: datetime) -> datetime | None:
        limit = program.limits.get(node)
        return office.limit_ends(limit.limit, at) if limit and _is_length(limit.limit) else None

    return late_at


def _is_length(limit: str) -> bool:
    return limits.PATTERN.fullmatch(limit) is not None


def _unlimited(program: Program) -> list[str]:
    """Name the limits that are no lengths: rules kept elsewhere, days before the case's own end."""
    others = [node or "the case" for node, x in program.limits.items() if not _is_length(x.limit)]
    return [f"no limit at {', '.join(others)}: it is kept as a rule"] if others else []
