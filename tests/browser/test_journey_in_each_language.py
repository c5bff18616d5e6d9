"""From a quote to money on a phone in three languages, no word of another on the way."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener
from tests.browser.languages import SPOKEN, Journey, set_out
from tests.browser.looks import expect_faultless

NAME = "Ετήσια σύμβαση 2030"


def write_quote(journey: Journey) -> None:
    """Write a quote of two alternative sets, the second a tenth cheaper."""
    page = journey.page
    customer = page.request.get("/api/v1/customers?q=elaiones").json()["items"][0]["id"]
    page.goto(f"/sales/quotes/new?customer={customer}")
    page.locator("[name=name]").fill(NAME)
    journey.press("Create")
    for line, price in (("Ψυγείο", "400"), ("Montaż", "50")):
        page.get_by_text(journey.say("Something else"), exact=True).click()
        page.locator("#add-name").fill(line)
        page.locator("#add-price").fill(price)
        page.locator(".q-free [type=submit]").first.click()
        expect(page.locator(f".q-lines input[value='{line}']")).to_be_visible()
    journey.press("Copy")
    expect(page.locator(".q-set")).to_have_count(2)
    discount = page.locator("[name=discount]").first
    discount.fill("10")
    discount.press("Tab")
    expect(page.locator(".q-set").nth(1)).to_contain_text("410")


def sign(customer: Page, link: str) -> None:
    """Choose the second set and sign it, as the customer does."""
    customer.goto(link)
    expect_faultless(customer)
    total = customer.locator("#total")
    first = total.inner_text()
    customer.get_by_role("radio").nth(1).check()
    expect(total).not_to_have_text(first)  # though nobody has signed yet
    customer.locator("#sign-name").fill("Δήμητρα Αναγνώστου")
    field = customer.locator("[data-sign]").bounding_box()
    assert field is not None
    customer.mouse.move(field["x"] + 20, field["y"] + 20)
    customer.mouse.down()
    customer.mouse.move(field["x"] + 120, field["y"] + 60, steps=8)
    customer.mouse.up()
    customer.locator("button[form=accept]").click()
    expect(customer.locator(".crm-alert").first).to_contain_text("Δήμητρα")


@pytest.mark.parametrize("language", SPOKEN)
def test_quote_is_signed_ordered_delivered_invoiced_and_paid_on_a_phone(
    open_page: Opener, server: str, installation: Installation, language: str
) -> None:
    journey = set_out(open_page, server, installation, language, "traveller")
    page, say = journey.page, journey.say

    write_quote(journey)
    journey.look()
    journey.press("Send")
    link = page.get_by_role("textbox", name=say("Link for the customer")).input_value()
    sign(open_page(signed_in=False, width=390, height=844), link)
    page.reload()
    expect(page.get_by_text(say("Accepted")).first).to_be_visible()
    journey.look()

    journey.press("Make the order")
    page.wait_for_url("**/sales/orders/*")
    page.locator("[id^=out-]").nth(1).fill("0")
    journey.press("Write the delivery down")
    expect(page.get_by_text(say("Partly delivered")).first).to_be_visible()
    journey.look()
    journey.press("Invoice")
    page.wait_for_url("**/sales/invoices/*")
    journey.press("Post")
    expect(page.get_by_role("banner")).to_contain_text(re.compile(r"I-\d{4}-\d+"))
    journey.look()
    invoice = page.url

    page.get_by_role("link", name=say("Payment"), exact=True).click()
    page.locator("[name=amount]").fill("100")
    journey.press("Create")
    page.wait_for_url(re.compile(r"/sales/payments/[0-9a-f-]{36}"))
    journey.look()
    page.goto(invoice)
    expect(page.get_by_text(say("Partly paid")).first).to_be_visible()
    assert journey.left == []
