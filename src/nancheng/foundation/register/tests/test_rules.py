"""Stages, lights, periods and amounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.register import rules
from nancheng.foundation.register.rules import Light, MilestoneFacts, Stage
from nancheng.kernel.refusal import Refused

PROJECT = rules.ProjectFacts(
    name="演示项目",
    unit_id=1,
    supervising_department_id=1,
    field="municipal",
    total_investment_fen=1_212_000_000,
)
DAY = date(2020, 9, 15)


def refused(facts: rules.ProjectFacts) -> Refused:
    with pytest.raises(Refused) as caught:
        rules.checked_project(facts)
    return caught.value


def test_every_stage_but_the_ends_can_be_left() -> None:
    stuck = {stage for stage in Stage if not rules.moves(stage)}
    assert stuck == {Stage.REPAID, Stage.TERMINATED}


def test_every_stage_can_be_reached_from_the_first() -> None:
    seen: set[Stage] = set()
    ahead = [Stage.RESERVE]
    while ahead:
        stage = ahead.pop()
        if stage not in seen:
            seen.add(stage)
            ahead.extend(rules.moves(stage))
    assert seen == set(Stage)


@given(st.sampled_from(Stage), st.sampled_from(Stage))
def test_a_move_is_open_or_refused_and_never_to_itself(stage: Stage, to: Stage) -> None:
    assert stage not in rules.moves(stage)
    if to in rules.moves(stage):
        rules.check_move(stage, to, note="会议纪要")
    else:
        with pytest.raises(Refused, match=r"register\.stage\.closed"):
            rules.check_move(stage, to, note="会议纪要")


def test_straight_on_needs_no_reason_and_back_does() -> None:
    rules.check_move(Stage.RESERVE, Stage.LISTED, note="")
    with pytest.raises(Refused, match=r"register\.stage\.reason-missing"):
        rules.check_move(Stage.BUILDING, Stage.ARRIVED, note="  ")
    with pytest.raises(Refused, match=r"register\.stage\.reason-missing"):
        rules.check_move(Stage.BUILDING, Stage.HALTED, note="")


def test_a_project_under_way_is_never_simply_withdrawn() -> None:
    for stage in rules.UNDER_WAY:
        assert Stage.WITHDRAWN not in rules.moves(stage)


@pytest.mark.parametrize(
    ("planned", "forecast", "actual", "expected"),
    [
        (None, None, None, Light.GREY),
        (DAY, None, DAY + timedelta(9), Light.DONE),
        (None, None, DAY, Light.DONE),
        (DAY - timedelta(1), None, None, Light.RED),
        (DAY, None, None, Light.YELLOW),
        (DAY + timedelta(15), None, None, Light.YELLOW),
        (DAY + timedelta(16), None, None, Light.GREEN),
        (DAY + timedelta(90), DAY + timedelta(91), None, Light.YELLOW),
        (DAY + timedelta(90), DAY + timedelta(89), None, Light.GREEN),
    ],
)
def test_the_light_of_a_milestone(
    planned: date | None, forecast: date | None, actual: date | None, expected: Light
) -> None:
    facts = MilestoneFacts(
        "trial-production", "试生产", planned_on=planned, forecast_on=forecast, actual_on=actual
    )
    assert rules.light(facts, on=DAY) is expected


def test_nothing_is_done_tomorrow() -> None:
    done = MilestoneFacts("in-use", "投产使用", actual_on=DAY)
    rules.check_milestone(done, on=DAY)
    with pytest.raises(Refused, match=r"register\.milestone\.future"):
        rules.check_milestone(done, on=DAY - timedelta(1))


def test_facts_come_back_in_their_written_form() -> None:
    facts = rules.checked_project(
        replace(PROJECT, name="  环城北路 \n 提升 ", approval_code="20200000004801000001")
    )
    assert facts.name == "环城北路 提升"
    assert facts.approval_code == "2020-000000-48-01-000001"
    assert rules.checked_project(facts) == facts


def test_a_blank_approval_code_is_none_so_that_it_is_never_a_duplicate() -> None:
    assert rules.checked_project(replace(PROJECT, approval_code="  ")).approval_code is None


@pytest.mark.parametrize("amount_fen", [0, -1, 10**14 + 1])
def test_an_unbelievable_investment_is_refused_with_the_figures(amount_fen: int) -> None:
    found = refused(replace(PROJECT, total_investment_fen=amount_fen))
    assert (found.code, found.field) == ("register.investment", "total_investment")
    assert found.figures == {"amount_fen": amount_fen, "most_yi": 10_000}


def test_a_period_that_runs_backwards_blames_its_end() -> None:
    found = refused(replace(PROJECT, planned_start_on=DAY, planned_finish_on=DAY - timedelta(1)))
    assert (found.code, found.field) == ("register.period", "planned_finish_on")


def test_a_slipped_year_is_refused() -> None:
    found = refused(replace(PROJECT, actual_start_on=date(202, 9, 1)))
    assert (found.code, found.field, found.figures) == (
        "register.year",
        "actual_start_on",
        {"year": 202},
    )


def test_a_wrong_code_blames_its_field() -> None:
    found = refused(replace(PROJECT, approval_code="2020-000000"))
    assert (found.code, found.field) == ("register.approval.length", "approval_code")
    with pytest.raises(Refused) as caught:
        rules.checked_organisation(
            rules.OrganisationFacts("91330100799655058C", "演示公司", "enterprise")
        )
    assert (caught.value.field, caught.value.figures["expected"]) == ("uscc", "B")


def test_a_name_of_blanks_is_no_name() -> None:
    assert refused(replace(PROJECT, name=" \u3000\n")).code == "register.name-missing"
