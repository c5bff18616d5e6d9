"""Work without a mouse: every way to a customer and back by the keys alone."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener, sign_in
from tests.browser.places import arrive

OLIVES = "Ελαιώνες Πελοποννήσου Α.Ε."
NOTE = "[data-compose-form='activities.note'] textarea"
#: Each of these letters is a key of its own outside of fields.
WRITTEN = "john called about the next visit, and then?"


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on an element."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never comes to {selector}")


def test_from_the_sign_in_to_a_note_without_a_mouse(open_page: Opener, installation: Installation) -> None:
    page = open_page(signed_in=False)
    page.goto("/login")
    expect(page.locator("[name=email]")).to_be_focused()
    page.keyboard.type(installation.email)
    tab_to(page, "[name=password]")
    page.keyboard.type(installation.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/login"))
    expect(page.get_by_role("heading", name="By time")).to_be_visible()

    page.keyboard.press("Control+k")
    expect(page.locator("#palette-input")).to_be_focused()
    page.keyboard.type("elaiones")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text(OLIVES)
    expect(page.locator("#palette-list [aria-selected=true] mark")).to_have_text("Ελαιώνες")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=OLIVES)).to_be_visible()
    page.wait_for_load_state()

    page.keyboard.press("n")
    expect(page.locator(NOTE)).to_be_focused()
    page.keyboard.type(WRITTEN)
    expect(page.locator(NOTE)).to_have_value(WRITTEN)
    expect(page.locator("dialog:modal")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline").get_by_text(WRITTEN)).to_be_visible()


def test_escape_leaves_a_fact_as_it_was(page: Page) -> None:
    arrive(page, "customer")
    fact = page.locator("#facts dd[data-edit]").filter(has=page.locator("[aria-label='Edit Mail']"))
    before = fact.inner_text()

    tab_to(page, "#facts [aria-label='Edit Mail']")
    page.keyboard.press("Enter")
    expect(page.locator("#edit-email")).to_be_focused()
    page.keyboard.type("n?c")
    expect(page.locator("#edit-email")).to_have_value("n?c")
    page.keyboard.press("Escape")

    expect(page.locator("#edit-email")).to_have_count(0)
    expect(fact).to_have_text(before)
    expect(fact.locator(".crm-pencil")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#edit-email")).to_be_focused()


def test_a_list_is_walked_opened_and_left(page: Page) -> None:
    page.goto("/customers?q=elaiones")
    rows = page.locator("[data-row] a[data-open]")

    page.keyboard.press("j")
    expect(rows.first).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("1 selected")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("#panel [data-panel-title]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(rows.nth(1)).to_be_focused()

    page.keyboard.press("/")
    expect(page.locator("#list-search")).to_be_focused()
    page.keyboard.type("j")
    expect(page).to_have_url(re.compile("q=elaionesj|q=j"))


def test_the_row_at_hand_is_assigned_and_edited(page: Page) -> None:
    page.goto("/customers?q=elaiones")
    row = page.locator("[data-row] a[data-open]").first
    address = row.get_attribute("href")
    page.keyboard.press("j")
    expect(row).to_be_focused()

    page.keyboard.press("a")
    expect(page.locator("[data-bulk-count]")).to_have_text("1 selected")
    expect(page.get_by_role("dialog", name="Assign")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    row.focus()
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(f"{address}/edit$"))


def test_keys_reach_what_stands_in_a_menu_or_is_folded_away(page: Page) -> None:
    arrive(page, "customer")
    page.keyboard.press("a")
    expect(page.locator("#facts [data-editing]")).to_be_visible()
    expect(page.locator("#facts details")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator("#facts [data-editing]")).to_have_count(0)
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/edit$"))


def test_shift_f_adds_a_filter(page: Page) -> None:
    page.goto("/customers")
    page.keyboard.press("Shift+F")
    expect(page.get_by_role("dialog", name="Add a filter").locator("[name=field]")).to_be_focused()


def test_z_says_when_nothing_is_left_to_undo(page: Page) -> None:
    page.goto("/customers")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Nothing left to undo.")


def test_single_keys_that_are_switched_off_stay_off(open_page: Opener, server: str, installation: Installation) -> None:
    page = open_page(signed_in=False)
    sign_in(page, server, "kasia@aigis.example", installation.password)
    page.keyboard.press("?")
    switch = page.locator("[data-single-keys-switch]")
    with page.expect_response("**/settings/*") as kept:
        switch.click()
    assert kept.value.ok
    page.keyboard.press("Escape")

    for _ in range(2):
        page.keyboard.press("?")
        page.keyboard.press("c")
        expect(page.locator("dialog:modal")).to_have_count(0)
        page.keyboard.press("Control+k")
        expect(page.locator("#palette-input")).to_be_focused()
        page.keyboard.press("Escape")
        page.reload()


def test_keys_stand_where_they_stand_on_a_greek_keyboard(page: Page) -> None:
    page.goto("/customers?q=elaiones")
    rows = page.locator("[data-row] a[data-open]")
    pressed = "new KeyboardEvent('keydown', {key: 'ξ', code: 'KeyJ', bubbles: true})"
    for place in range(2):
        page.evaluate(f"document.activeElement.dispatchEvent({pressed})")
        expect(rows.nth(place)).to_be_focused()


def test_menu_opens_at_its_button(page: Page) -> None:
    page.goto("/customers")
    button = page.locator("[popovertarget=list-files]")
    button.click()
    menu = page.locator("#list-files")
    expect(menu).to_be_visible()
    at, opened = button.bounding_box(), menu.bounding_box()
    assert at is not None
    assert opened is not None
    assert 0 <= opened["y"] - (at["y"] + at["height"]) <= 8
    assert abs((opened["x"] + opened["width"]) - (at["x"] + at["width"])) <= 2
