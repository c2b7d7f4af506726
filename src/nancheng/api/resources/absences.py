"""Who stands in for whom while absent (授权代理)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from nancheng.api import declaring, listing, once, problems, verbs
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.shapes import Day, Given, Id, Kind, Line, Moment, Page
from nancheng.api.verbs import Nothing, Subject, Verb
from nancheng.foundation.people import absences as pages
from nancheng.foundation.people import actions, queries
from nancheng.foundation.people.actions import Delegation
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

router = Router(tags=["absences"])
VIEW = Need("absence.view", is_granted=False)
SET = Need("absence.set", is_granted=False)
KINDS_MAX = 50
CALLED = {"principal": "principal_id", "deputy": "deputy_id"}


class AbsenceTold(Schema):
    """A delegation: who is absent, who stands in, for what, until which day (it counts)."""

    id: Id
    principal_id: Id
    principal: str
    deputy_id: Id
    deputy: str
    first_on: Day
    last_on: Day
    kinds: list[str]
    reason: str
    set_by: str
    ended_at: Moment | None


class Principal(Schema):
    """Somebody whose absence the caller may set, and who may stand in from today."""

    identity_id: Id
    label: str


class Delegating(Given):
    """Who is absent, who stands in, from when until when, why; without kinds for everything."""

    principal_id: Id
    deputy_id: Id
    first_on: Day
    last_on: Day
    reason: Line
    kinds: Annotated[list[Kind], Field(max_length=KINDS_MAX)] = Field(default_factory=list)


def _rows(caller: Caller) -> QuerySet[Any]:
    return queries.absences(caller.actor).select_related(
        "principal__person", "deputy__person", "set_by__person"
    )


def _load(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    rows = _rows(caller).in_bulk(ids)
    return [_told(rows[one]) for one in ids if one in rows]


def _told(row: Any) -> dict[str, Any]:
    own = ("id", "principal_id", "deputy_id", "reason", "ended_at")
    return {
        **{name: getattr(row, name) for name in own},
        "principal": row.principal.person.name,
        "deputy": row.deputy.person.name,
        "first_on": row.active_from,
        "last_on": row.active_to - timedelta(days=1),
        "kinds": row.kinds.split(),
        "set_by": row.set_by.person.name,
    }


ABSENCES = Listing(pages.TABLE, _rows, _load)


@declaring.reads(router, "/absences", need=VIEW, gives=Page[AbsenceTold], listing=ABSENCES)
def absences(request: ApiRequest) -> dict[str, Any]:
    """List the delegations that the caller made, stands in by, or may set for others."""
    return listing.answer(ABSENCES, request, request.caller)


@declaring.reads(router, "/absences/principals", need=VIEW, gives=list[Principal])
def principals(request: ApiRequest) -> list[dict[str, Any]]:
    """List those whose absence the caller may set."""
    found = queries.principals(request.caller.actor, on=timezone.localdate(request.caller.at))
    return [{"identity_id": pk, "label": label} for pk, label in found]


@declaring.reads(
    router, "/absences/principals/{identity_id}/deputies", need=VIEW, gives=list[Principal]
)
def deputies(request: ApiRequest, identity_id: Id) -> list[dict[str, Any]]:
    """List who may stand in for one of them from today."""
    caller = request.caller
    on = timezone.localdate(caller.at)
    if identity_id not in dict(queries.principals(caller.actor, on=on)):
        raise Http404
    found = queries.possible_deputies(identity_id, on=on)
    return [{"identity_id": pk, "label": label} for pk, label in found]


@declaring.writes(router, "POST", "/absences", need=SET, gives={201: AbsenceTold})
def stand_in(request: ApiRequest, given: Delegating) -> HttpResponse:
    """Let a colleague do an absent one's work: the caller's own, or of somebody within reach."""
    caller = request.caller

    def act(_key: str) -> AbsenceTold:
        delegation = Delegation(**{**given.model_dump(), "kinds": frozenset(given.kinds)})
        if unknown := delegation.kinds - {kind for kind, _name in pages.kinds()}:
            raise Refused("api.unknown-kind", field="kinds", kind=min(unknown))
        try:
            made = actions.stand_in(delegation, by=caller.actor, at=caller.at)
        except Refused as refused:
            raise problems.renamed(refused, CALLED) from refused
        return AbsenceTold.model_validate(_told(_rows(caller).get(pk=made.pk)))

    return once.once(request, caller, act, status=201)


def find(caller: Caller, absence_id: int) -> Any:
    """Return a delegation that the caller may end; to others it is not there."""
    row = _rows(caller).filter(pk=absence_id).first()
    if row is None or not queries.may_delegate(caller.actor, row.principal_id):
        raise Http404
    return row


def _end(row: Any, _given: Nothing, *, by: Actor, at: Any, **_hand: Any) -> None:
    actions.end_absence(absence_id=row.pk, by=by, at=at)


def _ended(row: Any, _verb: str, caller: Caller) -> AbsenceTold:
    return AbsenceTold.model_validate(_told(_rows(caller).get(pk=row.pk)))


END = Verb("end", SET, Nothing, _end, "End a delegation at once (结束授权).")
ABSENCE = Subject("/absences/{absence_id}", "absence_id", Id, find, _ended, AbsenceTold)
verbs.declare(router, ABSENCE, (END,), module=__name__)
