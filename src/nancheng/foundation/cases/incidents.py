"""Reads of what does not move: stuck tokens, timers that fail, messages nobody can place."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet

from nancheng.foundation.cases import queries
from nancheng.foundation.cases.models import Case, Errand, Task, Wait
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process.state import ItemKind

OPEN_TASK = (Task.State.OFFERED, Task.State.CLAIMED)
OPEN_CASE = (Case.Status.OPEN, Case.Status.SUSPENDED)
UNDONE = (Errand.State.WAITING, Errand.State.KEPT, Errand.State.STUCK)
TROUBLED = Q(state=Errand.State.STUCK) | Q(state=Errand.State.WAITING, attempts__gt=0)
MOVERS = tuple(
    kind.value for kind in (ItemKind.TIMER, ItemKind.MESSAGE, ItemKind.SIGNAL, ItemKind.INCIDENT)
)


def errands_seen(actor: Actor | None, verb: str) -> QuerySet[Errand]:
    """Return the errands an actor may see or settle: those of cases within reach of the verb.

    What comes from outside and has found no case yet is for those whose reach has no bounds.
    """
    reach = rights.reach(actor, verb)
    if reach.everything:
        return Errand.objects.all()
    near = (queries.in_sight(actor, verb, at=end) for end in ("source_id", "target_id"))
    return Errand.objects.filter(next(near) | next(near))


def candidates(errand: Errand, actor: Actor | None) -> QuerySet[Wait]:
    """Return what awaits a message, among the cases an actor may see."""
    return (
        Wait.objects.filter(
            queries.in_sight(actor),
            kind=ItemKind.MESSAGE.value,
            name=errand.name,
            correlation=errand.correlation,
            case__status__in=OPEN_CASE,
        )
        .select_related("case__process")
        .order_by("case_id", "item")
    )


def tokens(actor: Actor | None, verb: str = queries.VIEW) -> QuerySet[Wait]:
    """Return the tokens that are stuck in cases within an actor's reach."""
    return Wait.objects.filter(
        queries.in_sight(actor, verb),
        kind=ItemKind.INCIDENT.value,
        case__status__in=OPEN_CASE,
    ).select_related("case__process")


def timers(actor: Actor | None, verb: str = queries.VIEW) -> QuerySet[Wait]:
    """Return the timers that were due and could not fire, in cases within an actor's reach."""
    return Wait.objects.filter(
        queries.in_sight(actor, verb),
        kind=ItemKind.TIMER.value,
        due_at__isnull=False,
        attempts__gt=0,
        case__status__in=OPEN_CASE,
    ).select_related("case__process")


def troubled(actor: Actor | None, verb: str = queries.VIEW) -> QuerySet[Errand]:
    """Return the errands that are stuck or fail, within an actor's reach."""
    return (
        errands_seen(actor, verb)
        .filter(TROUBLED)
        .select_related("source__process", "target__process")
    )


def count(actor: Actor | None) -> int:
    """Return how many incidents an actor may see. Three statements."""
    return tokens(actor).count() + timers(actor).count() + troubled(actor).count()


# --- of one case --------------------------------------------------------------------------------


def called(case_id: int, actor: Actor | None) -> QuerySet[Case]:
    """Return the cases that a case has called, those an actor may see."""
    return queries.visible(actor, few=True).filter(caller_id=case_id).order_by("caller_item")


def below(case_id: int, actor: Actor | None) -> list[Wait]:
    """Return what is stuck in the cases that a case has called, at any depth, within reach."""
    found: list[Wait] = []
    layer = [case_id]
    while layer:
        layer = list(
            queries.visible(actor, few=True)
            .filter(caller_id__in=layer, status__in=OPEN_CASE)
            .values_list("id", flat=True)
        )
        stuck = Wait.objects.filter(kind=ItemKind.INCIDENT.value, case_id__in=layer)
        found.extend(stuck.select_related("case__process"))
    return found


def failing(case_id: int) -> list[Errand]:
    """Return the errands of one case that do not get on."""
    rows = Errand.objects.filter(Q(source_id=case_id) | Q(target_id=case_id))
    return list(rows.filter(TROUBLED).select_related("source__process", "target__process"))


# --- every open case has a mover ----------------------------------------------------------------


def cases_without_mover() -> QuerySet[Case]:
    """Return the open cases that nothing will ever move: there must be none.

    A task, a timer, a message or signal awaited and an incident each move a case. So does a call
    for which a case is open, or an errand is under way; a call without either is left waiting for
    ever, whatever else moves its case.
    """
    tasks = Task.objects.filter(case_id=OuterRef("pk"), state__in=OPEN_TASK)
    waits = Wait.objects.filter(case_id=OuterRef("pk"), kind__in=MOVERS)
    calls = Wait.objects.filter(case_id=OuterRef("pk"), kind=ItemKind.CALL.value)
    lost = calls.exclude(pk__in=_answered_calls())
    return Case.objects.filter(
        Q(status=Case.Status.OPEN)
        & (Exists(lost) | (~Exists(tasks) & ~Exists(waits) & ~Exists(calls)))
    )


def _answered_calls() -> QuerySet[Wait]:
    """Return the calls that will be answered: opened, about to be opened, or just ended."""
    place = {"caller_id": OuterRef("case_id"), "caller_item": OuterRef("item")}
    running = Case.objects.filter(status__in=OPEN_CASE, **place)
    opening = Errand.objects.filter(
        source_id=OuterRef("case_id"),
        item=OuterRef("item"),
        kind=Errand.Kind.OPEN,
        state__in=UNDONE,
    )
    answering = Errand.objects.filter(
        source__caller_id=OuterRef("case_id"),
        source__caller_item=OuterRef("item"),
        kind=Errand.Kind.ANSWER,
        state__in=UNDONE,
    )
    return Wait.objects.filter(kind=ItemKind.CALL.value).filter(
        Exists(running) | Exists(opening) | Exists(answering)
    )


def stalled() -> Iterator[str]:
    """Yield the numbers of cases without a mover, for ``nancheng check``."""
    yield from cases_without_mover().order_by("id").values_list("number", flat=True)[:20]
