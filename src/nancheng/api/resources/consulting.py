"""What is asked or shown beside the tasks: opinions (征求意见) and copies sent round (传阅)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field
from pydantic.types import StringConstraints

from nancheng.api import declaring, listing, papers, reach, verbs
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.listing import Listing
from nancheng.api.papers import Papers
from nancheng.api.shapes import Day, Given, Id, Long, Moment, Number, Page, Reason, Words
from nancheng.api.verbs import Nothing, Subject, Used, Verb, Why
from nancheng.foundation.cases import desks, receivers, together
from nancheng.foundation.cases.circulation import actions as circulation
from nancheng.foundation.cases.circulation import queries as copies
from nancheng.foundation.cases.opinions import actions as opinions
from nancheng.foundation.cases.opinions import queries as requests
from nancheng.foundation.cases.opinions.actions import Answer, Question
from nancheng.foundation.people.directory import Receiver
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

router = Router(tags=["consulting"])
VIEW = Need("together.view", is_granted=False)
ASK = Need(requests.ASK, is_granted=False)
ANSWER = Need("opinion.answer", is_granted=False)
CIRCULATE = Need(copies.CIRCULATE, is_granted=False)
NOTE = Need("circulation.note", is_granted=False)
To = Annotated[
    str,
    StringConstraints(pattern="^(department|post|identity):[1-9][0-9]{0,14}$"),
    Field(description='Somebody of the list "receivers".'),
]
Everybody = Annotated[list[To], Field(min_length=1, max_length=receivers.RECEIVERS_MAX)]


class Waiting(Schema):
    """One thing that others ask of the caller: ``kind`` says under which address ``id`` stands."""

    kind: Literal["opinion", "circulation", "slip"]
    id: Id
    case_number: str
    case_title: str
    text: str
    sender: str
    at: Moment
    due_on: Day | None


class ReceiverTold(Schema):
    """Somebody who may be addressed, as ``receivers`` of a request takes it."""

    value: str
    label: str


class OpinionTold(Schema):
    """A request for an opinion, and the answer."""

    id: Id
    case_number: str
    case_title: str
    receiver: str
    question: str
    asked_by: str
    asked_at: Moment
    due_on: Day
    state: str
    stance: str
    answer: str
    answered_by: str
    ended_at: Moment | None


class ReceiptTold(Schema):
    """Who read a copy, when, and what was noted."""

    by: str
    read_at: Moment
    noted_at: Moment | None
    note: str


class CirculationTold(Schema):
    """A copy of a case sent round, with its receipts."""

    id: Id
    case_number: str
    case_title: str
    receiver: str
    words: str
    sent_by: str
    sent_at: Moment
    revoked_at: Moment | None
    receipts: list[ReceiptTold]


class Consulting(Given):
    """Whom to ask, what, and by when."""

    receivers: Everybody
    question: Reason
    due_on: Day


class Sending(Given):
    """Whom to show a case, with which words."""

    receivers: Everybody
    words: Words = ""


class Answering(Papers):
    """The answer; saying more than "none" needs words."""

    stance: Literal["none", "suggest", "object"]
    text: Long = ""


class Noting(Given):
    """What a reader notes."""

    text: Reason


# --- lists ---------------------------------------------------------------------------------------

_WAITING = (
    "id",
    "given_at",
    "case__number",
    "case__title",
    *(f"opinion__{name}" for name in ("id", "question", "asked_label", "due_on")),
    *(f"circulation__{name}" for name in ("id", "words", "sent_label")),
    *(f"slip__{name}" for name in ("id", "demand", "issued_label", "reply_by")),
)
# Of each kind: what it says, who sent it, by when.
_SAYS: Mapping[str, tuple[str, str, str]] = {
    "opinion": ("question", "asked_label", "due_on"),
    "circulation": ("words", "sent_label", ""),
    "slip": ("demand", "issued_label", "reply_by"),
}


def _waiting(caller: Caller) -> QuerySet[Any]:
    return reach.of_kinds(together.waiting_rows(caller.actor), caller, "case__kind")


def _load_waiting(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    rows = {row["id"]: row for row in _waiting(caller).filter(pk__in=ids).values(*_WAITING)}
    return [_waits(rows[one]) for one in ids if one in rows]


def _waits(row: Mapping[str, Any]) -> dict[str, Any]:
    kind = next(one for one in _SAYS if row[f"{one}__id"])
    text, sender, due = _SAYS[kind]
    return {
        "kind": kind,
        "id": row[f"{kind}__id"],
        "case_number": row["case__number"],
        "case_title": row["case__title"],
        "text": row[f"{kind}__{text}"],
        "sender": row[f"{kind}__{sender}"],
        "at": row["given_at"],
        "due_on": row[f"{kind}__{due}"] if due else None,
    }


def _asked(caller: Caller) -> QuerySet[Any]:
    rows = requests.asked_by(caller.actor).select_related("case")
    return reach.of_kinds(rows, caller, "case__kind")


def _load_asked(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    rows = _asked(caller).in_bulk(ids)
    return [opinion_told(rows[one]) for one in ids if one in rows]


def _sent(caller: Caller) -> QuerySet[Any]:
    rows = copies.sent_by(caller.actor).select_related("case")
    return reach.of_kinds(rows, caller, "case__kind")


def _load_sent(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
    rows = _sent(caller).prefetch_related("receipts").in_bulk(ids)
    return [circulation_told(rows[one]) for one in ids if one in rows]


WAITING = Listing(desks.TOGETHER, _waiting, _load_waiting)
ASKED = Listing(desks.ASKED, _asked, _load_asked)
SENT = Listing(desks.SENT, _sent, _load_sent)


@declaring.reads(router, "/together", need=VIEW, gives=Page[Waiting], listing=WAITING)
def waiting(request: ApiRequest) -> dict[str, Any]:
    """List what others ask of the caller beside its tasks: opinions, copies to read, slips."""
    return listing.answer(WAITING, request, request.caller)


@declaring.reads(router, "/opinions/asked", need=VIEW, gives=Page[OpinionTold], listing=ASKED)
def asked(request: ApiRequest) -> dict[str, Any]:
    """List the opinions that the caller asked for."""
    return listing.answer(ASKED, request, request.caller)


@declaring.reads(router, "/circulations/sent", need=VIEW, gives=Page[CirculationTold], listing=SENT)
def sent(request: ApiRequest) -> dict[str, Any]:
    """List the copies that the caller sent round."""
    return listing.answer(SENT, request, request.caller)


@declaring.reads(router, "/receivers", need=VIEW, gives=list[ReceiverTold])
def known(request: ApiRequest) -> list[dict[str, str]]:
    """List whom a case may be shown or who may be asked; posts are for showing alone."""
    on = timezone.localdate(request.caller.at)
    found = receivers.listed(request.caller.actor, on=on, with_posts=True)
    return [{"value": one.value, "label": one.shown} for one in found]


# --- one opinion, one copy -----------------------------------------------------------------------


def opinion_told(row: Any) -> dict[str, Any]:
    """Return a request for an opinion as it is told."""
    own = ("id", "receiver", "question", "asked_at", "due_on", "state", "stance", "answer")
    return {
        **{name: getattr(row, name) for name in (*own, "ended_at")},
        "case_number": row.case.number,
        "case_title": row.case.title,
        "asked_by": row.asked_label,
        "answered_by": row.answered_label,
    }


def circulation_told(row: Any) -> dict[str, Any]:
    """Return a copy sent round as it is told."""
    own = ("id", "receiver", "words", "sent_at", "revoked_at")
    return {
        **{name: getattr(row, name) for name in own},
        "case_number": row.case.number,
        "case_title": row.case.title,
        "sent_by": row.sent_label,
        "receipts": [
            {"by": one.label, **{n: getattr(one, n) for n in ("read_at", "noted_at", "note")}}
            for one in row.receipts.all()
        ],
    }


find_opinion = reach.shown(requests.shown)
find_circulation = reach.shown(copies.shown)


@declaring.reads(router, "/opinions/{opinion_id}", need=VIEW, gives=OpinionTold)
def opinion(request: ApiRequest, opinion_id: Id) -> dict[str, Any]:
    """Tell a request for an opinion and its answer."""
    return opinion_told(find_opinion(request.caller, opinion_id))


@declaring.reads(router, "/circulations/{circulation_id}", need=VIEW, gives=CirculationTold)
def copy(request: ApiRequest, circulation_id: Id) -> dict[str, Any]:
    """Tell a copy sent round and who has read it; telling it is not yet a receipt."""
    return circulation_told(find_circulation(request.caller, circulation_id))


# --- verbs ---------------------------------------------------------------------------------------


def _chosen(given: list[str], by: Actor, *, on: date, with_posts: bool) -> list[Receiver]:
    known = {one.value: one for one in receivers.listed(by, on=on, with_posts=with_posts)}
    wanted = list(dict.fromkeys(given))
    if unknown := [one for one in wanted if one not in known]:
        raise Refused("api.unknown-receiver", field="receivers", who=unknown[0])
    return [known[one] for one in wanted]


def _ask(case: Any, given: Consulting, *, by: Actor, at: datetime, key: str) -> None:
    of = _chosen(given.receivers, by, on=timezone.localdate(at), with_posts=False)
    question = Question(given.question, given.due_on)
    opinions.ask(case.pk, question=question, of=of, by=by, at=at, key=key)


def _send(case: Any, given: Sending, *, by: Actor, at: datetime, key: str) -> None:
    to = _chosen(given.receivers, by, on=timezone.localdate(at), with_posts=True)
    circulation.send(case.pk, words=given.words, to=to, by=by, at=at, key=key)


def _answer(row: Any, given: Answering, **hand: Any) -> None:
    if given.stance != "none" and not given.text:
        raise Refused("api.opinion-without-words", field="text")
    ids = papers.kept(given, purpose=requests.purpose(row.pk), by=hand["by"])
    opinions.answer(row.pk, given=Answer(given.stance, given.text, ids), **hand)


def _withdraw(row: Any, given: Why, **hand: Any) -> None:
    opinions.withdraw(row.pk, reason=given.reason, **hand)


def _read(row: Any, _given: Nothing, *, by: Actor, at: datetime, key: str) -> None:
    del key  # reading again is reading
    circulation.mark_read(row.pk, by=by, at=at)


def _note(row: Any, given: Noting, **hand: Any) -> None:
    circulation.note(row.pk, text=given.text, **hand)


def _revoke(row: Any, given: Why, **hand: Any) -> None:
    circulation.revoke(row.pk, reason=given.reason, **hand)


def _of_case(case: Any, verb: str, caller: Caller) -> Used:
    return verbs.used(case.number, verb, caller)


def _of_row(row: Any, verb: str, caller: Caller) -> Used:
    return verbs.used(row.case.number, verb, caller)


CASE = Subject("/cases/{number}", "number", Number, reach.handled, _of_case)
ON_CASES = (
    Verb("ask", ASK, Consulting, _ask, "Ask for opinions; the case stays where it is (征求意见)."),
    Verb("circulate", CIRCULATE, Sending, _send, "Let others read exactly this case (传阅)."),
)
OPINION = Subject("/opinions/{opinion_id}", "opinion_id", Id, find_opinion, _of_row)
ON_OPINIONS = (
    Verb(
        "answer", ANSWER, Answering, _answer, "Answer a request; of several hands the first wins."
    ),
    Verb("withdraw", ASK, Why, _withdraw, "Take a request back before it is answered."),
)
COPY = Subject("/circulations/{circulation_id}", "circulation_id", Id, find_circulation, _of_row)
ON_COPIES = (
    Verb("read", NOTE, Nothing, _read, "Say that one has read a copy; only the first time counts."),
    Verb("note", NOTE, Noting, _note, "Write a note to a copy one has read (阅后留言)."),
    Verb("revoke", CIRCULATE, Why, _revoke, "Take a copy back: from now on it opens nothing."),
)
for subject, table in ((CASE, ON_CASES), (OPINION, ON_OPINIONS), (COPY, ON_COPIES)):
    verbs.declare(router, subject, table, module=__name__)
