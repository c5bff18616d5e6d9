"""Texts of rows as tables: the same text goes to the server, and what is wrong is told at the first cell."""

from playwright.sync_api import Page, expect

from tests.browser.looks import expect_faultless


def test_tiers_are_written_as_a_table(page: Page) -> None:
    page.goto("/sales/commission-plans/new")
    page.get_by_label("Plan", exact=False).first.fill("Table")
    text = page.locator("textarea[name=tiers]")
    expect(text).to_be_hidden()
    table = page.get_by_role("table", name="Tiers")
    table.get_by_label("To below, 1").fill("10000")
    table.get_by_label("Percent, 1").fill("5")

    page.get_by_role("button", name="Add a row").click()
    expect(table.get_by_label("From, 2")).to_have_value("10000")
    expect(table.get_by_label("To below, 2")).to_be_focused()
    page.keyboard.type("50000")
    table.get_by_label("Percent, 2").fill("7")
    table.get_by_label("To below, 1").fill("12000")
    expect(table.get_by_label("From, 2")).to_have_value("12000")
    expect(text).to_have_value("0 - 12000: 5\n12000 - 50000: 7")
    expect_faultless(page)

    page.keyboard.press("Control+Enter")
    expect(page.locator("#f-tiers-e")).to_contain_text("no tier says what is earned from 50000 on")
    expect(table.get_by_label("From, 1")).to_be_focused()
    table.get_by_label("To below, 2").fill("")
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("button", name="Take row 3 out").click()
    expect(table.get_by_label("From, 2")).to_be_focused()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Table")).to_be_visible()
    expect(page.get_by_text("from €0 to below €12,000")).to_be_visible()


def test_text_that_isnt_of_rows_stays_text(page: Page) -> None:
    page.goto("/sales/commission-plans/new")
    text = page.locator("textarea[name=tiers]")
    page.get_by_label("Plan", exact=False).first.fill("Odd")
    text.evaluate("area => { area.value = 'five percent of everything' }")

    page.get_by_role("button", name="Create").click()

    expect(text).to_be_visible()
    expect(text).to_have_value("five percent of everything")
    expect(text).to_be_focused()
