"""Fixtures of special bonds: a small zone with money in it, and empty caches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import World
from nancheng.foundation.web import memory


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> Iterator[World]:
    """A zone with one project, one bond that has arrived in part, and one contract."""
    settings.PROCESS_BINDINGS = ("nancheng.domains.funds.process.BINDINGS",)
    settings.NANCHENG_DATA = tmp_path
    memory.forget()
    yield making.a_world()
    memory.forget()
