"""延期: a due date takes two to move: one asks with a reason, another confirms and it moves.

Neither of them is whoever does the task, nor their deputy, and the limit's rule bounds both: it is
asked when one asks, and once more, of the clock as it then runs, when another confirms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import actions, clocks, keys, queries, store
from nancheng.foundation.cases import advance as moves
from nancheng.foundation.cases.advance import Hand, Remark
from nancheng.foundation.cases.models import Task
from nancheng.foundation.cases.store import Loaded, OpenTask
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations import queries as waiting
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.confirmations.operations import Asked, Figures, Operation
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import wording
from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import limits

CODE = "cases.extend"
ASK = "case.extend"
CONFIRM = "case.extend-confirm"


@transaction.atomic
def ask(*, task_id: int, days: int, reason: str, by: Actor, at: datetime, key: str) -> None:
    """Put more time for a task before a second person; the clock does not move yet.

    Raises ``Refused``: the asker's own task, beyond the rule, no limit, or asked for already.
    """
    loaded, task = _open(task_id)
    by = _another(by, ASK, loaded, task)
    if waiting.is_known(by, key=key):
        return
    clock = clocks.stretchable(task_id=task_id, count=days)
    if waiting.is_waiting(CODE, task_id=task_id):
        raise Refused("cases.extension-asked")
    row = Task.objects.select_related("case").get(pk=task_id)
    confirmations.ask(
        Wish(
            operation=CODE,
            subject=f"{row.case.number} {row.case.title}"[:300],
            reason=reason,
            figures={
                "task_id": task_id,
                "number": row.case.number,
                "step": row.name,
                "step_en": row.name_en,
                "days": days,
                "unit": limits.parse(clock.budget).unit.value,
                "due_on": clock.due_on,
            },
            department_id=row.case.department_id,
        ),
        by=by,
        at=at,
        key=key,
    )


def run(asked: Asked, *, by: Actor, at: datetime, key: str) -> None:
    """Move the date: the second person has confirmed it. The first due date stays."""
    figures = asked.figures
    loaded, task = _open(figures["task_id"])
    by = _another(by, CONFIRM, loaded, task)
    before, after = clocks.extend(
        task_id=task.task_id, count=figures["days"], reason=asked.reason, by=by, at=at
    )
    note = {"opinion": asked.reason, "asked_by": asked.asked_label}
    moves.remark(
        loaded,
        Remark("Extended", task.node, task.item),
        hand=Hand(by, at, keys.sender_key(by, key), note),
        days=figures["days"],
        before=before,
        after=after,
    )


def _open(task_id: int) -> tuple[Loaded, OpenTask]:
    """Return the case under its lock, and the task if it is still to do."""
    loaded = store.load(task_id=task_id)
    if loaded is None:
        raise Refused("cases.no-such-task")
    task = loaded.task(task_id)
    if task is None:
        raise actions.gone(task_id)
    return loaded, task


def _another(by: Actor, verb: str, loaded: Loaded, task: OpenTask) -> Actor:
    """Return the hand as which one may use the verb, if the task is not one's own to do."""
    doing = rights.doer(by, post_id=task.post_id, claimed_by=task.claimed_by, kind=loaded.kind)
    by = queries.allow(by, verb, loaded.case_id)
    if doing is not None:
        raise Refused("cases.extend-own")
    return by


def lines(figures: Figures) -> Sequence[tuple[str | Promise, object]]:
    """Say an extension in words, for whoever confirms."""
    return [
        (_("事项编号"), figures["number"]),
        (_("环节"), wording.named(figures, "step")),
        (_("现期限"), figures["due_on"] or "—"),
        (_("延长"), wording.limit(f"{figures['days']}{figures['unit']}")),
    ]


OPERATIONS = (Operation(CODE, _("延长期限"), ask=ASK, confirm=CONFIRM, run=run, lines=lines),)
