"""What becomes of a case that is over: the archive (归档), and asking to reopen it (申请重开)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from django.db.models import QuerySet
from ninja import Router, Schema

from nancheng.api import declaring, listing, papers, reach, verbs
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.papers import Papers
from nancheng.api.shapes import Given, Moment, Name, Number, Page, Reason, Words
from nancheng.api.verbs import Subject, Used, Verb
from nancheng.foundation.cases import corrections, queries
from nancheng.foundation.cases.archive import actions as archive
from nancheng.foundation.cases.archive import queries as archives
from nancheng.foundation.cases.archive import views
from nancheng.foundation.cases.corrections import Correction
from nancheng.foundation.cases.reopening import actions as reopening
from nancheng.foundation.cases.reopening import queries as reopenings
from nancheng.foundation.cases.reopening.actions import Request

router = Router(tags=["closing"])
VIEW = Need(queries.VIEW)
ARCHIVE = Need(archives.ARCHIVE)
REOPEN = Need(reopenings.ASK)
CORRECT = Need(corrections.ASK)


class ArchiveLine(Schema):
    """An archived case, and what was sealed with it: the head of its history, events, papers."""

    number: str
    case_number: str
    case_title: str
    retention: str
    note: str
    head: str
    events: int
    papers: int
    archived_by: str
    archived_at: Moment


class StepTold(Schema):
    """A step at which a reopened case may begin."""

    node: str
    name: str


class Sealing(Given):
    """For how long it is kept, and a remark."""

    retention: Literal["permanent", "30y", "10y"]
    note: Words = ""


class Reopening(Papers):
    """At which step the case shall go on, why, on what evidence."""

    node: Name
    reason: Reason


class Correcting(Given):
    """Which variable, its new value as it is written, and why."""

    name: Name
    text: Reason
    reason: Reason


def _rows(caller: Caller) -> QuerySet[Any]:
    rows = archives.within_reach(caller.actor).select_related("case")
    return reach.of_kinds(rows, caller, "case__kind")


def _load(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    rows = _rows(caller).in_bulk(ids)
    own = ("number", "retention", "note", "head", "events", "archived_at")
    return [
        {
            **{name: getattr(row, name) for name in own},
            "case_number": row.case.number,
            "case_title": row.case.title,
            "papers": len(row.manifest),
            "archived_by": row.archived_label,
        }
        for row in (rows[one] for one in ids if one in rows)
    ]


ARCHIVES = Listing(views.ARCHIVES, _rows, _load)


@declaring.reads(router, "/archives", need=VIEW, gives=Page[ArchiveLine], listing=ARCHIVES)
def archive_list(request: ApiRequest) -> dict[str, Any]:
    """List the archived cases within reach."""
    return listing.answer(ARCHIVES, request, request.caller)


@declaring.reads(router, "/cases/{number}/steps", need=VIEW, gives=list[StepTold])
def steps(request: ApiRequest, number: Number) -> list[dict[str, str]]:
    """List the steps at which the case may go on if it is reopened."""
    case = reach.case(request.caller, number)
    found = reopenings.steps(queries.newest_process(case.kind))
    return [{"node": node, "name": name} for node, name in found]


def _archive(case: Any, given: Sealing, **hand: Any) -> None:
    archive.archive(case.pk, retention=given.retention, note=given.note, **hand)


def _reopen(case: Any, given: Reopening, **hand: Any) -> None:
    ids = papers.kept(given, purpose=reopenings.PURPOSE, by=hand["by"])
    reopening.ask(case.pk, request=Request(given.node, given.reason, ids), **hand)


def _correct(case: Any, given: Correcting, **hand: Any) -> None:
    corrections.propose(Correction(case.pk, given.name, given.text, given.reason), **hand)


def _of_case(case: Any, verb: str, caller: Caller) -> Used:
    return verbs.used(case.number, verb, caller)


VERBS = (
    Verb("archive", ARCHIVE, Sealing, _archive, "Seal a case that is over and complete (归档)."),
    Verb(
        "reopen",
        REOPEN,
        Reopening,
        _reopen,
        "Ask to reopen a case that is over; another person confirms on the pages (申请重开).",
    ),
    Verb(
        "correct",
        CORRECT,
        Correcting,
        _correct,
        "Ask to correct a variable; another person confirms on the pages (更正变量).",
    ),
)
CASE = Subject("/cases/{number}", "number", Number, reach.case, _of_case)
verbs.declare(router, CASE, VERBS, module=__name__)
