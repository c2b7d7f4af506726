"""The register: projects, organisations, places."""

from __future__ import annotations

from nancheng.foundation.people import rules
from nancheng.foundation.people.rules import Actor, Row
from nancheng.foundation.register.models import Organisation
from tests.leaks.doors import Rows, Target, Targets, detail, gated, listed
from tests.leaks.sight import Sight, by

_VIEW = "register.project.view"
_EDIT = "register.project.edit"
_ORGANISATIONS = "register.organisation.view"
_ORGANISATION_EDIT = "register.organisation.edit"
_PLACES = "register.place.view"
_PLACE_EDIT = "register.place.edit"


def _projects(sight: Sight, actor: Actor) -> list[str]:
    return [each.number for each in sight.projects if sight.registered(actor, each, _VIEW)]


def _may(actor: Actor, organisation: Organisation, verb: str) -> bool:
    desk = organisation.department
    row = Row(
        None,
        desk.pk if desk else None,
        desk.path if desk else "",
        frozenset({desk.pk} if desk else ()),
    )
    return rules.may(actor, verb, row)


def _organisations(sight: Sight, actor: Actor) -> list[str]:
    return [each.uscc for each in sight.organisations if _may(actor, each, _ORGANISATIONS)]


def _each(*verbs: str, **more: str) -> Targets:
    def targets(sight: Sight) -> list[Target]:
        return [
            Target(
                {"number": each.number, **more},
                by(lambda a, p: all(sight.registered(a, p, verb) for verb in verbs), each),
            )
            for each in sight.projects
        ]

    return targets


def _each_organisation(*verbs: str) -> Targets:
    def targets(sight: Sight) -> list[Target]:
        return [
            Target(
                {"uscc": each.uscc}, by(lambda a, o: all(_may(a, o, verb) for verb in verbs), each)
            )
            for each in sight.organisations
        ]

    return targets


def _places(sight: Sight) -> list[Target]:
    return [Target({"code": each.code}, by(sight.place, each)) for each in sight.places]


def _place_codes(sight: Sight, actor: Actor) -> list[str]:
    return [each.code for each in sight.places if sight.place(actor, each)]


def _editable_places(sight: Sight) -> list[Target]:
    return [
        Target(
            {"code": each.code},
            by(lambda a, p: sight.place(a, p) and rules.may(a, _PLACE_EDIT), each),
        )
        for each in sight.places
    ]


_NO_PLACE = {"code": "nowhere"}
_NOWHERE = {"number": "XM-1999-0001"}
_NOBODY = {"uscc": "91000000MADE99999X"}
DOORS = {
    "register:projects": listed(_VIEW, Rows(_projects, "项目编号")),
    "register:project-new": gated(_EDIT, "an empty form; its choices are the actor's", posted=True),
    "register:project": detail(_VIEW, _each(_VIEW), _NOWHERE),
    "register:project-edit": detail(_EDIT, _each(_VIEW, _EDIT), _NOWHERE, posted=True),
    "register:project-stage": detail(_EDIT, _each(_VIEW, _EDIT), _NOWHERE, posted=True),
    "register:project-milestone": detail(
        _EDIT,
        _each(_VIEW, _EDIT, code="enter-site"),
        _NOWHERE | {"code": "enter-site"},
        posted=True,
    ),
    "register:organisations": listed(_ORGANISATIONS, Rows(_organisations, "统一社会信用代码")),
    "register:organisation-new": gated(_ORGANISATION_EDIT, "an empty form", posted=True),
    "register:organisation": detail(
        _ORGANISATIONS,
        _each_organisation(_ORGANISATIONS),
        _NOBODY,
    ),
    "register:organisation-edit": detail(
        _ORGANISATION_EDIT,
        _each_organisation(_ORGANISATIONS, _ORGANISATION_EDIT),
        _NOBODY,
        posted=True,
    ),
    "register:park": gated(_PLACES, "the first park; its tenants are the actor's"),
    "register:places": listed(_PLACES, Rows(_place_codes, "场所编号")),
    "register:place-new": gated(_PLACE_EDIT, "a form; its choices are the actor's", posted=True),
    "register:place": detail(_PLACES, _places, _NO_PLACE),
    "register:place-edit": detail(_PLACE_EDIT, _editable_places, _NO_PLACE, posted=True),
}
