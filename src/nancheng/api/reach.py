"""What a caller reaches: its identity's reach by the one rule, less what its token keeps back.

Everything here starts from the queries that the pages start from; a token only ever takes away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from nancheng.api.callers import Caller
from nancheng.api.problems import Declined
from nancheng.foundation.cases import desk, queries, reaching, worklist
from nancheng.foundation.cases.desk import Desk
from nancheng.foundation.cases.pool import queries as pools
from nancheng.foundation.files import queries as files
from nancheng.foundation.people.rules import Actor


def of_kinds(rows: QuerySet[Any], caller: Caller, field: str) -> QuerySet[Any]:
    """Return the rows whose case is of a kind that the token reaches."""
    kinds = caller.bearer.narrowing.kinds
    return rows.filter(**{f"{field}__in": sorted(kinds)}) if kinds else rows


def cases(caller: Caller, *, few: bool = False) -> QuerySet[Any]:
    """Return the cases a caller sees; ``few`` when one of them is looked for."""
    return of_kinds(queries.visible(caller.actor, few=few), caller, "kind")


def started(caller: Caller) -> QuerySet[Any]:
    """Return the cases the caller's identity opened."""
    return of_kinds(worklist.started(caller.actor), caller, "kind")


def case(caller: Caller, number: str) -> Any:
    """Return a case by its number; beyond sight is like not there."""
    found = (
        cases(caller, few=True)
        .select_related("process", "department", "opened_by__person")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise Http404
    return found


def inbox(caller: Caller) -> QuerySet[Any]:
    """Return the tasks that wait for the caller's identity."""
    return of_kinds(worklist.inbox(caller.actor), caller, "case__kind")


def done(caller: Caller) -> QuerySet[Any]:
    """Return the tasks the caller's identity has done."""
    return of_kinds(worklist.done(caller.actor), caller, "case__kind")


def pool(caller: Caller) -> QuerySet[Any]:
    """Return the tasks that lie in the pools of the caller's post."""
    return of_kinds(pools.free(caller.actor), caller, "case__kind")


def handled(caller: Caller, number: str) -> Any:
    """Return a case to whoever may read it or holds a task of it; to others it is not there."""
    found = reaching.case_of(number, caller.actor)
    if not caller.admits(found.kind):
        raise Http404
    return found


def shown(
    find: Callable[[int, Actor], Any],
) -> Callable[[Caller, int], Any]:
    """Return how a row of a case is found by its id, as its page finds it, for a caller."""

    def found(caller: Caller, row_id: int) -> Any:
        row = find(row_id, caller.actor)
        if row is None or not caller.admits(row.case.kind):
            raise Http404
        return row

    return found


def at_desk(caller: Caller, task_id: int) -> Desk:
    """Return a task the caller may see; beyond sight is like not there."""
    found = desk.at_desk(task_id, caller.actor)
    if not caller.admits(found.case.kind):
        raise Http404
    return found


def attachment(caller: Caller, attachment_id: int) -> Any:
    """Return an attachment the caller may read."""
    found = files.readable(attachment_id, caller.actor)
    if found is None:
        raise Http404
    if found.case_id is not None and not cases(caller).filter(pk=found.case_id).exists():
        raise Http404
    return found


def check_kind(caller: Caller, kind: str) -> None:
    """Turn away a kind of case that the token does not reach."""
    if not caller.admits(kind):
        raise Declined(403, "api.kind-beyond-token", kind=kind)
