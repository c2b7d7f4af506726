"""Signing in and out, choosing an identity and a language."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from nancheng.foundation.people import actions, forms, queries
from nancheng.foundation.people.factors import entering, entries
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
        if form.person.second_factor_at is None:
            return entering.enter(request, form.person, onward=onward)
        entries.begin(request, form.person, onward=onward, at=timezone.now())
        return redirect("people:sign-in-code")
    if form.is_bound:
        entering.note(request, "sign-in-failed", None)
    status = 422 if form.is_bound else 200
    return pages.render(
        request, "people/sign_in.html", {"form": form, "next": onward}, status=status
    )


def locked_out(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """Say that the account rests after too many failures; nothing half open stays so."""
    half = entries.read(request, at=timezone.now())
    person = half.person if half else request.user
    known = person if isinstance(person, Person) else None
    typed = known.username if known else request.POST.get("username", "")
    auth.logout(request)
    form = forms.SignIn(request, {"username": typed})
    form.full_clean()
    form.errors.clear()
    entering.note(request, "locked-out", known)
    form.add_error(None, _("连续多次登录失败，账号已临时锁定，请10分钟后再试。"))
    return pages.render(request, "people/sign_in.html", {"form": form, "next": "/"}, status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, Person):
        entering.note(request, "signed-out", request.user)
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
    return entering.remember(redirect(_safe(request, request.POST.get("next") or "/")), language)


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
            refusals.beside(form, refused)
        else:
            # Read anew: the session is kept only with the hash of the new password.
            request.user.refresh_from_db()
            auth.update_session_auth_hash(request, request.user)
            messages.success(request, _("密码已修改。"))
            return redirect("/")
    status = 422 if form.is_bound else 200
    return pages.render(request, "people/change_password.html", {"form": form}, status=status)


def _safe(request: HttpRequest, target: str) -> str:
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else "/"
