"""A small site that shows every component, for the tests and for whoever changes the look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path

from nancheng.foundation.web import tables
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.menu import Group, Item
from nancheng.kernel.process.definition import (
    Definition,
    Diagram,
    Edge,
    EventSpec,
    Kind,
    Loop,
    Node,
    Shape,
    Trigger,
)
from nancheng.kernel.refusal import Refused

HERE = Path(__file__).parent
AT = datetime(2026, 11, 23, 16, 32, tzinfo=ZoneInfo("Asia/Shanghai"))
MENU = (
    Group(
        "工作台",
        (
            Item("我的待办", "gallery-list", "inbox", count=f"{__name__}.waiting"),
            Item("我的已办", "gallery-form", "check"),
            Item("看不见的", "gallery-refuse", "key", verb="secret.view"),
        ),
    ),
    Group("专项债券", (Item("债券台账", "gallery", "book"), Item("没有的", "nowhere", "card"))),
)
SHELL = {
    "identities": f"{__name__}.identities",
    "notices": f"{__name__}.waiting",
    "notices_page": "gallery-list",
    "search_page": "gallery-list",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is signed in."""

    name: str = "甲某"
    post_name: str = "审核岗"
    department_name: str = "规划建设局"
    identity_id: int = 1
    verbs: frozenset[str] = frozenset({"case.view"})


@dataclass(frozen=True, slots=True)
class Choice:
    """An identity to choose."""

    identity_id: int
    post_name: str
    post_name_en: str
    department_name: str
    department_name_en: str


def identities(*, person_id: int, on: date) -> list[Choice]:
    """Return two identities."""
    return [
        Choice(1, "审核岗", "Reviewer", "规划建设局", "Planning and construction bureau"),
        Choice(2, "经办岗", "Clerk", "财政金融局", "Finance bureau"),
    ]


def waiting(actor: Actor, *, at: datetime) -> int:
    """Return a count for the menu."""
    return 186


@dataclass(frozen=True, slots=True)
class Light:
    """A light with its own words."""

    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class Task:
    """A row of the list."""

    number: str
    title: str
    step: str
    department: str
    amount_fen: int | None
    arrived_at: datetime
    due_on: date
    light: Light


TASKS = [
    Task(
        f"FK-2026-{n:06}",
        f"关于演示{'标准厂房' if n % 2 else '停车设施'}项目第{n}期进度款支付的请示",
        ("初审", "科室复核", "会签", "分管领导审核")[n % 4],
        ("规划建设局", "财政金融局", "行政审批局")[n % 3],
        n * 1_234_567_89 if n % 7 else None,
        AT - timedelta(days=n % 9, hours=n),
        AT.date() + timedelta(days=n % 11 - 4),
        (Light("red", "超期 5 天"), Light("yellow", "剩 2 天"), Light("green", "剩 14 天"))[n % 3],
    )
    for n in range(1, 187)
]

INBOX = tables.Table(
    key="inbox",
    caption="我的待办",
    columns=(
        Column("light", "状态", kind="light", role="lead"),
        Column("number", "事项编号", role="lead", order=("number",)),
        Column("title", "标题", role="main", href=lambda row: f"/drawer/?n={row.number}"),
        Column("step", "当前环节", kind="badge"),
        Column("department", "部门"),
        Column("amount_fen", "金额（元）", kind="money", order=("amount_fen",)),
        Column("arrived_at", "到达时间", kind="moment", order=("arrived_at",)),
        Column("due_on", "办理期限", kind="day", order=("due_on",)),
    ),
    filters=(
        Filter("q", "标题 / 事项编号", lookups=("title__icontains", "number__icontains")),
        Filter(
            "department",
            "部门",
            kind="choice",
            lookups=("department",),
            choices=[(each, each) for each in ("规划建设局", "财政金融局", "行政审批局")],
        ),
        Filter("due", "期限月份", kind="month", lookups=("due_on",)),
    ),
    actions=(
        tables.Action("办理", lambda row: f"/drawer/?n={row.number}", drawer=True),
        tables.Action("轨迹", lambda row: "/"),
    ),
)


class Payment(forms.Form):
    """A form with one field of each kind."""

    # A field of type number forgets what is not a number; a text field keeps it.
    amount = forms.DecimalField(
        label="申请金额（元）",
        help_text="不超过该合同的可用余额",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    due_on = forms.DateField(label="期限", widget=forms.DateInput(attrs={"type": "date"}))
    item = forms.ChoiceField(label="费用科目", choices=[("", "请选择"), ("a", "工程费")])
    kind = forms.ChoiceField(
        label="款项类别", choices=[("a", "进度款"), ("b", "预付款")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="说明", max_length=20, widget=forms.Textarea(attrs={"rows": 3}))
    complete = forms.BooleanField(label="资料齐全")


DIAGRAM = Diagram(
    shapes=(
        Shape("pool", "participant", "资金支付", 0, 0, 620, 250),
        Shape("unit", "lane", "项目单位", 30, 0, 590, 120),
        Shape("office", "lane", "财政金融局", 30, 120, 590, 130),
        Shape("start", "startEvent", "发起", 60, 42, 36, 36),
        Shape("apply", "userTask", "填报支付申请并上传发票", 140, 20, 110, 80),
        Shape("review", "userTask", "财政审核", 290, 145, 110, 80),
        Shape("late", "boundaryEvent", "超期提醒", 380, 207, 36, 36),
        Shape("ok", "exclusiveGateway", "同意？", 440, 160, 50, 50),
        Shape("end", "endEvent", "办结", 550, 167, 36, 36),
    ),
    edges=(
        Edge("f1", "start", "apply", ((96, 60), (140, 60))),
        Edge("f2", "apply", "review", ((250, 60), (345, 60), (345, 145))),
        Edge("f3", "review", "ok", ((400, 185), (440, 185))),
        Edge("f4", "ok", "end", ((490, 185), (550, 185)), "同意"),
        Edge("f5", "ok", "apply", ((465, 160), (465, 40), (250, 40)), "不同意"),
    ),
)
DEFINITION = Definition(
    key="sample",
    nodes={
        "late": Node(
            "late",
            Kind.BOUNDARY,
            event=EventSpec(Trigger.TIMER),
            attached_to="review",
            interrupting=False,
        ),
        "review": Node("review", Kind.USER_TASK, "财政审核", loop=Loop("signers", "signer")),
        "ok": Node("ok", Kind.EXCLUSIVE, default="f4"),
    },
)


def draw(request: HttpRequest, source: str, **context: object) -> HttpResponse:
    """Render a template of this folder."""
    template = engines.all()[0].from_string((HERE / source).read_text())
    return HttpResponse(template.render(context, request), status=context.get("status", 200))


def gallery(request: HttpRequest) -> HttpResponse:
    """Show all components; a posted form comes back with its errors."""
    form = Payment(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return draw(request, "gallery.html", title="组件", at=AT, form=form, status=status)


def listing(request: HttpRequest) -> HttpResponse:
    """Show a list like the inbox."""
    table = INBOX.bind(request, TASKS, totals={"amount_fen": sum(t.amount_fen or 0 for t in TASKS)})
    return table.export() or draw(request, "gallery_list.html", table=table)


def drawer(request: HttpRequest) -> HttpResponse:
    """Show a task; a good form moves the window, a bad one stays."""
    form = Payment(request.POST if request.method == "POST" else None)
    if form.is_bound and request.POST.get("note") == "refuse":
        raise Refused("web.too-many-rows", limit=9)
    if form.is_bound and form.is_valid():
        messages.success(request, "已提交。")
        return redirect("/list/")
    status = 422 if form.is_bound else 200
    return draw(request, "gallery_drawer.html", at=AT, form=form, status=status)


def cockpit(request: HttpRequest) -> HttpResponse:
    """Show the big screen."""
    return draw(request, "gallery_cockpit.html", at=AT)


def pictures(request: HttpRequest) -> HttpResponse:
    """Show a process and the charts."""
    marks = {"done": {"start", "apply"}, "current": {"review"}, "waiting": {"late"}}
    context = {"diagram": DIAGRAM, "definition": DEFINITION, "marks": marks}
    return draw(request, "gallery_drawings.html", **context)


def refuse(request: HttpRequest) -> HttpResponse:
    """Refuse."""
    raise Refused(request.GET.get("code", "web.too-many-rows"), limit=9, amount_fen=100)


def crash(request: HttpRequest) -> HttpResponse:
    """Fail."""
    raise ZeroDivisionError("secret detail")


urlpatterns = [
    path("", gallery, name="gallery"),
    path("form/", gallery, name="gallery-form"),
    path("list/", listing, name="gallery-list"),
    path("drawer/", drawer, name="gallery-drawer"),
    path("cockpit/", cockpit, name="gallery-cockpit"),
    path("pictures/", pictures, name="gallery-pictures"),
    path("refuse/", refuse, name="gallery-refuse"),
    path("crash/", crash, name="gallery-crash"),
    path("account/", include("nancheng.foundation.people.urls")),
]
handler400 = "nancheng.foundation.web.refusals.bad_request"
handler403 = "nancheng.foundation.web.refusals.forbidden"
handler404 = "nancheng.foundation.web.refusals.not_found"
handler500 = "nancheng.foundation.web.refusals.server_error"
