"""Pages of archives: archive a case, and the list of what is archived."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from nancheng.foundation.cases import bindings, queries, reaching
from nancheng.foundation.cases.archive import actions, forms
from nancheng.foundation.cases.archive import queries as archives
from nancheng.foundation.cases.archive.rules import Fault
from nancheng.foundation.cases.models import Archive, Case
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import tables, wording
from nancheng.foundation.web.cells import Column
from nancheng.foundation.web.choosing import Filter
from nancheng.foundation.web.tables import Table

FAULTS = {
    "not-over": gettext_lazy("办件尚未办结。"),
    "paper": gettext_lazy("缺少材料：%(figure)s"),
    "opinions": gettext_lazy("有 %(figure)s 项征求意见尚未答复或撤回。"),
    "slips": gettext_lazy("有 %(figure)s 张督办单尚未办结。"),
    "incidents": gettext_lazy("有 %(figure)s 处异常尚未处理。"),
    "reopenings": gettext_lazy("有重开申请正在复核。"),
    "history": gettext_lazy("办理轨迹第 %(figure)s 条未通过校验，请联系审计员。"),
}


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of cases, for a filter."""
    return [(kind, str(binding.name)) for kind, binding in bindings.all_bindings().items()]


ARCHIVES = Table(
    key="archives",
    caption=gettext_lazy("归档目录"),
    columns=(
        Column("number", gettext_lazy("档号"), role="lead", order=("number",)),
        Column(
            "case__title",
            gettext_lazy("标题"),
            role="main",
            href=lambda row: reverse("cases:case", args=[row.case.number]),
        ),
        Column("case__number", gettext_lazy("事项编号"), role="lead", order=("case__number",)),
        Column(
            "retention",
            gettext_lazy("保管期限"),
            order=("retention",),
            value=lambda row: row.get_retention_display(),
        ),
        Column("events", gettext_lazy("事件数"), kind="whole", order=("events",)),
        Column("papers", gettext_lazy("附件数"), kind="whole", value=lambda row: len(row.manifest)),
        Column("archived_at", gettext_lazy("归档时间"), kind="moment", order=("archived_at",)),
        Column(
            "archived_label",
            gettext_lazy("归档人"),
            value=lambda row: wording.label(row.archived_label),
        ),
    ),
    filters=(
        Filter(
            "q",
            gettext_lazy("标题 / 编号"),
            lookups=("case__title__icontains", "case__number__icontains", "number__icontains"),
        ),
        Filter(
            "retention",
            gettext_lazy("保管期限"),
            kind="choice",
            lookups=("retention",),
            choices=Archive.Retention.choices,
        ),
        Filter("kind", gettext_lazy("流程"), kind="choice", lookups=("case__kind",), choices=kinds),
        Filter("archived", gettext_lazy("归档月份"), kind="month", lookups=("archived_at__date",)),
    ),
    order=("-archived_at",),
    empty=gettext_lazy("还没有归档的办件。"),
)


@require_GET
@requires(queries.VIEW)
def archive_list(request: IdentifiedRequest) -> HttpResponse:
    """Show the archived cases within reach."""
    rows = archives.within_reach(request.identity).select_related("case")
    return tables.answer(request, "cases/list.html", ARCHIVES.bind(request, rows))


@require_http_methods(["GET", "POST"])
@requires(archives.ARCHIVE)
def archive(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Archive a case that is over; what is missing is listed first."""
    case = reaching.case_of(number, request.identity)
    if not archives.may_archive(request.identity, case):
        raise Http404
    form = forms.Seal(
        request.POST or None, initial={"retention": bindings.binding(case.kind).retention}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if reaching.carried_out(
            form,
            lambda: actions.archive(
                case.pk,
                retention=given["retention"],
                note=given["note"],
                by=request.identity,
                at=timezone.now(),
                key=given["key"],
            ),
        ):
            return reaching.done(request, _("归档"), case=case)
    faults = [_said(fault, case) for fault in archives.faults(case)]
    hint = _("归档后办件只能查看，不能再办理、修改或追加。")
    return reaching.form_page(request, form, case, words=_("归档"), hint=hint, faults=faults)


def _said(fault: Fault, case: Case) -> str:
    names = {one.purpose: str(one.name) for one in bindings.binding(case.kind).materials}
    return str(FAULTS[fault.code]) % {"figure": names.get(str(fault.figure), fault.figure)}
