"""A lead from a form on the web becomes a deal of the customer that is known already, and is seen from every side."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.looks import expect_faultless

CUSTOMER = "Ελαιώνες Πελοποννήσου Α.Ε."
PERSON = "Νίκος Αναστασίου"
DEAL = "Tins for the spring"


def ask_on_the_web(page: Page, visitor: Page) -> None:
    """Fill in a form of the company's as somebody who isn't known, at the pace of hands."""
    page.goto("/sales/lead-forms?q=Export")
    page.goto(page.locator("[data-row] a[data-open]").first.get_attribute("href") or "")
    visitor.goto(page.locator("a[href*='/sales/public/forms/']").get_attribute("href") or "")
    visitor.get_by_label("Your name").fill(PERSON)
    visitor.get_by_label("Company").fill("Ελαιώνες Πελοποννήσου")
    visitor.get_by_label("Mail", exact=False).first.fill("nikos@elaiones.example")
    visitor.get_by_label("Your question").press_sequentially("What do twenty pallets of tins cost in April?", delay=60)
    visitor.get_by_role("checkbox").check()
    expect_faultless(visitor)
    visitor.get_by_role("button", name="Send").click()
    expect(visitor.get_by_role("button", name="Send")).to_have_count(0)


def add(part: Locator, opener: str, field: str, name: str) -> None:
    """Write a name that isn't known yet into a part of the deal's page, and make it there."""
    part.get_by_text(opener, exact=True).click()
    part.locator(".ts-control").first.click()
    part.locator(f"#{field}-ts-control").press_sequentially(name)
    part.locator(".ts-dropdown .create").click()
    expect(part.locator(".ts-control .item").first).to_have_text(name)
    part.get_by_role("button", name="Add", exact=True).click()
    expect(part.get_by_role("link", name=name, exact=True)).to_be_visible()


def reached(page: Page) -> int:
    """Read how many deals the funnel counts in its first stage."""
    page.goto("/sales/pipeline/funnel")
    return int(page.locator("tbody tr").first.locator("td.medium").inner_text())


def known_customers(page: Page) -> int:
    """Count the customers of the name."""
    page.goto("/customers?q=elaiones")
    return page.get_by_role("link", name=CUSTOMER, exact=True).count()


def test_lead_of_a_form_becomes_a_deal_of_the_known_customer(page: Page, open_page: Opener) -> None:
    customers, deals = known_customers(page), reached(page)
    ask_on_the_web(page, open_page(width=390, height=844, signed_in=False))

    page.goto("/sales/leads?q=Αναστασίου")
    page.goto(page.locator("[data-row] a[data-open]").first.get_attribute("href") or "")
    expect(page.get_by_role("main")).to_contain_text("What do twenty pallets of tins cost in April?")
    expect(page.locator("#facts, .r-facts").first).to_contain_text("Answer by")
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("button", name="Take it")).to_have_count(0)
    expect(page.locator("#facts, .r-facts").first).to_contain_text("Answered on")
    page.get_by_role("button", name="Qualified", exact=True).click()
    expect(page.locator("h1 + p")).to_contain_text("Qualified")
    page.get_by_role("link", name="Convert to a deal").click()
    expect(page.get_by_role("radio", name=re.compile(CUSTOMER)).first).to_be_checked()
    page.locator("[name=name]").fill(DEAL)
    page.get_by_label("Amount", exact=True).fill("8200")
    page.locator("[name=expected_close_on]").fill("2030-04-15")
    expect_faultless(page)
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("heading", level=1, name=DEAL)).to_be_visible()

    expect(page.locator("#deal-people")).to_contain_text(PERSON)
    add(page.locator("#deal-people"), "Add a person", "deal-person", "Ελπίδα Ράπτη")
    add(page.locator("#deal-competitors"), "Add a competitor", "deal-competitor", "Tin Brothers")
    expect_faultless(page)

    deal = page.url
    assert (known_customers(page), reached(page)) == (customers, deals + 1)
    for place in ("/sales/pipeline", "/sales/opportunities?q=spring", "/sales/pipeline/timeline"):
        page.goto(place)
        expect(page.get_by_role("link", name=DEAL).first).to_have_attribute("href", re.compile(deal.rsplit("/", 1)[1]))
    page.goto("/sales/forecast?period=2030-Q2")
    expect(page.get_by_role("row").filter(has_text="8,200").first).to_contain_text("1,640")
