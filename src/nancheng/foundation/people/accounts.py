"""Reads for the administrators: accounts, posts, duties and their grants; no business row."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from nancheng.foundation.people import rules
from nancheng.foundation.people.models import Duty, Grant, Identity, Person, Post
from nancheng.foundation.web import wording


def accounts() -> QuerySet[Person]:
    """Return the accounts with the posts held now."""
    held = Identity.objects.filter(active_to__isnull=True).select_related(
        "post__department", "post__duty"
    )
    return Person.objects.prefetch_related(Prefetch("identities", queryset=held, to_attr="held"))


def posts_of(person: Person) -> str:
    """Return the posts an account of ``accounts`` holds, in one line."""
    held: list[Identity] = getattr(person, "held", [])
    return wording.listed(
        f"{wording.named(each.post.department)} · {wording.named(each.post)}" for each in held
    )


def identities(person: Person) -> list[Identity]:
    """Return all posts a person holds or held. One statement."""
    rows = Identity.objects.filter(person=person).select_related("post__department", "post__duty")
    return list(rows.order_by("active_to", "-active_from", "id"))


def posts() -> list[tuple[int, str]]:
    """Return (post, label) of every post. One statement."""
    rows = Post.objects.select_related("department").order_by("department__path", "duty__code")
    return [(each.pk, f"{wording.named(each.department)} · {wording.named(each)}") for each in rows]


def duties() -> list[Duty]:
    """Return the duties with their grants. Two statements."""
    return list(Duty.objects.prefetch_related("grants").order_by("code"))


def granted(duty: Duty) -> dict[str, str]:
    """Return what a duty is granted: verb → scopes separated by spaces, in order."""
    found: dict[str, list[str]] = {}
    for grant in duty.grants.all():
        found.setdefault(grant.verb, []).append(grant.scope)
    return {verb: " ".join(sorted(scopes)) for verb, scopes in sorted(found.items())}


def verbs() -> list[str]:
    """Return every verb that is granted to anybody or belongs to an administrator."""
    known = set(Grant.objects.values_list("verb", flat=True).distinct())
    return sorted(known.union(*rules.ADMINISTRATIVE.values()))
