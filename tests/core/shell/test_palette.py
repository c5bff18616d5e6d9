"""What the palette says of the records that it finds."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from core.access import system_actor
from core.customers.records import CUSTOMERS
from core.records.operations import create_record


def notes(answer: str) -> list[str]:
    return [unescape(note) for note in re.findall(r'<span class="cap clip grow">([^<]+)</span>', answer)]


@pytest.fixture
def namesakes(client: FlaskClient) -> None:
    for city, roles in (("Πάτρα", ["customer"]), ("Αίγιο", ["supplier", "partner"]), (None, [])):
        values = {"kind": "person", "name": "Γιώργος Παππάς", "city": city, "roles": roles}
        create_record(system_actor(), CUSTOMERS, values)


@pytest.mark.usefixtures("namesakes")
def test_records_of_one_name_are_told_apart(client: FlaskClient) -> None:
    told = notes(client.get("/palette?q=pappas").text)
    assert sorted(told) == ["Customer", "Customer, Supplier, Partner · Αίγιο", "Customer, Πάτρα"]
    page = client.get("/search?q=pappas").text
    assert "Supplier, Partner · Αίγιο" in page


@pytest.mark.usefixtures("namesakes")
def test_however_many_are_found_they_are_read_at_once(client: FlaskClient, statements: list[str]) -> None:
    client.get("/palette?q=pappas")
    statements.clear()
    client.get("/palette?q=pappas")
    assert len([each for each in statements if "FROM core_customer" in each and "core_search" not in each]) == 1
