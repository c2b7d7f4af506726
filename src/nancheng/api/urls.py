"""Addresses of the API: every route behind its door, and one answer for all that is no route."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from nancheng.api import assembly, door, routes, views

app_name = "api"


def _guarded() -> list[URLPattern]:
    patterns, _name, _namespace = assembly.api.urls
    found = []
    for pattern in patterns:
        assert isinstance(pattern, URLPattern), pattern
        address = "/" + str(pattern.pattern)
        own = {one.method: one for one in routes.declared() if one.path == _plain(address)}
        if not own:  # ninja's own root page
            continue
        pattern.callback = door.through(pattern.callback, own)
        found.append(pattern)
    return found


def _plain(address: str) -> str:
    """Return an address with its parameters in braces, as routes declare them."""
    for kind in ("int:", "str:", "path:"):
        address = address.replace(f"<{kind}", "<")
    return address.replace("<", "{").replace(">", "}")


urlpatterns = [
    path("openapi.json", views.document, name="document"),
    path("docs", views.docs, name="docs"),
    *_guarded(),
    re_path(r"^.*$", door.nowhere, name="nowhere"),
]
