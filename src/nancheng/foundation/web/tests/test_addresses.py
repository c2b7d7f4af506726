"""Addresses filled in for each row are those that Django would find."""

from __future__ import annotations

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.web.addresses import Address


@given(st.integers(min_value=0))
def test_of_numbers(number: int) -> None:
    assert Address("cases:task", 1000000)(number) == reverse("cases:task", args=[number])


@given(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1))
def test_of_texts(text: str) -> None:
    address = Address("cases:case", "AA-2026-000001")(text)
    assert "/" not in address.removeprefix("/cases/").removesuffix("/")
    assert address.isascii()


@pytest.mark.parametrize("name", ["cases:case", "cases:case-clock"])
def test_of_case_numbers(name: str) -> None:
    address = Address(name, "AA-2026-000001")
    assert address("BM-2025-012345") == reverse(name, args=["BM-2025-012345"])
