"""Who calls: an application's token, its identity, and what of its rights the token passes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from nancheng.api import problems
from nancheng.foundation.applications import actions, queries, rules
from nancheng.foundation.applications.queries import Bearer
from nancheng.foundation.applications.rules import State
from nancheng.foundation.cases import queries as cases
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

RATE = "api.calls-per-minute"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="nancheng"'}


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated call. ``actor`` holds the verbs its token passes on and no others."""

    bearer: Bearer
    actor: Actor
    at: datetime

    def kinds(self, kinds: Iterable[str]) -> list[str]:
        """Return those of some kinds of cases that the token reaches."""
        return [kind for kind in kinds if self.bearer.narrowing.admits(kind)]

    def admits(self, kind: str) -> bool:
        """Say whether the token reaches a kind of case."""
        return self.bearer.narrowing.admits(kind)


class ApiRequest(HttpRequest):
    """A request that came through the door; for type checkers."""

    caller: Caller
    bearer: Bearer


def identify(request: HttpRequest, *, at: datetime) -> Caller:
    """Return who calls. Three statements. A session's cookie counts for nothing here."""
    bearer = queries.bearer(actions.digest(_text(request)), at=at)
    if bearer is None:
        raise _stranger("unknown")
    # Kept at once, so that a call with a token that no longer lives is logged as well.
    request.bearer = bearer  # type: ignore[attr-defined]
    if bearer.state is not State.LIVE:
        raise _stranger(bearer.state.value)
    actor = people.actor(
        person_id=bearer.person_id, identity_id=bearer.identity_id, on=timezone.localdate(at)
    )
    if actor is None or actor.identity_id != bearer.identity_id:
        raise Refused("people.no-identity")
    return Caller(bearer, rules.narrowed(actor, bearer.narrowing), at)


def check_rate(bearer: Bearer, *, at: datetime) -> None:
    """Turn away a token that called too often within a minute. Two statements."""
    most = int(cases.parameter(RATE, on=timezone.localdate(at)))
    since = at - timedelta(minutes=1)
    if queries.calls_since(bearer.token_id, since=since, most=most) >= most:
        raise problems.Declined(429, "api.too-many-calls", headers={"Retry-After": "60"}, most=most)


def check_verb(caller: Caller, verb: str, *, writes: bool) -> None:
    """Turn away what the token does not pass on, or its identity is not granted."""
    narrowing = caller.bearer.narrowing
    if writes and narrowing.is_read_only:
        raise problems.Declined(403, "api.read-only-token")
    if verb and not narrowing.opens(verb):
        raise problems.Declined(403, "api.beyond-token", verb=verb)


def _text(request: HttpRequest) -> str:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise _stranger("missing")
    return text.strip()


def _stranger(why: str) -> problems.Declined:
    return problems.Declined(401, f"api.token-{why}", headers=CHALLENGE)
