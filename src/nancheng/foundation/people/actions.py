"""The only writer of people's tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.people import accounts, queries, rules
from nancheng.foundation.people.models import (
    Absence,
    Department,
    Duty,
    FormerPassword,
    Grant,
    Identity,
    Person,
    Post,
)
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused


@transaction.atomic
def put_department(
    *, code: str, name: str, name_en: str, kind: str = "organ", parent: str = ""
) -> Department:
    """Make or rename a department; it stands below ``parent`` (a code) if one is given."""
    above = Department.objects.get(code=parent) if parent else None
    department, _ = Department.objects.update_or_create(
        code=code,
        defaults={
            "name": name,
            "name_en": name_en,
            "kind": kind,
            "parent": above,
            "path": f"{above.path if above else '/'}{code}/",
        },
    )
    return department


@transaction.atomic
def put_duty(*, code: str, name: str, name_en: str, grants: dict[str, str]) -> Duty:
    """Make or rename a duty and set exactly these grants: verb → scopes separated by spaces."""
    duty, _ = Duty.objects.update_or_create(code=code, defaults={"name": name, "name_en": name_en})
    wanted = {(verb, scope) for verb, scopes in grants.items() for scope in scopes.split()}
    present = {(grant.verb, grant.scope): grant.pk for grant in duty.grants.all()}
    Grant.objects.filter(
        pk__in=[key for pair, key in present.items() if pair not in wanted]
    ).delete()
    Grant.objects.bulk_create(
        [Grant(duty=duty, verb=verb, scope=scope) for verb, scope in sorted(wanted - set(present))]
    )
    return duty


@transaction.atomic
def put_post(*, department: str, duty: str, name: str, name_en: str) -> Post:
    """Make or rename the post of a duty in a department (both by code)."""
    post, _ = Post.objects.update_or_create(
        department=Department.objects.get(code=department),
        duty=Duty.objects.get(code=duty),
        defaults={"name": name, "name_en": name_en},
    )
    return post


@transaction.atomic
def put_person(*, username: str, name: str, password: str, email: str = "") -> Person:
    """Make a person, or rename one; the password is set only when the person is new."""
    person, made = Person.objects.get_or_create(
        username=username, defaults={"name": name, "email": email}
    )
    if made:
        person.set_password(password)
        person.save(update_fields=["password"])
    elif (person.name, person.email) != (name, email):
        person.name, person.email = name, email
        person.save(update_fields=["name", "email"])
    return person


@transaction.atomic
def put_technical_account(*, username: str, name: str) -> Person:
    """Make the account of a machine: it holds posts like a person, and nobody can sign in as it."""
    person, made = Person.objects.get_or_create(username=username, defaults={"name": name})
    if made:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return person


@transaction.atomic
def appoint(
    *, username: str, department: str, duty: str, active_from: date, is_primary: bool = True
) -> Identity:
    """Give a person the post of a duty in a department, from a day on."""
    # Under the person's lock, so that two posts given at once cannot join what must stay apart.
    person = Person.objects.select_for_update().get(username=username)
    post = Post.objects.get(department__code=department, duty__code=duty)
    _check_apart(person, post, on=active_from)
    identity, made = Identity.objects.get_or_create(
        person=person,
        post=post,
        defaults={"active_from": active_from, "is_primary": is_primary},
    )
    if not made and identity.active_to is not None:
        identity.active_from, identity.active_to = active_from, None
        identity.save(update_fields=["active_from", "active_to"])
    return identity


def _check_apart(person: Person, post: Post, *, on: date) -> None:
    """Refuse a post whose duty no person may hold beside those already held (三员分立), and any
    post of a person who leaves.
    """
    if person.leaves_on is not None:
        raise Refused("people.has-left", field="post", name=person.name)
    held = Identity.objects.filter(
        Q(active_to__isnull=True) | Q(active_to__gt=on), person=person
    ).values_list("post__duty__code", flat=True)
    if not rules.are_separate(frozenset({*held, post.duty.code})):
        raise Refused("people.duties-apart", field="post", name=person.name)


def appointable(*, person_id: int, post_id: int, on: date) -> Post:
    """Return a post that a person may be given. Raises ``Refused``."""
    post = Post.objects.select_related("department", "duty").filter(pk=post_id).first()
    if post is None:
        raise Refused("people.unknown-post", field="post")
    _check_apart(Person.objects.get(pk=person_id), post, on=on)
    return post


@transaction.atomic
def dismiss(*, identity_id: int, at: datetime) -> None:
    """Take a post from a person, from this day on."""
    identity = Identity.objects.select_for_update().get(pk=identity_id)
    if identity.active_to is not None:
        return
    first = identity.active_from + timedelta(days=1)
    identity.active_to = max(timezone.localdate(at), first)
    identity.save(update_fields=["active_to"])


@transaction.atomic
def set_grants(*, duty: str, grants: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Set exactly these grants of a duty: verb → scopes, if they still are as they were before."""
    row = Duty.objects.select_for_update().get(code=duty)
    if accounts.granted(row) != dict(before):
        raise Refused("people.grants-moved", duty=row.name)
    for verb in grants:
        if not rules.grant_fits(duty, verb):
            raise Refused("people.grant-apart", verb=verb)
    put_duty(code=duty, name=row.name, name_en=row.name_en, grants=dict(grants))


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Who gets an account."""

    username: str
    name: str
    email: str = ""


@transaction.atomic
def open_account(facts: AccountFacts, *, password: str, by: Actor, at: datetime) -> Person:
    """Make an account whose first password must be changed at once."""
    _administrates(by)
    if Person.objects.filter(username=facts.username).exists():
        raise Refused("people.known-username", field="username")
    person = Person(
        username=facts.username,
        name=facts.name,
        email=facts.email,
        must_change=True,
        password_changed_at=at,
    )
    person.set_password(password)
    person.save()
    _note("account-made", person, by=by, at=at)
    return person


@transaction.atomic
def set_account_open(*, person_id: int, is_open: bool, by: Actor, at: datetime) -> None:
    """Close an account, which ends its sessions, or open it again."""
    person = _of_another(person_id, by=by, at=at)
    person.is_active = is_open
    person.save(update_fields=["is_active"])
    _note("account-opened" if is_open else "account-closed", person, by=by, at=at)


def resettable(*, person_id: int, by: Actor, at: datetime) -> str:
    """Check that the system administrator may ask for a person's new password; return the mark of
    the present one, which the second hand must still find. Raises ``Refused``.
    """
    with transaction.atomic():
        return _mark(_of_another(person_id, by=by, at=at))


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that somebody else gave, hashed, and the mark of the one it replaces."""

    hashed: str
    instead_of: str


@transaction.atomic
def reset_password(new: NewPassword, *, person_id: int, by: Actor, at: datetime) -> None:
    """Give an account a password that must be changed at once, in the transaction of whoever
    confirms it; its sessions end. Raises ``Refused`` for one's own, and one changed meanwhile.
    """
    if person_id in by.persons:
        raise Refused("people.administrators-apart")
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.leaves_on is not None and not person.is_active:
        raise Refused("people.has-left", name=person.name)
    if _mark(person) != new.instead_of:
        raise Refused("people.password-moved", name=person.name)
    _keep_former(person, at=at)
    person.password = new.hashed
    person.must_change, person.password_changed_at = True, at
    person.save(update_fields=["password", "must_change", "password_changed_at"])


def _mark(person: Person) -> str:
    return hashlib.sha256(person.password.encode()).hexdigest()


def _administrates(by: Actor) -> None:
    if not rules.may(by, "system.accounts"):
        raise Refused("people.not-allowed", post=by.post_name)


def _of_another(person_id: int, *, by: Actor, at: datetime) -> Person:
    """Return a person's account for the system administrator; not his or her own, and not that of
    another administrator, whom nobody may become.
    """
    _administrates(by)
    person = Person.objects.select_for_update().get(pk=person_id)
    others = person.identities.filter(post__duty__code__in=rules.ADMINISTRATORS)
    if person.pk == by.person_id or others.exclude(post__duty__code=by.duty).exists():
        raise Refused("people.administrators-apart")
    if rules.has_left(person.leaves_on, on=timezone.localdate(at)):
        raise Refused("people.has-left", name=person.name)
    return person


def _note(kind: str, person: Person, *, by: Actor, at: datetime) -> None:
    journal.record(
        Happening(
            kind,
            person_id=by.person_id,
            label=by.label,
            subject=f"{person.name}（{person.username}）",
        ),
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who is absent from when until when (the last day counts), who stands in, for what, and why.

    Without ``kinds`` of cases the whole identity is delegated.
    """

    principal_id: int
    deputy_id: int
    first_on: date
    last_on: date
    reason: str
    kinds: frozenset[str] = frozenset()


@transaction.atomic
def stand_in(delegation: Delegation, *, by: Actor, at: datetime) -> Absence:
    """授权代理: let a colleague do an absent one's work; set by oneself or by the head.

    Raises ``Refused``: not one's own nor within reach, not a colleague, absent as well, or
    delegated already.
    """
    ids = sorted({delegation.principal_id, delegation.deputy_id})
    # Under the locks of both, so that two delegations cannot cross each other.
    held = {each.pk: each for each in Identity.objects.select_for_update().filter(pk__in=ids)}
    principal = held.get(delegation.principal_id)
    if principal is None or not queries.may_delegate(by, principal.pk):
        raise Refused("people.unknown-identity")
    _check_period(delegation, at=at)
    deputies = dict(queries.possible_deputies(principal.pk, on=delegation.first_on))
    if delegation.deputy_id not in deputies:
        raise Refused("people.not-a-deputy", field="deputy")
    same_days = Absence.objects.filter(
        ended_at__isnull=True,
        active_from__lte=delegation.last_on,
        active_to__gt=delegation.first_on,
    )
    if same_days.filter(principal_id=delegation.deputy_id).exists():
        raise Refused("people.deputy-absent", field="deputy")
    for kinds in same_days.filter(principal_id=principal.pk).values_list("kinds", flat=True):
        if not kinds or not delegation.kinds or delegation.kinds & set(kinds.split()):
            raise Refused("people.already-delegated", field="first_on")
    return Absence.objects.create(
        principal=principal,
        deputy_id=delegation.deputy_id,
        active_from=delegation.first_on,
        active_to=delegation.last_on + timedelta(days=1),
        kinds=" ".join(sorted(delegation.kinds)),
        reason=delegation.reason,
        set_by_id=by.identity_id,
        set_at=at,
    )


def _check_period(delegation: Delegation, *, at: datetime) -> None:
    if delegation.first_on < timezone.localdate(at):
        raise Refused("people.absence-in-the-past", field="first_on")
    if delegation.last_on < delegation.first_on:
        raise Refused("people.absence-backwards", field="last_on")
    if (delegation.last_on - delegation.first_on).days >= rules.ABSENCE_DAYS_MAX:
        raise Refused("people.absence-too-long", field="last_on", days=rules.ABSENCE_DAYS_MAX)


@transaction.atomic
def end_absence(*, absence_id: int, by: Actor, at: datetime) -> None:
    """End a delegation at once; what the deputy did stays in the history under both names."""
    row = Absence.objects.select_for_update().filter(pk=absence_id).first()
    if row is None or not queries.may_delegate(by, row.principal_id):
        raise Refused("people.unknown-absence")
    if row.ended_at is not None:
        return
    row.ended_at, row.ended_by_id = at, by.identity_id
    row.save(update_fields=["ended_at", "ended_by"])


@transaction.atomic
def change_password(*, person_id: int, old: str, new: str, at: datetime) -> None:
    """Change one's own password. Raises ``Refused`` naming the field that is wrong."""
    person = Person.objects.select_for_update().get(pk=person_id)
    if not person.check_password(old):
        raise Refused("people.wrong-password", field="old")
    try:
        password_validation.validate_password(new, person)
    except ValidationError as error:
        raise Refused("people.weak-password", field="new", why=" ".join(error.messages)) from error
    kept = person.former_passwords.values_list("password", flat=True)[: settings.PASSWORD_HISTORY]
    if any(check_password(new, each) for each in (person.password, *kept)):
        raise Refused("people.former-password", field="new", count=settings.PASSWORD_HISTORY)
    _keep_former(person, at=at)
    person.set_password(new)
    person.password_changed_at, person.must_change = at, False
    person.save(update_fields=["password", "password_changed_at", "must_change"])
    journal.record(Happening("password-changed", person_id=person.pk, label=person.name), at=at)


def _keep_former(person: Person, *, at: datetime) -> None:
    FormerPassword.objects.create(person=person, password=person.password, replaced_at=at)
    kept = person.former_passwords.values_list("pk", flat=True)[: settings.PASSWORD_HISTORY]
    FormerPassword.objects.filter(person=person).exclude(pk__in=list(kept)).delete()


def set_language(*, person_id: int, language: str) -> None:
    """Keep the language a person reads."""
    Person.objects.filter(pk=person_id).update(language=language)
