"""Load: several persons send their forms, and send them again until they are told the outcome."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.faults.browsing import Answer
from tests.faults.site import Site

PEOPLE = 6
GIVE_UP_S = 60
FOUND = 302


def sent(site: Site, tasks: Sequence[int], *, meanwhile: Callable[[], None]) -> Counter[int]:
    """Complete all tasks while something happens; return how the last answers were."""
    with ThreadPoolExecutor(PEOPLE) as people:
        running = [
            people.submit(until_told, site, task, person=number % PEOPLE)
            for number, task in enumerate(tasks)
        ]
        meanwhile()
        return Counter(one.result().status for one in running)


def until_told(site: Site, task: int, *, person: int) -> Answer:
    """Send one form under one key until the answer is neither missing nor "try again"."""
    deadline = time.monotonic() + GIVE_UP_S
    while True:
        answer = site.browser(person).complete(task, key=f"load-{task}")
        if answer.status not in (0, 503):
            return answer
        assert time.monotonic() < deadline, site.log()
        time.sleep(0.1)
