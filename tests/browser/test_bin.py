"""Many records of a list at once: deleted, found again in the bin by the list's menu and restored, edited, exported."""

import re

from playwright.sync_api import Page, expect

NAME = "Kept for later Ltd"


def into_the_bin(page: Page, name: str = NAME) -> None:
    """Make a customer, and put it into the bin from the list."""
    page.goto("/customers/new")
    page.locator("[name=name]").fill(name)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.goto("/customers?q=kept+for+later")
    page.get_by_label(f"Select {name}").check()
    page.locator("[data-bulk]").get_by_role("button", name="Bin").click()
    expect(page.get_by_text("1 record is in the bin.")).to_be_visible()
    expect(page.locator("[data-row]").filter(has_text=name)).to_have_count(0)


def test_a_record_is_deleted_found_by_the_menu_and_restored(page: Page) -> None:
    into_the_bin(page)
    page.goto("/customers")
    page.locator("[popovertarget=list-files]").click()
    page.locator("#list-files").get_by_role("link", name="Bin").click()
    expect(page).to_have_url(re.compile(r"/customers\?bin=1$"))
    expect(page).to_have_title(re.compile("^Customers: bin"))
    expect(page.get_by_text("In the bin.").first).to_be_visible()

    page.get_by_label(f"Select {NAME}").check()
    page.locator("[data-bulk]").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("1 record is back.")).to_be_visible()
    expect(page.locator("[data-row]").filter(has_text=NAME)).to_have_count(0)
    page.goto("/customers?q=kept+for+later")
    expect(page.locator("[data-row]").filter(has_text=NAME)).to_have_count(1)


def test_a_record_is_restored_beside_the_bin(page: Page) -> None:
    name = "Kept for later as well"
    into_the_bin(page, name)
    page.goto("/")
    page.keyboard.press("Control+k")
    page.locator("#palette-input").fill("customers bin")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("Customers: bin")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers?bin=1")
    page.locator("#list-search").fill("LATER as")
    expect(page).to_have_url(re.compile("(?=.*bin=1)(?=.*q=LATER)"))
    expect(page.locator("[data-row]")).to_have_count(1)
    page.locator("[data-row] a[data-open]").filter(has_text=name).click()
    page.locator("#panel").get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.get_by_text("In the bin.")).to_have_count(0)


def test_a_field_of_the_chosen_is_edited_and_taken_back(page: Page) -> None:
    page.goto("/customers?q=elaiones")
    page.locator("[name=ids]").first.check()
    page.locator("[data-bulk]").get_by_role("button", name="Edit a field").click()
    dialog = page.get_by_role("dialog", name="Edit a field")
    dialog.locator("[name=field]").select_option(label="City")
    dialog.locator("[name=city]").fill("Ναύπλιο")
    dialog.get_by_role("button", name="Change 1 record").click()
    expect(page.get_by_text("1 record changed.")).to_be_visible()
    expect(page.locator("[data-row]").first).to_contain_text("Ναύπλιο")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-row]").first).not_to_contain_text("Ναύπλιο")


def test_a_file_is_made_of_the_chosen(page: Page) -> None:
    page.goto("/customers")
    page.locator("[name=ids]").first.check()
    page.locator("[data-bulk]").get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("dialog", name="Export 1 record").get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "customers.csv"
    assert len(download.value.path().read_text().splitlines()) == 2
    expect(page.get_by_role("dialog", name="Export 1 record")).to_have_count(0)
