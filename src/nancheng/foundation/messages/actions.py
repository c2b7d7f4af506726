"""The only writer of notices and of the outbox."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.messages import rules
from nancheng.foundation.messages.models import (
    STANDING_IN,
    Endpoint,
    Notice,
    Outbox,
    Subscription,
)
from nancheng.foundation.people import queries as people
from nancheng.foundation.people import rules as people_rules
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

Figures = Mapping[str, object]
CLAIMED_MAX = 50
ERROR_LENGTH = 300
KEY_LENGTH = 120
# Our choice: 32 random bytes, as long as the digest they sign with.
SECRET_BYTES = 32
# Who keeps the outbox going and its endpoints right.
MANAGE = "system.messages"
CONFIRM = "system.messages.confirm"


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of one thing: figures (numbers, text, dates), its case, and the event's key.

    ``kind`` is the kind of the case, where the caller knows it.
    """

    identity_ids: Iterable[int]
    figures: Figures
    case_id: int | None
    key: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """One notice to write: to whom, standing in for whom ("" for nobody), and of what."""

    identity_id: int
    absent: str
    figures: Figures
    case_id: int | None
    key: str


def notify(
    *,
    identity_ids: Iterable[int],
    code: str,
    figures: Figures,
    case_id: int | None,
    at: datetime,
    key: str,
) -> None:
    """Tell identities of something, in the transaction of what happened; nothing is sent here.

    The text is made at reading time from ``code`` and ``figures`` (numbers, text, dates). The
    same ``key`` again tells nobody twice. Who subscribed gets an outbox row, and so does every
    endpoint that wants such events; the job sends them after the commit.
    """
    notify_each([Told(identity_ids, figures, case_id, key)], code=code, at=at)


@transaction.atomic(savepoint=False)
def notify_each(told: Sequence[Told], *, code: str, at: datetime) -> None:
    """Tell of many things of one kind at once; the statements do not grow with their number."""
    said = _said(told, at=at)
    Notice.objects.bulk_create(
        [
            Notice(
                identity_id=each.identity_id,
                case_id=each.case_id,
                code=code,
                figures={**each.figures, **({STANDING_IN: each.absent} if each.absent else {})},
                key=_notice_key(each.key),
                created_at=at,
            )
            for each in said
        ],
        ignore_conflicts=True,
    )
    sent = []
    for figures, row in [*_mails(said, code), *_pushes(told, code)]:
        row.code, row.figures, row.created_at, row.send_after = code, figures, at, at
        sent.append(row)
    Outbox.objects.bulk_create(sent, ignore_conflicts=True)


def _said(told: Sequence[Told], *, at: datetime) -> list[_Said]:
    """Return who is told what; who stands in for somebody is told as well, and for whom."""
    told = [replace(each, identity_ids=tuple(each.identity_ids)) for each in told]
    everybody = {identity_id for each in told for identity_id in each.identity_ids}
    standing_in = people.stand_ins(everybody, on=timezone.localdate(at))
    said = []
    for each in told:
        # One's own notice goes before that for somebody else.
        names = dict.fromkeys(each.identity_ids, "")
        for principal, deputy, name, kinds in standing_in:
            if principal not in each.identity_ids:
                continue
            if not kinds or (each.kind or _kind(each.case_id)) in kinds.split():
                names.setdefault(deputy, name)
        shown = _plain(each.figures)
        said += [
            _Said(identity_id, absent, shown, each.case_id, each.key)
            for identity_id, absent in names.items()
        ]
    return said


def _kind(case_id: int | None) -> str:
    """Return the kind of a case; only the app above knows."""
    return str(import_string(settings.CASE_KIND)(case_id)) if case_id else ""


def mark_read(*, identity_id: int, notice_id: int, at: datetime) -> bool:
    """Mark one of the identity's notices as read; say whether there is such a notice."""
    mine = Notice.objects.filter(pk=notice_id, identity_id=identity_id)
    return bool(mine.filter(read_at__isnull=True).update(read_at=at)) or mine.exists()


def mark_all_read(*, identity_id: int, at: datetime) -> int:
    """Mark every notice of the identity that had come by then as read; return how many."""
    unread = Notice.objects.filter(
        identity_id=identity_id, read_at__isnull=True, created_at__lte=at
    )
    return unread.update(read_at=at)


@transaction.atomic
def subscribe(*, identity_id: int, address: str, code_prefix: str = "") -> Subscription:
    """Send an identity's notices by mail as well."""
    subscription, _ = Subscription.objects.update_or_create(
        identity_id=identity_id,
        address=address,
        code_prefix=code_prefix,
        defaults={"is_active": True},
    )
    return subscription


@transaction.atomic
def choose_mail(*, address: str, codes: Iterable[str], by: Actor, at: datetime) -> None:
    """Mail these notices (codes; "" is every one) to an identity, and no others.

    The operations log keeps that something leaves the house, and where to.
    """
    wanted = frozenset(codes) if address else frozenset()
    before = Subscription.objects.filter(identity_id=by.identity_id)
    same = {(row.address, row.code_prefix) for row in before if row.is_active}
    if same == {(address, code) for code in wanted}:
        return
    before.delete()
    Subscription.objects.bulk_create(
        [
            Subscription(identity_id=by.identity_id, address=address, code_prefix=code)
            for code in sorted(wanted)
        ]
    )
    _note("mail-chosen", address, by=by, at=at, detail=" ".join(sorted(wanted)))


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """Another system's address, and what it is told about ("" is everything)."""

    name: str
    url: str
    code_prefix: str = ""
    is_active: bool = True


def set_endpoint(facts: EndpointFacts) -> Endpoint:
    """Set the endpoint of a name, in the transaction of whoever confirms it; its secret stays."""
    assert facts.url.startswith(("http://", "https://")), facts.url
    endpoint, _ = Endpoint.objects.update_or_create(
        name=facts.name,
        defaults={
            "url": facts.url,
            "code_prefix": facts.code_prefix,
            "is_active": facts.is_active,
        },
    )
    return endpoint


@transaction.atomic
def renew_secret(*, name: str, by: Actor, at: datetime) -> str:
    """Give an endpoint a new secret and return it; the old one signs nothing any more."""
    _keeps(by)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    changed = Endpoint.objects.filter(name=name).update(secret=secret)
    assert changed == 1, name
    _note("endpoint-secret", name, by=by, at=at)
    return secret


@transaction.atomic
def retry(*, outbox_id: int | None, by: Actor, at: datetime) -> int:
    """Send a message that waits or was given up at once, or all that were given up; say how many.

    What was sent meanwhile stays sent, and what is being sent is left to its worker.
    """
    _keeps(by)
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    rows = Outbox.objects.filter(free, sent_at__isnull=True)
    rows = rows.filter(pk=outbox_id) if outbox_id else rows.filter(dead_at__isnull=False)
    count = rows.update(dead_at=None, attempts=0, send_after=at, last_error="")
    if count:
        _note("outbox-retried", str(outbox_id or count), by=by, at=at)
    return count


def _keeps(by: Actor) -> None:
    if not people_rules.may(by, MANAGE):
        raise Refused("messages.not-allowed")


def _note(kind: str, subject: str, *, by: Actor, at: datetime, detail: str = "") -> None:
    journal.record(
        Happening(kind, person_id=by.person_id, label=by.label, subject=subject, detail=detail),
        at=at,
    )


@transaction.atomic
def put_endpoint(*, name: str, url: str, secret: str = "", code_prefix: str = "") -> Endpoint:
    """Tell another system about events under a prefix; ``url`` is http or https."""
    assert url.startswith(("http://", "https://")), url
    endpoint, _ = Endpoint.objects.update_or_create(
        name=name, defaults={"url": url, "secret": secret, "code_prefix": code_prefix}
    )
    return endpoint


@transaction.atomic
def claim_due(*, at: datetime) -> list[Outbox]:
    """Take messages that are due, so that no other worker sends them meanwhile.

    A worker that dies gives its claim back by its end. On PostgreSQL rows that another worker is
    taking are passed over; on SQLite writers stand in line, and the guard decides.
    """
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    due = Outbox.objects.filter(
        free, sent_at__isnull=True, dead_at__isnull=True, send_after__lte=at
    ).order_by("send_after", "id")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    ids = list(due.values_list("id", flat=True)[:CLAIMED_MAX])
    claimed = Outbox.objects.filter(free, pk__in=ids)
    claimed.update(claimed_until=at + rules.CLAIM, attempts=F("attempts") + 1)
    return list(Outbox.objects.filter(pk__in=ids).select_related("endpoint").order_by("id"))


def mark_sent(message: Outbox, *, at: datetime) -> bool:
    """Note that a message has left; False if the claim was lost to another worker meanwhile."""
    return bool(_ours(message).update(sent_at=at, claimed_until=None, last_error=""))


def mark_failed(message: Outbox, *, error: str, at: datetime) -> bool:
    """Note a failure and when to try again; return whether the message is given up now."""
    again = rules.retry_at(message.attempts, at=at)
    changed = _ours(message).update(
        claimed_until=None,
        last_error=error[:ERROR_LENGTH],
        send_after=again or F("send_after"),
        dead_at=None if again else at,
    )
    return bool(changed) and again is None


def revive(*, outbox_id: int, at: datetime) -> bool:
    """Give a message that was given up another round; say whether there was one."""
    dead = Outbox.objects.filter(pk=outbox_id, dead_at__isnull=False)
    return bool(dead.update(dead_at=None, attempts=0, send_after=at, last_error=""))


def _ours(message: Outbox) -> QuerySet[Outbox]:
    """Return the message's row if our claim on it still holds."""
    return Outbox.objects.filter(
        pk=message.pk, attempts=message.attempts, sent_at__isnull=True, dead_at__isnull=True
    )


def _mails(said: Sequence[_Said], code: str) -> list[tuple[Figures, Outbox]]:
    wanted: dict[int, list[Subscription]] = {}
    for one in Subscription.objects.filter(
        identity_id__in={each.identity_id for each in said}, is_active=True
    ).select_related("identity__person"):
        if rules.concerns(one.code_prefix, code):
            wanted.setdefault(one.identity_id, []).append(one)
    return [
        (
            each.figures,
            Outbox(
                channel=Outbox.Channel.MAIL,
                key=_outbox_key("mail", one.identity_id, one.address, each.key),
                address=one.address,
                language=one.identity.person.language,
            ),
        )
        for each in said
        for one in wanted.get(each.identity_id, ())
    ]


def _pushes(told: Sequence[Told], code: str) -> list[tuple[Figures, Outbox]]:
    wanted = [
        endpoint
        for endpoint in Endpoint.objects.filter(is_active=True)
        if rules.concerns(endpoint.code_prefix, code)
    ]
    return [
        (
            _plain(each.figures),
            Outbox(
                channel=Outbox.Channel.WEBHOOK,
                key=_outbox_key("webhook", endpoint.pk, code, each.key),
                address=endpoint.url,
                endpoint=endpoint,
            ),
        )
        for each in told
        for endpoint in wanted
    ]


@transaction.atomic
def forget(*, person_id: int) -> None:
    """Erase where a person's mail goes, and went: in the transaction of the two who decided it."""
    mine = Subscription.objects.filter(identity__person_id=person_id)
    own = Person.objects.filter(pk=person_id).exclude(email="").values_list("email", flat=True)
    addresses = {*mine.values_list("address", flat=True), *own}
    mine.delete()
    mails = Outbox.objects.filter(channel=Outbox.Channel.MAIL, address__in=addresses)
    mails.filter(sent_at__isnull=True).delete()
    mails.update(address="")


def _outbox_key(*parts: object) -> str:
    """Return a key of the event and its receiver, the same on every call."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def _notice_key(key: str) -> str:
    return key if len(key) <= KEY_LENGTH else hashlib.sha256(key.encode()).hexdigest()


def _plain(figures: Figures) -> dict[str, object]:
    """Return figures as JSON holds them: dates and moments as text."""
    made: dict[str, object] = json.loads(json.dumps(dict(figures), cls=DjangoJSONEncoder))
    return made
