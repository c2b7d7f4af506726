"""Workers whose clocks are minutes apart: a timer fires once, whoever thinks it is due first."""

from __future__ import annotations

import pytest

from tests.faults import load
from tests.faults.site import Site

pytestmark = pytest.mark.django_db


def test_workers_minutes_apart_fire_each_timer_once(site: Site) -> None:
    site.start_worker("ahead", clock_s=300)
    site.start_worker("behind", clock_s=-180)
    try:
        tasks = site.inside("open", 20, "clocks")
        told = load.sent(site, tasks, meanwhile=lambda: None)
        assert told == {load.FOUND: 20}, site.log()
        assert site.inside("judge") == []
    finally:
        site.kill("ahead")
        site.kill("behind")
