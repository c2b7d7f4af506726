"""Fixtures of the API: a small zone with money in it, and clients with tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import signals
from django.db import close_old_connections

from nancheng.api.tests import calling
from nancheng.api.tests.calling import Api
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import World
from nancheng.foundation.web import memory

As = Callable[..., Api]


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> Iterator[World]:
    """A zone with one project, one bond that has arrived in part, and one contract."""
    settings.PROCESS_BINDINGS = ("nancheng.domains.funds.process.BINDINGS",)
    settings.NANCHENG_DATA = tmp_path
    memory.forget()
    yield making.a_world()
    memory.forget()


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the connection when a request ends outside Django's client, as that client does."""
    requests = (signals.request_started, signals.request_finished)
    for each in requests:
        each.disconnect(close_old_connections)
    yield
    for each in requests:
        each.connect(close_old_connections)


@pytest.fixture
def api_as(world: World) -> As:
    """Return a function that opens a client with a token at somebody's post."""

    def opened(username: str, **narrowing: Any) -> Api:
        return Api(calling.a_token(username, **narrowing).text)

    return opened
