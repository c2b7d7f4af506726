"""Which identity acts in a request, and when a silent session ends."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from nancheng.foundation.people import queries
from nancheng.foundation.people.rules import Actor

IDENTITY_KEY = "identity_id"
SEEN_KEY = "seen_at"
# The time of the last request is written at most once a minute: a session row per click is a
# write per click.
SEEN_STEP_SECONDS = 60


class IdentifiedRequest(HttpRequest):
    """A request whose identity is known; for type checkers."""

    identity: Actor


def identify(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Set ``request.identity`` to the actor or None, read when first asked."""

    def handle(request: HttpRequest) -> HttpResponse:
        _end_silent_session(request)
        request.identity = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return get_response(request)

    return handle


def _actor(request: HttpRequest) -> Actor | None:
    if not request.user.is_authenticated:
        return None
    return queries.actor(
        person_id=request.user.pk,
        identity_id=request.session.get(IDENTITY_KEY),
        on=timezone.localdate(),
    )


def _end_silent_session(request: HttpRequest) -> None:
    if "_auth_user_id" not in request.session:
        return
    now = int(timezone.now().timestamp())
    seen = request.session.get(SEEN_KEY)
    if seen is not None and now - seen > settings.SESSION_IDLE_SECONDS:
        auth.logout(request)
        messages.info(request, _("您已较长时间未操作，为安全起见请重新登录。"))
    elif seen is None or now - seen > SEEN_STEP_SECONDS:
        request.session[SEEN_KEY] = now
