"""Issuing a token, which needs two administrators: one asks and keeps the text, one confirms.

Who manages applications could otherwise give himself, through a token, the rights of any post. The
text is made when it is asked for and shown to the asker alone; the request holds its digest. Until
the security administrator confirms there is no token, and if he refuses there never was one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.applications import actions
from nancheng.foundation.applications.actions import CONFIRM, MANAGE, Issued, Wanted
from nancheng.foundation.applications.models import Application
from nancheng.foundation.applications.rules import Narrowing
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.confirmations.operations import Asked, Operation
from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import wording
from nancheng.kernel.refusal import Refused

CODE = "applications.token"
Figures = Mapping[str, Any]


def ask(
    application: Application,
    prepared: tuple[Wanted, Issued],
    *,
    reason: str,
    by: Actor,
    at: datetime,
    key: str,
) -> Issued:
    """Ask that a prepared token be issued; return what is shown to the asker this once.

    Raises ``Refused`` "applications.asked-before" when the form was sent before: the text that
    was shown then is the one that counts.
    """
    wanted, issued = prepared
    post = application.identity.post
    row = confirmations.ask(
        Wish(
            CODE,
            f"{application.name}（{application.code}）：{wanted.label}",
            reason,
            {
                "application_id": application.pk,
                "application": application.code,
                "post": f"{wording.named(post.department)} · {wording.named(post)}",
                "label": wanted.label,
                "verbs": sorted(wanted.narrowing.verbs),
                "kinds": sorted(wanted.narrowing.kinds),
                "is_read_only": wanted.narrowing.is_read_only,
                "days": wanted.days,
                "head": wanted.head,
                "digest": wanted.digest,
            },
        ),
        by=by,
        at=at,
        key=key,
    )
    if row.figures.get("digest") != wanted.digest:
        raise Refused("applications.asked-before")
    return issued


def issue(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Issue the token that was asked for."""
    figures = asked.figures
    narrowing = Narrowing(
        verbs=frozenset(figures["verbs"]),
        kinds=frozenset(figures["kinds"]),
        is_read_only=figures["is_read_only"],
    )
    wanted = Wanted(
        application_id=figures["application_id"],
        label=figures["label"],
        narrowing=narrowing,
        days=figures["days"],
        head=figures["head"],
        digest=figures["digest"],
    )
    actions.issue(wanted, asked=asked.asked_label, by=by, at=at)
    journal.record(
        Happening(
            "token-issued",
            person_id=by.person_id,
            label=by.label,
            subject=f"{figures['application']} {figures['head']}…",
            detail=f"{asked.asked_label}：{asked.reason}",
        ),
        at=at,
    )


def _lines(figures: Figures) -> Sequence[tuple[str | Promise, object]]:
    return [
        (_("应用代码"), figures["application"]),
        (_("岗位"), figures["post"]),
        (_("令牌"), f"{figures['head']}…"),
        (_("读写"), _("只读") if figures["is_read_only"] else _("可读写")),
        (_("权限"), "，".join(figures["verbs"])),
        (_("事项种类"), "，".join(figures["kinds"]) or "—"),
        (_("有效天数"), figures["days"]),
    ]


OPERATIONS = (
    Operation(
        CODE,
        _("签发访问令牌"),
        ask=MANAGE,
        confirm=CONFIRM,
        run=issue,
        lines=_lines,
        secrets=frozenset({"digest"}),
    ),
)
