"""The only writer of second factors: set up, asked, renewed, taken away."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.people.factors import rules, sealing
from nancheng.foundation.people.models import Person, RecoveryCode, SecondFactor
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused


class Proof(StrEnum):
    """With what a person passed."""

    CODE = "code"  # of the device
    RECOVERY = "recovery"  # one of the codes on paper


@dataclass(frozen=True, slots=True)
class Candidate:
    """A secret that a device shows codes of, not yet proved by one."""

    secret: bytes
    given: str


def new_secret() -> bytes:
    """Return a secret of chance."""
    return secrets.token_bytes(rules.SECRET_BYTES)


@transaction.atomic
def enrol(candidate: Candidate, *, person_id: int, at: datetime) -> list[str]:
    """Make a device the person's second factor, once a code of it proves it; a former one ends.

    Returns the recovery codes, which are told once. All other sessions of the person end, since
    what they are signed with changes. Raises ``Refused`` for a wrong code.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    step = rules.matching(candidate.secret, rules.tidy(candidate.given), at=at)
    if step is None:
        raise Refused("people.wrong-code", field="code")
    SecondFactor.objects.update_or_create(
        person=person,
        defaults={
            "secret": sealing.seal(candidate.secret, person_id=person_id),
            "set_up_at": at,
            "last_step": step,
            "tries": 0,
            "tried_at": None,
        },
    )
    person.second_factor_at = at
    person.save(update_fields=["second_factor_at"])
    _note("factor-enrolled", person, at=at)
    return _renew(person)


@transaction.atomic
def renew_codes(*, person_id: int, at: datetime) -> list[str]:
    """Give a person new recovery codes, told once; all former ones end."""
    person = Person.objects.select_for_update().get(pk=person_id)
    _note("recovery-renewed", person, at=at)
    return _renew(person)


def _renew(person: Person) -> list[str]:
    RecoveryCode.objects.filter(person=person).delete()
    fresh = [
        "".join(secrets.choice(rules.RECOVERY_ALPHABET) for _ in range(rules.RECOVERY_SIGNS))
        for _ in range(rules.RECOVERY_COUNT)
    ]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(person=person, hash=_hash(person.pk, each)) for each in fresh]
    )
    return [rules.grouped(each) for each in fresh]


def check(*, person_id: int, given: str, at: datetime) -> Proof:
    """Take a code of the person's device, or a recovery code; each opens once.

    Raises ``Refused``: it is wrong, it was used before, or the secret cannot be opened here.
    """
    typed = rules.tidy(given)
    if len(typed) == rules.RECOVERY_SIGNS:
        return _use_recovery(person_id, typed, at=at)
    factor = SecondFactor.objects.filter(person_id=person_id).first()
    if factor is None:
        raise Refused("people.wrong-code", field="code")
    secret = sealing.unseal(factor.secret, person_id=person_id)
    if secret is None:
        raise Refused("people.factor-unreadable", field="code")
    _count_try(factor, at=at)
    step = rules.matching(secret, typed, at=at)
    if step is None:
        raise Refused("people.wrong-code", field="code")
    # One statement decides between two hands with the same code.
    fresh = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
    if not fresh.update(last_step=step, tries=0, tried_at=None):
        raise Refused("people.used-code", field="code")
    return Proof.CODE


def _count_try(factor: SecondFactor, *, at: datetime) -> None:
    """Count a try before it is judged, so that many at once are not more than one by one."""
    rested = Q(tried_at__isnull=True) | Q(tried_at__lte=at - rules.TRIES_PAUSE)
    open_rows = SecondFactor.objects.filter(rested | Q(tries__lt=rules.TRIES_MAX), pk=factor.pk)
    tries = Case(When(rested, then=Value(1)), default=F("tries") + 1)
    if not open_rows.update(tries=tries, tried_at=at):
        until = (factor.tried_at or at) + rules.TRIES_PAUSE
        raise Refused("people.codes-locked", field="code", count=rules.TRIES_MAX, until=until)


@transaction.atomic
def _use_recovery(person_id: int, typed: str, *, at: datetime) -> Proof:
    unused = RecoveryCode.objects.filter(
        person_id=person_id, hash=_hash(person_id, typed), used_at__isnull=True
    )
    if not unused.update(used_at=at):
        raise Refused("people.wrong-code", field="code")
    _note("recovery-used", Person.objects.get(pk=person_id), at=at)
    return Proof.RECOVERY


def may_be_removed(*, person_id: int, by: Actor) -> None:
    """Check that there is something to ask for, and that nobody asks for himself or herself."""
    if person_id in by.persons:
        raise Refused("people.administrators-apart")
    person = Person.objects.get(pk=person_id)
    if person.second_factor_at is None:
        raise Refused("people.no-factor", name=person.name)


@transaction.atomic
def remove(*, person_id: int) -> None:
    """Take a person's second factor away, in the transaction of the two who decided it.

    The person's sessions end with it: the device may be in other hands.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.second_factor_at is None:
        raise Refused("people.no-factor", name=person.name)
    SecondFactor.objects.filter(person=person).delete()
    RecoveryCode.objects.filter(person=person).delete()
    person.second_factor_at = None
    person.save(update_fields=["second_factor_at"])


def _hash(person_id: int, typed: str) -> str:
    # 80 bits of chance need no slow hash; no key either, so that they outlive a restored backup.
    return hashlib.sha256(f"{person_id}:{typed}".encode()).hexdigest()


def _note(kind: str, person: Person, *, at: datetime) -> None:
    journal.record(
        Happening(kind, person_id=person.pk, label=person.name, subject=person.username), at=at
    )
