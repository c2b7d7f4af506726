"""The page of the audit administrator: roots, verifications, and asking for one."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from nancheng.foundation.audit import actions, queries
from nancheng.foundation.audit.rules import VIEW, Difference
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages

ROOTS_SHOWN = 15
VERIFICATIONS_SHOWN = 10
WORDS: Mapping[str, str | Promise] = {
    Difference.CHANGED: gettext_lazy("内容被改动"),
    Difference.HASH: gettext_lazy("校验值被改动"),
    Difference.MISSING: gettext_lazy("缺少记录"),
    Difference.REORDERED: gettext_lazy("顺序被调换"),
    Difference.HEAD: gettext_lazy("办件登记的末条与轨迹不符"),
    Difference.SEALED: gettext_lazy("已封存的记录缺失或被替换"),
    Difference.CASE: gettext_lazy("整个办件缺失"),
    Difference.ORPHANS: gettext_lazy("轨迹所属办件缺失"),
    Difference.ROOT: gettext_lazy("总根与所封存内容不符"),
    Difference.TRANSFERS: gettext_lazy("已封存的资金划转不符"),
    Difference.BALANCES: gettext_lazy("账户余额与划转不符"),
    Difference.JOURNAL: gettext_lazy("操作日志缺失或被改动"),
    Difference.JOURNAL_SEALED: gettext_lazy("操作日志与总根所封存的不符"),
    Difference.NOTED: gettext_lazy("总根与库外留存不符"),
}
assert set(WORDS) == set(Difference)


@require_safe
@requires(VIEW)
def verification(request: IdentifiedRequest) -> HttpResponse:
    """Show the newest roots and what the last verifications found. Two statements."""
    found = queries.last_verifications(most=VERIFICATIONS_SHOWN)
    return pages.render(
        request,
        "audit/verification.html",
        {
            "roots": queries.last_roots(most=ROOTS_SHOWN),
            "verifications": found,
            "running": next((one for one in found if one.finished_at is None), None),
            "words": WORDS,
        },
    )


@require_POST
@requires(VIEW)
def verify(request: IdentifiedRequest) -> HttpResponse:
    """Ask for a verification of everything."""
    actions.ask(since=None, by=request.identity, at=timezone.now())
    messages.success(request, _("已提交核验，后台将逐件核对。"))
    return redirect("audit:verification")
