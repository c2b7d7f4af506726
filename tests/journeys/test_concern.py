"""One coordination concern over the pages: from the form to the confirmed result.

A department asks, a clerk of the lead department takes it from the pool and proposes, one co-unit
asks for another to sign too, both sign, a zone leader decides, the clerk reports with a paper, and
the department that asked confirms.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import watching
from tests.browser.watching import Visitor

pytestmark = pytest.mark.browser
TITLE = "旅程：路口护学岗设置"


def test_a_concern_goes_from_the_form_to_its_confirmed_result(
    page_for: Visitor, tmp_path: Path
) -> None:
    asks = page_for("coordinator")
    number = put_forward(asks)
    lead = page_for("lead")
    grab(lead, number)
    grabbed = at_task(lead, number)
    fill(lead, grabbed, proposal="工作日早晚各设护学岗一处。")
    enforcement = page_for("co-enforcement")
    add_signer(enforcement, number)
    fill(enforcement, at_task(enforcement, number), opinion="同意。")
    society = page_for("co-society")
    fill(society, at_task(society, number), opinion="同意。")
    leader = page_for("leader")
    fill(leader, at_task(leader, number), opinion="同意，抓紧落实。")
    report(lead, number, tmp_path)
    fill(asks, at_task(asks, number), opinion="满意。")

    asks.goto(f"/cases/{number}/")
    expect(asks.locator(".heading")).to_contain_text("已办结")
    expect(asks.locator("main")).to_contain_text("护学岗已上岗")
    watching.assert_accessible(asks)
    watching.picture(asks, "journey-concern")


def put_forward(page: Page) -> str:
    """Fill the form, first wrongly, then rightly; return the case's number."""
    page.goto("/cases/open/concerns.concern/")
    watching.assert_accessible(page)
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=content]").fill("上下学时段车流集中，请设护学岗。")
    page.locator("[name=lead]").select_option("construction")
    page.locator("[name=co_units][value=construction]").check()
    page.locator("#opening-form button.primary").click()
    expect(page.locator(".errors").first).to_be_visible()
    expect(page.locator("[name=title]")).to_have_value(TITLE)
    page.locator("[name=co_units][value=construction]").uncheck()
    page.locator("[name=co_units][value=enforcement]").check()
    page.locator("#opening-form button.primary").click()
    page.wait_for_url(re.compile(r"/cases/XT-"))
    return page.url.rstrip("/").rpartition("/")[2]


def at_task(page: Page, number: str) -> Locator:
    """Open the task of a case from the work list."""
    page.goto(f"/desk/?q={number}")
    row = page.locator("tbody tr", has_text=number)
    expect(row).to_have_count(1)
    page.goto(str(row.locator("td.acts a").first.get_attribute("href")))
    return page.locator("main")


def grab(page: Page, number: str) -> None:
    """Take the concern from the pool."""
    place = at_task(page, number)
    place.get_by_role("link", name="抢办").or_(
        place.get_by_role("button", name="抢办")
    ).first.click()
    page.wait_for_load_state()
    if page.locator("#verb-form").count():
        page.locator("#verb-form button.primary").click()
    page.goto(f"/cases/{number}/")
    expect(page.locator("main")).to_contain_text("抢办")


def fill(page: Page, place: Locator, **given: str) -> None:
    """Fill the form of a task and send it."""
    for name, value in given.items():
        place.locator(f"#task-form [name={name}]").fill(value)
    watching.assert_accessible(page)
    page.locator("button[form=task-form]").click()
    page.wait_for_url(lambda url: "/desk/" in url and "q=" not in url)
    expect(page.locator(".toast").first).to_be_visible()


def add_signer(page: Page, number: str) -> None:
    """Ask another department to sign as well."""
    at_task(page, number).get_by_role("link", name="加签").click()
    page.locator("[name=elements][value=society]").check()
    page.locator("[name=reason]").fill("涉及学校。")
    page.locator("form.form button.primary").first.click()
    expect(page.locator(".toast").first).to_be_visible()
    page.goto(f"/cases/{number}/")
    expect(page.locator("main")).to_contain_text("社会事务局")


def report(page: Page, number: str, folder: Path) -> None:
    """Report the result: without its paper it is refused, and nothing that was typed is lost."""
    paper = folder / "结果.txt"
    paper.write_text("护学岗排班表", encoding="utf-8")
    at_task(page, number)
    page.wait_for_url(re.compile(r"/concerns/\d+/result/"))
    watching.assert_accessible(page)
    page.locator("[name=result]").fill("护学岗已上岗。")
    page.locator("#result-form button.primary").click()
    expect(page.locator(".errors").first).to_be_visible()
    expect(page.locator("[name=result]")).to_have_value("护学岗已上岗。")
    page.locator("[name=papers]").set_input_files(paper)
    page.locator("#result-form button.primary").click()
    page.wait_for_url(re.compile(r"/cases/XT-"))
