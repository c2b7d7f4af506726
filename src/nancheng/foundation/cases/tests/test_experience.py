"""What finished cases teach: times from being claimed, ways taken, sizes, who is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from nancheng.foundation.cases import actions, experience
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import AT, Zone


def test_the_log_of_finished_cases(zone: Zone, django_assert_num_queries: Any) -> None:
    case = making.a_case(zone)
    task = making.the_task(case, "apply")
    actions.claim(task_id=task.pk, by=zone.an, at=AT + timedelta(hours=1), key="claim")
    making.do(case, "apply", zone.an, days=1)
    for node, by in (("review", zone.bai), ("sign", zone.ding)):
        if case.tasks.filter(node=node, state="offered").exists():
            making.do(case, node, by, days=2)
    case.refresh_from_db()
    assert case.status == "closed", [task.node for task in case.tasks.filter(state="offered")]
    making.a_case(zone, key="still open")
    with django_assert_num_queries(1):
        found = experience.of_closed("loan")
    assert len(found.began) == 1
    assert found.handled["apply"] == [(AT + timedelta(hours=1), AT + timedelta(days=1))]
    assert (found.unclaimed["apply"], found.unclaimed["review"]) == (0, 1)
    assert found.handled["review"] == [(AT + timedelta(days=1), AT + timedelta(days=2))]
    assert all(found.taken[flow] == 1 for flow in found.taken)
    assert sum(found.taken.values()) >= sum(found.chosen.values()) >= 1
    assert experience.of_closed("other") == experience.Experience()
    with django_assert_num_queries(1):
        places = experience.places("loan")
    assert places["apply"] == {"北街道": 1}
    assert places["review"] == {"管委会": 1}
    assert experience.places("other") == {}


def test_the_staff_of_each_duty(zone: Zone, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        found = experience.staff(on=AT.date())
    assert found["reviewer"] == (experience.Staff(2, "reviewer", "管委会"),)
    assert [each.people for each in found["head"]] == [1]
    assert experience.staff(on=AT.date() - timedelta(days=3650)) == {}
