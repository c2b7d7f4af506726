"""抢办: the first hand wins, a person holds only so many, and what is left lying returns."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from nancheng.foundation.cases import actions, queries, worklist
from nancheng.foundation.cases.circulation import actions as circulation
from nancheng.foundation.cases.models import Case, Grab, Parameter, Task
from nancheng.foundation.cases.pool import actions as pool
from nancheng.foundation.cases.pool import queries as pools
from nancheng.foundation.cases.tests import making, offices
from nancheng.foundation.cases.tests.making import AT, SignIn, Zone
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.cases.tests.test_consulting import law
from nancheng.foundation.messages.models import Notice
from nancheng.foundation.people import actions as people
from nancheng.foundation.people.models import Post
from nancheng.foundation.web import memory
from nancheng.kernel.refusal import Refused

PROCESSES, HANDS = 5, 10


@pytest.fixture
def case(zone: Zone) -> Case:
    """A duty case that lies in the pool."""
    offices.publish_duty()
    return offices.a_duty(zone)


def grab(case: Case, by: Any, *, days: int = 0) -> Task:
    task = making.the_task(case, "handle")
    at = AT + timedelta(days=days)
    actions.claim(task_id=task.pk, by=by, at=at, key=f"g-{task.pk}-{by.identity_id}")
    return task


def test_the_first_hand_wins_and_the_other_is_told_who(zone: Zone, case: Case) -> None:
    assert list(pools.free(zone.bai)) == list(pools.free(zone.chen)) != []
    assert not pools.free(zone.an).exists()
    task = grab(case, zone.bai)
    grab(case, zone.bai)  # the same click again
    with pytest.raises(Refused) as told:
        grab(case, zone.chen)
    assert (told.value.code, told.value.figures["who"]) == ("cases.task-taken", "白")
    with pytest.raises(Refused, match="not-yours"):
        grab(offices.a_duty(zone, key="2"), zone.an)
    assert not pools.free(zone.chen).filter(pk=task.pk).exists()
    assert queries.history(case.pk)[0].kind == "Grabbed"
    assert Grab.objects.count() == 1
    assert_whole(case)


def test_a_person_holds_only_so_many_until_some_are_done_or_given_back(
    zone: Zone, case: Case
) -> None:
    Parameter.objects.create(
        code="pool.limit", valid_from=date(2020, 9, 1), value="2", source="test"
    )
    cases = [offices.a_duty(zone, key=f"d{number}") for number in range(3)]
    first, _second = grab(cases[0], zone.bai), grab(cases[1], zone.bai)
    with pytest.raises(Refused) as full:
        grab(cases[2], zone.bai)
    assert (full.value.code, full.value.figures["limit"]) == ("cases.pool-limit", 2)
    grab(case, zone.chen)  # another person's limit is another
    actions.release(task_id=first.pk, by=zone.bai, at=AT, key="back")
    grab(cases[2], zone.bai)
    making.do(cases[1], "handle", zone.bai)
    assert pools.held_by(zone.bai.person_id).count() == 1


def test_what_nobody_works_on_returns_to_the_pool_after_its_days(zone: Zone, case: Case) -> None:
    task = grab(case, zone.bai)  # Tuesday
    assert pool.return_idle(at=AT + timedelta(days=2)) == 0  # Thursday: one day between
    assert pool.return_idle(at=AT + timedelta(days=3)) == 1
    assert pool.return_idle(at=AT + timedelta(days=3)) == 0
    task.refresh_from_db()
    assert (task.state, task.claimed_by_id) == ("offered", None)
    assert worklist.inbox(zone.chen).filter(pk=task.pk).exists()
    assert queries.history(case.pk)[0].kind == "ReturnedToPool"
    assert Notice.objects.get(code="cases.returned-to-pool").identity_id == zone.bai.identity_id
    assert_whole(case)


def test_work_on_the_case_keeps_a_task_from_returning(zone: Zone, case: Case) -> None:
    grab(case, zone.bai)
    circulation.send(case.pk, words="", to=[law()], by=zone.bai, at=AT + timedelta(days=2), key="c")
    assert pool.return_idle(at=AT + timedelta(days=3)) == 0
    assert pool.return_idle(at=AT + timedelta(days=7)) == 1


def test_an_ordinary_claim_is_neither_counted_nor_returned(zone: Zone) -> None:
    loan = making.a_case(zone)
    making.do(loan, "apply", zone.an)
    task = making.the_task(loan, "review")
    actions.claim(task_id=task.pk, by=zone.bai, at=AT, key="c")
    assert queries.history(loan.pk)[0].kind == "Claimed"
    assert not Grab.objects.exists()
    assert pool.return_idle(at=AT + timedelta(days=30)) == 0


def test_a_task_is_grabbed_from_its_page(zone: Zone, case: Case, sign_in: SignIn) -> None:
    task = making.the_task(case, "handle")
    first, second = sign_in("bai"), sign_in("chen")
    assert case.number in first.get("/desk/pool/").content.decode()
    assert case.number not in sign_in("an").get("/desk/pool/").content.decode()
    page = first.get(f"/tasks/{task.pk}/").content.decode()
    assert f"/tasks/{task.pk}/take-from-pool/" in page
    assert f"/tasks/{task.pk}/claim/" not in page
    assert first.post(f"/tasks/{task.pk}/take-from-pool/", {"key": "g"}).status_code == 302
    late = second.post(f"/tasks/{task.pk}/take-from-pool/", {"key": "g"})
    assert late.status_code == 422
    assert "白" in late.content.decode()
    assert case.number not in second.get("/desk/pool/").content.decode()


# --- fifty hands ----------------------------------------------------------------------------------


def crowd() -> list[str]:
    """Put fifty hands at the reviewers' post of the administration."""
    names = [f"hand{number:02d}" for number in range(PROCESSES * HANDS)]
    for name in names:
        people.put_person(username=name, name=name, password=making.PASSWORD)
        people.appoint(
            username=name, department="zone", duty="reviewer", active_from=date(2020, 1, 1)
        )
    return names


def environment(folder: Path) -> dict[str, str]:
    """Return the environment in which other processes see this test's tables and rows."""
    if connection.vendor == "sqlite":
        with sqlite3.connect(folder / "nancheng.sqlite3") as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
        copy.close()
        return {"NANCHENG_DATA": str(folder), "DATABASE_URL": ""}
    known = connection.settings_dict
    user = ":".join(quote(str(known[name]), safe="") for name in ("USER", "PASSWORD"))
    place = f"{known['HOST'] or ''}:{known['PORT']}" if known["PORT"] else known["HOST"] or ""
    return {
        "NANCHENG_DATA": str(folder),
        "DATABASE_URL": f"postgresql://{user}@{place}/{known['NAME']}",
    }


def reach(task_id: int, names: list[str], where: dict[str, str]) -> Counter[str]:
    """Let all hands reach at once, in several processes; add up what they say."""
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "nancheng.foundation.cases.tests.grabbers"),
                *(str(task_id), *names[number::PROCESSES]),
            ],
            env={**os.environ, **where, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    said: Counter[str] = Counter()
    for process in running:
        out, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors
        for line in out.splitlines():
            code, count = line.split()
            said[code] += int(count)
    return said


@pytest.mark.django_db(transaction=True)
def test_of_fifty_hands_on_one_task_exactly_one_wins(tmp_path: Path, settings: Any) -> None:
    settings.PROCESS_BINDINGS = (
        "nancheng.foundation.cases.tests.making.BINDINGS",
        "nancheng.foundation.cases.tests.offices.BINDINGS",
    )
    memory.forget()
    zone = making.a_zone()
    case = offices.a_duty(zone)
    names = crowd()
    assert Post.objects.get(pk=zone.bai.post_id).identities.count() == len(names) + 2
    task = making.the_task(case, "handle")
    said = reach(task.pk, names, environment(tmp_path))
    assert said["won"] == 1
    assert said["cases.task-taken"] == len(names) - 1
    memory.forget()
