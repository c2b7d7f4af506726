"""The sample site, and somebody who is signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

from nancheng.foundation.web.tests import gallery


def as_somebody(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Stand in for the middleware of the ring above."""

    def handle(request: Any) -> HttpResponse:
        request.identity = gallery.Actor()
        request.user.pk = 7
        return get_response(request)

    return handle


@pytest.fixture
def site() -> Iterator[None]:
    """Serve the sample site under the real settings, without the rings above web."""
    middleware = [
        "django.middleware.security.SecurityMiddleware",
        "nancheng.foundation.web.headers.restrict",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        f"{__name__}.as_somebody",
        "nancheng.foundation.web.refusals.explain",
    ]
    with override_settings(
        ROOT_URLCONF="nancheng.foundation.web.tests.gallery",
        MIDDLEWARE=middleware,
        MENU=gallery.MENU,
        SHELL=gallery.SHELL,
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
    ):
        yield
