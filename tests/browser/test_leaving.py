"""A page that stays open: its session ends, or its server starts anew, and the work goes on where it was."""

import re
import socket

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener, sign_in
from tests.browser.places import arrive

MAIL = "piotr@aigis.example"
NOTE = "[data-compose-form='activities.note'] textarea"


def free_port() -> int:
    """Find a port that nobody answers on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def ended(open_page: Opener, server: str, installation: Installation) -> Page:
    """Give a customer's page of somebody who has just been signed out by another browser of theirs."""
    page, other = open_page(signed_in=False), open_page(signed_in=False)
    for each in (page, other):
        sign_in(each, server, MAIL, installation.password)
    arrive(page, "customer")
    other.goto("/settings")
    other.locator("form[action='/settings/sessions/end'] button").click()
    expect(other.locator("form[action='/settings/sessions/end']")).to_have_count(0)
    return page


def sign_in_again(page: Page, password: str) -> None:
    """Fill in the sign-in page that one was led to."""
    expect(page).to_have_url(re.compile("/login"))
    page.locator("[name=email]").fill(MAIL)
    page.locator("[name=password]").fill(password)
    page.locator("form [type=submit]").first.click()


def test_who_was_signed_out_comes_back_to_the_page_that_a_link_led_to(ended: Page, installation: Installation) -> None:
    ended.locator(".crm-rail a[href='/sales/pipeline']").click()

    sign_in_again(ended, installation.password)

    expect(ended).to_have_url(re.compile("/sales/pipeline$"))
    expect(ended.locator("[data-board]")).to_be_visible()


def test_who_was_signed_out_while_writing_comes_back_to_the_page_and_to_the_words(
    ended: Page, installation: Installation
) -> None:
    path = re.compile(f"{ended.url}$")
    note = ended.locator(NOTE)
    note.fill("They want the price list in Polish.")
    note.press("Control+Enter")

    sign_in_again(ended, installation.password)

    expect(ended).to_have_url(path)
    expect(note).to_have_value("They want the price list in Polish.")
    note.press("Control+Enter")
    expect(ended.locator("#timeline").get_by_text("They want the price list in Polish.")).to_be_visible()
    expect(note).to_have_value("")
    ended.reload()
    expect(note).to_have_value("")


def test_a_page_outlives_a_restart_of_its_server(installation: Installation, open_page: Opener) -> None:
    port = free_port()
    with installation.serve(port) as url:
        page = open_page(base_url=url)
        arrive(page, "customer")

    with installation.serve(port):
        page.locator(NOTE).fill("Written over the restart.")
        page.locator(NOTE).press("Control+Enter")
        expect(page.locator("#timeline").get_by_text("Written over the restart.")).to_be_visible()
        page.locator(".crm-rail a[href='/customers']").first.click()
        expect(page.locator("[data-row]").first).to_be_visible()
        page.wait_for_load_state("networkidle")
