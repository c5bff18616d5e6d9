"""Two people at one customer: whoever saves second sees what the first wrote, and loses nothing."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener, sign_in
from tests.browser.looks import expect_faultless
from tests.browser.places import address_of

NEW_CITY = "Αίγιο"
OTHERS_CITY = "Κόρινθος"
#: After so many milliseconds an open page asks what is new.
HALF_A_MINUTE = 31_000


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


def test_whoever_has_a_customer_open_hears_that_somebody_else_changed_it(
    open_page: Opener, server: str, installation: Installation
) -> None:
    reader, writer = open_page(), open_page(signed_in=False)
    sign_in(writer, server, "giorgos@aigis.example", installation.password)
    reader.clock.install()
    reader.goto(address_of("customer", reader.request))
    place = reader.url
    expect(reader.get_by_role("heading", level=1)).to_be_visible()
    writer.goto(f"{place}/edit")
    writer.locator("#f-city").fill("Πύργος")
    writer.keyboard.press("Control+Enter")
    expect(writer.locator("#facts")).to_contain_text("Πύργος")

    reader.clock.fast_forward(HALF_A_MINUTE)

    news = reader.get_by_role("alert").filter(has_text="Γιώργος Παππάς changed this.")
    expect(news).to_be_visible()
    expect_faultless(reader)
    news.get_by_role("link", name="Load it again").click()
    expect(reader.locator("#facts")).to_contain_text("Πύργος")
    expect(news).to_have_count(0)
