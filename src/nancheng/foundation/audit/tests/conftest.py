"""Fixtures of the audit tests: a small zone with cases and money in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nancheng.foundation.cases.tests import making
from nancheng.foundation.web import memory


@pytest.fixture
def zone(db: None, settings: Any, tmp_path: Path) -> Iterator[making.Zone]:
    """A zone with the drawing "loan"; what is noted outside the database is in a new folder."""
    settings.PROCESS_BINDINGS = ("nancheng.foundation.cases.tests.making.BINDINGS",)
    settings.NANCHENG_DATA = tmp_path
    memory.forget()
    yield making.a_zone()
    memory.forget()
