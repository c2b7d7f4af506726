"""Lets running cases go on by another version of their drawing: plan, dry run, one by one.

A plan names two versions and the nodes that have new ids. The dry run says of every open case
whether it may move, and if not, where it rests and why. Moving is one transaction a case, under
its lock; a plan that is interrupted goes on where it stood, and no case moves twice. Clocks,
claims and opinions stay as they are; a task whose step belongs to another duty by the new drawing
is offered there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, F, QuerySet

from nancheng.foundation.cases import advance as moves
from nancheng.foundation.cases import definitions, errands, replaying, store
from nancheng.foundation.cases.advance import Hand
from nancheng.foundation.cases.models import Case, Migration, Participant, ProcessVersion, Task
from nancheng.foundation.cases.store import Loaded
from nancheng.foundation.people import queries as people
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.models import Post
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import migration
from nancheng.kernel.process.definition import Definition, Problem
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import Item, ItemKind, State
from nancheng.kernel.refusal import Refused

logger = logging.getLogger(__name__)

PUBLISH = "process.publish"
OPEN = (Case.Status.OPEN, Case.Status.SUSPENDED)
BATCH = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What is wanted: from one version of a kind to another, nodes with new ids, and why."""

    kind: str
    old: int
    new: int
    moves: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the dry run says of one case: it may move, or these are the reasons why not."""

    case_id: int
    number: str
    title: str
    faults: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A version of a drawing, and how many open cases run by it."""

    version: ProcessVersion
    open_cases: int


@dataclass(frozen=True, slots=True)
class Places:
    """Who plays which party in some cases, and where the new drawing sends their tasks."""

    program: Program
    parties: Mapping[tuple[int, str], int]

    def post(self, item: Item, node: str, case: Case | Loaded) -> tuple[int, int] | None:
        """Return the department and post that a task belongs to by the new drawing, if any."""
        lane = self.program.lanes[node]
        case_id = case.pk if isinstance(case, Case) else case.case_id
        unit = people.department_of(code=item.data.get("element"))
        if unit is None:
            unit = self.parties.get((case_id, lane.party)) if lane.party else case.department_id
        if unit is None:
            return None
        try:
            return unit, people.post_of(unit, lane.post)
        except Post.DoesNotExist:
            return None


# --- reading ------------------------------------------------------------------------------------


def owns(actor: Actor) -> bool:
    """Say whether an actor owns drawings: a plan moves cases of every department."""
    return rights.reach(actor, PUBLISH).everything


def versions(kind: str) -> list[Standing]:
    """Return the versions of a kind's drawing, the newest first. Two statements."""
    counts = dict(
        Case.objects.filter(kind=kind, status__in=OPEN)
        .order_by()
        .values_list("process_id")
        .annotate(Count("id"))
    )
    rows = ProcessVersion.objects.filter(key=kind).defer("xml").order_by("-version")
    return [Standing(row, counts.get(row.pk, 0)) for row in rows]


def proposed(*, old_id: int, new_id: int) -> dict[str, str]:
    """Return the moves that are plain: to the one new node of the same kind and name."""
    return migration.proposed(definitions.definition(old_id), definitions.definition(new_id))


def plans(kind: str) -> list[Migration]:
    """Return the last plans made for a kind, the newest first. One statement."""
    return list(_plans().filter(kind=kind)[:20])


def plan_of(plan_id: int) -> Migration | None:
    """Return a plan. One statement."""
    return _plans().filter(pk=plan_id).first()


def _plans() -> QuerySet[Migration]:
    related = ("old", "new", "planned_by__person", "planned_by__post")
    return Migration.objects.select_related(*related).defer("old__xml", "new__xml")


def drafted(wanted: Plan) -> Migration:
    """Return a plan that is not kept, for a dry run. Raises ``Refused`` for one that cannot be."""
    old, new = _version(wanted.kind, wanted.old), _version(wanted.kind, wanted.new)
    if old == new:
        raise Refused("cases.same-version", field="new")
    _check_moves(definitions.definition(old), definitions.definition(new), wanted.moves)
    return Migration(
        kind=wanted.kind,
        old_id=old,
        new_id=new,
        moves=dict(wanted.moves),
        reason=wanted.reason,
    )


def dry_run(plan: Migration) -> Iterator[Verdict]:
    """Yield for each open case of the old version whether it may move, in batches."""
    cursor = 0
    while batch := list(_waiting(plan).filter(pk__gt=cursor)[:BATCH]):
        ids = [case.pk for case in batch]
        states, places = replaying.stored(ids), _places(plan, ids)
        for case in batch:
            faults = _faults(plan, case, states[case.pk], places)
            yield Verdict(case.pk, case.number, case.title, faults)
        cursor = ids[-1]


def _waiting(plan: Migration) -> QuerySet[Case]:
    """Return the cases that still run by the old version."""
    return Case.objects.filter(process_id=plan.old_id, status__in=OPEN).order_by("pk")


def _places(plan: Migration, case_ids: Sequence[int]) -> Places:
    program = definitions.program(plan.new_id)
    rows = Participant.objects.filter(case_id__in=case_ids)
    parties = {
        (case_id, party): unit
        for case_id, party, unit in rows.values_list("case_id", "party", "department_id")
    }
    return Places(program, parties)


def _faults(
    plan: Migration, case: Case | Loaded, state: State, places: Places
) -> tuple[Problem, ...]:
    found = migration.faults(places.program, state, plan.moves)
    return found or tuple(
        Problem("cases.nobody-at-post", item.node, detail=places.program.lanes[node].post)
        for item, node in _tasks(plan, state)
        if places.post(item, node, case) is None
    )


def _tasks(plan: Migration, state: State) -> list[tuple[Item, str]]:
    """Return the open tasks of a state, each with its node in the new drawing."""
    return [
        (item, plan.moves.get(item.node, item.node))
        for item in state.items.values()
        if item.kind is ItemKind.USER
    ]


# --- writing ------------------------------------------------------------------------------------


def plan_migration(wanted: Plan, *, by: Actor | None, at: datetime, key: str) -> Migration:
    """Make a plan; nothing moves yet. ``by`` None is the command line.

    Raises ``Refused`` for an identity that may not publish, a version that is not there, and moves
    between nodes that are not in the drawings or are of different kinds.
    """
    if by is not None and not owns(by):
        raise Refused("people.not-allowed", post=by.post_name)
    mine = f"{by.identity_id if by else 0}:{key}"
    if known := Migration.objects.filter(key=mine).first():
        return known
    plan = drafted(wanted)
    plan.planned_by_id = by.identity_id if by else None
    plan.planned_at, plan.key = at, mine
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
            return plan
    except IntegrityError:
        # The same form sent twice at once: the other transaction was first.
        if known := Migration.objects.filter(key=mine).first():
            return known
        raise


def _version(kind: str, version: int) -> int:
    found = (
        ProcessVersion.objects.filter(key=kind, version=version)
        .values_list("id", flat=True)
        .first()
    )
    if found is None:
        raise Refused("cases.no-such-version", kind=kind, version=version)
    return found


def _check_moves(old: Definition, new: Definition, wanted: Mapping[str, str]) -> None:
    flows = ({flow.id for flow in old.flows}, {flow.id for flow in new.flows})
    for source, target in wanted.items():
        if source in flows[0] and target in flows[1]:
            continue
        before, after = old.nodes.get(source), new.nodes.get(target)
        if before is None or after is None or before.kind is not after.kind:
            raise Refused("cases.bad-move", field="moves", old=source, new=target)


@transaction.atomic
def start(*, plan_id: int, by: Actor | None, at: datetime) -> None:
    """Let a plan run: a job moves its cases one by one. Once more, it looks at all that stayed."""
    if by is not None and not owns(by):
        raise Refused("people.not-allowed", post=by.post_name)
    plan = Migration.objects.select_for_update().filter(pk=plan_id).first()
    if plan is None:
        raise Refused("cases.no-such-plan")
    if plan.state != Migration.State.RUNNING:
        Migration.objects.filter(pk=plan_id).update(
            state=Migration.State.RUNNING, started_at=at, ended_at=None, cursor=0, stayed=0
        )


def migrate(
    *, case_id: int, plan: Migration, by: Actor | None, at: datetime
) -> tuple[Problem, ...]:
    """Let one case go on by the new version, in a transaction; return what keeps it, if anything.

    A case that has moved, or that ended meanwhile, stays as it is.
    """
    with transaction.atomic():
        case = store.load(case_id=case_id)
        if case is None or case.process_id != plan.old_id or case.state.status in errands.OVER:
            return ()
        places = _places(plan, [case_id])
        faults = _faults(plan, case, case.state, places)
        if faults:
            return faults
        note = {"old": plan.old.version, "new": plan.new.version, "opinion": plan.reason}
        hand = Hand(by, at, f"migration:{plan.pk}/{case_id}", note)
        old, new = definitions.definition(plan.old_id), definitions.definition(plan.new_id)
        fresh = migration.fresh(old, new, plan.moves)
        command = m.Migrate(at, hand.name, plan.moves, fresh)
        moves.advance(replace(case, process_id=plan.new_id), command, hand=hand)
        Case.objects.filter(pk=case_id).update(process_id=plan.new_id)
        _move_tasks(plan, case, places)
        Migration.objects.filter(pk=plan.pk).update(moved=F("moved") + 1)
        return ()


def _move_tasks(plan: Migration, case: Loaded, places: Places) -> None:
    """Bring the rows of open tasks to their new steps; offer anew what is now another duty's."""
    for item, node in _tasks(plan, case.state):
        task = case.tasks[item.number]
        place = places.post(item, node, case)
        assert place is not None, item
        name, name_en = places.program.names[node]
        changes: dict[str, object] = {"node": node, "name": name, "name_en": name_en}
        if _duty_changed(task.post_id, place[1]):
            unit, post = place
            changes |= {"department_id": unit, "post_id": post, "claimed_by": None}
            changes["state"] = Task.State.OFFERED
        Task.objects.filter(pk=task.task_id).update(**changes)


def _duty_changed(before: int, after: int) -> bool:
    """Say whether two posts are of different duties: a task handed to a colleague stays there."""
    return before != after and people.duty_of(post_id=before) != people.duty_of(post_id=after)


def move_batch(plan_id: int, *, by: Actor | None, at: datetime) -> int | None:
    """Look at the next cases of a plan that runs; return how many, None when it does not run."""
    plan = _plans().filter(pk=plan_id, state=Migration.State.RUNNING).first()
    if plan is None:
        return None
    batch = list(_waiting(plan).filter(pk__gt=plan.cursor).values_list("pk", flat=True)[:BATCH])
    stayed = sum(not _moves(case_id, plan, by, at) for case_id in batch)
    # Another worker may have come further; what both looked at has moved once.
    here = Migration.objects.filter(pk=plan_id, cursor=plan.cursor)
    here.update(cursor=max([plan.cursor, *batch]), stayed=F("stayed") + stayed)
    if len(batch) < BATCH:
        here = Migration.objects.filter(pk=plan_id, state=Migration.State.RUNNING)
        here.update(state=Migration.State.DONE, ended_at=at)
    return len(batch)


def _moves(case_id: int, plan: Migration, by: Actor | None, at: datetime) -> bool:
    try:
        return not migrate(case_id=case_id, plan=plan, by=by, at=at)
    except Exception:
        # One case that cannot be moved must not keep the others; the dry run shows it as left.
        logger.exception("case %s did not move by plan %s", case_id, plan.pk)
        return False


def migrate_due(*, at: datetime) -> int:
    """Move the next cases of each plan that runs; return how many were looked at."""
    running = Migration.objects.filter(state=Migration.State.RUNNING).values_list(
        "id", "planned_by"
    )
    done = 0
    for plan_id, identity_id in list(running):
        by = people.actor_at(identity_id=identity_id, on=at.date()) if identity_id else None
        done += move_batch(plan_id, by=by, at=at) or 0
    return done
