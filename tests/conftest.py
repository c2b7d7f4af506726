"""Fixtures of the browser tests: a running site, a browser, visitors who are watched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import site as sites
from tests.browser import watching
from tests.browser.site import Site
from tests.browser.watching import Visitor, Watch

NO_BROWSER = "no Chromium was found (set CHROMIUM=/path/to/chromium)"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demonstration from a folder of its own for the whole run."""
    if watching.chromium() is None:
        pytest.skip(NO_BROWSER)
    with sites.running(tmp_path_factory.mktemp("site")) as running:
        yield running


# For one module only: Playwright keeps an event loop in this thread, and Django's ORM, which other
# modules use, refuses to work beside one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a Chromium for one module of tests."""
    executable = watching.chromium()
    if executable is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=watching.OPTIONS)
        yield started
        started.close()


@pytest.fixture
def page_for(browser: Browser, site: Site) -> Iterator[Visitor]:
    """Open pages as a person; the test fails on any error the pages make meanwhile."""
    watch = Watch()
    visitor = Visitor(browser, site, watch)
    yield visitor
    visitor.leave()
    assert not watch.faults, "\n".join(watch.faults)
