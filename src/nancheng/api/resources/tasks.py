"""Tasks: what waits, what was done, one task with its form, and the verbs of office work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import Http404
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from nancheng.api import declaring, filling, listing, reach, telling, verbs
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.filling import FormField
from nancheng.api.listing import Listing
from nancheng.api.shapes import Day, Given, Id, Mark, Moment, Name, Named, Page, Reason, Words
from nancheng.api.telling import ClockTold
from nancheng.api.verbs import Nothing, Subject, Verb, Why
from nancheng.foundation.cases import actions, desk, desks, extensions, lists, supplements, worklist
from nancheng.foundation.cases.desk import Desk
from nancheng.foundation.cases.signing import actions as signers
from nancheng.foundation.cases.signing import queries as signing

router = Router(tags=["tasks"])
VIEW = Need("task.view", is_granted=False)
# Our choice: a joint signing of more is a circulation.
SIGNERS_MAX = 20


class TaskLine(Schema):
    """A task as work lists show it."""

    id: Id
    node: str
    name: str
    name_en: str
    state: str
    case_number: str
    case_title: str
    case_kind: str
    case_status: str
    department: Named
    opened_by: str
    arrived_at: Moment
    done_at: Moment | None
    due_on: Day | None
    light: str


class Choice(Schema):
    """One thing that may be chosen."""

    value: str
    label: str


class Choices(Schema):
    """What the verbs that ask for more than a reason let one choose from."""

    send_back: list[Choice]
    transfer: list[Choice]
    add_signer: list[Choice]


class TaskTold(TaskLine):
    """A task with its form, and the verbs the caller may use on it."""

    claimed_by: str | None
    reminders: int
    may_complete: bool
    stands_in_for: str
    verbs: list[str]
    form: list[FormField]


class Acted(Schema):
    """What was done, to which task of which case."""

    task_id: Id
    case_number: str
    verb: str
    at: Moment


class Completion(Given):
    """What a task's form asks for, by the names that ``form`` lists."""

    values: dict[str, str | int | bool | list[str]]


class SendBack(Given):
    """To which step, and why."""

    target: Name
    reason: Reason


class Transfer(Given):
    """To whose identity, and why."""

    to_identity: Id
    reason: Reason


class AddSigner(Given):
    """Which departments also sign, and why."""

    elements: list[Mark] = Field(min_length=1, max_length=SIGNERS_MAX)
    reason: Reason


class Reminder(Given):
    """What to say when reminding."""

    text: Words


class Extension(Given):
    """How much longer, in the unit of the limit, and why."""

    days: Id
    reason: Reason


_VALUES = (
    "id",
    "node",
    "name",
    "name_en",
    "state",
    "arrived_at",
    "done_at",
    "due_on",
    "case__number",
    "case__title",
    "case__kind",
    "case__status",
    "case__department__code",
    "case__department__name",
    "case__department__name_en",
    "case__opened_by__person__name",
)


def _load(rows: Any) -> Callable[[list[int], Caller], Iterable[dict[str, Any]]]:
    def load(ids: list[int], caller: Caller) -> Iterable[dict[str, Any]]:
        now = worklist.today(caller.at)
        found = {row["id"]: row for row in rows(caller).filter(pk__in=ids).values(*_VALUES)}
        return [_line(found[one], now) for one in ids if one in found]

    return load


def _line(row: Mapping[str, Any], now: worklist.Today) -> dict[str, Any]:
    runs = row["case__status"] == "open" and row["done_at"] is None
    return {
        **{name: row[name] for name in _VALUES[:8]},
        "case_number": row["case__number"],
        "case_title": row["case__title"],
        "case_kind": row["case__kind"],
        "case_status": row["case__status"],
        "department": telling.named_in(row, "case__department"),
        "opened_by": row["case__opened_by__person__name"],
        "light": str(now.light(row["due_on"])) if runs else "grey",
    }


INBOX = Listing(lists.INBOX, reach.inbox, _load(reach.inbox))
DONE = Listing(lists.DONE, reach.done, _load(reach.done))
POOL = Listing(desks.POOL, reach.pool, _load(reach.pool))


@declaring.reads(router, "/tasks", need=VIEW, gives=Page[TaskLine], listing=INBOX)
def inbox(request: ApiRequest) -> dict[str, Any]:
    """List what waits for the caller's identity."""
    return listing.answer(INBOX, request, request.caller)


@declaring.reads(router, "/tasks/done", need=VIEW, gives=Page[TaskLine], listing=DONE)
def done(request: ApiRequest) -> dict[str, Any]:
    """List what the caller's identity has done."""
    return listing.answer(DONE, request, request.caller)


@declaring.reads(router, "/tasks/pool", need=VIEW, gives=Page[TaskLine], listing=POOL)
def pool(request: ApiRequest) -> dict[str, Any]:
    """List what lies in the pools of the caller's post; claiming a task takes it from there."""
    return listing.answer(POOL, request, request.caller)


@declaring.reads(router, "/tasks/{task_id}", need=VIEW, gives=TaskTold)
def task(request: ApiRequest, task_id: Id) -> dict[str, Any]:
    """Tell one task: its form, and the verbs open to the caller."""
    at_desk = reach.at_desk(request.caller, task_id)
    row, case = at_desk.task, at_desk.case
    now = worklist.today(request.caller.at)
    return {
        **{name: getattr(row, name) for name in _VALUES[:8]},
        "case_number": case.number,
        "case_title": case.title,
        "case_kind": case.kind,
        "case_status": case.status,
        "department": telling.named(case.department),
        "opened_by": case.opened_by.person.name,
        "light": str(now.light(row.due_on)) if desk.is_open(row) else "grey",
        "claimed_by": row.claimed_by.person.name if row.claimed_by else None,
        "reminders": row.reminders,
        "may_complete": at_desk.may_complete,
        "stands_in_for": at_desk.stands_in_for,
        "verbs": at_desk.verbs,
        "form": filling.fields(at_desk) if at_desk.may_complete else [],
    }


@declaring.reads(router, "/tasks/{task_id}/choices", need=VIEW, gives=Choices)
def choices(request: ApiRequest, task_id: Id) -> dict[str, Any]:
    """Tell where a task may be sent back to, whom it may be handed to, who may sign as well."""
    caller = request.caller
    at_desk = reach.at_desk(caller, task_id)
    if not at_desk.may_complete:
        return {"send_back": [], "transfer": [], "add_signer": []}
    on = timezone.localdate(caller.at)
    return {
        "send_back": _offered(desk.send_back_choices(at_desk)),
        "transfer": _offered(desk.transfer_choices(at_desk, caller.actor, on=on)),
        "add_signer": _offered(signing.choices(at_desk.task, at_desk.program)),
    }


def _offered(found: Iterable[tuple[object, str]]) -> list[dict[str, str]]:
    return [{"value": str(value), "label": str(label)} for value, label in found]


@declaring.reads(router, "/tasks/{task_id}/clock", need=VIEW, gives=ClockTold)
def clock(request: ApiRequest, task_id: Id) -> dict[str, Any]:
    """Explain a task's deadline day by day."""
    row = getattr(reach.at_desk(request.caller, task_id).task, "clock", None)
    if row is None:
        raise Http404
    return telling.clock(row)


# --- verbs ---------------------------------------------------------------------------------------


def _plain(action: Callable[..., None]) -> Callable[..., None]:
    """Return an act that hands on what was given, by the names it was given under."""

    def act(at_desk: Desk, given: Given, **hand: Any) -> None:
        action(task_id=at_desk.task.pk, **given.model_dump(), **hand)

    return act


def _complete(at_desk: Desk, given: Completion, **hand: Any) -> None:
    if not at_desk.may_complete:
        # The action says why: done meanwhile, taken by another, or never one's own.
        actions.complete(task_id=at_desk.task.pk, values={}, **hand)
        return
    values = filling.checked(at_desk, given.values, key=hand["key"])
    opinion = str(values.get("opinion", ""))
    actions.complete(task_id=at_desk.task.pk, values=values, opinion=opinion, **hand)


def _add_signer(at_desk: Desk, given: AddSigner, **hand: Any) -> None:
    signers.add(at_desk.task.pk, elements=given.elements, reason=given.reason, **hand)


def _remove_signer(at_desk: Desk, given: Why, **hand: Any) -> None:
    signers.remove(at_desk.task.pk, reason=given.reason, **hand)


def _told(at_desk: Desk, verb: str, caller: Caller) -> Acted:
    number = at_desk.case.number
    return Acted(task_id=at_desk.task.pk, case_number=number, verb=verb, at=caller.at)


def _own(verb: str) -> Need:
    """Return the need of a verb that is one's own by post, not by grant."""
    return Need(f"task.{verb}", is_granted=False)


VERBS = (
    Verb(
        "claim",
        _own("claim"),
        Nothing,
        _plain(actions.claim),
        "Take a task that is offered to the caller's post (签收), or lies in its pool (抢办).",
    ),
    Verb(
        "release",
        _own("release"),
        Nothing,
        _plain(actions.release),
        "Give a claimed task back to its post (退签).",
    ),
    Verb(
        "complete",
        _own("complete"),
        Completion,
        _complete,
        "Do a task: its form is checked exactly as on its page (办理).",
    ),
    Verb(
        "send-back",
        _own("send-back"),
        SendBack,
        _plain(actions.send_back),
        "Send a task back to an earlier step (退回).",
    ),
    Verb(
        "take-back",
        _own("take-back"),
        Why,
        _plain(actions.take_back),
        "Take a task one has done back, before the next hand has touched it (撤回).",
    ),
    Verb(
        "transfer",
        _own("transfer"),
        Transfer,
        _plain(actions.transfer),
        "Hand a task to a colleague (转办).",
    ),
    Verb(
        "add-signer",
        _own("add-signer"),
        AddSigner,
        _add_signer,
        "Ask more departments to sign, all of them or none (加签).",
    ),
    Verb(
        "remove-signer",
        _own("add-signer"),
        Why,
        _remove_signer,
        "Take out a signer whom one has added and who has not signed yet (减签).",
    ),
    Verb(
        "ask-correction",
        _own("ask-correction"),
        Why,
        _plain(supplements.ask),
        "Say what the papers lack; the clocks stand still until it is there (要求补正).",
    ),
    Verb(
        "take-correction",
        _own("ask-correction"),
        Nothing,
        _plain(supplements.receive),
        "Take what was lacking; the clocks go on (收到补正).",
    ),
    Verb(
        "remind",
        Need("case.remind"),
        Reminder,
        _plain(actions.remind),
        "Remind whoever holds a task (催办).",
    ),
    Verb(
        "extend",
        Need("case.extend"),
        Extension,
        _plain(extensions.ask),
        "Ask for more time for a task (延期); the date moves when another person confirms.",
    ),
)
TASK = Subject("/tasks/{task_id}", "task_id", Id, reach.at_desk, _told, Acted)
verbs.declare(router, TASK, VERBS, module=__name__)
