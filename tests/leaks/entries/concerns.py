"""Coordination concerns: the list, the result of one's own."""

from __future__ import annotations

from nancheng.foundation.cases.models import Task
from nancheng.foundation.people.rules import Actor
from tests.leaks.doors import Rows, Target, detail, listed
from tests.leaks.entries import cases
from tests.leaks.sight import Sight

KIND = "concerns.concern"
VIEW = "concerns.concern.view"


def _concerns(sight: Sight, actor: Actor) -> list[str]:
    return [
        case.number for case in sight.cases if case.kind == KIND and sight.may(actor, VIEW, case)
    ]


def _results(sight: Sight) -> list[Target]:
    """Return the concerns that wait for their result; whose clerk that is, is none of the world."""
    return [
        Target({"case_id": case.pk}, lambda actor: False)
        for case in sight.cases
        if any(
            task.node == "carry" and task.state != Task.State.DONE for task in sight.tasks[case.pk]
        )
    ]


DOORS = {
    "concerns:concerns": listed(VIEW, Rows(_concerns, cases.NUMBER)),
    "concerns:result": detail("", _results, {"case_id": 999_999}, posted=True),
}
