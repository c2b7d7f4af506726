"""The only writer of applications: registered, given tokens, watched, closed."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from nancheng.foundation.applications import queries, rules
from nancheng.foundation.applications.models import AccessToken, ApiAnswer, ApiCall, Application
from nancheng.foundation.applications.rules import Narrowing
from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

MANAGE = "application.manage"
CONFIRM = "application.token.confirm"


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """What an application is said to be, and at which post it acts."""

    code: str
    name: str
    purpose: str
    contact: str
    department: str
    duty: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as it is handed over: its text is shown this once and kept nowhere."""

    text: str
    head: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token that waits for a second hand: all of it but its text."""

    application_id: int
    label: str
    narrowing: Narrowing
    days: int
    head: str
    digest: str


@transaction.atomic
def register_application(facts: ApplicationFacts, *, by: Actor, at: datetime) -> Application:
    """Register an application with a technical account of its own at an existing post.

    Raises ``Refused`` "people.not-allowed", "applications.bad-code", "applications.known-code" or
    "applications.no-such-post".
    """
    _allow(by)
    rules.check_code(facts.code)
    if Application.objects.filter(code=facts.code).exists():
        raise Refused("applications.known-code", field="code", given=facts.code)
    if (facts.department, facts.duty) not in queries.posts():
        raise Refused("applications.no-such-post", field="post")
    username = f"app-{facts.code}"
    people.put_technical_account(username=username, name=facts.name)
    identity = people.appoint(
        username=username,
        department=facts.department,
        duty=facts.duty,
        active_from=timezone.localdate(at),
    )
    _note("application-registered", f"{facts.name}（{facts.code}）", by=by, at=at)
    return Application.objects.create(
        code=facts.code,
        name=facts.name,
        purpose=facts.purpose,
        contact=facts.contact,
        identity=identity,
        registered_at=at,
        registered_label=by.label,
    )


def prepare(
    application_id: int, *, label: str, narrowing: Narrowing, days: int, by: Actor
) -> tuple[Wanted, Issued]:
    """Make up a token that opens nothing before a second hand issues it; nothing is written."""
    _allow(by)
    _open_application(application_id)
    rules.check_life(days)
    if not narrowing.verbs:
        raise Refused("applications.nothing-opened", field="verbs")
    text = rules.PREFIX + secrets.token_urlsafe(rules.SECRET_BYTES)
    head = text[: rules.HEAD_LENGTH]
    wanted = Wanted(application_id, label, narrowing, days, head, digest(text))
    return wanted, Issued(text, head)


@transaction.atomic
def issue(wanted: Wanted, *, asked: str, by: Actor, at: datetime) -> AccessToken:
    """Issue a token that another asked for: from now on it opens; only its digest is kept."""
    if not rights.may(by, CONFIRM):
        raise Refused("people.not-allowed", post=by.post_name)
    narrowing = wanted.narrowing
    return AccessToken.objects.create(
        application=_open_application(wanted.application_id),
        label=wanted.label,
        head=wanted.head,
        digest=wanted.digest,
        verbs=" ".join(sorted(narrowing.verbs)),
        kinds=" ".join(sorted(narrowing.kinds)),
        is_read_only=narrowing.is_read_only,
        issued_at=at,
        issued_label=asked,
        expires_at=at + timedelta(days=wanted.days),
    )


@transaction.atomic
def _open_application(application_id: int) -> Application:
    application = Application.objects.select_for_update().get(pk=application_id)
    if application.closed_at is not None:
        raise Refused("applications.closed")
    return application


@transaction.atomic
def revoke(token_id: int, *, by: Actor, at: datetime) -> None:
    """Take a token back; its next call is refused."""
    _allow(by)
    taken = AccessToken.objects.filter(pk=token_id, revoked_at__isnull=True).update(
        revoked_at=at, revoked_label=by.label
    )
    if not taken:
        raise Refused("applications.already-revoked")
    token = AccessToken.objects.select_related("application").get(pk=token_id)
    said = f"{token.application.name}（{token.application.code}）：{token.label} {token.head}…"
    _note("token-revoked", said, by=by, at=at)


@transaction.atomic
def close(application_id: int, *, by: Actor, at: datetime) -> None:
    """Close an application and take all its tokens back."""
    _allow(by)
    if not Application.objects.filter(pk=application_id, closed_at__isnull=True).update(
        closed_at=at
    ):
        raise Refused("applications.closed")
    AccessToken.objects.filter(application_id=application_id, revoked_at__isnull=True).update(
        revoked_at=at, revoked_label=by.label
    )
    closed = Application.objects.get(pk=application_id)
    _note("application-closed", f"{closed.name}（{closed.code}）", by=by, at=at)


def _note(kind: str, subject: str, *, by: Actor, at: datetime) -> None:
    journal.record(Happening(kind, person_id=by.person_id, label=by.label, subject=subject), at=at)


def record_call(
    *, token_id: int, method: str, path: str, status: int, address: str, at: datetime
) -> None:
    """Log a call, and when the token was last used. One statement, two once a minute."""
    ApiCall.objects.create(
        token_id=token_id,
        at=at,
        method=method[:7],
        path=path[:200],
        status=status,
        address=address[:45],
    )


def note_use(token_id: int, *, at: datetime) -> None:
    """Keep when a token was last used."""
    AccessToken.objects.filter(pk=token_id).update(last_used_at=at)


def reserve_answer(
    *, application_id: int, key: str, fingerprint: str, at: datetime
) -> tuple[ApiAnswer, bool]:
    """Take an idempotency key, or return the answer kept under it; and whether it was taken now.

    Call it inside the transaction of the action: both stand or neither.
    """
    return ApiAnswer.objects.get_or_create(
        application_id=application_id,
        key=digest(key),
        defaults={"fingerprint": fingerprint, "at": at},
    )


def keep_answer(answer: ApiAnswer, *, status: int, body: str) -> None:
    """Keep what was answered."""
    ApiAnswer.objects.filter(pk=answer.pk).update(status=status, body=body)


def sweep(*, at: datetime) -> int:
    """Take away answers and calls that are old enough; return how many."""
    answers, _ = ApiAnswer.objects.filter(at__lt=at - rules.ANSWER_AGE).delete()
    calls, _ = ApiCall.objects.filter(at__lt=at - rules.CALL_AGE).delete()
    return answers + calls


def digest(text: str) -> str:
    """Return what is kept of a secret: it has 256 bits of chance, so one round is enough."""
    return hashlib.sha256(text.encode()).hexdigest()


def _allow(by: Actor) -> None:
    if not rights.may(by, MANAGE):
        raise Refused("people.not-allowed", post=by.post_name)
