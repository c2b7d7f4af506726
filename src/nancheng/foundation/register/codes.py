"""Identity codes of the state: read as people type them, checked, or refused with the reason.

Pure. Each reader takes what was typed and returns the code in its one written form, or raises
``Refused`` naming what is wrong: length, alphabet, or the check character (with the right one).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from nancheng.kernel.refusal import Refused

# GB 32100-2015, 5.2: digits and capitals without I, O, S, V, Z.
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_LENGTH = 18
# GB 32100-2015, annex A: the weight of place i is 3^(i-1) mod 31.
USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

# GB 11643-1999, annex A: the weight of place i, counted from the right, is 2^(i-1) mod 11.
RESIDENT_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
RESIDENT_CHECKS = "10X98765432"
RESIDENT_LENGTH = 18
# Nobody born earlier holds a number of this form.
OLDEST_BIRTH_YEAR = 1900

# GB/T 2260: the first two digits name a province-level unit; 00 is ours, for demonstrations.
PROVINCES = frozenset(
    f"{first}{second}"
    for first, seconds in (
        ("0", "0"),
        ("1", "12345"),
        ("2", "123"),
        ("3", "1234567"),
        ("4", "123456"),
        ("5", "01234"),
        ("6", "12345"),
        ("7", "1"),
        ("8", "12"),
    )
    for second in seconds
)
REGION_LENGTH = 6

# The national online approval platform: year, region, industry, kind, serial.
PROJECT_CODE_PARTS = (4, 6, 2, 2, 6)
PROJECT_CODE_YEARS = range(2000, 2100)

Reader = Callable[[str], str]

_DASHES = "-‐‑‒–—―−－"
# Cut before normalising, so that a page of pasted text costs nothing.
_TYPED_MAX = 64


@dataclass(frozen=True, slots=True)
class Resident:
    """What a resident identity number (身份证号) says about its holder."""

    number: str
    region: str
    born_on: date
    is_male: bool


def tidy(typed: str) -> str:
    """Return typed text as half-width capitals without blanks or invisible characters."""
    wide = unicodedata.normalize("NFKC", typed[:_TYPED_MAX]).upper()
    return "".join(
        character
        for character in wide
        if not character.isspace() and unicodedata.category(character) not in {"Cc", "Cf"}
    )


def uscc(typed: str) -> str:
    """Return a unified social credit code (统一社会信用代码) of 18 characters.

    Raises ``Refused`` "register.uscc.length", ".alphabet", ".region" or ".check". GB 32100-2015.
    """
    code = _without_dashes(typed)
    _length(code, USCC_LENGTH, "register.uscc.length")
    _alphabet(code, USCC_ALPHABET, "register.uscc.alphabet")
    if not code[2:8].isdigit():
        raise Refused("register.uscc.region", region=code[2:8])
    _check(code, uscc_check(code[:17]), "register.uscc.check")
    return code


def uscc_check(body: str) -> str:
    """Return the check character of the first 17 characters of a credit code."""
    assert len(body) == USCC_LENGTH - 1, body
    total = sum(
        USCC_ALPHABET.index(character) * weight
        for character, weight in zip(body, USCC_WEIGHTS, strict=True)
    )
    return USCC_ALPHABET[-total % 31]


def resident(typed: str) -> Resident:
    """Return what a resident identity number (身份证号) of 18 characters says.

    Raises ``Refused`` "register.resident.length", ".alphabet", ".region", ".birthday" or
    ".check". GB 11643-1999.
    """
    code = _without_dashes(typed)
    _length(code, RESIDENT_LENGTH, "register.resident.length")
    _alphabet(code[:17], "0123456789", "register.resident.alphabet")
    _alphabet(code[17], "0123456789X", "register.resident.alphabet", first=18)
    if code[:2] not in PROVINCES:
        raise Refused("register.resident.region", region=code[:6])
    born_on = _birthday(code[6:14])
    _check(code, resident_check(code[:17]), "register.resident.check")
    return Resident(code, code[:6], born_on, is_male=int(code[16]) % 2 == 1)


def resident_check(body: str) -> str:
    """Return the check character of the first 17 digits of a resident identity number."""
    assert len(body) == RESIDENT_LENGTH - 1, body
    total = sum(int(digit) * weight for digit, weight in zip(body, RESIDENT_WEIGHTS, strict=True))
    return RESIDENT_CHECKS[total % 11]


def region(typed: str) -> str:
    """Return an administrative region code (行政区划代码) of six digits. GB/T 2260.

    Raises ``Refused`` "register.region.length", ".alphabet" or ".province".
    """
    code = tidy(typed)
    _length(code, REGION_LENGTH, "register.region.length")
    _alphabet(code, "0123456789", "register.region.alphabet")
    if code[:2] not in PROVINCES:
        raise Refused("register.region.province", province=code[:2])
    return code


def approval_code(typed: str) -> str:
    """Return an investment project code (投资项目代码) as "2020-000000-48-01-000001".

    The dashes may be missing or of any width. Raises ``Refused`` "register.approval.length",
    ".alphabet", ".pattern", ".year" or ".region".
    """
    code = _one_dash(tidy(typed))
    digits = code.replace("-", "")
    _alphabet(digits, "0123456789", "register.approval.alphabet")
    _length(digits, sum(PROJECT_CODE_PARTS), "register.approval.length")
    parts = _parts(digits)
    if "-" in code and code != "-".join(parts):
        raise Refused("register.approval.pattern", expected="-".join(parts))
    if int(parts[0]) not in PROJECT_CODE_YEARS:
        raise Refused("register.approval.year", year=parts[0])
    if parts[1][:2] not in PROVINCES:
        raise Refused("register.approval.region", region=parts[1])
    return "-".join(parts)


def _parts(digits: str) -> list[str]:
    parts, start = [], 0
    for width in PROJECT_CODE_PARTS:
        parts.append(digits[start : start + width])
        start += width
    return parts


def _one_dash(code: str) -> str:
    return "".join("-" if character in _DASHES else character for character in code)


def _without_dashes(typed: str) -> str:
    return _one_dash(tidy(typed)).replace("-", "")


def _length(code: str, length: int, refusal: str) -> None:
    if len(code) != length:
        raise Refused(refusal, length=len(code), expected=length)


def _alphabet(code: str, alphabet: str, refusal: str, *, first: int = 1) -> None:
    for place, character in enumerate(code, start=first):
        if character not in alphabet:
            raise Refused(refusal, character=character, place=place)


def _check(code: str, expected: str, refusal: str) -> None:
    if code[-1] != expected:
        raise Refused(refusal, given=code[-1], expected=expected)


def _birthday(digits: str) -> date:
    try:
        born_on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise Refused("register.resident.birthday", birthday=digits) from None
    if born_on.year < OLDEST_BIRTH_YEAR:
        raise Refused("register.resident.birthday", birthday=digits)
    return born_on
