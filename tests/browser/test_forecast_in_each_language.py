"""A manager's quarter on a phone in three languages: targets, an adjustment, reports, and no word of another."""

import re
from typing import Final

import pytest
from playwright.sync_api import expect

from plugins.sales.queries.reports import REPORTS
from tests.browser.conftest import Installation, Opener
from tests.browser.languages import SPOKEN, Journey, set_out

PERSON: Final = "Γιώργος Παππάς"
#: A quarter of its own for the targets of each language.
QUARTERS: Final = {"el": "2033-Q1", "pl": "2034-Q1", "en": "2035-Q1"}


def set_target(journey: Journey, period: str) -> None:
    """Ask a quarter's amount of somebody, and give them a deal to reach it with."""
    page = journey.page
    person = page.request.get("/api/v1/users?q=Γιώργος").json()["items"][0]["id"]
    page.goto(f"/sales/targets/new?period={period}&person={person}")
    journey.fill(amount="90000")
    journey.look()
    journey.press("Create")
    expect(page.get_by_role("heading", level=1, name=period)).to_be_visible()
    journey.look()
    page.goto("/sales/opportunities/new")
    journey.fill(name=f"Πιεστήρια {period}", amount="12000", expected_close_on=f"{period[:4]}-01-31")
    journey.press("Create")
    expect(page.get_by_role("heading", level=1)).to_contain_text(period)


def adjust(journey: Journey, period: str) -> None:
    """Expect less of somebody than their deals say."""
    page = journey.page
    page.goto(f"/sales/forecast?period={period}")
    expect(page.locator(".s-steps li").first).to_be_visible()
    line = page.locator(".s-forecast tbody tr").filter(has=page.get_by_role("rowheader", name=PERSON))
    expect(line).to_contain_text(re.compile(r"90[.,\s]000"))
    line.locator("button").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=amount]").fill("-5000")
    dialog.locator("[name=reason]").fill("Η τράπεζα / bank")
    journey.look()
    dialog.get_by_role("button", name=journey.say("Adjust")).click()
    expect(line.locator("button")).to_have_text(re.compile(r"[−-]€?5[.,\s]?000"))
    journey.look()


@pytest.mark.parametrize("language", SPOKEN)
def test_target_adjustment_and_reports_are_read_on_a_phone(
    open_page: Opener, server: str, installation: Installation, language: str
) -> None:
    journey = set_out(open_page, server, installation, language, "manager")
    page = journey.page
    set_target(journey, QUARTERS[language])
    adjust(journey, QUARTERS[language])

    for by in ("?by=team", ""):
        page.goto(f"/sales/forecast{by}")
        expect(page.locator(".s-steps li").first).to_be_visible()
        journey.look()
    for name in REPORTS:
        page.goto(f"/sales/reports/{name}?period=all")
        expect(page.locator(".crm-tabs [aria-current=true]")).to_be_in_viewport(ratio=0.9)
        expect(page.locator("svg.s-chart").or_(page.locator(".s-lying"))).to_be_visible()
        expect(page.locator("table tbody tr").first).to_be_visible()
        journey.read()
    assert journey.left == []
