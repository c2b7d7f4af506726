"""The system administrator's page of what leaves the house: what waits, what failed, once more.

It tells kinds and receivers and never what a message says: that is the departments' business.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from nancheng.foundation.administration import words
from nancheng.foundation.messages import actions, queries, texts
from nancheng.foundation.messages.models import Outbox
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, tables
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table

VERB = actions.MANAGE


def _receiver(row: Outbox) -> str:
    return row.endpoint.name if row.endpoint else row.address


def _href(row: Outbox) -> str:
    return reverse("administration:message", args=(row.pk,))


OUTBOX = Table(
    key="outbox",
    caption=gettext_lazy("消息发送"),
    order=("-id",),
    empty=gettext_lazy("没有符合条件的消息。"),
    columns=(
        Column("id", gettext_lazy("序号"), role="lead", order=("id",), href=_href),
        Column(
            "state",
            gettext_lazy("发送状态"),
            kind="badge",
            role="lead",
            value=lambda row: words.MESSAGES[queries.state_of(row)][0],
            tone=lambda row: words.MESSAGES[queries.state_of(row)][1],
        ),
        Column(
            "kind",
            gettext_lazy("通知种类"),
            role="main",
            value=lambda row: texts.kind_said(row.code),
            href=_href,
        ),
        Column("channel", gettext_lazy("渠道"), value=lambda row: row.get_channel_display()),
        Column("receiver", gettext_lazy("接收方"), role="wide", value=_receiver),
        Column("created_at", gettext_lazy("生成时间"), kind="moment", order=("created_at",)),
        Column("attempts", gettext_lazy("已试次数"), kind="whole", order=("attempts",)),
        Column("last_error", gettext_lazy("最近错误"), role="wide"),
    ),
    filters=(
        Filter(
            "q",
            gettext_lazy("接收方"),
            lookups=("address__icontains", "endpoint__name__icontains"),
        ),
        Filter(
            "state",
            gettext_lazy("发送状态"),
            kind="choice",
            apply=queries.in_state,
            choices=[(state.value, label) for state, (label, _tone) in words.MESSAGES.items()],
        ),
        Filter(
            "channel",
            gettext_lazy("渠道"),
            kind="choice",
            lookups=("channel",),
            choices=Outbox.Channel.choices,
        ),
    ),
)


@require_safe
@requires(VERB)
def outbox(request: IdentifiedRequest) -> HttpResponse:
    """List what was or is to be sent, and say how it stands."""
    at = timezone.now()
    table = OUTBOX.bind(request, queries.outbox())
    context = {"tally": queries.tally(at=at), "as_of": at}
    return tables.answer(request, "administration/outbox.html", table, context)


@require_safe
@requires(VERB)
def message(request: IdentifiedRequest, outbox_id: int) -> HttpResponse:
    """Show how one message fared."""
    row = queries.outbox().filter(pk=outbox_id).first()
    if row is None:
        raise Http404
    label, tone = words.MESSAGES[queries.state_of(row)]
    context = {
        "row": row,
        "kind": texts.kind_said(row.code),
        "receiver": _receiver(row),
        "state": label,
        "tone": tone,
        "may_retry": row.sent_at is None,
    }
    return pages.render(request, "administration/message.html", context)


@require_POST
@requires(VERB)
def retry(request: IdentifiedRequest, outbox_id: int) -> HttpResponse:
    """Send one message now."""
    if not queries.outbox().filter(pk=outbox_id).exists():
        raise Http404
    count = actions.retry(outbox_id=outbox_id, by=request.identity, at=timezone.now())
    if count:
        messages.success(request, _("已排入发送队列。"))
    else:
        messages.info(request, _("该消息已发出或正在发送。"))
    return redirect("administration:message", outbox_id=outbox_id)


@require_POST
@requires(VERB)
def retry_all(request: IdentifiedRequest) -> HttpResponse:
    """Send everything that was given up once more."""
    count = actions.retry(outbox_id=None, by=request.identity, at=timezone.now())
    said = ngettext("已将 %(num)s 条消息重新排入队列。", "已将 %(num)s 条消息重新排入队列。", count)
    messages.success(request, said % {"num": count})
    return redirect("administration:outbox")
