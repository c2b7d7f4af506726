"""Idempotency keys: an action happens whole, and once under its key."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError

from nancheng.foundation.cases.models import Case
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import memory
from nancheng.foundation.web.whole import whole

P = ParamSpec("P")
R = TypeVar("R")


def sender_key(by: Actor | None, key: str) -> str:
    """Return a key as stored: the sender's own, so that no person's key answers another's."""
    return f"{by.identity_id if by else 0}:{key}"


def done_before(*, by: Actor, key: str) -> Case | None:
    """Return the case that a command under this key went to, if it was given before."""
    return Case.objects.filter(events__key=sender_key(by, key)).first()


def once(action: Callable[P, R]) -> Callable[P, R]:
    """Make an action one transaction that happens once under its ``key``.

    The database refuses the second use of a key, whoever was faster; the caller then gets what the
    first time made: the case, for an action that returns one.
    """

    @wraps(action)
    def run(*args: P.args, **given: P.kwargs) -> R:
        try:
            with whole():
                return action(*args, **given)
        except IntegrityError:
            known: R | None = _known(given)
            if known is not None:
                return known
        # Not the key, then: something this process remembered is no longer there.
        memory.forget()
        with whole():
            return action(*args, **given)

    return run


def _known(given: dict[str, Any]) -> Any:
    return done_before(by=given["by"], key=given["key"])
