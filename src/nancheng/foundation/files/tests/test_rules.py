"""Names made harmless, and evidence that could have been taken."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.files import rules
from nancheng.foundation.files.rules import Evidence
from nancheng.kernel.refusal import Refused

AT = datetime(2020, 9, 15, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "kind", "expected"),
    [
        ("合同.pdf", "pdf", "合同.pdf"),
        ("../../etc/passwd", "txt", "passwd.txt"),
        ("C:\\桌面\\合同.PDF", "pdf", "合同.pdf"),
        ("合同.pdf.exe", "pdf", "合同.pdf.exe.pdf"),
        ("照片.jpg", "png", "照片.jpg.png"),
        ("照片.JPEG", "jpeg", "照片.jpeg"),
        ("a\r\nSet-Cookie: x=1.txt", "txt", "a Set-Cookie_ x=1.txt"),
        ("甲\u202efdp.exe", "pdf", "甲fdp.exe.pdf"),
        ("CON.txt", "txt", "_CON.txt"),
        ("nul", "pdf", "_nul.pdf"),
        (".htaccess", "txt", "htaccess.txt"),
        ("...", "pdf", "未命名.pdf"),
        ("", "pdf", "未命名.pdf"),
        (".pdf", "pdf", "pdf.pdf"),
        ("  多  个\t空格 .xlsx", "xlsx", "多 个 空格.xlsx"),
        ('"><img src=x>.png', "png", "___img src=x_.png"),
    ],
)
def test_names_are_made_harmless(typed: str, kind: str, expected: str) -> None:
    assert rules.tidy_name(typed, kind) == expected


@given(st.text(max_size=400), st.sampled_from(sorted(rules.ENDINGS)))
def test_any_name_becomes_a_short_harmless_one_of_its_kind(typed: str, kind: str) -> None:
    name = rules.tidy_name(typed, kind)
    assert name.lower().endswith(rules.ENDINGS[kind])
    assert len(name.encode()) <= rules.NAME_BYTES_MAX + 5
    assert not set(name) & set('/\\<>:"|?*%\r\n\0')
    assert not name.startswith(".")
    assert all(unicodedata.category(each) not in {"Cc", "Cf", "Cs"} for each in name)
    assert rules.tidy_name(name, kind) == name


def test_every_kind_has_an_ending_and_a_media_type() -> None:
    assert set(rules.ENDINGS) == set(rules.MEDIA_TYPES)


def test_evidence_of_the_future_is_refused_beyond_the_skew_of_clocks() -> None:
    rules.check_evidence(Evidence(AT + timedelta(minutes=10)), at=AT)
    with pytest.raises(Refused, match=r"files\.evidence\.time"):
        rules.check_evidence(Evidence(AT + timedelta(minutes=11)), at=AT)


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [("181", "28"), ("120", "-91"), ("NaN", "28"), ("120", None), (None, "28")],
)
def test_evidence_from_nowhere_is_refused(longitude: str | None, latitude: str | None) -> None:
    evidence = Evidence(
        longitude=None if longitude is None else Decimal(longitude),
        latitude=None if latitude is None else Decimal(latitude),
    )
    with pytest.raises(Refused, match=r"files\.evidence\.place"):
        rules.check_evidence(evidence, at=AT)


def test_evidence_without_time_or_place_is_evidence_still() -> None:
    rules.check_evidence(Evidence(), at=AT)
