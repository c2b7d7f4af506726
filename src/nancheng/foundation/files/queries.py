"""Reads of attachments: by whoever may read the case they hang on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from nancheng.foundation.files import store
from nancheng.foundation.files.models import Attachment
from nancheng.foundation.people.rules import Actor

# ``f(actor, case_id) -> bool``, named in ``settings.FILE_READERS`` by the app that owns cases.
Reader = Callable[[Actor | None, int], bool]
# ``f(case_id, purposes) -> bool``, named in ``settings.FILE_GUARDS`` likewise.
Guard = Callable[[int, Collection[str]], bool]


def readable(attachment_id: int, actor: Actor) -> Attachment | None:
    """Return an attachment the actor may read, or None if it is not there or out of reach.

    A draft is read by its uploader alone, an attachment of a case by whoever may read the case.
    """
    found = Attachment.objects.filter(pk=attachment_id).first()
    if found is None:
        return None
    if found.case_id is None:
        return found if found.uploaded_by_id == actor.identity_id else None
    allowed = any(reader(actor, found.case_id) for reader in _readers())
    return found if allowed else None


def of_case(case_id: int) -> QuerySet[Attachment]:
    """Return the attachments of a case in the order they came; the caller may read the case."""
    return Attachment.objects.filter(case_id=case_id).order_by("id")


def drafts(attachment_ids: Collection[int], actor: Actor) -> list[Attachment]:
    """Return those of the ids that are the actor's own drafts. One statement."""
    found = Attachment.objects.filter(
        pk__in=attachment_ids, case__isnull=True, uploaded_by_id=actor.identity_id
    )
    return list(found.order_by("id"))


def contents() -> Iterator[str]:
    """Yield the hash of every content that an attachment names, once."""
    yield from Attachment.objects.order_by("sha256").values_list("sha256", flat=True).distinct()


def damaged() -> Iterator[Attachment]:
    """Yield attachments whose content is missing or no longer what its hash says."""
    seen: dict[str, bool] = {}
    for attachment in Attachment.objects.order_by("id").iterator():
        if attachment.sha256 not in seen:
            seen[attachment.sha256] = store.is_whole(attachment.sha256)
        if not seen[attachment.sha256]:
            yield attachment


def may_attach(case_id: int, purposes: Collection[str]) -> bool:
    """Say whether a case takes attachments of these purposes; an archived one does not."""
    guards = _imported(tuple(getattr(settings, "FILE_GUARDS", ())))
    return all(guard(case_id, purposes) for guard in guards)


def _readers() -> tuple[Reader, ...]:
    return _imported(tuple(getattr(settings, "FILE_READERS", ())))


@lru_cache(maxsize=8)
def _imported(dotted: tuple[str, ...]) -> tuple[Callable[..., bool], ...]:
    return tuple(import_string(name) for name in dotted)
