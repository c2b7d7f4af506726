"""The register's writes on the database: numbers, versions, history, refusals, constraints."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from nancheng.foundation.register import actions, queries
from nancheng.foundation.register.models import Change, Milestone, Place, Project, Sequence
from nancheng.foundation.register.rules import (
    TENANT_MILESTONES,
    MilestoneFacts,
    OrganisationFacts,
    PlaceFacts,
    Stage,
)
from nancheng.foundation.register.tests import making
from nancheng.foundation.register.tests.making import AT, ON
from nancheng.kernel.refusal import Refused

pytestmark = pytest.mark.django_db

SQUARE = (
    '{"type":"Polygon","coordinates":[[[120.0,28.0],[120.01,28.0],[120.01,28.01],'
    "[120.0,28.01],[120.0,28.0]]]}"
)


def refusal(caught: pytest.ExceptionInfo[Refused]) -> tuple[str, str]:
    return caught.value.code, caught.value.field


def test_projects_are_numbered_by_year_without_a_gap() -> None:
    by = making.a_clerk()
    unit, department = making.an_organisation(by), making.a_department("construction")
    numbers = [making.a_project(by, unit, department).number for _ in range(3)]
    later = actions.register_project(
        making.project_facts(unit, department), by=by, at=datetime(2020, 12, 31, 16, tzinfo=UTC)
    )
    assert numbers == ["XM-2020-0001", "XM-2020-0002", "XM-2020-0003"]
    # Sixteen o'clock UTC on New Year's Eve is the new year in the zone.
    assert later.number == "XM-2021-0001"


def test_a_refused_project_takes_no_number() -> None:
    by = making.a_clerk()
    unit, department = making.an_organisation(by), making.a_department("construction")
    making.a_project(by, unit, department, approval_code="2020-000000-48-01-000001")
    with pytest.raises(Refused) as caught:
        making.a_project(by, unit, department, approval_code="20200000004801000001")
    assert refusal(caught) == ("register.approval.taken", "approval_code")
    assert Sequence.objects.get().last == 1
    assert making.a_project(by, unit, department).number == "XM-2020-0002"


def test_the_same_form_twice_is_one_project() -> None:
    by = making.a_clerk()
    facts = making.project_facts(making.an_organisation(by), making.a_department("construction"))
    first = actions.register_project(facts, by=by, at=AT, key="form-1")
    again = actions.register_project(facts, by=by, at=AT, key="form-1")
    assert first.pk == again.pk
    assert Project.objects.count() == 1


def test_a_project_starts_in_the_reserve_with_its_author_in_the_history() -> None:
    by = making.a_clerk()
    project = making.a_project(by, making.an_organisation(by), making.a_department("construction"))
    (entered,) = queries.stages(project.pk)
    assert (entered.stage, entered.entered_on, entered.by_label) == ("reserve", ON, by.label)
    (change,) = queries.changes(project)
    assert change.facts["total_investment_fen"] == ["", "1212000000"]


def test_an_edit_keeps_before_and_after_and_nothing_else() -> None:
    by = making.a_clerk()
    unit, department = making.an_organisation(by), making.a_department("construction")
    project = making.a_project(by, unit, department)
    facts = making.project_facts(
        unit, department, site="环城北路", planned_finish_on=date(2020, 12, 31)
    )
    edited = actions.edit_project(project.pk, facts=facts, version=1, by=by, at=AT)
    assert (edited.version, edited.number) == (2, project.number)
    assert queries.changes(edited)[0].facts == {
        "site": ["", "环城北路"],
        "planned_finish_on": ["", "2020-12-31"],
    }


def test_an_edit_that_changes_nothing_writes_nothing() -> None:
    by = making.a_clerk()
    unit, department = making.an_organisation(by), making.a_department("construction")
    project = making.a_project(by, unit, department)
    facts = making.project_facts(unit, department)
    assert actions.edit_project(project.pk, facts=facts, version=1, by=by, at=AT).version == 1
    assert Change.objects.filter(project=project).count() == 1


def test_two_hands_on_one_entry_the_second_is_told() -> None:
    by = making.a_clerk()
    unit, department = making.an_organisation(by), making.a_department("construction")
    project = making.a_project(by, unit, department)
    first = making.project_facts(unit, department, site="甲")
    actions.edit_project(project.pk, facts=first, version=1, by=by, at=AT)
    with pytest.raises(Refused) as caught:
        actions.edit_project(project.pk, facts=replace(first, site="乙"), version=1, by=by, at=AT)
    assert caught.value.code == "register.changed-meanwhile"
    assert caught.value.figures == {"current": 2, "yours": 1}
    project.refresh_from_db()
    assert project.site == "甲"


def test_a_credit_code_is_entered_once_in_whatever_spelling() -> None:
    by = making.a_clerk()
    making.an_organisation(by, 7)
    typed = making.a_code(7).lower().replace("00", "00 ", 1)
    with pytest.raises(Refused) as caught:
        actions.register_organisation(
            OrganisationFacts(typed, "演示另一单位", "enterprise"), by=by, at=AT
        )
    assert refusal(caught) == ("register.uscc.taken", "uscc")


def test_an_organisation_may_be_corrected_but_not_onto_another_code() -> None:
    by = making.a_clerk()
    first, second = making.an_organisation(by, 1), making.an_organisation(by, 2)
    facts = OrganisationFacts(first.uscc, "演示单位", "enterprise", region="000000")
    with pytest.raises(Refused) as caught:
        actions.edit_organisation(second.pk, facts=facts, version=1, by=by, at=AT)
    assert refusal(caught) == ("register.uscc.taken", "uscc")
    edited = actions.edit_organisation(first.pk, facts=facts, version=1, by=by, at=AT)
    assert (edited.region, edited.version) == ("000000", 2)


def test_a_stage_is_entered_with_day_reason_and_author() -> None:
    by = making.a_clerk()
    project = making.a_project(by, making.an_organisation(by), making.a_department("construction"))
    move = {"by": by, "at": AT + timedelta(days=30)}
    actions.move_project(project.pk, stage=Stage.LISTED, entered_on=ON, note="", **move)  # type: ignore[arg-type]
    actions.move_project(
        project.pk,
        stage=Stage.DEFERRED,
        entered_on=date(2020, 9, 20),
        note="用地未落实",
        **move,  # type: ignore[arg-type]
    )
    assert [(row.position, row.stage, row.note) for row in queries.stages(project.pk)] == [
        (1, "reserve", ""),
        (2, "listed", ""),
        (3, "deferred", "用地未落实"),
    ]


@pytest.mark.parametrize("entered_on", [date(2020, 9, 14), date(2020, 9, 16)])
def test_a_stage_is_entered_neither_before_the_last_nor_ahead(entered_on: date) -> None:
    by = making.a_clerk()
    project = making.a_project(by, making.an_organisation(by), making.a_department("construction"))
    with pytest.raises(Refused) as caught:
        actions.move_project(
            project.pk, stage=Stage.LISTED, entered_on=entered_on, note="", by=by, at=AT
        )
    assert refusal(caught) == ("register.stage.order", "entered_on")
    project.refresh_from_db()
    assert project.stage == "reserve"


def test_moving_to_where_it_stands_changes_nothing() -> None:
    by = making.a_clerk()
    project = making.a_project(by, making.an_organisation(by), making.a_department("construction"))
    actions.move_project(project.pk, stage=Stage.RESERVE, entered_on=ON, note="", by=by, at=AT)
    assert queries.stages(project.pk).count() == 1


def test_a_milestone_is_planned_then_done_and_both_are_journalled() -> None:
    by = making.a_clerk()
    project = making.a_project(by, making.an_organisation(by), making.a_department("construction"))
    planned = MilestoneFacts(TENANT_MILESTONES[0], "进场", planned_on=date(2020, 9, 1))
    actions.put_milestone(project.pk, facts=planned, by=by, at=AT)
    actions.put_milestone(project.pk, facts=replace(planned, actual_on=ON), by=by, at=AT)
    actions.put_milestone(project.pk, facts=replace(planned, actual_on=ON), by=by, at=AT)
    assert Milestone.objects.get().actual_on == ON
    assert queries.changes(project)[0].facts == {"enter-site.actual_on": ["", "2020-09-15"]}
    assert len(queries.changes(project)) == 3
    with pytest.raises(Refused) as caught:
        actions.put_milestone(
            project.pk, facts=replace(planned, actual_on=date(2020, 9, 16)), by=by, at=AT
        )
    assert refusal(caught) == ("register.milestone.future", "actual_on")


def test_a_place_keeps_a_checked_outline_and_never_stands_in_itself() -> None:
    by = making.a_clerk()
    facts = PlaceFacts("park", "PARK", "芯片产业园", geojson=SQUARE, area_m2=Decimal(666_670))
    park = actions.register_place(facts, by=by, at=AT)
    parcel = actions.register_place(
        PlaceFacts("parcel", "P-1", "一号地块", parent_id=park.pk), by=by, at=AT
    )
    assert queries.place_family(park.pk) == {park.pk, parcel.pk}
    with pytest.raises(Refused) as caught:
        actions.edit_place(
            park.pk, facts=replace(facts, parent_id=parcel.pk), version=1, by=by, at=AT
        )
    assert refusal(caught) == ("register.place.loop", "parent")
    with pytest.raises(Refused, match=r"register\.geojson\.ring"):
        actions.register_place(
            PlaceFacts(
                "parcel", "P-2", "二号地块", geojson=SQUARE.replace("120.0,28.0]]", "1,1]]")
            ),
            by=by,
            at=AT,
        )
    with pytest.raises(Refused, match=r"register\.place\.area"):
        actions.register_place(
            PlaceFacts("park", "P-3", "园", area_m2=Decimal(1), built_area_m2=Decimal(2)),
            by=by,
            at=AT,
        )
    same = actions.edit_place(park.pk, facts=facts, version=1, by=by, at=AT)
    assert same.version == 1


def test_without_the_right_nothing_is_registered() -> None:
    clerk = making.a_clerk()
    reader = making.an_actor(
        "reader", department="planning", grants={"register.project.view": "zone"}
    )
    unit, department = making.an_organisation(clerk), making.a_department("construction")
    project = making.a_project(clerk, unit, department)
    facts = making.project_facts(unit, department, site="他处")
    for attempt in (
        lambda: actions.register_project(facts, by=reader, at=AT),
        lambda: actions.edit_project(project.pk, facts=facts, version=1, by=reader, at=AT),
        lambda: actions.move_project(
            project.pk, stage=Stage.LISTED, entered_on=ON, note="", by=reader, at=AT
        ),
        lambda: actions.put_milestone(
            project.pk, facts=MilestoneFacts("in-use", "投产使用"), by=reader, at=AT
        ),
        lambda: actions.register_place(PlaceFacts("park", "X", "园"), by=reader, at=AT),
        lambda: making.an_organisation(reader, 9),
        lambda: actions.edit_organisation(
            unit.pk, facts=OrganisationFacts(unit.uscc, "改", "other"), version=1, by=reader, at=AT
        ),
    ):
        with pytest.raises(Refused, match=r"register\.not-allowed"):
            attempt()


def test_a_department_registers_for_itself_only() -> None:
    clerk = making.a_clerk()
    unit = making.an_organisation(clerk)
    home, other = making.a_department("construction"), making.a_department("health")
    local = making.an_actor(
        "local", department="construction", grants={"register.project.edit": "department"}
    )
    project = making.a_project(local, unit, home)
    with pytest.raises(Refused) as caught:
        making.a_project(local, unit, other)
    assert refusal(caught) == ("register.outside-reach", "supervising_department")
    with pytest.raises(Refused) as caught:
        actions.edit_project(
            project.pk, facts=making.project_facts(unit, other), version=1, by=local, at=AT
        )
    assert refusal(caught) == ("register.outside-reach", "supervising_department")
    project.refresh_from_db()
    assert (project.supervising_department_id, project.version) == (home.pk, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"total_investment_fen": 0},
        {"name": ""},
        {"approval_code": ""},
        {"stage": "somewhere"},
        {"planned_start_on": ON, "planned_finish_on": ON - timedelta(1)},
        {"actual_start_on": ON, "actual_finish_on": ON - timedelta(1)},
    ],
)
def test_the_database_itself_refuses_a_wrong_project(wrong: dict[str, object]) -> None:
    by = making.a_clerk()
    project = making.a_project(by, making.an_organisation(by), making.a_department("construction"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(**wrong)


@pytest.mark.parametrize("wrong", [{"area_m2": -1}, {"built_area_m2": 2}, {"built_area_m2": -1}])
def test_the_database_itself_refuses_a_wrong_place(wrong: dict[str, object]) -> None:
    place = Place.objects.create(code="X", kind="park", name="园", area_m2=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.filter(pk=place.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.filter(pk=place.pk).update(parent=place.pk)
