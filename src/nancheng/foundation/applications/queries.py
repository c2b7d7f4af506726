"""Reads of applications: who a token stands for, lists for their page, how busy a token is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from nancheng.foundation.applications import rules
from nancheng.foundation.applications.models import AccessToken, ApiCall, Application
from nancheng.foundation.applications.rules import Narrowing, State
from nancheng.foundation.people.models import Post


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a token stands for, and how it stands."""

    token_id: int
    application_id: int
    application_code: str
    identity_id: int
    person_id: int
    narrowing: Narrowing
    state: State
    last_used_at: datetime | None


def bearer(digest: str, *, at: datetime) -> Bearer | None:
    """Return who the token of a digest stands for, or None. One statement."""
    row = (
        AccessToken.objects.filter(digest=digest)
        .select_related("application__identity")
        .only(
            "verbs",
            "kinds",
            "is_read_only",
            "expires_at",
            "revoked_at",
            "last_used_at",
            "application__code",
            "application__closed_at",
            "application__identity__person_id",
        )
        .first()
    )
    if row is None:
        return None
    application = row.application
    return Bearer(
        token_id=row.pk,
        application_id=application.pk,
        application_code=application.code,
        identity_id=application.identity.pk,
        person_id=application.identity.person_id,
        narrowing=narrowing(row),
        state=state(row, application, at=at),
        last_used_at=row.last_used_at,
    )


def narrowing(token: AccessToken) -> Narrowing:
    """Return what a token passes on."""
    return Narrowing(
        verbs=frozenset(token.verbs.split()),
        kinds=frozenset(token.kinds.split()),
        is_read_only=token.is_read_only,
    )


def state(token: AccessToken, application: Application, *, at: datetime) -> State:
    """Return where a token stands."""
    return rules.state(
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        closed_at=application.closed_at,
        at=at,
    )


def calls_since(token_id: int, *, since: datetime, most: int) -> int:
    """Return how many calls a token made since a moment, counted no further than ``most``."""
    rows = ApiCall.objects.filter(token_id=token_id, at__gt=since).order_by()
    return rows.values("pk")[:most].count()


def applications(*, at: datetime) -> QuerySet[Application]:
    """Return the applications with their live tokens and last use, for a table."""
    live = Q(tokens__revoked_at__isnull=True, tokens__expires_at__gt=at)
    return Application.objects.select_related(
        "identity__post__department", "identity__person"
    ).annotate(live_tokens=Count("tokens", filter=live), last_used_at=Max("tokens__last_used_at"))


def application(code: str) -> Application | None:
    """Return an application by its code. One statement."""
    return (
        Application.objects.select_related("identity__post__department", "identity__person")
        .filter(code=code)
        .first()
    )


def tokens(application_id: int) -> list[AccessToken]:
    """Return an application's tokens, the newest first. One statement."""
    return list(AccessToken.objects.filter(application_id=application_id))


def calls(application_id: int) -> QuerySet[ApiCall]:
    """Return the calls of an application, the newest first, for a table."""
    return ApiCall.objects.filter(token__application_id=application_id).select_related("token")


def posts() -> dict[tuple[str, str], Post]:
    """Return the posts an application may act at, by codes of department and duty."""
    rows = Post.objects.select_related("department", "duty").order_by("department__path", "id")
    return {(post.department.code, post.duty.code): post for post in rows}
