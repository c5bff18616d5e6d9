"""What follows an accepted quote: the order, a part that goes out, its invoice, what is taken back of it and paid."""

from playwright.sync_api import Page, expect

from tests.browser.looks import expect_faultless


def deliver_a_part(page: Page) -> None:
    """Go from the demonstration's accepted quote to its order, and write down that a part went out."""
    page.goto("/sales/orders?q=pharmacy")
    page.goto(page.locator("[data-row] a[data-open]").first.get_attribute("href") or "")
    expect(page.get_by_text("Partly delivered").first).to_be_visible()
    out = page.locator("[id^=out-]").first
    left = int(out.input_value())
    out.fill("7")
    page.get_by_role("button", name="Write the delivery down").click()
    expect(page.locator("[id^=out-]").first).to_have_value(str(left - 7))


def test_part_of_an_order_is_delivered_invoiced_partly_credited_and_partly_paid(page: Page) -> None:
    deliver_a_part(page)
    expect_faultless(page)
    page.get_by_role("button", name="Invoice", exact=True).click()
    page.wait_for_url("**/sales/invoices/*")
    page.get_by_role("button", name="Post").click()
    heading = page.get_by_text("I-20").first
    expect(heading).to_be_visible()
    expect(page.get_by_text("Open amount")).to_be_visible()
    invoice = page.url
    before = page.locator(".q-terms .num").inner_text()

    page.locator("[id^=back-]").first.fill("5")
    page.get_by_role("button", name="Make the credit note").click()
    page.wait_for_url(lambda url: "/sales/invoices/" in url and url != invoice)
    expect(page.get_by_role("row").nth(1)).to_contain_text("5")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_text("C-20").first).to_be_visible()
    expect_faultless(page)
    page.goto(invoice)
    expect(page.get_by_text("Nothing of it was reversed.")).to_have_count(0)
    assert page.locator(".q-terms .num").inner_text() != before
    expect_faultless(page)

    page.get_by_role("link", name="Payment", exact=True).click()
    page.locator("[name=amount]").fill("1000")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/sales/payments/*")
    expect(page.get_by_role("table", name="Used for")).to_contain_text("€1,000.00")
    expect_faultless(page)
    page.goto(invoice)
    expect(page.get_by_text("Partly paid").first).to_be_visible()
