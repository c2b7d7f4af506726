"""Fixtures of the case tests: a small zone with one drawing, and empty caches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from django.test import Client

from nancheng.foundation.cases import bindings
from nancheng.foundation.cases.bindings import Binding
from nancheng.foundation.cases.tests import making, plays
from nancheng.foundation.cases.tests.plays import Publish
from nancheng.foundation.people.models import Person
from nancheng.foundation.web import memory


@pytest.fixture
def zone(db: None, settings: Any) -> Iterator[making.Zone]:
    """A zone with three departments and the drawing "loan", published."""
    settings.PROCESS_BINDINGS = ("nancheng.foundation.cases.tests.making.BINDINGS",)
    memory.forget()
    yield making.a_zone()
    memory.forget()


@pytest.fixture
def published(zone: making.Zone, tmp_path: Path) -> Publish:
    """Publish drawings, the called before the callers: published(child=…, parent=…)."""
    known = cast("dict[str, Binding]", bindings.all_bindings())

    def put(more: dict[str, dict[str, Any]] | None = None, **drawings: str) -> None:
        for key, xml in drawings.items():
            bound = plays.binding(tmp_path, key, xml, **(more or {}).get(key, {}))
            known[key] = bound
            plays.publish(bound)

    return put


@pytest.fixture
def sign_in(zone: making.Zone) -> making.SignIn:
    """Return a function that opens a browser signed in as somebody."""

    def opened(username: str) -> Client:
        client = Client()
        client.force_login(
            Person.objects.get(username=username),
            backend="nancheng.foundation.people.backends.PasswordBackend",
        )
        return client

    return opened
