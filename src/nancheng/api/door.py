"""What stands before every route: token, scope, rate, formats, size, key; and the log behind it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from nancheng.api import callers, problems
from nancheng.api.problems import Declined
from nancheng.api.routes import Route
from nancheng.foundation.applications import actions
from nancheng.foundation.applications.rules import SEEN_STEP
from nancheng.foundation.people import rules as rights
from nancheng.kernel.refusal import Refused

logger = logging.getLogger(__name__)

KEY_HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 200
# A description nested deeper than this is not a description of anything here.
DEPTH_MAX = 32


class Door:
    """The check that ninja runs before it reads anything of a request; one for each route."""

    def __init__(self, route: Route) -> None:
        self.route = route

    def __call__(self, request: HttpRequest) -> callers.Caller:
        """Return the caller, or raise what turns the request away."""
        at = timezone.now()
        caller = callers.identify(request, at=at)
        callers.check_rate(caller.bearer, at=at)
        route = self.route
        callers.check_verb(caller, route.verb, writes=route.writes)
        if route.is_granted and rights.reach(caller.actor, route.verb).is_nothing:
            raise Refused("people.not-allowed", post=caller.actor.post_name)
        check_accept(request, route.produces)
        if route.writes:
            check_content(request, route.consumes)
            check_key(request)
        request.caller = caller  # type: ignore[attr-defined]
        return caller


def check_accept(request: HttpRequest, produces: str) -> None:
    """Turn away a caller that can read neither the answer nor a problem in our format."""
    if not any(request.accepts(each) for each in (produces, problems.MEDIA_TYPE)):
        raise Declined(406, "api.not-acceptable", media_types=produces)


def check_content(request: HttpRequest, consumes: str) -> None:
    """Turn away a body in another format, or larger than we read."""
    length = _length(request)
    most = settings.FILE_SIZE_MAX if consumes.startswith("multipart/") else _most()
    if length > most + _envelope(consumes):
        raise Declined(413, "api.too-large", most=most)
    if consumes and request.content_type != consumes and (length or request.content_type):
        raise Declined(415, "api.wrong-media-type", media_types=consumes)


def check_key(request: HttpRequest) -> None:
    """Ask for an idempotency key."""
    key = request.headers.get(KEY_HEADER, "")
    if not 1 <= len(key) <= KEY_LENGTH_MAX or not (key.isascii() and key.isprintable()):
        raise Declined(400, "api.key-missing", most=KEY_LENGTH_MAX)


def through(
    inner: Callable[..., HttpResponseBase], routes: dict[str, Route]
) -> Callable[..., HttpResponseBase]:
    """Return a view that answers every request to one address as the API does, come what may."""

    @csrf_exempt
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = _answer(request, inner, routes, args, kwargs)
        _record(request, response)
        patch_vary_headers(response, ("Authorization", "Accept", "Accept-Language"))
        response.setdefault("Cache-Control", "private, no-store")
        return response

    return answered


def _answer(
    request: HttpRequest,
    inner: Callable[..., HttpResponseBase],
    routes: dict[str, Route],
    args: Any,
    kwargs: Any,
) -> HttpResponseBase:
    try:
        if request.method not in routes:
            allowed = ", ".join(sorted(routes))
            raise Declined(
                405, "api.method-not-allowed", headers={"Allow": allowed}, allowed=allowed
            )
        return inner(request, *args, **kwargs)
    except Exception as error:
        return problems.answer(request, problems.of(error))


def nowhere(request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """Answer an address of the API that is none."""
    return problems.answer(request, problems.of(Declined(404, "api.no-such-route")))


nowhere = csrf_exempt(nowhere)


def _record(request: HttpRequest, response: HttpResponseBase) -> None:
    """Log the call of a known token; a database that fails now takes no answer back."""
    bearer = getattr(request, "bearer", None)
    if bearer is None or response.status_code == 429:
        return
    at = timezone.now()
    try:
        actions.record_call(
            token_id=bearer.token_id,
            method=str(request.method),
            path=request.path,
            status=response.status_code,
            address=request.META.get("REMOTE_ADDR", ""),
            at=at,
        )
        if bearer.last_used_at is None or at - bearer.last_used_at > SEEN_STEP:
            actions.note_use(bearer.token_id, at=at)
    except DatabaseError:
        logger.exception("a call of token %s was not logged", bearer.token_id)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


def _most() -> int:
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _envelope(consumes: str) -> int:
    # The parts of a form and their headers come on top of the file.
    return 64 << 10 if consumes.startswith("multipart/") else 0
