"""The world of the matrix, built once for all its tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.leaks import world as worlds
from tests.leaks.sight import Sight
from tests.leaks.world import World


@pytest.fixture(scope="package")
def world(
    django_db_setup: None,
    django_db_blocker: Any,
    data_folder: Any,
    cheap_passwords: None,
) -> Iterator[World]:
    """Build the world; nothing of it stays."""
    with django_db_blocker.unblock(), worlds.standing() as standing:
        yield standing


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep Django from writing a line for each of a thousand refused requests."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="package")
def sight(world: World) -> Sight:
    """Return every row of the world with who sees it."""
    return Sight()
