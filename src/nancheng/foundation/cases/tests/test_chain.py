"""What is hashed and what is stored is spelled as the standard library spells JSON."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.cases import chain, store

TEXT = st.text(max_size=30)
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
VALUES = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def spelled(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


@given(TEXT, st.lists(TEXT | st.none() | st.integers(0, 2**62), max_size=9))
def test_a_seal_can_be_reckoned_with_the_standard_library(before: str, covered: list[Any]) -> None:
    text = spelled([before, *covered])
    assert chain.seal(before, *covered) == hashlib.sha256(text.encode()).hexdigest()


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4))
def test_what_is_stored_reads_back_as_it_was(value: dict[str, Any]) -> None:
    assert json.loads(store.dump(value)) == json.loads(spelled(value)) == value


def test_numbers_beyond_64_bits_and_keys_that_are_no_text() -> None:
    assert store.dump({"a": 2**80}) == spelled({"a": 2**80})
    assert store.dump({1: "一"}) == spelled({1: "一"})
