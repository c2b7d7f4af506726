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

PAGES_MAX = 120
FILES = re.compile(r"/(export|download|files)\b|[?&](export|format)=|\.(xlsx|csv|pdf|txt|json)\b")
# What is called by a name of its own stands for all of its kind.
NAMED = re.compile(r"/(accounts|duties|endpoints)/(?!new/)[^/]+/")
# Kinds of pages already judged, by language and width: other walkers only follow their links.
JUDGED: set[tuple[str, str, bool]] = set()


def _pattern(address: str) -> str:
    """Return an address without numbers, codes and query: one page of a kind is visited."""
    path = NAMED.sub(r"/\1/N/", urlsplit(address).path)
    return re.sub(r"\d[\w-]*|\b[A-Z][A-Z0-9_]+\b", "N", path)


def _links(page: Page) -> list[str]:
    # By attribute: the links of a drawing are SVG's, whose href is an object.
    found = page.locator("a[href]").evaluate_all(
        "links => links.map(link => new URL(link.getAttribute('href'), location).href)"
    )
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


def _speaks(page: Page, lang: str) -> bool:
    said = page.locator("html").get_attribute("lang") or ""
    return said[:2] == lang[:2]


def _faults(page: Page, pattern: str, lang: str, *, phone: bool = False) -> list[str]:
    """Return what is wrong with the page as it is now; a kind of page is judged once a run."""
    if (pattern, lang, phone) in JUDGED:
        return []
    JUDGED.add((pattern, lang, phone))
    faults = [
        *watching.accessibility_faults(page),
        *watching.width_faults(page),
        *([] if page.locator("h1").count() == 1 else ["not one h1"]),
        *([] if _speaks(page, lang) else ["wrong language"]),
    ]
    watching.picture(page, f"{lang}{re.sub(r'[^a-z0-9N]+', '-', pattern).rstrip('-')}")
    return [f"{page.url}: {fault}" for fault in faults]


@pytest.mark.parametrize(
    ("username", "lang", "phone"),
    [
        ("finance", "zh-hans", False),
        ("clerk", "zh-hans", False),
        ("office", "zh-hans", False),
        ("debt", "zh-hans", False),
        ("debt", "en", False),
        ("clerk", "en", False),
        ("debt", "zh-hans", True),
        ("clerk", "en", True),
        ("sysadmin", "zh-hans", False),
        ("sysadmin", "en", True),
        ("secadmin", "en", True),
        ("auditadmin", "zh-hans", True),
    ],
)
def test_every_page_one_can_reach_is_whole(
    page_for: Visitor, username: str, lang: str, phone: bool
) -> None:
    page = page_for(username, lang, phone=phone)
    faults = [
        fault for pattern in walk(page) for fault in _faults(page, pattern, lang, phone=phone)
    ]
    assert not faults, "\n\n".join(faults)


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_sign_in_page_is_whole(page_for: Visitor, lang: str) -> None:
    page = page_for.stranger(lang)
    page.goto("/account/sign-in/")
    assert not _faults(page, "/sign-in", lang)
