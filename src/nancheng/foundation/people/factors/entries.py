"""Half an entry: the password was right and the code is still to come.

It is kept in a session that nobody is signed in to, for a few minutes; it opens nothing but the
page that asks for the code.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.contrib import auth
from django.http import HttpRequest

from nancheng.foundation.people.models import Person

KEY = "half_entry"
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Half:
    """Whose password was right, and where the person was going."""

    person: Person
    onward: str


def begin(request: HttpRequest, person: Person, *, onward: str, at: datetime) -> None:
    """Keep that a person's password was right; whoever was signed in here before no longer is."""
    auth.logout(request)
    request.session.cycle_key()
    request.session[KEY] = {
        "person": person.pk,
        "since": int(at.timestamp()),
        "hash": person.get_session_auth_hash(),
        "onward": onward,
    }


def read(request: HttpRequest, *, at: datetime) -> Half | None:
    """Return the half entry of a request, unless it is too old or the account changed since."""
    kept = request.session.get(KEY)
    if not kept or not 0 <= int(at.timestamp()) - kept["since"] <= SECONDS:
        return None
    person = Person.objects.filter(pk=kept["person"], is_active=True).first()
    if person is None or not hmac.compare_digest(kept["hash"], person.get_session_auth_hash()):
        return None
    return Half(person, kept["onward"])


def end(request: HttpRequest) -> None:
    """Forget a half entry."""
    request.session.pop(KEY, None)
