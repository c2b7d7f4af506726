"""Answers: a page in the window, or the same page as a fragment in the drawer."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.cache import patch_cache_control, patch_vary_headers


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a template that extends ``layout`` or "web/base.html".

    One address serves window and drawer, so what a cache may reuse depends on the htmx headers.
    """
    response = HttpResponse(
        loader.render_to_string(template, dict(context or {}), request), status=status
    )
    patch_vary_headers(response, ("HX-Request", "HX-Target", "Cookie", "Accept-Language"))
    patch_cache_control(response, private=True, no_cache=True)
    return response
