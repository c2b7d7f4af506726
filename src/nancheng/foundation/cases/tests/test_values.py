"""Dates, decimals and durations in a case stay what they are: in rows, conditions and replay."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.cases import corrections, replaying, store
from nancheng.foundation.cases.corrections import Correction
from nancheng.foundation.cases.models import Case
from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.making import AT, Zone
from nancheng.foundation.cases.tests.plays import Publish, drawing, end, start, user
from nancheng.foundation.cases.tests.test_actions import assert_whole
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.kernel.months import YearsMonths
from nancheng.kernel.process.tests import test_wire
from nancheng.kernel.process.tests.test_wire import KEYS
from nancheng.kernel.refusal import Refused

VALUES: dict[str, Any] = {
    "on": date(2026, 3, 2),
    "at": datetime(2026, 3, 2, 9, tzinfo=UTC),
    "there": datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai")),
    "until": time(17, 30),
    "took": timedelta(hours=36),
    "within": YearsMonths(14),
    "rate": Decimal("0.0350"),
    "nested": {"$date": "no date", "days": [date(2026, 1, 1), {"amount": Decimal("1.50")}]},
}
CONDITION = (
    'on &lt; date("2026-04-01") and rate = 0.035 and took > duration("P1D")'
    ' and within > duration("P1Y") and on + duration("P1D") = date("2026-03-03")'
)
CHOICE = drawing(
    "typed",
    [
        start(),
        user("first"),
        '<exclusiveGateway id="gw" default="late"/>',
        user("early"),
        user("other"),
        end(),
        '<sequenceFlow id="soon" sourceRef="gw" targetRef="early">'
        f"<conditionExpression>{CONDITION}</conditionExpression></sequenceFlow>",
        '<sequenceFlow id="late" sourceRef="gw" targetRef="other"/>',
    ],
    "start > first > gw",
    "early > end",
    "other > end",
)


@given(st.dictionaries(KEYS, test_wire.VALUES, max_size=4))
def test_rows_keep_values_to_the_last_digit(values: dict[str, object]) -> None:
    back = store.read_values(store.write_values(values))
    assert test_wire.exactly(back) == test_wire.exactly(values)


@given(st.dictionaries(st.text("abc"), st.booleans() | st.integers(-9, 9) | st.text('甲\\"x')))
def test_plain_values_are_plain_json(values: dict[str, object]) -> None:
    """Nothing is paid for what no row holds, and rows written earlier are read."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    assert store.write_values(values) == text
    assert store.read_values(text) == values


@pytest.fixture
def case(zone: Zone, published: Publish) -> Case:
    published(typed=CHOICE)
    return plays.begin("typed", zone, **VALUES)


def test_what_was_stored_is_what_ran(case: Case, zone: Zone) -> None:
    loaded = store.load(case_id=case.pk)
    assert loaded is not None
    for name, value in VALUES.items():
        kept = loaded.state.variables[name]
        assert test_wire.exactly(kept) == test_wire.exactly(value), name
    assert_whole(case)
    assert replaying.differences(case.pk) == []


def test_a_condition_reads_a_stored_date_as_a_date(case: Case, zone: Zone) -> None:
    making.do(case, "first", zone.bai)
    assert making.the_task(case, "early")
    assert_whole(case)


@pytest.mark.parametrize(
    ("name", "text", "new"),
    [
        ("on", "2026-05-06", date(2026, 5, 6)),
        ("at", "2026-05-06T07:08:09+08:00", datetime.fromisoformat("2026-05-06T07:08:09+08:00")),
        ("until", "08:00:00", time(8)),
        ("rate", "1.250", Decimal("1.250")),
        ("took", '{"$span": "2 0 0"}', timedelta(days=2)),
    ],
)
def test_a_corrected_value_stays_of_its_kind(
    case: Case, zone: Zone, name: str, text: str, new: object
) -> None:
    asked = corrections.propose(
        Correction(case.pk, name, text, "录入错误"), by=plays.sender(zone), at=AT, key="mend"
    )
    second = plays.granted(zone.bai, corrections.CONFIRM, "zone", username="bai")
    confirmations.confirm(confirmation_id=asked.pk, answer="属实", by=second, at=AT)
    loaded = store.load(case_id=case.pk)
    assert loaded is not None
    kept = loaded.state.variables[name]
    assert (type(kept), str(kept)) == (type(new), str(new))
    assert_whole(case)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("on", "6 May"),
        ("on", "2026-02-30"),
        ("rate", "NaN"),
        ("rate", "much"),
        ("took", "3"),
        ("took", '{"$span": "x"}'),
        ("took", '{"$span": 3}'),
        ("nested", "NaN"),
        ("nested", '{"a": Infinity}'),
    ],
)
def test_a_text_that_is_no_such_value_is_refused(
    case: Case, zone: Zone, name: str, text: str
) -> None:
    wanted = Correction(case.pk, name, text, "录入错误")
    with pytest.raises(Refused, match="value-unreadable"):
        corrections.propose(wanted, by=plays.sender(zone), at=AT, key="mend")
