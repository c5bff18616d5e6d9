"""The palette before anything is typed: what can be done with the open record, and what was opened lately."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener, sign_in
from tests.browser.looks import expect_faultless
from tests.browser.places import address_of, arrive


def test_it_offers_what_can_be_done_with_the_open_record(page: Page) -> None:
    arrive(page, "customer")
    page.keyboard.press("Control+k")
    first = page.locator("#palette-list [role=group]").first
    expect(first).to_contain_text("On Ελαιώνες Πελοποννήσου Α.Ε.")
    page.keyboard.type("new deal")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("New deal")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sales/opportunities/new\?customer="))


def test_it_offers_what_was_opened_lately_and_forgets_it_with_the_one_who_signs_out(
    open_page: Opener, server: str, installation: Installation
) -> None:
    page = open_page(signed_in=False)
    sign_in(page, server, installation.email, installation.password)
    arrive(page, "product")
    page.goto("/customers?q=elaiones")
    page.locator("[data-row] a[data-open]").first.click()
    panel = page.locator("#panel [data-panel-title]")
    expect(panel).to_be_visible()
    opened = panel.get_attribute("data-panel-title") or ""
    arrive(page, "today")

    page.keyboard.press("Control+k")
    recent = page.get_by_role("group", name="Recent").get_by_role("option")
    expect(recent).to_have_text([opened, re.compile("olive oil")])
    expect_faultless(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server}{address_of('product', page.request)}")

    page.evaluate("document.querySelector('form[action$=\"/logout\"]').requestSubmit()")
    page.wait_for_url("**/login")
    sign_in(page, server, installation.email, installation.password)
    arrive(page, "today")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-list [role=option]").first).to_be_visible()
    expect(page.get_by_role("group", name="Recent")).to_have_count(0)
