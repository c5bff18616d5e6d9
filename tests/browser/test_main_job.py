"""A day's work in a real browser: sign in, find a customer, write on its page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener, sign_in

OLIVES = "Ελαιώνες Πελοποννήσου Α.Ε."
MEAT = "Zakłady Mięsne Wiśniewski S.A."


def open_customer(page: Page, words: str = "elaiones", name: str = OLIVES) -> str:
    """Go to the page of a customer, and return its path."""
    page.goto(f"/customers?q={words}")
    path = page.get_by_role("link", name=name, exact=True).first.get_attribute("href")
    assert path is not None
    page.goto(path)
    return path


def test_signing_in_leads_to_todays_work(open_page: Opener, server: str, installation: Installation) -> None:
    page = open_page(signed_in=False)

    sign_in(page, server, installation.email, installation.password)

    expect(page.get_by_role("heading", name="By time")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name=OLIVES).first).to_be_visible()


def test_a_wrong_password_is_told_and_opens_nothing(open_page: Opener, server: str, installation: Installation) -> None:
    page = open_page(signed_in=False)
    page.goto("/login")

    page.get_by_role("textbox", name="Mail").fill(installation.email)
    page.get_by_role("textbox", name="Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert").first).to_be_visible()
    page.goto("/customers")
    expect(page).to_have_url(re.compile("/login"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [("ελαιωνες", OLIVES), ("elaiones", OLIVES), ("wisniewski", MEAT), ("zaklady miesne", MEAT)],
    ids=["Greek without accents", "Greeklish", "Polish without its letters", "Polish words"],
)
def test_a_customer_is_found_however_it_is_typed(page: Page, typed: str, found: str) -> None:
    page.goto("/customers")

    page.keyboard.press("Control+k")
    page.locator("#palette-input").fill(typed)
    expect(page.locator("#palette-list [role=option]").filter(has_text=found).first).to_be_visible()
    page.keyboard.press("Escape")

    page.locator("#list-search").fill(typed)
    expect(page).to_have_url(re.compile(r"[?&]q="))
    expect(page.locator("[data-row]").filter(has_text=found).first).to_be_visible()
    expect(page.locator("[data-row]").filter(has_text="Nordvik")).to_have_count(0)


def test_enter_in_the_palette_opens_the_customer(page: Page) -> None:
    page.goto("/")

    page.keyboard.press("Control+k")
    page.locator("#palette-input").fill("elaiones")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text(OLIVES)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1, name=OLIVES)).to_be_visible()


def test_a_customer_opens_beside_its_list_and_the_second_click_makes_it_the_page(page: Page) -> None:
    page.goto("/customers?q=elaiones")
    link = page.locator("[data-row] a[data-open]").filter(has_text=OLIVES)

    link.click()

    expect(page.locator("#panel")).to_have_attribute("aria-label", OLIVES)
    expect(page.locator("#list-search")).to_be_visible()
    expect(page).to_have_url(re.compile("/customers/[0-9a-f-]{36}$"))

    link.click()

    expect(page.get_by_role("heading", level=1, name=OLIVES)).to_be_visible()
    expect(page.locator("#list-search")).to_have_count(0)


def test_escape_closes_the_panel_and_returns_to_the_list(page: Page) -> None:
    page.goto("/customers?q=elaiones")
    page.locator("[data-row] a[data-open]").filter(has_text=OLIVES).click()
    expect(page.locator("#panel [data-panel-title]")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.locator("#panel")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/customers\?q=elaiones$"))


@pytest.mark.parametrize("kind", ["Note", "Call", "Task"])
def test_what_is_written_stands_in_the_timeline(page: Page, kind: str) -> None:
    path = open_customer(page)
    written = f"Λάδι του Νοεμβρίου: {kind}"

    page.locator("[data-compose]", has_text=kind).click()
    form = page.locator("[data-compose-form]:visible")
    form.locator("textarea").fill(written)
    form.get_by_role("button", name="Save").click()

    expect(page.locator("#timeline").get_by_text(written).first).to_be_visible()
    expect(form.locator("textarea")).to_have_value("")
    page.goto(path)
    expect(page.locator("#timeline").get_by_text(written)).to_have_count(1)


def test_a_fact_is_changed_in_its_place_and_the_toast_takes_it_back(page: Page) -> None:
    open_customer(page, "nordvik", "Nordvik Foods AS")
    page.goto(page.url)
    fact = page.locator(".k-facts dt", has_text="Mail").first.locator("xpath=following-sibling::dd[1]")
    before = fact.inner_text()

    fact.locator(".crm-pencil").click()
    page.locator("#edit-email").fill("orders@nordvik.example")
    page.keyboard.press("Enter")

    expect(fact).to_contain_text("orders@nordvik.example")
    page.locator("#toasts [data-undo]").click()
    expect(fact).to_have_text(before)
    page.reload()
    expect(fact).to_have_text(before)
