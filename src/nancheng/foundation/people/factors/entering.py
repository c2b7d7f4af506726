"""The door itself: a person who has proved everything is signed in, and it is written down."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.people.factors import queries
from nancheng.foundation.people.middleware import FACTOR_DUE_KEY
from nancheng.foundation.people.models import Person


def enter(request: HttpRequest, person: Person, *, onward: str) -> HttpResponse:
    """Sign in a person who has proved everything that is asked; the session begins anew."""
    auth.login(request, person, backend=settings.AUTHENTICATION_BACKENDS[1])
    note(request, "signed-in", person)
    if person.second_factor_at is None and queries.must_have(person, on=timezone.localdate()):
        request.session[FACTOR_DUE_KEY] = True
    return remember(redirect(onward), person.language)


def note(request: HttpRequest, kind: str, person: Person | None) -> None:
    """Write the operations log. What was typed is kept only if it is somebody's sign-in name:
    people type their passwords into the wrong field.
    """
    typed = request.POST.get("username", "")
    found = person or Person.objects.filter(username=typed).first()
    journal.record(
        Happening(
            kind,
            person_id=found.pk if found else None,
            label=found.name if found else "",
            subject=found.username if found else "",
            address=request.META.get("REMOTE_ADDR", ""),
        ),
        at=timezone.now(),
    )


def remember(response: HttpResponse, language: str) -> HttpResponse:
    """Keep in the browser which language is read here."""
    translation.activate(language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response
