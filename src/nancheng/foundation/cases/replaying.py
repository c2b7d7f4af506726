"""Is what is stored what happened? A case's state by its rows, and by its events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from nancheng.foundation.cases import store
from nancheng.foundation.cases.models import Case, CaseEvent, Task, Wait
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process import wire
from nancheng.kernel.process.state import Item, ItemKind, State, Status

OPEN_TASK = (Task.State.OFFERED, Task.State.CLAIMED)


def events(case_id: int) -> Iterator[m.Event]:
    """Yield the kernel's events of a case in order; remarks of the case layer move nothing.

    Each event carries what it did, whichever version of the drawing it was made by, so a life
    that changed its version replays like any other.
    """
    rows = CaseEvent.objects.filter(case_id=case_id).order_by("seq")
    for payload in rows.values_list("payload", flat=True):
        body = json.loads(payload)
        if "remark" not in body:
            body.pop("note", None)
            yield wire.from_json(body)


def replayed(case_id: int) -> State:
    """Return the state that a case's history leads to. One statement."""
    return states.replay(events(case_id))


def stored(case_ids: Sequence[int]) -> dict[int, State]:
    """Return the states of some cases as their rows say, without a lock. Three statements."""
    items: dict[int, dict[int, Item]] = {case_id: {} for case_id in case_ids}
    tasks = Task.objects.filter(case_id__in=case_ids, state__in=OPEN_TASK)
    for case_id, number, node, scope, data in tasks.values_list(
        "case_id", "item", "node", "scope", "data"
    ):
        items[case_id][number] = Item(number, node, ItemKind.USER, scope, _read(data))
    waits = Wait.objects.filter(case_id__in=case_ids)
    for case_id, number, node, kind, scope, data in waits.values_list(
        "case_id", "item", "node", "kind", "scope", "data"
    ):
        items[case_id][number] = Item(number, node, ItemKind(kind), scope, _read(data))
    cases = Case.objects.filter(pk__in=case_ids)
    return {
        case_id: State(_status(status, last_seq), _read(variables), items[case_id], next_item)
        for case_id, status, last_seq, variables, next_item in cases.values_list(
            "id", "status", "last_seq", "variables", "next_item"
        )
    }


def _status(status: str, last_seq: int) -> Status:
    return store.STATUS[status] if last_seq else Status.NOT_STARTED


def differences(case_id: int) -> list[str]:
    """Say in which respects the rows of a case are not what its history leads to."""
    rows, history = stored([case_id])[case_id], replayed(case_id)
    found = [
        f"{name}: {left!r} is stored, {right!r} happened"
        for name, left, right in (
            ("status", rows.status, history.status),
            ("variables", _plain(rows.variables), _plain(history.variables)),
            ("next item", rows.next_item, history.next_item),
        )
        if left != right
    ]
    for number in sorted(rows.items.keys() | history.items.keys()):
        left, right = rows.items.get(number), history.items.get(number)
        if _shown(left) != _shown(right):
            found.append(f"item {number}: {left!r} is stored, {right!r} happened")
    return found


def _shown(item: Item | None) -> object:
    return item and (item.node, item.kind, item.scope, _plain(item.data))


_read = wire.value_from_json


def _plain(value: object) -> object:
    """Return values as a row keeps them: a tuple is a list there."""
    return wire.value_to_json(value)


def astray(count: int) -> Iterator[str]:
    """Yield, of the cases opened last, those whose rows are not what their history leads to."""
    newest = Case.objects.order_by("-id").values_list("id", "number")[:count]
    for case_id, number in list(newest):
        for difference in differences(case_id):
            yield f"{number} {difference}"
