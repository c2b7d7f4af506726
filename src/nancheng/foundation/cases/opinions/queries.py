"""Reads of requests for opinions: what waits for an actor, what a case has collected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from nancheng.foundation.cases import queries, receivers
from nancheng.foundation.cases.models import Case, Opinion
from nancheng.foundation.files import queries as files
from nancheng.foundation.files.models import Attachment
from nancheng.foundation.people.rules import Actor

ASK = "case.ask"


@dataclass(frozen=True, slots=True)
class Answered:
    """A request for an opinion with the papers that came with its answer."""

    opinion: Opinion
    papers: Sequence[Attachment]


def purpose(opinion_id: int) -> str:
    """Return what the attachments of an answer are kept under."""
    return f"opinion/{opinion_id}"


def addressed(actor: Actor) -> QuerySet[Opinion]:
    """Return the requests that name an actor, its post or its department."""
    return Opinion.objects.filter(receivers.named(actor, "reader__"))


def waiting(actor: Actor) -> QuerySet[Opinion]:
    """Return the requests that wait for an actor's answer; not those one asked oneself."""
    return (
        addressed(actor)
        .filter(state=Opinion.State.ASKED)
        .exclude(asked_by__person_id=actor.person_id)
    )


def asked_by(actor: Actor) -> QuerySet[Opinion]:
    """Return the requests an actor has made."""
    return Opinion.objects.filter(asked_by_id=actor.identity_id)


def shown(opinion_id: int, actor: Actor) -> Opinion | None:
    """Return a request to who asked, or to whoever may read the case: the asked, while it lasts."""
    found = (
        Opinion.objects.select_related("case", "reader", "asked_by").filter(pk=opinion_id).first()
    )
    if found is None:
        return None
    mine = found.asked_by_id == actor.identity_id
    return found if mine or queries.may_read_case(actor, found.case_id) else None


def may_answer(opinion: Opinion, actor: Actor) -> bool:
    """Say whether an actor may answer: it is named, and did not ask itself."""
    return (
        opinion.state == Opinion.State.ASKED
        and receivers.names(actor, opinion.reader)
        and opinion.asked_by.person_id not in actor.persons
    )


def may_ask(actor: Actor, case: Case) -> bool:
    """Say whether an actor may ask: it holds an open task of the case, or is granted the verb."""
    if case.status not in (Case.Status.OPEN, Case.Status.SUSPENDED):
        return False
    return queries.holds_a_task(actor, case.pk) or queries.may(actor, ASK, case)


def of_case(case_id: int) -> list[Answered]:
    """Return what a case has asked and been answered, with papers. One or two statements."""
    rows = list(Opinion.objects.filter(case_id=case_id).select_related("asked_by"))
    papers: dict[str, list[Attachment]] = {}
    if any(row.state == Opinion.State.ANSWERED for row in rows):
        for paper in files.of_case(case_id).filter(purpose__startswith="opinion/"):
            papers.setdefault(paper.purpose, []).append(paper)
    return [Answered(row, papers.get(purpose(row.pk), ())) for row in rows]
