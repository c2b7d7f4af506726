"""The watch itself: a page that does what none may do is seen to do it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import watching
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

STRICT = {"Content-Security-Policy": "default-src 'none'; script-src 'self'"}


def _open(browser: Browser, watch: Watch, body: str, status: int = 200) -> Page:
    context = browser.new_context()
    watch.follow(context)
    page = context.new_page()
    page.route(
        "**/*",
        lambda route: route.fulfill(
            status=status, body=body, headers=STRICT, content_type="text/html"
        ),
    )
    page.goto("http://nancheng.example/")
    page.wait_for_timeout(100)
    return page


@pytest.mark.parametrize(
    ("body", "status", "fault"),
    [
        ("<p style='color: red'>red</p>", 200, "content policy: style-src-attr"),
        ("<script>document.title = 'x'</script>", 200, "content policy: script-src-elem"),
        ("gone wrong", 500, "500: http://nancheng.example/"),
    ],
)
def test_a_fault_is_seen(browser: Browser, body: str, status: int, fault: str) -> None:
    watch = Watch()
    _open(browser, watch, body, status)
    assert any(seen.find(fault) >= 0 for seen in watch.faults), watch.faults


def test_a_plain_page_is_let_pass(browser: Browser) -> None:
    watch = Watch()
    _open(browser, watch, "<!doctype html><title>t</title><p>plain</p>")
    assert watch.faults == []


def test_an_image_without_words_is_no_accessible_page(browser: Browser) -> None:
    page = _open(browser, Watch(), "<!doctype html><html lang=en><title>t</title><img src=x>")
    with pytest.raises(AssertionError, match="image-alt"):
        watching.assert_accessible(page)


def test_a_page_wider_than_its_window_is_seen(browser: Browser) -> None:
    page = _open(browser, Watch(), "<!doctype html><table width=5000><tr><td>wide</table>")
    with pytest.raises(AssertionError, match="px wide"):
        watching.assert_fits(page)
