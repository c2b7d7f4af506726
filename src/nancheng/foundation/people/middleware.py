"""Which identity acts in a request, and when a silent session ends."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.people import queries, rules
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor

IDENTITY_KEY = "identity_id"
SEEN_KEY = "seen_at"
# Set at sign-in for whoever must have a second factor and has none.
FACTOR_DUE_KEY = "factor_due"
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
        cast("Any", request).identity = SimpleLazyObject(lambda: actor_of(request))
        if _must_change_password(request):
            return _first(request, "change-password", _("密码须先修改：初始密码或已超过有效期。"))
        if request.session.get(FACTOR_DUE_KEY) and request.path not in _still_open():
            return _first(request, "second-factor", _("您的岗位须启用二次验证，请先完成设置。"))
        response = get_response(request)
        _note_export(request, response)
        return response

    return handle


def actor_of(request: HttpRequest) -> Actor | None:
    """Return who acts in a request, or None; read once a request."""
    known = request.__dict__
    if "acting" not in known:
        known["acting"] = _read_actor(request)
    found: Actor | None = known["acting"]
    return found


def _read_actor(request: HttpRequest) -> Actor | None:
    if not request.user.is_authenticated:
        return None
    return queries.actor(
        person_id=request.user.pk,
        identity_id=request.session.get(IDENTITY_KEY),
        on=timezone.localdate(),
    )


def _must_change_password(request: HttpRequest) -> bool:
    """Say whether nothing else is opened before the password was changed."""
    user = request.user
    if not isinstance(user, Person) or request.path in _still_open():
        return False
    return user.must_change or rules.password_is_old(
        user.password_changed_at, at=timezone.now(), days=settings.PASSWORD_AGE_DAYS
    )


@cache
def _still_open() -> frozenset[str]:
    names = ("change-password", "second-factor", "sign-out", "switch-language")
    return frozenset(reverse(f"people:{name}") for name in names)


def _first(request: HttpRequest, page: str, why: str) -> HttpResponse:
    """Send a person to the page that comes before every other."""
    where = reverse(f"people:{page}")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    messages.info(request, why)
    return redirect(where)


def _note_export(request: HttpRequest, response: HttpResponse) -> None:
    """Keep who took which list out of the house; its rows and filters are nobody's business."""
    exported = getattr(response, "exported", "")
    actor = actor_of(request) if exported else None
    if actor is None:
        return
    journal.record(
        Happening(
            "exported",
            person_id=actor.person_id,
            label=actor.label,
            subject=exported,
            address=request.META.get("REMOTE_ADDR", ""),
        ),
        at=timezone.now(),
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
