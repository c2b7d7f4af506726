"""Pages of slips: issue, list, reply, judge, and which ones the deadlines call for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms as django_forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nancheng.foundation.cases import papers, queries, reaching
from nancheng.foundation.cases.models import Slip, Task
from nancheng.foundation.cases.supervision import actions, forms, rules
from nancheng.foundation.cases.supervision import queries as slips
from nancheng.foundation.cases.supervision.actions import Demand
from nancheng.foundation.cases.supervision.rules import Bounds, Colour
from nancheng.foundation.files import queries as files
from nancheng.foundation.people.guards import identified, requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, tables, wording
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Action, Table

# Our choice: the slips that wait longest are enough to begin with.
RISING_MAX = 50
Forms = Mapping[str, django_forms.Form]

SLIPS = Table(
    key="slips",
    caption=gettext_lazy("督办单"),
    columns=(
        Column(
            "colour",
            gettext_lazy("等级"),
            kind="badge",
            role="lead",
            order=("colour",),
            value=lambda row: row.get_colour_display(),
            tone=lambda row: row.colour,
        ),
        Column("number", gettext_lazy("督办编号"), role="lead", order=("number",)),
        Column(
            "case__title",
            gettext_lazy("标题"),
            role="main",
            href=lambda row: reverse("cases:slip", args=[row.pk]),
            drawer=True,
        ),
        Column("case__number", gettext_lazy("事项编号"), role="lead", order=("case__number",)),
        Column(
            "department",
            gettext_lazy("督办单位"),
            order=("department__path",),
            value=lambda row: wording.named(row.department),
        ),
        Column("issued_at", gettext_lazy("出单时间"), kind="moment", order=("issued_at",)),
        Column("reply_by", gettext_lazy("回复期限"), kind="day", order=("reply_by",)),
        Column("escalations", gettext_lazy("升级次数"), kind="whole", order=("escalations",)),
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            order=("state",),
            value=lambda row: row.get_state_display(),
        ),
        Column("effect", gettext_lazy("成效"), value=lambda row: row.get_effect_display()),
    ),
    filters=(
        Filter(
            "q",
            gettext_lazy("标题 / 编号"),
            lookups=(
                "case__title__icontains",
                "case__number__icontains",
                "number__icontains",
                "department__name__icontains",
            ),
        ),
        Filter(
            "colour",
            gettext_lazy("等级"),
            kind="choice",
            lookups=("colour",),
            choices=Slip.Colour.choices,
        ),
        Filter(
            "state",
            gettext_lazy("状态"),
            kind="choice",
            lookups=("state",),
            choices=Slip.State.choices,
        ),
        Filter("issued", gettext_lazy("出单月份"), kind="month", lookups=("issued_at__date",)),
    ),
    order=("-issued_at",),
    empty=gettext_lazy("没有督办单。"),
)


@dataclass(frozen=True, slots=True)
class Called:
    """A slip that a deadline calls for, as the list shows it."""

    colour: str
    tone: str
    number: str
    title: str
    step: str
    department: str
    due_on: date | None
    href: str


CALLED = Table(
    key="called",
    caption=gettext_lazy("督办建议"),
    columns=(
        Column(
            "colour",
            gettext_lazy("建议等级"),
            kind="badge",
            role="lead",
            tone=lambda row: row.tone,
        ),
        Column(
            "number",
            gettext_lazy("事项编号"),
            role="lead",
            order=("case__number",),
            href=lambda row: reverse("cases:case", args=[row.number]),
        ),
        Column("title", gettext_lazy("标题"), role="main"),
        Column("step", gettext_lazy("当前环节")),
        Column("department", gettext_lazy("督办单位"), order=("department__path",)),
        Column("due_on", gettext_lazy("办理期限"), kind="day", order=("due_on",)),
    ),
    actions=(Action(gettext_lazy("出单"), lambda row: row.href, drawer=True),),
    order=("due_on",),
    empty=gettext_lazy("目前没有临期或超期而尚未督办的任务。"),
)


@require_GET
@requires(queries.VIEW)
def slip_list(request: IdentifiedRequest) -> HttpResponse:
    """Show the slips within reach."""
    rows = slips.within_reach(request.identity).select_related("case", "department")
    return _list(request, SLIPS.bind(request, rows), "cases:slips")


@require_GET
@requires(slips.SUPERVISE)
def called_for(request: IdentifiedRequest) -> HttpResponse:
    """Show the tasks whose deadlines call for a slip that is not there yet."""
    limits = slips.bounds(timezone.now())
    rows = slips.called_for(request.identity, limits).only("id")
    bound = CALLED.bind(request, rows, load=lambda found: _called(found, limits))
    silent = slips.unanswered(request.identity, limits).select_related("case", "department")
    rising = [
        (one, str(Slip.Colour(colour).label), colour.value)
        for one in silent.order_by("reply_by")[:RISING_MAX]
        if (colour := rules.escalated(Colour(one.colour), reply_by=one.reply_by, bounds=limits))
    ]
    return _list(request, bound, "cases:slips-called", rising=rising)


def _called(found: Iterable[Task], limits: Bounds) -> Iterable[Called]:
    for one in slips.proposals(list(found), limits):
        task = one.task
        yield Called(
            colour=str(Slip.Colour(one.colour).label),
            tone=one.colour.value,
            number=task.case.number,
            title=task.case.title,
            step=wording.named(task),
            department=wording.named(task.department),
            due_on=task.due_on,
            href=f"{reverse('cases:supervise', args=[task.case.number])}"
            f"?department={task.department_id}&colour={one.colour}",
        )


def _list(
    request: IdentifiedRequest, table: tables.Bound, here: str, **context: Any
) -> HttpResponse:
    tabs = [
        {"label": words, "href": reverse(page), "count": None, "is_current": page == here}
        for page, words in (("cases:slips", _("督办单")), ("cases:slips-called", _("督办建议")))
        if page == "cases:slips" or request.identity.verbs.get(slips.SUPERVISE)
    ]
    return tables.answer(
        request, "cases/slips.html", table, {"tabs": tabs, "rising": (), **context}
    )


@require_http_methods(["GET", "POST"])
@requires(slips.SUPERVISE)
def issue(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Put a slip on a case."""
    case = reaching.case_of(number, request.identity)
    if not slips.may_issue(request.identity, case):
        raise Http404
    form = forms.Issue(
        request.POST or None,
        departments=slips.departments(case.pk),
        reply_by=slips.reply_day(timezone.now()),
        initial={
            name: request.GET[name] for name in ("department", "colour") if name in request.GET
        },
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if reaching.carried_out(
            form,
            lambda: actions.issue(
                case.pk,
                department_id=given["department"],
                demand=_demand(given),
                by=request.identity,
                at=timezone.now(),
                key=given["key"],
            ),
        ):
            return reaching.done(request, _("督办"), case=case)
    return reaching.form_page(request, form, case, words=_("督办"))


def _demand(given: Mapping[str, Any]) -> Demand:
    return Demand(given["colour"], given["text"], given["reply_by"])


@require_GET
@identified
def slip(request: IdentifiedRequest, slip_id: int) -> HttpResponse:
    """Show a slip with the forms of whoever may reply or judge."""
    found = _shown(request, slip_id)
    return _page(request, found, _blank(request, found))


@require_POST
@identified
def slip_verb(request: IdentifiedRequest, slip_id: int, verb: str) -> HttpResponse:
    """Reply to a slip, reject the reply, escalate or close."""
    found = _shown(request, slip_id)
    form = _bound(verb, request, found)
    form_ids = (
        papers.keep(request, form, purpose=f"slip/{found.pk}")
        if isinstance(form, forms.Reply)
        else []
    )
    if form.is_valid():
        act = _act(verb, found, form.cleaned_data, [one.pk for one in form_ids])
        by, at, key = request.identity, timezone.now(), form.cleaned_data["key"]
        if reaching.carried_out(form, lambda: act(by=by, at=at, key=key)):
            return reaching.done(request, _WORDS[verb], to="cases:slips")
    return _page(request, found, {**_blank(request, found), verb: form})


_WORDS = {
    "reply": gettext_lazy("回复"),
    "reject": gettext_lazy("退回"),
    "escalate": gettext_lazy("升级"),
    "close": gettext_lazy("办结"),
}


def _act(
    verb: str, found: Slip, given: Mapping[str, Any], attachment_ids: list[int]
) -> Callable[..., None]:
    def act(**who: Any) -> None:
        if verb == "reply":
            actions.reply(found.pk, text=given["text"], attachment_ids=attachment_ids, **who)
        elif verb == "reject":
            actions.reject(found.pk, reason=given["reason"], reply_by=given["reply_by"], **who)
        elif verb == "escalate":
            actions.escalate(found.pk, demand=_demand(given), **who)
        else:
            actions.close(found.pk, effect=given["effect"], text=given["text"], **who)

    return act


def _bound(verb: str, request: IdentifiedRequest, found: Slip) -> django_forms.Form:
    day = slips.reply_day(timezone.now())
    if verb == "reply":
        return forms.Reply(request.POST, request.FILES)
    if verb == "reject":
        return forms.Reject(request.POST, reply_by=day)
    if verb == "escalate":
        return forms.Escalate(request.POST, slip=found, reply_by=day)
    if verb == "close":
        return forms.Close(request.POST)
    raise Http404


def _blank(request: IdentifiedRequest, found: Slip) -> dict[str, django_forms.Form]:
    """Return the forms that this actor may fill in now."""
    blank: dict[str, django_forms.Form] = {}
    day = slips.reply_day(timezone.now())
    if slips.may_reply(request.identity, found):
        blank["reply"] = forms.Reply()
    if slips.may_judge(request.identity, found):
        over = found.case.status not in ("open", "suspended")
        if found.state == Slip.State.REPLIED or over:
            blank["close"] = forms.Close()
        if found.state == Slip.State.REPLIED:
            blank["reject"] = forms.Reject(reply_by=day)
        if found.colour != Colour.RED and not over:
            blank["escalate"] = forms.Escalate(slip=found, reply_by=day)
    return blank


def _shown(request: IdentifiedRequest, slip_id: int) -> Slip:
    found = slips.shown(slip_id, request.identity)
    if found is None:
        raise Http404
    return found


def _page(request: IdentifiedRequest, found: Slip, shown: Forms) -> HttpResponse:
    readable = queries.may_read_case(request.identity, found.case_id)
    return pages.render(
        request,
        "cases/slip.html",
        {
            "slip": found,
            "case": found.case,
            "replies": list(found.replies.all()),
            "readable": readable,
            "files": list(files.of_case(found.case_id).filter(purpose=f"slip/{found.pk}"))
            if readable
            else [],
            "forms": [(verb, _WORDS[verb], form) for verb, form in shown.items()],
        },
        status=422 if any(form.is_bound for form in shown.values()) else 200,
    )
