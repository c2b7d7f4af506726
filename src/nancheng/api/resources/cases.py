"""Cases: the list, one case, its history, clocks and files, and the verbs on a whole case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ninja import Router, Schema

from nancheng.api import declaring, listing, reach, telling, verbs
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.shapes import Day, Id, Moment, Named, Number, Page
from nancheng.api.telling import ClockTold
from nancheng.api.verbs import Subject, Verb, Why
from nancheng.foundation.cases import actions, desk, lists, queries, worklist

router = Router(tags=["cases"])
VIEW = Need(queries.VIEW)


class OpenTask(Schema):
    """A task that waits, and with whom."""

    id: Id
    node: str
    name: str
    name_en: str
    state: str
    department: Named
    post: str
    claimed_by: str | None
    arrived_at: Moment
    due_on: Day | None
    light: str


class CaseLine(Schema):
    """A case as lists show it."""

    number: str
    title: str
    kind: str
    status: str
    light: str
    steps: list[str]
    department: Named
    opened_by: str
    opened_at: Moment
    due_on: Day | None


class Participant(Schema):
    """A department that takes part, and as what."""

    party: str
    is_lead: bool
    department: Named


class Link(Schema):
    """A tie to another case that the caller sees."""

    kind: str
    number: str


class CaseTold(CaseLine):
    """A case with who takes part, what waits, and which verbs the caller may use on it."""

    process_version: int
    closed_at: Moment | None
    tasks: list[OpenTask]
    participants: list[Participant]
    links: list[Link]
    verbs: list[str]


class Event(Schema):
    """One line of a case's history, with its place in the chain of hashes."""

    seq: int
    at: Moment
    kind: str
    node: str
    actor: str
    opinion: str
    decision: str


_VALUES = (
    "id",
    "number",
    "title",
    "kind",
    "status",
    "opened_at",
    "due_on",
    "department__code",
    "department__name",
    "department__name_en",
    "opened_by__person__name",
)


def load(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    """Return the lines of some cases in their order. Two statements and the day's two."""
    now = worklist.today(caller.at)
    rows = {row["id"]: row for row in reach.cases(caller).filter(pk__in=ids).values(*_VALUES)}
    steps: dict[int, list[str]] = {}
    for task in queries.open_tasks(ids):
        steps.setdefault(task.case_id, []).append(task.name)
    return [_line(rows[one], steps.get(one, []), now) for one in ids if one in rows]


def _line(row: dict[str, Any], steps: list[str], now: worklist.Today) -> dict[str, Any]:
    is_open = row["status"] == "open"
    return {
        "number": row["number"],
        "title": row["title"],
        "kind": row["kind"],
        "status": row["status"],
        "light": str(now.light(row["due_on"])) if is_open else "grey",
        "steps": list(dict.fromkeys(steps)),
        "department": telling.named_in(row, "department"),
        "opened_by": row["opened_by__person__name"],
        "opened_at": row["opened_at"],
        "due_on": row["due_on"],
    }


CASES = Listing(lists.CASES, reach.cases, load)
STARTED = Listing(lists.STARTED, reach.started, load)


@declaring.reads(router, "/cases", need=VIEW, gives=Page[CaseLine], listing=CASES)
def search(request: ApiRequest) -> dict[str, Any]:
    """List the cases within reach."""
    return listing.answer(CASES, request, request.caller)


@declaring.reads(
    router,
    "/cases/started",
    need=Need("case.started", is_granted=False),
    gives=Page[CaseLine],
    listing=STARTED,
)
def started(request: ApiRequest) -> dict[str, Any]:
    """List the cases that the caller's identity opened."""
    return listing.answer(STARTED, request, request.caller)


@declaring.reads(router, "/cases/{number}", need=VIEW, gives=CaseTold)
def case(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Tell one case: where it stands, who takes part, what waits."""
    return told(request.caller, number)


def told(caller: Caller, number: str) -> dict[str, Any]:
    """Return a case as it stands."""
    return _as_it_stands(caller, reach.case(caller, number))


def just_opened(caller: Caller, number: str) -> dict[str, Any]:
    """Return a case to whoever opened it, whether or not they may read it afterwards."""
    found = reach.started(caller).select_related("process", "department", "opened_by__person")
    return _as_it_stands(caller, found.get(number=number))


def _as_it_stands(caller: Caller, found: Any) -> dict[str, Any]:
    now = worklist.today(caller.at)
    tasks = list(queries.open_tasks([found.pk]))
    seen = reach.cases(caller)
    linked = {one.pk for one in seen.filter(linked_from__case_id=found.pk).only("pk")}
    return {
        "number": found.number,
        "title": found.title,
        "kind": found.kind,
        "status": found.status,
        "light": str(now.light(found.due_on)) if found.status == "open" else "grey",
        "steps": list(dict.fromkeys(task.name for task in tasks)),
        "department": telling.named(found.department),
        "opened_by": found.opened_by.person.name,
        "opened_at": found.opened_at,
        "due_on": found.due_on,
        "process_version": found.process.version,
        "closed_at": found.closed_at,
        "tasks": [_task(task, now) for task in tasks],
        "participants": [
            {
                "party": one.party,
                "is_lead": one.is_lead,
                "department": telling.named(one.department),
            }
            for one in queries.participants(found.pk)
        ],
        # Of the cases this one is tied to, only those within reach are told.
        "links": [
            {"kind": one.kind, "number": one.other.number}
            for one in queries.links(found.pk, caller.actor)
            if one.other_id in linked
        ],
        "verbs": desk.case_verbs(found, caller.actor),
    }


def _task(task: Any, now: worklist.Today) -> dict[str, Any]:
    return {
        "id": task.pk,
        "node": task.node,
        "name": task.name,
        "name_en": task.name_en,
        "state": task.state,
        "department": telling.named(task.department),
        "post": task.post.name,
        "claimed_by": task.claimed_by.person.name if task.claimed_by else None,
        "arrived_at": task.arrived_at,
        "due_on": task.due_on,
        "light": str(now.light(task.due_on)),
    }


@declaring.reads(router, "/cases/{number}/history", need=VIEW, gives=list[Event])
def history(request: ApiRequest, number: Number) -> list[dict[str, Any]]:
    """Tell what happened in a case, newest first."""
    found = reach.case(request.caller, number)
    return [
        {
            "seq": entry.seq,
            "at": entry.at,
            "kind": entry.kind,
            "node": entry.node,
            "actor": entry.actor,
            "opinion": entry.opinion,
            "decision": str(entry.decision),
        }
        for entry in queries.history(found.pk)
    ]


@declaring.reads(router, "/cases/{number}/clocks", need=VIEW, gives=list[ClockTold])
def case_clocks(request: ApiRequest, number: Number) -> list[dict[str, Any]]:
    """Tell a case's clocks, each explained day by day."""
    found = reach.case(request.caller, number)
    return [telling.clock(row) for row in queries.clocks(found.pk)]


def _told(found: Any, _verb: str, caller: Caller) -> CaseTold:
    return CaseTold.model_validate(told(caller, found.number))


def _plain(action: Callable[..., None]) -> Callable[..., None]:
    def act(found: Any, given: Why, **hand: Any) -> None:
        action(case_id=found.pk, reason=given.reason, **hand)

    return act


VERBS = (
    Verb(
        "suspend",
        Need("case.suspend"),
        Why,
        _plain(actions.suspend),
        "Let a case and its clocks stand still (中止).",
    ),
    Verb(
        "resume",
        Need("case.suspend"),
        Why,
        _plain(actions.resume),
        "Let a suspended case move again (恢复).",
    ),
    Verb(
        "terminate",
        Need("case.terminate"),
        Why,
        _plain(actions.terminate),
        "End a case by hand; everything open is withdrawn (终止).",
    ),
)
CASE = Subject("/cases/{number}", "number", Number, reach.case, _told, CaseTold)
verbs.declare(router, CASE, VERBS, module=__name__)
