"""Many hands on one task, a form sent twice, an answer that never arrived."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.faults import load
from tests.faults.making import CLERKS
from tests.faults.site import Site

pytestmark = pytest.mark.django_db


def test_fifty_people_on_one_task_one_wins_and_the_others_are_told(site: Site) -> None:
    (task,) = site.inside("open", 1, "fifty")
    start = Barrier(CLERKS)

    def race(number: int) -> tuple[int, bool]:
        start.wait()
        answer = site.browser(number).complete(task, key=f"mine-{number}")
        return answer.status, "已由" in answer.text and "办理" in answer.text

    with ThreadPoolExecutor(CLERKS) as people:
        told = Counter(people.map(race, range(CLERKS)))
    statuses = Counter(status for status, _ in told.elements())
    assert statuses[load.FOUND] == 1, told
    assert sum(count for (status, said), count in told.items() if said) == CLERKS - 1, told
    assert not {500, 503, 0} & set(statuses), site.log()


def test_a_form_sent_twice_at_once_is_done_once_and_answered_alike(site: Site) -> None:
    tasks = site.inside("open", 5, "twice")
    for task in tasks:
        browser = site.browser(3)
        with ThreadPoolExecutor(2) as clicks:
            sends = [clicks.submit(browser.complete, task, key=f"twice-{task}") for _ in range(2)]
            answers = [send.result() for send in sends]
        assert {answer.status for answer in answers} == {load.FOUND}
        assert len({answer.location for answer in answers}) == 1


def test_who_lost_the_answer_sends_again_and_sees_the_same_page(site: Site) -> None:
    tasks = site.inside("open", 5, "lost")
    for task in tasks:
        browser = site.browser(4)
        browser.complete_and_hang_up(task, key=f"lost-{task}")
        first = browser.complete(task, key=f"lost-{task}")
        again = browser.complete(task, key=f"lost-{task}")
        assert (first.status, first.location) == (again.status, again.location)
        assert first.status == load.FOUND
        other = browser.complete(task, key=f"other-{task}")
        assert other.status in (409, 422)
