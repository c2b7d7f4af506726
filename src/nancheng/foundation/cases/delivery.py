"""Does the errands of the queue: each in one transaction, which locks the one case it moves.

Whatever fails is rolled back whole and tried again later; what cannot be decided (several cases
await one message) is left to a person. See ``errands`` for what is queued and when.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import QuerySet

from nancheng.foundation.cases import advance as moves
from nancheng.foundation.cases import errands, openings, queries, store
from nancheng.foundation.cases.advance import Hand, Remark
from nancheng.foundation.cases.errands import DONE, Outcome
from nancheng.foundation.cases.models import Case, Errand, Wait
from nancheng.foundation.cases.store import Loaded
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import queries as people
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.models import Identity
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import wire
from nancheng.kernel.process.definition import Trigger
from nancheng.kernel.process.state import Item, ItemKind, Status
from nancheng.kernel.refusal import Refused

logger = logging.getLogger(__name__)

DELIVER_MAX = 2000
BATCH = 500
DELIVER = "case.deliver"
ALERTED = "case.escalation"
OPEN = (Case.Status.OPEN, Case.Status.SUSPENDED)


def deliver_due(*, at: datetime) -> int:
    """Do the errands that are due; return how many were done."""
    errands.wake_kept(at=at)
    done = 0
    for _turn in range(DELIVER_MAX):
        state = deliver(at=at)
        if state is None:
            break
        done += state == Errand.State.DONE
    return done


def deliver(*, at: datetime, errand_id: int = 0) -> str | None:
    """Do the next errand that is due; return its state then, None when there was none."""
    taken = 0
    try:
        with transaction.atomic():
            errand = errands.claim(at=at, errand_id=errand_id)
            if errand is None:
                return None
            taken = errand.pk
            outcome = ON_KIND[errand.kind](errand, at)
            errands.settle(errand, outcome, at=at)
            return outcome.state
    except Refused as refused:
        errands.postpone(taken, code=refused.code, detail=str(refused), at=at)
    except Exception as error:
        # Whatever one errand meets, the others must still go; it shows on the list of incidents.
        logger.exception("errand %s failed", taken)
        name = type(error).__name__
        errands.postpone(taken, code="cases.errand-failed", detail=f"{name}: {error}", at=at)
    return Errand.State.WAITING


# --- called cases -------------------------------------------------------------------------------


def _open(errand: Errand, at: datetime) -> Outcome:
    """Open the case that a call asks for, unless the call was given up meanwhile."""
    parent = _locked(errand.source_id)
    item = _call(parent, errand.item)
    if item is None:
        return DONE
    if parent.state.status is Status.SUSPENDED:
        return errands.later(at)
    if openings.depth(parent.case_id) >= openings.DEPTH_MAX:
        return errands.stuck("cases.calls-too-deep", str(item.data["calls"]))
    openings.open_called(parent, item, hand=_hand(errand, at, parent=parent.number))
    return DONE


def _answer(errand: Errand, at: datetime) -> Outcome:
    """Let the caller of a case that ended go on, or tell it of the error the case ended in."""
    caller, number = Case.objects.values_list("caller_id", "caller_item").get(pk=_source(errand))
    parent = _locked(caller)
    item = _call(parent, number)
    if item is None:
        return DONE
    if parent.state.status is Status.SUSPENDED:
        return errands.later(at)
    values = wire.value_from_json(errand.values)
    command: m.Command = m.Return(at, item.number, values)
    if errand.name:
        command = m.Raise(at, item.number, errand.name)
    moves.advance(parent, command, hand=_hand(errand, at, child=_number(_source(errand))))
    return DONE


def _fail(errand: Errand, at: datetime) -> Outcome:
    """End a called case in which an error went uncaught: its caller decides what follows."""
    child = _locked(errand.source_id)
    item = child.state.items.get(errand.item)
    if child.state.status in errands.OVER or item is None or item.kind is not ItemKind.INCIDENT:
        return DONE
    command = m.Terminate(at, "", errands.UNCAUGHT)
    moves.advance(child, command, hand=_hand(errand, at, error=errand.name))
    return DONE


def _end(errand: Errand, at: datetime) -> Outcome:
    """End the case of a call that its caller gave up."""
    child_id = (
        Case.objects.filter(caller_id=errand.source_id, caller_item=errand.item)
        .values_list("id", flat=True)
        .first()
    )
    if child_id is None:
        return DONE
    child = _locked(child_id)
    if child.state.status in errands.OVER:
        return DONE
    command = m.Terminate(at, "", "caller-ended")
    moves.advance(child, command, hand=_hand(errand, at, parent=_number(_source(errand))))
    return DONE


def _escalate(errand: Errand, at: datetime) -> Outcome:
    """Pass an escalation on to the caller of the case; where there is none, to who leads it."""
    source = Case.objects.values_list("caller_id", "caller_item").get(pk=_source(errand))
    if source[0] is not None:
        parent = _locked(source[0])
        item = _call(parent, source[1])
        if item is not None:
            if parent.state.status is Status.SUSPENDED:
                return errands.later(at)
            command = m.Escalate(at, item.number, errand.name)
            moves.advance(parent, command, hand=_hand(errand, at, child=_number(_source(errand))))
            return DONE
    return _alert(errand, at)


def _alert(errand: Errand, at: datetime) -> Outcome:
    """Keep an escalation that nobody catches in the history, and tell who leads the department."""
    case = _locked(errand.source_id)
    said = Remark("Escalated", errand.node, errand.item)
    moves.remark(case, said, hand=_hand(errand, at), code=errand.name)
    messages.notify(
        identity_ids=people.leaders(verb=ALERTED, department_id=case.department_id, on=at.date()),
        code="cases.escalated",
        figures={"title": queries.title(case.case_id), "code": errand.name},
        case_id=case.case_id,
        at=at,
        key=f"errand:{errand.pk}",
    )
    return DONE


# --- messages -----------------------------------------------------------------------------------


def _message(errand: Errand, at: datetime) -> Outcome:
    """Give a message to the one case that awaits it; else let it begin a case; else keep it."""
    by = _sender(errand, at)
    waiting = _awaiting(errand, by)
    # A person has said which of several it is for.
    if errand.target_id is not None:
        waiting = waiting.filter(case_id=errand.target_id, item=errand.target_item)
    found = list(waiting.order_by("case_id", "item").values_list("case_id", "item")[:2])
    if len(found) > 1:
        return errands.stuck("cases.message-ambiguous", errand.correlation)
    if found:
        return _hand_over(errand, *found[0], at)
    return _begin_with(errand, by, at) or _kept(errand, at)


def _begin_with(errand: Errand, by: Actor | None, at: datetime) -> Outcome | None:
    """Let a message that nobody awaits begin a case, if one drawing starts with it."""
    starts = openings.starts(Trigger.MESSAGE, errand.name)
    if len(starts) > 1:
        return errands.stuck("cases.message-starts-several", ", ".join(k for k, _ in starts))
    if not starts:
        return None
    if errand.source_id is None and not rights.may(by, DELIVER):
        return errands.stuck("cases.nobody-opens", starts[0][0])
    _begin(errand, *starts[0], at)
    return DONE


def _kept(errand: Errand, at: datetime) -> Outcome:
    """Keep a message for a while, for a case that will await it."""
    expires_at = errand.expires_at or at + _keep(at)
    if expires_at <= at:
        return errands.stuck("cases.message-unclaimed")
    return Outcome(Errand.State.KEPT, expires_at=expires_at)


def _awaiting(errand: Errand, by: Actor | None) -> QuerySet[Wait]:
    """Return what waits for a message; from outside, only where its sender may deliver."""
    waits = Wait.objects.filter(
        kind=ItemKind.MESSAGE.value,
        name=errand.name,
        correlation=errand.correlation,
        case__status__in=OPEN,
    )
    if errand.source_id is None:
        waits = waits.filter(queries.in_sight(by, DELIVER))
    return waits


def _sender(errand: Errand, at: datetime) -> Actor | None:
    """Return who sent a message from outside; one whose post has ended sends nothing."""
    if errand.source_id is not None or errand.by_id is None:
        return None
    return people.actor_at(identity_id=errand.by_id, on=at.date())


def _hand_over(errand: Errand, case_id: int, number: int, at: datetime) -> Outcome:
    case = _locked(case_id)
    item = case.state.items.get(number)
    if case.state.status is Status.SUSPENDED:
        return errands.later(at)
    if item is None or item.kind is not ItemKind.MESSAGE:
        # Something else came first while the case was not ours: look for it again.
        return Outcome(Errand.State.WAITING, due_at=at + timedelta(seconds=1))
    values = wire.value_from_json(errand.values)
    errand.target_id = case_id
    moves.advance(case, m.Deliver(at, number, values), hand=_hand(errand, at, **_from(errand)))
    return DONE


def _keep(at: datetime) -> timedelta:
    return timedelta(days=int(queries.parameter("message.keep-days", on=at.date())))


# --- signals ------------------------------------------------------------------------------------


def _broadcast(errand: Errand, at: datetime) -> Outcome:
    """Queue a signal for each case that waits for it, a batch at a time; then what it begins."""
    waiting = (
        Wait.objects.filter(
            kind=ItemKind.SIGNAL.value,
            name=errand.name,
            case_id__gt=errand.cursor,
            case__status__in=OPEN,
        )
        .exclude(case_id=errand.source_id or 0)
        .order_by("case_id")
        .values_list("case_id", flat=True)
        .distinct()
    )
    batch = list(waiting[:BATCH])
    errands.put_many([_signal_to(errand, case_id, at) for case_id in batch])
    if len(batch) == BATCH:
        errand.cursor = batch[-1]
        return Outcome(Errand.State.WAITING, due_at=at)
    starts = openings.starts(Trigger.SIGNAL, errand.name)
    errands.put_many([_start_of(errand, kind, node, at) for kind, node in starts])
    return DONE


def _signal_to(errand: Errand, case_id: int, at: datetime) -> Errand:
    return Errand(
        key=f"errand:{errand.pk}/{case_id}",
        kind=Errand.Kind.SIGNAL,
        target_id=case_id,
        item=errand.pk,
        name=errand.name,
        values=errand.values,
        by_id=errand.by_id,
        created_at=at,
        due_at=at,
    )


def _start_of(errand: Errand, kind: str, node: str, at: datetime) -> Errand:
    return Errand(
        key=f"errand:{errand.pk}/{kind}/{node}",
        kind=Errand.Kind.START,
        source_id=errand.source_id,
        item=errand.item,
        node=node,
        name=kind,
        values=errand.values,
        by_id=errand.by_id,
        created_at=at,
        due_at=at,
    )


def _signal(errand: Errand, at: datetime) -> Outcome:
    assert errand.target_id is not None
    case = _locked(errand.target_id)
    waits = [
        item
        for item in case.state.items.values()
        if item.kind is ItemKind.SIGNAL and item.data["name"] == errand.name
    ]
    if case.state.status in errands.OVER or not waits:
        return DONE
    if case.state.status is Status.SUSPENDED:
        return errands.later(at)
    values = wire.value_from_json(errand.values)
    moves.advance(case, m.Signal(at, errand.name, values), hand=_hand(errand, at))
    return DONE


def _start(errand: Errand, at: datetime) -> Outcome:
    _begin(errand, errand.name, errand.node, at)
    return DONE


def _begin(errand: Errand, kind: str, node: str, at: datetime) -> None:
    """Open the case that a message or signal begins, for whoever sent it."""
    source = Case.objects.filter(pk=errand.source_id).first() if errand.source_id else None
    by = source.opened_by_id if source is not None else errand.by_id
    if by is None:
        raise Refused("cases.nobody-opens", kind=kind)
    department = source.department_id if source is not None else _department(by)
    openings.open_begun(
        kind,
        node,
        openings.Origin(
            opened_by=by,
            department=department,
            source=source,
            values=wire.value_from_json(errand.values),
        ),
        hand=_hand(errand, at, **_from(errand)),
    )


def _department(identity_id: int) -> int:
    return Identity.objects.values_list("post__department_id", flat=True).get(pk=identity_id)


# --- what they share ----------------------------------------------------------------------------


def _locked(case_id: int | None) -> Loaded:
    loaded = store.load(case_id=cast("int", case_id))
    assert loaded is not None, case_id
    return loaded


def _call(case: Loaded, number: int | None) -> Item | None:
    """Return the call that still waits under a number, if the case is not over."""
    item = case.state.items.get(number or 0)
    return item if item is not None and item.kind is ItemKind.CALL else None


def _hand(errand: Errand, at: datetime, **note: str) -> Hand:
    return Hand(None, at, f"errand:{errand.pk}", note)


def _source(errand: Errand) -> int:
    assert errand.source_id is not None, errand
    return errand.source_id


def _number(case_id: int) -> str:
    return Case.objects.values_list("number", flat=True).get(pk=case_id)


def _from(errand: Errand) -> dict[str, str]:
    """Return who sent something, as the history of its receiver keeps it."""
    if errand.source_id is not None:
        return {"sender": _number(_source(errand))}
    who = Identity.objects.filter(pk=errand.by_id or 0).select_related("person", "post").first()
    return {"sender": f"{who.person.name} · {who.post.name}"} if who else {}


ON_KIND: Mapping[str, Callable[[Errand, datetime], Outcome]] = {
    Errand.Kind.OPEN: _open,
    Errand.Kind.ANSWER: _answer,
    Errand.Kind.FAIL: _fail,
    Errand.Kind.END: _end,
    Errand.Kind.ESCALATE: _escalate,
    Errand.Kind.MESSAGE: _message,
    Errand.Kind.BROADCAST: _broadcast,
    Errand.Kind.SIGNAL: _signal,
    Errand.Kind.START: _start,
}
assert set(ON_KIND) == set(Errand.Kind)
