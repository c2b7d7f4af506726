"""What goes over the wire comes back as it was, and JSON can carry it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.months import YearsMonths
from nancheng.kernel.process import messages as m
from nancheng.kernel.process import state as states
from nancheng.kernel.process import wire

# Berlin has an hour that comes twice a year.
ZONES = st.sampled_from(
    (
        UTC,
        timezone(timedelta(hours=8)),
        timezone(-timedelta(hours=3, minutes=30)),
        ZoneInfo("Asia/Shanghai"),
        ZoneInfo("Europe/Berlin"),
    )
)
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=8),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.times(),
    st.times(timezones=st.sampled_from((UTC, ZoneInfo("Asia/Shanghai")))),
    st.datetimes(timezones=st.none() | ZONES),
    st.timedeltas(),
    st.builds(YearsMonths, st.integers(-999999, 999999)),
)
KEYS = st.one_of(st.text(max_size=6), st.sampled_from(("$date", "$map", "$decimal")))
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=8,
)


@given(VALUES)
def test_every_value_comes_back(value: object) -> None:
    text = json.dumps(wire.value_to_json(value))
    back = wire.value_from_json(json.loads(text))
    assert back == value
    assert type(back) is type(value)


def exactly(value: object) -> object:
    """Return a value with all that ``==`` overlooks: kind, digits, zone, the hour that repeats."""
    if isinstance(value, dict):
        return [(key, exactly(inner)) for key, inner in sorted(value.items())]
    if isinstance(value, list):
        return [exactly(inner) for inner in value]
    zone = value.tzinfo if isinstance(value, datetime | time) else None
    fold = value.fold if isinstance(zone, ZoneInfo) and isinstance(value, datetime | time) else 0
    return type(value), str(value), str(zone), fold


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_what_is_kept_comes_back_to_the_last_digit(values: dict[str, object]) -> None:
    text = json.dumps(wire.value_to_json(values))
    assert exactly(wire.value_from_json(json.loads(text))) == exactly(values)


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=4))
def test_an_event_with_variables_comes_back(variables: dict[str, object]) -> None:
    event = m.Completed(3, "check", variables)
    assert wire.from_json(json.loads(json.dumps(wire.to_json(event)))) == event


def test_the_shapes_are_fixed() -> None:
    """Stored rows are read for years: a changed shape needs a new version."""
    values = {
        "amount": Decimal("12.50"),
        "on": date(2026, 3, 2),
        "at": datetime(2026, 3, 2, 9, tzinfo=UTC),
        "until": time(17, 30),
        "took": timedelta(days=1, seconds=2),
        "there": datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1),
        "within": YearsMonths(14),
    }
    assert wire.to_json(m.Completed(1, "a", values)) == {
        "event": "Completed",
        "v": 1,
        "item": 1,
        "node": "a",
        "variables": {
            "amount": {"$decimal": "12.50"},
            "on": {"$date": "2026-03-02"},
            "at": {"$datetime": "2026-03-02T09:00:00+00:00"},
            "until": {"$time": "17:30:00"},
            "took": {"$span": "1 2 0"},
            "there": {"$datetime": "2026-10-25T02:30:00@Europe/Berlin;1"},
            "within": {"$months": "14"},
        },
    }


@pytest.mark.parametrize("written", [{}, {"event": "Flown", "v": 1}, {"event": "Fired", "v": 2}])
def test_what_is_not_known_is_an_error(written: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"unknown event"):
        wire.from_json(written)


def test_what_has_no_shape_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"no JSON shape"):
        wire.value_to_json({"odd": object()})


# --- stored for years -----------------------------------------------------------------------------

LIVES = json.loads((Path(__file__).parent / "lives_v1.json").read_text(encoding="utf-8"))


# Events that the first format did not have.
LATER = {"TimerMoved"}


def test_the_kept_lives_hold_every_event() -> None:
    kept = {event["event"] for life in LIVES for event in life["events"]}
    assert kept >= {kind.__name__ for kind in m.Event.__args__} - LATER


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life["events"][0]["node"])
def test_lives_written_in_the_first_format_replay_to_the_state_they_had(
    life: dict[str, Any],
) -> None:
    """The file is never written anew: it stands for the rows of the first installations."""
    state = states.replay(wire.from_json(event) for event in life["events"])
    assert state == wire.state_from_json(life["state"])
    assert wire.state_to_json(state) == life["state"]


def test_an_older_event_is_read_through_each_version_since(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two changes of a shape, one after the other: a field renamed, then one added."""

    def renamed(old: Mapping[str, object]) -> Mapping[str, object]:
        return {"item": old["task"], "node": old["node"], "variables": old["values"]}

    def completed(old: Mapping[str, object]) -> Mapping[str, object]:
        return {
            **old,
            "variables": {**cast("dict[str, object]", old["variables"]), "by_hand": True},
        }

    monkeypatch.setitem(wire.VERSIONS, m.Completed, 3)
    monkeypatch.setattr(wire, "OLDER", {("Completed", 1): renamed, ("Completed", 2): completed})
    first = {"event": "Completed", "v": 1, "task": 4, "node": "check", "values": {"say": "yes"}}
    read = m.Completed(4, "check", {"say": "yes", "by_hand": True})
    assert wire.from_json(first) == read
    second = {"event": "Completed", "v": 2, "item": 4, "node": "check", "variables": {"say": "yes"}}
    assert wire.from_json(second) == read
    assert wire.from_json(wire.to_json(read)) == read
    with pytest.raises(ValueError, match=r"unknown event"):
        wire.from_json({**first, "v": 4})
