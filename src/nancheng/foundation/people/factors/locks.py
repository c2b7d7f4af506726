"""Wrong codes count with wrong passwords: the same five, the same ten minutes, the same lock."""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from django.http import HttpRequest

from nancheng.foundation.people.models import Person


def is_open(request: HttpRequest, person: Person) -> bool:
    """Say whether a person may still try here; if not, the request is answered as locked."""
    allowed: bool = AxesProxyHandler.is_allowed(request, {"username": person.username})
    if not allowed:
        vars(request)["axes_locked_out"] = True
    return allowed


def count(request: HttpRequest, person: Person) -> None:
    """Count a wrong code; the one that is too many is answered as locked."""
    AxesProxyHandler.user_login_failed(
        sender=__name__, credentials={"username": person.username}, request=request
    )
