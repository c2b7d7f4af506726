"""Tasks: what waits, what was done, one task with its form, and the verbs of office work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from nancheng.api import declaring, filling, listing, once, reach, telling
from nancheng.api.callers import ApiRequest, Caller
from nancheng.api.declaring import Need
from nancheng.api.filling import FormField
from nancheng.api.listing import Listing
from nancheng.api.shapes import Day, Given, Id, Mark, Moment, Name, Named, Page, Reason, Words
from nancheng.api.telling import ClockTold
from nancheng.foundation.cases import actions, desk, extensions, lists, worklist
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


class Nothing(Given):
    """A verb that asks nothing: an empty object."""


class Completion(Given):
    """What a task's form asks for, by the names that ``form`` lists."""

    values: dict[str, str | int | bool | list[str]]


class SendBack(Given):
    """To which step, and why."""

    target: Name
    reason: Reason


class Why(Given):
    """Why a verb is used."""

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


@declaring.reads(router, "/tasks", need=VIEW, gives=Page[TaskLine], listing=INBOX)
def inbox(request: ApiRequest) -> dict[str, Any]:
    """List what waits for the caller's identity."""
    return listing.answer(INBOX, request, request.caller)


@declaring.reads(router, "/tasks/done", need=VIEW, gives=Page[TaskLine], listing=DONE)
def done(request: ApiRequest) -> dict[str, Any]:
    """List what the caller's identity has done."""
    return listing.answer(DONE, request, request.caller)


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


def _use(request: ApiRequest, task_id: int, verb: str, act: Callable[..., None]) -> HttpResponse:
    """Use a verb on a task that the caller sees; the actions say who may."""
    caller = request.caller

    def acted(key: str) -> Acted:
        at_desk = reach.at_desk(caller, task_id)
        act(at_desk, by=caller.actor, at=caller.at, key=key)
        return Acted(task_id=task_id, case_number=at_desk.case.number, verb=verb, at=caller.at)

    return once.once(request, caller, acted, status=200)


def _plain(action: Callable[..., None], **given: Any) -> Callable[..., None]:
    def act(at_desk: Desk, **hand: Any) -> None:
        action(task_id=at_desk.task.pk, **given, **hand)

    return act


def _posts(verb: str, need: Need | None = None) -> Callable[[Any], Any]:
    return declaring.writes(
        router,
        "POST",
        f"/tasks/{{task_id}}/{verb}",
        need=need or Need(f"task.{verb}", is_granted=False),
        gives=Acted,
    )


@_posts("claim")
def claim(request: ApiRequest, task_id: Id, given: Nothing) -> HttpResponse:
    """Take a task that is offered to the caller's post (签收)."""
    return _use(request, task_id, "claim", _plain(actions.claim))


@_posts("release")
def release(request: ApiRequest, task_id: Id, given: Nothing) -> HttpResponse:
    """Give a claimed task back to its post (退签)."""
    return _use(request, task_id, "release", _plain(actions.release))


@_posts("complete")
def complete(request: ApiRequest, task_id: Id, given: Completion) -> HttpResponse:
    """Do a task: its form is checked exactly as on its page (办理)."""

    def act(at_desk: Desk, **hand: Any) -> None:
        if not at_desk.may_complete:
            # The action says why: done meanwhile, taken by another, or never one's own.
            actions.complete(task_id=at_desk.task.pk, values={}, **hand)
            return
        values = filling.checked(at_desk, given.values, key=hand["key"])
        opinion = str(values.get("opinion", ""))
        actions.complete(task_id=at_desk.task.pk, values=values, opinion=opinion, **hand)

    return _use(request, task_id, "complete", act)


@_posts("send-back")
def send_back(request: ApiRequest, task_id: Id, given: SendBack) -> HttpResponse:
    """Send a task back to an earlier step (退回)."""
    act = _plain(actions.send_back, target=given.target, reason=given.reason)
    return _use(request, task_id, "send-back", act)


@_posts("take-back")
def take_back(request: ApiRequest, task_id: Id, given: Why) -> HttpResponse:
    """Take a task one has done back, before the next hand has touched it (撤回)."""
    return _use(request, task_id, "take-back", _plain(actions.take_back, reason=given.reason))


@_posts("transfer")
def transfer(request: ApiRequest, task_id: Id, given: Transfer) -> HttpResponse:
    """Hand a task to a colleague (转办)."""
    act = _plain(actions.transfer, to_identity=given.to_identity, reason=given.reason)
    return _use(request, task_id, "transfer", act)


@_posts("add-signer")
def add_signer(request: ApiRequest, task_id: Id, given: AddSigner) -> HttpResponse:
    """Ask more departments to sign, all of them or none (加签)."""

    def act(at_desk: Desk, **hand: Any) -> None:
        elements = given.elements
        signers.add(at_desk.task.pk, elements=elements, reason=given.reason, **hand)

    return _use(request, task_id, "add-signer", act)


@_posts("remind", Need("case.remind"))
def remind(request: ApiRequest, task_id: Id, given: Reminder) -> HttpResponse:
    """Remind whoever holds a task (催办)."""
    return _use(request, task_id, "remind", _plain(actions.remind, text=given.text))


@_posts("extend", Need("case.extend"))
def extend(request: ApiRequest, task_id: Id, given: Extension) -> HttpResponse:
    """Ask for more time for a task (延期); the date moves when another person confirms."""
    act = _plain(extensions.ask, days=given.days, reason=given.reason)
    return _use(request, task_id, "extend", act)
