"""Everything that can stand in a history is said in words, in both languages."""

from __future__ import annotations

from typing import get_args

import pytest
from django.utils import translation

from nancheng.foundation.cases import desk, queries
from nancheng.kernel.process import messages


def test_every_event_has_words() -> None:
    names = {each.__name__ for each in get_args(messages.Event)}
    assert len(names) > 20
    assert names <= set(desk.EVENT_WORDS)
    assert set(queries.TOLD) <= set(desk.EVENT_WORDS)


@pytest.mark.parametrize("kind", sorted(desk.EVENT_WORDS))
def test_the_words_have_their_english(kind: str) -> None:
    words, _tone = desk.EVENT_WORDS[kind]
    with translation.override("en"):
        assert str(words).isascii(), words
