"""The verbs of the case file: each one is one transaction and one batch of events.

Every action is told who acts (``by``), when (``at``) and under which idempotency key (``key``): the
same key again does nothing and returns what the first time made. Two hands on one task: the first
wins, the other is told who and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from nancheng.foundation.cases import advance as moves
from nancheng.foundation.cases import (
    bindings,
    clocks,
    definitions,
    keys,
    openings,
    queries,
    rules,
    store,
)
from nancheng.foundation.cases.advance import Hand, Remark
from nancheng.foundation.cases.keys import once
from nancheng.foundation.cases.models import Case, Task
from nancheng.foundation.cases.openings import NewCase
from nancheng.foundation.cases.pool import actions as pool
from nancheng.foundation.cases.rules import Verb
from nancheng.foundation.cases.store import Loaded, OpenTask
from nancheng.foundation.messages import actions as messages
from nancheng.foundation.people import queries as people
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import messages as m
from nancheng.kernel.refusal import Refused


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new case is: its kind and title, first variables, parties and ties.

    ``parties`` maps each party of the drawing's lanes to a department, the lead first; ``links``
    maps other cases to the kind of link. ``node`` is a step at which the drawing lets a reopened
    case begin.
    """

    kind: str
    title: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    parties: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[int, str] = field(default_factory=dict)
    node: str = ""


@once
def open_case(opening: Opening, *, by: Actor, at: datetime, key: str) -> Case:
    """Open a case on the newest version of its drawing and run it to its first tasks."""
    hand = Hand(by, at, keys.sender_key(by, key))
    new = NewCase(
        opening.kind,
        opening.title,
        queries.newest_process(opening.kind),
        department_id=by.department_id,
        opened_by_id=by.identity_id,
        parties=opening.parties,
        links=opening.links,
    )
    start = m.Start(at, hand.name, opening.variables, opening.node)
    return openings.begin(new, start, hand=hand)


@once
def claim(*, task_id: int, by: Actor, at: datetime, key: str) -> None:
    """签收: take an offered task of one's post."""
    loaded, task = _task(task_id, by=by, key=key)
    if loaded is None or task is None:
        return
    by = _doer(loaded, task, by)
    if task.claimed_by == by.standing_id:
        return
    kind = pool.take(task, process_id=loaded.process_id, by=by, at=at)
    _assign(task_id, by.standing_id)
    moves.remark(loaded, Remark(kind, task.node, task.item), hand=_hand(by, at, key))


@once
def release(*, task_id: int, by: Actor, at: datetime, key: str) -> None:
    """退签: give a claimed task back to its post."""
    loaded, task = _task(task_id, by=by, key=key)
    if loaded is None or task is None:
        return
    by = _doer(loaded, task, by)
    if task.claimed_by is None:
        raise Refused("cases.not-yours", task_id=task_id)
    Task.objects.filter(pk=task_id).update(state=Task.State.OFFERED, claimed_by=None)
    moves.remark(loaded, Remark("Released", task.node, task.item), hand=_hand(by, at, key))


@once
def complete(
    *,
    task_id: int,
    values: Mapping[str, Any],
    by: Actor,
    at: datetime,
    key: str,
    opinion: str = "",
) -> None:
    """办理: do a task. The domain's own writes come first, in the same transaction.

    Raises ``Refused``: not one's own task, done meanwhile by another, a rule of the domain, or a
    person who already had a hand in a step that this one must be kept apart from.
    """
    # A key used before is noticed when the events are written: the task is open, so it is rare.
    loaded, task = _found(task_id, by=by, key=key)
    if loaded is None or task is None:
        return
    by = _doer(loaded, task, by)
    program = definitions.program(loaded.process_id)
    _apart(loaded, program.definition.nodes[task.node].extra.get("apart", ""), by)
    form = bindings.binding(loaded.kind).forms.get(program.forms.get(task.node, ""))
    given: Mapping[str, Any] = values
    if form is not None and form.before is not None:
        given = form.before(case_id=loaded.case_id, values=values, by=by, at=at, key=key)
    hand = _hand(by, at, key, opinion=opinion, decision=values.get("decision", ""))
    moves.advance(loaded, m.Complete(at, hand.name, task.item, given), hand=hand)
    if by.acting_for is not None:
        Task.objects.filter(pk=task_id).update(done_for_id=by.acting_for.identity_id)


@once
def send_back(*, task_id: int, target: str, reason: str, by: Actor, at: datetime, key: str) -> None:
    """退回: send a task back to an earlier step, with a reason."""
    loaded, task = _task(task_id, by=by, key=key, verb=Verb.SEND_BACK)
    if loaded is None or task is None:
        return
    by = _doer(loaded, task, by)
    hand = _hand(by, at, key, opinion=reason)
    moves.advance(loaded, m.SendBack(at, hand.name, task.item, target, reason), hand=hand)
    _tell_holders(
        loaded.case_id, code="cases.sent-back", at=at, key=key, node=target, reason=reason
    )


@once
def take_back(*, task_id: int, reason: str, by: Actor, at: datetime, key: str) -> None:
    """撤回: take a task one has done back, before the next hand has touched it."""
    row = Task.objects.filter(pk=task_id).values("item", "case_id", "state", "done_by_id").first()
    if row is None or row["done_by_id"] != by.identity_id:
        raise Refused("cases.not-yours", task_id=task_id)
    if keys.done_before(by=by, key=key):
        return
    loaded = _locked(case_id=row["case_id"])
    touched = frozenset(n for n, task in loaded.tasks.items() if task.claimed_by is not None)
    hand = _hand(by, at, key, opinion=reason)
    moves.advance(loaded, m.TakeBack(at, hand.name, row["item"], touched), hand=hand)


@once
def transfer(
    *, task_id: int, to_identity: int, reason: str, by: Actor, at: datetime, key: str
) -> None:
    """转办: hand a task to another identity of the same department."""
    loaded, task = _task(task_id, by=by, key=key, verb=Verb.TRANSFER)
    if loaded is None or task is None:
        return
    by = _doer(loaded, task, by)
    colleagues = dict(people.colleagues(post_id=task.post_id, on=at.date(), but=by.standing_id))
    if to_identity not in colleagues:
        raise Refused("cases.not-a-colleague", field="to_identity")
    _assign(task_id, to_identity)
    moves.remark(
        loaded,
        Remark("Transferred", task.node, task.item),
        hand=_hand(by, at, key, opinion=reason),
        to=colleagues[to_identity],
    )
    messages.notify(
        identity_ids=[to_identity],
        code="cases.transferred",
        figures={"title": queries.title(loaded.case_id), "by": by.name},
        case_id=loaded.case_id,
        at=at,
        key=f"{loaded.number}/{key}",
    )


@once
def add_signer(
    *, task_id: int, element: str, reason: str, by: Actor, at: datetime, key: str
) -> None:
    """加签: ask one more department to sign a running 会签."""
    loaded, task = _task(task_id, by=by, key=key, verb=Verb.ADD_SIGNER)
    if loaded is None or task is None:
        return
    by = _doer(loaded, task, by)
    hand = _hand(by, at, key, opinion=reason)
    moves.advance(loaded, m.AddInstance(at, hand.name, task.item, element), hand=hand)


@once
def remind(*, task_id: int, text: str, by: Actor, at: datetime, key: str) -> None:
    """催办: remind whoever holds a task; counted, and kept in the history."""
    loaded, task = _task(task_id, by=by, key=key)
    if loaded is None or task is None:
        return
    by = queries.allow(by, "case.remind", loaded.case_id)
    Task.objects.filter(pk=task_id).update(reminders=queries.reminders(task_id) + 1)
    moves.remark(
        loaded, Remark("Reminded", task.node, task.item), hand=_hand(by, at, key, opinion=text)
    )
    _tell_holders(loaded.case_id, code="cases.reminded", at=at, key=key, node=task.node, text=text)


@once
def suspend(*, case_id: int, reason: str, by: Actor, at: datetime, key: str) -> None:
    """中止: the case and its clocks stand still."""
    if keys.done_before(by=by, key=key):
        return
    by = queries.allow(by, "case.suspend", case_id)
    loaded = _locked(case_id=case_id)
    hand = _hand(by, at, key, opinion=reason)
    moves.advance(loaded, m.Suspend(at, hand.name, reason), hand=hand)
    clocks.pause(case_id=case_id, reason=reason, at=at)


@once
def resume(*, case_id: int, reason: str, by: Actor, at: datetime, key: str) -> None:
    """恢复: the case moves again; its clocks go on with what was left."""
    if keys.done_before(by=by, key=key):
        return
    by = queries.allow(by, "case.suspend", case_id)
    loaded = _locked(case_id=case_id)
    hand = _hand(by, at, key, opinion=reason)
    moves.advance(loaded, m.Resume(at, hand.name), hand=hand)
    clocks.go_on(case_id=case_id, at=at)


@once
def terminate(*, case_id: int, reason: str, by: Actor, at: datetime, key: str) -> None:
    """终止: end a case by hand; everything open is withdrawn."""
    if keys.done_before(by=by, key=key):
        return
    by = queries.allow(by, "case.terminate", case_id)
    loaded = _locked(case_id=case_id)
    hand = _hand(by, at, key, opinion=reason)
    moves.advance(loaded, m.Terminate(at, hand.name, reason), hand=hand)


@once
def retry(*, case_id: int, item: int, by: Actor, at: datetime, key: str) -> None:
    """Try again what was stuck."""
    if keys.done_before(by=by, key=key):
        return
    by = queries.allow(by, "case.retry", case_id)
    loaded = _locked(case_id=case_id)
    hand = _hand(by, at, key)
    moves.advance(loaded, m.Retry(at, hand.name, item), hand=hand)


# --- what they share -----------------------------------------------------------------------------


def _hand(by: Actor, at: datetime, key: str, **note: object) -> Hand:
    noted = {name: value for name, value in note.items() if value}
    return Hand(by, at, keys.sender_key(by, key), noted)


def _locked(*, case_id: int) -> Loaded:
    loaded = store.load(case_id=case_id)
    if loaded is None:
        raise Refused("cases.no-such-case")
    return loaded


def _task(
    task_id: int, *, by: Actor, key: str, verb: Verb | None = None
) -> tuple[Loaded | None, OpenTask | None]:
    """Return the case under its lock and the open task; (None, None) for a key used before."""
    loaded, task = _found(task_id, by=by, key=key)
    if loaded is None or task is None or store.used(keys.sender_key(by, key)):
        return None, None
    if verb is not None:
        program = definitions.program(loaded.process_id)
        if verb not in rules.verbs(" ".join(program.verbs[task.node])):
            raise Refused("cases.verb-not-open", verb=verb.value)
    return loaded, task


def _found(task_id: int, *, by: Actor, key: str) -> tuple[Loaded | None, OpenTask | None]:
    """Return the case under its lock and the open task; a task that is gone is explained."""
    loaded = store.load(task_id=task_id)
    if loaded is None:
        raise Refused("cases.no-such-task")
    task = loaded.task(task_id)
    if task is None and not store.used(keys.sender_key(by, key)):
        raise gone(task_id)
    return loaded, task


def gone(task_id: int) -> Refused:
    """Return what to say of a task that is no more to do: who did it, and when."""
    row = Task.objects.filter(pk=task_id).values_list("done_by__person__name", "done_at").first()
    who, when = row or (None, None)
    return Refused("cases.task-gone", who=who or "—", when=when)


def _doer(loaded: Loaded, task: OpenTask, by: Actor) -> Actor:
    """Return the actor as which one may do the task: oneself, or as deputy of its holder."""
    found = rights.doer(by, post_id=task.post_id, claimed_by=task.claimed_by, kind=loaded.kind)
    if found is not None:
        return found
    if task.claimed_by is not None:
        raise Refused("cases.task-taken", who=queries.identity_name(task.claimed_by))
    raise Refused("cases.not-yours", task_id=task.task_id)


def _assign(task_id: int, identity_id: int) -> None:
    Task.objects.filter(pk=task_id).update(state=Task.State.CLAIMED, claimed_by_id=identity_id)


def _apart(loaded: Loaded, nodes: str, by: Actor) -> None:
    """Refuse a person who did one of the steps that must stay apart, at whatever post.

    Deputy and principal count as one: whoever did the step, or had it done, does not check it.
    """
    if not nodes:
        return
    persons = by.persons
    done = (
        Task.objects.filter(
            Q(case_id=loaded.case_id) | Q(case_id__in=queries.reopened_from(loaded.case_id)),
            Q(done_by__person_id__in=persons) | Q(done_for__person_id__in=persons),
            state=Task.State.DONE,
            node__in=nodes.split(),
        )
        .values_list("name", flat=True)
        .first()
    )
    if done is not None:
        raise Refused("cases.same-person", step=done)


def _tell_holders(case_id: int, *, code: str, at: datetime, key: str, **figures: object) -> None:
    """Notify whoever holds the open tasks of a node of a case."""
    node = figures.pop("node")
    open_tasks = Task.objects.filter(
        case_id=case_id, node=node, state__in=(Task.State.OFFERED, Task.State.CLAIMED)
    ).values_list("claimed_by_id", "post_id", "name")
    for claimed_by, post_id, step in open_tasks:
        holders = [claimed_by] if claimed_by else people.holders(post_id=post_id, on=at.date())
        messages.notify(
            identity_ids=holders,
            code=code,
            figures={"title": queries.title(case_id), "step": step, **figures},
            case_id=case_id,
            at=at,
            key=f"{case_id}/{key}",
        )
