"""The only writer of people's tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from nancheng.foundation.people import queries, rules
from nancheng.foundation.people.models import (
    Absence,
    Department,
    Duty,
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
    identity, _ = Identity.objects.get_or_create(
        person=Person.objects.get(username=username),
        post=Post.objects.get(department__code=department, duty__code=duty),
        defaults={"active_from": active_from, "is_primary": is_primary},
    )
    return identity


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
    person.set_password(new)
    person.password_changed_at = at
    person.save(update_fields=["password", "password_changed_at"])


def set_language(*, person_id: int, language: str) -> None:
    """Keep the language a person reads."""
    Person.objects.filter(pk=person_id).update(language=language)
