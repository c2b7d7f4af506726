"""Generated lives with the verbs beside the drawing: what they write follows, and nobody sees more.

Taken and given back, handed on, more signers and fewer, opinions, copies, slips, papers missing,
a case stood still or ended by hand, between the moves of ``test_lives``. After every step the laws
hold that hold there, every chain of history is unbroken, and for everybody the filter of what may
be seen admits exactly the cases that the predicate does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nancheng.foundation.cases import actions, bindings, publishing, queries, supplements
from nancheng.foundation.cases.bindings import Binding
from nancheng.foundation.cases.circulation import actions as circulation
from nancheng.foundation.cases.models import (
    Case,
    CaseEvent,
    Circulation,
    Errand,
    Opinion,
    Slip,
    Task,
)
from nancheng.foundation.cases.opinions import actions as opinions
from nancheng.foundation.cases.opinions.actions import Answer, Question
from nancheng.foundation.cases.signing import actions as signing
from nancheng.foundation.cases.supervision import actions as supervision
from nancheng.foundation.cases.supervision.actions import Demand
from nancheng.foundation.cases.supervision.rules import Colour
from nancheng.foundation.cases.tests import making, plays, test_lives
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.cases.tests.plays import Publish
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.people import queries as people
from nancheng.foundation.people.directory import Receiver
from nancheng.foundation.people.rules import Actor
from nancheng.kernel.process import bpmn_write
from nancheng.kernel.process.tests import blocks
from nancheng.kernel.refusal import Refused

SETTINGS = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],
)
STEPS = 10
VERBS = "send-back transfer add-signer ask-correction take-from-pool"


class Life(test_lives.Life):
    """A life in which more is done, and more is held."""

    def do(self, name: str) -> None:
        """Do one thing; what the rules refuse changes nothing, to the last line of history."""
        self.done.append(name)
        before = self.lines()
        try:
            {**test_lives.MOVES, **MOVES}[name](self)
        except Refused as refused:
            self.done.append(refused.code)
            assert self.lines() == before, self.done
        self.holds()

    def lines(self) -> list[tuple[int, int, str]]:
        """Return how far the history of each case has come."""
        return [(case.pk, case.last_seq, case.head) for case in self.family()]

    def holds(self) -> None:
        """Hold the laws."""
        super().holds()
        for case in self.family():
            assert_whole(case)
        for actor in self.people():
            seen = set(queries.visible(actor).values_list("pk", flat=True))
            beside = CaseEvent.objects.filter(queries.in_sight(actor)).order_by()
            assert set(beside.values_list("case_id", flat=True)) == seen, self.done
            for case in Case.objects.select_related("department"):
                reads = queries.may(actor, queries.VIEW, case)
                assert reads == (case.pk in seen), (actor.name, case.number, self.done)

    def people(self) -> list[Actor]:
        """Return everybody, as they are now."""
        names = ("an", "bai", "chen", "ding", "fang")
        return [people.actor_of(username=name, on=timezone.localdate(self.at)) for name in names]

    def person(self) -> Actor:
        """Choose somebody; mostly who works on it."""
        chosen: Actor = self.draw((self.zone.bai, self.zone.bai, *self.people()))
        return chosen

    def hand(self) -> dict[str, Any]:
        """Return who, when, and a key of its own."""
        return {"by": self.person(), "at": self.at, "key": self.key()}


def with_task(act: Callable[[Life, Task], None]) -> Callable[[Life], None]:
    """Let a verb have one of the open tasks, if there is any."""

    def done(life: Life) -> None:
        if tasks := life.open_tasks():
            act(life, life.draw(tasks))

    return done


def law() -> Receiver:
    """Name the department of 丁, who otherwise sees nothing."""
    return Receiver("department", people.department_id(code="law"), "司法所")


def ask(life: Life) -> None:
    """Ask the law office what it thinks of the case."""
    asked = Question("可否？", timezone.localdate(life.at) + timedelta(days=3))
    opinions.ask(life.case.pk, question=asked, of=(law(),), **life.hand())


def answer(life: Life) -> None:
    """Answer the last question, or take it back."""
    last = Opinion.objects.order_by("-pk").first()
    if last is not None and life.draw((True, True, False)):
        opinions.answer(last.pk, given=Answer("agree", "可"), **life.hand())
    elif last is not None:
        opinions.withdraw(last.pk, reason="不必", **life.hand())


def circulate(life: Life) -> None:
    """Send the case round, note something on a copy, or take it back."""
    last = Circulation.objects.order_by("-pk").first()
    verb = life.draw(("send", "note", "revoke"))
    if last is None or verb == "send":
        circulation.send(life.case.pk, words="请阅", to=(law(),), **life.hand())
    elif verb == "note":
        circulation.note(last.pk, text="已阅", **life.hand())
    else:
        circulation.revoke(last.pk, reason="误发", **life.hand())


def supervise(life: Life) -> None:
    """Put a slip on the case, answer it, or close it."""
    last = Slip.objects.order_by("-pk").first()
    verb = life.draw(("issue", "reply", "close"))
    if last is None or verb == "issue":
        demand = Demand(Colour.YELLOW, "抓紧", timezone.localdate(life.at) + timedelta(days=3))
        unit = people.department_id(code=life.draw(("zone", "law")))
        supervision.issue(life.case.pk, department_id=unit, demand=demand, **life.hand())
    elif verb == "reply":
        supervision.reply(last.pk, text="已办", **life.hand())
    else:
        supervision.close(last.pk, effect=Slip.Effect.values[0], text="可", **life.hand())


def papers(life: Life, task: Task) -> None:
    """Say that papers are missing, or that they have come."""
    if life.draw((True, False)):
        supplements.ask(task_id=task.pk, reason="缺", **life.hand())
    else:
        supplements.receive(task_id=task.pk, **life.hand())


def hand_on(life: Life, task: Task) -> None:
    """Hand a task to somebody else."""
    to = life.draw(life.people()).identity_id
    actions.transfer(task_id=task.pk, to_identity=to, reason="转", **life.hand())


def more(life: Life, task: Task) -> None:
    """Ask one more to sign."""
    signing.add(task.pk, elements=["zone"], reason="加", **life.hand())


def end(life: Life) -> None:
    """End the case by hand, now and then."""
    if life.draw(range(4)) == 0:
        actions.terminate(case_id=life.case.pk, reason="不办了", **life.hand())


def put_back(life: Life) -> None:
    """Let the case go on, and whoever holds a task give it back: 白 does the rest alone."""
    life.case.refresh_from_db()
    if life.case.status == Case.Status.SUSPENDED:
        life.do("rest")
    hands = {actor.identity_id: actor for actor in life.people()}
    for task in life.open_tasks():
        if task.claimed_by_id is not None:
            by = hands[task.claimed_by_id]
            actions.release(task_id=task.pk, by=by, at=life.at, key=life.key())
    life.holds()


MOVES: dict[str, Callable[..., None]] = {
    "claim": with_task(lambda life, task: actions.claim(task_id=task.pk, **life.hand())),
    "release": with_task(lambda life, task: actions.release(task_id=task.pk, **life.hand())),
    "remind": with_task(
        lambda life, task: actions.remind(task_id=task.pk, text="快", **life.hand())
    ),
    "hand_on": with_task(hand_on),
    "more": with_task(more),
    "fewer": with_task(lambda life, task: signing.remove(task.pk, reason="减", **life.hand())),
    "papers": with_task(papers),
    "ask": ask,
    "answer": answer,
    "circulate": circulate,
    "supervise": supervise,
    "end": end,
}
OFTEN = (*MOVES, *MOVES, *test_lives.OFTEN)


def drawn(block: blocks.Block) -> bytes:
    """Return a generated drawing whose tasks are open to every verb."""
    xml = bpmn_write.write(test_lives.drawn(block))
    return xml.replace(b'nc:verbs="send-back"', f'nc:verbs="{VERBS}" nc:limit="5wd"'.encode())


def test_every_verb_leaves_what_its_history_says_and_shows_nobody_more(
    zone: Zone, published: Publish, tmp_path: Path
) -> None:
    sender = plays.sender(zone)
    for verb in ("case.supervise", "case.circulate"):
        sender = plays.granted(zone.fang, verb, "zone", username="fang")
    published(other=test_lives.CHILD)
    table = (making.HERE / "loan.dmn").read_bytes().replace(b"loan-level", b"d")
    publishing.deploy_decision(table, source="d.dmn", by="test", at=AT)
    known: Any = bindings.all_bindings()

    @SETTINGS
    @given(blocks.blocks(), st.data())
    def lives(block: blocks.Block, data: st.DataObject) -> None:
        handlers = dict.fromkeys(("h", "risky", "mail"), test_lives.answered)
        path = tmp_path / "generated.bpmn"
        bound = Binding(
            kind="generated", prefix="GE", name="generated", process=path, handlers=handlers
        )
        known["generated"] = bound
        publishing.deploy_process(
            drawn(("row", [("user", None), ("sign", None), block])),
            binding=bound,
            by="test",
            at=AT,
            is_explored=False,
        )
        Errand.objects.all().delete()
        case = plays.begin(
            "generated",
            zone,
            key=f"life-{Case.objects.count()}",
            people=[1, 2, 3],
            amount=1,
            yes="yes",
            again="again",
            **{name: data.draw(st.sampled_from(test_lives.WORDS)) for name in blocks.VARIABLES},
        )
        life = Life(zone, sender, case, data)
        for _ in range(STEPS):
            life.do(data.draw(st.sampled_from(OFTEN)))
        put_back(life)
        test_lives.to_the_end(life)
        life.holds()

    lives()
