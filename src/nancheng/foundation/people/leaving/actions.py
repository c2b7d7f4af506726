"""A person who leaves: nobody is deleted, everything that opens a door ends on a day.

Posts, delegations and signing in end from that day on; what the person did stays under his or her
name, since it is the record of an office (档案法) and the histories are chained. Later the personal
data of the account may be erased (个人信息保护法 第四十七条): a page that reads it then shows a
pseudonym, always the same, and what was written down stays as it was written.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.people import queries, rules
from nancheng.foundation.people.models import (
    Absence,
    FormerPassword,
    Person,
    RecoveryCode,
    SecondFactor,
)
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused


def may_leave(person: Person, *, leaves_on: date, by: Actor, on: date) -> None:
    """Check that a person may leave on a day; neither hand decides about oneself.

    Raises ``Refused``: oneself, a day gone by, leaving already, or the last of an administrator.
    """
    if person.pk in by.persons:
        raise Refused("people.administrators-apart")
    if person.leaves_on is not None:
        raise Refused("people.leaves-already", name=person.name, on=person.leaves_on)
    if leaves_on < on:
        raise Refused("people.leaves-in-the-past", field="leaves_on")
    held = set(
        queries.lasting(leaves_on).filter(person=person).values_list("post__duty__code", flat=True)
    )
    others = queries.lasting(leaves_on).exclude(person=person)
    for duty in sorted(held & rules.ADMINISTRATORS):
        if not others.filter(post__duty__code=duty, person__is_active=True).exists():
            raise Refused("people.last-administrator", name=person.name)


@transaction.atomic
def leave(*, person_id: int, leaves_on: date, by: Actor, at: datetime) -> None:
    """End what a person may from a day on, in the transaction of the two who decided it.

    A day that went by while the request waited is today.
    """
    today = timezone.localdate(at)
    person = Person.objects.select_for_update().get(pk=person_id)
    leaves_on = max(leaves_on, today)
    may_leave(person, leaves_on=leaves_on, by=by, on=today)
    for identity in queries.lasting(leaves_on).filter(person=person):
        identity.active_to = max(leaves_on, identity.active_from + timedelta(days=1))
        identity.save(update_fields=["active_to"])
    _end_delegations(person, leaves_on=leaves_on, by=by, at=at)
    person.leaves_on = leaves_on
    person.save(update_fields=["leaves_on"])
    if rules.has_left(leaves_on, on=today):
        _close(person)


def end_due(*, at: datetime) -> int:
    """Close the accounts of those whose day has come; return how many."""
    gone = Person.objects.filter(leaves_on__lte=timezone.localdate(at), is_active=True)
    return sum(_end(person_id, at=at) for person_id in list(gone.values_list("pk", flat=True)))


@transaction.atomic
def _end(person_id: int, *, at: datetime) -> int:
    person = Person.objects.select_for_update().get(pk=person_id)
    if not person.is_active or not rules.has_left(person.leaves_on, on=timezone.localdate(at)):
        return 0
    _close(person)
    said = f"{person.name}（{person.username}）"
    journal.record(Happening("account-closed", subject=said, detail="离岗日期已到"), at=at)
    return 1


def _close(person: Person) -> None:
    """Close an account for good: nothing is left that opens it, and its sessions end."""
    person.is_active, person.must_change, person.second_factor_at = False, False, None
    person.set_unusable_password()
    person.save(update_fields=["is_active", "must_change", "second_factor_at", "password"])
    FormerPassword.objects.filter(person=person).delete()
    SecondFactor.objects.filter(person=person).delete()
    RecoveryCode.objects.filter(person=person).delete()


def _end_delegations(person: Person, *, leaves_on: date, by: Actor, at: datetime) -> None:
    """End what others do for the person, and what the person does for others, from the day on."""
    concerned = Q(principal__person=person) | Q(deputy__person=person)
    rows = Absence.objects.filter(concerned, ended_at__isnull=True, active_to__gt=leaves_on)
    if leaves_on > timezone.localdate(at):
        rows.filter(active_from__lt=leaves_on).update(active_to=leaves_on)
        rows = rows.filter(active_from__gte=leaves_on)
    rows.update(ended_at=at, ended_by_id=by.identity_id)


def may_be_erased(person: Person, *, by: Actor, on: date) -> None:
    """Check that the personal data of an account may go: its person left. Raises ``Refused``."""
    if person.pk in by.persons:
        raise Refused("people.administrators-apart")
    if person.is_active or not rules.has_left(person.leaves_on, on=on):
        raise Refused("people.not-left", name=person.name)
    if person.erased_at is not None:
        raise Refused("people.erased-already")


@transaction.atomic
def erase(*, person_id: int, by: Actor, at: datetime) -> None:
    """Put a pseudonym in the place of a person's data, in the transaction of the two."""
    person = Person.objects.select_for_update().get(pk=person_id)
    may_be_erased(person, by=by, on=timezone.localdate(at))
    person.username, person.name = rules.pseudonym(person.pk)
    person.email = person.phone = ""
    person.last_login = person.password_changed_at = None
    person.erased_at = at
    person.save()
