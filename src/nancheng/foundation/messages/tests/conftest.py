"""The texts that these tests' notices use."""

from __future__ import annotations

import pytest

from nancheng.foundation.messages import texts
from nancheng.foundation.messages.tests import making


@pytest.fixture(autouse=True)
def _texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "registry", lambda: making.TEXTS)
