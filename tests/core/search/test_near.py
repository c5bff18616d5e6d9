"""What was mistyped is found by what it is like, at a cost that doesn't follow the size of the index."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.customers.records import CUSTOMERS
from core.records.operations import create_record
from core.search.fold import slips_of
from core.search.index import search, search_near


@pytest.fixture(autouse=True)
def customers(app: Flask) -> None:
    for name in ("Ελαιώνες Πελοποννήσου", "Hurtownia Kowalski", "Łódź Foods", "Bio Graz"):
        create_record(system_actor(), CUSTOMERS, {"kind": "organisation", "name": name})


def near(query: str) -> list[str]:
    return [hit.title for hit in search_near(system_actor(), query)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("elaoines", "Ελαιώνες Πελοποννήσου"),  # swapped
        ("ελαινες", "Ελαιώνες Πελοποννήσου"),  # one too few
        ("ελεώνες", "Ελαιώνες Πελοποννήσου"),  # spelt as it sounds
        ("kowwalski", "Hurtownia Kowalski"),  # one too many
        ("kovalski", "Hurtownia Kowalski"),  # a wrong one
        ("hurtwonia kowlaski", "Hurtownia Kowalski"),  # in two words
    ],
)
def test_a_slip_of_the_hand_is_forgiven(typed: str, meant: str) -> None:
    assert search(system_actor(), typed) == []
    assert near(typed) == [meant]


@pytest.mark.parametrize("typed", ["", "?", "qq", "rzeczpospolita", "x" * 200, "4711"])
def test_what_is_like_nothing_finds_nothing(typed: str) -> None:
    assert near(typed) == []


def test_the_likest_comes_first() -> None:
    create_record(system_actor(), CUSTOMERS, {"kind": "organisation", "name": "Kowal i Syn"})
    assert near("kowaal") == ["Kowal i Syn", "Hurtownia Kowalski"]


def test_short_words_and_mixed_alphabets_have_no_slips() -> None:
    assert slips_of("foo") == slips_of("αbγδε") == slips_of("4711") == slips_of("a" * 21) == []
    assert "graz" in slips_of("garz")


def test_the_page_and_the_palette_ask_whether_it_was_meant(client: FlaskClient) -> None:
    page = client.get("/search?q=elaoines").text
    assert "Nothing called “elaoines”. Did you mean one of these?" in page
    assert "Ελαιώνες Πελοποννήσου" in page
    assert "Did you mean" in client.get("/palette?q=elaoines").text
    assert "Did you mean" not in client.get("/palette?q=elaiones").text
