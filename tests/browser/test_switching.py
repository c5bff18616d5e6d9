"""A module is switched off in one server process while another one serves: both have it gone with the next request."""

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Opener
from tests.browser.places import address_of

#: What sales answer to; the two files of a browser's cache are asked for anew.
GONE: Final = (
    "/sales/pipeline",
    "/sales/opportunities",
    "/sales/report",
    "/sales/static/sales.css",
    "/api/v1/sales/opportunities",
)
DEAL: Final = "Frame contract 2027"


@pytest.fixture
def elsewhere(installation: Installation, open_page: Opener, server: str) -> Iterator[Page]:
    """Give a page that a second server of the same database serves."""
    with installation.serve() as url:
        assert url != server
        yield open_page(base_url=url)


def switch_sales(page: Page, *, on: bool) -> None:
    """Switch the module on its page, and wait until the page says so."""
    page.goto("/admin/plugins")
    switch = page.get_by_role("switch", name="Sales", exact=True)
    switch.click()
    expect(page.locator("#toasts")).to_contain_text("Sales is on." if on else "Sales is off. Its records are kept.")
    expect(switch).to_be_checked(checked=on)


def statuses(page: Page) -> list[int]:
    """Ask for every address of the module, and list what is answered."""
    return [page.request.get(path).status for path in GONE]


def documented(page: Page) -> set[str]:
    """Read the paths of sales in the description of the API."""
    paths = json.loads(page.request.get("/api/v1/openapi.json").text())["paths"]
    return {path for path in paths if path.startswith("/api/v1/sales/")}


def expect_gone(page: Page, customer: str) -> None:
    """Expect no trace of sales in what one of the processes serves, and a customer's page that is whole without."""
    assert statuses(page) == [404] * len(GONE)
    assert documented(page) == set()
    page.goto(customer)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ελαιώνες")
    expect(page.get_by_role("navigation", name="Main", exact=True)).not_to_contain_text("Pipeline")
    expect(page.locator("#timeline .crm-tl").first).to_be_visible()
    expect(page.locator("#timeline a[href^='/sales/']")).to_have_count(0)
    expect(page.locator("#panel-sales-deals")).to_have_count(0)
    expect(page.get_by_role("link", name="New deal")).to_have_count(0)
    assert not found(page, DEAL)
    assert not found(page, "pipeline")


def expect_there(page: Page, customer: str) -> None:
    """Expect sales with their data."""
    assert 404 not in statuses(page)
    assert documented(page)
    page.goto(customer)
    expect(page.get_by_role("navigation", name="Main", exact=True)).to_contain_text("Pipeline")
    expect(page.locator("#timeline a[href^='/sales/']").first).to_be_visible()
    expect(page.locator("#panel-sales-deals")).to_be_visible()
    expect(page.get_by_role("link", name="New deal").first).to_be_visible()
    assert found(page, DEAL)
    assert found(page, "pipeline")


def found(page: Page, words: str) -> bool:
    """Tell whether the palette leads to anything of sales."""
    answer = page.request.get(f"/palette?q={quote(words)}")
    assert answer.ok
    return 'href="/sales/' in answer.text()


def test_a_module_that_is_switched_off_is_gone_in_every_process_and_comes_back_with_its_data(
    page: Page, elsewhere: Page, installation: Installation
) -> None:
    customer = address_of("customer", page.request)
    expect_there(elsewhere, customer)
    elsewhere.goto("/sales/pipeline")
    summary = elsewhere.locator("#board-summary").inner_text()
    assert installation.run("sales", "report").returncode == 0

    switch_sales(page, on=False)
    try:
        expect_gone(elsewhere, customer)
        expect_gone(page, customer)
        refused = installation.run("sales", "report")
        assert refused.returncode != 0
        assert len(refused.stderr.strip().splitlines()) == 1
        assert installation.run("export", "sales.opportunity", "-o", "-").returncode != 0
    finally:
        switch_sales(elsewhere, on=True)

    expect_there(page, customer)
    page.goto("/sales/pipeline")
    expect(page.locator("#board-summary")).to_have_text(summary)
