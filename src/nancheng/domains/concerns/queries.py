"""Reads of coordination concerns: who can take part, what one is about, which are in sight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nancheng.foundation.cases import queries as cases
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import wording

KIND = "concerns.concern"
VIEW = "concerns.concern.view"
OPEN = "concerns.concern.open"
DUTY = "coordinator"
LEADER = "zone-leader"
RESULT = "concern/result"


def departments(*, but: int = 0) -> list[tuple[str, str]]:
    """Return (code, name) of the departments that may lead or sign, one aside. One statement."""
    found = people.departments_with(duty=DUTY)
    return [pair for pair in found if not but or people.coded(pair[0]) != but]


def facts(*, case_id: int, actor: Actor | None) -> Mapping[str, Any]:
    """Return what the panel shows; the case layer has asked whether the actor may see the case."""
    del actor
    known = variables(case_id)
    names = dict(departments())
    return {
        **{name: known.get(name, "") for name in ("content", "proposal", "result")},
        "wanted_on": known.get("wanted_on"),
        "lead": names.get(str(known.get("lead")), ""),
        "co_units": wording.listed(names.get(code, code) for code in known.get("co_units", ())),
    }


def variables(case_id: int) -> Mapping[str, Any]:
    """Return the variables of a concern; none for what is no concern. One statement."""
    return cases.variables(case_id, kind=KIND)


def submitted(case_id: int) -> Mapping[str, Any]:
    """Return what a concern that came back says so far."""
    known = variables(case_id)
    return {"content": known.get("content", ""), "wanted_on": known.get("wanted_on")}


def proposed(case_id: int) -> Mapping[str, Any]:
    """Return the proposal that was signed."""
    return {"proposal": variables(case_id).get("proposal", "")}
