"""Figures as people read them, and text in two languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.web import figures, wording

FEN = st.integers(min_value=-(10**17), max_value=10**17)


@given(FEN)
def test_yuan_keep_every_fen(fen: int) -> None:
    shown = figures.money(fen).replace(",", "").replace("−", "-")
    assert Decimal(shown) * 100 == fen


@given(FEN, st.sampled_from(["wan", "yi"]))
def test_larger_units_are_off_by_half_a_hundredth_at_most(fen: int, unit: str) -> None:
    shown = Decimal(figures.scaled(fen, unit=unit).replace(",", "").replace("−", "-"))
    assert abs(shown * figures.FEN_IN[unit] - fen) * 2 <= figures.FEN_IN[unit] // 100


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (figures.money(1_212_000_000), "12,120,000.00"),
        (figures.money(-5), "−0.05"),
        (figures.wan(1_212_000_000), "1,212.00"),
        (figures.yi(117_000_000_000), "11.70"),
        (figures.percent(0.7491), "74.9%"),
        (figures.whole(1286), "1,286"),
        (figures.day(date(2026, 11, 23)), "2026-11-23"),
        # Half past midnight in Shanghai is the day before in UTC.
        (figures.day(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)), "2026-11-23"),
        (figures.moment(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)), "2026-11-23 00:30"),
    ],
)
def test_figures_read_as_expected(shown: str, expected: str) -> None:
    assert shown == expected


@pytest.mark.parametrize(
    "show",
    [figures.money, figures.wan, figures.yi, figures.whole, figures.percent, figures.day],
)
def test_nothing_reads_as_a_dash(show: object) -> None:
    assert show(None) == "—"  # type: ignore[operator]


def test_a_float_is_not_money() -> None:
    with pytest.raises(AssertionError):
        figures.money(1.5)  # type: ignore[arg-type]


def test_names_follow_the_reader() -> None:
    both = {"name": "财政金融局", "name_en": "Finance bureau"}
    assert wording.named(both) == "财政金融局"
    with translation.override("en"):
        assert wording.named(both) == "Finance bureau"
        assert wording.named({"name": "财政金融局", "name_en": ""}) == "财政金融局"
    assert wording.named(None) == ""


def test_a_limit_and_a_list_of_names_are_said_in_the_readers_language() -> None:
    assert wording.limit("1h") == "1小时"
    assert wording.limit("case-15wd") == "全程期限前15个工作日"
    assert wording.limit("BD_IDLE") == "BD_IDLE"
    assert wording.listed(["甲", "乙"]) == "甲、乙"
    with translation.override("en"):
        assert (wording.limit("1h"), wording.limit("2h")) == ("1 hour", "2 hours")
        assert wording.listed(["A", "B"]) == "A, B"
