"""The only writer of people's tables."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from nancheng.foundation.people.models import Department, Duty, Grant, Identity, Person, Post
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
