"""Changes of role and of grants, which need two administrators: one asks, the other confirms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.administration import words
from nancheng.foundation.confirmations.operations import Asked, Operation
from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.messages.actions import EndpointFacts
from nancheng.foundation.people import actions as people
from nancheng.foundation.people.actions import NewPassword
from nancheng.foundation.people.factors import actions as factors
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import wording
from nancheng.kernel.refusal import Refused

Figures = Mapping[str, Any]
Lines = Sequence[tuple[str | Promise, object]]


def appoint(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Give a person a post."""
    figures = asked.figures
    people.appoint(
        username=figures["username"],
        department=figures["department"],
        duty=figures["duty"],
        active_from=date.fromisoformat(figures["active_from"]),
        is_primary=False,
    )
    _note("appointed", asked, by=by, at=at)


def dismiss(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Take a post from a person."""
    people.dismiss(identity_id=asked.figures["identity_id"], at=at)
    _note("dismissed", asked, by=by, at=at)


def reset_password(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Put the password in force that the first hand was shown; its person must change it."""
    figures = asked.figures
    new = NewPassword(hashed=figures["hashed"], instead_of=figures["instead_of"])
    people.reset_password(new, person_id=figures["person_id"], by=by, at=at)
    _note("password-reset", asked, by=by, at=at)


def release_data(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Let the first hand take a copy of a person's data; what it takes is made then."""
    _note("personal-data-released", asked, by=by, at=at)


def remove_factor(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Take the second factor from a person who lost it; neither hand is that person's."""
    person_id = asked.figures["person_id"]
    if person_id in by.persons:
        raise Refused("people.administrators-apart")
    factors.remove(person_id=person_id)
    _note("factor-removed", asked, by=by, at=at)


def set_grants(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Set a duty's grants, unless they were changed since it was asked."""
    figures = asked.figures
    people.set_grants(duty=figures["duty"], grants=figures["grants"], before=figures["before"])
    _note("grants-changed", asked, by=by, at=at)


def set_endpoint(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Tell another system about events from now on, or no more."""
    figures = asked.figures
    messages.set_endpoint(
        EndpointFacts(
            name=figures["name"],
            url=figures["url"],
            code_prefix=figures["code_prefix"],
            is_active=figures["is_active"],
        )
    )
    _note("endpoint-set", asked, by=by, at=at)


def _note(kind: str, asked: Asked, *, by: Actor, at: datetime) -> None:
    journal.record(
        Happening(
            kind,
            person_id=by.person_id,
            label=by.label,
            subject=asked.subject,
            detail=f"{asked.asked_label}：{asked.reason}",
        ),
        at=at,
    )


def _appointment(figures: Figures) -> Lines:
    return [
        (_("用户名"), figures["username"]),
        (_("岗位"), wording.label(figures["post"])),
        (_("开始日期"), figures["active_from"]),
    ]


def _dismissal(figures: Figures) -> Lines:
    return [(_("用户名"), figures["username"]), (_("岗位"), wording.label(figures["post"]))]


def _account(figures: Figures) -> Lines:
    return [(_("用户名"), figures["username"]), (_("姓名"), figures["name"])]


def _grants(figures: Figures) -> Lines:
    """Say what would change: a line a verb, before and after."""
    before, after = figures["before"], figures["grants"]
    changed = [v for v in sorted({*before, *after}) if before.get(v, "") != after.get(v, "")]
    return [
        (_("职责"), figures["duty"]),
        *(
            (words.verb(verb), f"{_scopes(before, verb)} → {_scopes(after, verb)}")
            for verb in changed
        ),
    ]


def _scopes(grants: Mapping[str, str], verb: str) -> str:
    return words.scopes(grants.get(verb, "")) or "—"


def _endpoint(figures: Figures) -> Lines:
    return [
        (_("系统名称"), figures["name"]),
        (_("地址"), figures["url"]),
        (_("推送内容"), words.TOLD.get(figures["code_prefix"], figures["code_prefix"])),
        (_("状态"), _("启用中") if figures["is_active"] else _("已停用")),
    ]


OPERATIONS = (
    Operation(
        "messages.endpoint",
        _("变更推送地址"),
        ask=messages.MANAGE,
        confirm=messages.CONFIRM,
        run=set_endpoint,
        lines=_endpoint,
    ),
    Operation(
        "people.appoint",
        _("任命岗位"),
        ask="system.accounts",
        confirm="system.accounts.confirm",
        run=appoint,
        lines=_appointment,
    ),
    Operation(
        "people.dismiss",
        _("免去岗位"),
        ask="system.accounts",
        confirm="system.accounts.confirm",
        run=dismiss,
        lines=_dismissal,
    ),
    Operation(
        "people.password",
        _("重置密码"),
        ask="system.accounts",
        confirm="system.accounts.confirm",
        run=reset_password,
        lines=_account,
        secrets=frozenset({"hashed", "instead_of"}),
    ),
    Operation(
        "people.personal-data",
        _("导出个人信息"),
        ask="system.accounts",
        confirm="system.accounts.confirm",
        run=release_data,
        lines=_account,
    ),
    Operation(
        "people.second-factor",
        _("解除二次验证"),
        ask="system.accounts",
        confirm="system.accounts.confirm",
        run=remove_factor,
        lines=_account,
    ),
    Operation(
        "people.grants",
        _("变更授权"),
        ask="system.grants",
        confirm="system.grants.confirm",
        run=set_grants,
        lines=_grants,
    ),
)
