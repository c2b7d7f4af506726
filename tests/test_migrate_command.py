"""``nancheng migrate``: says what would happen, does it, says what stayed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from nancheng.config import versions
from nancheng.foundation.cases import bindings, replaying
from nancheng.foundation.cases.bindings import Binding
from nancheng.foundation.cases.models import Case, CaseEvent
from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.test_migrating import FIRST, SECOND
from nancheng.foundation.web import memory

Run = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def permits(db: None, settings: Any, tmp_path: Path) -> Iterator[list[Case]]:
    """Three permits under the first version, at three steps; the second is published."""
    settings.PROCESS_BINDINGS = ("nancheng.foundation.cases.tests.making.BINDINGS",)
    memory.forget()
    zone = making.a_zone()
    known = cast("dict[str, Binding]", bindings.all_bindings())
    known["permit"] = plays.binding(tmp_path, "permit", FIRST)
    plays.publish(known["permit"])
    cases = [plays.begin("permit", zone, key=str(number)) for number in range(3)]
    for case, steps in zip(cases, ((), ("apply",), ("apply", "check")), strict=True):
        for step in steps:
            making.do(case, step, zone.bai)
    known["permit"] = plays.binding(tmp_path, "permit", SECOND)
    plays.publish(known["permit"])
    yield cases
    memory.forget()


def run(*words: str) -> tuple[int, list[str]]:
    """Run the command; return its exit code and what it said."""
    parser = argparse.ArgumentParser()
    versions.arguments(parser)
    said: list[str] = []
    return versions.migrate(parser.parse_args(words), say=said.append), said


PERMIT = ("permit", "--from", "1", "--to", "2", "--map", "check=verify")


def test_a_dry_run_reports_on_each_case_and_moves_none(permits: list[Case]) -> None:
    code, said = run(*PERMIT, "--dry-run")
    assert code == 1
    assert said[:2] == [f"move {case.number}" for case in permits[:2]]
    assert said[2] == f"stay {permits[2].number} process.migration-node-gone old old"
    assert said[3] == "2 may move, 1 must stay"
    assert not CaseEvent.objects.filter(kind="Migrated").exists()


def test_it_moves_what_may_and_says_what_stayed(permits: list[Case]) -> None:
    code, said = run(*PERMIT, "--reason", "新办法施行")
    assert code == 1
    assert "2 moved, 1 stayed" in said
    assert [Case.objects.get(pk=c.pk).process.version for c in permits] == [2, 2, 1]
    for case in permits:
        assert replaying.differences(case.pk) == []
    assert run(*PERMIT)[1][-2:] == [said[-2], "0 may move, 1 must stay"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("permit", "--from", "1", "--to", "2", "--map", "check"), "write the old id"),
        (("permit", "--from", "1", "--to", "9"), "9"),
        (("permit", "--from", "1", "--to", "2", "--map", "check=nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_is_told_and_moves_nothing(
    permits: list[Case], words: tuple[str, ...], told: str
) -> None:
    code, said = run(*words)
    assert code == 1
    assert told in said[-1]
    assert not CaseEvent.objects.filter(kind="Migrated").exists()
