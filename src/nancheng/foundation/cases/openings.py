"""How a case begins: by a form, called by another case, or at a message or signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nancheng.foundation.cases import advance as moves
from nancheng.foundation.cases import (
    bindings,
    clocks,
    definitions,
    newcomers,
    numbers,
    queries,
    store,
)
from nancheng.foundation.cases.advance import Hand
from nancheng.foundation.cases.models import Case, CaseLink, Participant
from nancheng.foundation.cases.store import Loaded
from nancheng.foundation.people import queries as people
from nancheng.foundation.web import sql
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import Trigger
from nancheng.kernel.process.state import Item

# A case calls a case that calls a case …: deeper than this, a drawing calls itself without end.
DEPTH_MAX = 12
TITLE_MAX = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """For whom a case is opened, with what, and on whose behalf."""

    opened_by: int
    department: int
    source: Case | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    # The call of the source that asks for it, 0 when it is no call.
    item: int = 0


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to insert: ``parties`` the lead first, ``links`` by the other case."""

    kind: str
    title: str
    process_id: int
    department_id: int
    opened_by_id: int
    parties: Mapping[str, int]
    links: Mapping[int, str]
    caller_id: int | None = None
    caller_item: int | None = None


def open_called(parent: Loaded, item: Item, *, hand: Hand) -> int:
    """Open the case that a call of another (read under its lock) asks for; return its id.

    It belongs to whoever opened its caller and has the same parties; an instance for a department
    (the element is its code) belongs to that department.
    """
    kind = str(item.data["calls"])
    caller = Case.objects.get(pk=parent.case_id)
    seen = states.visible(parent.state.variables, parent.state.items, item.scope)
    program = definitions.program(parent.process_id)
    multi = program.plans[item.node].multi
    if multi is not None:
        seen = {**seen, multi.element: item.data["element"], "loopCounter": item.data["index"]}
    given = item.data.get("gives")
    values = dict(given if isinstance(given, Mapping) else seen)
    step = program.names[item.node][0]
    department = people.department_of(code=item.data.get("element")) or caller.department_id
    origin = Origin(caller.opened_by_id, department, caller, values, item.number)
    links = {caller.pk: CaseLink.Kind.PARENT.value}
    return _from(kind, "", origin, title=f"{caller.title} · {step}", links=links, hand=hand)


def open_begun(kind: str, node: str, origin: Origin, *, hand: Hand) -> int:
    """Open the case that begins at a start event of its drawing; return its id."""
    binding = bindings.binding(kind)
    title = f"{origin.source.title} · {binding.name}" if origin.source else str(binding.name)
    links = {origin.source.pk: CaseLink.Kind.RELATED.value} if origin.source else {}
    return _from(kind, node, origin, title=title, links=links, hand=hand)


def begin(new: NewCase, start: m.Start, *, hand: Hand) -> Case:
    """Insert a case with all that belongs to it and run it to its first tasks; return it."""
    program = definitions.program(new.process_id)
    prefix = bindings.binding(new.kind).prefix
    clock = clocks.of_case(program, at=hand.at)
    due_on = clock.due_on if clock else None
    row = newcomers.CaseRow(
        number=numbers.next_case_number(prefix=prefix, at=hand.at),
        kind=new.kind,
        title=new.title[:TITLE_MAX],
        status=Case.Status.OPEN.value,
        process_id=new.process_id,
        department_id=new.department_id,
        opened_by_id=new.opened_by_id,
        opened_at=sql.moment(hand.at),
        due_on=sql.day(due_on),
        caller_id=new.caller_id,
        caller_item=new.caller_item,
    )
    case_id, calendar = newcomers.create(row)
    if clock is not None:
        # At once: the clocks of the first tasks may hang on it.
        sql.run(*newcomers.case_clock(case_id, clock))
    attached = newcomers.attach(case_id, parties=new.parties, links=new.links)
    loaded = newcomers.unstarted(case_id, row, parties=new.parties, calendar=calendar)
    change = moves.advance(loaded, start, hand=hand, beside=attached)
    return newcomers.as_case(store.after(loaded, change), row, at=hand.at, due_on=due_on)


def _from(
    kind: str, node: str, origin: Origin, *, title: str, links: Mapping[int, str], hand: Hand
) -> int:
    binding = bindings.all_bindings().get(kind)
    assert binding is not None, kind
    process_id = queries.newest_process(kind)
    new = NewCase(
        kind,
        title,
        process_id,
        department_id=origin.department,
        opened_by_id=origin.opened_by,
        parties=_parties(binding, origin),
        links=links,
        caller_id=origin.source.pk if origin.source and origin.item else None,
        caller_item=origin.item or None,
    )
    start_at = node or definitions.program(process_id).start
    start = m.Start(hand.at, hand.name, origin.values, start_at)
    return begin(new, start, hand=hand).pk


def _parties(binding: bindings.Binding, origin: Origin) -> Mapping[str, int]:
    """Return who takes part, the lead first: as the line of business says or as in the source."""
    if binding.parties is not None:
        return binding.parties(origin.values)
    if origin.source is None:
        return {}
    known = Participant.objects.filter(case=origin.source).order_by("-is_lead", "id")
    return dict(known.values_list("party", "department_id"))


def depth(case_id: int) -> int:
    """Return how many callers stand above a case."""
    above, here = 0, case_id
    while above <= DEPTH_MAX:
        caller: int | None = Case.objects.values_list("caller_id", flat=True).get(pk=here)
        if caller is None:
            break
        above, here = above + 1, caller
    return above


def starts(trigger: Trigger, name: str) -> list[tuple[str, str]]:
    """Return (kind, start event) of every published drawing that such an event begins."""
    return [
        (kind, node)
        for kind, process_id in sorted(queries.newest_processes().items())
        if kind in bindings.all_bindings()
        for node, event in sorted(definitions.program(process_id).starts.items())
        if event.trigger is trigger and event.code == name
    ]
