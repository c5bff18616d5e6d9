"""The lines of a draft: pasted from a spreadsheet, dragged into another order, and picked by size and colour."""

import re

from playwright.sync_api import Page, expect

from tests.browser.looks import expect_faultless
from tests.browser.test_selling import open_customer


def begin_quote(page: Page) -> None:
    """Begin a quote for a customer."""
    open_customer(page)
    page.goto(f"/sales/quotes/new?customer={page.url.rsplit('/', 1)[1]}")
    page.get_by_label("Quote", exact=True).fill("Bottles and aprons")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1, name="Bottles and aprons")).to_be_visible()


def paste(page: Page, *rows: str) -> None:
    """Paste rows as a spreadsheet copies them."""
    field = page.locator("#paste-rows")
    if not field.is_visible():
        page.locator("summary").filter(has_text="Paste rows from a spreadsheet").click()
    field.fill("\n".join(rows))
    page.locator("form").filter(has=field).get_by_role("button").click()


def names(page: Page) -> list[str]:
    """Read the names of the lines in their order."""
    return [text.strip() for text in page.locator("[data-order-item] .name").all_inner_texts()]


def test_rows_of_a_spreadsheet_become_lines_and_what_isnt_known_stays(page: Page) -> None:
    begin_quote(page)
    paste(page, "TIN-5\t500", "BOT-750\t1000\t\t5 %", "NOPE\t1")
    expect(page.locator("[data-order-item]")).to_have_count(2)
    assert names(page) == ["Tin, 5 l, printed", "Bottle, dark glass, 750 ml"]
    expect(page.get_by_text("No product has this code or name.")).to_be_visible()
    expect(page.locator("#paste-rows")).to_have_value("NOPE\t1\n")
    expect(page.get_by_label("Discount, Bottle, dark glass, 750 ml")).to_have_value("5")
    expect_faultless(page)


def test_a_refused_line_keeps_what_was_typed(page: Page) -> None:
    begin_quote(page)
    page.locator("summary").filter(has_text="Something else").click()
    page.get_by_label("What it is").fill("Transport to Patras")
    page.get_by_label("Unit price", exact=True).fill("a few euros")
    page.locator(".q-free").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("This isn't a number.")).to_be_visible()
    expect(page.get_by_label("What it is")).to_have_value("Transport to Patras")
    page.get_by_label("Unit price", exact=True).fill("40")
    page.locator(".q-free").get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("[data-order-item]")).to_have_count(1)


def test_lines_are_dragged_into_another_order_that_stays(page: Page) -> None:
    begin_quote(page)
    paste(page, "TIN-5\t1", "BOT-750\t1", "JAR-370\t1")
    expect(page.locator("[data-order-item]")).to_have_count(3)
    first, second, third = names(page)
    expect(page.locator("[data-order][data-order-ready]").first).to_be_visible()
    grips = page.locator("[data-order-grip]")
    with page.expect_response(lambda answer: answer.url.endswith("/lines/order")):
        grips.nth(2).drag_to(grips.nth(0))
    assert names(page) == [third, first, second]
    page.reload()
    assert names(page) == [third, first, second]


def test_variant_is_picked_by_its_size_and_colour(page: Page) -> None:
    begin_quote(page)
    paste(page, "APR-M-OLIVE\t10")
    row = page.locator("[data-order-item]")
    expect(row).to_contain_text("Work apron, embroidered, M, Olive")
    row.locator(".q-opts").first.click()
    dialog = page.get_by_role("dialog")
    for value, name in (("XL", "XL, Olive"), ("Navy", "XL, Navy")):
        dialog.get_by_role("radio", name=re.compile(f"^{value}")).check()
        expect(dialog.locator("[aria-live] b").first).to_have_text(f"Work apron, embroidered, {name}")
    expect_faultless(page)
    dialog.get_by_role("button", name="Take these options").click()
    expect(row).to_contain_text("Work apron, embroidered, XL, Navy")
    expect(row.get_by_role("button", name="€16.00, why this price")).to_be_visible()
