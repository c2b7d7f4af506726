"""Web and work are killed under load, again and again: everything happened whole or not at all."""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.faults import load
from tests.faults.site import Site

pytestmark = pytest.mark.django_db  # so that it runs on PostgreSQL as well

# A longer soak: NANCHENG_SOAK=50 make test ARGS=tests/faults
ROUNDS = int(os.environ.get("NANCHENG_SOAK", "3"))
CASES = 30


def test_killed_at_random_nothing_is_lost_doubled_or_half_done(site: Site) -> None:
    chance = random.Random(os.environ.get("NANCHENG_SOAK_SEED", "7"))
    for number in range(ROUNDS):
        tasks = site.inside("open", CASES, f"kill-{number}")

        def kill_and_restart(number: int = number) -> None:
            time.sleep(chance.uniform(0.05, 0.5))
            for name in (("web",), ("work",), ("web", "work"))[number % 3]:
                site.kill(name)
            time.sleep(chance.uniform(0, 0.3))
            if "web" not in site.processes:
                site.start_web()
            if "work" not in site.processes:
                site.start_worker()

        told = load.sent(site, tasks, meanwhile=kill_and_restart)
        assert told == {load.FOUND: CASES}, site.log()
