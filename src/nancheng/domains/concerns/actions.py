"""The only writer of coordination concerns: putting one forward, and reporting its result."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from nancheng.domains.concerns import queries, rules
from nancheng.foundation.cases import actions as cases
from nancheng.foundation.cases import lines
from nancheng.foundation.cases import queries as case_queries
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.files import actions as files
from nancheng.foundation.files import queries as file_queries
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.refusal import Refused

if TYPE_CHECKING:
    from nancheng.foundation.cases.models import Case

SUBMIT, CARRY = "submit", "carry"


@dataclass(frozen=True, slots=True)
class Concern:
    """A concern as somebody puts it forward; departments by their codes."""

    title: str
    content: str
    lead: str
    co_units: Sequence[str] = ()
    wanted_on: date | None = None


@transaction.atomic
def put_forward(concern: Concern, *, by: Actor, at: datetime, key: str) -> Case:
    """Open a concern: it lies in the pool of the lead department's clerks. The key makes it once.

    Raises ``Refused`` for departments that cannot take part so.
    """
    known = {code: people.coded(code) for code, _name in queries.departments()}
    own = next((code for code, each in known.items() if each == by.department_id), "")
    if not {concern.lead, *concern.co_units} <= known.keys():
        raise Refused("concerns.no-such-department", field="lead")
    for fault in rules.faults(own=own, lead=concern.lead, co_units=concern.co_units):
        raise fault
    decides = people.departments_with(duty=queries.LEADER)
    if not decides:
        raise Refused("concerns.nobody-decides")
    values = {"content": concern.content, "wanted_on": concern.wanted_on}
    case = cases.open_case(
        Opening(
            kind=queries.KIND,
            title=concern.title,
            variables={
                **values,
                "lead": concern.lead,
                "co_units": list(concern.co_units),
                "opinions": [],
            },
            parties={
                "lead": known[concern.lead],
                "opener": by.department_id,
                "leader": people.coded(decides[0][0]),
                **{f"co-{code}": known[code] for code in concern.co_units},
            },
        ),
        by=by,
        at=at,
        key=key,
    )
    task = _open_task(case.pk, SUBMIT)
    if task is not None:
        cases.complete(task_id=task, values=values, by=by, at=at, key=f"{key}/submit")
    return case


@transaction.atomic
def report(
    case_id: int,
    *,
    result: str,
    attachment_ids: Collection[int],
    by: Actor,
    at: datetime,
    key: str,
) -> None:
    """Report what was done, with the paper that shows it; the department that asked confirms.

    Raises ``Refused`` where the concern is at another step, and without a paper.
    """
    if lines.locked(case_id, by=by, key=key) is None:
        return
    task = _open_task(case_id, CARRY)
    if task is None:
        raise Refused("concerns.no-such-step")
    files.attach(attachment_ids, case_id=case_id, by=by, at=at)
    cases.complete(task_id=task, values={"result": result}, by=by, at=at, key=key, opinion=result)


def with_its_paper(
    *, case_id: int, values: Mapping[str, Any], by: Actor, at: datetime, key: str
) -> Mapping[str, Any]:
    """Before a result is reported, through whichever door: the paper that shows it is there."""
    del by, at, key
    if not file_queries.of_case(case_id).filter(purpose=queries.RESULT).exists():
        raise Refused("concerns.result-missing", field="papers")
    return {"result": values["result"]}


def sign_anew(
    *, case_id: int, values: Mapping[str, Any], by: Actor, at: datetime, key: str
) -> Mapping[str, Any]:
    """Before a proposal goes out to be signed: what was said of an earlier one counts no more."""
    del case_id, by, at, key
    return {**values, "opinions": []}


def _open_task(case_id: int, node: str) -> int | None:
    found = case_queries.open_tasks([case_id])
    return next((task.pk for task in found if task.node == node), None)
