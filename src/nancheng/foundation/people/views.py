"""Signing in and out, choosing an identity and a language."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.people import actions, forms, queries
from nancheng.foundation.people.guards import identified, signed_in
from nancheng.foundation.people.middleware import IDENTITY_KEY, IdentifiedRequest
from nancheng.foundation.people.models import Person
from nancheng.foundation.web import pages, refusals
from nancheng.kernel.refusal import Refused


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the sign-in form; on success go where the person was going."""
    onward = _safe(request, request.POST.get("next") or request.GET.get("next") or "/")
    if request.user.is_authenticated and request.method == "GET":
        return redirect(onward)
    form = forms.SignIn(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.person is not None:
        auth.login(request, form.person, backend=settings.AUTHENTICATION_BACKENDS[1])
        _note(request, "signed-in", form.person)
        response = redirect(onward)
        return _remember(response, form.person.language)
    if form.is_bound:
        _note(request, "sign-in-failed", None)
    status = 422 if form.is_bound else 200
    return pages.render(
        request, "people/sign_in.html", {"form": form, "next": onward}, status=status
    )


def locked_out(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """Say that the account rests after too many failures."""
    form = forms.SignIn(request, {"username": request.POST.get("username", "")})
    form.full_clean()
    form.errors.clear()
    _note(request, "locked-out", None)
    form.add_error(None, _("连续多次登录失败，账号已临时锁定，请10分钟后再试。"))
    return pages.render(request, "people/sign_in.html", {"form": form, "next": "/"}, status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, Person):
        _note(request, "signed-out", request.user)
    auth.logout(request)
    return redirect("people:sign-in")


@require_POST
@identified
def switch_identity(request: IdentifiedRequest) -> HttpResponse:
    """Act under another of one's own identities."""
    chosen = request.POST.get("identity", "")
    mine = queries.choices(person_id=request.identity.person_id, on=timezone.localdate())
    if chosen not in {str(choice.identity_id) for choice in mine}:
        raise Refused("people.unknown-identity")
    request.session[IDENTITY_KEY] = int(chosen)
    return redirect("/")


@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Read the pages in the other language, now and at the next sign-in."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    if request.user.is_authenticated:
        actions.set_language(person_id=request.user.pk, language=language)
    return _remember(redirect(_safe(request, request.POST.get("next") or "/")), language)


@sensitive_post_parameters("old", "new", "again")
@signed_in
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    assert isinstance(request.user, Person), request.user
    form = forms.ChangePassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_password(
                person_id=request.user.pk,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["new"],
                at=timezone.now(),
            )
        except Refused as refused:
            # The one refusal shown beside a field: leaving the form would lose the others.
            form.add_error(refused.field or None, refusals.text(refused))
        else:
            # Read anew: the session is kept only with the hash of the new password.
            request.user.refresh_from_db()
            auth.update_session_auth_hash(request, request.user)
            messages.success(request, _("密码已修改。"))
            return redirect("/")
    status = 422 if form.is_bound else 200
    return pages.render(request, "people/change_password.html", {"form": form}, status=status)


def _note(request: HttpRequest, kind: str, person: Person | None) -> None:
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


def _safe(request: HttpRequest, target: str) -> str:
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else "/"


def _remember(response: HttpResponse, language: str) -> HttpResponse:
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
