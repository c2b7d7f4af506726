"""What an actor may choose from in the register's forms, and nothing beyond reach."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from nancheng.foundation.people import queries as people
from nancheng.foundation.people.models import Department
from nancheng.foundation.people.queries import Fields
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.register import codes, queries
from nancheng.foundation.register.forms import Offered
from nancheng.foundation.web import wording

# Beyond this a list helps nobody; a name or code may still be typed.
UNITS_MAX = 300
DEPARTMENT_FIELDS = Fields(
    department="pk", path="path", party=lambda department_id: Q(pk=department_id)
)


def for_project(actor: Actor) -> Offered:
    """Return the choices of the project form. Three statements."""
    organs = people.limit(
        Department.objects.filter(kind=Department.Kind.ORGAN),
        actor,
        "register.project.edit",
        DEPARTMENT_FIELDS,
    )
    units = queries.organisations(actor).order_by("name").values_list("uscc", "name")
    return Offered(
        departments=[(each.pk, wording.named(each)) for each in organs.order_by("path")],
        places=places(actor),
        units=list(units[:UNITS_MAX]),
        find_unit=lambda typed: _units(typed, actor),
    )


def places(actor: Actor, *, but: Collection[int] = ()) -> list[tuple[int, str]]:
    """Return the places that something may lie in, but for these. One statement."""
    found = queries.places(actor).exclude(pk__in=but).order_by("code")
    return [(each.pk, f"{each.code} {wording.named(each)}") for each in found]


def _units(typed: str, actor: Actor) -> list[int]:
    code = codes.tidy(typed).replace("-", "")
    found = queries.organisations(actor).filter(Q(uscc=code) | Q(name=typed.strip()))
    return list(found.values_list("id", flat=True)[:2])
