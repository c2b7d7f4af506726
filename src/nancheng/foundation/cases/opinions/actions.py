"""Asks for opinions, takes answers, withdraws requests and reminds of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from nancheng.foundation.cases import clocks, lines, queries, receivers
from nancheng.foundation.cases.models import Case, CaseReader, Opinion
from nancheng.foundation.cases.opinions import queries as opinions
from nancheng.foundation.cases.store import Loaded
from nancheng.foundation.files import actions as files
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import directory
from nancheng.foundation.people.directory import Receiver
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

REMIND_DAYS = "opinion.remind-days"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and by when."""

    text: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """What an asked department or person says."""

    stance: str
    text: str
    attachment_ids: Collection[int] = ()


@transaction.atomic
def ask(
    case_id: int,
    *,
    question: Question,
    of: Sequence[Receiver],
    by: Actor,
    at: datetime,
    key: str,
) -> None:
    """征求意见: ask several at once. They may read the case until it ends or all is withdrawn.

    Raises ``Refused``: beyond reach, over, not one's case to ask about, a day that is past, or
    somebody who is already asked.
    """
    loaded = lines.locked(case_id, by=by, key=key)
    if loaded is None:
        return
    _refuse_unless_askable(loaded, question, of, by=by, at=at)
    for receiver in of:
        reader = receivers.row(receiver, case_id=case_id, given_at=at)
        reader.save()
        Opinion.objects.create(
            case_id=case_id,
            reader=reader,
            receiver=receiver.label,
            question=question.text,
            asked_by_id=by.identity_id,
            asked_label=by.label,
            asked_at=at,
            due_on=question.due_on,
        )
    lines.write(
        loaded,
        "OpinionAsked",
        hand=lines.hand(by, at, key, opinion=question.text),
        to="、".join(one.label for one in of),
        due_on=question.due_on,
    )
    lines.tell(
        of,
        code="cases.opinion-asked",
        case_id=case_id,
        hand=lines.hand(by, at, key),
        due_on=question.due_on,
    )


def _refuse_unless_askable(
    loaded: Loaded, question: Question, of: Sequence[Receiver], *, by: Actor, at: datetime
) -> None:
    case = Case.objects.get(pk=loaded.case_id)
    if not (queries.holds_a_task(by, case.pk) or queries.may_read_case(by, case.pk)):
        raise Refused("cases.no-such-case")
    lines.refuse_over(loaded)
    if not opinions.may_ask(by, case):
        raise Refused("people.not-allowed", post=by.post_name)
    if question.due_on < timezone.localdate(at):
        raise Refused("cases.due-past", field="due_on")
    _refuse_asked_already(case.pk, of)


def _refuse_asked_already(case_id: int, of: Sequence[Receiver]) -> None:
    waiting = Opinion.objects.filter(case_id=case_id, state=Opinion.State.ASKED)
    known = {
        (kind, getattr(row.reader, f"{kind}_id"))
        for row in waiting.select_related("reader")
        for kind in ("identity", "post", "department")
    }
    for one in of:
        if (one.kind, one.pk) in known:
            raise Refused("cases.already-asked", field="receivers", who=one.label)


@transaction.atomic
def answer(opinion_id: int, *, given: Answer, by: Actor, at: datetime, key: str) -> None:
    """Answer a request; of a department's hands the first wins and the others are told who."""
    known = opinions.shown(opinion_id, by)
    if known is None:
        raise Refused("cases.no-such-opinion")
    loaded = lines.locked(known.case_id, by=by, key=key)
    if loaded is None:
        return
    row = Opinion.objects.select_related("reader", "asked_by").get(pk=opinion_id)
    _refuse_ended(row)
    if not opinions.may_answer(row, by):
        raise Refused("cases.not-asked")
    files.attach(given.attachment_ids, case_id=row.case_id, by=by, at=at)
    Opinion.objects.filter(pk=opinion_id).update(
        state=Opinion.State.ANSWERED,
        stance=given.stance,
        answer=given.text,
        answered_by_id=by.identity_id,
        answered_label=by.label,
        ended_at=at,
    )
    stance = Opinion.Stance(given.stance)
    lines.write(
        loaded,
        "OpinionGiven",
        hand=lines.hand(by, at, key, opinion=given.text),
        stance=stance.value,
        opinion=opinion_id,
    )
    messages.notify(
        identity_ids=[row.asked_by_id],
        code="cases.opinion-given",
        figures={"title": queries.title(row.case_id), "by": by.name, "receiver": row.receiver},
        case_id=row.case_id,
        at=at,
        key=f"opinion/{opinion_id}/answer",
    )


@transaction.atomic
def withdraw(opinion_id: int, *, reason: str, by: Actor, at: datetime, key: str) -> None:
    """Take a request back before it is answered; the asked may not read the case any more."""
    known = opinions.shown(opinion_id, by)
    if known is None:
        raise Refused("cases.no-such-opinion")
    loaded = lines.locked(known.case_id, by=by, key=key)
    if loaded is None:
        return
    row = Opinion.objects.select_related("reader").get(pk=opinion_id)
    if row.asked_by_id != by.identity_id:
        queries.allow(by, opinions.ASK, row.case_id)
    _refuse_ended(row)
    CaseReader.objects.filter(pk=row.reader_id).update(ended_at=at)
    Opinion.objects.filter(pk=opinion_id).update(state=Opinion.State.WITHDRAWN, ended_at=at)
    lines.write(
        loaded,
        "OpinionWithdrawn",
        hand=lines.hand(by, at, key, opinion=reason),
        to=row.receiver,
    )
    messages.notify(
        identity_ids=directory.reached([row.reader], verb=queries.VIEW, on=at.date()),
        code="cases.opinion-withdrawn",
        figures={"title": queries.title(row.case_id)},
        case_id=row.case_id,
        at=at,
        key=f"opinion/{opinion_id}/withdraw",
    )


def _refuse_ended(row: Opinion) -> None:
    if row.state == Opinion.State.ANSWERED:
        raise Refused("cases.opinion-answered", who=row.answered_label, when=row.ended_at)
    if row.state == Opinion.State.WITHDRAWN:
        raise Refused("cases.opinion-withdrawn", when=row.ended_at)


def remind_near(*, at: datetime) -> int:
    """Remind the asked once when their day is near; return how many requests that were."""
    on = timezone.localdate(at)
    near = clocks.warn_to(on, days=int(queries.parameter(REMIND_DAYS, on=on)))
    due = Opinion.objects.filter(
        state=Opinion.State.ASKED, reminded_at__isnull=True, due_on__lte=near
    ).select_related("reader")
    return sum(_remind(row, at=at) for row in due)


@transaction.atomic
def _remind(row: Opinion, *, at: datetime) -> int:
    free = Opinion.objects.filter(pk=row.pk, state=Opinion.State.ASKED, reminded_at__isnull=True)
    if not free.update(reminded_at=at):
        return 0
    messages.notify(
        identity_ids=directory.reached([row.reader], verb=queries.VIEW, on=timezone.localdate(at)),
        code="cases.opinion-near",
        figures={"title": queries.title(row.case_id), "due_on": row.due_on},
        case_id=row.case_id,
        at=at,
        key=f"opinion/{row.pk}/near",
    )
    return 1
