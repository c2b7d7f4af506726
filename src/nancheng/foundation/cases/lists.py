"""Lists: what waits for me, what I did, what I started, all cases within reach, departments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
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
    lamps,
    migrating,
    queries,
    versions,
    worklist,
)
from nancheng.foundation.cases.lamps import Lamp
from nancheng.foundation.cases.models import Case, ProcessVersion, Task
from nancheng.foundation.cases.worklist import Today
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.guards import identified, requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import pages, tables, wording
from nancheng.foundation.web.addresses import Address
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Action, Table
from nancheng.kernel.process import bpmn
from nancheng.kernel.refusal import Refused

CLAIM_MANY_MAX = 50
CASE = Address("cases:case", "AA-2026-000001")
CASE_CLOCK = Address("cases:case-clock", "AA-2026-000001")
TASK = Address("cases:task", 1000000)
CLOCK = Address("cases:clock", 1000000)


@dataclass(frozen=True, slots=True)
class Line:
    """A task or case as a list shows it."""

    lamp: Lamp
    number: str
    title: str
    step: str
    kind: str
    department: str
    opener: str
    at: datetime | None
    due_on: date | None
    state: str
    href: str
    claimable: bool = False
    task_id: int = 0
    why: str = ""


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
    href=lambda row: CASE(row.number),
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
        request, shown.only("id"), load=lambda rows: task_lines(rows, now, request.identity)
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
        request, rows, load=lambda found: task_lines(found, now, request.identity, done=True)
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
    return _cases(request, CASES, queries.visible(request.identity))


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
    bound = table.bind(request, rows.only("id"), load=lambda found: _case_lines(found, now))
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


_TASK_VALUES = (
    "id",
    "name",
    "name_en",
    "state",
    "post_id",
    "claimed_by_id",
    "done_by_id",
    "done_by__person__name",
    "done_for__person__name",
    "arrived_at",
    "done_at",
    "due_on",
    "due_at",
    "clock__is_provisional",
    "case__number",
    "case__title",
    "case__kind",
    "case__status",
    "case__department__name",
    "case__department__name_en",
    "case__opened_by__person__name",
)


def task_lines(
    found: Iterable[Task], now: Today, actor: Actor, *, done: bool = False
) -> list[Line]:
    """Return the lines of a page of tasks, in its order. One statement."""
    ids = [task.pk for task in found]
    rows = {row["id"]: row for row in Task.objects.filter(pk__in=ids).values(*_TASK_VALUES)}
    return [_task_line(rows[key], now, actor, done=done) for key in ids if key in rows]


def _whose(row: Mapping[str, Any], actor: Actor, *, done: bool) -> str:
    """Return a task's title, and with whom a deputy is or was at work on it."""
    title = str(row["case__title"])
    if done and row["done_for__person__name"]:
        if row["done_by_id"] == actor.identity_id:
            figures = {"title": title, "name": row["done_for__person__name"]}
            return _("%(title)s（代%(name)s）") % figures
        return _("%(title)s（由%(name)s代办）") % {
            "title": title,
            "name": row["done_by__person__name"],
        }
    hand = rights.doer(
        actor,
        post_id=row["post_id"],
        claimed_by=row["claimed_by_id"],
        kind=row["case__kind"],
    )
    if done or hand is None or hand.acting_for is None:
        return title
    return _("%(title)s（代%(name)s）") % {"title": title, "name": hand.acting_for.name}


def _task_line(row: Mapping[str, Any], now: Today, actor: Actor, *, done: bool) -> Line:
    running = not done and row["case__status"] == Case.Status.OPEN
    return Line(
        lamp=lamps.lit(now, {**row, lamps.MARK: row["clock__is_provisional"]}, running=running),
        why=CLOCK(row["id"]) if row["due_on"] else "",
        number=row["case__number"],
        title=_whose(row, actor, done=done),
        step=wording.named(row),
        kind=_kind_name(row["case__kind"]),
        department=wording.named(row, "case__department__name"),
        opener=row["case__opened_by__person__name"],
        at=row["done_at"] if done else row["arrived_at"],
        due_on=row["due_on"],
        state=str(Case.Status(row["case__status"]).label),
        href=TASK(row["id"]),
        claimable=row["state"] == Task.State.OFFERED,
        task_id=row["id"],
    )


_CASE_VALUES = (
    "id",
    "number",
    "title",
    "kind",
    "status",
    "opened_at",
    "due_on",
    "department__name",
    "department__name_en",
    "opened_by__person__name",
)


def _case_lines(shown: Iterable[Case], now: Today) -> list[Line]:
    """Return the lines of a page of cases, in its order, with the steps they wait at. Two."""
    ids = [case.pk for case in shown]
    found = Case.objects.filter(pk__in=ids).annotate(**{lamps.MARK: queries.is_provisional()})
    rows = {row["id"]: row for row in found.values(*_CASE_VALUES, lamps.MARK)}
    steps: dict[int, list[str]] = {}
    for task in queries.open_tasks(ids):
        steps.setdefault(task.case_id, []).append(wording.named(task))
    return [_case_line(rows[key], steps.get(key, []), now) for key in ids if key in rows]


def _case_line(row: Mapping[str, Any], steps: list[str], now: Today) -> Line:
    running = row["status"] == Case.Status.OPEN
    return Line(
        lamp=lamps.lit(now, row, running=running),
        why=CASE_CLOCK(row["number"]) if row["due_on"] else "",
        number=row["number"],
        title=row["title"],
        step=wording.listed(dict.fromkeys(steps)),
        kind=_kind_name(row["kind"]),
        department=wording.named(row, "department__name"),
        opener=row["opened_by__person__name"],
        at=row["opened_at"],
        due_on=row["due_on"],
        state=str(Case.Status(row["status"]).label),
        href=CASE(row["number"]),
    )


def _kind_name(kind: str) -> str:
    found = bindings.all_bindings().get(kind)
    return str(found.name) if found else kind
