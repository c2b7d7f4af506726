"""Reads of people: the actor of a request, and lists limited to an actor's reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Model, Q, QuerySet

from nancheng.foundation.people import rules
from nancheng.foundation.people.models import Absence, Department, Grant, Identity, Post
from nancheng.foundation.people.rules import Actor, Part, Principal, Reach, Reader, Row, Scope
from nancheng.foundation.web import memory, sql, wording

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Fields:
    """Where a table keeps what a right asks: lookups, and how to ask for a taking part."""

    owner: str = ""
    department: str = "department_id"
    path: str = "department__path"
    party: Callable[[int], Q] | None = None
    invited: Callable[[Reader], Q] | None = None
    # The kind of the row's case, for what is delegated for some kinds alone.
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """An identity that a person may act under."""

    identity_id: int
    post_name: str
    post_name_en: str
    department_name: str
    department_name_en: str


# Said, and not left out: an empty condition is passed over by ``|``.
EVERY_ROW = Q(pk__isnull=False)

# What an actor is made of, by the lookups of an identity.
# An identity in force on a day, with its person, post, duty and department; asked at every request.
_STANDING = (
    "SELECT i.id, i.person_id, n.name, i.post_id, p.name, d.code, p.duty_id, p.department_id,"
    " u.path, u.name, i.is_primary, {absence} FROM people_identity i"
    " JOIN people_person n ON n.id = i.person_id AND n.is_active"
    " JOIN people_post p ON p.id = i.post_id JOIN people_duty d ON d.id = p.duty_id"
    " JOIN people_department u ON u.id = p.department_id{joined}"
    " WHERE i.active_from <= %s AND (i.active_to IS NULL OR i.active_to > %s) AND {whose}"
)
_OWN = _STANDING.format(absence="0, ''", joined="", whose="i.person_id = %s")
_DELEGATED = _STANDING.format(
    absence="a.deputy_id, a.kinds",
    joined=(
        " JOIN people_absence a ON a.principal_id = i.id AND a.ended_at IS NULL"
        " JOIN people_identity m ON m.id = a.deputy_id"
    ),
    whose="a.active_from <= %s AND a.active_to > %s AND m.person_id = %s",
)


def actor(*, person_id: int, identity_id: int | None, on: date) -> Actor | None:
    """Return the identity a person acts under on a day, or None. Two statements.

    With no ``identity_id``, or one that is not the person's, the person's first identity serves.
    Whoever stands in for others that day is their deputy as well.
    """
    day = sql.day(on)
    values = [day, day, person_id, day, day, day, day, person_id]
    rows = sql.rows(f"{_OWN} UNION ALL {_DELEGATED}", values)
    own = sorted((row for row in rows if not row[-2]), key=lambda row: (not row[10], row[0]))
    row = next((row for row in own if row[0] == identity_id), own[0] if own else None)
    if row is None:
        return None
    absent = [each for each in rows if each[-2] == row[0]]
    verbs = _verbs({each[6] for each in (row, *absent)})
    acting = _actor(row, verbs)
    if not absent:
        return acting
    return replace(acting, stands_in=tuple(_deputy(acting, each, verbs) for each in absent))


def _verbs(duties: set[int]) -> dict[int, dict[str, frozenset[Scope]]]:
    found: dict[int, dict[str, frozenset[Scope]]] = {duty: {} for duty in duties}
    marks = ", ".join(["%s"] * len(duties))
    granted = f"SELECT duty_id, verb, scope FROM people_grant WHERE duty_id IN ({marks})"
    for duty, verb, scope in sql.rows(granted, [*duties]):
        found[duty][verb] = found[duty].get(verb, frozenset()) | {Scope(scope)}
    return found


def _actor(row: tuple[Any, ...], verbs: Mapping[int, Mapping[str, frozenset[Scope]]]) -> Actor:
    return Actor(
        identity_id=row[0],
        person_id=row[1],
        name=row[2],
        post_id=row[3],
        post_name=row[4],
        duty=row[5],
        department_id=row[7],
        department_path=row[8],
        department_name=row[9],
        verbs=verbs[row[6]],
    )


def _deputy(
    own: Actor, row: tuple[Any, ...], verbs: Mapping[int, Mapping[str, frozenset[Scope]]]
) -> Actor:
    return replace(
        _actor(row, verbs),
        identity_id=own.identity_id,
        person_id=own.person_id,
        name=own.name,
        acting_for=Principal(identity_id=row[0], person_id=row[1], name=row[2]),
        kinds=frozenset(row[-1].split()) or None,
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


@memory.kept
def post_of(department_id: int, duty: str) -> int:
    """Return the post of a duty in a department. Raises ``Post.DoesNotExist``.

    A post never changes its duty or department, so what was found stays true.
    """
    found = sql.one(
        "SELECT p.id FROM people_post p JOIN people_duty d ON d.id = p.duty_id"
        " WHERE p.department_id = %s AND d.code = %s",
        [department_id, duty],
    )
    if found is None:
        raise Post.DoesNotExist(f"{department_id}: {duty}")
    return int(found[0])


@memory.kept
def coded(code: str) -> int:
    """Return the department of a code; codes are for ever. Raises ``Department.DoesNotExist``."""
    return department_id(code=code)


def department_id(*, code: str) -> int:
    """Return the department of a code. Raises ``Department.DoesNotExist``."""
    return Department.objects.values_list("id", flat=True).get(code=code)


def department_of(*, code: object) -> int | None:
    """Return the department of a code, None where a value is no department's code."""
    if not isinstance(code, str):
        return None
    return Department.objects.filter(code=code).values_list("id", flat=True).first()


def leaders(*, verb: str, department_id: int, on: date) -> list[int]:
    """Return the identities of a department, or of the nearest above it, that have a verb."""
    path = Department.objects.values_list("path", flat=True).get(pk=department_id)
    rows = _active(on).filter(post__duty__grants__verb=verb).order_by("id").distinct()
    holders: dict[str, list[int]] = {}
    for place, identity_id in rows.values_list("post__department__path", "id"):
        if path.startswith(place):
            holders.setdefault(place, []).append(identity_id)
    return holders[max(holders, key=len)] if holders else []


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


def duty_of(*, post_id: int) -> int:
    """Return the duty of a post."""
    return Post.objects.values_list("duty_id", flat=True).get(pk=post_id)


def holders(*, post_id: int, on: date) -> list[int]:
    """Return the identities that hold a post on a day."""
    return list(_active(on).filter(post_id=post_id).values_list("id", flat=True))


def holders_of(post_ids: Iterable[int], *, on: date) -> dict[int, list[int]]:
    """Return the identities that hold each of some posts on a day. One statement."""
    found: dict[int, list[int]] = {}
    rows = _active(on).filter(post_id__in=list(post_ids)).order_by("id")
    for post_id, identity_id in rows.values_list("post_id", "id"):
        found.setdefault(post_id, []).append(identity_id)
    return found


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
        return EVERY_ROW
    found = Q(pk__in=())
    for part in reach.parts:
        if part.kinds is None:
            found |= _within_part(part, fields)
        elif fields.kind:
            found |= _within_part(part, fields) & Q(**{f"{fields.kind}__in": sorted(part.kinds)})
    return found


def _within_part(part: Part, fields: Fields) -> Q:
    if part.everything:
        return EVERY_ROW
    found = Q(pk__in=())
    if part.owner_identity_id is not None and fields.owner:
        found |= Q(**{fields.owner: part.owner_identity_id})
    if part.department_id is not None and fields.department:
        found |= Q(**{fields.department: part.department_id})
    if part.below_path and fields.path:
        found |= Q(**{f"{fields.path}__startswith": part.below_path})
    if part.party_department_id is not None and fields.party is not None:
        found |= fields.party(part.party_department_id)
    if part.reader is not None and fields.invited is not None:
        found |= fields.invited(part.reader)
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


def lasting(on: date) -> QuerySet[Identity]:
    """Return the identities that are or will be in force on a day or after it."""
    return Identity.objects.filter(Q(active_to__isnull=True) | Q(active_to__gt=on))


def _active(on: date) -> QuerySet[Identity]:
    return lasting(on).filter(active_from__lte=on, person__is_active=True)


def departments() -> list[tuple[int, str]]:
    """Return (id, name) of every department, in the order of the tree. One statement."""
    return [(each.pk, wording.named(each)) for each in Department.objects.order_by("path")]


def departments_with(*, duty: str) -> list[tuple[str, str]]:
    """Return (code, name) of the departments that have the post of a duty, in the reader's
    language. One statement.
    """
    posts = Post.objects.filter(duty__code=duty).select_related("department")
    found = posts.order_by("department__path").only("department")
    return [(each.department.code, wording.named(each.department)) for each in found]


DELEGATE = "people.absence.set"
ABSENCE_FIELDS = Fields(
    owner="principal_id",
    department="principal__post__department_id",
    path="principal__post__department__path",
)
IDENTITY_FIELDS = Fields(
    owner="id", department="post__department_id", path="post__department__path"
)


def absences(actor: Actor) -> QuerySet[Absence]:
    """Return the delegations an actor made, stands in by, or may set for others."""
    mine = Q(principal_id=actor.identity_id) | Q(deputy_id=actor.identity_id)
    return Absence.objects.filter(mine | condition(rules.reach(actor, DELEGATE), ABSENCE_FIELDS))


def principals(actor: Actor, *, on: date) -> list[tuple[int, str]]:
    """Return (identity, label) of those whose absence an actor may set: itself first."""
    rows = (
        _active(on)
        .filter(
            Q(pk=actor.identity_id) | condition(rules.reach(actor.alone, DELEGATE), IDENTITY_FIELDS)
        )
        .order_by("post__department__path", "person__name", "id")
        .values_list("id", "person__name", "post__department__name", "post__name")
    )
    labelled = [(row[0], " · ".join(row[1:])) for row in rows]
    return sorted(labelled, key=lambda row: row[0] != actor.identity_id)


def may_delegate(actor: Actor, principal_id: int) -> bool:
    """Say whether an actor may set or end an identity's absence: its own, or within its reach.

    What is delegated is not passed on: a deputy sets nobody's absence for the one stood in for.
    """
    if principal_id == actor.identity_id:
        return True
    within_reach = condition(rules.reach(actor.alone, DELEGATE), IDENTITY_FIELDS)
    return Identity.objects.filter(within_reach, pk=principal_id).exists()


def possible_deputies(principal_id: int, *, on: date) -> list[tuple[int, str]]:
    """Return (identity, label) of the colleagues who may stand in for an identity. Four.

    A machine's account stands in for nobody.
    """
    post, person, duty = Identity.objects.values_list(
        "post_id", "person_id", "post__duty__code"
    ).get(pk=principal_id)
    found = colleagues(post_id=post, on=on, but=principal_id)
    machines = set(
        Identity.objects.filter(
            pk__in=[identity for identity, _ in found],
            person__password__startswith=UNUSABLE_PASSWORD_PREFIX,
        ).values_list("id", flat=True)
    )
    found = [each for each in found if each[0] not in machines]
    duties = duties_of([identity for identity, _ in found])
    return [
        (identity, label)
        for identity, label in found
        if duties[identity][0] != person and rules.are_separate(duties[identity][1] | {duty})
    ]


def duties_of(identity_ids: Iterable[int]) -> dict[int, tuple[int, frozenset[str]]]:
    """Return the person behind each identity, and all duties that person holds. One statement."""
    rows = Identity.objects.filter(pk__in=list(identity_ids)).values_list(
        "id", "person_id", "person__identities__post__duty__code"
    )
    found: dict[int, tuple[int, frozenset[str]]] = {}
    for identity, person, duty in rows:
        found[identity] = (person, found.get(identity, (person, frozenset()))[1] | {duty})
    return found


def stand_ins(identity_ids: Iterable[int], *, on: date) -> list[tuple[int, int, str, str]]:
    """Return who stands in for some identities on a day. One statement.

    Each is (principal, deputy, name of the principal, kinds of cases it is for, "" for all).
    """
    rows = Absence.objects.filter(
        principal_id__in=list(identity_ids),
        active_from__lte=on,
        active_to__gt=on,
        ended_at__isnull=True,
        deputy__person__is_active=True,
    )
    return list(
        rows.order_by("id").values_list(
            "principal_id", "deputy_id", "principal__person__name", "kinds"
        )
    )


def departed(*, on: date) -> frozenset[int]:
    """Return the identities of everybody who has left by a day. One statement."""
    return frozenset(
        Identity.objects.filter(person__leaves_on__lte=on).values_list("id", flat=True)
    )
