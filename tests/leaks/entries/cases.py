"""Work lists, cases and tasks."""

from __future__ import annotations

from nancheng.foundation.cases.models import Clock, Task
from nancheng.foundation.cases.queries import VIEW
from nancheng.foundation.cases.rules import Verb
from nancheng.foundation.people.rules import Actor
from tests.leaks.doors import Rows, Target, detail, gated, listed, own
from tests.leaks.sight import OPEN, Sight, by

NUMBER = "事项编号"
SUPERVISE = "case.supervise"
NO_CASE = {"number": "FK-1999-000001"}
NO_TASK = {"task_id": 999_999_999}


def _tasks(sight: Sight) -> list[Task]:
    return [task for case in sight.cases for task in sight.tasks[case.pk]]


def _inbox(sight: Sight, actor: Actor) -> list[str]:
    return [task.case.number for task in _tasks(sight) if sight.holds(actor, task)]


def _done(sight: Sight, actor: Actor) -> list[str]:
    mine = actor.identity_id
    return [
        task.case.number
        for task in _tasks(sight)
        if task.state == Task.State.DONE and mine in (task.done_by_id, task.done_for_id)
    ]


def _started(sight: Sight, actor: Actor) -> list[str]:
    return [case.number for case in sight.cases if case.opened_by_id == actor.identity_id]


def visible(sight: Sight, actor: Actor) -> list[str]:
    """Return the numbers of the cases that the rule admits."""
    return [case.number for case in sight.cases if sight.may(actor, VIEW, case)]


def cases(sight: Sight) -> list[Target]:
    """Return the address of each case."""
    return [
        Target({"number": case.number}, by(lambda a, c: sight.may(a, VIEW, c), case))
        for case in sight.cases
    ]


def _clocks(sight: Sight) -> list[Target]:
    known = {case.pk: case for case in sight.cases}
    return [
        Target(
            {"clock_id": clock.pk, "form": "txt"},
            by(lambda a, c: sight.may(a, VIEW, c), known[clock.case_id]),
        )
        for clock in Clock.objects.order_by("id")
    ]


def nothing(sight: Sight) -> list[Target]:
    """Return no row: the world has none of these yet; every address leads nowhere."""
    return []


def case_verbs(sight: Sight) -> list[Target]:
    """Return each verb of two cases of different units."""
    return [
        Target(
            {"number": case.number, "verb": verb.value},
            by(lambda a, c: sight.may(a, VIEW, c), case),
        )
        for case in (sight.cases[0], sight.cases[-1])
        for verb in Verb
    ]


def _tasks_seen(sight: Sight, *, verbs: tuple[str, ...] = ()) -> list[Target]:
    found = []
    for task in _tasks(sight):
        for verb in verbs or ("",):
            arguments = {"task_id": task.pk} | ({"verb": verb} if verb else {})
            found.append(
                Target(
                    arguments,
                    by(
                        lambda a, t: (
                            sight.may(a, VIEW, t.case)
                            or (sight.holds(a, t) if t.state in OPEN else sight.at_work(a, t.case))
                        ),
                        task,
                    ),
                )
            )
    return found


DOORS = {
    "cases:home": own(),
    "cases:inbox": own(Rows(_inbox, NUMBER)),
    "cases:done": own(Rows(_done, NUMBER)),
    "cases:started": own(Rows(_started, NUMBER)),
    "cases:claim-many": own(posted=True),
    "cases:pool": own(),
    "cases:archives": listed(VIEW),
    "cases:archive": detail("case.archive", cases, NO_CASE, posted=True),
    "cases:reopen": detail("case.reopen.ask", cases, NO_CASE, posted=True),
    "cases:incidents": listed(VIEW),
    "cases:incident": detail(VIEW, nothing, {"what": "work", "ref": 999_999}, posted=True),
    "cases:versions": detail("process.publish", nothing, {"kind": "nothing"}, posted=True),
    "cases:migration": detail("process.publish", nothing, {"plan_id": 999_999}, posted=True),
    "cases:add-signer": detail("", _tasks_seen, NO_TASK, posted=True),
    "cases:remove-signer": detail("", _tasks_seen, NO_TASK, posted=True),
    "cases:department": detail(VIEW, nothing, {"department_id": 999_999}),
    "cases:case-clock": detail("", cases, NO_CASE),
    "cases:clock-proof": detail("", _clocks, {"clock_id": 999_999, "form": "txt"}),
    "cases:calendars": own(),
    "cases:calendar-year": detail("", nothing, {"year": 1999}),
    "cases:calendar-load": gated("calendar.load", "a notice of the whole zone", posted=True),
    "cases:limits": own(),
    "cases:limit": detail("", nothing, {"code": "nothing"}),
    "cases:office-hours": gated("calendar.load", "hours of an organ", posted=True),
    "cases:together": own(),
    "cases:asked": own(),
    "cases:sent": own(),
    "cases:opinion": detail("", nothing, {"opinion_id": 999_999}, posted=True),
    "cases:opinion-withdraw": detail("", nothing, {"opinion_id": 999_999}, posted=True),
    "cases:circulation": detail("", nothing, {"circulation_id": 999_999}, posted=True),
    "cases:circulation-revoke": detail("", nothing, {"circulation_id": 999_999}, posted=True),
    "cases:slips": listed(VIEW),
    "cases:slips-called": listed(SUPERVISE),
    "cases:slip": detail("", nothing, {"slip_id": 999_999}),
    "cases:slip-verb": detail("", nothing, {"slip_id": 999_999, "verb": "lift"}, posted=True),
    "cases:ask": detail("", cases, NO_CASE, posted=True),
    "cases:circulate": detail("", cases, NO_CASE, posted=True),
    "cases:supervise": detail(SUPERVISE, cases, NO_CASE, posted=True),
    "cases:search": listed(VIEW, Rows(visible, NUMBER)),
    "cases:departments": gated(VIEW, "counts alone; compared in test_counts"),
    "cases:processes": gated(VIEW, "drawings are known to all who see cases"),
    "cases:process": detail(
        VIEW, lambda sight: [Target({"kind": "payment"}, lambda a: True)], {"kind": "nothing"}
    ),
    "cases:case": detail(VIEW, cases, NO_CASE),
    "cases:history": detail(VIEW, cases, NO_CASE),
    "cases:case-verb": detail(VIEW, case_verbs, NO_CASE | {"verb": "suspend"}, posted=True),
    "cases:task": detail("", _tasks_seen, NO_TASK),
    "cases:clock": detail("", _tasks_seen, NO_TASK),
    "cases:task-verb": detail(
        "",
        lambda sight: _tasks_seen(sight, verbs=tuple(verb.value for verb in Verb)),
        NO_TASK | {"verb": "claim"},
        posted=True,
    ),
}
