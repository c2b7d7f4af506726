"""What is held about a person, for the copy a person may ask for (个人信息保护法 第四十五条).

It is what is about the person as a person: account, posts, delegations, sign-ins. What the person
did in a case is the case's record and stays with it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from nancheng.foundation.journal import queries as journal
from nancheng.foundation.people.models import Absence, Identity, Person

Section = dict[str, Any] | list[dict[str, Any]]


def copy(person_id: int) -> dict[str, Section]:
    """Return all sections by name; each app that holds something names a function in the wiring."""
    return {
        name: import_string(dotted)(person_id) for name, dotted in settings.PERSONAL_DATA.items()
    }


def account(person_id: int) -> Section:
    """Return the account, without what opens it. One statement."""
    person = Person.objects.get(pk=person_id)
    return {
        "username": person.username,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "language": person.language,
        "is_active": person.is_active,
        "last_login": person.last_login,
        "password_changed_at": person.password_changed_at,
        "second_factor_at": person.second_factor_at,
        "leaves_on": person.leaves_on,
    }


def posts(person_id: int) -> Section:
    """Return the posts held, now and before. One statement."""
    rows = Identity.objects.filter(person_id=person_id).select_related("post__department")
    return [
        {
            "department": row.post.department.name,
            "post": row.post.name,
            "from": row.active_from,
            "to": row.active_to,
        }
        for row in rows.order_by("active_from", "id")
    ]


def delegations(person_id: int) -> Section:
    """Return the person's own absences: who stood in, when and why. One statement."""
    rows = Absence.objects.filter(principal__person_id=person_id)
    named = rows.order_by("active_from", "id").values(
        "deputy__person__name", "active_from", "active_to", "reason", "ended_at"
    )
    return [
        {
            "deputy": row["deputy__person__name"],
            "from": row["active_from"],
            "to": row["active_to"],
            "reason": row["reason"],
            "ended_at": row["ended_at"],
        }
        for row in named
    ]


def security_log(person_id: int) -> Section:
    """Return what the operations log keeps of the person's own doing. One statement."""
    rows = journal.entries().filter(person_id=person_id).order_by("seq")
    return [dict(row) for row in rows.values("at", "kind", "subject", "address")]
