"""Called once when a case ends, inside the command that ends it."""

from __future__ import annotations

from datetime import datetime

from nancheng.foundation.cases import queries
from nancheng.foundation.cases.models import CaseReader, Opinion
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import directory
from nancheng.foundation.web import sql

_ASKED = (
    "SELECT 1 FROM cases_opinion o JOIN cases_casereader r ON r.id = o.reader_id"
    " WHERE o.case_id = %s AND r.ended_at IS NULL LIMIT 1"
)


def withdraw_opinions(*, case_id: int, title: str, at: datetime) -> None:
    """Withdraw what nobody answered yet, tell the asked, and end their right to read.

    One statement when nobody was asked.
    """
    if sql.one(_ASKED, [case_id]) is None:
        return
    asked = list(
        Opinion.objects.filter(case_id=case_id, reader__ended_at__isnull=True).select_related(
            "reader"
        )
    )
    CaseReader.objects.filter(pk__in=[one.reader_id for one in asked]).update(ended_at=at)
    waiting = [one for one in asked if one.state == Opinion.State.ASKED]
    Opinion.objects.filter(pk__in=[one.pk for one in waiting]).update(
        state=Opinion.State.WITHDRAWN, ended_at=at
    )
    messages.notify(
        identity_ids=directory.reached(
            [one.reader for one in waiting], verb=queries.VIEW, on=at.date()
        ),
        code="cases.opinion-withdrawn",
        figures={"title": title},
        case_id=case_id,
        at=at,
        key=f"opinions/{case_id}/end",
    )
