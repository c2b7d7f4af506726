"""The queue between cases: what is put into it, who takes from it, and what became of that.

A case never moves another one. What it has to tell is a row here, written with its own events; a
job takes the row under a lock, moves the one case it is about, and marks it done, all in one
transaction. So a crash loses nothing, nothing is done twice, and no transaction locks two cases.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import localdate

from nancheng.foundation.cases import queries
from nancheng.foundation.cases.models import Errand, Wait
from nancheng.foundation.cases.store import Loaded
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process import tokens, wire
from nancheng.kernel.process.definition import Trigger
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import Item, ItemKind, State, Status
from nancheng.kernel.process.tokens import Fault

OVER = frozenset({Status.COMPLETED, Status.TERMINATED})
UNCAUGHT = "process.error-uncaught"
# The code of the error that a called case ended by hand raises in its caller.
ENDED_BY_HAND = "terminated"
TEXT_MAX = 100
DETAIL_MAX = 500
ATTEMPTS_MAX = 8
RETRY_AFTER = timedelta(minutes=1)
LOOK_AGAIN_AFTER = timedelta(minutes=1)
KEEP_DAYS = "errand.keep-days"
# Our choice: who sends again under the same key within a month still finds his errand.
KEEP_DAYS_MIN = 31
# A sweep takes this many rows away in each of so many short transactions, and goes on next time.
PURGE_BATCH, PURGE_TURNS = 500, 20
AWAITED = frozenset({ItemKind.MESSAGE, ItemKind.SIGNAL})
# Nobody catches inside the case what is not followed by its being caught.
BETWEEN_THROW_AND_CATCH = (m.GatewayTaken, m.Stuck)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an errand that was taken."""

    state: str
    due_at: datetime | None = None
    expires_at: datetime | None = None
    code: str = ""
    detail: str = ""


DONE = Outcome(Errand.State.DONE)


def later(at: datetime) -> Outcome:
    """Try again in a while: the case it is for stands still."""
    return Outcome(Errand.State.WAITING, due_at=at + LOOK_AGAIN_AFTER)


def stuck(code: str, detail: str = "") -> Outcome:
    """A person must look at it."""
    return Outcome(Errand.State.STUCK, code=code, detail=detail)


def correlated(text: str, number: str) -> str:
    """Return the value that tells which case is meant; without one it is the case itself."""
    value = text or number
    if len(value) <= TEXT_MAX:
        return value
    return "sha256:" + hashlib.sha256(value.encode()).hexdigest()


# --- what a case has to tell --------------------------------------------------------------------


def note(
    before: Loaded,
    after: State,
    program: Program,
    events: Sequence[m.Event],
    *,
    by: int | None,
    at: datetime,
) -> None:
    """Queue what these events of a case mean for others, and index what the case now awaits."""
    telling = _Telling(before, after, program, by, at)
    rows = [
        *_of_calls(telling, events),
        *(row for number, _ in enumerate(events) for row in _of_event(telling, events, number)),
        *_of_the_end(telling, events),
    ]
    if rows:
        Errand.objects.bulk_create(rows)
    _index_waits(before, after)


@dataclass(frozen=True, slots=True)
class _Telling:
    before: Loaded
    after: State
    program: Program
    by: int | None
    at: datetime

    def errand(self, kind: Errand.Kind, mark: object, **more: Any) -> Errand:
        """Return the row of an errand; ``mark`` tells it from others of the same command."""
        return Errand(
            key=f"{self.before.case_id}#{self.before.last_seq}/{kind.value}/{mark}",
            kind=kind,
            source_id=self.before.case_id,
            by_id=self.by,
            created_at=self.at,
            due_at=self.at,
            **more,
        )


def _calls(state: State) -> dict[int, Item]:
    return {n: item for n, item in state.items.items() if item.kind is ItemKind.CALL}


def _of_calls(telling: _Telling, events: Sequence[m.Event]) -> Iterator[Errand]:
    """Open a case for each call that is new; end the case of each call that is given up."""
    returned = {event.item for event in events if isinstance(event, m.Returned)}
    old, new = _calls(telling.before.state), _calls(telling.after)
    for number in sorted(new.keys() - old.keys()):
        item = new[number]
        name = str(item.data["calls"])
        yield telling.errand(Errand.Kind.OPEN, number, item=number, node=item.node, name=name)
    for number in sorted(old.keys() - telling.after.items.keys() - returned):
        yield telling.errand(Errand.Kind.END, number, item=number, node=old[number].node)


def _of_event(telling: _Telling, events: Sequence[m.Event], number: int) -> Iterator[Errand]:
    event = events[number]
    if not isinstance(event, m.Thrown):
        return
    about = {"item": event.item, "node": event.node, "name": event.code[:TEXT_MAX]}
    if event.trigger == Trigger.MESSAGE:
        yield _message(telling, event, number, about)
    elif event.trigger == Trigger.SIGNAL:
        yield telling.errand(Errand.Kind.BROADCAST, number, **about)
    elif event.trigger == Trigger.ESCALATION and not _is_caught(events, number):
        yield telling.errand(Errand.Kind.ESCALATE, number, **about)


def _is_caught(events: Sequence[m.Event], number: int) -> bool:
    for event in events[number + 1 :]:
        if isinstance(event, m.Caught):
            return True
        if not isinstance(event, BETWEEN_THROW_AND_CATCH):
            return False
    return False


def _message(telling: _Telling, event: m.Thrown, number: int, about: Mapping[str, Any]) -> Errand:
    """Return a message with what its drawing lets it carry, as it stands now."""
    gives = telling.program.plans[event.node].gives
    values: Any = {}
    if gives is not None:
        values = tokens.mapping(gives, _seen(telling, event.item))
    errand = telling.errand(
        Errand.Kind.MESSAGE,
        number,
        correlation=correlated(event.key, telling.before.number),
        **about,
    )
    if isinstance(values, Fault):
        errand.state, errand.code = Errand.State.STUCK, "process.mapping-failed"
        errand.detail = values.detail[:DETAIL_MAX]
    else:
        errand.values = wire.value_to_json(values)
    return errand


def _seen(telling: _Telling, number: int) -> states.Data:
    """Return the variables seen from where a token was when it threw something."""
    state = telling.after
    item = telling.before.state.items.get(number)
    scope = item.scope if item is not None and item.scope in state.items else 0
    return states.visible(state.variables, state.items, scope)


def _of_the_end(telling: _Telling, events: Sequence[m.Event]) -> Iterator[Errand]:
    """A case that was called answers when it ends; an error nobody catches in it ends it."""
    if telling.before.caller_id is None:
        return
    if telling.after.status in OVER and telling.before.state.status not in OVER:
        yield telling.errand(
            Errand.Kind.ANSWER,
            "end",
            name=_error_of(telling, events),
            values=wire.value_to_json(telling.after.variables),
        )
        return
    for event in events:
        if isinstance(event, m.Stuck) and event.data["code"] == UNCAUGHT:
            code = str(event.data["detail"])[:TEXT_MAX]
            yield telling.errand(
                Errand.Kind.FAIL, event.item, item=event.item, node=event.node, name=code
            )


def _error_of(telling: _Telling, events: Sequence[m.Event]) -> str:
    """Return the code of the error a called case ended in, "" when it ended well."""
    if telling.after.status is Status.COMPLETED:
        return ""
    codes = [
        str(item.data["detail"])
        for item in telling.before.state.items.values()
        if item.kind is ItemKind.INCIDENT and item.data["code"] == UNCAUGHT
    ]
    by_error = any(isinstance(e, m.Terminated) and e.reason == UNCAUGHT for e in events)
    return codes[0][:TEXT_MAX] if by_error and codes else ENDED_BY_HAND


def _index_waits(before: Loaded, after: State) -> None:
    """Write beside each new wait for a message or signal what it is found by."""
    for number, item in after.items.items():
        if item.kind in AWAITED and number not in before.state.items:
            key = str(item.data["key"])
            is_message = item.kind is ItemKind.MESSAGE
            Wait.objects.filter(case_id=before.case_id, item=number).update(
                name=str(item.data["name"])[:TEXT_MAX],
                correlation=correlated(key, before.number) if is_message else "",
            )


# --- who takes, and what became of it -----------------------------------------------------------


def put(errand: Errand) -> Errand:
    """Queue what comes from outside a case."""
    errand.save(force_insert=True)
    return errand


def put_many(rows: Sequence[Errand]) -> None:
    """Queue several at once; those already queued stay as they are."""
    Errand.objects.bulk_create(rows, ignore_conflicts=True)


def claim(*, at: datetime, errand_id: int = 0) -> Errand | None:
    """Take the next errand that is due, under a lock until the transaction ends.

    What one case has to tell is taken in the order in which it was told. Rows that another worker
    has taken are passed over.
    """
    earlier = Errand.objects.filter(
        source_id=OuterRef("source_id"), id__lt=OuterRef("id"), state=Errand.State.WAITING
    )
    due = Errand.objects.filter(
        Q(source_id__isnull=True) | ~Exists(earlier), state=Errand.State.WAITING, due_at__lte=at
    )
    if errand_id:
        due = due.filter(pk=errand_id)
    rows = due.order_by("due_at", "id").select_for_update(skip_locked=True, of=("self",))
    return rows.first()


def settle(errand: Errand, outcome: Outcome, *, at: datetime) -> None:
    """Write what became of an errand."""
    is_over = outcome.state in (Errand.State.DONE, Errand.State.DROPPED)
    Errand.objects.filter(pk=errand.pk).update(
        state=outcome.state,
        due_at=outcome.due_at or errand.due_at,
        expires_at=outcome.expires_at or errand.expires_at,
        code=outcome.code,
        detail=outcome.detail[:DETAIL_MAX],
        cursor=errand.cursor,
        target_id=errand.target_id,
        done_at=at if is_over else None,
    )


def postpone(errand_id: int, *, code: str, detail: str, at: datetime) -> None:
    """Note that an errand failed: it is tried again ever later, and at last left to a person."""
    waiting = Errand.objects.filter(pk=errand_id, state=Errand.State.WAITING)
    attempts = waiting.values_list("attempts", flat=True).first()
    if attempts is None:
        return
    waiting.update(
        attempts=F("attempts") + 1,
        due_at=at + RETRY_AFTER * 2**attempts,
        state=Errand.State.STUCK if attempts + 1 >= ATTEMPTS_MAX else Errand.State.WAITING,
        code=code,
        detail=detail[:DETAIL_MAX],
    )


def wake_kept(*, at: datetime) -> None:
    """Bring back kept messages that somebody awaits by now, and those nobody came for in time."""
    kept = Errand.objects.filter(state=Errand.State.KEPT)
    awaited = Wait.objects.filter(
        kind=ItemKind.MESSAGE.value, name=OuterRef("name"), correlation=OuterRef("correlation")
    )
    kept.filter(Exists(awaited)).update(state=Errand.State.WAITING, due_at=at)
    kept.filter(expires_at__lte=at).update(
        state=Errand.State.STUCK, code="cases.message-unclaimed", detail=""
    )


def purge_done(*, at: datetime) -> int:
    """Take away errands done or dropped so long ago that nobody asks; return how many.

    What they did stands in the histories of the cases they moved.
    """
    days = max(int(queries.parameter(KEEP_DAYS, on=localdate(at))), KEEP_DAYS_MIN)
    gone = 0
    for _turn in range(PURGE_TURNS):
        taken = _purge_batch(at - timedelta(days=days))
        gone += taken
        if taken < PURGE_BATCH:
            break
    return gone


@transaction.atomic
def _purge_batch(before: datetime) -> int:
    """Take away the oldest; rows that another worker takes away are passed over."""
    old = Errand.objects.filter(done_at__lt=before).order_by("done_at", "id")
    locked = old.select_for_update(skip_locked=True, of=("self",))
    ids = list(locked.values_list("pk", flat=True)[:PURGE_BATCH])
    if ids:
        Errand.objects.filter(pk__in=ids).delete()
    return len(ids)
