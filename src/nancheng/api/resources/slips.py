"""Supervision slips (督办单): which there are, which are called for, and what is done with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from django.db.models import QuerySet
from ninja import Router, Schema

from nancheng.api import declaring, listing, papers, reach, telling, verbs
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.papers import Papers
from nancheng.api.shapes import Day, Given, Id, Long, Moment, Named, Number, Page, Reason
from nancheng.api.verbs import Subject, Used, Verb
from nancheng.foundation.cases import queries
from nancheng.foundation.cases.supervision import actions, views
from nancheng.foundation.cases.supervision import queries as slips
from nancheng.foundation.cases.supervision.actions import Demand
from nancheng.foundation.cases.supervision.rules import Colour

router = Router(tags=["slips"])
VIEW = Need(queries.VIEW)
SUPERVISE = Need(slips.SUPERVISE)
REPLY = Need("slip.reply", is_granted=False)
Shade = Literal["blue", "yellow", "red"]


class SlipLine(Schema):
    """A slip as the list shows it."""

    id: Id
    number: str
    case_number: str
    case_title: str
    colour: str
    state: str
    department: Named
    demand: str
    issued_by: str
    issued_at: Moment
    reply_by: Day
    escalations: int
    effect: str
    effect_text: str
    closed_at: Moment | None


class ReplyTold(Schema):
    """A reply to a slip, and why it was rejected if it was."""

    text: str
    by: str
    at: Moment
    rejected_at: Moment | None
    rejected_reason: str


class SlipTold(SlipLine):
    """A slip with its replies."""

    replies: list[ReplyTold]


class Called(Schema):
    """A task whose deadline calls for a slip that is not there yet."""

    task_id: Id
    case_number: str
    case_title: str
    colour: str
    node: str
    name: str
    department_id: Id
    department: Named
    due_on: Day | None


class Raising(Given):
    """Of which colour, what is demanded, and a reply by when."""

    colour: Shade
    text: Reason
    reply_by: Day


class Issuing(Raising):
    """The same, and to which department: one that takes part or holds a task."""

    department_id: Id


class Replying(Papers):
    """What the department has done about it."""

    text: Long


class Rejecting(Given):
    """Why a reply does not do, and by when another."""

    reason: Reason
    reply_by: Day


class Closing(Given):
    """What a slip came to."""

    effect: Literal["resolved", "partly", "unresolved"]
    text: Reason


def _rows(caller: Caller) -> QuerySet[Any]:
    rows = slips.within_reach(caller.actor).select_related("case", "department")
    return reach.of_kinds(rows, caller, "case__kind")


def _load(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    rows = _rows(caller).in_bulk(ids)
    return [slip_line(rows[one]) for one in ids if one in rows]


def slip_line(row: Any) -> dict[str, Any]:
    """Return a slip as a list shows it."""
    own = ("id", "number", "colour", "state", "demand", "issued_at", "reply_by", "escalations")
    return {
        **{name: getattr(row, name) for name in (*own, "effect", "effect_text", "closed_at")},
        "case_number": row.case.number,
        "case_title": row.case.title,
        "department": telling.named(row.department),
        "issued_by": row.issued_label,
    }


def _called(caller: Caller) -> QuerySet[Any]:
    rows = slips.called_for(caller.actor, slips.bounds(caller.at))
    return reach.of_kinds(rows, caller, "case__kind")


def _load_called(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    rows = _called(caller).in_bulk(ids)
    found = [rows[one] for one in ids if one in rows]
    return [
        {
            "task_id": one.task.pk,
            "case_number": one.task.case.number,
            "case_title": one.task.case.title,
            "colour": one.colour.value,
            "department": telling.named(one.task.department),
            **{n: getattr(one.task, n) for n in ("node", "name", "department_id", "due_on")},
        }
        for one in slips.proposals(found, slips.bounds(caller.at))
    ]


SLIPS = Listing(views.SLIPS, _rows, _load)
CALLED = Listing(views.CALLED, _called, _load_called)
find = reach.shown(slips.shown)


@declaring.reads(router, "/slips", need=VIEW, gives=Page[SlipLine], listing=SLIPS)
def slip_list(request: ApiRequest) -> dict[str, Any]:
    """List the slips on cases within reach."""
    return listing.answer(SLIPS, request, request.caller)


@declaring.reads(router, "/slips/called", need=SUPERVISE, gives=Page[Called], listing=CALLED)
def called(request: ApiRequest) -> dict[str, Any]:
    """List the tasks whose deadlines call for a slip that is not there yet."""
    return listing.answer(CALLED, request, request.caller)


@declaring.reads(router, "/slips/{slip_id}", need=VIEW, gives=SlipTold)
def slip(request: ApiRequest, slip_id: Id) -> dict[str, Any]:
    """Tell a slip with its replies."""
    row = find(request.caller, slip_id)
    own = ("text", "at", "rejected_at", "rejected_reason")
    replies = [
        {"by": one.label, **{name: getattr(one, name) for name in own}} for one in row.replies.all()
    ]
    return {**slip_line(row), "replies": replies}


# --- verbs ---------------------------------------------------------------------------------------


def _demand(given: Raising) -> Demand:
    return Demand(Colour(given.colour), given.text, given.reply_by)


def _issue(case: Any, given: Issuing, **hand: Any) -> None:
    actions.issue(case.pk, department_id=given.department_id, demand=_demand(given), **hand)


def _escalate(row: Any, given: Raising, **hand: Any) -> None:
    actions.escalate(row.pk, demand=_demand(given), **hand)


def _reply(row: Any, given: Replying, **hand: Any) -> None:
    ids = papers.kept(given, purpose=f"slip/{row.pk}", by=hand["by"])
    actions.reply(row.pk, text=given.text, attachment_ids=ids, **hand)


def _reject(row: Any, given: Rejecting, **hand: Any) -> None:
    actions.reject(row.pk, reason=given.reason, reply_by=given.reply_by, **hand)


def _close(row: Any, given: Closing, **hand: Any) -> None:
    actions.close(row.pk, effect=given.effect, text=given.text, **hand)


def _of_case(case: Any, verb: str, caller: Caller) -> Used:
    return verbs.used(case.number, verb, caller)


def _of_row(row: Any, verb: str, caller: Caller) -> Used:
    return verbs.used(row.case.number, verb, caller)


ISSUE = Verb(
    "supervise",
    SUPERVISE,
    Issuing,
    _issue,
    "Put a slip on a department's part of a case (督办).",
    {"department": "department_id"},
)
ON_SLIPS = (
    Verb("reply", REPLY, Replying, _reply, "Reply for the department; the supervisor judges."),
    Verb("reject", SUPERVISE, Rejecting, _reject, "Send a reply back: it does not do."),
    Verb("escalate", SUPERVISE, Raising, _escalate, "Raise a slip to a more severe colour."),
    Verb("close", SUPERVISE, Closing, _close, "Accept the reply: the slip is lifted (督办办结)."),
)
CASE = Subject("/cases/{number}", "number", Number, reach.case, _of_case)
verbs.declare(router, CASE, (ISSUE,), module=__name__)
SLIP = Subject("/slips/{slip_id}", "slip_id", Id, find, _of_row)
verbs.declare(router, SLIP, ON_SLIPS, module=__name__)
