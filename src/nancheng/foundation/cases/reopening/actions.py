"""Asks to reopen a case, and reopens it when another person has confirmed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import bindings, lines, queries, store
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.cases.archive import queries as archives
from nancheng.foundation.cases.models import Case, CaseLink, Participant, Reopening
from nancheng.foundation.cases.reopening import queries as reopenings
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.confirmations.operations import Asked
from nancheng.foundation.files import actions as files
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import wire
from nancheng.kernel.refusal import Refused

OPERATION = "cases.reopen"


@dataclass(frozen=True, slots=True)
class Request:
    """At which step the case shall go on, why, and on what evidence."""

    node: str
    reason: str
    attachment_ids: Collection[int] = ()


@transaction.atomic
def ask(case_id: int, *, request: Request, by: Actor, at: datetime, key: str) -> None:
    """申请重开: put it before a second person. An archived case takes the evidence alone.

    Raises ``Refused``: beyond reach, not over, a step the drawing does not open, asked already,
    reopened already (then the case that goes on with it may be reopened).
    """
    loaded = store.load(case_id=case_id)
    if loaded is None or not queries.may_read_case(by, case_id):
        raise Refused("cases.no-such-case")
    queries.allow(by, reopenings.ASK, case_id)
    if Reopening.objects.filter(confirmation__key=f"{by.identity_id}:{key}").exists():
        return
    case = Case.objects.select_related("department").get(pk=case_id)
    if case.status not in reopenings.OVER:
        raise Refused("cases.not-over", number=case.number)
    steps = dict(reopenings.steps(queries.newest_process(case.kind)))
    if request.node not in steps:
        raise Refused("cases.no-such-step", field="node")
    if reopenings.waiting(case_id):
        raise Refused("cases.reopening-asked", number=case.number)
    _not_reopened(case)
    files.attach(request.attachment_ids, case_id=case_id, by=by, at=at)
    reopening = Reopening(case=case, node=request.node)
    reopening.confirmation = confirmations.ask(
        Wish(
            operation=OPERATION,
            subject=f"{case.number} {case.title}",
            reason=request.reason,
            figures={"case": case.number, "step": steps[request.node], "node": request.node},
            department_id=case.department_id,
        ),
        by=by,
        at=at,
        key=key,
    )
    reopening.save()
    if not archives.is_sealed(case_id):
        hand = lines.hand(by, at, key, opinion=request.reason)
        lines.write(loaded, "ReopeningAsked", hand=hand)


def reopen(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Open the case that goes on, in the name of who asked; called once, when it is confirmed."""
    reopening = Reopening.objects.select_related("case").get(confirmation_id=asked.confirmation_id)
    earlier = reopening.case
    _not_reopened(earlier)
    asker = people.actor_at(identity_id=asked.asked_by, on=at.date()) or by
    new = cases.open_case(
        Opening(
            kind=earlier.kind,
            title=earlier.title,
            variables=wire.value_from_json(earlier.variables),
            parties=_parties(earlier.pk),
            links=dict.fromkeys(
                [earlier.pk, *queries.reopened_from(earlier.pk)], CaseLink.Kind.REOPENED
            ),
            node=reopening.node,
        ),
        by=asker,
        at=at,
        key=key,
    )
    Reopening.objects.filter(pk=reopening.pk).update(opened=new)
    on_reopen = bindings.binding(earlier.kind).on_reopen
    if on_reopen is not None:
        on_reopen(case_id=new.pk, earlier_id=earlier.pk, by=by, at=at, key=f"{new.number}/reopen")
    for case, kind, other in (
        (new, "ReopenedFrom", earlier.number),
        (earlier, "ReopenedAs", new.number),
    ):
        loaded = store.load(case_id=case.pk)
        assert loaded is not None
        if not archives.is_sealed(case.pk):
            hand = lines.hand(by, at, f"{key}/{kind}", opinion=asked.reason)
            lines.write(loaded, kind, hand=hand, other=other)


def _not_reopened(case: Case) -> None:
    if later := reopenings.goes_on_in(case.pk):
        raise Refused("cases.reopened-already", number=case.number, later=later)


def _parties(case_id: int) -> dict[str, int]:
    """Return who took part, the lead first, as the new case's parties."""
    rows = Participant.objects.filter(case_id=case_id).order_by("-is_lead", "id")
    return dict(rows.values_list("party", "department_id"))
