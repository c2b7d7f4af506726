"""The product's addresses, and one to open a measured case; for measuring alone."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nancheng.config import urls as product
from nancheng.foundation.cases import actions
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.cases.models import Task
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.models import Department


@require_POST
@identified
def open_short(request: IdentifiedRequest) -> HttpResponse:
    """Open a short case as a line of business's own form does; answer with its first task."""
    finance = Department.objects.values_list("id", flat=True).get(code="finance")
    opening = Opening("bench.short", "压力测试事项", parties={"finance": finance})
    key = request.POST["key"]
    case = actions.open_case(opening, by=request.identity, at=timezone.now(), key=key)
    task = Task.objects.values_list("id", flat=True).get(case_id=case.pk)
    return JsonResponse({"number": case.number, "task": task})


@require_GET
@identified
def waiting(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Answer with the open task of a case, as a work list that was read before would."""
    open_tasks = Task.objects.filter(case__number=number, state=Task.State.OFFERED)
    return JsonResponse({"task": open_tasks.values_list("id", flat=True).get()})


urlpatterns = [
    path("bench/open/", open_short),
    path("bench/waiting/<str:number>/", waiting),
    *product.urlpatterns,
]
handler400, handler403 = product.handler400, product.handler403
handler404, handler500 = product.handler404, product.handler500
