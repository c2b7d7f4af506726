"""Figures as people read them: money, counts, shares, days and moments. None reads as a dash."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import SupportsFloat, SupportsInt

from django.utils import timezone

NOTHING = "—"
FEN_IN = {"yuan": 100, "wan": 1_000_000, "yi": 10_000_000_000}


def money(fen: int | None) -> str:
    """Return fen as yuan with two decimals: 1212000000 → "12,120,000.00"."""
    return scaled(fen, unit="yuan")


def wan(fen: int | None) -> str:
    """Return fen in ten thousand yuan (万元) with two decimals, half up."""
    return scaled(fen, unit="wan")


def yi(fen: int | None) -> str:
    """Return fen in a hundred million yuan (亿元) with two decimals, half up."""
    return scaled(fen, unit="yi")


def scaled(fen: int | None, *, unit: str) -> str:
    """Return fen in "yuan", "wan" or "yi"; only the yuan is exact."""
    if fen is None:
        return NOTHING
    assert isinstance(fen, int), fen
    shown = (Decimal(fen) / FEN_IN[unit]).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return f"{shown:,.2f}".replace("-", "−")


def whole(number: SupportsInt | None) -> str:
    """Return a count with its digits grouped: 1286 → "1,286"."""
    return NOTHING if number is None else f"{int(number):,}"


def percent(share: SupportsFloat | Fraction | None, places: int = 1) -> str:
    """Return a share of one as a percentage: 0.749 → "74.9%"."""
    return NOTHING if share is None else f"{float(share) * 100:.{places}f}%"


def day(on: date | datetime | None) -> str:
    """Return the day in the zone's time: "2026-11-23"."""
    if on is None:
        return NOTHING
    return (_local(on) if isinstance(on, datetime) else on).isoformat()[:10]


def moment(at: datetime | None) -> str:
    """Return day and minute in the zone's time: "2026-11-23 16:32"."""
    return NOTHING if at is None else f"{_local(at):%Y-%m-%d %H:%M}"


def _local(at: datetime) -> datetime:
    return at if timezone.is_naive(at) else timezone.localtime(at)
