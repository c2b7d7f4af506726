"""Where work queues: a duty in a department, as a live case would be sent there.

Two lanes of one duty are two queues when their parties are different departments, and one when they
are the same. Which department a party is, the settings say; else the log of finished cases, case by
case as often as it was each; else the one department that has the duty. Where nobody can say, the
party stands for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nancheng.config.simulation import settings as written
from nancheng.config.simulation.settings import Settings
from nancheng.foundation.cases.experience import Staff
from nancheng.kernel.process.definition import Lane
from nancheng.kernel.process.state import Item

Chance = Callable[[int, str], float]
Units = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Seat:
    """A post: a duty in a department ("" where it is not known), and how many people hold it."""

    duty: str
    department: str
    name: str
    staff: int


@dataclass(frozen=True, slots=True)
class Office:
    """What is known of who does the work.

    ``staff`` are the people by duty, one entry for each department that has it; ``places`` in which
    departments the finished tasks of a node lay, and how many in each.
    """

    settings: Settings
    lanes: Mapping[str, Lane]
    staff: Mapping[str, tuple[Staff, ...]]
    places: Mapping[str, Counter[str]]


@dataclass(slots=True)
class Seats:
    """The posts of a drawing; ``at`` tells to which a task of a case goes."""

    lanes: Mapping[str, Lane]
    chance: Chance
    seats: dict[str, Seat] = field(default_factory=dict)
    units: dict[tuple[str, str], Units] = field(default_factory=dict)
    drawn: dict[tuple[int, str], float] = field(default_factory=dict)

    def at(self, case: int, item: Item) -> str:
        """Return the key of the post; a party is one department throughout a case."""
        lane = self.lanes.get(item.node)
        if lane is None:
            return ""
        units = self.units[lane.party, written.duty_of(lane)]
        if len(units) < 2:
            return key_of(lane, next(iter(units), ""))
        about = f"unit {lane.party}"
        if "element" in item.data:
            about = f"unit {item.node} {item.data['index']}"
        if (case, about) not in self.drawn:
            self.drawn[case, about] = self.chance(case, about)
        return key_of(lane, _picked(units, self.drawn[case, about]))


def key_of(lane: Lane, unit: str) -> str:
    """Return the key of the post that a lane is in a department."""
    return f"{written.duty_of(lane)}@{unit}" if unit else written.named(lane)


def seats(office: Office, chance: Chance, assumed: list[str]) -> Seats:
    """Return the posts of a drawing, and say what had to be assumed of them."""
    found = Seats(office.lanes, chance)
    nodes: dict[tuple[str, str], list[str]] = {}
    unknown, together = list[str](), list[str]()
    for node, lane in office.lanes.items():
        nodes.setdefault((lane.party, written.duty_of(lane)), []).append(node)
    for (party, duty), theirs in nodes.items():
        lane = office.lanes[theirs[0]]
        found.units[party, duty] = units = _units(office, lane, theirs)
        for unit in units or {"": 1}:
            people = _people(office, lane, unit)
            name = lane.name or duty
            if people is None:
                unknown.append(name)
            elif not unit and len(office.staff.get(duty, ())) > 1:
                together.append(name)
            seat = Seat(duty, unit, name, people or office.settings.staff)
            found.seats.setdefault(key_of(lane, unit), seat)
    found.seats.setdefault("", Seat("", "", "", office.settings.staff))
    if unknown or not nodes:
        at = ", ".join(dict.fromkeys(unknown)) or "the one post"
        assumed.append(f"{office.settings.staff} at {at}")
    if together:
        assumed.append(f"all departments as one at {', '.join(dict.fromkeys(together))}")
    return found


def _units(office: Office, lane: Lane, nodes: list[str]) -> Units:
    """Return the departments that the party of a lane may be, each with its weight."""
    told = office.settings.departments
    if department := told.get(written.named(lane)) or told.get(written.duty_of(lane)):
        return {department: 1}
    seen = Counter[str]()
    for node in nodes:
        seen.update(office.places.get(node, {}))
    if seen:
        return dict(sorted(seen.items()))
    held = office.staff.get(written.duty_of(lane), ())
    return {held[0].department: 1} if len(held) == 1 else {}


def _people(office: Office, lane: Lane, unit: str) -> int | None:
    """Return how many hold a duty in a department, or anywhere when none is known."""
    told, duty = office.settings.staffs, written.duty_of(lane)
    if people := told.get(written.named(lane)) or told.get(duty):
        return people
    held = office.staff.get(duty, ())
    return sum(each.people for each in held if unit in ("", each.department)) or None


def _picked(units: Units, at: float) -> str:
    reached, whole = 0, sum(units.values())
    for unit, weight in units.items():
        reached += weight
        if at * whole < reached:
            return unit
    return next(reversed(list(units)))
