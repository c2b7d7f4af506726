"""Cases that no form opens: called by another case, or begun by a message or signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nancheng.foundation.cases import advance as moves
from nancheng.foundation.cases import bindings, clocks, definitions, numbers, queries, store
from nancheng.foundation.cases.advance import Hand
from nancheng.foundation.cases.models import Case, CaseLink, Participant
from nancheng.foundation.cases.store import Loaded
from nancheng.foundation.people import queries as people
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process.definition import Trigger
from nancheng.kernel.process.state import NOT_STARTED, Item

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
    origin = Origin(caller.opened_by_id, department, caller, values)
    case = _put(
        kind,
        origin,
        title=f"{caller.title} · {step}",
        hand=hand,
        caller_id=caller.pk,
        caller_item=item.number,
    )
    CaseLink.objects.create(case=case, other=caller, kind=CaseLink.Kind.PARENT)
    return _run(case, definitions.program(case.process_id).start, origin, hand=hand)


def open_begun(kind: str, node: str, origin: Origin, *, hand: Hand) -> int:
    """Open the case that begins at a start event of its drawing; return its id."""
    binding = bindings.binding(kind)
    title = f"{origin.source.title} · {binding.name}" if origin.source else str(binding.name)
    case = _put(kind, origin, title=title, hand=hand)
    if origin.source is not None:
        CaseLink.objects.create(case=case, other=origin.source, kind=CaseLink.Kind.RELATED)
    return _run(case, node, origin, hand=hand)


def _put(kind: str, origin: Origin, *, title: str, hand: Hand, **more: Any) -> Case:
    binding = bindings.all_bindings().get(kind)
    process_id = queries.newest_process(kind)
    assert binding is not None, kind
    case = Case.objects.create(
        number=numbers.next_case_number(prefix=binding.prefix, at=hand.at),
        kind=kind,
        title=title[:TITLE_MAX],
        process_id=process_id,
        department_id=origin.department,
        opened_by_id=origin.opened_by,
        opened_at=hand.at,
        **more,
    )
    Participant.objects.bulk_create(_parties(case, binding, origin))
    return case


def _parties(case: Case, binding: bindings.Binding, origin: Origin) -> list[Participant]:
    """Return who takes part: as the line of business says, else who does in the source."""
    if binding.parties is not None:
        named = binding.parties(origin.values)
        return [
            Participant(case=case, party=party, department_id=department, is_lead=not number)
            for number, (party, department) in enumerate(named.items())
        ]
    if origin.source is None:
        return []
    return [
        Participant(
            case=case, party=one.party, department_id=one.department_id, is_lead=one.is_lead
        )
        for one in Participant.objects.filter(case=origin.source).order_by("id")
    ]


def _run(case: Case, node: str, origin: Origin, *, hand: Hand) -> int:
    loaded = store.load(case_id=case.pk)
    assert loaded is not None
    clocks.start_for_case(case.pk, definitions.program(case.process_id), at=hand.at)
    start = m.Start(hand.at, hand.name, origin.values, node)
    moves.advance(moves.unstarted(loaded, NOT_STARTED), start, hand=hand)
    return case.pk


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
