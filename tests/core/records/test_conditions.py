"""Conditions of a filter: several values, spans of days that stay relative, and the dialog that changes them."""

import datetime as dt
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from core.access import Actor, Kind, Scope, system_actor
from core.customers.records import CUSTOMERS
from core.problems import Problem
from core.records import fields
from core.records.filters import compile_filter, filter_choices, span_of
from core.records.operations import create_record
from core.records.queries import ListQuery, list_records
from core.records.registry import record_types
from core.records.sentence import OPERATORS, SPANS, sentence_of

SYSTEM = system_actor()


def names(**query: Any) -> set[str]:
    """List the names that a query finds."""
    return {record.name for record in list_records(SYSTEM, CUSTOMERS, ListQuery(**query)).items}


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-23", "2026-11-23"),
        ("last_7_days", "2026-11-17", "2026-11-23"),
        ("last_30_days", "2026-10-25", "2026-11-23"),
        ("next_7_days", "2026-11-23", "2026-11-29"),
        ("this_week", "2026-11-23", "2026-11-29"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("this_quarter", "2026-10-01", "2026-12-31"),
        ("this_year", "2026-01-01", "2026-12-31"),
    ],
)
def test_spans_begin_and_end_with_whole_days(app: Flask, name: str, first: str, last: str) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC), tick=False):
        assert span_of(name) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize("name", ["", "someday", "last_days", "last_8_days", "next_-7_days", "this_decade"])
def test_other_spans_are_refused(app: Flask, name: str) -> None:
    assert span_of(name) is None
    with pytest.raises(Problem) as caught:
        compile_filter(SYSTEM, CUSTOMERS, {"field": "created_at", "op": "within", "value": name})
    assert caught.value.status == 400


def test_every_span_and_operator_has_words(app: Flask) -> None:
    assert all(span_of(name) for name in SPANS)
    known = {each for kind in vars(fields).values() for each in getattr(kind, "operators", ())}
    assert known <= OPERATORS.keys()


def test_a_span_moves_with_the_days(app: Flask) -> None:
    tree = {"field": "created_at", "op": "within", "value": "last_7_days"}
    with time_machine.travel(dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC), tick=False):
        create_record(SYSTEM, CUSTOMERS, {"name": "Earlier"})
    with time_machine.travel(dt.datetime(2026, 11, 6, 12, tzinfo=dt.UTC), tick=False):
        create_record(SYSTEM, CUSTOMERS, {"name": "Later"})
        assert names(filter=tree) == {"Earlier", "Later"}
    with time_machine.travel(dt.datetime(2026, 11, 9, 12, tzinfo=dt.UTC), tick=False):
        assert names(filter=tree) == {"Later"}
        assert names(filter={**tree, "value": ["last_month", "today"]}) == set()
        assert [(chip.operator, chip.value) for chip in sentence_of(SYSTEM, CUSTOMERS, tree)] == [
            ("lies in", "the last 7 days")
        ]


def test_several_values_come_from_the_page(client: FlaskClient) -> None:
    for name, city in (("A", "Πάτρα"), ("B", "Αίγιο"), ("C", "Αθήνα")):
        create_record(SYSTEM, CUSTOMERS, {"name": name, "city": city})
    data = {"field": "city", "op": "is", "value": ["Πάτρα", "", "Αίγιο"]}
    address = client.post("/customers/filter", data=data).location
    tree = json.loads(dict(parse_qsl(urlsplit(address).query))["filter"])
    assert tree == {"and": [{"field": "city", "op": "is", "value": ["Πάτρα", "Αίγιο"]}]}
    assert names(filter=tree) == {"A", "B"}


def test_a_span_stays_relative_in_the_address(client: FlaskClient) -> None:
    data = {"field": "created_at", "op": "within", "value": "this_quarter"}
    address = client.post("/customers/filter", data=data).location
    assert "this_quarter" in address
    assert "this quarter" in client.get(address).text


def edit(client: FlaskClient, path: str, operator: str, *values: str, **more: str) -> str:
    """Open the dialog for a condition."""
    asked = {"field": path, "op": operator, "value": json.dumps(values), **more}
    return client.get("/customers/filter", query_string=asked).text


def test_a_chip_opens_the_dialog_with_what_it_says(client: FlaskClient) -> None:
    tree = json.dumps({"and": [{"field": "city", "op": "is_not", "value": ["Πάτρα", "Αίγιο"]}]})
    page = client.get("/customers", query_string={"filter": tree}).text
    address = page.partition('class="crm-chip"')[2].partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    form = client.get(address).text
    assert '<option value="city" selected' in form
    assert '<option value="is_not" selected' in form
    assert 'value="Πάτρα"' in form
    assert 'value="Αίγιο"' in form


def test_each_kind_of_field_is_filled_in(client: FlaskClient) -> None:
    assert '<option value="last_30_days" selected' in edit(client, "created_at", "within", "last_30_days")
    assert 'value="2026-11-01"' in edit(client, "created_at", "between", "2026-11-01", "2026-11-05")
    assert 'type="text" id="f-value-1"' in edit(client, "created_at", "after", "-30d"), "a relative day isn't lost"
    assert 'inputmode="decimal"' in edit(client, "employees", "more", "12")
    assert edit(client, "employees", "between", "1").count('name="value"') == 3, "the one that is kept, and two inputs"
    assert 'name="value"' not in edit(client, "city", "empty").partition("</form>")[2]
    assert "multiple" in edit(client, "owner", "is", "me")
    assert '<option value="me" selected' in edit(client, "owner", "is", "me")


def test_another_field_begins_anew(client: FlaskClient) -> None:
    form = edit(client, "created_at", "contains", "Πάτρα", of="city")
    assert "Πάτρα" not in form.partition("</form>")[2]
    assert '<option value="within" selected' in form


def test_fields_of_a_related_record_and_columns_of_plugins_are_offered(client: FlaskClient) -> None:
    shop = create_record(SYSTEM, CUSTOMERS, {"name": "Shop in Πάτρα", "city": "Πάτρα"})
    mill = create_record(SYSTEM, CUSTOMERS, {"name": "Mill in Αίγιο", "city": "Αίγιο"})
    tasks = record_types.get("activities.task")
    assert tasks is not None
    for customer in (shop, mill):
        create_record(SYSTEM, tasks, {"title": f"Call {customer.name}", "customer": str(customer.id)})
    form = client.get("/activities/tasks/filter?field=customer.city").text
    assert '<option value="customer.city" selected>Customer · City</option>' in form
    data = {"field": "customer.city", "op": "is", "value": ["Πάτρα"]}
    page = client.get(client.post("/activities/tasks/filter", data=data).location).text
    assert "Customer · City" in page
    assert ("Call Shop in Πάτρα" in page, "Call Mill in Αίγιο" in page) == (True, False)
    form = client.get("/customers/filter?field=activities.last_contact").text
    assert '<option value="activities.last_contact" selected>Last contact</option>' in form
    data = {"field": "activities.last_contact", "op": "before", "value": ["-30d"]}
    assert "30 days ago" in client.get(client.post("/customers/filter", data=data).location).text


def test_nothing_of_what_one_may_not_see_is_offered(app: Flask) -> None:
    of_tasks_alone = Actor(Kind.staff, name="Νίκος", grants={"activities.task.view": Scope.all})
    tasks = record_types.get("activities.task")
    assert tasks is not None
    assert "customer.city" in filter_choices(SYSTEM, tasks)
    assert "customer.city" not in filter_choices(of_tasks_alone, tasks)
