"""An opportunity is made on a customer's page, and led from its own."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.looks import expect_faultless


def open_customer(page: Page) -> None:
    """Go to the page of a customer."""
    page.goto("/customers?q=elaiones")
    page.goto(page.locator("[data-row] a[data-open]").first.get_attribute("href") or "")


def make_opportunity(page: Page, name: str, amount: str) -> None:
    """Create an opportunity from the customer's page."""
    open_customer(page)
    page.get_by_role("link", name="New deal").first.click()
    page.get_by_label("Deal", exact=True).fill(name)
    page.get_by_label("Amount", exact=True).fill(amount)
    page.locator("[name=expected_close_on]").fill("2030-01-31")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_an_opportunity_made_on_the_customers_page_stands_on_it(page: Page) -> None:
    make_opportunity(page, "Oil for the winter", "1250")

    open_customer(page)

    expect(page.get_by_role("main").get_by_text("Oil for the winter").first).to_be_visible()


def test_on_a_phone_the_stage_stands_before_the_facts_and_moves_the_deal(open_page: Opener) -> None:
    page = open_page(width=390, height=844)
    make_opportunity(page, "Deal on the road", "4321")
    parts = [page.locator(part) for part in ("#deal-stage", ".r-facts", ".r-time")]
    places = [box["y"] for part in parts if (box := part.bounding_box())]
    assert len(places) == len(parts)
    assert places == sorted(places)

    page.locator("#deal-stage").get_by_role("button", name="Solution").click()

    expect(page.locator("#deal-stage [aria-current=step]")).to_have_text("Solution")
    expect(page.locator("h1 + p")).to_contain_text("Solution")
    expect_faultless(page)
