"""What only a browser can show: drawer, guards, focus, policy, and pages without script."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGES = ("/", "/list/", "/form/", "/cockpit/", "/pictures/", "/refuse/", "/nowhere/", "/drawer/")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("site"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium was found"),
]


class Quiet(WSGIRequestHandler):
    """A server that does not write a line for each request."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(site: None) -> Iterator[str]:
    """Serve the sample site while a test runs."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    with override_settings(ALLOWED_HOSTS=["127.0.0.1"]):
        server.set_app(StaticFilesHandler(WSGIHandler()))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a Chromium for this module."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield started
        started.close()


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["wide", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """Open a page at each width; the test fails on any error of script or policy."""
    width, height = request.param
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": height}, locale="zh-CN"
    )
    context.set_default_timeout(10_000)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on(
        "console",
        lambda said: (
            faults.append(said.text)
            if said.type == "error" and not said.text.startswith("Failed to load resource")
            else None
        ),
    )
    yield context.new_page()
    context.close()
    assert not faults, faults


def assert_accessible(page: Page) -> None:
    """Fail with axe's words."""
    found = Axe().run(page).response["violations"]
    assert not found, [(rule["id"], [n["html"][:120] for n in rule["nodes"]]) for rule in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "too wide"


def opened(page: Page) -> None:
    """Open the first task of the list in the drawer."""
    page.goto("/list/")
    page.locator("td.acts a").first.click()
    page.locator("#drawer .facts").wait_for()


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_and_within_policy(page: Page, path: str) -> None:
    page.goto(path)
    assert_accessible(page)


def test_drawer_shows_its_page_and_gives_the_focus_back(page: Page) -> None:
    opened(page)
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent").startswith("办理")


def test_wrong_form_in_the_drawer_stays_with_what_was_typed(page: Page) -> None:
    opened(page)
    page.locator("#drawer [name=amount]").fill("很多")
    page.locator("#drawer .drawer-foot .primary").click()
    page.locator("#drawer .form-errors").wait_for()
    assert page.locator("#drawer [name=amount]").input_value() == "很多"
    assert page.evaluate("document.activeElement.classList.contains('form-errors')")
    assert_accessible(page)


def test_refused_form_in_the_drawer_loses_nothing(page: Page) -> None:
    opened(page)
    page.locator("#drawer [name=note]").fill("refuse")
    page.locator("#drawer .drawer-foot .primary").click()
    expect(page.locator("#drawer-alert .alert")).to_contain_text("9 行")
    assert page.locator("#drawer [name=note]").input_value() == "refuse"
    expect(page.locator("#drawer .drawer-foot .primary")).to_be_enabled()


def test_good_form_in_the_drawer_moves_the_window(page: Page) -> None:
    opened(page)
    page.locator("#drawer [name=amount]").fill("1")
    page.locator("#drawer [name=due_on]").fill("2026-12-01")
    page.locator("#drawer [name=item]").select_option("a")
    page.locator("#drawer [name=kind]").first.check()
    page.locator("#drawer [name=note]").fill("好")
    page.locator("#drawer [name=complete]").check()
    page.locator("#drawer .drawer-foot .primary").click()
    expect(page.locator(".toast")).to_contain_text("已提交")
    expect(page.locator("#drawer")).to_be_hidden()


def test_unsaved_text_is_not_closed_away(page: Page) -> None:
    opened(page)
    page.locator("#drawer [name=note]").fill("写了一半")
    page.once("dialog", lambda asked: asked.dismiss())
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_visible()
    assert page.locator("#drawer [name=note]").input_value() == "写了一半"
    page.once("dialog", lambda asked: asked.accept())
    page.locator("#drawer .icon-button").click()
    expect(page.locator("#drawer")).to_be_hidden()


def test_filter_changes_rows_and_address_without_loading_anew(page: Page) -> None:
    page.goto("/list/")
    page.evaluate("window.stayed = true")
    page.locator("#table-inbox [name=department]").select_option("财政金融局")
    page.wait_for_url("**/list/?*department=*")
    expect(page.locator(".pages-total")).to_contain_text("62")
    assert page.evaluate("window.stayed")
    page.locator("#table-inbox [rel=next]").click()
    page.wait_for_url("**page=2*")
    assert page.evaluate("window.stayed")
    page.go_back()
    expect(page.locator(".pages a[aria-current]")).to_have_text("1")


def test_slash_goes_to_the_search_and_skip_link_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    if page.viewport_size is not None and page.viewport_size["width"] > 900:
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"


def test_everything_works_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto("/list/?light=red")
    page.locator("#table-inbox [name=q]").fill("停车")
    page.locator("#table-inbox button.primary").click()
    assert "light=red" in page.url
    expect(page.locator("#table-inbox tbody tr").first).to_contain_text("停车")
    page.locator("td.acts a").first.click()
    expect(page.locator("h1")).to_contain_text("进度款支付")
    page.locator("[form=task]").click()
    expect(page.locator(".form-errors")).to_be_visible()
    context.close()


def test_menu_of_a_phone_opens_and_closes(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/list/")
    expect(page.locator("#menu")).to_be_hidden()
    page.locator(".menu-button").click()
    expect(page.locator("#menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
    context.close()
