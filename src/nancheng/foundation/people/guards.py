"""What stands before a view: signed in, with an identity, allowed the verb."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from nancheng.foundation.people import middleware, rules
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.kernel.refusal import Refused

View = Callable[..., HttpResponse]


def identified(view: View) -> View:
    """Let a view run for a person who is signed in and holds a post."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _sign_in_first(request)
        actor = middleware.actor_of(request)
        if actor is None:
            raise Refused("people.no-identity")
        # The actor itself, in the place of what reads it when asked: it is asked often from here.
        cast("IdentifiedRequest", request).identity = actor
        return view(request, *args, **kwargs)

    return guarded


def signed_in(view: View) -> View:
    """Let a view run for whoever is signed in, with or without a post."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _sign_in_first(request)
        return view(request, *args, **kwargs)

    return guarded


def requires(verb: str) -> Callable[[View], View]:
    """Let a view run for an identity that is granted the verb on at least some rows."""

    def decorate(view: View) -> View:
        @wraps(view)
        @identified
        def guarded(request: IdentifiedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if rules.reach(request.identity, verb).is_nothing:
                raise Refused("people.not-allowed", post=request.identity.post_name)
            return view(request, *args, **kwargs)

        guarded.verb = verb  # type: ignore[attr-defined]
        return guarded

    return decorate


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A fragment cannot hold the sign-in page: the browser is sent there whole.
        return HttpResponse(status=401, headers={"HX-Redirect": reverse("people:sign-in")})
    return redirect_to_login(request.get_full_path())
