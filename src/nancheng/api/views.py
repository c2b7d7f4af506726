"""The two pages about the API: its description as a document, and the same to be read."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nancheng.api import document as description


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """Answer with the description (OpenAPI 3.1). It says what is in the repository, no more."""
    body = json.dumps(description.document(), ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json")
    response["Cache-Control"] = "public, max-age=300"
    return response
