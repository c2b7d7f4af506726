"""Run by the earlier version: makes its tables and lives in them. Frozen: it knows that version.

One case is closed, one waits for a joint signing, one for its first task; money arrived and was set
aside.
"""

from __future__ import annotations

import django


def live() -> None:
    """Make tables, people, cases and money."""
    from django.core.management import call_command

    from nancheng.foundation.cases.tests import making
    from nancheng.foundation.ledger import actions as ledger
    from nancheng.kernel.ledger.accounts import Kind

    call_command("migrate", verbosity=0, interactive=False)
    zone = making.a_zone()
    closed = making.a_case(zone, key="closed")
    making.do(closed, "apply", zone.an)
    making.do(closed, "review", zone.bai, days=1)
    signing = making.a_case(zone, key="signing", amount=100)
    making.do(signing, "apply", zone.an)
    making.do(signing, "review", zone.bai, days=1)
    making.a_case(zone, key="waiting")
    ledger.open_account(code="outside", name="外", kind=Kind.OUTSIDE, may_go_negative=True)
    ledger.open_account(code="fund", name="池", kind=Kind.FUND)
    for act, sides, amount_fen in (
        (ledger.transfer, ("outside", "fund"), 1000),
        (ledger.reserve, ("fund", "outside"), 300),
    ):
        act(
            debit=sides[0],
            credit=sides[1],
            amount_fen=amount_fen,
            reason="测试",
            by=zone.an,
            at=making.AT,
            key=f"{sides[0]}/{amount_fen}",
            case_id=closed.pk,
        )


if __name__ == "__main__":
    django.setup()
    live()
