"""Pages that are watched while a test uses them: what no page may do ends the test."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    ViewportSize,
)

from tests import tree
from tests.browser.site import Site

WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SCREENS = tree.ROOT / "build" / "screens"
PASSWORD = "Nancheng-2026"  # the demonstration's, printed by `nancheng demo`
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
  `content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
# WCAG 2.2 AA, and what axe calls good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str | None:
    """Return the browser to use: the variable CHROMIUM, or one on the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@dataclass
class Watch:
    """What went wrong on the pages of one test."""

    faults: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Watch every page that this context opens."""
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        # Chromium logs each answer of 400 and above as well; those are judged by _answered.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.resource_type in {"document", "fetch", "xhr"}
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.faults.append(f"{response.status}: {response.url}")


@dataclass
class Visitor:
    """Opens pages as one of the demonstration's persons."""

    browser: Browser
    site: Site
    watch: Watch
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self, username: str, lang: str = "zh-hans", *, phone: bool = False) -> Page:
        """Return the first page after signing in, in this language and at this width."""
        page = self.stranger(lang, phone=phone)
        page.goto("/account/sign-in/")
        page.locator("input[name=username]").fill(username)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)
        self._speak(page.context, lang)
        page.reload()
        return page

    def stranger(self, lang: str = "zh-hans", *, phone: bool = False) -> Page:
        """Return an empty page of somebody who has not signed in."""
        context = self.browser.new_context(
            base_url=self.site.address,
            viewport=PHONE if phone else WIDE,
            has_touch=phone,
            locale="en-GB" if lang == "en" else "zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        self.watch.follow(context)
        self._speak(context, lang)
        return context.new_page()

    def _speak(self, context: BrowserContext, lang: str) -> None:
        cookie = {"name": "django_language", "value": lang, "url": self.site.address}
        context.add_cookies([cookie])  # type: ignore[list-item]

    def leave(self) -> None:
        """Close everything that was opened."""
        for context in self.contexts:
            context.close()


def accessibility_faults(page: Page) -> list[str]:
    """Return what axe finds on the page as it is now, in its own words."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    "
        + "\n    ".join(f"{node['target']} {node['html'][:160]}" for node in rule["nodes"][:5])
        for rule in found
    ]


def assert_accessible(page: Page) -> None:
    """Fail with axe's own words when it finds anything on the page as it is now."""
    found = accessibility_faults(page)
    assert not found, f"{page.url}\n" + "\n".join(found)


def width_faults(page: Page) -> list[str]:
    """Say when the page is wider than its window, so that one would have to scroll sideways."""
    width, window = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    return [f"{width} px wide in a window of {window} px"] if width > window else []


def assert_fits(page: Page) -> None:
    """Fail when the page is wider than its window."""
    found = width_faults(page)
    assert not found, f"{page.url}: {found}"


def picture(page: Page, name: str, *, whole: bool = True) -> Path:
    """Keep a picture of the page under build/screens and return where it is."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    width = (page.viewport_size or WIDE)["width"]
    target = SCREENS / f"{name}-{width}.png"
    page.screenshot(path=target, full_page=whole)
    return target
