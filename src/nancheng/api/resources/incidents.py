"""What does not move (异常办件): stuck steps, timers, errands; and what is done about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from ninja import Router, Schema

from nancheng.api import declaring, listing, reach, verbs
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.shapes import Given, Id, Moment, Number, Page
from nancheng.api.verbs import Nothing, Subject, Used, Verb, Why
from nancheng.foundation.cases import actions, dispatching, queries, troubles
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

router = Router(tags=["incidents"])
VIEW = Need(queries.VIEW)
RETRY = Need(dispatching.RETRY)


class IncidentTold(Schema):
    """One thing that does not move: where, why, how often it was tried."""

    id: Id
    case_number: str
    case_title: str
    node: str
    name: str
    code: str
    detail: str
    attempts: int
    next_at: Moment | None


class Candidate(Schema):
    """What awaits a message: a case and the place in it."""

    case_number: str
    case_title: str
    item: int
    node: str


class ErrandTold(IncidentTold):
    """An errand that does not get on, and who it may be for."""

    candidates: list[Candidate]


class Choosing(Given):
    """Which of several cases a message is for: one of its candidates."""

    case_number: Number
    item: Id


def _told(row: Any) -> dict[str, Any]:
    case = troubles.case_of(row)
    code, detail = troubles.cause_of(row)
    return {
        "id": row.pk,
        "case_number": case.number if case else "",
        "case_title": case.title if case else "",
        "node": row.node,
        "name": row.name,
        "code": code,
        "detail": detail,
        "attempts": row.attempts,
        "next_at": troubles.next_try(row),
    }


def _narrowed(what: str, caller: Caller) -> QuerySet[Any]:
    rows = troubles.ROWS[what](caller.actor)
    if what != troubles.ERRAND:
        return reach.of_kinds(rows, caller, "case__kind")
    if not caller.bearer.narrowing.kinds:
        return rows
    # One that belongs to no case yet is of no kind that a narrowed token names.
    of_source = reach.of_kinds(rows, caller, "source__kind")
    return of_source | reach.of_kinds(rows.filter(source=None), caller, "target__kind")


def _declared(what: str) -> Listing[dict[str, Any]]:
    def rows(caller: Caller) -> QuerySet[Any]:
        return _narrowed(what, caller)

    def load(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
        found = _narrowed(what, caller).in_bulk(ids)
        return [_told(found[one]) for one in ids if one in found]

    return Listing(troubles.TABLES[what], rows, load)


TOKENS, TIMERS, ERRANDS = map(_declared, (troubles.TOKEN, troubles.TIMER, troubles.ERRAND))


@declaring.reads(router, "/incidents/tokens", need=VIEW, gives=Page[IncidentTold], listing=TOKENS)
def tokens(request: ApiRequest) -> dict[str, Any]:
    """List the steps that are stuck, in cases within reach."""
    return listing.answer(TOKENS, request, request.caller)


@declaring.reads(router, "/incidents/timers", need=VIEW, gives=Page[IncidentTold], listing=TIMERS)
def timers(request: ApiRequest) -> dict[str, Any]:
    """List the timers that were due and could not fire, in cases within reach."""
    return listing.answer(TIMERS, request, request.caller)


@declaring.reads(router, "/incidents/errands", need=VIEW, gives=Page[IncidentTold], listing=ERRANDS)
def errands(request: ApiRequest) -> dict[str, Any]:
    """List what one case tells another and does not arrive, within reach."""
    return listing.answer(ERRANDS, request, request.caller)


def _finding(what: str) -> Callable[[Caller, int], Any]:
    def find(caller: Caller, row_id: int) -> Any:
        row = _narrowed(what, caller).filter(pk=row_id).first()
        if row is None:
            raise Http404
        return row

    return find


def _used(row: Any, verb: str, caller: Caller) -> Used:
    case = troubles.case_of(row)
    return verbs.used(case.number if case else "", verb, caller)


def _subject(what: str) -> Subject:
    path = f"/incidents/{what}s/{{ref}}"
    return Subject(path, "ref", Id, _finding(what), _used, prefix=f"{what}-")


TOKEN, TIMER, ERRAND = map(_subject, (troubles.TOKEN, troubles.TIMER, troubles.ERRAND))


@declaring.reads(router, ERRAND.path, need=VIEW, gives=ErrandTold)
def errand(request: ApiRequest, ref: Id) -> dict[str, Any]:
    """Tell an errand that does not get on, with the cases it may be for."""
    row = ERRAND.find(request.caller, ref)
    found = troubles.awaiting(row, request.caller.actor)
    admitted = [wait for wait in found if request.caller.admits(wait.case.kind)]
    return {
        **_told(row),
        "candidates": [
            {
                "case_number": wait.case.number,
                "case_title": wait.case.title,
                "item": wait.item,
                "node": wait.node,
            }
            for wait in admitted
        ],
    }


# --- verbs ---------------------------------------------------------------------------------------


def _retry(row: Any, _given: Nothing, **hand: Any) -> None:
    actions.retry(case_id=row.case_id, item=row.item, **hand)


def _retry_timer(row: Any, _given: Nothing, *, by: Actor, **_hand: Any) -> None:
    dispatching.retry_timer(wait_id=row.pk, by=by)


def _retry_errand(row: Any, _given: Nothing, *, by: Actor, at: Any, **_hand: Any) -> None:
    dispatching.retry_errand(errand_id=row.pk, by=by, at=at)


def _place(row: Any, given: Choosing, *, by: Actor, at: Any, **_hand: Any) -> None:
    found = (
        queries.visible(by, few=True).filter(number=given.case_number).values_list("pk", flat=True)
    )
    case_id = found.first()
    if case_id is None:
        raise Refused("cases.no-such-case", field="case_number")
    dispatching.choose(errand_id=row.pk, case_id=case_id, item=given.item, by=by, at=at)


def _drop(row: Any, given: Why, *, by: Actor, at: Any, **_hand: Any) -> None:
    dispatching.drop(errand_id=row.pk, reason=given.reason, by=by, at=at)


ON_TOKENS = (Verb("retry", RETRY, Nothing, _retry, "Let a stuck step try again (重试)."),)
ON_TIMERS = (Verb("retry", RETRY, Nothing, _retry_timer, "Let a timer fire anew (重试)."),)
ON_ERRANDS = (
    Verb("retry", RETRY, Nothing, _retry_errand, "Try to deliver again (重试)."),
    Verb("place", RETRY, Choosing, _place, "Say which case a message is for (指定办件)."),
    Verb("drop", RETRY, Why, _drop, "Give an errand up (放弃转达)."),
)
for subject, table in ((TOKEN, ON_TOKENS), (TIMER, ON_TIMERS), (ERRAND, ON_ERRANDS)):
    verbs.declare(router, subject, table, module=__name__)
