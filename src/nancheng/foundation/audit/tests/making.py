"""Makes cases, money and somebody who tampers with them, for the audit's tests."""

from __future__ import annotations

from typing import Any

from django.db import connection

from nancheng.foundation.cases.models import Case
from nancheng.foundation.cases.tests import making as cases
from nancheng.foundation.cases.tests.making import Zone
from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.ledger import actions as ledger
from nancheng.kernel.ledger.accounts import Kind


def a_life(zone: Zone, *, key: str = "open") -> Case:
    """Open a case and take it to its end; return it as it stands then."""
    case = cases.a_case(zone, key=key)
    cases.do(case, "apply", zone.an)
    cases.do(case, "review", zone.bai, days=1)
    case.refresh_from_db()
    return case


def some_money(case: Case) -> None:
    """Let money arrive and be spent for a case."""
    ledger.open_account(code="outside", name="外", kind=Kind.OUTSIDE, may_go_negative=True)
    ledger.open_account(code="fund", name="池", kind=Kind.FUND)
    for number in (1, 2):
        ledger.transfer(
            debit="outside",
            credit="fund",
            amount_fen=100 * number,
            reason="到账",
            by=None,
            at=cases.AT,
            key=f"in/{number}",
            case_id=case.pk,
        )
    ledger.reserve(
        debit="fund",
        credit="outside",
        amount_fen=50,
        reason="用款",
        by=None,
        at=cases.AT,
        key="hold",
        case_id=case.pk,
    )


def some_log(count: int) -> None:
    """Write some lines of the operations log."""
    for number in range(count):
        journal.record(Happening("signed-in", label="安", subject=f"an{number}"), at=cases.AT)


def tamper(statement: str, *values: Any) -> None:
    """Write past the code, as somebody with the database's password could."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def remove(case: Case) -> None:
    """Delete a whole case with everything that points at it."""
    tamper("DELETE FROM cases_caseevent WHERE case_id = %s", case.pk)
    Case.objects.get(pk=case.pk).delete()
