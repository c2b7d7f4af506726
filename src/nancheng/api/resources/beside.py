"""What stands beside the tasks of one case: who signs, what was asked, shown, demanded, sealed."""

from __future__ import annotations

from typing import Any

from ninja import Router, Schema

from nancheng.api import declaring, reach
from nancheng.api.callers import ApiRequest
from nancheng.api.declaring import Need
from nancheng.api.resources import consulting, slips
from nancheng.api.resources.consulting import CirculationTold, OpinionTold
from nancheng.api.resources.slips import SlipLine
from nancheng.api.shapes import Id, Moment, Number
from nancheng.foundation.cases import queries, together

router = Router(tags=["cases"])
VIEW = Need(queries.VIEW)


class SignerTold(Schema):
    """One department's part of a joint signing; an added one may be taken out by who added it."""

    task_id: Id
    department: str
    state: str
    by: str
    at: Moment | None
    opinion: str
    decision: str
    added_by: str
    may_remove: bool


class SigningTold(Schema):
    """One round of a joint signing."""

    name: str
    signed: int
    signers: list[SignerTold]


class ReopeningTold(Schema):
    """A request to reopen the case, what became of it, and the case that goes on."""

    node: str
    state: str
    asked_at: Moment
    opened_number: str | None


class Beside(Schema):
    """Everything beside the tasks of a case."""

    signings: list[SigningTold]
    opinions: list[OpinionTold]
    circulations: list[CirculationTold]
    slips: list[SlipLine]
    reopenings: list[ReopeningTold]
    archive_number: str | None


@declaring.reads(router, "/cases/{number}/beside", need=VIEW, gives=Beside)
def beside(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Tell what was signed, asked, shown, demanded, sealed and reopened beside a case's tasks."""
    case = reach.case(request.caller, number)
    found = together.panel(case, request.caller.actor)
    for row in (*(one.opinion for one in found["opinions"]), *found["circulations"]):
        row.case = case
    for row in found["slips"]:
        row.case = case
    archive = found["archive"]
    return {
        "signings": found["signings"],
        "opinions": [consulting.opinion_told(one.opinion) for one in found["opinions"]],
        "circulations": [consulting.circulation_told(one) for one in found["circulations"]],
        "slips": [slips.slip_line(one) for one in found["slips"]],
        "reopenings": [_reopening(one, request) for one in found["reopenings"]],
        "archive_number": archive.number if archive else None,
    }


def _reopening(row: Any, request: ApiRequest) -> dict[str, Any]:
    opened = row.opened
    # The case that goes on is told only to those who see it.
    seen = opened is not None and reach.cases(request.caller).filter(pk=opened.pk).exists()
    return {
        "node": row.node,
        "state": row.confirmation.state,
        "asked_at": row.confirmation.asked_at,
        "opened_number": opened.number if seen else None,
    }
