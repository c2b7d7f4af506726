"""One installation for all fault tests of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests import scratch
from tests.faults import site as sites
from tests.faults.site import Site


@pytest.fixture(scope="session")
def installation(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Site]:
    """An installation with its web and its worker running."""
    with django_db_blocker.unblock(), sites.installed(tmp_path_factory.mktemp("faults")) as site:
        site.start_web()
        site.start_worker()
        yield site


@pytest.fixture(scope="session")
def spare(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Site]:
    """A second installation with tables and nothing in them, of the kind of this pass."""
    data = tmp_path_factory.mktemp("spare")
    with django_db_blocker.unblock(), scratch.empty(data) as url:
        site = Site(data, url)
        yield site
        site.close()


@pytest.fixture
def site(installation: Site) -> Iterator[Site]:
    """The installation; whatever a test did to it, everything must hold afterwards."""
    yield installation
    installation.fault("")
    if "web" not in installation.processes:
        installation.start_web()
    if "work" not in installation.processes:
        installation.start_worker()
    assert installation.inside("judge") == []
