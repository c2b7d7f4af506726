"""Reads of reopenings: at which steps a drawing lets a case go on, and which there were."""

from __future__ import annotations

from django.db.models import Q

from nancheng.foundation.cases import definitions, queries
from nancheng.foundation.cases.archive import queries as archives
from nancheng.foundation.cases.models import Case, Reopening
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import wording

ASK = "case.reopen.ask"
CONFIRM = "case.reopen"
PURPOSE = archives.REOPENING
OVER = archives.OVER


def steps(process_id: int) -> list[tuple[str, str]]:
    """Return the steps of a drawing at which a reopened case may begin (verb "reopen")."""
    program = definitions.program(process_id)
    return [
        (node, wording.named(dict(zip(("name", "name_en"), program.names[node], strict=True))))
        for node in program.reopens
    ]


def may_ask(actor: Actor, case: Case) -> bool:
    """Say whether an actor may ask to reopen a case.

    It is over, its drawing opens a step, nobody asks yet, and it does not go on in another case.
    """
    return (
        case.status in OVER
        and queries.may(actor, ASK, case)
        and bool(steps(queries.newest_process(case.kind)))
        and not _standing(case.pk)
    )


def waiting(case_id: int) -> bool:
    """Say whether a request to reopen a case waits for its second person. One statement."""
    return Reopening.objects.filter(case_id=case_id, confirmation__state="waiting").exists()


def goes_on_in(case_id: int) -> str:
    """Return the number of the case that goes on with a reopened one, "" for none. One statement.

    What went wrong there is put right by reopening that case: a case goes on once.
    """
    rows = Reopening.objects.filter(case_id=case_id, opened__isnull=False)
    return rows.values_list("opened__number", flat=True).first() or ""


def _standing(case_id: int) -> bool:
    """Say whether a request stands: it waits, or was granted. One statement."""
    stands = Q(confirmation__state="waiting") | Q(opened__isnull=False)
    return Reopening.objects.filter(stands, case_id=case_id).exists()


def of_case(case_id: int) -> list[Reopening]:
    """Return the requests to reopen a case, the newest first. One statement."""
    rows = Reopening.objects.filter(case_id=case_id).select_related("confirmation", "opened")
    return list(rows.order_by("-id"))
