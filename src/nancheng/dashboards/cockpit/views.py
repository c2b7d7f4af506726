"""The cockpit: asks the queries of the domains and draws."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from nancheng.domains.funds.queries import overview
from nancheng.domains.funds.queries.overview import Overview
from nancheng.foundation.cases import worklist
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import figures, pages, wording
from nancheng.foundation.web.charts import Part, Series

FEN_IN_YI = 10_000_000_000


@require_GET
@requires("cockpit.view")
def cockpit(request: IdentifiedRequest) -> HttpResponse:
    """Show the zone's figures as the reader may see them, with the moment they were read."""
    at = timezone.now()
    funds = overview.overview(request.identity, on=timezone.localdate(at))
    departments = worklist.by_department(request.identity, worklist.today(at))
    context = {
        "at": at,
        "funds": funds,
        "batch_labels": [wording.named(batch) for batch in funds.batches],
        "batch_series": _batch_series(funds),
        "field_parts": _field_parts(funds),
        "departments": departments,
        "open_tasks": sum(row["all"] for row in departments),
        "late_tasks": sum(row["red"] for row in departments),
    }
    return pages.render(request, "cockpit/cockpit.html", context)


def _batch_series(funds: Overview) -> list[Series]:
    def yi(fen: int) -> float:
        return round(fen / FEN_IN_YI, 4)

    return [
        Series(_("额度"), [yi(batch.allocated_fen) for batch in funds.batches]),
        Series(_("已到账"), [yi(batch.money.arrived_fen) for batch in funds.batches]),
        Series(_("已支付"), [yi(batch.money.paid_fen) for batch in funds.batches]),
    ]


def _field_parts(funds: Overview) -> list[Part]:
    projects = reverse("funds:projects")
    return [
        Part(
            # The figure first: what the legend has no room for is the end of a long name.
            label=figures.yi(field.allocated_fen),
            value=float(field.allocated_fen),
            shown=field.label,
            href=f"{projects}?field={field.code}",
        )
        for field in funds.fields
    ]
