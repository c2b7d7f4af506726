"""The pages of applications: registered, given tokens, watched, closed."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nancheng.foundation.applications import actions, forms, operations, queries, words
from nancheng.foundation.applications.actions import MANAGE, ApplicationFacts, Issued
from nancheng.foundation.applications.models import ApiCall, Application
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, refusals, tables, wording
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table
from nancheng.kernel.refusal import Refused

SHOWING = ["GET", "HEAD", "POST"]
STATES = {
    "live": (gettext_lazy("有效"), "green"),
    "expired": (gettext_lazy("已过期"), "grey"),
    "revoked": (gettext_lazy("已收回"), "grey"),
    "closed": (gettext_lazy("已停用"), "grey"),
}


def _post_of(row: Application) -> str:
    post = row.identity.post
    return f"{wording.named(post.department)} · {wording.named(post)}"


APPLICATIONS = Table(
    key="applications",
    caption=gettext_lazy("接口应用"),
    order=("code",),
    empty=gettext_lazy("还没有登记应用。"),
    columns=(
        Column("code", gettext_lazy("应用代码"), role="lead", order=("code",)),
        Column(
            "name",
            gettext_lazy("应用名称"),
            role="main",
            order=("name",),
            href=lambda row: reverse("applications:application", args=[row.code]),
        ),
        Column("post", gettext_lazy("岗位"), value=_post_of),
        Column("live_tokens", gettext_lazy("有效令牌"), kind="whole", order=("live_tokens",)),
        Column("last_used_at", gettext_lazy("最近使用"), kind="moment", order=("last_used_at",)),
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            value=lambda row: _("已停用") if row.closed_at else _("使用中"),
            tone=lambda row: "grey" if row.closed_at else "green",
        ),
    ),
    filters=(
        Filter("q", gettext_lazy("代码或名称"), lookups=("code__icontains", "name__icontains")),
    ),
)
CALLS = Table(
    key="calls",
    caption=gettext_lazy("调用记录"),
    order=("-at",),
    prefix="calls_",
    empty=gettext_lazy("还没有调用。"),
    columns=(
        Column("at", gettext_lazy("时间"), kind="moment", role="lead", order=("at",)),
        Column("method", gettext_lazy("方法")),
        Column("path", gettext_lazy("地址"), role="main"),
        Column("status", gettext_lazy("结果"), kind="whole", order=("status",)),
        Column("token", gettext_lazy("令牌"), value=lambda row: f"{row.token.head}…"),
        Column("address", gettext_lazy("来源地址")),
    ),
    filters=(Filter("path", gettext_lazy("地址"), lookups=("path__icontains",)),),
)


@require_safe
@requires(MANAGE)
def applications(request: IdentifiedRequest) -> HttpResponse:
    """List the applications."""
    table = APPLICATIONS.bind(request, queries.applications(at=timezone.now()))
    return tables.answer(request, "applications/applications.html", table)


@require_http_methods(SHOWING)
@requires(MANAGE)
def register(request: IdentifiedRequest) -> HttpResponse:
    """Register an application."""
    posts = queries.posts()
    offered = [
        (f"{department}/{duty}", f"{wording.named(post.department)} · {wording.named(post)}")
        for (department, duty), post in posts.items()
    ]
    form = forms.Register(request.POST or None, posts=offered)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.register_application(
                _facts(form.cleaned_data), by=request.identity, at=timezone.now()
            )
        except Refused as refused:
            refusals.beside(form, refused)
        else:
            messages.success(request, _("应用已登记。"))
            return redirect("applications:application", code=made.code)
    status = 422 if form.is_bound else 200
    return pages.render(request, "applications/register.html", {"form": form}, status=status)


@require_safe
@requires(MANAGE)
def application(request: IdentifiedRequest, code: str) -> HttpResponse:
    """Show an application: who it is, its tokens, its calls."""
    return _page(request, _application(code))


@sensitive_variables("issued")
@require_http_methods(SHOWING)
@requires(MANAGE)
def issue(request: IdentifiedRequest, code: str) -> HttpResponse:
    """Ask for a token; its text stands in this one answer, and opens once another confirms."""
    found = _application(code)
    form = forms.Issue(
        request.POST or None,
        verbs=words.verbs(),
        kinds=words.kinds(),
        initial={"key": uuid.uuid4().hex},
    )
    if request.method == "POST" and form.is_valid():
        try:
            issued = _ask(request, found, form)
        except Refused as refused:
            refusals.beside(form, refused)
        else:
            return _page(request, found, issued=issued)
    context = {"form": form, "application": found}
    status = 422 if form.is_bound else 200
    return pages.render(request, "applications/issue.html", context, status=status)


@sensitive_variables()
def _ask(request: IdentifiedRequest, found: Application, form: forms.Issue) -> Issued:
    given = form.cleaned_data
    prepared = actions.prepare(
        found.pk,
        label=given["label"],
        narrowing=form.narrowing(),
        days=given["days"],
        by=request.identity,
    )
    return operations.ask(
        found,
        prepared,
        reason=given["reason"],
        by=request.identity,
        at=timezone.now(),
        key=given["key"],
    )


@require_POST
@requires(MANAGE)
def revoke(request: IdentifiedRequest, code: str, token_id: int) -> HttpResponse:
    """Take a token back."""
    found = _application(code)
    if token_id not in {token.pk for token in queries.tokens(found.pk)}:
        raise Http404
    actions.revoke(token_id, by=request.identity, at=timezone.now())
    messages.success(request, _("令牌已收回。"))
    return redirect("applications:application", code=code)


@require_POST
@requires(MANAGE)
def close(request: IdentifiedRequest, code: str) -> HttpResponse:
    """Close an application with all its tokens."""
    actions.close(_application(code).pk, by=request.identity, at=timezone.now())
    messages.success(request, _("应用已停用。"))
    return redirect("applications:application", code=code)


def _application(code: str) -> Application:
    found = queries.application(code)
    if found is None:
        raise Http404
    return found


def _facts(given: dict[str, str]) -> ApplicationFacts:
    department, _slash, duty = given["post"].partition("/")
    names = ("code", "name", "purpose", "contact")
    return ApplicationFacts(
        **{name: given[name] for name in names}, department=department, duty=duty
    )


@sensitive_variables("issued")
def _page(
    request: IdentifiedRequest, found: Application, *, issued: Issued | None = None
) -> HttpResponse:
    at = timezone.now()
    calls: QuerySet[ApiCall] = queries.calls(found.pk)
    table = CALLS.bind(request, calls)
    context = {
        "application": found,
        "post": _post_of(found),
        "issued": issued,
        "tokens": [
            (token, state.value, *STATES[state.value], queries.narrowing(token))
            for token in queries.tokens(found.pk)
            for state in [queries.state(token, found, at=at)]
        ],
        "table": table,
    }
    response = table.export() or pages.render(request, "applications/application.html", context)
    if issued is not None:
        response["Cache-Control"] = "private, no-store"
    return response
