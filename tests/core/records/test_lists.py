"""Lists of any record type: filters, order, keyset pages, counts."""

import json
import re
import uuid
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import Actor, Scope, system_actor
from core.customers.records import CUSTOMERS
from core.database import db, write_unit
from core.host.doors import current_host
from core.problems import Problem
from core.records.filters import compile_filter, parse_filter
from core.records.models import SavedView
from core.records.operations import create_record
from core.records.present import columns_of
from core.records.queries import Count, ListQuery, count_records, list_records
from core.records.registry import record_types
from core.records.saved_views import views_of
from core.users import queries as queries_of_users
from core.users.models import User
from tests.conftest import staff

NAMES = ["Άλφα", "Beta", "Γάμμα", "Delta", "Łódź", "Lublin"]


def make(name: str, **values: Any) -> Any:
    """Make a customer as the system."""
    return create_record(system_actor(), CUSTOMERS, {"name": name, **values})


def names(**query: Any) -> list[str]:
    """List the names that a query finds."""
    return [record.name for record in list_records(system_actor(), CUSTOMERS, ListQuery(**query)).items]


@pytest.fixture
def customers(app: Flask) -> list[Any]:
    """Make six customers, two of them in Πάτρα."""
    return [
        make(name, city="Πάτρα" if index < 2 else "Αθήνα", employees=index or None) for index, name in enumerate(NAMES)
    ]


def test_names_are_in_the_order_of_their_alphabets(customers: list[Any]) -> None:
    assert names(sort="name") == ["Beta", "Delta", "Lublin", "Łódź", "Άλφα", "Γάμμα"]


@pytest.mark.parametrize("sort", ["name", "-name", "employees", "-employees", "city", "-created_at"])
def test_pages_hold_each_record_once(customers: list[Any], sort: str) -> None:
    seen: list[Any] = []
    cursor = None
    while True:
        page = list_records(system_actor(), CUSTOMERS, ListQuery(sort=sort, limit=2, cursor=cursor))
        seen += [record.id for record in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(NAMES)
    assert set(seen) == {customer.id for customer in customers}


def test_missing_values_come_last_in_both_directions(customers: list[Any]) -> None:
    assert names(sort="employees")[-1] == "Άλφα"
    assert names(sort="-employees")[-1] == "Άλφα"


def test_filter_by_several_values(customers: list[Any]) -> None:
    assert set(names(filter={"field": "city", "op": "is", "value": ["Πάτρα", "Λάρισα"]})) == {"Άλφα", "Beta"}


@pytest.mark.parametrize("city", ["Πάτρα", "πάτρα", "ΠΆΤ"])
def test_filter_by_a_part_of_a_text_in_any_alphabet(customers: list[Any], city: str) -> None:
    assert set(names(filter={"field": "city", "op": "contains", "value": city})) == {"Άλφα", "Beta"}


def test_groups_nest(customers: list[Any]) -> None:
    tree = {
        "or": [
            {
                "and": [
                    {"field": "city", "op": "is", "value": "Αθήνα"},
                    {"field": "employees", "op": "more", "value": "3"},
                ]
            },
            {"field": "employees", "op": "empty"},
        ]
    }
    assert set(names(filter=tree)) == {"Łódź", "Lublin", "Άλφα"}


def test_words_find_without_accents_strokes_and_in_greeklish(customers: list[Any]) -> None:
    assert names(text="αλφα") == ["Άλφα"]
    assert names(text="alfa") == ["Άλφα"]
    assert names(text="lodz") == ["Łódź"]
    assert names(text="gam") == ["Γάμμα"]


@pytest.mark.parametrize("text", ['"', "*", "NEAR(", "%", "_", "\\", "a OR b", "'; --", "NOT", "()"])
def test_search_syntax_is_only_text(customers: list[Any], text: str) -> None:
    assert names(text=text) == []


@pytest.mark.parametrize(
    "tree",
    [
        {"field": "name_key", "op": "is", "value": "x"},
        {"field": "password_hash", "op": "is", "value": "x"},
        {"field": "owner.password_hash", "op": "is", "value": "x"},
        {"field": "city", "op": "drop", "value": "x"},
        {"field": "city"},
        {"field": ["city"], "op": "is", "value": "x"},
        {"and": "x"},
        {"and": [{"or": [{"and": [{"or": [{"and": [{"or": []}]}]}]}]}]},
        {"field": "employees", "op": "more", "value": "many"},
        {"field": "created_at", "op": "after", "value": "someday"},
    ],
)
def test_filter_that_cannot_be_read_is_refused(customers: list[Any], tree: Any) -> None:
    with pytest.raises(Problem) as caught:
        compile_filter(system_actor(), CUSTOMERS, tree)
    assert caught.value.status == 400


def test_filter_that_is_no_json_is_refused(app: Flask) -> None:
    with pytest.raises(Problem) as caught:
        parse_filter("{")
    assert caught.value.status == 400


@pytest.mark.parametrize("sort", ["name_key", "password_hash", "id; drop table", "custom.x"])
def test_sort_by_anything_else_is_refused(customers: list[Any], sort: str) -> None:
    with pytest.raises(Problem) as caught:
        names(sort=sort)
    assert caught.value.status == 400


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0", "////", "W251bGwsICJ4Il0"])
def test_damaged_cursor_is_refused(customers: list[Any], cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        names(sort="name", cursor=cursor)
    assert caught.value.status == 400


def test_count_stops_early_unless_asked(customers: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.records.queries.COUNT_LIMIT", 4)
    early = count_records(system_actor(), CUSTOMERS, ListQuery())
    exact = count_records(system_actor(), CUSTOMERS, ListQuery(), exact=True)
    assert (early.number, early.capped) == (4, True)
    assert (exact.number, exact.capped) == (6, False)


@pytest.mark.parametrize("sort", ["", "-name", "employees", "-employees", "-created_at"])
@pytest.mark.parametrize("attributes", [(), ("id", "name")])
def test_what_words_find_is_read_and_counted_at_once(
    customers: list[Any], statements: list[str], sort: str, attributes: tuple[str, ...]
) -> None:
    for number in range(3):
        make(f"Lublin {number}", employees=number or None)
    system, query = system_actor(), ListQuery(text="lub", sort=sort, limit=3)
    statements.clear()

    page = list_records(system, CUSTOMERS, query, attributes, counted=True)
    count = count_records(system, CUSTOMERS, query, page)

    assert len(statements) == 1
    alone = list_records(system, CUSTOMERS, query, attributes)
    assert [each.name for each in page.items] == [each.name for each in alone.items]
    assert page.next == alone.next
    assert count == count_records(system, CUSTOMERS, query) == Count(4)


def test_what_words_find_of_ones_own_is_counted_for_oneself(customers: list[Any]) -> None:
    somebody = staff(uuid.uuid4(), customer__view=Scope.own)
    query = ListQuery(text="lub", limit=1)

    page = list_records(somebody, CUSTOMERS, query, counted=True)

    assert page.items == []
    assert count_records(somebody, CUSTOMERS, query, page) == Count(0)


def test_counting_what_words_find_stops_early(customers: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.records.queries.COUNT_LIMIT", 2)
    for number in range(3):
        make(f"Lublin {number}")
    query = ListQuery(text="lub", limit=1)

    page = list_records(system_actor(), CUSTOMERS, query, counted=True)

    assert count_records(system_actor(), CUSTOMERS, query, page) == Count(2, True)
    assert count_records(system_actor(), CUSTOMERS, query, page, exact=True) == Count(4)


def test_what_was_counted_is_counted_anew_once_anything_changed(
    app: Flask, customers: list[Any], statements: list[str]
) -> None:
    def counted(actor: Actor) -> tuple[int, int]:
        """Count in a request of its own; tell the number, and how many statements that took."""
        current_host().begin_request()
        statements.clear()
        return count_records(actor, CUSTOMERS, ListQuery()).number, len(statements)

    system = system_actor()
    assert [counted(system), counted(system)] == [(6, 1), (6, 0)]
    create_record(system, CUSTOMERS, {"name": "One more", "kind": "organisation"})
    assert count_records(system, CUSTOMERS, ListQuery()).number == 7, "in the very request that wrote"
    assert [counted(system), counted(system)] == [(7, 1), (7, 0)]
    assert counted(staff(uuid.uuid4(), customer__view=Scope.own)) == (0, 1)


def test_list_page_stays_within_its_statements(client: Any, customers: list[Any], statements: list[str]) -> None:
    assert client.get("/customers").status_code == 200
    make("Only now")  # what was counted before doesn't hold any more
    statements.clear()
    answer = client.get("/customers")
    assert answer.status_code == 200
    assert "Γάμμα" in answer.text
    assert len(statements) <= 5, "\n".join(statements)


def test_next_rows_come_alone(client: Any, app: Flask) -> None:
    for number in range(60):
        make(f"Customer {number:02}")
    first = client.get("/customers?sort=name").text
    assert "Customer 49" in first
    assert "Customer 50" not in first
    cursor = list_records(system_actor(), CUSTOMERS, ListQuery(sort="name")).next
    rest = client.get(f"/customers?sort=name&cursor={cursor}").text
    assert "Customer 50" in rest
    assert "<html" not in rest


def test_filter_is_shown_as_a_sentence(client: Any, customers: list[Any]) -> None:
    tree = json.dumps({"and": [{"field": "city", "op": "is", "value": ["Πάτρα"]}]})
    page = client.get("/customers", query_string={"filter": tree}).text
    assert "Πάτρα" in page
    assert "Άλφα" in page
    assert "Γάμμα" not in page


def test_chosen_columns_stand_after_the_name_in_their_order(client: FlaskClient, customers: list[Any]) -> None:
    form = client.get("/customers/columns?sort=city&columns=name,city,phone").text
    shown = re.findall(r'name="column" value="([^"]+)" id="[^"]+" checked', form)
    assert shown == ["city", "phone"]
    answer = client.post("/customers/columns", data={"column": ["phone", "no_such", "city"], "sort": "city"})
    assert dict(parse_qsl(urlsplit(answer.location).query)) == {"sort": "city", "columns": "name,phone,city"}
    heads = re.findall(r'id="list-sort-(\w+)"', client.get(answer.location).text)
    assert heads == ["name", "phone", "city"]


def test_people_put_their_own_views_in_order_and_nobody_elses(client: FlaskClient, administrator: User) -> None:
    other = SavedView(record_type_key="customer", name="Another's", query={}, shared=True, position=7)
    with write_unit() as session:
        session.add(other)
    for name in ("First", "Second", "Third"):
        client.post("/customers/views", data={"name": name, "sort": "name"})

    def views() -> list[str]:
        return [view.name for view in views_of(queries_of_users.actor_of(administrator.id))]

    assert views() == ["First", "Second", "Third", "Another's"]
    ids = {view.name: str(view.id) for view in db.session.scalars(select(SavedView))}
    client.post("/customers/views/order", data={"view": [ids["Another's"], ids["Third"], ids["First"]]})
    assert views() == ["Third", "First", "Second", "Another's"]
    assert db.session.get_one(SavedView, other.id).position == 7


@pytest.mark.parametrize(
    ("columns", "places"),
    [
        ("name,city,phone,email", {"city": "side", "phone": "sub", "email": "subside"}),
        ("name,number,customer,status,gross", {"gross": "side", "number": "sub", "status": "subside"}),
        ("name,status,number", {"number": "side", "status": "subside"}),
        ("name", {}),
    ],
)
def test_a_phone_shows_an_amount_and_a_status_before_the_rest(app: Flask, columns: str, places: dict[str, str]) -> None:
    record_type = record_types.get("sales.invoice" if "number" in columns else "customer")
    assert record_type is not None
    found = columns_of(record_type, {"columns": columns}, ListQuery())
    assert {each.key: each.phone for each in found if each.phone} == places


def test_address_fills_lists_into_the_form_of_a_new_record(client: FlaskClient) -> None:
    page = client.get("/sales/assignment-rules/new?countries=GR&countries=PL&name=South").text
    assert 'value="South"' in page
    assert re.findall(r'<option value="([A-Z]+)" selected>(\w+)</option>', page) == [("GR", "Greece"), ("PL", "Poland")]
