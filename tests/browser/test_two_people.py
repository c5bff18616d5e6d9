"""Two people at one customer: whoever saves second sees what the first wrote, and loses nothing."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.places import address_of

NEW_CITY = "Αίγιο"
OTHERS_CITY = "Κόρινθος"


def open_form(page: Page) -> None:
    """Open the form of a customer."""
    page.goto(address_of("edited customer", page.request))
    expect(page.locator("#f-city")).to_be_visible()


def save(page: Page) -> None:
    """Save the form."""
    page.get_by_role("main").get_by_role("button", name="Save", exact=True).click()


def test_the_second_to_save_sees_both_values_and_saves_without_losing_any(open_page: Opener) -> None:
    first, second = open_page(), open_page()
    open_form(first)
    open_form(second)
    first.locator("#f-city").fill(OTHERS_CITY)
    first.locator("#f-industry").fill("Oil of the first")
    save(first)
    expect(first.locator("#facts")).to_contain_text(OTHERS_CITY)

    second.locator("#f-city").fill(NEW_CITY)
    second.locator("#f-employees").fill("77")
    with second.expect_response(lambda answer: answer.request.method == "POST") as refused:
        save(second)

    assert refused.value.status == 409
    expect(second.locator("[data-form-error]")).to_be_visible()
    city = second.locator("#f-city")
    expect(city).to_have_value(NEW_CITY)
    expect(city).to_be_focused()
    expect(city).to_have_accessible_description(f"Somebody else wrote this in the meantime: {OTHERS_CITY}")
    expect(second.locator("#f-employees")).to_have_value("77")
    expect(second.locator("#f-industry")).to_have_value("Oil of the first")

    save(second)

    facts = second.locator("#facts")
    expect(facts).to_contain_text(NEW_CITY)
    expect(facts).to_contain_text("Oil of the first")
    expect(facts).to_contain_text("77")


def test_a_fact_that_somebody_else_has_changed_is_not_overwritten_unseen(open_page: Opener) -> None:
    first, second = open_page(), open_page()
    for page in (first, second):
        page.goto(address_of("customer", page.request))
        fact = page.locator("#facts dt", has_text="Mail").first.locator("xpath=following-sibling::dd[1]")
        fact.locator(".crm-pencil").click()
        expect(page.locator("#edit-email")).to_be_focused()
    first.locator("#edit-email").fill("first@elaiones.example")
    first.keyboard.press("Enter")
    expect(first.locator("#edit-email")).to_have_count(0)

    second.locator("#edit-email").fill("second@elaiones.example")
    second.keyboard.press("Enter")

    expect(second.locator("[data-editing]")).to_contain_text("first@elaiones.example")
    expect(second.locator("#edit-email")).to_have_value("second@elaiones.example")
    second.locator("#edit-email").press("Enter")
    expect(second.locator("#edit-email")).to_have_count(0)
    expect(second.locator("#facts")).to_contain_text("second@elaiones.example")
