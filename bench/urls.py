"""The product's addresses, and one to open a measured case; for measuring alone."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nancheng.config import urls as product
from nancheng.foundation.cases import actions
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import sql

_WAITING = (
    "SELECT t.id FROM cases_case c JOIN cases_task t ON t.case_id = c.id AND t.state = 'offered'"
    " WHERE c.number = %s"
)


@require_POST
@identified
def open_short(request: IdentifiedRequest) -> HttpResponse:
    """Open a short case as a line of business's own form does; answer with its first task."""
    finance = people.coded("finance")
    opening = Opening("bench.short", "压力测试事项", parties={"finance": finance})
    key = request.POST["key"]
    case = actions.open_case(opening, by=request.identity, at=timezone.now(), key=key)
    (task,) = sql.rows("SELECT id FROM cases_task WHERE case_id = %s", [case.pk])
    return JsonResponse({"number": case.number, "task": task[0]})


@require_GET
@identified
def waiting(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Answer with the open task of a case, as a work list that was read before would."""
    (task,) = sql.rows(_WAITING, [number])
    return JsonResponse({"task": task[0]})


@require_GET
@identified
def nothing(request: IdentifiedRequest) -> HttpResponse:
    """Answer without doing anything, once it is known who asks."""
    return HttpResponse(status=204)


urlpatterns = [
    path("bench/nothing/", nothing),
    path("bench/open/", open_short),
    path("bench/waiting/<str:number>/", waiting),
    *product.urlpatterns,
]
handler400, handler403 = product.handler400, product.handler403
handler404, handler500 = product.handler404, product.handler500
