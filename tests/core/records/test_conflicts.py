"""Who saves second sees what the first wrote, and neither loses anything."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.access import system_actor
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.database import db
from core.records.operations import create_record, update_record


@pytest.fixture
def customer(client: FlaskClient) -> Customer:
    """Make a customer."""
    made: Customer = create_record(
        system_actor(), CUSTOMERS, {"name": "Μύλοι Αχαΐας", "city": "Πάτρα", "employees": 12, "tags": ["mill"]}
    )
    return made


def value_in(page: str, name: str) -> str:
    """Read what a field of the form holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found.group(1) if found else ""


def save(client: FlaskClient, customer: Customer, version: int, **values: Any) -> Any:
    """Send the customer's form as it was opened, with some values changed."""
    form = {"name": "Μύλοι Αχαΐας", "city": "Πάτρα", "employees": "12", "tags": "mill", "tags.sent": "1"}
    return client.post(f"/customers/{customer.id}", data=form | {"version": str(version)} | values)


def test_what_only_the_other_changed_is_taken_and_what_one_wrote_stays(client: FlaskClient, customer: Customer) -> None:
    update_record(system_actor(), CUSTOMERS, customer, {"employees": 15, "tags": ["mill", "key"]})

    stale = save(client, customer, 1, city="Αίγιο")

    assert stale.status_code == 409
    assert value_in(stale.text, "employees") == "15"
    assert value_in(stale.text, "city") == "Αίγιο"
    assert "Somebody else" not in stale.text
    assert save(client, customer, 2, city="Αίγιο", employees="15", tags="mill, key").status_code == 303
    db.session.refresh(customer)
    assert (customer.city, customer.employees, customer.tags) == ("Αίγιο", 15, ["mill", "key"])


def test_where_both_wrote_ones_own_stays_and_the_others_is_told(client: FlaskClient, customer: Customer) -> None:
    update_record(system_actor(), CUSTOMERS, customer, {"city": "Ρίο"})
    update_record(system_actor(), CUSTOMERS, customer, {"city": "Πύργος", "employees": None})

    stale = save(client, customer, 1, city="Αίγιο", employees="20")

    assert stale.status_code == 409
    assert value_in(stale.text, "city") == "Αίγιο"
    assert "Somebody else wrote this in the meantime: Πύργος" in stale.text
    assert value_in(stale.text, "employees") == "20"
    assert "Somebody else emptied this in the meantime." in stale.text


def test_one_fact_that_both_edited_in_its_place_tells_the_others_value(client: FlaskClient, customer: Customer) -> None:
    update_record(system_actor(), CUSTOMERS, customer, {"employees": 15})

    stale = client.post(
        f"/customers/{customer.id}/fields/employees",
        data={"employees": "20", "version": "1"},
        headers={"HX-Request": "true", "HX-Request-Type": "partial"},
    )

    assert stale.status_code == 409
    assert value_in(stale.text, "employees") == "20"
    assert "Somebody else wrote this in the meantime: 15" in stale.text
