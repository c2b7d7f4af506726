"""Run by this version on what the earlier one left: brings it up to date, judges, and goes on.

Prints one line of JSON: what is not as it must be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import django


def faults() -> Iterator[str]:
    """Yield what the upgrade lost or broke."""
    from django.core.management import call_command

    from nancheng.foundation.audit import actions as audit
    from nancheng.foundation.cases.models import Case
    from nancheng.foundation.cases.tests import making
    from nancheng.foundation.people import queries as people

    call_command("migrate", verbosity=0, interactive=False)
    yield from _wrong("upgraded")
    statuses = list(Case.objects.order_by("id").values_list("status", flat=True))
    if statuses != ["closed", "open", "open"]:
        yield f"cases stand at {statuses}"
    on = making.AT.date()
    names = ("an", "bai", "chen", "ding", "fang")
    zone = making.Zone(*(people.actor_of(username=name, on=on) for name in names))
    _closed, signing, waiting = Case.objects.order_by("id")
    making.do(signing, "sign", zone.ding, days=2)
    making.do(waiting, "apply", zone.an, days=2)
    making.do(waiting, "review", zone.chen, days=2)
    if Case.objects.exclude(status="closed").exists():
        yield "cases begun before do not end now"
    audit.seal(at=making.AT)
    yield from _wrong("lived on")


def _wrong(when: str) -> Iterator[str]:
    from nancheng.foundation.audit import replaying, verifying
    from nancheng.foundation.cases import incidents
    from nancheng.foundation.cases.models import Case
    from nancheng.foundation.ledger import queries as ledger

    for looked in verifying.histories(since=None):
        yield from (f"{when}: {fault}" for fault in looked.faults)
    yield from (f"{when}: {fault}" for fault in verifying.together())
    yield from (
        f"{when}: {each} replays otherwise" for each in replaying.differing(Case.objects.all())
    )
    yield from (f"{when}: {each.number} has no mover" for each in incidents.cases_without_mover())
    balance = ledger.balance("fund")
    if (balance.posted_fen, balance.available_fen) != (1000, 700) or not ledger.proof().holds:
        yield f"{when}: the fund holds {balance}"


if __name__ == "__main__":
    django.setup()
    print(json.dumps(list(faults()), ensure_ascii=False))
