"""Pages of what does not move: the list of incidents, one incident, and what may be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nancheng.foundation.cases import (
    actions,
    corrections,
    definitions,
    desk,
    dispatching,
    forms,
    incidents,
    mending,
    queries,
)
from nancheng.foundation.cases.corrections import Correction
from nancheng.foundation.cases.models import Case, Errand, Wait
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import pages, refusals, tables
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Action, Table
from nancheng.kernel.refusal import Refused

CAUSES: Mapping[str, str | Promise] = {
    "process.error-uncaught": gettext_lazy("出错，流程图没有规定如何处理"),
    "process.condition-failed": gettext_lazy("条件无法判断"),
    "process.no-way-out": gettext_lazy("没有符合条件的去向"),
    "process.key-failed": gettext_lazy("对应值无法得出"),
    "process.timer-failed": gettext_lazy("时间无法得出"),
    "process.collection-failed": gettext_lazy("会签对象无法得出"),
    "process.completion-condition-failed": gettext_lazy("会签完成条件无法判断"),
    "process.join-starved": gettext_lazy("汇合等不到其余分支"),
    "process.too-many-moves": gettext_lazy("自动环节循环不止"),
    "process.mapping-failed": gettext_lazy("变量对应无法得出"),
    "cases.timer-failed": gettext_lazy("到时处理未能完成"),
    "cases.errand-failed": gettext_lazy("转达时发生故障"),
    "cases.message-ambiguous": gettext_lazy("有多个办件在等同一消息"),
    "cases.message-unclaimed": gettext_lazy("消息到期仍无办件接收"),
    "cases.message-starts-several": gettext_lazy("有多个流程由同一消息开始"),
    "cases.calls-too-deep": gettext_lazy("子办件层层调用过深"),
    "cases.nobody-opens": gettext_lazy("无人可作发起人"),
    "cases.nobody-at-post": gettext_lazy("找不到承办岗位"),
    "cases.not-deployed": gettext_lazy("流程尚未发布"),
}
# Our choice: a message that more cases await is told apart by hand no more.
CANDIDATES_MAX = 50
TOKEN, TIMER, ERRAND = "token", "timer", "errand"
WHAT: Mapping[str, str | Promise] = {
    TOKEN: gettext_lazy("环节受阻"),
    TIMER: gettext_lazy("到时未办"),
    ERRAND: gettext_lazy("转达受阻"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An incident as a list shows it."""

    number: str
    case_href: str
    title: str
    step: str
    cause: str | Promise
    detail: str
    attempts: int
    at: datetime | None
    href: str


def _table(what: str, number: tuple[str, ...], order: str) -> Table:
    lookups = tuple(f"{name}__icontains" for name in number)
    return Table(
        key=f"incidents-{what}",
        caption=gettext_lazy("异常办件"),
        columns=(
            Column("number", gettext_lazy("事项编号"), role="lead", href=lambda r: r.case_href),
            Column("title", gettext_lazy("标题"), role="main", href=lambda r: r.href, drawer=True),
            Column("step", gettext_lazy("当前环节"), kind="badge"),
            Column("cause", gettext_lazy("原因")),
            Column("detail", gettext_lazy("说明")),
            Column("attempts", gettext_lazy("已试次数"), kind="whole"),
            Column("at", gettext_lazy("下次重试"), kind="moment"),
        ),
        filters=(Filter("q", gettext_lazy("标题 / 事项编号"), lookups=lookups),),
        actions=(Action(gettext_lazy("处理"), lambda row: row.href, drawer=True),),
        order=(order,),
        empty=gettext_lazy("没有异常，一切都在办理。"),
    )


_OF_CASE = ("case__number", "case__title")
TABLES: Mapping[str, Table] = {
    TOKEN: _table(TOKEN, _OF_CASE, "-id"),
    TIMER: _table(TIMER, _OF_CASE, "due_at"),
    ERRAND: _table(ERRAND, ("source__number", "source__title", "name"), "-id"),
}
ROWS: Mapping[str, Callable[[Actor | None], QuerySet[Any]]] = {
    TOKEN: incidents.tokens,
    TIMER: incidents.timers,
    ERRAND: incidents.troubled,
}


@require_safe
@requires(queries.VIEW)
def listed(request: IdentifiedRequest) -> HttpResponse:
    """List what does not move, within reach: stuck steps, timers, errands."""
    what = request.GET.get("show", TOKEN)
    what = what if what in TABLES else TOKEN
    table = TABLES[what].bind(
        request, ROWS[what](request.identity), load=lambda found: _lines(what, found)
    )
    return tables.answer(request, "cases/incidents.html", table, {"tabs": _tabs(request, what)})


def _tabs(request: IdentifiedRequest, what: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "count": ROWS[name](request.identity).count(),
            "href": request.path if name == TOKEN else f"{request.path}?show={name}",
            "is_current": name == what,
        }
        for name, label in WHAT.items()
    ]


def _lines(what: str, rows: Iterable[Any]) -> list[Line]:
    return [_line(what, row) for row in rows]


def _line(what: str, row: Any) -> Line:
    case = case_of(row)
    code, detail = cause_of(row)
    return Line(
        number=case.number if case else "—",
        case_href=reverse("cases:case", args=[case.number]) if case else "",
        title=case.title if case else row.name,
        step=step_of(row),
        cause=CAUSES.get(code, code),
        detail=detail,
        attempts=row.attempts,
        at=next_try(row),
        href=reverse("cases:incident", args=[what, row.pk]),
    )


def case_of(row: Wait | Errand) -> Case | None:
    """Return the case that something which does not move belongs to, if any."""
    return row.case if isinstance(row, Wait) else row.source or row.target


def cause_of(row: Wait | Errand) -> tuple[str, str]:
    """Return the code of what keeps a row from moving, and the detail."""
    if isinstance(row, Errand):
        return row.code, row.detail
    return str(row.data.get("code", "cases.timer-failed")), str(row.data.get("detail", ""))


def next_try(row: Wait | Errand) -> datetime | None:
    """Return when something that does not move is tried again by itself, if it is."""
    if isinstance(row, Wait):
        return row.leased_until
    return row.due_at if row.state == Errand.State.WAITING else None


def step_of(row: Wait | Errand) -> str:
    """Return the step at which something does not move."""
    case = row.case if isinstance(row, Wait) else row.source
    if case is None or not row.node:
        return str(row.get_kind_display()) if isinstance(row, Errand) else row.node
    return desk.step_name(definitions.program(case.process_id), row.node)


# --- on the page of a case ---------------------------------------------------------------------


def in_words(rows: Iterable[Wait], case: Case) -> list[Line]:
    """Return what is stuck in a case as its page shows it."""
    lines = []
    for row in rows:
        row.case = case
        lines.append(_line(TIMER if row.kind == "timer" else TOKEN, row))
    return lines


def of_relatives(case: Case, actor: Actor) -> dict[str, Any]:
    """Return the cases a case has called, what is stuck in them, and errands that fail.

    No statement where the drawing calls nobody and tells nobody anything.
    """
    if not definitions.speaks(case.process_id) and case.caller_id is None:
        return {"called": [], "below": [], "failing": []}
    called = list(incidents.called(case.pk, actor))
    below = incidents.below(case.pk, actor) if called else []
    return {
        "called": called,
        "below": [_line(TOKEN, wait) for wait in below],
        "failing": [_line(ERRAND, errand) for errand in incidents.failing(case.pk)],
    }


# --- one incident -------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires(queries.VIEW)
def incident(request: IdentifiedRequest, what: str, ref: int) -> HttpResponse:
    """Show one incident, and do about it what this identity may."""
    row = _row(request, what, ref)
    acts = _acts(request, what, row)
    given = request.POST.get("act", "")
    if request.method == "POST":
        if given not in acts:
            raise Http404
        form = acts[given]
        if form.is_valid():
            try:
                _do(given, row, form.cleaned_data, request.identity)
            except Refused as refused:
                refusals.beside(form, refused)
            else:
                return _done(request, given)
    return _page(request, what, row, acts, status=422 if given else 200)


def _row(request: IdentifiedRequest, what: str, ref: int) -> Any:
    if what not in ROWS:
        raise Http404
    row = ROWS[what](request.identity).filter(pk=ref).first()
    if row is None:
        raise Http404
    return row


def _acts(request: IdentifiedRequest, what: str, row: Any) -> dict[str, django_forms.Form]:
    """Return what this identity may do about an incident, each with its form."""
    acts: dict[str, django_forms.Form] = {}

    def form(act: str, kind: Callable[..., django_forms.Form], **more: Any) -> None:
        data = request.POST if request.POST.get("act") == act else None
        acts[act] = kind(data, prefix=act, **more)

    case = case_of(row)
    if _may_settle(request.identity, row, case):
        form("retry", forms.Bare)
        if what == ERRAND:
            found = _candidates(row, request.identity)
            if found:
                form("choose", mending.Choose, choices=found)
            form("drop", mending.Drop)
    if case is not None and queries.may(request.identity, corrections.ASK, case):
        names = [(name, f"{name} = {corrections.shown(v)}"[:120]) for name, v in _variables(case)]
        if names:
            form("correct", mending.Correct, choices=names)
    return acts


def _variables(case: Case) -> list[tuple[str, Any]]:
    return sorted(corrections.variables(case).items())


def _may_settle(actor: Actor, row: Any, case: Case | None) -> bool:
    if isinstance(row, Errand):
        return incidents.errands_seen(actor, dispatching.RETRY).filter(pk=row.pk).exists()
    return case is not None and queries.may(actor, dispatching.RETRY, case)


def awaiting(row: Errand, actor: Actor) -> list[Wait]:
    """Return what awaits a message that nobody can place, within an actor's sight."""
    if row.kind != Errand.Kind.MESSAGE:
        return []
    return list(incidents.candidates(row, actor)[:CANDIDATES_MAX])


def _candidates(row: Errand, actor: Actor) -> list[tuple[str, str]]:
    return [
        (f"{wait.case_id}/{wait.item}", f"{wait.case.number} {wait.case.title} · {step_of(wait)}")
        for wait in awaiting(row, actor)
    ]


def _do(act: str, row: Any, given: Mapping[str, Any], by: Actor) -> None:
    at = timezone.now()
    if act == "correct":
        wanted = Correction(_known(row).pk, given["name"], given["text"], given["reason"])
        corrections.propose(wanted, by=by, at=at, key=given["key"])
    elif isinstance(row, Errand):
        _settle(act, row, given, by)
    elif row.kind == "timer":
        dispatching.retry_timer(wait_id=row.pk, by=by)
    else:
        actions.retry(case_id=row.case_id, item=row.item, by=by, at=at, key=given["key"])


def _known(row: Any) -> Case:
    case = case_of(row)
    if case is None:
        raise Http404
    return case


def _settle(act: str, row: Errand, given: Mapping[str, Any], by: Actor) -> None:
    at = timezone.now()
    if act == "choose":
        case_id, item = (int(part) for part in given["target"].split("/"))
        dispatching.choose(errand_id=row.pk, case_id=case_id, item=item, by=by, at=at)
    elif act == "drop":
        dispatching.drop(errand_id=row.pk, reason=given["reason"], by=by, at=at)
    else:
        dispatching.retry_errand(errand_id=row.pk, by=by, at=at)


WORDS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "retry": (gettext_lazy("重试"), gettext_lazy("已重新安排办理。")),
    "choose": (gettext_lazy("指定办件"), gettext_lazy("已指定办件，即将送达。")),
    "correct": (gettext_lazy("更正变量"), gettext_lazy("已提交更正，须由另一人复核后生效。")),
    "drop": (gettext_lazy("放弃转达"), gettext_lazy("已放弃。")),
}


def _done(request: IdentifiedRequest, act: str) -> HttpResponse:
    messages.success(request, str(WORDS[act][1]))
    return redirect("cases:incidents")


def _page(
    request: IdentifiedRequest,
    what: str,
    row: Any,
    acts: Mapping[str, django_forms.Form],
    *,
    status: int,
) -> HttpResponse:
    code, detail = cause_of(row)
    case = case_of(row)
    return pages.render(
        request,
        "cases/incident.html",
        {
            "what": what,
            "words": WHAT[what],
            "row": row,
            "case": case,
            "step": step_of(row),
            "cause": CAUSES.get(code, code),
            "detail": detail,
            "acts": [(act, WORDS[act][0], form) for act, form in acts.items()],
            "may_end": case is not None and "terminate" in desk.case_verbs(case, request.identity),
            "here": _("异常办件"),
        },
        status=status,
    )
