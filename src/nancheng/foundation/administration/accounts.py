"""The system administrator's pages: accounts, and the posts that persons hold."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nancheng.foundation.administration import forms
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations import queries as confirmed
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.people import accounts as queries
from nancheng.foundation.people import actions
from nancheng.foundation.people.factors import actions as factors
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.models import Identity, Person
from nancheng.foundation.web import pages, refusals, tables
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table
from nancheng.kernel.refusal import Refused

VERB = "system.accounts"
SHOWING = ["GET", "HEAD", "POST"]
# Ours: as long as handing a copy of a person's data over may take.
COPY_AGE = timedelta(days=7)


def _href(row: Person) -> str:
    return reverse("administration:account", args=[row.username])


ACCOUNTS = Table(
    key="accounts",
    caption=gettext_lazy("账号管理"),
    order=("username",),
    columns=(
        Column("username", gettext_lazy("用户名"), role="lead", order=("username",), href=_href),
        Column("name", gettext_lazy("姓名"), role="main", order=("name",), href=_href),
        Column("posts", gettext_lazy("岗位"), role="wide", value=queries.posts_of),
        Column(
            "state",
            gettext_lazy("账号状态"),
            kind="badge",
            value=lambda row: _("启用中") if row.is_active else _("已停用"),
            tone=lambda row: "green" if row.is_active else "grey",
        ),
        Column("last_login", gettext_lazy("最近登录"), kind="moment", order=("last_login",)),
        Column(
            "password_changed_at",
            gettext_lazy("密码修改时间"),
            kind="moment",
            order=("password_changed_at",),
        ),
    ),
    filters=(
        Filter(
            "q", gettext_lazy("用户名或姓名"), lookups=("username__icontains", "name__icontains")
        ),
    ),
)


@require_safe
@requires(VERB)
def accounts(request: IdentifiedRequest) -> HttpResponse:
    """List the accounts with the posts their persons hold."""
    table = ACCOUNTS.bind(request, queries.accounts())
    return tables.answer(request, "administration/accounts.html", table)


@never_cache
@sensitive_variables("password")
@require_http_methods(SHOWING)
@requires(VERB)
def new_account(request: IdentifiedRequest) -> HttpResponse:
    """Make an account; its first password is shown once and must be changed at once."""
    form = forms.NewAccount(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = _password()
        try:
            person = actions.open_account(
                actions.AccountFacts(**form.cleaned_data),
                password=password,
                by=request.identity,
                at=timezone.now(),
            )
        except Refused as refused:
            refusals.beside(form, refused)
        else:
            return _told_once(request, person, password)
    status = 422 if form.is_bound else 200
    return pages.render(request, "administration/new_account.html", {"form": form}, status=status)


@require_safe
@requires(VERB)
def account(request: IdentifiedRequest, username: str) -> HttpResponse:
    """Show an account: who, which posts, and what may be done with it."""
    person = person_of(username)
    context = {
        "person": person,
        "identities": queries.identities(person),
        "is_copy_ready": confirmed.carried_out(
            "people.personal-data",
            asked_person=request.identity.person_id,
            since=timezone.now() - COPY_AGE,
            person_id=person.pk,
        )
        is not None,
    }
    return pages.render(request, "administration/account.html", context)


@require_POST
@requires(VERB)
def switch(request: IdentifiedRequest, username: str) -> HttpResponse:
    """Close an account, or open it again."""
    person = person_of(username)
    actions.set_account_open(
        person_id=person.pk,
        is_open=not person.is_active,
        by=request.identity,
        at=timezone.now(),
    )
    messages.success(request, _("账号状态已更新。"))
    return redirect("administration:account", username=username)


@never_cache
@sensitive_variables("password")
@require_http_methods(SHOWING)
@requires(VERB)
def reset(request: IdentifiedRequest, username: str) -> HttpResponse:
    """Ask for a new password, shown once; it opens when the security administrator confirms."""
    person = person_of(username)
    form = forms.Why(request.POST or None, initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        if confirmed.is_known(request.identity, key=form.cleaned_data["key"]):
            # The same form sent twice: the password was shown, and no other one is asked for.
            return asked(request, username)
        password = _password()
        try:
            _ask_reset(request, person, password, form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refusals.text(refused))
        else:
            return _told_once(request, person, password, waits=True)
    hint = _("提交后显示新密码，经安全管理员复核后生效，原密码随即失效；本人登录后须立即修改。")
    return form_page(request, person, form, title=_("重置密码"), hint=hint)


def _ask_reset(
    request: IdentifiedRequest, person: Person, password: str, given: Mapping[str, Any]
) -> None:
    mark = actions.resettable(person_id=person.pk, by=request.identity, at=timezone.now())
    if confirmed.is_waiting("people.password", person_id=person.pk):
        raise Refused("people.reset-asked")
    figures = {"person_id": person.pk, "username": person.username, "name": person.name}
    confirmations.ask(
        Wish(
            "people.password",
            f"{person.name}（{person.username}）",
            given["reason"],
            {**figures, "hashed": make_password(password), "instead_of": mark},
        ),
        by=request.identity,
        at=timezone.now(),
        key=given["key"],
    )


@require_http_methods(SHOWING)
@requires(VERB)
def remove_factor(request: IdentifiedRequest, username: str) -> HttpResponse:
    """Ask that a lost second factor be taken away; the security administrator confirms."""
    person = person_of(username)
    form = forms.Why(request.POST or None, initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        try:
            factors.may_be_removed(person_id=person.pk, by=request.identity)
            confirmations.ask(
                Wish(
                    "people.second-factor",
                    f"{person.name}（{person.username}）",
                    form.cleaned_data["reason"],
                    {"person_id": person.pk, "username": person.username, "name": person.name},
                ),
                by=request.identity,
                at=timezone.now(),
                key=form.cleaned_data["key"],
            )
        except Refused as refused:
            form.add_error(None, refusals.text(refused))
        else:
            return asked(request, username)
    hint = _("解除后本人只凭密码登录，原设备和恢复码全部失效。请先核实是本人申请。")
    return form_page(request, person, form, title=_("解除二次验证"), hint=hint)


@require_http_methods(SHOWING)
@requires(VERB)
def appoint(request: IdentifiedRequest, username: str) -> HttpResponse:
    """Ask that a person be given a post; the security administrator confirms."""
    person = person_of(username)
    today = timezone.localdate()
    form = forms.Appoint(
        request.POST or None,
        posts=queries.posts(),
        initial={"active_from": today, "key": uuid.uuid4().hex},
    )
    if request.method == "POST" and form.is_valid():
        try:
            post = actions.appointable(
                person_id=person.pk, post_id=form.cleaned_data["post"], on=today
            )
            confirmations.ask(
                Wish(
                    "people.appoint",
                    f"{person.name}（{person.username}）：{post.department} · {post}",
                    form.cleaned_data["reason"],
                    {
                        "username": person.username,
                        "department": post.department.code,
                        "duty": post.duty.code,
                        "post": f"{post.department} · {post}",
                        "active_from": form.cleaned_data["active_from"],
                    },
                ),
                by=request.identity,
                at=timezone.now(),
                key=form.cleaned_data["key"],
            )
        except Refused as refused:
            form.add_error("post", refusals.text(refused))
        else:
            return asked(request, username)
    return form_page(request, person, form, title=_("任命岗位"))


@require_http_methods(SHOWING)
@requires(VERB)
def dismiss(request: IdentifiedRequest, username: str, identity_id: int) -> HttpResponse:
    """Ask that a post be taken from a person; the security administrator confirms."""
    person = person_of(username)
    identity = next((i for i in queries.identities(person) if i.pk == identity_id), None)
    if identity is None or identity.active_to is not None:
        raise Http404
    form = forms.Why(request.POST or None, initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        post = f"{identity.post.department} · {identity.post}"
        confirmations.ask(
            Wish(
                "people.dismiss",
                f"{person.name}（{person.username}）：{post}",
                form.cleaned_data["reason"],
                {"identity_id": identity.pk, "username": person.username, "post": post},
            ),
            by=request.identity,
            at=timezone.now(),
            key=form.cleaned_data["key"],
        )
        return asked(request, username)
    return form_page(request, person, form, title=_("免去岗位"), identity=identity)


def asked(request: IdentifiedRequest, username: str) -> HttpResponse:
    """Say that the second hand is awaited, on the account's page."""
    messages.success(request, _("已提交，待安全管理员复核后生效。"))
    return redirect("administration:account", username=username)


def form_page(
    request: IdentifiedRequest,
    person: Person,
    form: Any,
    *,
    title: str,
    identity: Identity | None = None,
    hint: str = "",
) -> HttpResponse:
    """Show a form about an account; ``hint`` says what happens, a change of posts without it."""
    context = {"person": person, "form": form, "form_title": title, "identity": identity}
    context["hint"] = hint or _("岗位变动须两人办理：提交后由安全管理员复核，复核通过即生效。")
    status = 422 if form.is_bound else 200
    return pages.render(request, "administration/account_form.html", context, status=status)


def _told_once(
    request: IdentifiedRequest, person: Person, password: str, *, waits: bool = False
) -> HttpResponse:
    context = {"person": person, "password": password, "waits": waits}
    return pages.render(request, "administration/password.html", context)


def person_of(username: str) -> Person:
    """Return the account of a sign-in name, with the posts held; raises ``Http404``."""
    person = queries.accounts().filter(username=username).first()
    if person is None:
        raise Http404
    return person


def _password() -> str:
    """Return a password of all kinds of characters that nobody has to guess how to read."""
    letters = get_random_string(8, "abcdefghjkmnpqrstuvwxyz")
    return f"Nc-{letters}-{secrets.randbelow(9000) + 1000}"
