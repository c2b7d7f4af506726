"""From exact fractions to whole fen, and from one sum to shares that add up to it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

Rate = Decimal | Fraction


def half_up(exact: Fraction) -> int:
    """Round to a whole number, a half away from zero (四舍五入)."""
    size = abs(exact)
    rounded = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return rounded if exact >= 0 else -rounded


def shown(exact: Fraction, *, places: int) -> Decimal:
    """Round to so many decimals, a half away from zero."""
    return Decimal(half_up(exact * 10**places)).scaleb(-places)


def split(total_fen: int, exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Round each share half up, and put what is then missing on the largest, so Σ = total.

    Of equal largest shares the first name in order bears it, so that the result does not depend on
    the order of the mapping.
    """
    assert exact, total_fen
    shares = {name: half_up(share) for name, share in exact.items()}
    largest = min(exact, key=lambda name: (-exact[name], name))
    shares[largest] += total_fen - sum(shares.values())
    return shares
