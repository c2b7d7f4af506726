"""Work lists, cases and tasks."""

from __future__ import annotations

from django.utils import timezone

from nancheng.foundation.cases import clocks, receivers
from nancheng.foundation.cases.migrating import PUBLISH
from nancheng.foundation.cases.models import Case, Clock, Migration, Slip, Task
from nancheng.foundation.cases.queries import VIEW
from nancheng.foundation.cases.rules import Verb
from nancheng.foundation.cases.supervision import queries as slips
from nancheng.foundation.cases.supervision import rules as rules_of_slips
from nancheng.foundation.cases.supervision.rules import Colour
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.people import rules
from nancheng.foundation.people.rules import Actor
from tests.leaks.doors import Rows, Target, Targets, Truth, detail, gated, listed, own
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


def _kinds(sight: Sight) -> list[Target]:
    """Return the kinds of cases by who may open one by form; some only their domain opens."""
    concerns = "concerns.concern.open"
    return [
        Target({"kind": "concerns.concern"}, lambda actor: rules.may(actor, concerns)),
        Target({"kind": "funds.payment"}, lambda actor: False),
    ]


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


def _opinions(sight: Sight) -> list[Target]:
    return [Target({"opinion_id": row.pk}, by(sight.sent, row)) for row in sight.opinions]


def _circulations(sight: Sight) -> list[Target]:
    return [Target({"circulation_id": row.pk}, by(sight.sent, row)) for row in sight.circulations]


def _slips(sight: Sight, **more: str) -> list[Target]:
    return [Target({"slip_id": row.pk} | more, by(sight.reads, row.case_id)) for row in sight.slips]


def _slip_numbers(sight: Sight, actor: Actor) -> list[str]:
    return [row.number for row in sight.slips if sight.reads(actor, row.case_id)]


def _called(sight: Sight, actor: Actor) -> list[str]:
    """Return the cases of tasks whose deadline calls for a slip, told task by task."""
    limits = slips.bounds(timezone.now())
    return [
        task.case.number
        for task in _tasks(sight)
        if task.state in OPEN and task.case.status == Case.Status.OPEN
        if (colour := rules_of_slips.proposed(task.due_on, bounds=limits))
        if not any(_answers(slip, task, colour) for slip in sight.slips)
        if sight.may(actor, SUPERVISE, task.case)
    ]


def _answers(slip: Slip, task: Task, colour: Colour) -> bool:
    """Say whether a slip answers what the deadline of a task calls for."""
    is_there = (slip.case_id, slip.department_id) == (task.case_id, task.department_id)
    severe = (colour, *rules_of_slips.higher(colour))
    return is_there and slip.state in slips.OPEN and slip.colour in severe


def _archived(sight: Sight, actor: Actor) -> list[str]:
    return [row.case.number for row in sight.archives if sight.reads(actor, row.case_id)]


def _asked(sight: Sight, actor: Actor) -> list[str]:
    return [row.case.number for row in sight.opinions if row.asked_by_id == actor.identity_id]


def _sent(sight: Sight, actor: Actor) -> list[str]:
    return [row.case.number for row in sight.circulations if row.sent_by_id == actor.identity_id]


def _together(sight: Sight, actor: Actor) -> list[str]:
    """Return the cases whose slips wait for a reply of an actor: nothing else names anybody."""
    return [
        row.case.number
        for row in sight.slips
        if row.state == Slip.State.ISSUED
        and rules.may(actor, VIEW)
        and receivers.names(actor, row.reader)
    ]


def _troubled(kind: str) -> Truth:
    def truth(sight: Sight, actor: Actor) -> list[str]:
        return [
            row.case.number
            for row in sight.troubles
            if row.kind == kind and sight.reads(actor, row.case_id)
        ]

    return truth


def _stuck_errands(sight: Sight, actor: Actor) -> list[str]:
    return [
        sight.by_id[row.source_id or 0].number for row in sight.errands if sight.errand(actor, row)
    ]


def _incidents(sight: Sight) -> list[Target]:
    errands = [
        Target({"what": "errand", "ref": row.pk}, by(sight.errand, row)) for row in sight.errands
    ]
    words = {"incident": "token", "timer": "timer"}
    return errands + [
        Target({"what": words[row.kind], "ref": row.pk}, by(sight.reads, row.case_id))
        for row in sight.troubles
    ]


def incidents_of(what: str) -> Targets:
    """Return the incidents of one sort alone, for an address that names no other."""
    return lambda sight: [one for one in _incidents(sight) if one.arguments["what"] == what]


def _departments(sight: Sight) -> list[Target]:
    """Return the page of each department, open to who sees an open task of it."""
    found: dict[int, set[int]] = {}
    for task in _tasks(sight):
        if task.state in OPEN:
            found.setdefault(task.department_id, set()).add(task.case_id)
    return [
        Target({"department_id": each}, by(lambda a, ids: any(sight.reads(a, i) for i in ids), ids))
        for each, ids in sorted(found.items())
    ]


def _owns(actor: Actor) -> bool:
    return rules.reach(actor, PUBLISH).everything


def _drawings(sight: Sight) -> list[Target]:
    return [Target({"kind": case.kind}, _owns) for case in sight.cases[:1]]


def _processes(sight: Sight) -> list[Target]:
    return [Target({"kind": case.kind}, lambda actor: True) for case in sight.cases[:1]]


def _plans(sight: Sight) -> list[Target]:
    return [Target({"plan_id": plan.pk}, _owns) for plan in Migration.objects.all()]


def _years(sight: Sight) -> list[Target]:
    return [Target({"year": year}, lambda actor: True) for year in sorted(clocks.calendar().years)]


def _limits(sight: Sight) -> list[Target]:
    return [
        Target({"code": code}, lambda actor: True) for code in sorted(limit_queries.known_codes())
    ]


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
    "cases:archives": listed(VIEW, Rows(_archived, NUMBER)),
    "cases:archive": detail("case.archive", cases, NO_CASE, posted=True),
    "cases:reopen": detail("case.reopen.ask", cases, NO_CASE, posted=True),
    "cases:incidents": listed(
        VIEW,
        Rows(_troubled("incident"), NUMBER),
        Rows(_troubled("timer"), NUMBER, "show=timer"),
        Rows(_stuck_errands, NUMBER, "show=errand"),
    ),
    "cases:incident": detail(VIEW, _incidents, {"what": "errand", "ref": 999_999}, posted=True),
    "cases:versions": detail(PUBLISH, _drawings, {"kind": "nothing"}, posted=True),
    "cases:migration": detail(PUBLISH, _plans, {"plan_id": 999_999}, posted=True),
    "cases:add-signer": detail("", _tasks_seen, NO_TASK, posted=True),
    "cases:remove-signer": detail("", _tasks_seen, NO_TASK, posted=True),
    "cases:department": detail(VIEW, _departments, {"department_id": 999_999}),
    "cases:case-clock": detail("", cases, NO_CASE),
    "cases:clock-proof": detail("", _clocks, {"clock_id": 999_999, "form": "txt"}),
    "cases:calendars": own(),
    "cases:calendar-year": detail("", _years, {"year": 1999}),
    "cases:calendar-load": gated("calendar.load", "a notice of the whole zone", posted=True),
    "cases:limits": own(),
    "cases:limit": detail("", _limits, {"code": "nothing"}),
    "cases:office-hours": gated("calendar.load", "hours of an organ", posted=True),
    "cases:together": own(Rows(_together, NUMBER)),
    "cases:asked": own(Rows(_asked, NUMBER)),
    "cases:sent": own(Rows(_sent, NUMBER)),
    "cases:opinion": detail("", _opinions, {"opinion_id": 999_999}, posted=True),
    "cases:opinion-withdraw": detail("", _opinions, {"opinion_id": 999_999}, posted=True),
    "cases:circulation": detail("", _circulations, {"circulation_id": 999_999}, posted=True),
    "cases:circulation-revoke": detail("", _circulations, {"circulation_id": 999_999}, posted=True),
    "cases:slips": listed(VIEW, Rows(_slip_numbers, "督办编号")),
    "cases:slips-called": listed(SUPERVISE, Rows(_called, NUMBER)),
    "cases:slip": detail("", _slips, {"slip_id": 999_999}),
    "cases:slip-verb": detail(
        "",
        lambda sight: [
            target
            for verb in ("close", "escalate", "reject", "reply")
            for target in _slips(sight, verb=verb)
        ],
        {"slip_id": 999_999, "verb": "escalate"},
        posted=True,
    ),
    "cases:ask": detail("", cases, NO_CASE, posted=True),
    "cases:circulate": detail("", cases, NO_CASE, posted=True),
    "cases:supervise": detail(SUPERVISE, cases, NO_CASE, posted=True),
    "cases:search": listed(VIEW, Rows(visible, NUMBER)),
    "cases:openings": gated("", "kinds one may open, no row of anybody"),
    "cases:opening": detail("", _kinds, {"kind": "nothing"}, posted=True),
    "cases:departments": gated(VIEW, "counts alone; compared in test_counts"),
    "cases:processes": gated(VIEW, "drawings are known to all who see cases"),
    "cases:process": detail(VIEW, _processes, {"kind": "nothing"}),
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
