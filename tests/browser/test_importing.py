"""A file of an old program: brought by its page from the upload to the report, and undone whole."""

import re
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Installation
from tests.browser.looks import expect_faultless

PRODUCTS: Final = "product,sku\nGTX Pro,GTX-P\nMG Special,MG-S\n"
DEALS: Final = (
    "opportunity_name,account,product,close_value\n"
    "Old deal one,Nordvik Foods AS,GTXPro,4514\n"
    "Old deal two,Nordvik Foods AS,GTXPro,1054\n"
    "Old deal three,Nordvik Foods AS,MG Special,55\n"
    "Old deal four,Nordvik Foods AS,MG Speciall,70\n"
    "Old deal five,Nordvik Foods AS,MG Special,not a number\n"
)


def upload(page: Page, file: Path, key: str) -> None:
    """Choose a file for records of one type; it is sent at once."""
    page.goto(f"/admin/imports/new?type={key}")
    page.locator("input[type=file]").set_input_files(file)


def go_on(page: Page, button: str, heading: str | re.Pattern[str]) -> None:
    """Press the button of a step and wait for the heading of the next."""
    page.get_by_role("main").get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()


def unknown(page: Page, name: str) -> Locator:
    """Find the row of a name that no record has."""
    return (
        page.get_by_role("table", name="Names in the file that no record has")
        .get_by_role("row")
        .filter(has=page.get_by_role("cell", name=name, exact=True))
    )


def figure(page: Page, name: str) -> Locator:
    """Find a figure of the dry run or the report."""
    return page.locator(".i-figs li").filter(has_text=name).locator("b")


@pytest.fixture(scope="module")
def catalogue(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have two products that a file may mean."""
    file = tmp_path_factory.mktemp("catalogue") / "products.csv"
    file.write_text(PRODUCTS)
    brought = installation.run("import", str(file), "--into", "catalog.product", "--json")
    assert brought.returncode == 0, brought.stderr


@pytest.mark.usefixtures("catalogue")
def test_a_file_is_brought_with_a_question_about_its_names_and_undone(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "pipeline-2026.csv"
    file.write_text(DEALS)

    upload(page, file, "sales.opportunity")
    expect(page.get_by_role("heading", level=1, name="Which column is what?")).to_be_visible()
    expect_faultless(page)

    go_on(page, "Find matches", "None of them is there yet")
    expect(unknown(page, "GTXPro")).to_contain_text("GTX Pro")
    expect(unknown(page, "GTXPro")).to_contain_text("Likely")
    expect(unknown(page, "MG Speciall")).to_contain_text("Asks")
    page.get_by_label("MG Speciall means", exact=True).select_option("MG Special")
    expect_faultless(page)

    go_on(page, "Try all rows", "What would come of it")
    page.reload()
    page.go_back()
    expect(page.get_by_label("MG Speciall means", exact=True).locator("option:checked")).to_have_text("MG Special")
    page.go_forward()
    expect(figure(page, "would be created")).to_have_text("4")
    expect(figure(page, "would fail")).to_have_text("1")
    expect_faultless(page)
    assert page.request.get("/api/v1/sales/opportunities?q=Old+deal").json()["items"] == []

    go_on(page, "Import now", re.compile("^4 .*in"))
    expect(figure(page, "created")).to_have_text("4")
    expect(figure(page, "failed")).to_have_text("1")
    expect_faultless(page)
    report = page.url
    page.goto("/sales/opportunities?q=Old+deal")
    expect(page.locator("[data-row]")).to_have_count(4)
    page.locator("[data-row] a[data-open]").filter(has_text="Old deal four").click()
    expect(page.locator("#panel")).to_contain_text("MG Special")

    page.goto(report)
    page.get_by_role("link", name="Undo this import").click()
    asked = page.get_by_role("dialog", name="Undo this import?")
    expect(asked).to_contain_text("4 deals")
    expect_faultless(page)
    asked.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("main")).to_contain_text("undone")
    expect(page.get_by_role("main")).to_contain_text("As before: 4 deals.")
    page.goto("/sales/opportunities?q=Old+deal")
    expect(page.locator("[data-row]")).to_have_count(0)


@pytest.mark.usefixtures("catalogue")
def test_a_name_is_said_to_mean_a_record_that_is_searched_for(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "renamed.csv"
    file.write_text("opportunity_name,account,product\nRenamed product,Nordvik Foods AS,The old one\n")
    upload(page, file, "sales.opportunity")
    go_on(page, "Find matches", "None of them is there yet")
    make_missing = page.get_by_label("Make what the file names and nobody has")
    make_missing.focus()
    page.keyboard.press("Space")
    expect(unknown(page, "The old one").get_by_role("combobox").first.locator("option:checked")).to_have_text(
        "Make it new"
    )
    expect(make_missing).to_be_focused()

    page.get_by_label("The old one means", exact=True).select_option("Another record…")
    expect_faultless(page)
    page.get_by_role("combobox", name="The record that The old one means").fill("mg spe")
    page.get_by_role("option", name="MG Special").click()

    go_on(page, "Try all rows", "What would come of it")
    expect(figure(page, "would be created")).to_have_text("1")
    expect(page.get_by_role("main")).not_to_contain_text("The old one")


def test_a_file_in_windows_greek_shows_its_columns_in_readable_letters(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "pelates.csv"
    rows = ["Επωνυμία;Πόλη;Τηλέφωνο", "Αφοί Καραγιάννη Ο.Ε.;Πάτρα;2610 123456", "Μύλοι Αχαΐας;Αίγιο;26910 54321"]
    file.write_bytes("\r\n".join(rows).encode("windows-1253"))

    upload(page, file, "customer")

    table = page.get_by_role("table", name="Columns of the file and fields")
    expect(table.get_by_role("row").filter(has_text="Επωνυμία")).to_contain_text("Μύλοι Αχαΐας")
    expect(table.get_by_role("row").filter(has_text="Πόλη")).to_contain_text("Αίγιο")


def test_a_file_that_is_none_is_refused_with_a_reason(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "photo.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)

    upload(page, file, "customer")

    expect(page.locator("[data-form-error]")).to_be_visible()
    page.goto("/admin/imports")
    expect(page.get_by_role("main")).not_to_contain_text("photo.csv")
