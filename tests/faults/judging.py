"""What must be true of the installation however it was treated."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q

from nancheng.foundation.audit import replaying, verifying
from nancheng.foundation.cases import incidents
from nancheng.foundation.cases.models import Case, CaseEvent, Task
from nancheng.foundation.ledger import queries as ledger
from nancheng.foundation.ledger.models import Transfer
from tests.faults.making import PAID_FEN


def waiting() -> bool:
    """Say whether a case whose task is done is still open: the jobs will close it."""
    tasks = Task.objects.filter(case=OuterRef("pk"), state__in=("offered", "claimed"))
    return Case.objects.filter(~Exists(tasks), status="open").exists()


def faults() -> Iterator[str]:
    """Yield what is not as it must be: history, replay, movers, money."""
    for looked in verifying.histories(since=None):
        yield from map(str, looked.faults)
    yield from map(str, verifying.together())
    for number in replaying.differing(Case.objects.all()):
        yield f"{number}: replay differs from what is stored"
    if waiting():
        yield "the jobs do not move what waits for them"
    for case in incidents.cases_without_mover():
        yield f"{case.number}: nothing will move it"
    yield from _money()
    yield from _twice()


def _money() -> Iterator[str]:
    """Each task done has paid once, each case closed has settled once, and nothing else moved."""
    done = set(Task.objects.filter(state="done").values_list("case_id", flat=True))
    closed = set(Case.objects.filter(status="closed").values_list("id", flat=True))
    for credit, expected in (("payee", done), ("outside", closed)):
        rows = Transfer.objects.filter(credit__code=credit, case__isnull=False)
        paid = sorted(rows.values_list("case_id", flat=True))
        if paid != sorted(expected):
            yield f"{credit}: cases {sorted(expected)} should have paid, {paid} did"
    if not ledger.proof().holds:
        yield "the ledger does not add up"
    if ledger.balance("payee").posted_fen != PAID_FEN * len(done - closed):
        yield "the payee has another balance than the cases say"


def _twice() -> Iterator[str]:
    kinds = CaseEvent.objects.values("case__number").annotate(
        completed=Count("id", filter=Q(kind="Completed", node="file")),
        fired=Count("id", filter=Q(kind="Fired", node="wait")),
    )
    for row in kinds.filter(Q(completed__gt=1) | Q(fired__gt=1)):
        yield f"{row['case__number']}: done or fired twice"
