"""The binding of these tests: completing the one task pays, a second later a timer settles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from nancheng.foundation.cases import actions, publishing
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.cases.bindings import Binding, TaskForm
from nancheng.foundation.cases.forms import Opinion
from nancheng.foundation.ledger import actions as ledger
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries as people_queries
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.ledger.accounts import Kind

CLERKS = 50
PAID_FEN = 100
SINCE = date(2020, 1, 1)


def pay(
    *, case_id: int, variables: Mapping[str, Any], by: Actor | None, at: datetime, key: str
) -> Mapping[str, Any]:
    """Move the money of a case from the fund to the payee."""
    _move("fund", "payee", case_id=case_id, by=by, at=at, key=key)
    return {"paid": True}


def settle(
    *, case_id: int, variables: Mapping[str, Any], by: Actor | None, at: datetime, key: str
) -> Mapping[str, Any]:
    """Let the payee spend it."""
    _move("payee", "outside", case_id=case_id, by=by, at=at, key=key)
    return {"settled": True}


def _move(
    debit: str, credit: str, *, case_id: int, by: Actor | None, at: datetime, key: str
) -> None:
    ledger.transfer(
        debit=debit,
        credit=credit,
        amount_fen=PAID_FEN,
        reason="测试",
        by=by,
        at=at,
        key=key,
        case_id=case_id,
    )


BINDINGS = (
    Binding(
        kind="faults",
        prefix="FT",
        name="付款",
        process=Path(__file__).parent / "pay.bpmn",
        handlers={"pay": pay, "settle": settle},
        forms={"opinion": TaskForm(form=Opinion)},
    ),
)


def people_and_money(*, at: datetime) -> None:
    """Put fifty clerks at one post, publish the drawing and fill the fund."""
    people.put_department(code="zone", name="管委会", name_en="Zone", parent="")
    people.put_duty(code="clerk", name="经办", name_en="Clerk", grants={"case.view": "zone"})
    people.put_post(department="zone", duty="clerk", name="经办岗", name_en="Clerk")
    for number in range(CLERKS):
        people.put_person(username=f"clerk{number}", name=f"经办{number}", password="Nancheng-t-1")
        people.appoint(
            username=f"clerk{number}", department="zone", duty="clerk", active_from=SINCE
        )
    publishing.deploy(by="test", at=at)
    ledger.open_account(code="outside", name="外", kind=Kind.OUTSIDE, may_go_negative=True)
    for code in ("fund", "payee"):
        ledger.open_account(code=code, name=code, kind=Kind.FUND)
    ledger.transfer(
        debit="outside", credit="fund", amount_fen=1 << 30, reason="测试", by=None, at=at, key="in"
    )


def open_cases(count: int, *, series: str, at: datetime) -> list[int]:
    """Open cases; return the ids of their tasks."""
    from nancheng.foundation.cases.models import Task

    clerk = people_queries.actor_of(username="clerk0", on=at.date())
    opened = [
        actions.open_case(
            Opening(kind="faults", title=f"付款 {series}/{number}"),
            by=clerk,
            at=at,
            key=f"{series}/{number}",
        ).pk
        for number in range(count)
    ]
    tasks = Task.objects.filter(case_id__in=opened, state=Task.State.OFFERED)
    return list(tasks.order_by("id").values_list("id", flat=True))
