"""Lists: what waits for me, what I did, what I started, all cases within reach, departments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from nancheng.foundation.cases import (
    actions,
    bindings,
    definitions,
    desk,
    forms,
    listed,
    migrating,
    queries,
    versions,
    worklist,
)
from nancheng.foundation.cases.models import Case, ProcessVersion
from nancheng.foundation.people.guards import identified, requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, tables
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Action, Table
from nancheng.kernel.process import bpmn
from nancheng.kernel.refusal import Refused

CLAIM_MANY_MAX = 50


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of cases, for a filter."""
    return [(kind, str(binding.name)) for kind, binding in bindings.all_bindings().items()]


_LAMP = Column(
    "lamp",
    gettext_lazy("状态"),
    kind="light",
    role="lead",
    order=("due_on",),
    href=lambda row: row.why,
    drawer=True,
)
_NUMBER = Column(
    "number",
    gettext_lazy("事项编号"),
    order=("case__number",),
    role="lead",
    href=lambda row: listed.CASE(row.number),
)
_TITLE = Column("title", gettext_lazy("标题"), role="main", href=lambda row: row.href, drawer=True)
_STEP = Column("step", gettext_lazy("当前环节"), kind="badge", order=("node",))
_KIND = Column("kind", gettext_lazy("流程"), role="wide")
_DEPARTMENT = Column("department", gettext_lazy("发起单位"), role="wide")
_OPENER = Column("opener", gettext_lazy("发起人"))
_SEARCH = Filter(
    "q", gettext_lazy("标题 / 事项编号"), apply=partial(worklist.searched, case="case__")
)
_KINDS = Filter("kind", gettext_lazy("流程"), kind="choice", lookups=("case__kind",), choices=kinds)

INBOX = Table(
    key="inbox",
    caption=gettext_lazy("我的待办"),
    columns=(
        _LAMP,
        _NUMBER,
        _TITLE,
        _STEP,
        _KIND,
        _DEPARTMENT,
        _OPENER,
        Column("at", gettext_lazy("到达时间"), kind="moment", order=("arrived_at",)),
        Column("due_on", gettext_lazy("办理期限"), kind="day", order=("due_on",)),
    ),
    filters=(_SEARCH, _KINDS),
    actions=(Action(gettext_lazy("办理"), lambda row: row.href, drawer=True),),
    order=("due_on", "arrived_at"),
    empty=gettext_lazy("没有待办任务，今天的事都办完了。"),
)
DONE = Table(
    key="done",
    caption=gettext_lazy("我的已办"),
    columns=(
        _NUMBER,
        _TITLE,
        _STEP,
        _KIND,
        _DEPARTMENT,
        _OPENER,
        Column("at", gettext_lazy("办理时间"), kind="moment", order=("done_at",)),
        Column("state", gettext_lazy("办件状态"), kind="badge"),
    ),
    filters=(_SEARCH, _KINDS),
    actions=(Action(gettext_lazy("查看"), lambda row: row.href, drawer=True),),
    order=("-done_at",),
    empty=gettext_lazy("还没有办过的任务。"),
)
_CASE_COLUMNS = (
    _LAMP,
    Column(
        "number",
        gettext_lazy("事项编号"),
        order=("number",),
        role="lead",
        href=lambda row: row.href,
    ),
    Column("title", gettext_lazy("标题"), role="main", href=lambda row: row.href),
    Column("step", gettext_lazy("当前环节")),
    _KIND,
    _DEPARTMENT,
    _OPENER,
    Column("at", gettext_lazy("发起时间"), kind="moment", order=("opened_at",)),
    Column("due_on", gettext_lazy("办理期限"), kind="day", order=("due_on",)),
    Column("state", gettext_lazy("办件状态"), kind="badge", order=("status",)),
)
_CASE_FILTERS = (
    Filter("q", gettext_lazy("标题 / 事项编号"), apply=worklist.searched),
    Filter("kind", gettext_lazy("流程"), kind="choice", lookups=("kind",), choices=kinds),
    Filter(
        "status",
        gettext_lazy("办件状态"),
        kind="choice",
        lookups=("status",),
        choices=Case.Status.choices,
    ),
    Filter("opened", gettext_lazy("发起月份"), kind="month", lookups=("opened_at__date",)),
)
STARTED = Table(
    key="started",
    caption=gettext_lazy("我发起的"),
    columns=_CASE_COLUMNS,
    filters=_CASE_FILTERS,
    order=("-opened_at",),
    empty=gettext_lazy("还没有发起过办件。"),
)
CASES = Table(
    key="cases",
    caption=gettext_lazy("办件查询"),
    columns=_CASE_COLUMNS,
    filters=_CASE_FILTERS,
    order=("-opened_at",),
    empty=gettext_lazy("您的权限范围内还没有办件。"),
)


@require_GET
@identified
def home(request: IdentifiedRequest) -> HttpResponse:
    """Begin the day at the work list."""
    return redirect("cases:inbox")


@require_GET
@identified
def inbox(request: IdentifiedRequest) -> HttpResponse:
    """Show what waits for this identity."""
    now = worklist.today(timezone.now())
    mine = worklist.inbox(request.identity)
    counts = worklist.lights(mine, now)
    light = request.GET.get("light", "")
    shown = mine.filter(now.when(light)) if light in counts and light != "all" else mine
    table = INBOX.bind(
        request, shown.only("id"), load=lambda rows: listed.task_lines(rows, now, request.identity)
    )
    return tables.answer(
        request,
        "cases/inbox.html",
        table,
        {
            "tabs": light_tabs(request, light, counts),
            "claimable": [row.task_id for row in table.loaded if row.claimable],
            "key": forms.new_key(),
        },
    )


@require_GET
@identified
def done(request: IdentifiedRequest) -> HttpResponse:
    """Show what this identity has done."""
    now = worklist.today(timezone.now())
    rows = worklist.done(request.identity).only("id")
    table = DONE.bind(
        request, rows, load=lambda found: listed.task_lines(found, now, request.identity, done=True)
    )
    return tables.answer(request, "cases/list.html", table)


@require_GET
@identified
def started(request: IdentifiedRequest) -> HttpResponse:
    """Show the cases this identity opened."""
    return _cases(request, STARTED, worklist.started(request.identity))


@require_GET
@requires(queries.VIEW)
def search(request: IdentifiedRequest) -> HttpResponse:
    """Show all cases within reach."""
    return _cases(request, CASES, queries.listed(request.identity))


@require_GET
@requires(queries.VIEW)
def processes(request: IdentifiedRequest) -> HttpResponse:
    """Show the published drawings."""
    found = queries.newest_versions()
    return pages.render(request, "cases/processes.html", {"processes": found})


@require_GET
@requires(queries.VIEW)
def process(request: IdentifiedRequest, kind: str) -> HttpResponse:
    """Show a drawing with its lanes, limits and legal basis."""
    found = ProcessVersion.objects.filter(key=kind).order_by("-version").first()
    if found is None or kind not in bindings.all_bindings():
        raise Http404
    definition = definitions.definition(found.pk)
    program = definitions.program(found.pk)
    return pages.render(
        request,
        "cases/process.html",
        {
            "process": found,
            "names": desk.element_names(definition),
            "definition": definition,
            "diagram": bpmn.diagram(definition),
            "program": program,
            "steps": versions.steps(program),
            "may_publish": migrating.owns(request.identity),
        },
    )


@require_POST
@identified
def claim_many(request: IdentifiedRequest) -> HttpResponse:
    """签收 several tasks at once; each stands for itself, and those that went are counted."""
    given = request.POST.getlist("task")[:CLAIM_MANY_MAX]
    key = request.POST.get("key", "")[: forms.KEY_MAX] or forms.new_key()
    taken, missed = 0, 0
    for text in given:
        try:
            task_id = int(text)
            actions.claim(
                task_id=task_id, by=request.identity, at=timezone.now(), key=f"{key}{task_id}"[-60:]
            )
            taken += 1
        except (ValueError, Refused):
            # Another hand was faster, or the id is nobody's business: the rest is still taken.
            missed += 1
    messages.success(request, _("已签收 %(taken)s 件。") % {"taken": taken})
    if missed:
        messages.warning(
            request,
            ngettext(
                "%(num)s 件未能签收（可能已被他人签收）。",
                "%(num)s 件未能签收（可能已被他人签收）。",
                missed,
            )
            % {"num": missed},
        )
    return redirect("cases:inbox")


def _cases(request: IdentifiedRequest, table: Table, rows: QuerySet[Case]) -> HttpResponse:
    now = worklist.today(timezone.now())
    bound = table.bind(request, rows.only("id"), load=lambda found: listed.case_lines(found, now))
    return tables.answer(request, "cases/list.html", bound)


def light_tabs(
    request: IdentifiedRequest, light: str, counts: Mapping[str, int]
) -> list[dict[str, Any]]:
    words = {
        "all": _("全部"),
        "red": _("超期"),
        "yellow": _("临期"),
        "green": _("正常"),
        "grey": _("未计时"),
    }
    here = request.path
    return [
        {
            "label": label,
            "count": counts[name],
            "href": here if name == "all" else f"{here}?light={name}",
            "is_current": name == (light or "all"),
        }
        for name, label in words.items()
        if name in ("all", light) or counts[name] or name != "grey"
    ]
