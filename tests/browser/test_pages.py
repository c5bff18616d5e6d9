"""Every main page and state, wide and on a phone, in light and dark: nobody is kept out, and nothing sticks out."""

import re
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener, environment_of
from tests.browser.looks import SIZES, STICKS_OUT, expect_faultless, find_faults
from tests.browser.places import NAMES, arrive


@pytest.mark.parametrize("name", NAMES)
def test_a_page_keeps_nobody_out_and_nothing_sticks_out(page: Page, name: str) -> None:
    arrive(page, name)

    expect_faultless(page)


def open_panel(page: Page) -> None:
    """Open a customer beside its list."""
    page.locator("[data-row] a[data-open]").first.click()
    expect(page.locator("#panel [data-panel-title]")).to_be_visible()


def open_palette(page: Page) -> None:
    """Open the palette, with something found."""
    page.keyboard.press("Control+k")
    page.locator("#palette-input").fill("elaiones")
    expect(page.locator("#palette-list [role=option]").first).to_be_visible()


def open_keys(page: Page) -> None:
    """Open the sheet of keys."""
    page.keyboard.press("?")
    expect(page.locator("#keys-list dt").first).to_be_visible()


def open_condition(page: Page) -> None:
    """Open the dialog that adds a condition to the list."""
    page.locator(".l-filter [hx-get*='/filter']:visible").first.click()
    expect(page.locator("#dialog-title")).to_be_visible()


def open_move_menu(page: Page) -> None:
    """Open the menu that moves a card."""
    page.locator("[data-card] a[data-open]").first.focus()
    page.keyboard.press("m")
    expect(page.locator("[data-move-menu]")).to_be_visible()


def open_languages(page: Page) -> None:
    """Open the menu of languages."""
    page.locator("[popovertarget=language-menu]").click()
    expect(page.locator("#language-menu")).to_be_visible()


def open_phone_menu(page: Page) -> None:
    """Open what the bar of the phone has no room for."""
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.locator("#phone-menu")).to_be_visible()


def edit_a_fact(page: Page) -> None:
    """Edit a fact in its place."""
    page.locator("#facts [data-edit] .crm-pencil").first.click()
    expect(page.locator("[data-editing]")).to_be_visible()


def leave_out_the_name(page: Page) -> None:
    """Save a form that lacks what it must have."""
    page.get_by_role("main").locator("[type=submit]").last.click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()


def find_nothing(page: Page) -> None:
    """Search for what isn't there."""
    page.locator("#list-search").fill("xqxqxq")
    expect(page.locator(".crm-empty")).to_be_visible()


def select_all(page: Page) -> None:
    """Select every row of the list."""
    page.locator("[data-select-page]").check()
    expect(page.locator("[data-bulk] [role=toolbar]")).to_be_visible()


STATES: Final[dict[str, tuple[str, str, Callable[[Page], None]]]] = {
    "panel": ("customers", "desk", open_panel),
    "palette": ("today", "desk", open_palette),
    "palette on a phone": ("today", "phone", open_palette),
    "keys": ("customer", "desk", open_keys),
    "condition": ("customers", "desk", open_condition),
    "condition on a phone": ("customers", "phone", open_condition),
    "move menu": ("board", "desk", open_move_menu),
    "languages": ("today", "desk", open_languages),
    "phone menu": ("today", "phone", open_phone_menu),
    "edited fact": ("customer", "desk", edit_a_fact),
    "wrong form": ("new customer", "desk", leave_out_the_name),
    "wrong form on a phone": ("new customer", "phone", leave_out_the_name),
    "nothing found": ("customers", "desk", find_nothing),
    "selection": ("customers", "desk", select_all),
}


@pytest.mark.parametrize("state", STATES)
def test_a_state_of_a_page_keeps_nobody_out(open_page: Opener, state: str) -> None:
    name, size, bring_about = STATES[state]
    width, height = SIZES[size]
    page = open_page(width=width, height=height)
    arrive(page, name)

    bring_about(page)

    assert find_faults(page) == []
    assert page.evaluate(STICKS_OUT) == [0, 0]


def test_the_sign_in_keeps_nobody_out(open_page: Opener) -> None:
    page = open_page(signed_in=False)
    page.goto("/customers")

    assert find_faults(page) == []
    page.locator("[name=email]").fill("nobody@aigis.example")
    page.locator("[name=password]").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert find_faults(page) == []


@pytest.fixture(scope="module")
def unused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve an installation that nobody has set up yet."""
    folder = tmp_path_factory.mktemp("unused")
    with Installation(environment_of(folder), folder, "", "").serve() as url:
        yield url


def test_the_first_run_keeps_nobody_out(open_page: Opener, unused: str) -> None:
    page = open_page(signed_in=False, base_url=unused)
    page.goto("/")
    expect(page).to_have_url(re.compile("/setup$"))

    assert find_faults(page) == []
    page.locator("[type=submit]").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    assert find_faults(page) == []
