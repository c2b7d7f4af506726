"""Sums of money as people type them, and back, to the fen."""

from __future__ import annotations

from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.kernel.ledger import fen
from nancheng.kernel.ledger.fen import Unit
from nancheng.kernel.refusal import Refused

AMOUNTS = st.integers(-fen.FEN_MAX, fen.FEN_MAX)


@pytest.mark.parametrize(
    ("text", "amount_fen"),
    [
        ("1,212万元", 1_212_000_000),
        ("11.7亿元", 117_000_000_000),
        ("11.7 亿", 117_000_000_000),
        ("12,120,000.00", 1_212_000_000),
        ("¥0.01", 1),
        ("￥１，２１２．５０元", 121_250),
        ("  7 ", 700),
        ("5分", 5),
        ("0.000001万元", 1),
        ("1.50000000", 150),
        ("+3", 300),
        ("-0", 0),
        ("0012", 1_200),
    ],
)
def test_sums_are_read_as_people_write_them(text: str, amount_fen: int) -> None:
    assert fen.parse(text) == amount_fen


def test_the_unit_of_the_field_is_used_where_none_is_written() -> None:
    assert fen.parse("1212", unit=Unit.WAN) == 1_212_000_000
    assert fen.parse("1212元", unit=Unit.WAN) == 121_200


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(
            (text, "money.unreadable")
            for text in (
                "", "一百", "1,21,2", "1,2120", ",1", "1.", ".5", "1e5", "0x10", "1_000", "NaN",
                "Infinity", "--1", "1 2", "1\n2", "1.2.3", "万元", "1百元",
                "٣", "²", "$5", "1" * 41,
                "1'; drop table ledger; --", "\u202e1", "1\x00",
            )
        ),
        ("0.001", "money.not-whole-fen"),
        ("0.5分", "money.not-whole-fen"),
        ("0.0000001万", "money.not-whole-fen"),
        ("-1", "money.negative"),
        ("－０．０１", "money.negative"),
        ("1000001亿元", "money.too-large"),
        ("9" * 39, "money.too-large"),
    ],
)  # fmt: skip
def test_what_is_not_a_sum_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        fen.parse(text)
    assert caught.value.code == code


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(Refused):
        assert 0 <= fen.parse(text) <= fen.FEN_MAX


@pytest.mark.parametrize(
    ("amount_fen", "unit", "places", "expected"),
    [
        (1_212_000_000, Unit.YUAN, None, "12,120,000.00"),
        (1_212_000_000, Unit.WAN, None, "1,212"),
        (117_000_000_000, Unit.YI, None, "11.7"),
        (117_000_000_000, Unit.YI, 2, "11.70"),
        (-5, Unit.YUAN, None, "-0.05"),
        (-5, Unit.WAN, 2, "0.00"),
        (1_234_567, Unit.WAN, 2, "1.23"),
        (1_235_000, Unit.WAN, 2, "1.24"),
        (-1_235_000, Unit.WAN, 2, "-1.24"),
        (0, Unit.YUAN, None, "0.00"),
        (99_999_999, Unit.WAN, 0, "100"),
        (123, Unit.FEN, None, "123"),
    ],
)
def test_sums_are_written_grouped(
    amount_fen: int, unit: Unit, places: int | None, expected: str
) -> None:
    assert fen.text(amount_fen, unit=unit, places=places) == expected


@given(AMOUNTS, st.sampled_from(list(Unit)))
def test_what_is_written_reads_back_exactly(amount_fen: int, unit: Unit) -> None:
    assert fen.parse(fen.text(amount_fen, unit=unit), unit=unit, signed=True) == amount_fen


@given(AMOUNTS, st.sampled_from(list(Unit)), st.data())
def test_rounding_agrees_with_decimal_arithmetic(
    amount_fen: int, unit: Unit, data: st.DataObject
) -> None:
    places = data.draw(st.integers(0, unit.value))
    exact = Decimal(amount_fen).scaleb(-unit.value)
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    shown = fen.text(amount_fen, unit=unit, places=places)
    assert Decimal(shown.replace(",", "")) == rounded
