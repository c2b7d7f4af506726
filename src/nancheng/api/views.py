"""The two pages about the API: its description as a document, and the same to be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from nancheng.api import document as description
from nancheng.api import reference
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """Answer with the description (OpenAPI 3.1). It says what is in the repository, no more."""
    response = HttpResponse(description.text(), content_type="application/json")
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
@identified
def docs(request: IdentifiedRequest) -> HttpResponse:
    """Show the description to somebody who is signed in."""
    context = {"groups": reference.groups(), "document_href": reverse("api:document")}
    return pages.render(request, "api/reference.html", context)
