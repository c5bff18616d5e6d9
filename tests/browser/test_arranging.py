"""A list as one wants it: its columns chosen and put in order by keyboard and by mouse, and one's views as well."""

from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.looks import expect_faultless

#: Saved views of the demonstration's administrator.
MINE: Final = "Mine in Πάτρα"
KEY: Final = "Key accounts"


def heads(page: Page) -> list[str]:
    """Read the heads of a list's columns."""
    return [text for text in page.locator(".l-table thead th").all_inner_texts() if text.strip()]


def lines(page: Page) -> list[str]:
    """Read the lines of the dialog in their order."""
    return [text.strip() for text in page.locator("#dialog [data-order-item]").all_inner_texts()]


def test_columns_are_chosen_and_moved_by_the_keyboard(page: Page) -> None:
    page.goto("/sales/opportunities?sort=-amount")
    assert heads(page)[:3] == ["Deal", "Customer", "Stage"]

    page.get_by_role("button", name="Columns", exact=True).press("Enter")
    dialog = page.get_by_role("dialog", name="Columns")
    expect(dialog.get_by_label("Customer", exact=True)).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    assert lines(page)[:2] == ["Stage", "Customer"]
    expect(page.locator("#announcer")).to_contain_text("Customer: 2 of")
    dialog.get_by_label("Expected close", exact=True).uncheck()
    dialog.get_by_label("Source", exact=True).check()
    expect_faultless(page)
    page.keyboard.press("Control+Enter")

    expect(page.locator(".l-table thead")).to_contain_text("Source")
    assert heads(page)[:3] == ["Deal", "Stage", "Customer"]
    assert "Expected close" not in heads(page)
    assert "sort=-amount" in page.url


def test_columns_are_dragged_and_the_usual_ones_come_back(page: Page) -> None:
    page.goto("/sales/opportunities")
    usual = heads(page)
    page.get_by_role("button", name="Columns", exact=True).click()
    expect(page.locator("#dialog [data-order][data-order-ready]")).to_be_visible()
    grips = page.locator("#dialog [data-order-grip]")

    grips.nth(2).drag_to(grips.nth(0))
    page.get_by_role("button", name="Show").click()

    expect(page.locator(".l-table thead th").nth(2)).to_have_text(usual[3])
    page.get_by_role("button", name="Columns", exact=True).click()
    page.get_by_role("link", name="The usual ones").click()
    expect(page.locator(".l-table thead th").nth(2)).to_have_text(usual[1])
    assert heads(page) == usual


def test_views_are_put_in_order_and_removed(page: Page) -> None:
    page.goto("/customers")
    tabs = page.get_by_role("navigation", name="Saved views")
    expect(tabs.get_by_role("link")).to_contain_text(["All", "Mine", KEY, MINE])

    page.get_by_role("button", name="Arrange your views").click()
    page.get_by_role("button", name=f"Move {KEY} down").click()
    assert lines(page) == [MINE, KEY]
    expect_faultless(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(tabs.get_by_role("link")).to_contain_text(["All", "Mine", MINE, KEY])
    expect(page.locator(".crm-rail a.sub")).to_have_text([MINE, KEY])

    page.get_by_role("button", name="Arrange your views").click()
    page.get_by_role("button", name=f"Remove: {KEY}").click()
    expect(tabs.get_by_role("link", name=KEY)).to_have_count(0)
    page.locator("#toasts [data-undo]").click()
    expect(tabs.get_by_role("link", name=KEY)).to_be_visible()
