"""From a form on the web to a deal in the forecast, on a phone in three languages, no word of another."""

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener
from tests.browser.languages import SPOKEN, Journey, set_out

CUSTOMER: Final = "Ελαιώνες Πελοποννήσου Α.Ε."
DEAL: Final = "Δοχεία για την άνοιξη"
#: The form that the demonstration's company has for those who read the language.
FORMS: Final = {"el": "Χονδρική", "pl": "Hurt", "en": "Export"}
#: A year of its own for the deal of each language, so that its forecast holds nothing else.
YEARS: Final = {"el": 2031, "pl": 2032, "en": 2036}
ASKING: Final = {"el": "Σπύρος Κοσμάς", "pl": "Małgorzata Żak", "en": "Fiona Marsh"}


def ask_on_the_web(journey: Journey, visitor: Page, language: str) -> None:
    """Fill in the form of the language as somebody who isn't known, at the pace of hands."""
    journey.open_first(f"/sales/lead-forms?q={FORMS[language]}")
    journey.look()
    visitor.goto(journey.page.locator("a[href*='/sales/public/forms/']").get_attribute("href") or "")
    for name, value in {
        "name": ASKING[language],
        "company": "Ελαιώνες Πελοποννήσου",
        "email": f"asking.{language}@elaiones.example",
    }.items():
        visitor.locator(f"[name={name}]").fill(value)
    visitor.locator("[name=message]").press_sequentially("20 × 5 l, Απρίλιος / kwiecień, παλέτες και δοχεία;", delay=60)
    for box in visitor.get_by_role("checkbox").all():
        box.check()
    journey.look(visitor)
    visitor.get_by_role("button", name=journey.say("Send")).click()
    expect(visitor.get_by_role("button", name=journey.say("Send"))).to_have_count(0)
    journey.look(visitor)


def convert(journey: Journey, language: str) -> None:
    """Take the lead, call it qualified, and make a deal of the customer that is known already."""
    page = journey.page
    journey.open_first(f"/sales/leads?q={ASKING[language].split()[1]}")
    expect(page.get_by_role("main")).to_contain_text(journey.say("Answer by"))
    journey.look()
    journey.press("Take it")
    expect(page.get_by_role("main")).to_contain_text(journey.say("Answered on"))
    journey.press("Qualified")
    expect(page.locator("h1 + p")).to_contain_text(journey.say("Qualified"))
    journey.follow("Convert to a deal")
    expect(page.get_by_role("radio", name=re.compile(CUSTOMER)).first).to_be_checked()
    journey.fill(name=DEAL, amount="8200", expected_close_on=f"{YEARS[language]}-04-15")
    journey.look()
    journey.press("Convert")
    expect(page.get_by_role("heading", level=1, name=DEAL)).to_be_visible()


def add(journey: Journey, part: str, opener: str, field: str, name: str) -> None:
    """Write a name into a part of the deal's page, and make it there."""
    place = journey.page.locator(part)
    place.get_by_text(journey.say(opener), exact=True).click()
    place.locator(".ts-control").first.click()
    place.locator(f"#{field}-ts-control").press_sequentially(name)
    place.locator(".ts-dropdown .create").click()
    expect(place.locator(".ts-control .item").first).to_have_text(name)
    place.get_by_role("button", name=journey.say("Add"), exact=True).click()
    expect(place.get_by_role("link", name=name, exact=True)).to_be_visible()


@pytest.mark.parametrize("language", SPOKEN)
def test_lead_of_a_form_becomes_a_deal_that_is_seen_from_every_side_on_a_phone(
    open_page: Opener, server: str, installation: Installation, language: str
) -> None:
    journey = set_out(open_page, server, installation, language, "hunter")
    page = journey.page
    ask_on_the_web(journey, open_page(signed_in=False, width=390, height=844), language)

    convert(journey, language)
    expect(page.locator("#deal-people")).to_contain_text(ASKING[language])
    add(journey, "#deal-people", "Add a person", "deal-person", f"Ελπίδα {language}")
    add(journey, "#deal-competitors", "Add a competitor", "deal-competitor", f"Konkurencja {language}")
    journey.look()

    deal = page.url.rsplit("/", 1)[1]
    for place in ("pipeline", "opportunities?q=Δοχεία", "pipeline/timeline"):
        page.goto(f"/sales/{place}")
        expect(page.locator(f"a[href*='{deal}']").first).to_be_attached()
        journey.look()
    page.goto("/sales/pipeline/funnel")
    journey.look()
    page.goto(f"/sales/forecast?period={YEARS[language]}-Q2")
    expect(page.locator(".s-steps li").first).to_be_visible()
    expect(page.locator(".s-forecast .s-sum")).to_contain_text(re.compile(r"8[.,\s]?200"))
    journey.look()
    assert journey.left == []
