"""Why a date is what it is: a page from every light, a print, and files to take away."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from nancheng.foundation.cases import desk, proofs, queries
from nancheng.foundation.cases.models import Clock
from nancheng.foundation.cases.proofs import Proof
from nancheng.foundation.people.guards import identified, requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages

# How each column of a proof is set: proofs.columns().
KINDS = ("lead", "tight", "number", "tight", "main", "tight", "tight", "wide")
FORMS = {
    "csv": ("text/csv; charset=utf-8", proofs.as_csv),
    "txt": ("text/plain; charset=utf-8", proofs.as_text),
}


@require_GET
@identified
def of_task(request: IdentifiedRequest, task_id: int) -> HttpResponse:
    """Explain a task's date day by day."""
    at_desk = desk.at_desk(task_id, request.identity)
    return _page(request, _clock(task_id=at_desk.task.pk))


@require_GET
@requires(queries.VIEW)
def of_case(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Explain the date of a whole case day by day."""
    case = get_object_or_404(queries.visible(request.identity, few=True), number=number)
    return _page(request, _clock(case_id=case.pk, task__isnull=True))


@require_GET
@identified
def proof(request: IdentifiedRequest, clock_id: int, form: str) -> HttpResponse:
    """Give a proof away as a file."""
    if form not in FORMS:
        raise Http404
    clock = _clock(pk=clock_id)
    if clock.task_id is not None:
        desk.at_desk(clock.task_id, request.identity)
    elif not queries.may_read_case(request.identity, clock.case_id):
        raise Http404
    kind, written = FORMS[form]
    answer = HttpResponse(written(proofs.of(clock)), content_type=kind)
    name = f"{clock.case.number}-{clock.pk}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _clock(**which: object) -> Clock:
    rows = Clock.objects.select_related("case", "task", "anchor", "rule")
    found = rows.filter(**which).prefetch_related("pauses", "extensions").first()
    if found is None:
        raise Http404
    return found


def _page(request: IdentifiedRequest, clock: Clock) -> HttpResponse:
    shown = proofs.of(clock)
    return pages.render(
        request,
        "cases/clock.html",
        {
            "proof": shown,
            "clock": clock,
            "heads": proofs.heads(shown),
            **_table(shown),
        },
    )


def _table(shown: Proof) -> dict[str, object]:
    """Return the lines as a table; a column that is empty in every line is left out."""
    rows = proofs.as_rows(shown)
    kept = [number for number in range(len(KINDS)) if any(row[number] for row in rows)]
    counted = [line.counted for line in shown.lines]
    return {
        "columns": [proofs.columns()[number] for number in kept],
        "kinds": [KINDS[number] for number in kept],
        "rows": [
            (is_counted, [row[number] for number in kept])
            for is_counted, row in zip(counted, rows, strict=True)
        ],
    }
