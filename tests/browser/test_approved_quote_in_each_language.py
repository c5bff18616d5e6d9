"""From a configured product to a commission that is clawed back, on a phone in three languages."""

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener
from tests.browser.languages import SPOKEN, Journey, join, set_out
from tests.browser.test_journey_in_each_language import sign

NAME: Final = "Γραμμή εμφιάλωσης 2031"
#: What the company itself has called its options: two that don't go together with the small motor, and why.
MANY_VALVES, LARGE_MOTOR, WHEELS = "24 valves", "5.5 kW", "Wheels"
WHY_NOT: Final = "The smaller motor doesn't keep up."
NUMBER: Final = r"-\d{4}-\d+"


def write_quote(journey: Journey) -> None:
    """Write a quote of three alternatives: a configured line, a bundle and an option; the last one is too cheap."""
    page = journey.page
    customer = page.request.get("/api/v1/customers?q=elaiones").json()["items"][0]["id"]
    page.goto(f"/sales/quotes/new?customer={customer}")
    journey.fill(name=NAME)
    journey.press("Create")
    page.locator("summary").filter(has_text=journey.say("Paste rows from a spreadsheet")).click()
    page.locator("#paste-rows").fill("BTL-L1\t1\nGFT-1\t2\nBOT-750\t10")
    page.locator("form").filter(has=page.locator("#paste-rows")).get_by_role("button").click()
    lines = page.locator("[data-order-item]")
    expect(lines).to_have_count(3)
    configure(journey)
    lines.nth(2).get_by_role("button", name=journey.say("Optional")).click()
    expect(page.get_by_text(journey.say("Optional, joins when the customer ticks it"))).to_be_visible()
    for sets, percent in ((2, "5"), (3, "20")):
        journey.press("Copy")
        expect(page.locator(".q-set")).to_have_count(sets)
        before = page.locator("#quote-sums").inner_text()
        discount = page.locator("[name=discount]").first
        discount.fill(percent)
        discount.press("Tab")
        expect(page.locator("#quote-sums")).not_to_have_text(before)


def configure(journey: Journey) -> None:
    """Choose options of the first line, of which some need others and some rule them out."""
    page = journey.page
    page.locator("[data-order-item]").first.locator(".q-opts").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=MANY_VALVES).check()
    expect(dialog).to_contain_text(WHY_NOT)
    dialog.get_by_role("radio", name=LARGE_MOTOR).check()
    expect(dialog).not_to_contain_text(WHY_NOT)
    expect(dialog.get_by_role("checkbox", name=WHEELS)).to_be_disabled()
    journey.look()
    journey.press("Take these options")
    expect(page.locator("[data-order-item]").first).to_contain_text(MANY_VALVES)


def have_it_approved(journey: Journey, approver: Page) -> None:
    """Ask for the approval that the last alternative needs, and let somebody else give it."""
    page = journey.page
    journey.look()
    journey.press("Ask for approval")
    expect(page.get_by_text(journey.say("Waits for an approval."))).to_be_visible()
    approver.goto(page.url)
    approver.get_by_role("button", name="Approve", exact=True).click()
    expect(approver.get_by_text("Approved").first).to_be_visible()
    page.reload()
    expect(page.get_by_text(journey.say("Approved")).first).to_be_visible()


def expect_commission(journey: Journey, invoice: str, cause: str) -> None:
    """Expect an entry of one's commissions of an invoice, for a reason."""
    journey.page.goto("/sales/commissions")
    entry = journey.page.get_by_role("row").filter(has_text=invoice).filter(has_text=journey.say(cause))
    expect(entry.first).to_be_visible()
    journey.look()


@pytest.mark.parametrize("language", SPOKEN)
def test_configured_quote_is_approved_signed_delivered_reversed_and_its_commission_clawed_back(
    open_page: Opener, server: str, installation: Installation, language: str
) -> None:
    journey = set_out(open_page, server, installation, language, "engineer")
    page, say = journey.page, journey.say
    approver = open_page(signed_in=False)
    join(installation, server, approver, "en", f"approver-{language}")

    write_quote(journey)
    have_it_approved(journey, approver)
    journey.press("Send")
    link = page.get_by_role("textbox", name=say("Link for the customer")).input_value()
    sign(open_page(signed_in=False, width=390, height=844), link)
    page.reload()
    expect(page.get_by_text(say("Accepted")).first).to_be_visible()

    journey.press("Make the order")
    page.wait_for_url("**/sales/orders/*")
    page.locator("[id^=out-]").first.fill("0")
    journey.press("Write the delivery down")
    expect(page.get_by_text(say("Partly delivered")).first).to_be_visible()
    journey.press("Invoice")
    page.wait_for_url("**/sales/invoices/*")
    journey.press("Post")
    expect(page.get_by_role("banner")).to_contain_text(re.compile(f"I{NUMBER}"))
    invoice, number = page.url, re.search(f"I{NUMBER}", page.get_by_role("banner").inner_text())
    assert number is not None
    page.get_by_role("link", name=say("Payment"), exact=True).click()
    journey.press("Create")
    page.wait_for_url(re.compile(r"/sales/payments/[0-9a-f-]{36}"))
    page.goto(invoice)
    expect(page.get_by_text(say("Paid")).first).to_be_visible()
    expect_commission(journey, number[0], "Customer paid")

    page.goto(invoice)
    journey.press("Make the credit note")
    page.wait_for_url(lambda url: "/sales/invoices/" in url and url != invoice)
    journey.press("Post")
    expect(page.get_by_role("banner")).to_contain_text(re.compile(f"C{NUMBER}"))
    journey.look()
    expect_commission(journey, number[0], "Clawed back by a credit note")
    assert journey.left == []
