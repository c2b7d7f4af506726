"""The system administrator's pages of other systems that are told about events.

What leaves the house needs two administrators: an address works when the security administrator
has confirmed it. Its secret is shown once and kept from everybody after that.
"""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nancheng.foundation.administration import forms, words
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.messages import actions, queries
from nancheng.foundation.messages.models import Endpoint
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, tables
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table

VERB = actions.MANAGE
SHOWING = ["GET", "HEAD", "POST"]

ENDPOINTS = Table(
    key="endpoints",
    caption=gettext_lazy("推送地址"),
    order=("name",),
    empty=gettext_lazy("还没有登记推送地址。"),
    columns=(
        Column(
            "name",
            gettext_lazy("系统名称"),
            role="main",
            order=("name",),
            href=lambda row: reverse("administration:endpoint", args=(row.name,)),
        ),
        Column("url", gettext_lazy("地址"), role="wide"),
        Column("code_prefix", gettext_lazy("推送内容"), value=words.told),
        Column(
            "secret",
            gettext_lazy("签名密钥"),
            value=lambda row: _("已设置") if row.secret else _("未设置"),
        ),
        Column(
            "is_active",
            gettext_lazy("状态"),
            kind="badge",
            value=lambda row: _("启用中") if row.is_active else _("已停用"),
            tone=lambda row: "green" if row.is_active else "grey",
        ),
    ),
    filters=(
        Filter("q", gettext_lazy("名称或地址"), lookups=("name__icontains", "url__icontains")),
    ),
)


@require_safe
@requires(VERB)
def endpoints(request: IdentifiedRequest) -> HttpResponse:
    """List the other systems."""
    table = ENDPOINTS.bind(request, queries.endpoints())
    return tables.answer(request, "administration/endpoints.html", table)


@require_http_methods(SHOWING)
@requires(VERB)
def new_endpoint(request: IdentifiedRequest) -> HttpResponse:
    """Ask that another system be told about events."""
    return _form(request, None)


@require_http_methods(SHOWING)
@requires(VERB)
def endpoint(request: IdentifiedRequest, name: str) -> HttpResponse:
    """Show an endpoint and ask for a change of it."""
    return _form(request, _endpoint(name))


@never_cache
@sensitive_variables("secret")
@require_POST
@requires(VERB)
def secret(request: IdentifiedRequest, name: str) -> HttpResponse:
    """Give an endpoint a new secret, shown in this one answer."""
    found = _endpoint(name)
    made = actions.renew_secret(name=found.name, by=request.identity, at=timezone.now())
    context = {"endpoint": found, "secret": made}
    return pages.render(request, "administration/endpoint_secret.html", context)


def _form(request: IdentifiedRequest, found: Endpoint | None) -> HttpResponse:
    form = forms.EndpointForm(request.POST or None, entry=found, initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        wish = Wish(
            "messages.endpoint",
            form.cleaned_data["name"],
            form.cleaned_data["reason"],
            form.figures(),
        )
        confirmations.ask(
            wish, by=request.identity, at=timezone.now(), key=form.cleaned_data["key"]
        )
        messages.success(request, _("已提交，待安全管理员复核后生效。"))
        return redirect("administration:endpoints")
    status = 422 if form.is_bound else 200
    context = {"form": form, "endpoint": found}
    return pages.render(request, "administration/endpoint.html", context, status=status)


def _endpoint(name: str) -> Endpoint:
    found = queries.endpoints().filter(name=name).first()
    if found is None:
        raise Http404
    return found
