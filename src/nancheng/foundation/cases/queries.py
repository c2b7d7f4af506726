"""Reads of cases: what an actor may see, one case whole, and what else asks about a case."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from nancheng.foundation.cases import store
from nancheng.foundation.cases.models import (
    Case,
    CaseEvent,
    CaseLink,
    CaseReader,
    Clock,
    Parameter,
    Participant,
    ProcessVersion,
    Task,
    Wait,
)
from nancheng.foundation.people import queries as people
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.models import Identity
from nancheng.foundation.people.queries import Fields
from nancheng.foundation.people.rules import Actor, Reader, Row
from nancheng.kernel.process import wire
from nancheng.kernel.refusal import Refused

VIEW = "case.view"
# In so many cases a department takes part before its lists ask each row.
MANY = 20_000
# Open tasks; the second half says the same again, and is what their index stands on.
OPEN_TASK = Q(state__in=(Task.State.OFFERED, Task.State.CLAIMED), done_at__isnull=True)


def party_of(prefix: str = "pk", *, few: bool = False) -> Fields:
    """Return where a table that points at a case keeps what rights ask.

    ``prefix`` is the lookup of the case's key ("pk" for cases, "case_id" for a domain's row).
    ``few``: other conditions leave few rows, so each one's case is asked; otherwise all the cases
    of a department or a reader are gathered first, which for one of a million rows takes a second.
    """
    join = "" if prefix == "pk" else prefix.removesuffix("_id") + "__"

    def among(cases: QuerySet[Any]) -> Q:
        if few:
            return Q(Exists(cases.filter(case_id=OuterRef(prefix))))
        return Q(**{f"{prefix}__in": cases.values("case_id")})

    return Fields(
        owner=f"{join}opened_by_id",
        department=f"{join}department_id",
        path=f"{join}department__path",
        party=lambda department: among(_taken_part(department)),
        invited=lambda reader: among(_invited(reader)),
        kind=f"{join}kind",
    )


def _taken_part(department_id: int) -> QuerySet[Participant]:
    return Participant.objects.filter(department_id=department_id)


def _invited(reader: Reader) -> QuerySet[CaseReader]:
    named = (
        Q(identity_id=reader.identity_id)
        | Q(post_id=reader.post_id)
        | Q(department_id=reader.department_id)
    )
    return CaseReader.objects.filter(named, ended_at__isnull=True)


def visible(actor: Actor | None, verb: str = VIEW, *, few: bool = False) -> QuerySet[Case]:
    """Return the cases on which an actor may use a verb.

    ``few`` when one case, or those of one case, are looked for and not a list; see ``party_of``.
    """
    return people.limit(Case.objects.all(), actor, verb, party_of(few=few))


def listed(actor: Actor | None) -> QuerySet[Case]:
    """Return the cases that a list of an actor begins with, whatever it filters further.

    A department that takes part in very many cases has one on nearly every row of a list in order:
    each row is asked then, and the many are not gathered. At most one statement to find out.
    """
    shares = [part.party_department_id for part in rights.reach(actor, VIEW).parts]
    return visible(actor, few=any(_takes_part_in_many(share) for share in shares if share))


def _takes_part_in_many(department_id: int) -> bool:
    rows = _taken_part(department_id).order_by("department_id", "case_id")
    return bool(rows.values_list("pk")[MANY : MANY + 1])


def in_sight(actor: Actor | None, verb: str = VIEW, *, at: str = "case_id") -> Q:
    """Return the condition that a row belongs to a case on which an actor may use a verb.

    For rows that are few of many: each one's case (in the column ``at``) is looked up, not every
    case that may be seen.
    """
    reach = rights.reach(actor, verb)
    if reach.everything:
        return people.EVERY_ROW
    its_case = Case.objects.filter(people.condition(reach, party_of(few=True)), pk=OuterRef(at))
    return Q(Exists(its_case))


def may_read_case(actor: Actor | None, case_id: int) -> bool:
    """Say whether an actor may see a case and so its files."""
    return visible(actor, few=True).filter(pk=case_id).exists()


def allow(actor: Actor, verb: str, case_id: int) -> Actor:
    """Return the actor as which one may use the verb on this case: oneself, or as a deputy.

    Raises ``Refused``; a case beyond sight is refused exactly like one that does not exist.
    """
    if not may_read_case(actor, case_id):
        raise Refused("cases.no-such-case")
    for hand in actor.hands:
        if visible(hand.alone, verb, few=True).filter(pk=case_id).exists():
            return hand
    raise Refused("people.not-allowed", post=actor.post_name)


def row_of(case: Case, verb: str = VIEW) -> Row:
    """Return what rights ask of a case for a verb; the predicate side of ``visible``."""
    return Row(
        owner_identity_id=case.opened_by_id,
        department_id=case.department_id,
        department_path=case.department.path,
        party_department_ids=frozenset(case.participants.values_list("department_id", flat=True)),
        invited=_invited_to(case.pk) if verb in rights.INVITED else frozenset(),
        kind=case.kind,
    )


def _invited_to(case_id: int) -> frozenset[tuple[str, int]]:
    names = ("identity", "post", "department")
    rows = CaseReader.objects.filter(case_id=case_id, ended_at__isnull=True).values_list(
        *(f"{name}_id" for name in names)
    )
    return frozenset(
        (name, named) for row in rows for name, named in zip(names, row, strict=True) if named
    )


def may(actor: Actor, verb: str, case: Case) -> bool:
    """Say whether an actor may use a verb on a case."""
    return rights.may(actor, verb, row_of(case, verb))


def at_hand(actor: Actor) -> Q:
    """Return the condition that a task is an actor's to do, or that of whom it stands in for."""
    waiting = Q(pk__in=())
    for hand in actor.hands:
        offered = Q(OPEN_TASK, state=Task.State.OFFERED, post_id=hand.post_id)
        at_desk = offered | Q(state=Task.State.CLAIMED, claimed_by_id=hand.standing_id)
        if hand.kinds is not None:
            at_desk &= Q(case__kind__in=sorted(hand.kinds))
        waiting |= at_desk
    return waiting


def holds_a_task(actor: Actor, case_id: int) -> bool:
    """Say whether an open task of a case is the actor's to do. One statement."""
    return Task.objects.filter(at_hand(actor), case_id=case_id).exists()


def reopened_from(case_id: int) -> QuerySet[CaseLink, int]:
    """Return the cases that a case goes on with, all the way back."""
    rows = CaseLink.objects.filter(case_id=case_id, kind=CaseLink.Kind.REOPENED)
    return rows.values_list("other_id", flat=True)


def whole_clock(case_id: int) -> Clock | None:
    """Return the clock of a whole case, if its drawing set a limit. One statement."""
    return Clock.objects.filter(case_id=case_id, task=None).first()


def newest_process(kind: str) -> int:
    """Return the newest published version of a kind's drawing. Raises ``Refused``."""
    found = store.newest_process(kind)
    if found is None:
        raise Refused("cases.not-deployed", kind=kind)
    return found


def newest_processes() -> dict[str, int]:
    """Return the newest published version of every kind's drawing. One statement."""
    rows = ProcessVersion.objects.order_by("key", "version").values_list("key", "id")
    return dict(rows)


def newest_versions() -> list[ProcessVersion]:
    """Return the newest version of each drawing, without the drawing itself. One statement."""
    newest: dict[str, ProcessVersion] = {}
    for version in ProcessVersion.objects.defer("xml").order_by("key", "version"):
        newest[version.key] = version
    return list(newest.values())


def drawing(kind: str, version: int) -> bytes | None:
    """Return a version's BPMN as it was published, or None if there is none. One statement."""
    rows = ProcessVersion.objects.filter(key=kind, version=version)
    xml = rows.values_list("xml", flat=True).first()
    return None if xml is None else bytes(xml)


def published_kinds() -> set[str]:
    """Return the kinds of cases that have a published drawing."""
    return set(ProcessVersion.objects.values_list("key", flat=True))


def title(case_id: int) -> str:
    """Return a case's number and title as one line."""
    number, name = Case.objects.values_list("number", "title").get(pk=case_id)
    return f"{number} {name}"


def variables(case_id: int, *, kind: str) -> dict[str, Any]:
    """Return the variables of a case of a kind; none for any other. One statement."""
    found = Case.objects.filter(pk=case_id, kind=kind).values_list("variables", flat=True)
    read: dict[str, Any] = wire.value_from_json(found.first() or {})
    return read


def kind(case_id: int) -> str:
    """Return the kind of a case."""
    return Case.objects.values_list("kind", flat=True).get(pk=case_id)


def reminders(task_id: int) -> int:
    """Return how often a task was reminded of."""
    return Task.objects.values_list("reminders", flat=True).get(pk=task_id)


def identity_name(identity_id: int) -> str:
    """Return the name of the person behind an identity."""
    return Identity.objects.values_list("person__name", flat=True).get(pk=identity_id)


def hands(case_id: int) -> dict[str, set[int]]:
    """Return the persons (ids) who did each step of a case, or for whom it was done. One."""
    found: dict[str, set[int]] = {}
    for node, *persons in Task.objects.filter(case_id=case_id, state=Task.State.DONE).values_list(
        "node", "done_by__person_id", "done_for__person_id"
    ):
        found.setdefault(node, set()).update(person for person in persons if person)
    return found


def parameter(code: str, *, on: date) -> str:
    """Return a dated setting as it stood on a day. Raises ``Refused`` when none was in force."""
    found = (
        Parameter.objects.filter(code=code, valid_from__lte=on)
        .order_by("-valid_from")
        .values_list("value", flat=True)
        .first()
    )
    if found is None:
        raise Refused("cases.no-parameter", parameter=code, on=on)
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the handling history, for the timeline."""

    seq: int
    at: datetime
    kind: str
    node: str
    actor: str
    opinion: str
    decision: str
    facts: Mapping[str, Any]


# What a person wants to read in a history; the rest is machinery and stays in the audit view.
TOLD = (
    "Started",
    "Completed",
    "SentBack",
    "TakenBack",
    "Suspended",
    "Resumed",
    "Ended",
    "Terminated",
    "Stuck",
    "Retried",
    "Claimed",
    "Released",
    "Transferred",
    "Reminded",
    "Extended",
    "DateMoved",
    "CorrectionAsked",
    "CorrectionReceived",
    "InstanceAdded",
    "InstanceRemoved",
    "Fired",
    "Answered",
    "Called",
    "Returned",
    "Received",
    "Escalated",
    "Migrated",
    "VariablesSet",
    "TimerMoved",
    "TimerKept",
    "OpinionAsked",
    "OpinionGiven",
    "OpinionWithdrawn",
    "Circulated",
    "CirculationNoted",
    "CirculationRevoked",
    "SlipIssued",
    "SlipEscalated",
    "SlipReplied",
    "SlipRejected",
    "SlipClosed",
    "Grabbed",
    "ReturnedToPool",
    "Archived",
    "ReopeningAsked",
    "ReopenedAs",
    "ReopenedFrom",
)


def history(case_id: int, *, whole: bool = False) -> list[Entry]:
    """Return a case's history, newest first. One statement."""
    rows = CaseEvent.objects.filter(case_id=case_id)
    if not whole:
        rows = rows.filter(kind__in=TOLD)
    return [
        _entry(*row)
        for row in rows.order_by("-seq").values_list(
            "seq", "at", "kind", "node", "actor_label", "payload"
        )
    ]


def _entry(seq: int, at: datetime, kind: str, node: str, label: str, payload: str) -> Entry:
    body = json.loads(payload)
    note = body.get("note", {})
    return Entry(
        seq, at, kind, node, label, note.get("opinion", ""), note.get("decision", ""), body
    )


def open_tasks(case_ids: Sequence[int]) -> QuerySet[Task]:
    """Return the open tasks of some cases, with what a list shows of them."""
    return (
        Task.objects.filter(
            case_id__in=case_ids, state__in=(Task.State.OFFERED, Task.State.CLAIMED)
        )
        .select_related("department", "post", "claimed_by__person")
        .order_by("arrived_at")
    )


def clocks(case_id: int) -> list[Clock]:
    """Return the clocks of a case, with what holds and lengthens them. Three statements."""
    rows = Clock.objects.filter(case_id=case_id).prefetch_related("pauses", "extensions")
    return list(rows.order_by("id"))


def incidents(case_id: int) -> list[Wait]:
    """Return what is stuck in a case, and the timers in it that could not fire."""
    failing = Q(kind="timer", attempts__gt=0)
    return list(Wait.objects.filter(Q(kind="incident") | failing, case_id=case_id).order_by("item"))


def participants(case_id: int) -> list[Participant]:
    """Return who takes part in a case."""
    return list(
        Participant.objects.filter(case_id=case_id).select_related("department").order_by("id")
    )


def links(case_id: int, actor: Actor) -> list[CaseLink]:
    """Return the cases a case is tied to, as far as the actor may see them."""
    rows = CaseLink.objects.filter(in_sight(actor, at="other_id"), case_id=case_id)
    return list(rows.select_related("other"))


def nodes_by_state(case_id: int) -> dict[str, set[str]]:
    """Return the nodes of a drawing by where this case stands on them: done, current, waiting.

    Two statements.
    """
    marks: dict[str, set[str]] = {"done": set(), "current": set(), "waiting": set(), "stuck": set()}
    for node, state in Task.objects.filter(case_id=case_id).values_list("node", "state"):
        if state in (Task.State.OFFERED, Task.State.CLAIMED):
            marks["current"].add(node)
        elif state == Task.State.DONE:
            marks["done"].add(node)
    for node, kind in Wait.objects.filter(case_id=case_id).values_list("node", "kind"):
        marks["stuck" if kind == "incident" else "waiting"].add(node)
    for node in CaseEvent.objects.filter(
        case_id=case_id, kind__in=("Started", "Answered", "GatewayTaken", "Fired", "Ended")
    ).values_list("node", flat=True):
        marks["done"].add(node)
    return marks
