"""Archives a case: checks it whole, freezes its papers, seals it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nancheng.foundation.cases import lines, numbers, queries
from nancheng.foundation.cases.archive import queries as archives
from nancheng.foundation.cases.archive import rules
from nancheng.foundation.cases.models import Archive, Case
from nancheng.foundation.files import actions as files
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused


@transaction.atomic
def archive(case_id: int, *, retention: str, note: str, by: Actor, at: datetime, key: str) -> None:
    """归档: seal a case that is over and complete. The line of the archiving is its last.

    Raises ``Refused`` "cases.archive-incomplete" with ``faults``, or as rights and state ask.
    """
    if lines.is_repeat(by, key):
        return
    if not queries.may_read_case(by, case_id):
        raise Refused("cases.no-such-case")
    loaded = lines.locked(case_id, by=by, key=key)
    if loaded is None:
        return
    queries.allow(by, archives.ARCHIVE, case_id)
    case = Case.objects.get(pk=case_id)
    if faults := archives.faults(case):
        raise Refused("cases.archive-incomplete", faults=tuple(faults), count=len(faults))
    number = numbers.next_case_number(prefix=rules.series(retention), at=at)
    files.freeze(case_id=case_id, at=at)
    hand = lines.hand(by, at, key, opinion=note)
    lines.write(loaded, "Archived", hand=hand, archive=number)
    case.refresh_from_db()
    Case.objects.filter(pk=case_id).update(archived_at=at)
    Archive.objects.create(
        case_id=case_id,
        number=number,
        retention=retention,
        note=note,
        archived_by_id=by.identity_id,
        archived_label=by.label,
        archived_at=at,
        head=case.head,
        events=case.last_seq,
        manifest=archives.manifest(case_id),
    )
