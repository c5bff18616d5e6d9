"""The bin: where it is found, what it says, and how records come out of it, one by one and many at once."""

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import Scope, system_actor
from core.customers.records import CUSTOMERS
from core.problems import Problem
from core.records.bulk import run_bulk
from core.records.operations import bin_record, create_record
from core.records.queries import ListQuery, list_records
from tests.conftest import staff

NAMES = ("Beta", "Delta", "Lublin")


def live_names() -> set[str]:
    """Name the customers that aren't in the bin."""
    return {record.name for record in list_records(system_actor(), CUSTOMERS, ListQuery()).items}


@pytest.fixture
def customers(app: Flask) -> list[Any]:
    """Make three customers."""
    return [create_record(system_actor(), CUSTOMERS, {"name": name}) for name in NAMES]


@pytest.fixture
def binned(customers: list[Any]) -> list[Any]:
    """Put the last two of the customers into the bin."""
    for each in customers[1:]:
        bin_record(system_actor(), CUSTOMERS, each)
    return customers[1:]


def test_the_lists_menu_leads_to_the_bin(client: FlaskClient, customers: list[Any]) -> None:
    assert 'href="/customers?bin=1"' in client.get("/customers").text


def test_the_bin_is_told_from_the_list(client: FlaskClient, binned: list[Any]) -> None:
    page = client.get("/customers?bin=1").text
    assert '<h1 class="visually-hidden">Customers: bin</h1>' in page
    assert "In the bin." in page
    assert "Delta" in page
    assert "Beta" not in page
    assert "action=restore" in page
    assert "action=bin" not in page
    assert 'href="/customers/new"' not in page.partition('id="main"')[2]


def test_an_empty_bin_says_so(client: FlaskClient, customers: list[Any]) -> None:
    page = client.get("/customers?bin=1").text
    assert "The bin is empty." in page
    assert "Write the first one" not in page


def test_what_is_found_in_the_bin_stays_there_while_one_filters(client: FlaskClient, binned: list[Any]) -> None:
    answer = client.post("/customers/filter", data={"field": "name", "op": "contains", "value": "Delta", "bin": "1"})
    assert "bin=1" in answer.location
    assert "Delta" in client.get(answer.location).text
    nothing = client.get("/customers?bin=1&q=nowhere").text
    assert 'href="/customers?bin=1">Show all' in nothing


def test_the_palette_leads_to_the_bin(client: FlaskClient, app: Flask) -> None:
    assert "/customers?bin=1" in client.get("/palette?q=bin").text
    assert "/customers?bin=1" not in client.get("/palette").text


def test_chosen_records_come_back_together(client: FlaskClient, binned: list[Any]) -> None:
    answer = client.post("/customers/bulk?action=restore", data={"ids": [str(each.id) for each in binned]})
    assert answer.status_code in (200, 302, 303)
    assert live_names() == set(NAMES)


def test_everything_in_the_bin_comes_back(client: FlaskClient, binned: list[Any]) -> None:
    client.post("/customers/bulk?action=restore", data={"everything": "1", "query": "bin=1&q=Delta"})
    assert live_names() == {"Beta", "Delta"}


@pytest.mark.parametrize("words", ["ΚΑΦΈ", "Άλφα", "καφέ άλ", "άλφα"])
def test_the_bin_is_searched_in_any_alphabet(app: Flask, words: str) -> None:
    bin_record(system_actor(), CUSTOMERS, create_record(system_actor(), CUSTOMERS, {"name": "Καφέ Άλφα"}))
    bin_record(system_actor(), CUSTOMERS, create_record(system_actor(), CUSTOMERS, {"name": "Other"}))
    found = list_records(system_actor(), CUSTOMERS, ListQuery(text=words, binned=True), counted=True).items
    assert [record.name for record in found] == ["Καφέ Άλφα"]


def test_restoring_touches_nothing_outside_of_the_bin(binned: list[Any], customers: list[Any]) -> None:
    outcome = run_bulk(system_actor(), CUSTOMERS, "restore", [customers[0].id], None)
    assert (outcome.done, outcome.left) == (0, [])


def test_only_who_may_delete_restores(binned: list[Any]) -> None:
    actor = staff(uuid.uuid4(), customer__view=Scope.all, customer__edit=Scope.all)
    with pytest.raises(Problem) as caught:
        run_bulk(actor, CUSTOMERS, "restore", [binned[0].id], None)
    assert caught.value.status == 403


@pytest.mark.parametrize("asked", [{}, {"HX-Request": "true", "HX-Target": "aside#panel"}])
def test_a_record_in_the_bin_offers_to_restore_it(
    client: FlaskClient, binned: list[Any], asked: dict[str, str]
) -> None:
    page = client.get(f"/customers/{binned[0].id}", headers=asked).text
    assert page.count(f"/customers/{binned[0].id}/restore") == 1
