"""Fixtures of the case tests: a small zone with one drawing, and empty caches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nancheng.foundation.cases import bindings, clocks, definitions
from nancheng.foundation.cases.tests import making


@pytest.fixture
def zone(db: None, settings: Any) -> Iterator[making.Zone]:
    """A zone with three departments and the drawing "loan", published."""
    settings.PROCESS_BINDINGS = ("nancheng.foundation.cases.tests.making.BINDINGS",)
    _forget()
    yield making.a_zone()
    _forget()


def _forget() -> None:
    bindings.all_bindings.cache_clear()
    definitions.forget()
    clocks.forget()
