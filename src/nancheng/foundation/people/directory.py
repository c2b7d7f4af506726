"""Whom one may address: departments, posts and persons at their posts, for forms that choose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from nancheng.foundation.people.models import Department, Identity, Post
from nancheng.foundation.people.rules import Reader
from nancheng.foundation.web import memory, sql, wording

_ENGLISH = (
    "SELECT min(name_en) FROM (SELECT name_en FROM people_department WHERE name = %s"
    " UNION ALL SELECT name_en FROM people_post WHERE name = %s) named WHERE name_en <> ''"
)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody addressed by name: a department, a post, or one identity.

    ``label`` goes into the history, ``shown`` stands on a form in the reader's language.
    """

    kind: str  # "department", "post" or "identity"
    pk: int
    label: str
    shown: str = ""

    @property
    def value(self) -> str:
        """Return it as a form sends it."""
        return f"{self.kind}:{self.pk}"


def departments(*, but: int = 0) -> list[Receiver]:
    """Return the departments as receivers. One statement."""
    rows = Department.objects.exclude(pk=but).order_by("path").only("id", "name", "name_en")
    return [Receiver("department", each.pk, each.name, wording.named(each)) for each in rows]


def posts() -> list[Receiver]:
    """Return the posts as receivers. One statement."""
    rows = Post.objects.select_related("department").order_by("department__path", "name")
    return [Receiver("post", each.pk, *_at(each)) for each in rows]


def identities(*, on: date, but: int = 0) -> list[Receiver]:
    """Return the identities in force on a day as receivers. One statement."""
    rows = (
        _in_force(on)
        .exclude(pk=but)
        .order_by("post__department__path", "person__name", "id")
        .select_related("person", "post__department")
    )
    return [
        Receiver("identity", each.pk, *(f"{each.person.name} · {at}" for at in _at(each.post)))
        for each in rows
    ]


def reached(receivers: Iterable[Reader | Any], *, verb: str, on: date) -> list[int]:
    """Return the identities behind rows that name one identity, post or department each. One.

    Only those whose duty is granted the verb at all: an administrator's desk is told nothing.
    """
    condition = Q(pk__in=())
    for one in receivers:
        if one.identity_id:
            condition |= Q(pk=one.identity_id)
        elif one.post_id:
            condition |= Q(post_id=one.post_id)
        elif one.department_id:
            condition |= Q(post__department_id=one.department_id)
    able = _in_force(on).filter(condition, post__duty__grants__verb=verb).distinct()
    return list(able.order_by("id").values_list("id", flat=True))


def english(name: str) -> str:
    """Return what a department or a post of this name is called in English, or the name itself."""
    try:
        return _english(name)
    except LookupError:
        return name


@memory.kept
def _english(name: str) -> str:
    """Return the English name; one that is not there yet is asked for again. One statement."""
    found = sql.one(_ENGLISH, [name, name])
    if found is None or not found[0]:
        raise LookupError(name)
    called: str = found[0]
    return called


def _at(post: Post) -> tuple[str, str]:
    """Return a post with its department, as the history and as the reader calls it."""
    department = post.department
    return (
        f"{department.name} · {post.name}",
        f"{wording.named(department)} · {wording.named(post)}",
    )


def _in_force(on: date) -> Any:
    return Identity.objects.filter(
        Q(active_to__isnull=True) | Q(active_to__gt=on), active_from__lte=on, person__is_active=True
    )
