"""Sends a case round, keeps receipts and notes, and takes copies back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from nancheng.foundation.cases import lines, queries, receivers
from nancheng.foundation.cases.circulation import queries as circulation
from nancheng.foundation.cases.models import Case, CaseReader, Circulation, Receipt
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people.directory import Receiver
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused


@transaction.atomic
def send(
    case_id: int, *, words: str, to: Sequence[Receiver], by: Actor, at: datetime, key: str
) -> None:
    """传阅: let others read exactly this case until their copy is revoked."""
    loaded = lines.locked(case_id, by=by, key=key)
    if loaded is None:
        return
    if not (queries.holds_a_task(by, case_id) or queries.may_read_case(by, case_id)):
        raise Refused("cases.no-such-case")
    if not circulation.may_circulate(by, Case.objects.get(pk=case_id)):
        raise Refused("people.not-allowed", post=by.post_name)
    for receiver in to:
        reader = receivers.row(receiver, case_id=case_id, given_at=at)
        reader.save()
        Circulation.objects.create(
            case_id=case_id,
            reader=reader,
            receiver=receiver.label,
            words=words,
            sent_by_id=by.identity_id,
            sent_label=by.label,
            sent_at=at,
        )
    lines.write(
        loaded,
        "Circulated",
        hand=lines.hand(by, at, key, opinion=words),
        to="、".join(one.label for one in to),
    )
    lines.tell(to, code="cases.circulated", case_id=case_id, hand=lines.hand(by, at, key))


@transaction.atomic
def mark_read(circulation_id: int, *, by: Actor, at: datetime) -> bool:
    """Keep that an addressed actor opened its copy; only the first time counts."""
    row = Circulation.objects.select_related("reader").filter(pk=circulation_id).first()
    if row is None or row.revoked_at is not None or not receivers.names(by, row.reader):
        return False
    _receipt, made = Receipt.objects.get_or_create(
        circulation_id=circulation_id,
        identity_id=by.identity_id,
        defaults={"label": by.label, "read_at": at},
    )
    return made


@transaction.atomic
def note(circulation_id: int, *, text: str, by: Actor, at: datetime, key: str) -> None:
    """阅后留言: write a note to a copy one has read; it stands in the history."""
    known = circulation.shown(circulation_id, by)
    if known is None:
        raise Refused("cases.no-such-circulation")
    loaded = lines.locked(known.case_id, by=by, key=key)
    if loaded is None:
        return
    row = Circulation.objects.select_related("reader").get(pk=circulation_id)
    if row.revoked_at is not None or not receivers.names(by, row.reader):
        raise Refused("cases.no-such-circulation")
    Receipt.objects.update_or_create(
        circulation_id=circulation_id,
        identity_id=by.identity_id,
        defaults={"note": text, "noted_at": at},
        create_defaults={
            "label": by.label,
            "read_at": at,
            "note": text,
            "noted_at": at,
        },
    )
    lines.write(loaded, "CirculationNoted", hand=lines.hand(by, at, key, opinion=text))
    messages.notify(
        identity_ids=[row.sent_by_id],
        code="cases.circulation-noted",
        figures={"title": queries.title(row.case_id), "by": by.name, "text": text},
        case_id=row.case_id,
        at=at,
        key=f"circulation/{circulation_id}/{by.identity_id}/{key}",
    )


@transaction.atomic
def revoke(circulation_id: int, *, reason: str, by: Actor, at: datetime, key: str) -> None:
    """Take a copy back: from now on it opens nothing."""
    known = circulation.shown(circulation_id, by)
    if known is None:
        raise Refused("cases.no-such-circulation")
    loaded = lines.locked(known.case_id, by=by, key=key)
    if loaded is None:
        return
    row = Circulation.objects.get(pk=circulation_id)
    if row.sent_by_id != by.identity_id:
        queries.allow(by, circulation.CIRCULATE, row.case_id)
    if row.revoked_at is not None:
        raise Refused("cases.circulation-revoked", when=row.revoked_at)
    CaseReader.objects.filter(pk=row.reader_id).update(ended_at=at)
    Circulation.objects.filter(pk=circulation_id).update(
        revoked_at=at, revoked_by_id=by.identity_id
    )
    lines.write(
        loaded,
        "CirculationRevoked",
        hand=lines.hand(by, at, key, opinion=reason),
        to=row.receiver,
    )
