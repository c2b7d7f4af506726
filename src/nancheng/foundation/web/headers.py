"""What every answer says to a browser: what a page may load, and from where."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY = "Content-Security-Policy"


def restrict(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Set the policy of the settings on each answer that has no narrower one of its own."""
    policy: str = settings.CONTENT_SECURITY_POLICY

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(POLICY, policy)
        return response

    return handle
