"""What lies on the desk: a task or case with everything its page shows and may offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import bindings, definitions, queries, rules, store
from nancheng.foundation.cases.bindings import Binding
from nancheng.foundation.cases.models import Case, Slip, Task
from nancheng.foundation.cases.queries import Entry
from nancheng.foundation.cases.rules import Verb
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.people import queries as people
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import figures, instances, wording
from nancheng.kernel.process import verbs
from nancheng.kernel.process.definition import Definition
from nancheng.kernel.process.program import Program
from nancheng.kernel.process.state import ItemKind

OPEN = (Task.State.OFFERED, Task.State.CLAIMED)
# What stands on the button of each verb.
VERB_WORDS: Mapping[str, str | Promise] = {
    Verb.CLAIM: _("签收"),
    Verb.RELEASE: _("退签"),
    Verb.GRAB: _("抢办"),
    Verb.COMPLETE: _("提交"),
    Verb.SEND_BACK: _("退回"),
    Verb.TAKE_BACK: _("撤回"),
    Verb.TRANSFER: _("转办"),
    Verb.ADD_SIGNER: _("加签"),
    Verb.REMIND: _("催办"),
    Verb.EXTEND: _("延期"),
    Verb.ASK_CORRECTION: _("要求补正"),
    Verb.TAKE_CORRECTION: _("收到补正"),
    Verb.SUSPEND: _("中止"),
    Verb.RESUME: _("恢复"),
    Verb.TERMINATE: _("终止"),
}
# How an event reads in the history, and the colour of its dot.
EVENT_WORDS: Mapping[str, tuple[str | Promise, str]] = {
    "Started": (_("发起"), "blue"),
    "Completed": (_("提交"), "blue"),
    "Claimed": (_("签收"), "blue"),
    "Released": (_("退签"), "yellow"),
    "SentBack": (_("退回"), "red"),
    "TakenBack": (_("撤回"), "yellow"),
    "Transferred": (_("转办"), "blue"),
    "Reminded": (_("催办"), "yellow"),
    "Extended": (_("已延期"), "yellow"),
    "DateMoved": (_("期限变动"), "yellow"),
    "TimerMoved": (_("定时变动"), "yellow"),
    "TimerKept": (_("定时未变动"), "yellow"),
    "CorrectionAsked": (_("要求补正"), "yellow"),
    "CorrectionReceived": (_("收到补正"), "blue"),
    "InstanceAdded": (_("加签"), "blue"),
    "InstanceRemoved": (_("减签"), "yellow"),
    "Suspended": (_("已中止"), "yellow"),
    "Resumed": (_("恢复"), "blue"),
    "Ended": (_("办结"), "green"),
    "Terminated": (_("终止"), "red"),
    "Stuck": (_("异常"), "red"),
    "Retried": (_("重试"), "blue"),
    "Fired": (_("到时"), "yellow"),
    "Answered": (_("自动办理"), "grey"),
    "Called": (_("调用子办件"), "blue"),
    "Returned": (_("子办件办结"), "green"),
    "Received": (_("收到消息"), "blue"),
    "Escalated": (_("上报"), "red"),
    "Migrated": (_("换版"), "yellow"),
    "VariablesSet": (_("更正变量"), "yellow"),
    "OpinionAsked": (_("征求意见"), "blue"),
    "OpinionGiven": (_("答复意见"), "blue"),
    "OpinionWithdrawn": (_("撤回征求"), "yellow"),
    "Circulated": (_("传阅"), "blue"),
    "CirculationNoted": (_("阅后留言"), "blue"),
    "CirculationRevoked": (_("撤回传阅"), "yellow"),
    "SlipIssued": (_("督办"), "yellow"),
    "SlipEscalated": (_("督办升级"), "red"),
    "SlipReplied": (_("督办回复"), "blue"),
    "SlipRejected": (_("督办退回"), "red"),
    "SlipClosed": (_("督办办结"), "green"),
    "Grabbed": (_("抢办"), "blue"),
    "ReturnedToPool": (_("退回抢办池"), "yellow"),
    "Archived": (_("归档"), "green"),
    "ReopeningAsked": (_("申请重开"), "yellow"),
    "ReopenedAs": (_("已重开"), "blue"),
    "ReopenedFrom": (_("重开"), "blue"),
    # What the machine did between people; the page of all events alone shows these.
    "Offered": (_("到达岗位"), "grey"),
    "Requested": (_("请求自动办理"), "grey"),
    "TimerSet": (_("开始定时"), "grey"),
    "Awaited": (_("等待消息"), "grey"),
    "GateOpened": (_("等待先到的事件"), "grey"),
    "Thrown": (_("发出事件"), "grey"),
    "Caught": (_("接住事件"), "grey"),
    "GatewayTaken": (_("选定分支"), "grey"),
    "Arrived": (_("到达汇合"), "grey"),
    "Joined": (_("汇合"), "grey"),
    "Entered": (_("进入环节组"), "grey"),
    "Left": (_("离开环节组"), "grey"),
    "Withdrawn": (_("环节撤销"), "grey"),
}
DECISIONS: Mapping[str, tuple[str | Promise, str]] = {
    "agree": (_("同意"), "green"),
    "refuse": (_("不同意"), "red"),
    "paid": (_("已支付"), "green"),
    "returned": (_("银行退回"), "red"),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """A task as its page shows it to one actor."""

    task: Task
    case: Case
    binding: Binding
    program: Program
    verbs: Sequence[str]
    may_complete: bool
    # For whom this actor would do it, as a deputy.
    stands_in_for: str = ""

    @property
    def form(self) -> bindings.TaskForm | None:
        """Return the form of the step, if its line of business has one."""
        return self.binding.forms.get(self.program.forms.get(self.task.node, ""))


def at_desk(task_id: int, actor: Actor, *, shown: bool = True) -> Desk:
    """Return an open or done task the actor may see. Raises ``Http404`` for any other.

    What a command needs is less than what a page shows (``shown``).
    """
    task = _shown(task_id) if shown else _bare(task_id)
    hand = doer(task, actor) if task else None
    if task is None or not (hand or queries.may_read_case(actor, task.case_id)):
        raise Http404
    program = definitions.program(task.case.process_id)
    opened = _open_verbs(task, program, actor)
    return Desk(
        task=task,
        case=task.case,
        binding=bindings.binding(task.case.kind),
        program=program,
        verbs=[verb.value for verb in Verb if verb in opened],
        may_complete=is_open(task) and hand is not None,
        stands_in_for=hand.acting_for.name if hand and hand.acting_for else "",
    )


def _shown(task_id: int) -> Task | None:
    return (
        Task.objects.filter(pk=task_id)
        .defer("case__process__xml")  # compiled and kept already
        .select_related("case__process", "department", "post", "claimed_by__person", "done_by")
        .first()
    )


def _bare(task_id: int) -> Task | None:
    of_task = "id = (SELECT t.case_id FROM cases_task t WHERE t.id = %s)"
    asked: list[instances.Asked] = [(Task, "id = %s", [task_id]), (Case, of_task, [task_id])]
    task, case = instances.together(asked)
    if not isinstance(task, Task) or not isinstance(case, Case):
        return None
    task.case = case
    return task


def is_open(task: Task) -> bool:
    """Say whether a task waits to be done in a case that moves."""
    return task.state in OPEN and task.case.status == Case.Status.OPEN


def doer(task: Task, actor: Actor) -> Actor | None:
    """Return the actor as which a task is one's to do: oneself, or a deputy; or None."""
    return rights.doer(
        actor, post_id=task.post_id, claimed_by=task.claimed_by_id, kind=task.case.kind
    )


def is_holder(task: Task, actor: Actor) -> bool:
    """Say whether a task is the actor's to do."""
    return doer(task, actor) is not None


def _open_verbs(task: Task, program: Program, actor: Actor) -> set[Verb]:
    if not is_open(task):
        back = task.state == Task.State.DONE and task.done_by_id == actor.identity_id
        return {Verb.TAKE_BACK} if back and task.case.status == Case.Status.OPEN else set()
    found: set[Verb] = set()
    if is_holder(task, actor):
        drawn = rules.verbs(" ".join(program.verbs[task.node]))
        found |= drawn & {Verb.SEND_BACK, Verb.TRANSFER, Verb.ADD_SIGNER}
        if Verb.ASK_CORRECTION in drawn:
            awaited = limit_queries.open_correction(task.pk) is not None
            found.add(Verb.TAKE_CORRECTION if awaited else Verb.ASK_CORRECTION)
        taking = Verb.GRAB if Verb.GRAB in drawn else Verb.CLAIM
        found.add(Verb.RELEASE if task.claimed_by_id else taking)
    else:
        granted = {Verb.REMIND: "case.remind", Verb.EXTEND: "case.extend"}
        found |= {v for v, grant in granted.items() if queries.may(actor, grant, task.case)}
        if task.due_on is None:
            found.discard(Verb.EXTEND)
    return found


def case_verbs(case: Case, actor: Actor) -> list[str]:
    """Return the verbs an actor may use on a whole case."""
    granted = []
    if case.status == Case.Status.OPEN and queries.may(actor, "case.suspend", case):
        granted.append(Verb.SUSPEND.value)
    if case.status == Case.Status.SUSPENDED and queries.may(actor, "case.suspend", case):
        granted.append(Verb.RESUME.value)
    if case.status in (Case.Status.OPEN, Case.Status.SUSPENDED) and queries.may(
        actor, "case.terminate", case
    ):
        granted.append(Verb.TERMINATE.value)
    return granted


def send_back_choices(desk: Desk) -> list[tuple[str, str]]:
    """Return the steps a task may be sent back to, the nearest first."""
    loaded = store.load(case_id=desk.case.pk)
    item = loaded.state.items.get(desk.task.item) if loaded else None
    if loaded is None or item is None or item.kind is not ItemKind.USER:
        return []
    return [
        (node, step_name(desk.program, node)) for node in verbs.targets(loaded.state.items, item)
    ]


def transfer_choices(desk: Desk, actor: Actor, *, on: date) -> list[tuple[int, str]]:
    """Return the colleagues a task may be handed to."""
    hand = doer(desk.task, actor) or actor
    return people.colleagues(post_id=desk.task.post_id, on=on, but=hand.standing_id)


def step_name(program: Program, node: str) -> str:
    """Return a step's name in the reader's language."""
    name, name_en = program.names.get(node, (node, node))
    return wording.named({"name": name, "name_en": name_en}) or node


def element_names(definition: Definition) -> dict[str, str]:
    """Return the names on a drawing in the reader's language, by element."""
    named = {node.id: wording.named(node) for node in definition.nodes.values()}
    named |= {lane.id: wording.named(lane) for lane in definition.lanes}
    named |= {flow.id: wording.named(flow) for flow in definition.flows}
    # A pool is called as its process is, where the drawing says the same of both.
    named |= {
        shape.element: wording.named(definition)
        for shape in definition.picture.shapes
        if shape.kind == "participant" and shape.name == definition.name
    }
    return {element: name for element, name in named.items() if name}


def timeline(case: Case, *, whole: bool = False) -> list[dict[str, Any]]:
    """Return a case's history as entries for the timeline, newest first."""
    program = definitions.program(case.process_id)
    entries = queries.history(case.pk, whole=whole)
    return [_line(entry, program) for entry in entries if whole or entry.kind != "Answered"]


# What a line adds below its text, by the fact that is given.
NOTES: Mapping[str, str | Promise] = {
    "to": _("对象：%(to)s"),
    "due_on": _("期限：%(due_on)s"),
    "other": _("关联办件：%(other)s"),
    "archive": _("档号：%(archive)s"),
}


def _notes(entry: Entry) -> list[str]:
    facts = entry.facts.get("remark", {})
    if entry.kind == "Transferred" and facts.get("to"):
        return [_("转给：%(to)s") % {"to": facts["to"]}]
    if entry.kind == "TimerMoved":
        when = {name: _moment(entry.facts[name]) for name in ("before", "due")}
        return [_("原定 %(before)s → %(due)s") % when]
    if facts.get("to"):
        facts = {**facts, "to": wording.label(facts["to"], place=True)}
    notes = [str(words) % facts for fact, words in NOTES.items() if facts.get(fact)]
    if facts.get("before"):
        after = facts.get("after") or _("暂停计时")
        notes.append(_("原期限 %(before)s → %(after)s") % {**facts, "after": after})
    if facts.get("colour"):
        notes.append(str(Slip.Colour(facts["colour"]).label))
    return notes


def _moment(text: str) -> str:
    return figures.moment(datetime.fromisoformat(text))


def _line(entry: Entry, program: Program) -> dict[str, Any]:
    words, tone = EVENT_WORDS.get(entry.kind, (entry.kind, "grey"))
    badge, badge_tone = words, {"blue": "green"}.get(tone, tone)
    if entry.kind == "Completed" and entry.decision in DECISIONS:
        badge, badge_tone = DECISIONS[entry.decision]
    step = step_name(program, entry.node) if entry.node else ""
    return {
        "title": step or words,
        "badge": badge if step else "",
        "badge_tone": badge_tone,
        "tone": tone,
        "at": entry.at,
        "who": entry.actor or _("系统"),
        "text": entry.opinion,
        "notes": _notes(entry),
        "seq": entry.seq,
        "kind": entry.kind,
    }
