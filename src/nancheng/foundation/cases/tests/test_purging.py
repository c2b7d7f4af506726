"""Errands that are done leave the queue after a dated setting's days; no other ever does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from nancheng.foundation.cases import errands
from nancheng.foundation.cases.models import Case, Errand, Parameter
from nancheng.foundation.cases.tests import making
from nancheng.foundation.cases.tests.making import AT, Zone

STATES = tuple(Errand.State)
OVER = {"done", "dropped"}


def an_errand(key: str, state: str, *, days: float) -> None:
    """Put an errand that came to its state some days before now."""
    then = AT - timedelta(days=days)
    Errand.objects.create(
        key=key,
        kind=Errand.Kind.MESSAGE,
        state=state,
        created_at=then,
        due_at=then,
        done_at=then if state in OVER else None,
    )


def kept() -> set[str]:
    return set(Errand.objects.values_list("key", flat=True))


def keep(days: int) -> None:
    Parameter.objects.filter(code=errands.KEEP_DAYS).delete()
    Parameter.objects.create(
        code=errands.KEEP_DAYS, valid_from=date(2000, 1, 1), value=str(days), source="test"
    )


def test_what_is_over_goes_after_its_days_and_nothing_else(zone: Zone) -> None:
    keep(40)
    for state in STATES:
        an_errand(f"old {state}", state, days=40.01)
        an_errand(f"young {state}", state, days=39.99)
    assert errands.purge_done(at=AT) == len(OVER)
    assert kept() == {f"young {s}" for s in STATES} | {f"old {s}" for s in STATES if s not in OVER}
    assert errands.purge_done(at=AT) == 0


def test_the_days_are_those_of_the_setting_in_force(zone: Zone) -> None:
    keep(40)
    later = AT.date() + timedelta(days=5)
    Parameter.objects.create(code=errands.KEEP_DAYS, valid_from=later, value="100", source="test")
    an_errand("one", "done", days=39)
    assert errands.purge_done(at=AT) == 0
    assert errands.purge_done(at=AT + timedelta(days=4)) == 1
    an_errand("two", "done", days=39)
    assert errands.purge_done(at=AT + timedelta(days=6)) == 0
    assert errands.purge_done(at=AT + timedelta(days=62)) == 1


def test_no_setting_takes_away_what_a_sender_may_still_repeat(zone: Zone) -> None:
    keep(0)
    an_errand("fresh", "done", days=30)
    an_errand("old", "done", days=32)
    assert errands.purge_done(at=AT) == 1
    assert kept() == {"fresh"}


def test_it_goes_in_batches_the_oldest_first(
    zone: Zone, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    keep(40)
    monkeypatch.setattr(errands, "PURGE_BATCH", 3)
    monkeypatch.setattr(errands, "PURGE_TURNS", 2)
    for number in range(8):
        an_errand(str(number), "done", days=100 - number)
    with django_assert_max_num_queries(1 + 2 * 4):
        assert errands.purge_done(at=AT) == 6
    assert kept() == {"6", "7"}
    assert errands.purge_done(at=AT) == 2


def test_a_life_goes_on_when_its_done_errands_are_gone(zone: Zone) -> None:
    keep(40)
    case = making.a_case(zone)
    an_errand("old", "done", days=50)
    Errand.objects.update(source=case)
    assert errands.purge_done(at=AT) == 1
    making.do(case, "apply", zone.an)
    making.do(case, "review", zone.bai, days=1)
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED
