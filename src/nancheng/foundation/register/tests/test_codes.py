"""Identity codes: published vectors, independent oracle, and each way to be wrong."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.cn import uscc as oracle

from nancheng.foundation.register import codes
from nancheng.kernel.refusal import Refused

REAL = ("91330100799655058B", "11331002002673575G", "91350100M000100Y43")
BODY = st.text("0123456789", min_size=8, max_size=8).flatmap(
    lambda head: st.text(codes.USCC_ALPHABET, min_size=9, max_size=9).map(head.__add__)
)
BIRTHDAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


def refusal(code: str, typed: str) -> Refused:
    reader = {
        "uscc": codes.uscc,
        "resident": codes.resident,
        "region": codes.region,
        "approval": codes.approval_code,
    }[code]
    with pytest.raises(Refused) as caught:
        reader(typed)
    return caught.value


@pytest.mark.parametrize("code", REAL)
def test_real_credit_codes_are_accepted(code: str) -> None:
    assert codes.uscc(code) == code


def test_the_weights_are_those_of_the_standard() -> None:
    assert codes.USCC_WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    assert codes.RESIDENT_WEIGHTS == (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    assert len(codes.USCC_ALPHABET) == 31
    assert not set("IOSVZ") & set(codes.USCC_ALPHABET)


@given(BODY)
def test_check_characters_agree_with_an_independent_library(body: str) -> None:
    assert codes.uscc_check(body) == oracle.calc_check_digit(body)
    assert codes.uscc(body + codes.uscc_check(body)) == body + codes.uscc_check(body)


@given(BODY, st.sampled_from(codes.USCC_ALPHABET))
def test_only_one_check_character_is_right(body: str, last: str) -> None:
    accepted = oracle.is_valid(body + last)
    if accepted:
        assert codes.uscc(body + last) == body + last
    else:
        found = refusal("uscc", body + last)
        assert found.code == "register.uscc.check"
        assert found.figures == {"given": last, "expected": codes.uscc_check(body)}


@given(BODY, st.integers(0, 17), st.sampled_from(codes.USCC_ALPHABET))
def test_one_mistyped_character_is_always_noticed(body: str, place: int, other: str) -> None:
    right = body + codes.uscc_check(body)
    wrong = right[:place] + other + right[place + 1 :]
    if wrong != right:
        with pytest.raises(Refused):
            codes.uscc(wrong)


def test_a_code_is_read_as_people_type_it() -> None:
    assert codes.uscc(" 91330100 799655058b\n") == REAL[0]
    assert codes.uscc("９１３３０１００７９９６５５０５８Ｂ") == REAL[0]
    assert codes.uscc("91330100-79965505-8B\u200b") == REAL[0]


def test_a_wrong_length_says_both_lengths() -> None:
    assert refusal("uscc", "913301007996550").figures == {"length": 15, "expected": 18}
    assert refusal("uscc", "").code == "register.uscc.length"
    assert refusal("uscc", "9" * 100_000).code == "register.uscc.length"


def test_a_letter_outside_the_alphabet_is_pointed_at() -> None:
    found = refusal("uscc", "9133010079965505OB")
    assert (found.code, found.figures) == (
        "register.uscc.alphabet",
        {"character": "O", "place": 17},
    )


def test_a_region_with_letters_is_refused() -> None:
    body = "91A30100799655058"
    assert refusal("uscc", body + codes.uscc_check(body)).code == "register.uscc.region"


def test_a_resident_number_tells_birthday_and_sex() -> None:
    holder = codes.resident("11010519491231002x")
    assert holder == codes.Resident("11010519491231002X", "110105", date(1949, 12, 31), False)


@given(BIRTHDAYS, st.integers(0, 999))
def test_resident_check_agrees_with_an_independent_library(born_on: date, serial: int) -> None:
    body = f"110105{born_on:%Y%m%d}{serial:03d}"
    number = body + codes.resident_check(body)
    assert ric.calc_check_digit(number) == number[-1]
    holder = codes.resident(number)
    assert holder.born_on == born_on
    assert holder.is_male == bool(serial % 2)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1101051949123100", "register.resident.length"),
        ("11010519491231A02X", "register.resident.alphabet"),
        ("11010519491231002Y", "register.resident.alphabet"),
        ("99010519491231002X", "register.resident.region"),
        ("11010519490231002X", "register.resident.birthday"),
        ("11010518491231002X", "register.resident.birthday"),
        ("110105194912310021", "register.resident.check"),
    ],
)
def test_a_wrong_resident_number_says_what_is_wrong(typed: str, code: str) -> None:
    assert refusal("resident", typed).code == code


def test_the_right_check_character_is_named() -> None:
    assert refusal("resident", "110105194912310021").figures["expected"] == "X"


@pytest.mark.parametrize(
    "typed",
    [
        "2020-000000-48-01-000001",
        "20200000004801000001",
        "2020－000000－48－01－000001",
        " 2020—000000—48—01—000001 ",
    ],
)
def test_an_approval_code_has_one_written_form(typed: str) -> None:
    assert codes.approval_code(typed) == "2020-000000-48-01-000001"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2020-000000-48-01-00001", "register.approval.length"),
        ("2020-00000A-48-01-000001", "register.approval.alphabet"),
        ("20200-00000-48-01-000001", "register.approval.pattern"),
        ("1820-000000-48-01-000001", "register.approval.year"),
        ("2020-990000-48-01-000001", "register.approval.region"),
    ],
)
def test_a_wrong_approval_code_says_what_is_wrong(typed: str, code: str) -> None:
    assert refusal("approval", typed).code == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("33110", "register.region.length"),
        ("33110A", "register.region.alphabet"),
        ("991100", "register.region.province"),
    ],
)
def test_a_wrong_region_says_what_is_wrong(typed: str, code: str) -> None:
    assert refusal("region", typed).code == code


def test_a_region_is_six_digits_of_a_known_province() -> None:
    assert codes.region("３３１１００") == "331100"
    assert codes.region("000000") == "000000"


@given(st.text(max_size=80))
def test_any_text_is_accepted_or_refused_never_an_error(typed: str) -> None:
    for reader in (codes.uscc, codes.resident, codes.region, codes.approval_code):
        with suppress(Refused):
            reader(typed)


def test_every_province_of_the_standard_is_known() -> None:
    assert len(codes.PROVINCES) == 35  # 34 and the one for demonstrations
    assert {"00", "11", "33", "54", "65", "71", "82"} <= codes.PROVINCES
