"""Lights by department; each figure opens to the tasks behind it."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from nancheng.foundation.cases import listed, lists, queries, worklist
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import tables, wording
from nancheng.foundation.web.tables import Action

TASKS = replace(
    lists.INBOX,
    key="department",
    caption=gettext_lazy("部门在办任务"),
    actions=(Action(gettext_lazy("查看"), lambda row: row.href, drawer=True),),
    empty=gettext_lazy("没有在办任务。"),
)


@require_GET
@requires(queries.VIEW)
def department(request: IdentifiedRequest, department_id: int) -> HttpResponse:
    """Show a department's open tasks, of the cases within the reader's sight, by light."""
    now = worklist.today(timezone.now())
    posts = worklist.posts_in(department_id)
    rows = worklist.open_in(request.identity, posts)
    counts = worklist.lights(rows, now)
    light = request.GET.get("light", "")
    shown = rows.filter(now.when(light)) if light in counts and light != "all" else rows
    table = TASKS.bind(
        request,
        shown.only("id"),
        load=lambda found: listed.task_lines(found, now, request.identity),
    )
    return tables.answer(
        request,
        "cases/department.html",
        table,
        {
            "tabs": lists.light_tabs(request, light, counts),
            # The name of a department that one sees nothing of is not told.
            "name": wording.named(posts[0], "department__name") if counts["all"] else "",
        },
    )
