"""Fixtures of coordination concerns: four departments, their clerks, and the drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from nancheng.domains.concerns.tests import making
from nancheng.domains.concerns.tests.making import Cast
from nancheng.foundation.people.models import Person
from nancheng.foundation.web import memory


@pytest.fixture
def cast(db: None, settings: Any, tmp_path: Path) -> Iterator[Cast]:
    """A zone with a department that asks, one that leads, two co-units and a leader."""
    settings.PROCESS_BINDINGS = ("nancheng.domains.concerns.process.BINDINGS",)
    settings.NANCHENG_DATA = tmp_path
    memory.forget()
    yield making.a_cast()
    memory.forget()


@pytest.fixture
def sign_in(cast: Cast) -> Callable[[str], Client]:
    """Return a function that opens a browser signed in as somebody."""

    def opened(username: str) -> Client:
        client = Client()
        backend = "nancheng.foundation.people.backends.PasswordBackend"
        client.force_login(Person.objects.get(username=username), backend=backend)
        return client

    return opened
