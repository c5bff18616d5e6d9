"""What is done with many records of a list at once: a field edited, a file made of them, and how many it may be."""

import json
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import Scope, system_actor
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.database import db
from core.problems import Problem
from core.records.bulk import run_bulk
from core.records.history import undo_transaction
from core.records.operations import create_record
from core.records.queries import ListQuery
from core.web.render import last_transaction
from tests.conftest import staff

NAMES = ("Beta", "Delta", "Lublin")


@pytest.fixture
def customers(app: Flask) -> list[Any]:
    """Make three customers."""
    return [create_record(system_actor(), CUSTOMERS, {"name": name, "city": "Πάτρα"}) for name in NAMES]


def ids_of(customers: list[Any]) -> list[str]:
    """Give ids as a form sends them."""
    return [str(each.id) for each in customers]


def cities() -> dict[str, str | None]:
    """Tell where each customer is."""
    db.session.expire_all()
    return {each.name: each.city for each in db.session.scalars(select(Customer))}


def exported(client: FlaskClient, **chosen: Any) -> str:
    """Export what was chosen, and read the file."""
    with client.post("/export/customer", data={**chosen, "format": "csv"}) as answer:
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)


def test_the_bar_offers_to_edit_a_field_and_to_export(client: FlaskClient, customers: list[Any]) -> None:
    page = client.get("/customers").text
    assert 'hx-post="/customers/bulk/edit"' in page
    assert 'hx-post="/customers/bulk/export"' in page


def test_the_form_asks_for_the_field_and_then_for_its_value(client: FlaskClient, customers: list[Any]) -> None:
    first = client.post("/customers/bulk/edit", data={"ids": ids_of(customers)}).text
    assert '<option value="city"' in first
    assert '<option value="name"' not in first, "what tells records from each other isn't given to many"
    assert "bulk/edit/save" not in first
    second = client.post("/customers/bulk/edit", data={"ids": ids_of(customers)[:2], "field": "city"}).text
    assert 'name="city"' in second
    assert "Change 2 records" in second
    assert second.count(f'value="{customers[0].id}"') == 2, "both forms carry the choice"


def test_a_field_of_the_chosen_is_written(client: FlaskClient, customers: list[Any]) -> None:
    data = {"ids": ids_of(customers)[:2], "field": "city", "city": "Κόρινθος"}
    answer = client.post("/customers/bulk/edit/save", data=data)
    assert answer.status_code == 303
    assert cities() == {"Beta": "Κόρινθος", "Delta": "Κόρινθος", "Lublin": "Πάτρα"}


def test_a_bad_value_is_shown_with_its_message(client: FlaskClient, customers: list[Any]) -> None:
    data = {"ids": ids_of(customers), "field": "employees", "employees": "many"}
    answer = client.post("/customers/bulk/edit/save", data=data)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'value="many"' in answer.text


@pytest.mark.parametrize("field", ["", "name", "version", "created_at", "no_such"])
def test_no_other_field_is_written(client: FlaskClient, customers: list[Any], field: str) -> None:
    answer = client.post("/customers/bulk/edit/save", data={"ids": ids_of(customers), "field": field, field: "9"})
    assert answer.status_code == 422
    assert set(cities()) == set(NAMES)


def test_one_undo_takes_the_edit_of_all_back(customers: list[Any]) -> None:
    system = system_actor()
    assert run_bulk(system, CUSTOMERS, "edit", [], ListQuery(), {"city": "Αίγιο"}).done == 3
    assert set(cities().values()) == {"Αίγιο"}
    transaction = last_transaction()
    assert transaction is not None
    undo_transaction(system, transaction)
    assert set(cities().values()) == {"Πάτρα"}


def test_values_may_be_json(customers: list[Any]) -> None:
    run_bulk(system_actor(), CUSTOMERS, "edit", [customers[0].id], None, json.dumps({"city": "Άργος"}))
    assert cities()["Beta"] == "Άργος"


def test_only_who_may_edit_edits(client: FlaskClient, customers: list[Any]) -> None:
    actor = staff(uuid.uuid4(), customer__view=Scope.all, customer__edit=Scope.own)
    outcome = run_bulk(actor, CUSTOMERS, "edit", [each.id for each in customers], None, {"city": "Αίγιο"})
    assert outcome.done == 0
    with pytest.raises(Problem):
        run_bulk(staff(uuid.uuid4(), customer__view=Scope.all), CUSTOMERS, "edit", [], ListQuery(), {"city": "Αίγιο"})
    assert set(cities().values()) == {"Πάτρα"}


def test_statements_of_an_edit_dont_grow_with_its_records(customers: list[Any], statements: list[str]) -> None:
    def count() -> int:
        statements.clear()
        run_bulk(system_actor(), CUSTOMERS, "edit", [], ListQuery(), {"city": uuid.uuid4().hex[:8]})
        return len(statements)

    count()
    few = count()
    for number in range(40):
        create_record(system_actor(), CUSTOMERS, {"name": f"Further {number}"})
    assert count() <= few + 2, "\n".join(statements)


def test_no_more_is_offered_than_can_be_done(
    client: FlaskClient, customers: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert '<button type="button" class="link" data-select-everything' in client.get("/customers").text
    monkeypatch.setattr("core.records.views.lists.MOST_AT_ONCE", 2)
    page = client.get("/customers").text
    assert "At most 2 at once: filter to select all" in page
    assert '<button type="button" class="link" data-select-everything' not in page


def test_the_chosen_are_exported_and_nothing_else(client: FlaskClient, customers: list[Any]) -> None:
    asked = client.post("/customers/bulk/export", data={"ids": ids_of(customers)[:2]}).text
    assert "Export 2 records" in asked
    file = exported(client, ids=ids_of(customers)[:2])
    assert "Beta" in file
    assert "Delta" in file
    assert "Lublin" not in file
    found = exported(client, everything="1", query="q=Lublin")
    assert "Lublin" in found
    assert "Beta" not in found
    with pytest.raises(AssertionError, match="422"):
        exported(client)
