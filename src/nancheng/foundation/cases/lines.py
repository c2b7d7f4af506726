"""Lines of a case's history that move no token: written by the verbs beside the drawing.

A verb reads the case under its lock, judges, writes its own rows and adds one line, all in the
caller's transaction. An archived case takes no line from anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nancheng.foundation.cases import advance, keys, queries, store
from nancheng.foundation.cases import receivers as addressed
from nancheng.foundation.cases.advance import Hand, Remark
from nancheng.foundation.cases.models import Case
from nancheng.foundation.cases.store import Loaded
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import directory
from nancheng.foundation.people.directory import Receiver
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused


def hand(by: Actor | None, at: datetime, key: str, **note: object) -> Hand:
    """Return whose hand a line is; keys are the sender's own, empty notes are left out."""
    mine = keys.sender_key(by, key)
    return Hand(by, at, mine, {name: value for name, value in note.items() if value})


def is_repeat(by: Actor, key: str) -> bool:
    """Say whether this hand already gave a command under this key."""
    return store.used(keys.sender_key(by, key))


def locked(case_id: int, *, by: Actor, key: str) -> Loaded | None:
    """Return a case under its lock, or None for a command that was given before."""
    loaded = store.load(case_id=case_id)
    if loaded is None:
        raise Refused("cases.no-such-case")
    if is_repeat(by, key):
        return None
    if Case.objects.filter(pk=case_id, archived_at__isnull=False).exists():
        raise Refused("cases.archived", number=loaded.number)
    return loaded


def refuse_over(loaded: Loaded) -> None:
    """Refuse what only a case that still runs can take."""
    if loaded.state.status in store.OVER:
        raise Refused("cases.over", number=loaded.number)


def write(loaded: Loaded, kind: str, *, hand: Hand, **facts: object) -> None:
    """Append a line to a case's history."""
    advance.remark(loaded, Remark(kind), hand=hand, **facts)


def tell(
    receivers: Sequence[Receiver], *, code: str, case_id: int, hand: Hand, **figures: object
) -> None:
    """Notify everybody behind some receivers but the hand itself."""
    by = hand.by
    assert by is not None
    told = directory.reached(
        [addressed.row(one) for one in receivers], verb=queries.VIEW, on=hand.at.date()
    )
    messages.notify(
        identity_ids=[identity for identity in told if identity != by.identity_id],
        code=code,
        figures={"title": queries.title(case_id), "by": by.name, **figures},
        case_id=case_id,
        at=hand.at,
        key=f"{case_id}/{hand.key}",
    )
