"""Signing in with a password; every other right is a grant, never Django's permissions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest
from django.utils import timezone

from nancheng.foundation.people import rules
from nancheng.foundation.people.models import Person
from nancheng.foundation.web import instances


class PasswordBackend(BaseBackend):
    """Checks a sign-in name and a password."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **_: Any
    ) -> Person | None:
        """Return the person, or None; takes the same time for a name that does not exist."""
        person = Person.objects.filter(username=username).first()
        if person is None:
            make_password(password)
            return None
        matches = check_password(password, person.password)
        return person if matches and _is_here(person) else None

    def get_user(self, user_id: int) -> Person | None:
        """Return the person of a session, unless the account was closed since."""
        found = instances.one(Person, "id = %s", [user_id])
        return found if found is not None and _is_here(found) else None


def _is_here(person: Person) -> bool:
    """Say whether an account is open and its person has not left, even before a job closes it."""
    return person.is_active and not rules.has_left(person.leaves_on, on=timezone.localdate())
