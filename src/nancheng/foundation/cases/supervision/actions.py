"""Issues slips, escalates them, takes replies, rejects or accepts them, reminds of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from nancheng.foundation.cases import clocks, lines, numbers, queries, store
from nancheng.foundation.cases.advance import Hand
from nancheng.foundation.cases.models import CaseReader, Slip, SlipReply
from nancheng.foundation.cases.store import Loaded
from nancheng.foundation.cases.supervision import queries as slips
from nancheng.foundation.cases.supervision import rules
from nancheng.foundation.cases.supervision.rules import Colour
from nancheng.foundation.files import actions as files
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import directory
from nancheng.foundation.people.directory import Receiver
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

PREFIX = "DB"
REMIND_DAYS = "slip.remind-days"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a slip demands: of which colour, what, and a reply by when."""

    colour: Colour
    text: str
    reply_by: date


@transaction.atomic
def issue(
    case_id: int, *, department_id: int, demand: Demand, by: Actor, at: datetime, key: str
) -> None:
    """督办: put a slip on a department's part of a case; it may read the case until the end."""
    loaded = lines.locked(case_id, by=by, key=key)
    if loaded is None:
        return
    queries.allow(by, slips.SUPERVISE, case_id)
    lines.refuse_over(loaded)
    name = dict(slips.departments(case_id)).get(department_id)
    if name is None:
        raise Refused("cases.not-taking-part", field="department")
    _refuse_past(demand, at)
    known = Slip.objects.filter(case_id=case_id, department_id=department_id, state__in=slips.OPEN)
    if standing := known.first():
        raise Refused("cases.slip-open", field="department", number=standing.number)
    reader = CaseReader(case_id=case_id, department_id=department_id, given_at=at)
    reader.save()
    Slip.objects.create(
        number=numbers.next_case_number(prefix=PREFIX, at=at),
        case_id=case_id,
        reader=reader,
        department_id=department_id,
        colour=demand.colour,
        demand=demand.text,
        issued_by_id=by.identity_id,
        issued_label=by.label,
        issued_at=at,
        reply_by=demand.reply_by,
    )
    _line(loaded, "SlipIssued", demand, to=name, hand=_hand(demand, by, at, key))


@transaction.atomic
def escalate(slip_id: int, *, demand: Demand, by: Actor, at: datetime, key: str) -> None:
    """Raise a slip to a more severe colour; a reply is awaited anew."""
    loaded, slip = _judged(slip_id, by=by, key=key)
    if loaded is None or slip is None:
        return
    if demand.colour not in rules.higher(Colour(slip.colour)):
        raise Refused("cases.slip-not-higher", field="colour")
    _refuse_past(demand, at)
    Slip.objects.filter(pk=slip_id).update(
        colour=demand.colour,
        state=Slip.State.ISSUED,
        reply_by=demand.reply_by,
        reminded_at=None,
        escalations=F("escalations") + 1,
    )
    name = slip.department.name
    _line(loaded, "SlipEscalated", demand, to=name, hand=_hand(demand, by, at, key))


def _hand(demand: Demand, by: Actor, at: datetime, key: str) -> Hand:
    return lines.hand(by, at, key, opinion=demand.text)


def _line(loaded: Loaded, kind: str, demand: Demand, *, to: str, hand: Hand) -> None:
    colour = demand.colour.value
    lines.write(loaded, kind, hand=hand, to=to, colour=colour, due_on=demand.reply_by)
    slip = Slip.objects.filter(
        case_id=loaded.case_id, state=Slip.State.ISSUED, department__name=to
    ).get()
    lines.tell(
        [Receiver("department", slip.department_id, to)],
        code="cases.slip-issued",
        case_id=loaded.case_id,
        hand=hand,
        number=slip.number,
        reply_on=demand.reply_by,
    )


@transaction.atomic
def reply(
    slip_id: int,
    *,
    text: str,
    attachment_ids: Collection[int] = (),
    by: Actor,
    at: datetime,
    key: str,
) -> None:
    """Reply for the department; the first hand speaks, and the supervisor judges."""
    loaded, slip = _open(slip_id, by=by, key=key)
    if loaded is None or slip is None:
        return
    if slip.state == Slip.State.REPLIED:
        last = slip.replies.order_by("id").last()
        assert last is not None
        raise Refused("cases.slip-replied", who=last.label, when=last.at)
    if not slips.may_reply(by, slip):
        raise Refused("people.not-allowed", post=by.post_name)
    files.attach(attachment_ids, case_id=slip.case_id, by=by, at=at)
    SlipReply.objects.create(slip=slip, text=text, by_id=by.identity_id, label=by.label, at=at)
    Slip.objects.filter(pk=slip_id).update(state=Slip.State.REPLIED)
    lines.write(loaded, "SlipReplied", hand=lines.hand(by, at, key, opinion=text))
    _tell_issuer(slip, by=by, at=at, key=key)


def _tell_issuer(slip: Slip, *, by: Actor, at: datetime, key: str) -> None:
    messages.notify(
        identity_ids=[slip.issued_by_id],
        code="cases.slip-replied",
        figures={"title": queries.title(slip.case_id), "by": by.name, "number": slip.number},
        case_id=slip.case_id,
        at=at,
        key=f"slip/{slip.pk}/{by.identity_id}/{key}",
    )


@transaction.atomic
def reject(slip_id: int, *, reason: str, reply_by: date, by: Actor, at: datetime, key: str) -> None:
    """Send a reply back: it does not answer the slip."""
    loaded, slip = _judged(slip_id, by=by, key=key)
    if loaded is None or slip is None:
        return
    last = _last_reply(slip, by)
    _refuse_past(Demand(Colour(slip.colour), reason, reply_by), at)
    SlipReply.objects.filter(pk=last.pk).update(
        rejected_by_id=by.identity_id, rejected_at=at, rejected_reason=reason
    )
    Slip.objects.filter(pk=slip_id).update(
        state=Slip.State.ISSUED, reply_by=reply_by, reminded_at=None
    )
    lines.write(
        loaded, "SlipRejected", hand=lines.hand(by, at, key, opinion=reason), due_on=reply_by
    )
    lines.tell(
        [Receiver("department", slip.department_id, "")],
        code="cases.slip-rejected",
        case_id=slip.case_id,
        hand=lines.hand(by, at, key),
        number=slip.number,
        reason=reason,
    )


@transaction.atomic
def close(slip_id: int, *, effect: str, text: str, by: Actor, at: datetime, key: str) -> None:
    """Accept the reply and say what the slip came to; without a reply only on a case that ended."""
    loaded, slip = _judged(slip_id, by=by, key=key)
    if loaded is None or slip is None:
        return
    if slip.state == Slip.State.REPLIED or loaded.state.status not in store.OVER:
        _last_reply(slip, by)
    CaseReader.objects.filter(pk=slip.reader_id).update(ended_at=at)
    Slip.objects.filter(pk=slip_id).update(
        state=Slip.State.CLOSED,
        effect=effect,
        effect_text=text,
        closed_by_id=by.identity_id,
        closed_at=at,
    )
    lines.write(loaded, "SlipClosed", hand=lines.hand(by, at, key, opinion=text), effect=effect)


def _last_reply(slip: Slip, by: Actor) -> SlipReply:
    """Return the reply that waits for a judgement; who gave it may not judge it."""
    if slip.state != Slip.State.REPLIED:
        raise Refused("cases.slip-unanswered", number=slip.number)
    last = slip.replies.select_related("by").order_by("id").last()
    assert last is not None, slip.pk
    if last.by.person_id in by.persons:
        raise Refused("cases.slip-own-reply")
    return last


def _open(slip_id: int, *, by: Actor, key: str) -> tuple[Loaded | None, Slip | None]:
    """Return case and slip under the case's lock; (None, None) for a command given before."""
    known = slips.shown(slip_id, by)
    if known is None:
        raise Refused("cases.no-such-slip")
    loaded = lines.locked(known.case_id, by=by, key=key)
    if loaded is None:
        return None, None
    slip = Slip.objects.select_related("case", "department", "reader").get(pk=slip_id)
    if slip.state == Slip.State.CLOSED:
        raise Refused("cases.slip-closed", number=slip.number)
    return loaded, slip


def _judged(slip_id: int, *, by: Actor, key: str) -> tuple[Loaded | None, Slip | None]:
    loaded, slip = _open(slip_id, by=by, key=key)
    if slip is not None and not slips.may_judge(by, slip):
        raise Refused("people.not-allowed", post=by.post_name)
    return loaded, slip


def _refuse_past(demand: Demand, at: datetime) -> None:
    if demand.reply_by < timezone.localdate(at):
        raise Refused("cases.due-past", field="reply_by")


def remind_near(*, at: datetime) -> int:
    """Remind departments once when the day of their reply is near; return how many slips."""
    on = timezone.localdate(at)
    near = clocks.warn_to(on, days=int(queries.parameter(REMIND_DAYS, on=on)))
    due = Slip.objects.filter(
        state=Slip.State.ISSUED, reminded_at__isnull=True, reply_by__lte=near
    ).select_related("reader")
    return sum(_remind(slip, at=at) for slip in due)


@transaction.atomic
def _remind(slip: Slip, *, at: datetime) -> int:
    free = Slip.objects.filter(pk=slip.pk, state=Slip.State.ISSUED, reminded_at__isnull=True)
    if not free.update(reminded_at=at):
        return 0
    messages.notify(
        identity_ids=directory.reached([slip.reader], verb=queries.VIEW, on=timezone.localdate(at)),
        code="cases.slip-near",
        figures={
            "title": queries.title(slip.case_id),
            "number": slip.number,
            "reply_on": slip.reply_by,
        },
        case_id=slip.case_id,
        at=at,
        key=f"slip/{slip.pk}/near/{slip.reply_by}",
    )
    return 1
