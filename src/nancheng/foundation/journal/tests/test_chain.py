"""The operations log: whole, or the first bad line is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from nancheng.foundation.journal import actions, queries
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.journal.models import JournalEntry

AT = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
pytestmark = pytest.mark.django_db


def write(count: int = 4) -> None:
    for number in range(count):
        actions.record(Happening("signed-in", label="安", subject=f"an{number}"), at=AT)


def test_a_log_that_nobody_touched_is_whole() -> None:
    assert queries.first_fault() is None
    write()
    assert queries.first_fault() is None
    assert list(queries.entries().values_list("seq", flat=True)) == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("harm", "first"),
    [
        (lambda: JournalEntry.objects.filter(seq=2).update(subject="x"), 2),
        (lambda: JournalEntry.objects.filter(seq=3).update(hash="0" * 64), 3),
        (lambda: JournalEntry.objects.filter(seq=2).delete(), 2),
        (lambda: JournalEntry.objects.filter(seq=4).delete(), 4),
        (lambda: JournalEntry.objects.filter(seq=1).update(at=AT.replace(year=2025)), 1),
    ],
)
def test_the_first_bad_line_is_named(harm: Callable[[], object], first: int) -> None:
    write()
    harm()
    assert queries.first_fault() == first


def test_what_was_undone_left_no_line() -> None:
    write(1)
    with transaction.atomic():
        write(1)
        transaction.set_rollback(True)
    write(1)
    assert queries.first_fault() is None
    assert JournalEntry.objects.count() == 2
