"""One payment from bond money: from the project unit's form to the money at the payee.

A clerk applies, the unit's head signs, the supervisor certifies, the department reviews, finance
reviews and checks, a zone leader approves (the landscape project was let through the negative list
by hand, so the table asks for one), the treasury orders, the bank confirms. Afterwards every page
agrees to the fen about where the money is.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser import watching
from tests.browser.watching import Visitor

pytestmark = pytest.mark.browser

PROJECT = "XM-2026-0001"
CONTRACT = "DEMO-HT-101"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class Journey:
    """A language and the figures of one application."""

    lang: str
    amount: str
    fen: int
    progress: str
    invoice: str
    drawer: bool


CHINESE = Journey("zh-hans", "20万元", 20_000_000, "88.0", "JOURNEYZH1", drawer=True)
ENGLISH = Journey("en", "100,000.50", 10_000_050, "89.5", "JOURNEYEN1", drawer=False)


@pytest.mark.parametrize("journey", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_a_payment_goes_from_the_form_to_the_payee(
    page_for: Visitor, tmp_path: Path, journey: Journey
) -> None:
    finance = page_for("finance", journey.lang)
    before, held = paid_fen(finance), balance_in_workbook(finance)
    number = apply(page_for("clerk", journey.lang), journey, tmp_path)
    task(page_for("head", journey.lang), number, journey)
    task(
        page_for("engineer", journey.lang),
        number,
        journey,
        progress=journey.progress,
        certificate_number=f"ZS-{journey.invoice}",
    )
    task(page_for("reviewer", journey.lang), number, journey)
    task(finance, number, journey)
    task(page_for("checker", journey.lang), number, journey)
    task(page_for("leader", journey.lang), number, journey)
    cashier = page_for("cashier", journey.lang)
    task(cashier, number, journey, order_number=f"ZF-{journey.invoice}")
    finance.goto(f"/cases/{number}/")
    answered_on = finance.evaluate("new Date().toLocaleDateString('sv')")
    task(cashier, number, journey, decision="paid", answered_on=answered_on)

    finance.goto(f"/cases/{number}/")
    done = "已办结" if journey.lang == "zh-hans" else "Closed"
    expect(finance.locator(".heading")).to_contain_text(done)
    watching.assert_accessible(finance)
    watching.picture(finance, f"journey-case-{journey.lang}")
    assert paid_fen(finance) == before + journey.fen
    assert balance_in_workbook(finance) == held - journey.fen


def apply(page: Page, journey: Journey, folder: Path) -> str:
    """Fill the form as a clerk does, first wrongly, then rightly; return the case's number."""
    page.goto("/funds/payments/apply/")
    page.get_by_role("link", name=re.compile(CONTRACT)).or_(
        page.locator("tr", has_text=CONTRACT).locator("td.acts a")
    ).first.click()
    paper = folder / "paper.pdf"
    paper.write_bytes(PDF)
    page.locator("[name=amount]").fill("900万元")
    page.locator("[name=progress]").fill(journey.progress)
    page.locator("[name=purpose]").fill(
        "进度款" if journey.lang == "zh-hans" else "Progress payment"
    )
    page.locator("[name=invoices]").fill(f"{journey.invoice} 900万元")
    for kind in ("request", "progress", "invoice"):
        page.locator(f"[name=paper_{kind}]").set_input_files(paper)
    submit(page)
    # Beyond what arrived: said with figures, and nothing that was typed is lost.
    expect(page.locator(".errors").first).to_be_visible()
    assert page.locator("[name=invoices]").input_value().startswith(journey.invoice)
    watching.assert_accessible(page)
    page.locator("[name=amount]").fill(journey.amount)
    page.locator("[name=invoices]").fill(f"{journey.invoice} {journey.amount}")
    submit(page)
    page.wait_for_url(re.compile(r"/(cases/FK-|desk/|funds/payments/|tasks/)"))
    page.goto("/desk/started/")
    return str(page.locator("tbody tr").first.locator("a", has_text="FK-").inner_text()).strip()


def submit(page: Page) -> None:
    """Press the button that sends the application."""
    page.locator("form.form button.primary").first.click()
    page.wait_for_load_state()


def task(page: Page, number: str, journey: Journey, **given: str) -> None:
    """Open the task of a case from the work list, fill its form and send it."""
    page.goto(f"/desk/?q={number}")
    row = page.locator("tbody tr", has_text=number)
    expect(row).to_have_count(1)
    link = row.locator("td.acts a").first
    if journey.drawer:
        link.click()
        page.locator("#drawer #task-form").wait_for()
    else:
        page.goto(str(link.get_attribute("href")))
    place = page.locator("#drawer") if journey.drawer else page.locator("main")
    for name, value in given.items():
        control = place.locator(f"#task-form [name={name}]")
        if control.evaluate("each => each.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    opinion = place.locator("#task-form [name=opinion]")
    if opinion.count():
        opinion.fill("同意。" if journey.lang == "zh-hans" else "Agreed.")
    watching.assert_accessible(page)
    place.locator("button[form=task-form]").click()
    page.wait_for_url(lambda url: "/desk/" in url and "q=" not in url)
    expect(page.locator(".toast").first).to_be_visible()


def paid_fen(page: Page) -> int:
    """Return the sum of the project's paid payments; the project's page must show the same."""
    answer = page.request.get(f"/funds/payments/?state=spent&project={PROJECT}&export=csv")
    assert answer.status == 200
    lines = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))
    paid = sum(fen(line[3]) for line in lines if len(line) > 3 and line[1].startswith("FK-"))
    page.goto(f"/funds/projects/{PROJECT}/")
    expect(page.locator(".kpis")).to_contain_text(f"{Decimal(paid) / 1_000_000:,.2f}")
    return paid


def balance_in_workbook(page: Page) -> int:
    """Return what came in less what went out in the ledger's workbook."""
    answer = page.request.get(f"/funds/projects/{PROJECT}/ledger/?export=xlsx")
    assert answer.status == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.body())).active
    assert sheet is not None
    rows = [row for row in sheet.iter_rows(values_only=True) if len(row) > 5]
    booked = [
        row for row in rows if isinstance(row[4], int | float) or isinstance(row[5], int | float)
    ]
    assert booked
    return sum(fen(row[4] or 0) - fen(row[5] or 0) for row in booked)


def fen(shown: object) -> int:
    """Read yuan as exported."""
    return int(Decimal(str(shown).replace(",", "")).scaleb(2).to_integral_value())
