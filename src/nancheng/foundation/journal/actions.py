"""The only writer of the operations log: it appends, and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from nancheng.foundation.journal import rules
from nancheng.foundation.journal.models import JournalEntry, JournalHead

HEAD = 1
LABEL_LENGTH = 200
DETAIL_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened: its kind, who did it, whom or what it concerns, and from where."""

    kind: str
    person_id: int | None = None
    label: str = ""
    subject: str = ""
    detail: str = ""
    address: str = ""


@transaction.atomic
def record(happening: Happening, *, at: datetime) -> JournalEntry:
    """Append one line, in the transaction of what it tells of; writers stand in line."""
    JournalHead.objects.get_or_create(pk=HEAD)
    head = JournalHead.objects.select_for_update().get(pk=HEAD)
    line = rules.Line(
        seq=head.last_seq + 1,
        at=at,
        kind=happening.kind,
        person_id=happening.person_id,
        label=happening.label[:LABEL_LENGTH],
        subject=happening.subject[:LABEL_LENGTH],
        detail=happening.detail[:DETAIL_LENGTH],
        address=happening.address,
    )
    head.last_seq, head.hash = line.seq, rules.link(head.hash, line)
    head.save(update_fields=["last_seq", "hash"])
    return JournalEntry.objects.create(
        seq=line.seq,
        at=line.at,
        kind=line.kind,
        person_id=line.person_id,
        label=line.label,
        subject=line.subject,
        detail=line.detail,
        address=line.address,
        hash=head.hash,
    )
