"""``make pictures``: takes the pictures of the front pages anew from a fresh demonstration."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import tree
from tests.browser import site as sites
from tests.browser import watching
from tests.browser.watching import Visitor, Watch

IMAGES = tree.ROOT / "docs" / "images"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
PROJECT = "/funds/projects/XM-2026-0001/"


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png", flush=True)


def _open_case(page: Page) -> None:
    """Open a case that waits for the finance bureau, where its drawing is in sight."""
    page.goto("/desk/")
    # A click would open the drawer; the address opens the whole page.
    page.goto(page.locator("a[href^='/tasks/']").first.get_attribute("href") or "")
    page.goto(page.locator("a[href^='/cases/FK']").first.get_attribute("href") or "")
    page.set_viewport_size({"width": 1440, "height": 1500})


def take(visitor: Visitor) -> None:
    """Take every picture in both languages."""
    for short, lang in LANGUAGES.items():
        page = visitor("finance", lang)
        page.goto("/cockpit/")
        _take(page, f"cockpit-{short}")
        page.goto(PROJECT)
        _take(page, f"project-{short}")
        _open_case(page)
        _take(page, f"case-{short}")


def main() -> None:
    """Serve a demonstration, look at it, and stop."""
    executable = watching.chromium()
    if executable is None:
        sys.exit("no Chromium was found (set CHROMIUM=/path/to/chromium)")
    IMAGES.mkdir(parents=True, exist_ok=True)
    watch = Watch()
    with (
        tempfile.TemporaryDirectory() as folder,
        sites.running(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=watching.OPTIONS)
        take(Visitor(browser, site, watch))
        browser.close()
    if watch.faults:
        sys.exit("\n".join(watch.faults))


if __name__ == "__main__":
    main()
