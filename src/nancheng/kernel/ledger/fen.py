"""Money as whole fen (分, one hundredth of a yuan): read from text and written back, exactly.

A sum is an ``int`` all through the platform; this is the only place where it is text. People
write sums in 元, 万元 and 亿元, with or without commas, in half or full width; all of it is read
without a float in between, and what is not a whole number of fen is refused, not rounded.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TypeAlias

from nancheng.kernel.refusal import Refused

Fen: TypeAlias = int

# 100 万亿元: above any sum a zone meets, and thousands of such sums still fit 64 bits.
FEN_MAX = 10**16
TEXT_MAX = 40
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－＋￥", "0123456789.,-+¥")
PATTERN = re.compile(
    r"(?P<sign>[-+]?)¥?(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]+))?"
    r" ?(?P<unit>分|元|万元|万|亿元|亿)?",
    re.ASCII,
)


class Unit(Enum):
    """A unit people write money in; the value is its number of decimals down to the fen."""

    FEN = 0
    YUAN = 2
    WAN = 6
    YI = 10


WORDS = {
    "分": Unit.FEN,
    "元": Unit.YUAN,
    "万": Unit.WAN,
    "万元": Unit.WAN,
    "亿": Unit.YI,
    "亿元": Unit.YI,
}


def parse(text: str, *, unit: Unit = Unit.YUAN, signed: bool = False) -> Fen:
    """Read a sum; a unit written behind it goes before ``unit``.

    Raises Refused "money.unreadable" (text), "money.not-whole-fen" (text), "money.negative" (text;
    unless ``signed``), "money.too-large" (max_fen).
    """
    trimmed = text.strip().translate(FULL_WIDTH)
    found = PATTERN.fullmatch(trimmed) if len(trimmed) <= TEXT_MAX else None
    if found is None:
        raise Refused("money.unreadable", text=text[:TEXT_MAX])
    decimals = (WORDS[found["unit"]] if found["unit"] else unit).value
    part = (found["part"] or "").rstrip("0")
    if len(part) > decimals:
        raise Refused("money.not-whole-fen", text=text)
    amount_fen = int(found["whole"].replace(",", "") + part.ljust(decimals, "0"))
    if amount_fen > FEN_MAX:
        raise Refused("money.too-large", max_fen=FEN_MAX)
    if found["sign"] == "-" and amount_fen:
        if not signed:
            raise Refused("money.negative", text=text)
        return -amount_fen
    return amount_fen


def text(amount_fen: Fen, *, unit: Unit = Unit.YUAN, places: int | None = None) -> str:
    """Write a sum with grouped thousands and without its unit's name: 1212000000 → 12,120,000.00.

    Yuan show two decimals, other units as many as the sum needs, unless ``places`` (0 to the unit's
    decimals) is given; then the last place is rounded half away from zero.
    """
    decimals = unit.value
    shown = decimals if places is None else places
    assert 0 <= shown <= decimals, (unit, places)
    size = _rounded(abs(amount_fen), 10 ** (decimals - shown))
    whole, part = divmod(size, 10**shown)
    fraction = f"{part:0{shown}d}" if shown else ""
    if places is None and unit is not Unit.YUAN:
        fraction = fraction.rstrip("0")
    sign = "-" if amount_fen < 0 and size else ""
    return f"{sign}{whole:,}.{fraction}" if fraction else f"{sign}{whole:,}"


def _rounded(size: int, step: int) -> int:
    return (2 * size + step) // (2 * step)
