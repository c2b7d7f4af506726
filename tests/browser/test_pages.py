"""Every page that a person can reach by links: whole, accessible, within policy, at both widths."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser import watching
from tests.browser.watching import Visitor

pytestmark = pytest.mark.browser

PAGES_MAX = 80
FILES = re.compile(r"/(export|download|files)\b|[?&](export|format)=|\.(xlsx|csv|pdf)\b")
WALKERS = ["clerk", "finance", "leader", "office"]


def _pattern(address: str) -> str:
    """Return an address without its numbers and query, so that one page of a kind is visited."""
    return re.sub(r"\d[\w-]*", "N", urlsplit(address).path)


def _links(page: Page) -> list[str]:
    found = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
    here = urlsplit(page.url).netloc
    return [link for link in found if urlsplit(link).netloc == here and not FILES.search(link)]


def walk(page: Page) -> Iterator[str]:
    """Visit one page of every kind that links lead to, breadth first; yield its pattern."""
    waiting = deque([page.url])
    seen: set[str] = set()
    while waiting:
        address = waiting.popleft()
        pattern = _pattern(address)
        if pattern in seen:
            continue
        seen.add(pattern)
        assert len(seen) <= PAGES_MAX, "more kinds of pages than expected"
        answer = page.goto(urljoin(address, urlsplit(address).path))
        assert answer is not None
        assert answer.status == 200, f"{answer.status}: {address}"
        yield pattern
        waiting.extend(_links(page))


def _check(page: Page, name: str) -> None:
    assert page.locator("h1").count() == 1, page.url
    watching.assert_accessible(page)
    watching.assert_fits(page)
    watching.picture(page, name)


def _name(pattern: str, username: str, lang: str) -> str:
    return f"{username}-{lang}" + re.sub(r"\W+", "-", pattern).rstrip("-")


@pytest.mark.parametrize("username", WALKERS)
def test_every_page_one_can_reach_is_whole(page_for: Visitor, username: str) -> None:
    page = page_for(username)
    faults = []
    for pattern in walk(page):
        try:
            _check(page, _name(pattern, username, "zh"))
        except AssertionError as fault:
            faults.append(str(fault))
    assert not faults, "\n\n".join(faults)


def test_every_page_is_whole_in_english(page_for: Visitor) -> None:
    page = page_for("finance", "en")
    faults = []
    for pattern in walk(page):
        try:
            _check(page, _name(pattern, "finance", "en"))
            assert page.locator("html").get_attribute("lang") == "en"
        except AssertionError as fault:
            faults.append(str(fault))
    assert not faults, "\n\n".join(faults)


def test_every_page_is_whole_on_a_phone(page_for: Visitor) -> None:
    page = page_for("clerk", phone=True)
    faults = []
    for pattern in walk(page):
        try:
            _check(page, _name(pattern, "clerk", "zh"))
        except AssertionError as fault:
            faults.append(str(fault))
    assert not faults, "\n\n".join(faults)


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_sign_in_page_is_whole(page_for: Visitor, lang: str) -> None:
    page = page_for.stranger(lang)
    page.goto("/account/sign-in/")
    _check(page, f"sign-in-{lang}")
