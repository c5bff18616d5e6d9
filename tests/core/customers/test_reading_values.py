"""Countries, tax numbers and names as files and people write them."""

import csv
from pathlib import Path

import pytest

from core.customers.countries import country_code, country_names
from core.customers.keys import matching_name, sorting_name
from core.customers.tax import read_tax_number, written_tax_number

ACCOUNTS = Path(__file__).parents[3].parent / "shared" / "data" / "crm-sales-opportunities" / "accounts.csv"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Greece", "GR"),
        ("Ελλάδα", "GR"),
        ("ΕΛΛΑΔΑ", "GR"),
        ("Grecja", "GR"),
        ("EL", "GR"),
        ("pl", "PL"),
        ("Polska", "PL"),
        ("Deutschland", "DE"),
        ("Γερμανία", "DE"),
        ("Brasil", "BR"),
        ("Korea", "KR"),
        ("United States", "US"),
        ("USA", "US"),
        ("Philipines", "PH"),
        ("Narnia", None),
        ("", None),
        ("X", None),
    ],
)
def test_country_is_read_from_code_or_name_in_any_language(text: str, code: str | None) -> None:
    assert country_code(text) == code


def test_countries_are_named_in_the_language_asked_for() -> None:
    assert country_names("el")["PL"] == "Πολωνία"
    assert country_names("pl")["GR"] == "Grecja"
    assert "EU" not in country_names("en")


@pytest.mark.parametrize(
    ("text", "country", "kept", "valid"),
    [
        ("123456783", None, "EL123456783", True),
        ("EL 123 456 783", None, "EL123456783", True),
        ("GR123456783", None, "EL123456783", True),
        ("123456783", "GR", "EL123456783", True),
        ("123456789", "GR", "EL123456789", False),
        ("526-10-40-828", None, "PL5261040828", True),
        ("526-10-40-829", "PL", "PL5261040829", False),
        ("DE 136 695 976", None, "DE136695976", True),
        ("77-1234567", "US", "771234567", None),
        ("987654321", None, "987654321", None),
    ],
)
def test_tax_number_is_brought_into_one_form(text: str, country: str | None, kept: str, valid: bool | None) -> None:
    number = read_tax_number(text, country)
    assert (number.value, number.valid) == (kept, valid)


def test_tax_number_is_written_in_groups() -> None:
    assert written_tax_number("EL123456783") == "EL 123 456 783"
    assert written_tax_number("PL5261040828") == "PL 526 104 0828"
    assert written_tax_number("77-1234567") == "77-1234567"
    assert written_tax_number(None) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ελαιώνες Πελοποννήσου Α.Ε.", "ΕΛΑΙΩΝΕΣ ΠΕΛΟΠΟΝΝΗΣΟΥ"),
        ("Kowalczyk i Synowie, Sp. z o.o.", "KOWALCZYK I SYNOWIE"),
        ("Łódź Trans S.A.", "Lodz Trans"),
        ("Ionian Packaging Ltd", "ionian-packaging"),
    ],
)
def test_names_of_one_company_share_a_key(one: str, other: str) -> None:
    assert matching_name(one) == matching_name(other)


def test_name_that_is_nothing_but_a_legal_form_keeps_it() -> None:
    assert matching_name("Α.Ε.") != ""


def test_polish_names_sort_by_their_own_alphabet() -> None:
    assert sorted(["Łódź", "Zet", "Lublin", "Mielec"], key=sorting_name) == ["Lublin", "Łódź", "Mielec", "Zet"]


@pytest.mark.skipif(not ACCOUNTS.is_file(), reason="the corpus ../shared/data isn't on this machine")
def test_every_country_of_the_accounts_corpus_is_understood() -> None:
    with ACCOUNTS.open(newline="", encoding="utf-8") as file:
        offices = {row["office_location"] for row in csv.DictReader(file)}
    codes = {"US", "KE", "PH", "JP", "IT", "NO", "KR", "JO", "BR", "DE", "PA", "BE", "RO", "PL", "CN"}
    assert {country_code(office) for office in offices} == codes
