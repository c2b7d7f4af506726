"""Lists of special bonds: each opens from a figure and closes to a file of the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from nancheng.domains.funds.models import Batch, Payment
from nancheng.domains.funds.queries import bonds, money, payments, projects, reach, statements
from nancheng.domains.funds.queries.projects import Thread
from nancheng.foundation.cases import worklist
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import tables, wording
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table

STATE_TONES = {
    "applied": "blue",
    "reserved": "yellow",
    "posted": "yellow",
    "paid": "green",
    "returned": "red",
    "refused": "red",
    "dropped": "grey",
}


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light with words of its own."""

    tone: str
    words: str


def _batches() -> list[tuple[int, str]]:
    return [(one.pk, f"{one.year} {wording.named(one)}") for one in Batch.objects.all()]


BONDS = Table(
    key="bonds",
    caption=gettext_lazy("债券台账"),
    order=("issued_on", "code"),
    columns=(
        Column("code", gettext_lazy("债券代码"), role="lead", order=("code",)),
        Column(
            "name",
            gettext_lazy("债券名称"),
            role="main",
            value=wording.named,
            href=lambda row: reverse("funds:bond", args=[row.code]),
        ),
        Column("batch", gettext_lazy("批次"), value=lambda row: wording.named(row.batch)),
        Column("amount_fen", gettext_lazy("发行额"), kind="wan", order=("amount_fen",)),
        Column(
            "arrived",
            gettext_lazy("已到账"),
            kind="wan",
            value=lambda row: row.money.arrived_fen,
        ),
        Column("paid", gettext_lazy("已支付"), kind="wan", value=lambda row: row.money.paid_fen),
        Column(
            "coupon",
            gettext_lazy("票面利率"),
            value=lambda row: f"{row.coupon_milli / 1000:.2f}%",
            order=("coupon_milli",),
        ),
        Column("tenor_years", gettext_lazy("期限（年）"), kind="whole", order=("tenor_years",)),
        Column("issued_on", gettext_lazy("发行日"), kind="day", order=("issued_on",)),
        Column("matures_on", gettext_lazy("到期日"), kind="day", order=("matures_on",)),
        Column("projects", gettext_lazy("项目数"), kind="whole", order=("projects",)),
    ),
    filters=(
        Filter("q", gettext_lazy("名称或代码"), lookups=("name__icontains", "code__icontains")),
        Filter(
            "batch", gettext_lazy("批次"), kind="choice", lookups=("batch_id",), choices=_batches
        ),
    ),
)


@require_GET
@requires(reach.VIEW_BONDS)
def bond_list(request: IdentifiedRequest) -> HttpResponse:
    """List the bonds within reach."""
    table = BONDS.bind(
        request,
        bonds.listed(request.identity),
        load=lambda rows: bonds.load(rows, request.identity),
    )
    return tables.answer(request, "funds/bonds.html", table)


def _by_light(rows: list[Thread], light: str) -> list[Thread]:
    return [row for row in rows if row.light == light]


def _by_words(rows: list[Thread], words: str) -> list[Thread]:
    return [row for row in rows if words in row.name or words in row.number]


def _by_field(rows: list[Thread], field: str) -> list[Thread]:
    return [row for row in rows if row.field_code == field]


LIGHTS = [
    ("green", gettext_lazy("正常")),
    ("yellow", gettext_lazy("闲置超限")),
    ("red", gettext_lazy("长期闲置")),
]


def idle_lamp(thread: Thread) -> Lamp:
    """Return a project's idle light with its words."""
    return Lamp(thread.light.value, str(dict(LIGHTS)[thread.light.value]))


PROJECTS = Table(
    key="projects",
    caption=gettext_lazy("项目资金"),
    columns=(
        Column("light", gettext_lazy("资金状态"), kind="light", role="lead", value=idle_lamp),
        Column(
            "name",
            gettext_lazy("项目"),
            role="main",
            value=wording.named,
            href=lambda row: reverse("funds:project", args=[row.number]),
            order=("number",),
        ),
        Column("field", gettext_lazy("投向领域")),
        Column("allocated_fen", gettext_lazy("额度"), kind="wan", order=("allocated",)),
        Column(
            "arrived_fen",
            gettext_lazy("已到账"),
            kind="wan",
            value=lambda row: row.money.arrived_fen,
            order=("arrived",),
        ),
        Column(
            "reserved_fen",
            gettext_lazy("已预留"),
            kind="wan",
            value=lambda row: row.money.reserved_fen,
            order=("reserved",),
        ),
        Column(
            "paid_fen",
            gettext_lazy("已支付"),
            kind="wan",
            value=lambda row: row.money.paid_fen,
            order=("paid",),
        ),
        Column(
            "unpaid_fen",
            gettext_lazy("结存"),
            kind="wan",
            value=lambda row: row.money.unpaid_fen,
            order=("unpaid",),
        ),
        Column("idle_fen", gettext_lazy("超期闲置"), kind="wan", order=("idle",)),
        Column(
            "progress",
            gettext_lazy("支出进度"),
            kind="percent",
            value=lambda row: row.paid_permille / 1000,
            order=("progress",),
        ),
    ),
    filters=(
        Filter("q", gettext_lazy("项目名称或编号"), apply=_by_words),
        Filter("light", gettext_lazy("资金状态"), kind="choice", choices=LIGHTS, apply=_by_light),
        Filter(
            "field",
            gettext_lazy("投向领域"),
            kind="choice",
            choices=projects.fields,
            apply=_by_field,
        ),
    ),
)


@require_GET
@requires(reach.VIEW_PROJECTS)
def project_list(request: IdentifiedRequest) -> HttpResponse:
    """List the money of the projects within reach, with a line of totals."""
    on = timezone.localdate()
    table = PROJECTS.bind(request, projects.threads(request.identity, on=on))
    shown: list[Thread] = list(table.everything)
    where = money.total(row.money for row in shown)
    totals = {
        "allocated_fen": sum(row.allocated_fen for row in shown),
        "arrived_fen": where.arrived_fen,
        "reserved_fen": where.reserved_fen,
        "paid_fen": where.paid_fen,
        "unpaid_fen": where.unpaid_fen,
        "idle_fen": sum(row.idle_fen for row in shown),
    }
    table = PROJECTS.bind(request, shown, totals=totals)
    return tables.answer(
        request, "funds/projects.html", table, {"on": on, "totals": totals, "count": len(shown)}
    )


def _on_its_way(rows: QuerySet[Payment], value: str) -> QuerySet[Payment]:
    if value == "overdue":
        return rows.filter(case__status="open", case__due_on__lt=timezone.localdate())
    if value == "spent":
        # What the ledger calls paid: ordered, whether or not the bank has answered.
        return rows.filter(state__in=(Payment.State.POSTED, Payment.State.PAID))
    return rows.filter(state=value)


def _step(row: Any) -> str:
    return wording.named(row.step) if row.step else ""


PAYMENTS = Table(
    key="payments",
    caption=gettext_lazy("资金拨付"),
    order=("-applied_on", "-id"),
    columns=(
        Column(
            "state",
            gettext_lazy("状态"),
            kind="badge",
            role="lead",
            value=lambda row: row.get_state_display(),
            tone=lambda row: STATE_TONES[row.state],
        ),
        Column(
            "number",
            gettext_lazy("事项编号"),
            role="lead",
            value=lambda row: row.case.number,
            order=("case__number",),
        ),
        Column(
            "title",
            gettext_lazy("事项"),
            role="main",
            value=lambda row: row.case.title,
            href=lambda row: reverse("cases:case", args=[row.case.number]),
        ),
        Column("amount_fen", gettext_lazy("金额（元）"), kind="money", order=("amount_fen",)),
        Column("payee", gettext_lazy("收款单位"), value=lambda row: wording.named(row.payee)),
        Column("step", gettext_lazy("当前环节"), value=_step),
        Column("light", gettext_lazy("期限"), kind="light", value=lambda row: row.lamp),
        Column("applied_on", gettext_lazy("申请日"), kind="day", order=("applied_on",)),
    ),
    filters=(
        Filter(
            "q",
            gettext_lazy("事项、编号或用途"),
            lookups=("case__title__icontains", "case__number__icontains", "purpose__icontains"),
        ),
        Filter(
            "state",
            gettext_lazy("状态"),
            kind="choice",
            choices=[
                *Payment.State.choices,
                ("spent", gettext_lazy("已支付（含待回单）")),
                ("overdue", gettext_lazy("全程超期")),
            ],
            apply=_on_its_way,
        ),
        Filter(
            "project", gettext_lazy("项目编号"), lookups=("allocation__project__project__number",)
        ),
        Filter("month", gettext_lazy("申请月份"), kind="month", lookups=("applied_on",)),
    ),
)


@require_GET
@requires(reach.VIEW_PAYMENTS)
def payment_list(request: IdentifiedRequest) -> HttpResponse:
    """List the payments within reach."""
    now = worklist.today(timezone.now())

    def load(rows: list[Payment]) -> list[Payment]:
        found = payments.load(rows)
        for row in found:
            row.lamp = _lamp(now, row)  # type: ignore[attr-defined]
        return found

    table = PAYMENTS.bind(request, payments.listed(request.identity), load=load)
    may_apply = reach.APPLY in request.identity.verbs
    return tables.answer(request, "funds/payments.html", table, {"may_apply": may_apply})


def _lamp(now: worklist.Today, row: Any) -> Lamp | None:
    due_on: date | None = row.step_due_on
    if row.case.status != "open" or due_on is None:
        return None
    left = (due_on - now.on).days
    words = _("超期 %(days)s 天") if left < 0 else _("剩余 %(days)s 天")
    return Lamp(now.light(due_on).value, words % {"days": abs(left)})


LEDGER = Table(
    key="ledger",
    caption=gettext_lazy("资金明细账"),
    columns=(
        Column("booked_on", gettext_lazy("记账日"), kind="day", role="lead"),
        Column("words", gettext_lazy("摘要"), role="main"),
        Column("bond", gettext_lazy("债券"), role="lead"),
        Column(
            "case_number",
            gettext_lazy("事项编号"),
            role="lead",
            href=lambda row: (
                reverse("cases:case", args=[row.case_number]) if row.case_number else ""
            ),
        ),
        Column("in_fen", gettext_lazy("收入（元）"), kind="money"),
        Column("out_fen", gettext_lazy("支出（元）"), kind="money"),
        Column("held_fen", gettext_lazy("预留变动（元）"), kind="money"),
        Column("balance_fen", gettext_lazy("余额（元）"), kind="money"),
        Column("available_fen", gettext_lazy("可用（元）"), kind="money"),
        Column("by", gettext_lazy("经办")),
    ),
    per_page=100,
)


@require_GET
@requires("funds.ledger.view")
def ledger(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Show a project's book of bond money with its running balance."""
    found = statements.of_project(number, request.identity, on=timezone.localdate())
    if found is None:
        raise Http404
    totals = {
        "in_fen": sum(line.in_fen for line in found.lines),
        "out_fen": sum(line.out_fen for line in found.lines),
        "held_fen": sum(line.held_fen for line in found.lines),
        "balance_fen": found.thread.money.unpaid_fen,
        "available_fen": found.thread.money.available_fen,
    }
    table = LEDGER.bind(request, found.lines, totals=totals)
    return tables.answer(request, "funds/ledger.html", table, {"thread": found.thread})
