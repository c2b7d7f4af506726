"""Whom a case is shown to or asked of: read from a form, kept as a right to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from nancheng.foundation.cases.models import CaseReader
from nancheng.foundation.people import directory
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.directory import Receiver
from nancheng.foundation.people.rules import Actor

Groups = list[tuple[str, list[tuple[str, str]]]]
RECEIVERS_MAX = 30


def listed(actor: Actor, *, on: date, with_posts: bool) -> list[Receiver]:
    """Return everybody an actor may address; oneself is left out. Two or three statements."""
    return [
        *directory.departments(),
        *(directory.posts() if with_posts else []),
        *directory.identities(on=on, but=actor.identity_id),
    ]


def grouped(receivers: Sequence[Receiver]) -> Groups:
    """Return receivers as the groups of a form."""
    words = {"department": _("部门"), "post": _("岗位"), "identity": _("人员")}
    return [
        (label, found)
        for kind, label in words.items()
        if (found := [(one.value, one.shown) for one in receivers if one.kind == kind])
    ]


def row(receiver: Receiver, **fields: object) -> CaseReader:
    """Return the right to read that a receiver gets, not stored yet."""
    return CaseReader(**{f"{receiver.kind}_id": receiver.pk}, **fields)


def named(actor: Actor, prefix: str = "") -> Q:
    """Return the condition that a right to read names this actor, its post or its department."""
    mine = Q(pk__in=())
    for kind, pk in rights.reader(actor).names:
        mine |= Q(**{f"{prefix}{kind}_id": pk})
    return mine


def names(actor: Actor, reader: CaseReader) -> bool:
    """Say whether a right to read names this actor; the predicate side of ``named``."""
    mine = rights.reader(actor).names
    return any(
        (kind, getattr(reader, f"{kind}_id")) in mine for kind in ("identity", "post", "department")
    )
