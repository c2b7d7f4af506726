"""The pages of one's own notices."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nancheng.foundation.messages import actions, forms, queries
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages

PER_PAGE = 20


@require_safe
@identified
def notices(request: IdentifiedRequest) -> HttpResponse:
    """Show one's notices: the unread ones, or all."""
    everything = request.GET.get("show") == "all"
    found = queries.notices(request.identity, unread_only=not everything)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [queries.line(notice) for notice in page.object_list],
        "everything": everything,
        "unread": queries.unread(request.identity, at=timezone.now()),
    }
    return pages.render(request, "messages/notices.html", context)


@require_POST
@identified
def open_notice(request: IdentifiedRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and go where it leads."""
    where = queries.target(request.identity, notice_id)
    if where is None:
        raise Http404
    actions.mark_read(
        identity_id=request.identity.identity_id, notice_id=notice_id, at=timezone.now()
    )
    return redirect(where)


@require_POST
@identified
def read_all(request: IdentifiedRequest) -> HttpResponse:
    """Mark all of one's notices as read."""
    count = actions.mark_all_read(identity_id=request.identity.identity_id, at=timezone.now())
    messages.success(request, _("已将 %(count)s 条通知标为已读。") % {"count": count})
    return redirect("notices:list")


@require_http_methods(["GET", "HEAD", "POST"])
@identified
def subscriptions(request: IdentifiedRequest) -> HttpResponse:
    """Choose which of one's notices are mailed as well, and where to."""
    address, codes = queries.chosen(request.identity)
    initial = {
        "address": address or getattr(request.user, "email", ""),
        "kinds": forms.kinds_of(codes),
    }
    form = forms.MailForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.choose_mail(
            address=form.cleaned_data["address"],
            codes=form.codes(),
            by=request.identity,
            at=timezone.now(),
        )
        messages.success(request, _("通知设置已保存。"))
        return redirect("notices:subscriptions")
    status = 422 if form.is_bound else 200
    return pages.render(request, "messages/subscriptions.html", {"form": form}, status=status)
