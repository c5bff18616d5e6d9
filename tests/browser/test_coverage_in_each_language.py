"""Who gets what, what comes again, and what bookkeeping gets: on a phone in three languages, no word of another."""

import csv
import re
from decimal import Decimal
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Installation, Opener
from tests.browser.languages import SPOKEN, Journey, set_out

#: A place of its own for the rule of each language: the territory, the lead's country and postal code.
PLACES: Final = {"el": ("Southern", "GR", "265 04"), "pl": ("Poland", "PL", "00-950"), "en": ("Export", "DE", "80331")}
RECORD: Final = re.compile(r"/[0-9a-f-]{36}$")


def give_to_a_territory(journey: Journey, installation: Installation, language: str) -> None:
    """Let whoever looks after a territory have the leads that lie in it, and see one of a file go there."""
    page = journey.page
    page.goto("/admin/territories")
    journey.look()
    words, country, postcode = PLACES[language]
    territory = page.request.get(f"/api/v1/territories?q={words}").json()["items"][0]["id"]
    page.goto(f"/sales/assignment-rules/new?territory={territory}&position=0&goes_to=territory")
    rule = f"Κοντά / blisko {language}"
    journey.fill(name=rule)
    journey.look()
    journey.press("Create")
    page.wait_for_url(RECORD)
    journey.look()

    file = installation.folder / f"leads.{language}.csv"
    file.write_text(f"name,country,postcode\nΓειτονιά {language},{country},{postcode}\n", encoding="utf-8")
    brought = installation.run("import", str(file), "--into", "sales.lead")
    assert brought.returncode == 0, brought.stderr
    journey.open_first(f"/sales/leads?q=Γειτονιά {language}")
    expect(page.get_by_role("main")).to_contain_text(rule)
    journey.look()


def repeat_an_order(journey: Journey) -> None:
    """Let a confirmed order come again, pause that, and let it go on."""
    page = journey.page
    journey.open_first("/sales/orders?q=pharmacy")
    page.locator("[popovertarget=order-menu]").click()
    page.get_by_text(journey.say("Repeat this order"), exact=True).click()
    page.wait_for_url("**/sales/recurring-orders/new*")
    journey.look()
    journey.press("Create")
    page.wait_for_url(RECORD)
    for act, status in (("Pause", "Paused"), ("Resume", "Active")):
        journey.press(act)
        expect(page.locator("h1 + p")).to_contain_text(journey.say(status))
        journey.look()


def plan_for_an_account(journey: Journey, language: str) -> None:
    """Write a plan for a customer, and see who and what it is about."""
    page = journey.page
    customers = page.request.get("/api/v1/customers?q=elaiones").json()["items"]
    customer = customers[list(SPOKEN).index(language)]["id"]
    page.goto(f"/sales/account-plans/new?customer={customer}")
    journey.fill(name=f"Σχέδιο {language}", goals="Διπλάσιες πωλήσεις", review_on="2033-03-01")
    journey.press("Create")
    page.wait_for_url(RECORD)
    expect(page.get_by_text(journey.say("Don’t buy yet")).first).to_be_visible()
    journey.look()


def hand_the_journal_over(journey: Journey) -> None:
    """Take the journal as a file whose lines balance."""
    page = journey.page
    page.goto("/sales/journal")
    journey.look()
    page.locator("[popovertarget=journal-files]").click()
    with page.expect_download() as download:
        page.locator("#journal-files").get_by_text("CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert lines
    assert sum(Decimal(line["debit"]) for line in lines) == sum(Decimal(line["credit"]) for line in lines)
    page.goto("/sales/journal-batches")
    journey.look()


@pytest.mark.parametrize("language", SPOKEN)
def test_territory_recurring_order_plan_and_journal_work_on_a_phone(
    open_page: Opener, server: str, installation: Installation, language: str
) -> None:
    journey = set_out(open_page, server, installation, language, "keeper")

    give_to_a_territory(journey, installation, language)
    repeat_an_order(journey)
    plan_for_an_account(journey, language)
    hand_the_journal_over(journey)

    assert journey.left == []
