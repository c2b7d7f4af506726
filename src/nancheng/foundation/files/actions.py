"""The only writer of attachments: kept as drafts, attached to a case, frozen, swept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from nancheng.foundation.files import contents, queries, rules, store
from nancheng.foundation.files.models import Attachment, Download
from nancheng.foundation.files.rules import Evidence
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

PICTURES = frozenset({"png", "jpeg"})
# Our choice: a content without a row is an interrupted upload after a day.
ORPHAN_AGE = timedelta(days=1)
# Our choice: what was uploaded and never submitted is taken away after a month.
DRAFT_AGE = timedelta(days=30)


def keep(
    stream: BinaryIO,
    *,
    name: str,
    by: Actor,
    at: datetime,
    purpose: str = "",
    evidence: Evidence | None = None,
) -> Attachment:
    """Check a content and keep it as a draft of its uploader; ``evidence`` makes it a photograph.

    The content is on disk before the row is written: a row never points at nothing. Raises
    ``Refused`` as ``contents.recognise``, ``store.keep`` and ``rules.check_evidence``, or
    "files.not-a-picture".
    """
    kind = contents.recognise(stream, name=name)
    if evidence is not None:
        rules.check_evidence(evidence, at=at)
        if kind not in PICTURES:
            raise Refused("files.not-a-picture")
    kept = store.keep(stream, most=settings.FILE_SIZE_MAX)
    given = evidence or Evidence()
    return Attachment.objects.create(
        purpose=purpose,
        sha256=kept.sha256,
        name=rules.tidy_name(name, kind),
        size=kept.size,
        kind=kind,
        uploaded_by_id=by.identity_id,
        uploaded_label=by.label,
        uploaded_at=at,
        taken_at=given.taken_at,
        longitude=given.longitude,
        latitude=given.latitude,
        accuracy_m=given.accuracy_m,
    )


@transaction.atomic
def attach(
    attachment_ids: Collection[int], *, case_id: int, by: Actor, at: datetime, freeze: bool = True
) -> None:
    """Hang the author's drafts on a case; frozen, they stay there for good.

    Raises ``Refused`` "files.not-yours" if one of them is not a draft of the author, "files.sealed"
    if the case takes no more.
    """
    wanted = set(attachment_ids)
    if not wanted:
        return
    mine = Attachment.objects.filter(
        pk__in=wanted, case__isnull=True, uploaded_by_id=by.identity_id
    )
    if not queries.may_attach(case_id, set(mine.values_list("purpose", flat=True))):
        raise Refused("files.sealed")
    if mine.update(case_id=case_id, frozen_at=at if freeze else None) != len(wanted):
        raise Refused("files.not-yours")


def set_purpose(attachment_ids: Collection[int], *, purpose: str, by: Actor) -> None:
    """Say what drafts of one's own are for, before they are hung on a case.

    Raises ``Refused`` "files.not-yours" if one of them is not a draft of the author.
    """
    wanted = set(attachment_ids)
    mine = Attachment.objects.filter(
        pk__in=wanted, case__isnull=True, uploaded_by_id=by.identity_id
    )
    if mine.update(purpose=purpose) != len(wanted):
        raise Refused("files.not-yours", field="attachment_ids")


def freeze(*, case_id: int, at: datetime) -> int:
    """Make all attachments of a case unchangeable; return how many were not yet."""
    return Attachment.objects.filter(case_id=case_id, frozen_at__isnull=True).update(frozen_at=at)


@transaction.atomic
def remove(attachment_id: int, *, by: Actor) -> None:
    """Take away one's own attachment that is not frozen; its content goes with the next sweep.

    Raises ``Refused`` "files.not-yours" or "files.frozen".
    """
    found = (
        Attachment.objects.select_for_update()
        .filter(pk=attachment_id, uploaded_by_id=by.identity_id)
        .first()
    )
    if found is None:
        raise Refused("files.not-yours")
    if found.frozen_at is not None:
        raise Refused("files.frozen")
    found.delete()


def record_download(attachment_id: int, *, by: Actor, at: datetime, address: str) -> None:
    """Log who reads an attachment, before it is handed out."""
    Download.objects.create(
        attachment_id=attachment_id,
        identity_id=by.identity_id,
        by_label=by.label,
        downloaded_at=at,
        address=address,
    )


def sweep(*, at: datetime) -> int:
    """Take away drafts, contents and leftovers that nobody will ask for; return how many.

    A content is taken only if it is old and no row names it: an upload of the same content
    meanwhile has touched its file, so it is young again.
    """
    drafts = Attachment.objects.filter(case__isnull=True, uploaded_at__lt=at - DRAFT_AGE)
    swept = drafts.delete()[1].get("files.Attachment", 0)
    oldest = (at - ORPHAN_AGE).timestamp()
    for leftover in store.leftovers():
        if leftover.stat().st_mtime < oldest:
            leftover.unlink(missing_ok=True)
            swept += 1
    for content in store.contents():
        if content.stat().st_mtime >= oldest:
            continue
        if not Attachment.objects.filter(sha256=content.name).exists():
            content.unlink(missing_ok=True)
            swept += 1
    return swept
