"""A quote with alternatives: the seller writes and sends it, the customer chooses and signs on a phone."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.looks import expect_faultless, find_faults
from tests.browser.test_selling import open_customer


def begin_quote(page: Page, name: str) -> None:
    """Begin a quote for a customer, with two lines of free text."""
    open_customer(page)
    customer = page.url.rsplit("/", 1)[1]
    page.goto(f"/sales/quotes/new?customer={customer}")
    page.get_by_label("Quote", exact=True).fill(name)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    add_line(page, "Season", "100")
    add_line(page, "Tasting evening", "20")


def add_line(page: Page, name: str, price: str) -> None:
    """Add a line that stands in no catalog."""
    page.get_by_text("Something else", exact=True).click()
    page.get_by_label("What it is", exact=True).fill(name)
    page.locator("#add-price").fill(price)
    page.locator(".q-free").get_by_role("button", name="Add", exact=True).click()
    expect(line_of(page, price)).to_be_visible()


def line_of(page: Page, price: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("button", name=f"€{price}.00, why this price"))


def test_customer_accepts_one_of_two_solutions_with_an_option(page: Page, open_page: Opener) -> None:
    begin_quote(page, "Frame contract for the winter")
    page.get_by_role("row").nth(2).get_by_role("button", name="Optional").click()
    expect(page.get_by_text("Optional, joins when the customer ticks it")).to_be_visible()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator(".q-set")).to_have_count(2)
    discount = page.get_by_label("Discount, Season")
    discount.fill("10")
    discount.press("Tab")
    expect(page.locator("#quote-sums")).to_contain_text("€90.00")
    expect(page.locator(".q-set").nth(1)).to_contain_text("€90.00")
    expect(page.locator(".q-set").nth(0)).to_contain_text("€100.00")
    expect_faultless(page)
    page.get_by_role("button", name="€100.00, why this price").click()
    expect(page.get_by_role("dialog", name="Why €100.00")).to_contain_text("Written by the seller")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Send").click()
    link = page.get_by_role("textbox", name="Link for the customer").input_value()

    customer = open_page(width=390, height=844, signed_in=False)
    customer.goto(link)
    assert find_faults(customer) == []
    customer.get_by_role("radio").nth(1).check()
    customer.get_by_role("checkbox", name="Tasting evening").check()
    field = customer.locator("[data-sign]").bounding_box()
    assert field is not None
    customer.locator("#sign-name").fill("Δήμητρα Αναγνώστου")
    customer.mouse.move(field["x"] + 20, field["y"] + 20)
    customer.mouse.down()
    customer.mouse.move(field["x"] + 120, field["y"] + 60, steps=8)
    customer.mouse.up()
    customer.locator("button[form=accept]").click()
    expect(customer.locator("#accept").get_by_role("table")).to_have_count(1)
    expect(customer.get_by_role("alert").or_(customer.locator(".crm-alert")).first).to_contain_text("Δήμητρα")

    page.reload()
    expect(page.get_by_text("Accepted").first).to_be_visible()
    expect(page.locator("#quote-sums")).to_contain_text("€110.00")
    expect(page.get_by_role("img", name="Signature")).to_be_visible()


def test_what_isnt_signed_isnt_accepted(page: Page, open_page: Opener) -> None:
    begin_quote(page, "Not yet signed")
    page.get_by_role("button", name="Send").click()
    link = page.get_by_role("textbox", name="Link for the customer").input_value()
    customer = open_page(width=390, height=844, signed_in=False)
    customer.goto(link)
    customer.locator("#sign-name").fill("Δήμητρα")
    customer.locator("button[form=accept]").click()
    expect(customer.locator(".crm-alert.is-red")).to_be_visible()
    expect(customer.locator("#sign-name")).to_have_value("Δήμητρα")
    page.reload()
    expect(page.get_by_text("Viewed").first).to_be_visible()
