"""A company's four files become its CRM by the pages of the import alone, on a phone in Greek."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Installation, Opener, environment_of
from tests.browser.languages import PASSWORD, SPOKEN, Catalogue, Journey, choose
from tests.browser.looks import SIZES

FILES: Final = Path(__file__).parents[2].parent / "shared" / "data" / "crm-sales-opportunities"
#: Each file, the type of its records, and how many of them it makes.
ORDER: Final = (
    ("accounts.csv", "customer", 85),
    ("sales_teams.csv", "user", 35),
    ("products.csv", "catalog.product", 7),
    ("sales_pipeline.csv", "sales.opportunity", 8_800),
)
EMAIL: Final = "maria@new.example"

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="../shared/data/crm-sales-opportunities is not there")


@pytest.fixture
def new_company(tmp_path: Path) -> Iterator[tuple[Installation, str]]:
    """Serve an installation in which nothing is yet but an administrator."""
    empty = Installation(environment_of(tmp_path), tmp_path, EMAIL, PASSWORD)
    with empty.serve() as url:
        added = empty.run("user", "add", EMAIL, "--name", "Maria", "--role", "administrator", said=f"{PASSWORD}\n")
        assert added.returncode == 0, added.stderr
        yield empty, url


def begin(opened: Page, url: str) -> Journey:
    """Sign in, choose Greek, and take the phone."""
    opened.goto(f"{url}/login")
    opened.locator("[name=email]").fill(EMAIL)
    opened.locator("[name=password]").fill(PASSWORD)
    opened.locator("form [type=submit]").first.click()
    opened.wait_for_url(f"{url}/")
    choose(opened, "el", SPOKEN["el"][0])
    width, height = SIZES["phone"]
    opened.set_viewport_size({"width": width, "height": height})
    return Journey(opened, Catalogue("el"))


def bring(journey: Journey, file: str, key: str, number: int) -> None:
    """Bring one file: its columns and names as they are proposed, tried first, and then for good."""
    page, say = journey.page, journey.say
    page.goto(f"/admin/imports/new?type={key}")
    journey.look()
    page.locator("input[type=file]").set_input_files(FILES / file)
    go_on(journey, "Find matches")
    expect(button(journey, "Try all rows")).to_be_visible(timeout=30_000)
    missing = page.get_by_label(say("Make what the file names and nobody has"))
    if missing.count() and not missing.is_checked():
        with page.expect_response("**/matches*"):
            missing.check()
        expect(missing).to_be_checked()
    go_on(journey, "Try all rows")
    go_on(journey, "Import now")
    report = page.get_by_role("link", name=say("Undo this import"))
    expect(report).to_be_visible(timeout=60_000)
    expect(page.locator(".i-figs li").filter(has_text=say("created")).locator("b")).to_have_text(written(number))
    journey.look()


def button(journey: Journey, label: str) -> Locator:
    """Find a button of the page itself."""
    return journey.page.get_by_role("main").get_by_role("button", name=journey.say(label), exact=True)


def go_on(journey: Journey, label: str) -> None:
    """Look at a step, and press the button that leads to the next."""
    expect(button(journey, label)).to_be_visible(timeout=30_000)
    journey.look()
    button(journey, label).click()


def written(number: int) -> re.Pattern[str]:
    """Give what a number looks like in any language."""
    return re.compile(f"{number:,}".replace(",", r"[.,\s]?"))


def test_four_files_become_customers_people_products_and_deals(
    open_page: Opener, new_company: tuple[Installation, str]
) -> None:
    installation, url = new_company
    journey = begin(open_page(signed_in=False, base_url=url), url)
    for file, key, number in ORDER:
        bring(journey, file, key, number)

    told = json.loads(installation.run("sales", "report", "--json").stdout)
    assert (told["won"], told["lost"], told["open"]) == (4238, 2473, 2089)
    journey.page.goto("/sales/report")
    for figure in (told["won"], told["lost"], told["open"]):
        expect(journey.page.get_by_role("main")).to_contain_text(written(figure))
    journey.look()
    journey.page.goto("/sales/pipeline")
    journey.look()
    assert journey.left == []
