"""Reads of second factors."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from nancheng.foundation.people.factors import rules
from nancheng.foundation.people.models import Identity, Person, RecoveryCode
from nancheng.kernel.refusal import Refused

# Which duties must have a second factor, by code, with blanks between them; "none" for nobody.
DUTIES = "people.second-factor-duties"


def must_have(person: Person, *, on: date) -> bool:
    """Say whether a person holds a post of a duty that must have a second factor. Two statements.

    An installation without the setting asks it of nobody.
    """
    try:
        setting: str = import_string(settings.DATED_SETTING)(DUTIES, on=on)
    except Refused:
        return False
    held = Identity.objects.filter(
        Q(active_to__isnull=True) | Q(active_to__gt=on), person=person, active_from__lte=on
    )
    return rules.must_have(set(held.values_list("post__duty__code", flat=True)), setting)


def codes_left(person: Person) -> int:
    """Return how many recovery codes a person has not used yet. One statement."""
    return RecoveryCode.objects.filter(person=person, used_at__isnull=True).count()
