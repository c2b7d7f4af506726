"""Moving running cases to another version of their drawing: versions, plans, dry run, start."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from nancheng.api import declaring, once, reach, verbs
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.shapes import Given, Id, Kind, Moment, Name, Reason
from nancheng.api.verbs import Nothing, Subject, Verb
from nancheng.foundation.cases import migrating, versions
from nancheng.foundation.cases.migrating import Plan
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

router = Router(tags=["migrations"])
PUBLISH = Need(migrating.PUBLISH)
# Our choice: as many nodes as a drawing that one can still read.
MOVES_MAX = 200


class Standing(Schema):
    """A version of a drawing, and how many open cases run by it."""

    version: int
    deployed_at: Moment
    open_cases: int


class PlanTold(Schema):
    """A plan, and how far it has come."""

    id: Id
    kind: str
    old: int
    new: int
    moves: dict[str, str]
    reason: str
    state: str
    planned_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    moved: int
    stayed: int


class StayingFault(Schema):
    """Why a case stays: at which node, and the code of the reason."""

    node: str
    code: str


class Staying(Schema):
    """A case that may not move, within the caller's sight."""

    case_number: str
    faults: list[StayingFault]


class DryRun(Schema):
    """What would happen: counted over all that were looked at, told of those within sight."""

    may_move: int
    must_stay: int
    is_part: bool
    staying: list[Staying]


class Planning(Given):
    """From which version to which, nodes with new ids, and why."""

    kind: Kind
    old: Id
    new: Id
    moves: Annotated[dict[Name, Name], Field(max_length=MOVES_MAX)] = Field(default_factory=dict)
    reason: Reason


def _told(plan: Any) -> dict[str, Any]:
    own = ("id", "kind", "moves", "reason", "state", "planned_at", "started_at", "ended_at")
    return {
        **{name: getattr(plan, name) for name in (*own, "moved", "stayed")},
        "old": plan.old.version,
        "new": plan.new.version,
    }


def _owner(caller: Caller) -> None:
    if not migrating.owns(caller.actor):
        raise Refused("people.not-allowed", post=caller.actor.post_name)


def find(caller: Caller, plan_id: int) -> Any:
    """Return a plan to whoever owns drawings."""
    _owner(caller)
    found = migrating.plan_of(plan_id)
    if found is None or not caller.admits(found.kind):
        raise Http404
    return found


@declaring.reads(router, "/processes/{kind}/versions", need=PUBLISH, gives=list[Standing])
def standings(request: ApiRequest, kind: Kind) -> list[dict[str, Any]]:
    """List the versions of a drawing with their open cases, the newest first."""
    found = _versions(request.caller, kind)
    return [
        {
            "version": one.version.version,
            "deployed_at": one.version.deployed_at,
            "open_cases": one.open_cases,
        }
        for one in found
    ]


@declaring.reads(router, "/processes/{kind}/migrations", need=PUBLISH, gives=list[PlanTold])
def plans(request: ApiRequest, kind: Kind) -> list[dict[str, Any]]:
    """List the last plans made for a kind, the newest first."""
    _versions(request.caller, kind)
    return [_told(one) for one in migrating.plans(kind)]


def _versions(caller: Caller, kind: str) -> list[migrating.Standing]:
    _owner(caller)
    reach.check_kind(caller, kind)
    found = migrating.versions(kind)
    if not found:
        raise Http404
    return found


@declaring.writes(router, "POST", "/migrations", need=PUBLISH, gives={201: PlanTold})
def plan(request: ApiRequest, given: Planning) -> HttpResponse:
    """Plan to move a kind's cases to another version; nothing moves yet."""
    caller = request.caller
    reach.check_kind(caller, given.kind)

    def act(key: str) -> PlanTold:
        wanted = Plan(given.kind, given.old, given.new, given.moves, given.reason)
        made = migrating.plan_migration(wanted, by=caller.actor, at=caller.at, key=key)
        return PlanTold.model_validate(_told(find(caller, made.pk)))

    return once.once(request, caller, act, status=201)


@declaring.reads(router, "/migrations/{plan_id}", need=PUBLISH, gives=PlanTold)
def told(request: ApiRequest, plan_id: Id) -> dict[str, Any]:
    """Tell a plan and how far it has come."""
    return _told(find(request.caller, plan_id))


@declaring.reads(router, "/migrations/{plan_id}/dry-run", need=PUBLISH, gives=DryRun)
def dry_run(request: ApiRequest, plan_id: Id) -> dict[str, Any]:
    """Tell what a plan would do to the cases that still run by the old version."""
    report = versions.report(find(request.caller, plan_id), request.caller.actor)
    return {
        "may_move": report.may_move,
        "must_stay": report.must_stay,
        "is_part": report.is_part,
        "staying": [
            {
                "case_number": one.number,
                "faults": [{"node": each.element, "code": each.code} for each in one.faults],
            }
            for one in report.staying
        ],
    }


def _start(plan: Any, _given: Nothing, *, by: Actor, at: Any, **_hand: Any) -> None:
    migrating.start(plan_id=plan.pk, by=by, at=at)


def _started(plan: Any, _verb: str, caller: Caller) -> PlanTold:
    return PlanTold.model_validate(_told(find(caller, plan.pk)))


START = Verb("start", PUBLISH, Nothing, _start, "Let a plan run: its cases move one by one.")
PLAN = Subject("/migrations/{plan_id}", "plan_id", Id, find, _started, PlanTold)
verbs.declare(router, PLAN, (START,), module=__name__)
