"""Addresses: each app's own, under the prefix that the wiring gives it."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from nancheng.config import wiring

urlpatterns: list[URLPattern | URLResolver] = [
    path(prefix, include(f"nancheng.{app}.urls"))
    for prefix, app in wiring.MOUNTS
    # A line of business may begin with a drawing alone: its cases have the pages of every case.
    if find_spec(f"nancheng.{app}.urls") is not None
]
handler400 = "nancheng.foundation.web.refusals.bad_request"
handler403 = "nancheng.foundation.web.refusals.forbidden"
handler404 = "nancheng.foundation.web.refusals.not_found"
handler500 = "nancheng.foundation.web.refusals.server_error"
