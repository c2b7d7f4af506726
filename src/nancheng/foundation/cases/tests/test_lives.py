"""Generated drawings live generated lives through the real actions, on the real database.

After every step: what is stored is what replaying the history gives, for the case and for all it
has called; every open case has something that will move it; the chain of its history is unbroken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nancheng.foundation.cases import (
    actions,
    bindings,
    dispatching,
    incidents,
    jobs,
    migrating,
    publishing,
    replaying,
)
from nancheng.foundation.cases.bindings import Binding
from nancheng.foundation.cases.dispatching import Message
from nancheng.foundation.cases.migrating import Plan
from nancheng.foundation.cases.models import Case, Errand, Task, Wait
from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.cases.tests.plays import Publish
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import bpmn_write
from nancheng.kernel.process.definition import Definition, Kind, Lane
from nancheng.kernel.process.tests import blocks
from nancheng.kernel.refusal import Refused

CHILD = plays.drawing("other", [plays.start(), plays.user("work"), plays.end()], "start>work>end")
WORDS = ("yes", "no", "again")
OPEN = (Case.Status.OPEN, Case.Status.SUSPENDED)
STEPS = 8
# What the kernel's tests write as the name of a variable is a context here.
MAPPED = {"input": "{given: amount}", "output": "{taken: given}"}
SETTINGS = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    # A life that breaks a law says what was done; making it smaller would take minutes.
    phases=[Phase.generate],
)


def answered(
    *, case_id: int, variables: Any, by: Actor | None, at: datetime, key: str
) -> dict[str, object]:
    """Stand in for a handler."""
    return {"handled": key}


def drawn(block: blocks.Block) -> Definition:
    """Return a generated drawing with one lane, whose tasks may be sent back; mappings in FEEL."""
    made = blocks.definition(block)
    nodes = {
        node.id: replace(node, extra={**node.extra, "verbs": "send-back"})
        if node.kind is Kind.USER_TASK
        else replace(node, extra={name: MAPPED.get(name, v) for name, v in node.extra.items()})
        for node in made.nodes.values()
    }
    tasks = tuple(n.id for n in nodes.values() if n.kind is Kind.USER_TASK)
    lanes = (Lane("lane", "审核", post="reviewer", nodes=tasks),) if tasks else ()
    return replace(made, nodes=nodes, lanes=lanes)


@dataclass
class Life:
    """One case, those it calls, and the hands that move them."""

    zone: Zone
    sender: Actor
    case: Case
    data: st.DataObject
    at: datetime = AT
    turn: int = 0
    done: list[str] = field(default_factory=list)

    def draw(self, choices: Any) -> Any:
        """Choose one of several."""
        return self.data.draw(st.sampled_from(list(choices)))

    def key(self) -> str:
        """Return a key of its own for each command."""
        self.turn += 1
        return f"{self.case.pk}/{self.turn}"

    def family(self) -> list[Case]:
        """Return the case and all it has called."""
        return list(Case.objects.filter(pk__gte=self.case.pk).order_by("pk"))

    def open_tasks(self) -> list[Task]:
        """Return the tasks somebody could do now."""
        return list(
            Task.objects.filter(
                case__in=self.family(), case__status="open", state__in=("offered", "claimed")
            ).order_by("pk")
        )

    def holds(self) -> None:
        """Hold the laws."""
        for case in self.family():
            assert replaying.differences(case.pk) == [], self.done
        stalled = list(incidents.cases_without_mover().values_list("number", flat=True))
        assert not stalled, (stalled, self.done)

    def do(self, name: str) -> None:
        """Do one thing; what the rules refuse changes nothing."""
        self.done.append(name)
        try:
            MOVES[name](self)
        except Refused as refused:
            self.done.append(refused.code)
        self.holds()


def complete(life: Life, **calm: str) -> None:
    """Do an open task."""
    tasks = life.open_tasks()
    if not tasks:
        return
    task = life.draw(tasks) if not calm else tasks[0]
    values = calm or {name: life.draw(WORDS) for name in blocks.VARIABLES}
    actions.complete(task_id=task.pk, values=values, by=life.zone.bai, at=life.at, key=life.key())


def send_back(life: Life) -> None:
    """Send a task back to the first step it came through."""
    tasks = life.open_tasks()
    if tasks:
        task = life.draw(tasks)
        passed = [one for one in task.data.get("trail", []) if not one.startswith("|")]
        target = passed[0] if passed else task.node
        actions.send_back(
            task_id=task.pk,
            target=target,
            reason="再看",
            by=life.zone.bai,
            at=life.at,
            key=life.key(),
        )


def take_back(life: Life) -> None:
    """Take back what was done last."""
    done = Task.objects.filter(case=life.case, state="done").order_by("-done_at", "-pk").first()
    if done is not None:
        actions.take_back(
            task_id=done.pk, reason="再想", by=life.zone.bai, at=life.at, key=life.key()
        )


def wait(life: Life) -> None:
    """Let two days pass: timers fire, errands go."""
    life.at += timedelta(days=2)
    jobs.fire_due(at=life.at)
    plays.settle(life.at)


def settle(life: Life) -> None:
    """Let the errands go."""
    plays.settle(life.at)


def write(life: Life) -> None:
    """Deliver a message that the case may await."""
    name = life.draw(("letter", "answer", "news"))
    dispatching.deliver_message(
        Message(name, life.case.number, {"said": name}), by=life.sender, at=life.at, key=life.key()
    )


def blow(life: Life) -> None:
    """Blow the horn for all who wait for it."""
    Errand.objects.create(
        key=f"horn/{life.key()}",
        kind=Errand.Kind.BROADCAST,
        name="horn",
        created_at=life.at,
        due_at=life.at,
    )
    plays.settle(life.at)


def rest(life: Life) -> None:
    """Suspend the case, or resume it."""
    life.case.refresh_from_db()
    act = actions.resume if life.case.status == Case.Status.SUSPENDED else actions.suspend
    act(case_id=life.case.pk, reason="等", by=life.zone.fang, at=life.at, key=life.key())


def retry(life: Life) -> None:
    """Try again what is stuck."""
    stuck = Wait.objects.filter(case__in=life.family(), kind="incident").order_by("pk").first()
    if stuck is not None:
        actions.retry(
            case_id=stuck.case_id,
            item=stuck.item,
            by=life.zone.fang,
            at=life.at,
            key=life.key(),
        )


def migrate(life: Life) -> None:
    """Go on by the next version, which draws the same."""
    life.case.refresh_from_db()
    xml = bytes(life.case.process.xml)
    again = xml + f"<!-- {life.key()} -->".encode()
    bound = bindings.all_bindings()["generated"]
    version = publishing.deploy_process(
        again, binding=bound, by="test", at=life.at, is_explored=False
    ).version
    plan = migrating.plan_migration(
        Plan("generated", life.case.process.version, version),
        by=life.sender,
        at=life.at,
        key=life.key(),
    )
    assert migrating.migrate(case_id=life.case.pk, plan=plan, by=life.sender, at=life.at) == ()


def place(life: Life) -> None:
    """Say which of several tokens a message is for, where the drawing leaves it open."""
    for errand in Errand.objects.filter(state="stuck", code="cases.message-ambiguous"):
        wait = incidents.candidates(errand, life.sender).first()
        if wait is not None:
            dispatching.choose(
                errand_id=errand.pk,
                case_id=wait.case_id,
                item=wait.item,
                by=life.sender,
                at=life.at,
            )


MOVES: dict[str, Callable[..., None]] = {
    "complete": complete,
    "send_back": send_back,
    "take_back": take_back,
    "wait": wait,
    "settle": settle,
    "write": write,
    "blow": blow,
    "rest": rest,
    "retry": retry,
    "migrate": migrate,
}
# More often done than the rest.
OFTEN = ("complete", "complete", "settle", "wait", *MOVES)


def to_the_end(life: Life) -> None:
    """Nobody asks for another round: the case ends, and so does all it has called."""
    life.case.refresh_from_db()
    if life.case.status == Case.Status.SUSPENDED:
        life.do("rest")
    for _ in range(60):
        plays.settle(life.at)
        if not Case.objects.filter(pk__in=[c.pk for c in life.family()], status__in=OPEN).exists():
            break
        if life.open_tasks():
            complete(life, v0="no", v1="yes", v2="yes")
        else:
            for name in ("letter", "answer"):
                dispatching.deliver_message(
                    Message(name, life.case.number), by=life.sender, at=life.at, key=life.key()
                )
            place(life)
            blow(life)
            retry(life)
            wait(life)
    life.holds()
    left = Case.objects.filter(pk__in=[c.pk for c in life.family()], status__in=OPEN)
    assert not left.exists(), (left, life.done)


def test_every_life_is_what_its_history_says_and_can_end(
    zone: Zone, published: Publish, tmp_path: Path
) -> None:
    sender = plays.sender(zone)
    published(other=CHILD)
    table = (making.HERE / "loan.dmn").read_bytes().replace(b"loan-level", b"d")
    publishing.deploy_decision(table, source="d.dmn", by="test", at=AT)
    known: Any = bindings.all_bindings()

    @SETTINGS
    @given(blocks.blocks(), st.data())
    def lives(block: blocks.Block, data: st.DataObject) -> None:
        xml = bpmn_write.write(drawn(block))
        bound = Binding(
            kind="generated",
            prefix="GE",
            name="generated",
            process=tmp_path / "generated.bpmn",
            handlers=dict.fromkeys(("h", "risky", "mail"), answered),
        )
        known["generated"] = bound
        publishing.deploy_process(xml, binding=bound, by="test", at=AT, is_explored=False)
        Errand.objects.all().delete()
        case = plays.begin(
            "generated",
            zone,
            key=f"life-{Case.objects.count()}",
            people=[1, 2, 3],
            amount=1,
            yes="yes",
            again="again",
            **{name: data.draw(st.sampled_from(WORDS)) for name in blocks.VARIABLES},
        )
        life = Life(zone, sender, case, data)
        for _ in range(STEPS):
            life.do(data.draw(st.sampled_from(OFTEN)))
        to_the_end(life)

    lives()
