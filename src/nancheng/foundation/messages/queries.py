"""Reads of notices and of the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from nancheng.foundation.messages import rules, texts
from nancheng.foundation.messages.models import (
    STANDING_IN,
    Endpoint,
    Notice,
    Outbox,
    Subscription,
)
from nancheng.foundation.messages.rules import State
from nancheng.foundation.people.rules import Actor

# The page of a case, by number; it belongs to the app above.
CASE_PAGE = "cases:case"


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as its reader sees it."""

    id: int
    text: str
    case_number: str
    created_at: datetime
    read_at: datetime | None


def unread(actor: Actor | None, *, at: datetime) -> int:
    """Return how many notices the actor has not read: the figure on the bell. One statement."""
    if actor is None:
        return 0
    waiting = Notice.objects.filter(identity_id=actor.identity_id, read_at__isnull=True)
    return waiting.filter(created_at__lte=at).count()


def notices(actor: Actor, *, unread_only: bool = False) -> QuerySet[Notice]:
    """Return the actor's notices with their cases' numbers, the newest first."""
    mine = Notice.objects.filter(identity_id=actor.identity_id).select_related("case")
    if unread_only:
        mine = mine.filter(read_at__isnull=True)
    return mine.order_by("-created_at", "-id")


def line(notice: Notice) -> Line:
    """Return a notice in the reader's language."""
    said = texts.said(notice.code, notice.figures)
    if absent := notice.figures.get(STANDING_IN):
        said = _("【代%(name)s】%(text)s") % {"name": absent, "text": said}
    return Line(
        id=notice.pk,
        text=said,
        case_number=notice.case.number if notice.case else "",
        created_at=notice.created_at,
        read_at=notice.read_at,
    )


def target(actor: Actor, notice_id: int) -> str | None:
    """Return where a notice of the actor leads, or None if the actor has no such notice."""
    notice = notices(actor).filter(pk=notice_id).first()
    if notice is None:
        return None
    if notice.case is None:
        return reverse("notices:list")
    try:
        return reverse(CASE_PAGE, args=(notice.case.number,))
    except NoReverseMatch:
        return reverse("notices:list")


def dead_letters() -> QuerySet[Outbox]:
    """Return the messages that were given up, the newest first."""
    return Outbox.objects.filter(dead_at__isnull=False).order_by("-dead_at", "-id")


def backlog(*, at: datetime) -> tuple[int, int]:
    """Return how many messages wait beyond their time and how many were given up."""
    waiting = Outbox.objects.filter(sent_at__isnull=True, dead_at__isnull=True, send_after__lte=at)
    return waiting.count(), dead_letters().count()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages stand how; late ones wait beyond their time."""

    waiting: int
    late: int
    dead: int


def tally(*, at: datetime) -> Tally:
    """Return how the outbox stands. One statement."""
    unsent = Q(sent_at__isnull=True, dead_at__isnull=True)
    counts = Outbox.objects.filter(sent_at__isnull=True).aggregate(
        waiting=Count("id", filter=unsent),
        late=Count("id", filter=unsent & Q(send_after__lte=at - rules.CLAIM)),
        dead=Count("id", filter=Q(dead_at__isnull=False)),
    )
    return Tally(**counts)


def outbox() -> QuerySet[Outbox]:
    """Return the messages out of the house with their endpoints, for whoever keeps them going."""
    return Outbox.objects.select_related("endpoint").defer("figures")


def in_state(rows: QuerySet[Outbox], state: str) -> QuerySet[Outbox]:
    """Return those of the messages that stand so."""
    unsent = Q(sent_at__isnull=True, dead_at__isnull=True)
    return rows.filter(
        {
            State.WAITING: unsent & Q(attempts=0),
            State.AGAIN: unsent & Q(attempts__gt=0),
            State.SENT: Q(sent_at__isnull=False),
            State.DEAD: Q(dead_at__isnull=False),
        }[State(state)]
    )


def state_of(row: Outbox) -> State:
    """Return how one message stands."""
    return rules.state(
        attempts=row.attempts, sent=row.sent_at is not None, dead=row.dead_at is not None
    )


def endpoints() -> QuerySet[Endpoint]:
    """Return the endpoints of other systems."""
    return Endpoint.objects.all()


def chosen(actor: Actor) -> tuple[str, frozenset[str]]:
    """Return where an actor's notices are mailed, and which codes ("" for all). One statement."""
    rows = Subscription.objects.filter(identity_id=actor.identity_id, is_active=True)
    found = list(rows.order_by("-id").values_list("address", "code_prefix"))
    return (found[0][0] if found else ""), frozenset(code for _address, code in found)


def personal(person_id: int) -> list[dict[str, object]]:
    """Return which notices a person takes by mail, for a copy of the person's data. One."""
    rows = Subscription.objects.filter(identity__person_id=person_id).order_by("id")
    return [dict(row) for row in rows.values("address", "code_prefix", "is_active")]
