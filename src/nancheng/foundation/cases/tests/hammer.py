"""One of several processes that move the same cases at once: ``python -m … work NAME TURNS``.

``judge`` lets the errands go that are left and prints every broken law, one a line.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import django

# Not published from here: the drawings are in the database already.
NOWHERE = Path("nowhere.bpmn")


def main(mode: str, name: str = "", turns: str = "0") -> None:
    """Set up, and work or judge."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nancheng.config.settings")
    django.setup()
    # Only after the set-up: these modules hold tables.
    from django.conf import settings

    settings.PROCESS_BINDINGS = ("nancheng.foundation.cases.tests.hammer.BINDINGS",)
    if mode == "work":
        work(name, int(turns))
    else:
        judge()


def work(name: str, turns: int) -> None:
    """Do tasks, end cases, pass time and do errands, whatever comes to hand."""
    from nancheng.foundation.cases import actions, delivery, jobs
    from nancheng.foundation.cases.models import Case, Task
    from nancheng.foundation.cases.tests.making import AT
    from nancheng.foundation.people import queries as people
    from nancheng.kernel.refusal import Refused

    chance = random.Random(name)
    reviewer = people.actor_of(username="bai", on=AT.date())
    head = people.actor_of(username="fang", on=AT.date())
    for turn in range(turns):
        key = f"{name}/{turn}"
        try:
            if chance.random() < 0.15:
                parents = Case.objects.filter(kind="parent", status="open").values_list("id")
                if found := list(parents.order_by("id")[:4]):
                    case_id = chance.choice(found)[0]
                    actions.terminate(case_id=case_id, reason="不办", by=head, at=AT, key=key)
            else:
                tasks = Task.objects.filter(state="offered", case__status="open").order_by("id")
                if open_ones := list(tasks.values_list("id", flat=True)[:6]):
                    task_id = chance.choice(open_ones)
                    actions.complete(task_id=task_id, values={}, by=reviewer, at=AT, key=key)
        except Refused as refused:
            print("refused", refused.code)
        jobs.fire_due(at=AT)
        delivery.deliver_due(at=AT)


def judge() -> None:
    """Print what does not hold."""
    from datetime import timedelta

    from nancheng.foundation.cases import delivery
    from nancheng.foundation.cases.models import Case
    from nancheng.foundation.cases.tests.making import AT

    # What failed once, such as on a lock, is due again later.
    for minutes in (0, 5, 60, 600):
        delivery.deliver_due(at=AT + timedelta(minutes=minutes))
    for wrong in (*astray(), *undone(), *not_once()):
        print(wrong)
    print("cases", Case.objects.count(), "over", Case.objects.exclude(status="open").count())


def astray() -> Iterator[str]:
    """Yield cases whose rows are not what happened, and those that nothing will move."""
    from nancheng.foundation.cases import incidents, replaying
    from nancheng.foundation.cases.models import Case

    for case_id in Case.objects.values_list("id", flat=True):
        for difference in replaying.differences(case_id):
            yield f"differs {case_id} {difference}"
    for number in incidents.cases_without_mover().values_list("number", flat=True):
        yield f"stalled {number}"


def undone() -> Iterator[str]:
    """Yield errands that were not done."""
    from nancheng.foundation.cases.models import Errand

    for errand in Errand.objects.exclude(state="done"):
        yield f"undone {errand.kind} {errand.state} {errand.code} {errand.detail}"


def not_once() -> Iterator[str]:
    """Yield calls that opened more than one case, or were answered or heard more than once."""
    from nancheng.foundation.cases.models import Case, CaseEvent

    called = Counter(Case.objects.filter(kind="child").values_list("caller_id", "caller_item"))
    told = {
        kind: Counter(CaseEvent.objects.filter(kind=kind).values_list("case_id", "item"))
        for kind in ("Called", "Returned", "Received")
    }
    for place, count in called.items():
        if count != 1 or told["Called"][(place[0] or 0, place[1] or 0)] != 1:
            yield f"called {place} {count}"
    for kind in ("Returned", "Received"):
        for place, count in told[kind].items():
            if count != 1 or (kind == "Returned" and not called[place]):
                yield f"{kind} {place} {count}"


def bindings_of_the_play() -> tuple[object, ...]:
    """Return the bindings of the drawings in the database."""
    from nancheng.foundation.cases.bindings import Binding

    return tuple(
        Binding(kind=kind, prefix=kind[:2].upper(), name=kind, process=NOWHERE)
        for kind in ("parent", "child", "warning")
    )


def __getattr__(name: str) -> object:
    """Make the bindings when they are asked for: their module needs the set-up."""
    if name == "BINDINGS":
        return bindings_of_the_play()
    raise AttributeError(name)


if __name__ == "__main__":
    main(sys.argv[1], *sys.argv[2:])
