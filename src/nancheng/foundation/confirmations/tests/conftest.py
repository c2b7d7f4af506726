"""Fixtures of the tests of confirmations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nancheng.foundation.confirmations import operations
from nancheng.foundation.confirmations.tests import making


@pytest.fixture
def zone(db: None, settings: Any) -> Iterator[None]:
    """Five persons, and one dangerous operation."""
    settings.TWO_HANDS = ("nancheng.foundation.confirmations.tests.making.OPERATIONS",)
    operations.all_operations.cache_clear()
    making.a_zone()
    yield
    operations.all_operations.cache_clear()
