"""People who leave, and erasing what is held about them: two administrators each, and the pages."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from nancheng.foundation.administration import accounts, forms
from nancheng.foundation.cases.leaving import actions as tasks
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations import queries as confirmed
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.confirmations.operations import Asked, Operation
from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import rules
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.leaving import actions as leaving
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import refusals
from nancheng.kernel.refusal import Refused

LEAVE, ERASE = "people.leave", "people.erase"
CONFIRM = "system.accounts.confirm"


@require_http_methods(accounts.SHOWING)
@requires(accounts.VERB)
def leave(request: IdentifiedRequest, username: str) -> HttpResponse:
    """Ask that a person leave on a day; the security administrator confirms."""
    person, today = accounts.person_of(username), timezone.localdate()
    form = forms.Leave(request.POST or None, initial={"leaves_on": today, "key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        leaves_on = form.cleaned_data["leaves_on"]
        try:
            leaving.may_leave(person, leaves_on=leaves_on, by=request.identity, on=today)
            tasks.refuse_stranding(person.pk, leaves_on=leaves_on)
            _ask(
                LEAVE,
                person,
                f"{person.name}（{person.username}）",
                form.cleaned_data,
                by=request.identity,
            )
        except Refused as refused:
            refusals.beside(form, refused)
        else:
            return accounts.asked(request, username)
    hint = _(
        "自该日起停止登录、免去全部岗位、终止相关授权代理；已签收的任务退回岗位由其他人员办理，"
        "办理记录保留。复核通过后生效。"
    )
    return accounts.form_page(request, person, form, title=_("办理离岗"), hint=hint)


@require_http_methods(accounts.SHOWING)
@requires(accounts.VERB)
def erase(request: IdentifiedRequest, username: str) -> HttpResponse:
    """Ask that the personal data of who has left be erased; the security administrator confirms."""
    person = accounts.person_of(username)
    form = forms.Why(request.POST or None, initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        try:
            leaving.may_be_erased(person, by=request.identity, on=timezone.localdate())
            subject = rules.pseudonym(person.pk)[1]
            _ask(ERASE, person, subject, form.cleaned_data, by=request.identity)
        except Refused as refused:
            refusals.beside(form, refused)
        else:
            return accounts.asked(request, username)
    hint = _(
        "清除姓名、用户名、电话、电子邮件等账号信息，以“离岗人员”编号代替，不可恢复；"
        "办理轨迹和操作日志依法留存，仍为当时所记。"
    )
    return accounts.form_page(request, person, form, title=_("清除个人信息"), hint=hint)


def _ask(
    operation: str, person: Person, subject: str, given: Mapping[str, Any], *, by: Actor
) -> None:
    if not confirmed.is_known(by, key=given["key"]) and confirmed.is_waiting(
        operation, person_id=person.pk
    ):
        raise Refused("people.asked-already", name=person.name)
    figures = {"person_id": person.pk, "username": person.username, "name": person.name}
    more = {"leaves_on": given["leaves_on"]} if "leaves_on" in given else {}
    confirmations.ask(
        Wish(operation, subject, given["reason"], {**figures, **more}),
        by=by,
        at=timezone.now(),
        key=given["key"],
    )


def carry_out_leaving(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Let a person leave, unless open tasks would be left with nobody by now."""
    person_id = asked.figures["person_id"]
    leaves_on = date.fromisoformat(asked.figures["leaves_on"])
    tasks.refuse_stranding(person_id, leaves_on=max(leaves_on, timezone.localdate(at)))
    leaving.leave(person_id=person_id, leaves_on=leaves_on, by=by, at=at)
    _note("left", asked, by=by, at=at)


def carry_out_erasing(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Erase what is held about a person who has left."""
    person_id = asked.figures["person_id"]
    messages.forget(person_id=person_id)
    leaving.erase(person_id=person_id, by=by, at=at)
    _note("personal-data-erased", asked, by=by, at=at)


def _note(kind: str, asked: Asked, *, by: Actor, at: datetime) -> None:
    detail = f"{asked.asked_label}：{asked.reason}"
    happening = Happening(
        kind, person_id=by.person_id, label=by.label, subject=asked.subject, detail=detail
    )
    journal.record(happening, at=at)


def _lines(figures: Mapping[str, Any]) -> Sequence[tuple[str | Promise, object]]:
    """Say whom it is about; of whom was erased, nothing is kept."""
    named = (
        (gettext_lazy("用户名"), "username"),
        (gettext_lazy("姓名"), "name"),
        (gettext_lazy("离岗日期"), "leaves_on"),
    )
    return [(words, figures[name]) for words, name in named if name in figures]


OPERATIONS = (
    Operation(
        LEAVE,
        gettext_lazy("办理离岗"),
        ask=accounts.VERB,
        confirm=CONFIRM,
        run=carry_out_leaving,
        lines=_lines,
    ),
    Operation(
        ERASE,
        gettext_lazy("清除个人信息"),
        ask=accounts.VERB,
        confirm=CONFIRM,
        run=carry_out_erasing,
        lines=_lines,
        secrets=frozenset({"username", "name"}),
    ),
)
