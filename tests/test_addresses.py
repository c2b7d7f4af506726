"""What the wiring mounts answers, and a line of business may begin without pages of its own."""

from __future__ import annotations

import runpy

import pytest

from nancheng.config import wiring
from tests import tree

ADDRESSES = tree.ROOT / "src" / "nancheng" / "config" / "urls.py"


def mounted() -> int:
    """Return how many prefixes the addresses have, read anew."""
    return len(runpy.run_path(str(ADDRESSES))["urlpatterns"])


def test_an_app_without_pages_takes_nothing_from_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = mounted()
    assert known == len(wiring.MOUNTS)
    monkeypatch.setattr(wiring, "MOUNTS", (*wiring.MOUNTS, ("drawn/", "kernel.process")))
    assert mounted() == known
