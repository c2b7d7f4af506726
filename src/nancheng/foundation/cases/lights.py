"""The departments in their colours: open tasks by light, open slips by colour."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nancheng.foundation.cases import queries, worklist
from nancheng.foundation.cases.supervision import queries as supervision
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages


@require_GET
@requires(queries.VIEW)
def departments(request: IdentifiedRequest) -> HttpResponse:
    """Show open tasks by department and light."""
    now = worklist.today(timezone.now())
    return pages.render(
        request,
        "cases/departments.html",
        {
            "rows": worklist.by_department(request.identity, now),
            "slips": supervision.by_department(request.identity),
            "as_of": timezone.now(),
        },
    )
