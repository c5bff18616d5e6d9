"""How a person likes the page: light, dark or as the device; kept for every browser of theirs, and the phone's bar."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener, sign_in

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def as_zofia(open_page: Opener, server: str, installation: Installation) -> Opener:
    """Give what opens another browser of a person whose preferences nobody else needs."""

    def opener(**options: bool) -> Page:
        page = open_page(signed_in=False, **options)
        sign_in(page, server, "zofia@aigis.example", installation.password)
        return page

    return opener


def expect_look(page: Page, look: str) -> None:
    """Expect a look that stands in the page before anything of it is drawn."""
    expect(page.locator("html")).to_have_attribute("data-bs-theme", look)
    answer = page.reload()
    assert answer is not None
    expect(page.locator("html")).to_have_attribute("data-bs-theme", look)


def choose_look(page: Page, value: str) -> None:
    """Choose a look in the settings."""
    page.goto("/settings")
    page.locator(f"[name=theme][value={value}]").check()
    page.get_by_role("main").locator("form", has=page.locator("[name=theme]")).locator("[type=submit]").click()
    expect(page.locator("#toasts [data-toast]").first).to_be_visible()


def test_the_look_follows_the_device_until_one_is_chosen_and_is_kept_everywhere(as_zofia: Opener) -> None:
    page = as_zofia(dark=True)
    expect_look(page, "dark")
    with page.expect_response("**/settings/theme") as kept:
        page.keyboard.press("Shift+D")
    assert kept.value.ok
    expect_look(page, "light")
    expect_look(as_zofia(dark=True), "light")

    choose_look(page, "dark")
    expect_look(page, "dark")
    page.emulate_media(color_scheme="light")
    expect_look(page, "dark")

    choose_look(page, "auto")
    expect_look(page, "light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_bar_of_a_phone_leads_everywhere(open_page: Opener) -> None:
    page = open_page(**PHONE)
    page.goto("/customers")
    bar = page.get_by_role("navigation", name="Main on a phone")
    expect(page.locator(".crm-rail")).to_be_hidden()
    expect(page.locator("[data-row]").first).not_to_have_css("display", "table-row")

    bar.get_by_role("link", name="Today").click()
    expect(page).to_have_url(re.compile("/$"))
    expect(bar.get_by_role("link", name="Today")).to_have_attribute("aria-current", "page")
    bar.get_by_role("button", name="More").click()
    page.get_by_role("navigation", name="All pages").get_by_role("link", name="Pipeline").click()
    expect(page).to_have_url(re.compile("/sales/pipeline$"))
    expect(page.locator("#phone-menu")).to_be_hidden()


def test_a_row_of_a_phone_leads_to_its_page(open_page: Opener) -> None:
    page = open_page(**PHONE)
    page.goto("/customers?q=elaiones")

    page.locator("[data-row] a[data-open]").filter(has_text="Ελαιώνες").click()

    expect(page.get_by_role("heading", level=1, name=re.compile("Ελαιώνες"))).to_be_visible()
    expect(page.locator("#list-search")).to_have_count(0)


def test_rail_that_is_longer_than_the_screen_shows_where_one_is(page: Page) -> None:
    page.set_viewport_size({"width": 1400, "height": 420})
    page.goto("/catalog/stock")
    expect(page.locator(".crm-rail [aria-current=page]")).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("document.scrollingElement.scrollTop") == 0
