"""The second step of signing in, and a person's own page of the second factor."""

from __future__ import annotations

import segno
from django.contrib import auth, messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods
from markupsafe import Markup

from nancheng.foundation.people.factors import (
    actions,
    entering,
    entries,
    forms,
    locks,
    queries,
    rules,
    sealing,
)
from nancheng.foundation.people.factors.actions import Candidate
from nancheng.foundation.people.guards import signed_in
from nancheng.foundation.people.middleware import FACTOR_DUE_KEY
from nancheng.foundation.people.models import Person
from nancheng.foundation.web import pages, refusals
from nancheng.kernel.refusal import Refused

SHOWING = ["GET", "HEAD", "POST"]
# A secret that no code has proved yet, sealed; it lives and ends with the session.
CANDIDATE_KEY = "factor_candidate"
ISSUER = "Nancheng"


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(SHOWING)
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code after the password; nothing is open before it was right."""
    if request.user.is_authenticated:
        # The same form sent twice, or the back button, after one is in.
        return redirect("/")
    half = entries.read(request, at=timezone.now())
    if half is None:
        messages.info(request, _("请先输入用户名和密码；验证码须在5分钟内输入。"))
        return redirect("people:sign-in")
    form = forms.Code(request.POST or None)
    if request.method == "POST" and form.is_valid() and _passes(request, half.person, form, "code"):
        answer = entering.enter(request, half.person, onward=half.onward)
        entries.end(request)
        return answer
    context = {"form": form, "person": half.person}
    status = 422 if form.is_bound else 200
    return pages.render(request, "people/sign_in_code.html", context, status=status)


@never_cache
@sensitive_post_parameters("password", "current", "code")
@sensitive_variables("secret", "codes")
@require_http_methods(SHOWING)
@signed_in
def second_factor(request: HttpRequest) -> HttpResponse:
    """Show one's second factor; set up a device, the first or in place of another."""
    person = _person(request)
    has_factor = person.second_factor_at is not None
    replacing = "device" in request.GET
    if has_factor and not replacing:
        context = {"person": person, "left": queries.codes_left(person)}
        return pages.render(request, "people/second_factor.html", context)
    secret = _candidate(request, person)
    form = forms.Enrol(request.POST or None, has_factor=has_factor)
    if request.method == "POST" and form.is_valid() and _agrees(request, person, form, secret):
        candidate = Candidate(secret, form.cleaned_data["code"])
        try:
            codes = actions.enrol(candidate, person_id=person.pk, at=timezone.now())
        except Refused as refused:
            form.add_error(refused.field, refusals.text(refused))
        else:
            _carry_on(request, person)
            return _told_once(request, codes)
    context = {
        "form": form,
        "person": person,
        "picture": _picture(secret, person),
        "spelled": rules.spelled(secret),
        "is_due": bool(request.session.get(FACTOR_DUE_KEY)),
    }
    status = 422 if form.is_bound else 200
    return pages.render(request, "people/enrol.html", context, status=status)


@never_cache
@sensitive_post_parameters("code")
@sensitive_variables("codes")
@require_http_methods(SHOWING)
@signed_in
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Give new recovery codes for a code; the former ones end."""
    person = _person(request)
    if person.second_factor_at is None:
        return redirect("people:second-factor")
    form = forms.Code(request.POST or None)
    if request.method == "POST" and form.is_valid() and _passes(request, person, form, "code"):
        return _told_once(request, actions.renew_codes(person_id=person.pk, at=timezone.now()))
    status = 422 if form.is_bound else 200
    return pages.render(request, "people/renew_codes.html", {"form": form}, status=status)


def _agrees(request: HttpRequest, person: Person, form: forms.Enrol, secret: bytes) -> bool:
    """Say whether the new device shows the right code, and then, who sits there.

    In this order: a code of the former device opens once and is not to be wasted on a slip.
    """
    given = rules.tidy(form.cleaned_data["code"])
    if rules.matching(secret, given, at=timezone.now()) is None:
        form.add_error("code", _("验证码不正确：请确认手机时间准确，输入正在显示的 6 位数字。"))
        return False
    return _proved(request, person, form)


def _proved(request: HttpRequest, person: Person, form: forms.Enrol) -> bool:
    """Say whether the one who sits there is the person: by the former device, or the password."""
    if "current" in form.fields:
        return _passes(request, person, form, "current")
    password = form.cleaned_data["password"]
    if authenticate(request, username=person.username, password=password) == person:
        return True
    form.add_error("password", _("密码不正确。"))
    return False


def _passes(request: HttpRequest, person: Person, form: forms.Code | forms.Enrol, on: str) -> bool:
    """Say whether a code opens; one that does not is said beside its field, and counted."""
    if not locks.is_open(request, person):
        return False
    try:
        actions.check(person_id=person.pk, given=form.cleaned_data[on], at=timezone.now())
    except Refused as refused:
        form.add_error(on, refusals.text(refused))
        locks.count(request, person)
        entering.note(request, "factor-failed", person)
        return False
    return True


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person), request.user
    return request.user


def _candidate(request: HttpRequest, person: Person) -> bytes:
    """Return the secret that this session offers; the same as long as it is not proved."""
    kept = request.session.get(CANDIDATE_KEY, "")
    secret = sealing.unseal(kept, person_id=person.pk)
    if secret is None:
        secret = actions.new_secret()
        request.session[CANDIDATE_KEY] = sealing.seal(secret, person_id=person.pk)
    return secret


def _carry_on(request: HttpRequest, person: Person) -> None:
    """Keep this session, and this one alone, under the person's new factor."""
    person.refresh_from_db()
    auth.update_session_auth_hash(request, person)
    request.session.pop(CANDIDATE_KEY, None)
    request.session.pop(FACTOR_DUE_KEY, None)


def _told_once(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return pages.render(request, "people/recovery_codes.html", {"codes": codes})


def _picture(secret: bytes, person: Person) -> Markup:
    """Return the QR code as SVG, dark on light whatever the colours of the page."""
    told = rules.address(secret, issuer=ISSUER, account=person.username)
    drawn = segno.make(told, error="m", micro=False).svg_inline(
        scale=5,
        border=4,
        dark="#000",
        light="#fff",
        title=_("二维码：身份验证器扫码添加"),
        svgclass="qr",
        omitsize=True,
    )
    # Made by the library of numbers alone; what it tells is in the pattern, not in the text.
    return Markup(drawn)
