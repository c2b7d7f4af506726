"""One rule, two faces: on generated people, duties, grants, deputies and rows they never differ.

Departments form a tree whose paths begin alike; duties hold any scopes of any verb; cases have
owners, departments, participants and readers; identities stand in for one another, for some kinds
or for all. For each actor, verb and row: the filter shows the row if and only if the predicate
holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nancheng.foundation.cases import queries as cases
from nancheng.foundation.cases.models import Case, CaseReader, Participant, ProcessVersion
from nancheng.foundation.confirmations import queries as confirmations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.people import queries, rules
from nancheng.foundation.people.models import (
    Absence,
    Department,
    Duty,
    Grant,
    Identity,
    Person,
    Post,
)
from nancheng.foundation.people.rules import Actor, Row, Scope

AT = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ON = AT.date()
PARENTS = {"zone": "", "fin": "zone", "finance": "zone", "debt": "finance", "unit": ""}
VERBS = ("case.view", "case.suspend", "people.absence.set")
KINDS = ("payment", "petition")

places = st.sampled_from(sorted(PARENTS))
grants = st.fixed_dictionaries(
    {verb: st.frozensets(st.sampled_from(Scope), max_size=3) for verb in VERBS}
)
people = st.lists(st.tuples(places, grants), min_size=2, max_size=4)
indexes = st.integers(0, 7)
rows = st.lists(
    st.tuples(indexes, places, st.sampled_from(KINDS), st.frozensets(places, max_size=2), indexes),
    min_size=1,
    max_size=5,
)
absences = st.lists(
    st.tuples(indexes, indexes, st.sampled_from(("", "payment", "petition payment"))), max_size=3
)


@dataclass(frozen=True, slots=True)
class Small:
    """A generated world: who acts, and every row."""

    actors: list[Actor]
    cases: list[Case]


@pytest.fixture
def departments(db: None) -> dict[str, Department]:
    """The tree; ``/zone/fin/`` and ``/zone/finance/`` begin alike."""
    made: dict[str, Department] = {}
    for code, parent in PARENTS.items():
        above = made.get(parent)
        path = f"{above.path if above else '/'}{code}/"
        made[code] = Department.objects.create(
            code=code, name=code, name_en="", parent=above, path=path
        )
    ProcessVersion.objects.create(
        key="payment", version=1, name="", xml=b"", hash="", deployed_at=AT, deployed_by=""
    )
    return made


def build(
    departments: Mapping[str, Department],
    who: list[tuple[str, Mapping[str, frozenset[Scope]]]],
    what: list[Any],
    away: list[tuple[int, int, str]],
) -> Small:
    """Write the generated world."""
    held = [
        _identity(number, departments[place], granted)
        for number, (place, granted) in enumerate(who)
    ]
    for absent, deputy, kinds in away:
        one, other = held[absent % len(held)], held[deputy % len(held)]
        if one != other:
            Absence.objects.create(
                principal=one,
                deputy=other,
                active_from=ON,
                active_to=date(2027, 1, 1),
                kinds=kinds,
                reason="休假",
                set_by=one,
                set_at=AT,
            )
    made = [_case(number, departments, held, row) for number, row in enumerate(what)]
    found = [queries.actor_at(identity_id=each.pk, on=ON) for each in held]
    return Small([each for each in found if each is not None], made)


def _identity(
    number: int, department: Department, granted: Mapping[str, frozenset[Scope]]
) -> Identity:
    duty = Duty.objects.create(code=f"d{number}", name="", name_en="")
    Grant.objects.bulk_create(
        [
            Grant(duty=duty, verb=verb, scope=scope.value)
            for verb, scopes in granted.items()
            for scope in scopes
        ]
    )
    post = Post.objects.create(department=department, duty=duty, name="", name_en="")
    person = Person.objects.create(username=f"p{number}", name=f"人{number}")
    return Identity.objects.create(person=person, post=post, active_from=date(2020, 1, 1))


def _case(
    number: int, departments: Mapping[str, Department], held: list[Identity], row: Any
) -> Case:
    owner, place, kind, parties, invited = row
    case = Case.objects.create(
        number=f"FK-2026-{number:06d}",
        kind=kind,
        title="",
        process=ProcessVersion.objects.get(),
        department=departments[place],
        opened_by=held[owner % len(held)],
        opened_at=AT,
    )
    for party in parties:
        Participant.objects.create(case=case, party=party, department=departments[party])
    if invited < len(held):
        CaseReader.objects.create(case=case, identity=held[invited], given_at=AT)
    return case


@given(who=people, what=rows, away=absences)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=25,
)
def test_predicate_and_filter_agree_on_every_row(
    departments: dict[str, Department], who: Any, what: Any, away: Any
) -> None:
    with transaction.atomic():
        small = build(departments, who, what, away)
        for actor in small.actors:
            for verb in VERBS:
                shown = set(cases.visible(actor, verb).values_list("pk", flat=True))
                said = {
                    case.pk
                    for case in small.cases
                    if rules.may(actor, verb, cases.row_of(case, verb))
                }
                assert shown == said, (actor, verb)
            _identities_agree(actor)
            _confirmations_agree(actor, small)
        transaction.set_rollback(True)


def _identities_agree(actor: Actor) -> None:
    """Hold the same of the identities whose absence somebody may set."""
    reach = rules.reach(actor, queries.DELEGATE)
    filtered = Identity.objects.filter(queries.condition(reach, queries.IDENTITY_FIELDS))
    said = {
        each.pk
        for each in Identity.objects.select_related("post__department")
        if reach.holds(Row(each.pk, each.post.department_id, each.post.department.path))
    }
    assert set(filtered.values_list("pk", flat=True)) == said


def _confirmations_agree(actor: Actor, small: Small) -> None:
    """Hold the same of what waits for a second person, made of the cases' owners and places."""
    made = Confirmation.objects.bulk_create(
        Confirmation(
            operation="calendar.load",
            subject="",
            reason="",
            department=case.department,
            asked_by=case.opened_by,
            asked_person=case.opened_by.person,
            asked_at=AT,
            key=f"{actor.identity_id}/{case.pk}",
        )
        for case in small.cases
    )
    reach = rules.reach(actor, "case.suspend")
    filtered = Confirmation.objects.filter(queries.condition(reach, confirmations.FIELDS))
    said = {each.pk for each in made if reach.holds(confirmations.row_of(each))}
    assert set(filtered.values_list("pk", flat=True)) == said
    Confirmation.objects.all().delete()
