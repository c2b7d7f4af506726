"""Reads of people: the actor of a request, and lists limited to an actor's reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from nancheng.foundation.people import rules
from nancheng.foundation.people.models import Department, Grant, Identity, Post
from nancheng.foundation.people.rules import Actor, Reach, Reader, Row, Scope

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Fields:
    """Where a table keeps what a right asks: lookups, and how to ask for a taking part."""

    owner: str = ""
    department: str = "department_id"
    path: str = "department__path"
    party: Callable[[int], Q] | None = None
    invited: Callable[[Reader], Q] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """An identity that a person may act under."""

    identity_id: int
    post_name: str
    post_name_en: str
    department_name: str
    department_name_en: str


def actor(*, person_id: int, identity_id: int | None, on: date) -> Actor | None:
    """Return the identity a person acts under on a day, or None. Two statements.

    With no ``identity_id``, or one that is not the person's, the person's first identity serves.
    """
    rows = list(
        _active(on)
        .filter(person_id=person_id)
        .values_list(
            "id",
            "person__name",
            "post_id",
            "post__name",
            "post__duty__code",
            "post__duty_id",
            "post__department_id",
            "post__department__path",
            "post__department__name",
        )
        .order_by("-is_primary", "id")
    )
    row = next((row for row in rows if row[0] == identity_id), rows[0] if rows else None)
    if row is None:
        return None
    verbs: dict[str, frozenset[Scope]] = {}
    for verb, scope in Grant.objects.filter(duty_id=row[5]).values_list("verb", "scope"):
        verbs[verb] = verbs.get(verb, frozenset()) | {Scope(scope)}
    return Actor(
        identity_id=row[0],
        person_id=person_id,
        name=row[1],
        post_id=row[2],
        post_name=row[3],
        duty=row[4],
        department_id=row[6],
        department_path=row[7],
        department_name=row[8],
        verbs=verbs,
    )


def actor_of(*, username: str, on: date, duty: str = "") -> Actor:
    """Return the actor of a sign-in name, at a post of the given duty if one is named.

    For jobs, demonstrations and tests. Raises ``Identity.DoesNotExist``.
    """
    found = _active(on).filter(person__username=username)
    if duty:
        found = found.filter(post__duty__code=duty)
    identity = found.order_by("-is_primary", "id").first()
    if identity is not None:
        made = actor(person_id=identity.person_id, identity_id=identity.pk, on=on)
        if made is not None:
            return made
    raise Identity.DoesNotExist(username)


def actor_at(*, identity_id: int, on: date) -> Actor | None:
    """Return the actor of an identity, if it is in force on that day."""
    person_id = _active(on).filter(pk=identity_id).values_list("person_id", flat=True).first()
    if person_id is None:
        return None
    return actor(person_id=person_id, identity_id=identity_id, on=on)


def choices(*, person_id: int, on: date) -> list[Choice]:
    """Return the identities a person may act under on a day. One statement."""
    return [
        Choice(*row)
        for row in _active(on)
        .filter(person_id=person_id)
        .order_by("-is_primary", "id")
        .values_list(
            "id",
            "post__name",
            "post__name_en",
            "post__department__name",
            "post__department__name_en",
        )
    ]


def post_id(*, department_id: int, duty: str) -> int | None:
    """Return the post of a duty in a department, if there is one."""
    return (
        Post.objects.filter(department_id=department_id, duty__code=duty)
        .values_list("id", flat=True)
        .first()
    )


def department_id(*, code: str) -> int:
    """Return the department of a code. Raises ``Department.DoesNotExist``."""
    return Department.objects.values_list("id", flat=True).get(code=code)


def colleagues(*, post_id: int, on: date, but: int = 0) -> list[tuple[int, str]]:
    """Return (identity, label) of all who hold posts in the department of a post."""
    department = Post.objects.values_list("department_id", flat=True).get(pk=post_id)
    rows = (
        _active(on)
        .filter(post__department_id=department)
        .exclude(pk=but)
        .order_by("person__name", "id")
        .values_list("id", "person__name", "post__name")
    )
    return [(identity, f"{name} · {post}") for identity, name, post in rows]


def holders(*, post_id: int, on: date) -> list[int]:
    """Return the identities that hold a post on a day."""
    return list(_active(on).filter(post_id=post_id).values_list("id", flat=True))


def limit(
    rows: QuerySet[M], actor: Actor | None, verb: str, fields: Fields | None = None
) -> QuerySet[M]:
    """Return the rows on which the actor may use the verb: ``rules.reach`` as a filter."""
    return within(rows, rules.reach(actor, verb), fields or Fields())


def within(rows: QuerySet[M], reach: Reach, fields: Fields) -> QuerySet[M]:
    """Return the rows within a reach."""
    return rows if reach.everything else rows.filter(condition(reach, fields))


def condition(reach: Reach, fields: Fields) -> Q:
    """Return the condition that a row is within a reach."""
    if reach.everything:
        return Q()
    found = Q(pk__in=())
    if reach.owner_identity_id is not None and fields.owner:
        found |= Q(**{fields.owner: reach.owner_identity_id})
    if reach.department_id is not None and fields.department:
        found |= Q(**{fields.department: reach.department_id})
    if reach.below_path and fields.path:
        found |= Q(**{f"{fields.path}__startswith": reach.below_path})
    if reach.party_department_id is not None and fields.party is not None:
        found |= fields.party(reach.party_department_id)
    if reach.reader is not None and fields.invited is not None:
        found |= fields.invited(reach.reader)
    return found


def granted(*, verb: str, row: Row, on: date) -> list[tuple[int, int]]:
    """Return (identity, person) of all who may use a verb on a row, by the one rule. Two."""
    scopes: dict[int, frozenset[Scope]] = {}
    for duty, scope in Grant.objects.filter(verb=verb).values_list("duty_id", "scope"):
        scopes[duty] = scopes.get(duty, frozenset()) | {Scope(scope)}
    holders = (
        _active(on)
        .filter(post__duty_id__in=scopes)
        .order_by("id")
        .values_list(
            "id",
            "person_id",
            "post__duty_id",
            "post__department_id",
            "post__department__path",
        )
    )
    return [
        (identity, person)
        for identity, person, duty, department, path in holders
        if rules.spread(
            scopes[duty], identity_id=identity, department_id=department, path=path
        ).holds(row)
    ]


def _active(on: date) -> QuerySet[Identity]:
    return Identity.objects.filter(
        Q(active_to__isnull=True) | Q(active_to__gt=on), active_from__lte=on, person__is_active=True
    )


def posts(*, duties: Iterable[str]) -> dict[tuple[int, str], int]:
    """Return the posts of some duties by (department, duty). One statement."""
    rows = Post.objects.filter(duty__code__in=list(duties)).values_list(
        "department_id", "duty__code", "id"
    )
    return {(department, duty): post for department, duty, post in rows}


def departments_with(*, duty: str) -> list[tuple[str, str]]:
    """Return (code, name) of the departments that have the post of a duty. One statement."""
    return [
        (code, name)
        for code, name in Post.objects.filter(duty__code=duty)
        .order_by("department__path")
        .values_list("department__code", "department__name")
    ]
