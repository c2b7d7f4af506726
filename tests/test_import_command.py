"""``nancheng import calendar`` as a person calls it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nancheng.config import command
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import Zone
from nancheng.foundation.cases.tests.test_calendar import NEW_YEAR, a_late_case
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.people import actions as people
from nancheng.foundation.web import memory


@pytest.fixture
def zone(db: None, settings: Any) -> Iterator[Zone]:
    """A small zone with one drawing."""
    settings.PROCESS_BINDINGS = ("nancheng.foundation.cases.tests.making.BINDINGS",)
    memory.forget()
    yield making.a_zone()
    memory.forget()


def test_the_command_tries_a_notice_and_proposes_it(
    zone: Zone, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grants = {"case.view": "zone", "calendar.load": "zone"}
    people.put_duty(code="head", name="head", name_en="head", grants=grants)
    case = a_late_case(zone)
    file = tmp_path / "notice.csv"
    file.write_text(NEW_YEAR, encoding="utf-8")
    asked = ["import", "calendar", str(file), "--year", "2027"]
    assert command.main(asked) == 0
    shown = capsys.readouterr().out
    assert "2027-01-01 rest (now worked)" in shown
    assert f"{case.number} —: 2027-01-19 → 2027-01-20" in shown
    assert not limit_queries.notices().exists()
    for _twice in range(2):
        assert command.main([*asked, "--by", "fang"]) == 0
    assert limit_queries.notices().count() == 1
    assert command.main([*asked, "--by", "nobody"]) == 2
    assert command.main(["import", "calendar", str(tmp_path / "none"), "--year", "2027"]) == 2
