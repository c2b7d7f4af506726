"""Posts: which department a party is, from the settings, the log, or the people there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from nancheng.config.simulation import seats
from nancheng.config.simulation.seats import Office, Seats
from nancheng.config.simulation.settings import Settings
from nancheng.config.simulation.world import Chance
from nancheng.foundation.cases.experience import Staff
from nancheng.kernel.process.definition import Lane
from nancheng.kernel.process.state import Item, ItemKind

CLERK = Lane("l1", "申报", post="clerk", party="applicant", nodes=("a", "c"))
OTHER = Lane("l2", "审核", post="clerk", party="reviewing", nodes=("b",))
LANES = {"a": CLERK, "b": OTHER, "c": CLERK}
STAFF = {"clerk": (Staff(3, "经办", "甲局"), Staff(1, "经办", "乙局"))}
PLACES = {
    "a": Counter({"甲局": 2, "乙局": 1}),
    "c": Counter({"甲局": 1}),
    "b": Counter({"甲局": 9}),
}


def office(
    settings: Settings | None = None,
    staff: Mapping[str, tuple[Staff, ...]] = STAFF,
    places: Mapping[str, Counter[str]] = PLACES,
) -> tuple[Seats, list[str]]:
    assumed: list[str] = []
    kept = Office(settings or Settings(), LANES, staff, places)
    return seats.seats(kept, Chance("1"), assumed), assumed


def user(node: str, **data: object) -> Item:
    return Item(1, node, ItemKind.USER, 0, data)


def test_a_party_is_each_department_as_often_as_the_log_has_it_and_one_throughout_a_case() -> None:
    found, assumed = office()
    went = {case: found.at(case, user("a")) for case in range(1_000)}
    assert {case: found.at(case, user("c")) for case in range(1_000)} == went
    counts = Counter(went.values())
    assert counts.keys() == {"clerk@甲局", "clerk@乙局"}
    assert counts["clerk@甲局"] / 1_000 == pytest.approx(3 / 4, abs=0.04)
    # Who looks at it sits at one desk with those of 甲局 who apply: the same three people.
    assert found.at(7, user("b")) == "clerk@甲局"
    assert {key: seat.staff for key, seat in found.seats.items() if key} == {
        "clerk@甲局": 3,
        "clerk@乙局": 1,
    }
    assert assumed == []


def test_each_signer_of_a_joint_signing_is_a_department_of_its_own() -> None:
    found, _assumed = office()
    signers = [found.at(1, user("a", element=n, index=n)) for n in range(40)]
    assert set(signers) == {"clerk@甲局", "clerk@乙局"}


def test_the_settings_go_before_the_log_and_a_party_before_its_duty() -> None:
    told = Settings(
        departments={"clerk": "丙局", "reviewing/clerk": "丁局"},
        staffs={"clerk": 5, "applicant/clerk": 7},
    )
    found, assumed = office(told)
    assert (found.at(1, user("a")), found.at(1, user("b"))) == ("clerk@丙局", "clerk@丁局")
    assert (found.seats["clerk@丙局"].staff, found.seats["clerk@丁局"].staff) == (7, 5)
    assert assumed == []


def test_without_a_log_the_only_department_that_has_the_duty_or_all_of_them_as_one() -> None:
    one, assumed = office(staff={"clerk": STAFF["clerk"][:1]}, places={})
    assert one.at(1, user("a")) == one.at(1, user("b")) == "clerk@甲局"
    assert assumed == []
    several, assumed = office(places={})
    assert several.at(1, user("a")) == "applicant/clerk"
    assert several.seats["applicant/clerk"].staff == 4
    assert assumed == ["all departments as one at 申报, 审核"]
    nobody, assumed = office(staff={}, places={})
    assert nobody.seats["reviewing/clerk"].staff == 1
    assert assumed == ["1 at 申报, 审核"]


def test_a_step_without_a_lane_has_a_post_of_its_own() -> None:
    found, _assumed = office()
    assert found.at(1, user("elsewhere")) == ""
    assert found.seats[""].staff == 1
