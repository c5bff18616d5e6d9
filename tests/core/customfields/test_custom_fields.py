"""Custom fields: declared on a screen, and from then on like any other field, in forms, filters, API and files."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select, text

from core.access import system_actor
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.customfields import fields_of
from core.customfields.jobs import index_statement
from core.customfields.models import CustomField
from core.customfields.operations import name_of
from core.customfields.records import CUSTOM_FIELDS
from core.database import db, write_unit
from core.problems import Problem
from core.records.filters import compile_filter
from core.records.history import changes_of, history_of, undo_transaction
from core.records.operations import bin_record, create_record, update_record
from core.records.queries import ListQuery, list_records

pytestmark = pytest.mark.usefixtures("app")


def declare(label: str, kind: str, **values: Any) -> CustomField:
    data = {"record_type": "customer", "label": label, "kind": kind, **values}
    made: CustomField = create_record(system_actor(), CUSTOM_FIELDS, data)
    return made


def customer(name: str = "Customer", **custom: Any) -> Customer:
    made: Customer = create_record(system_actor(), CUSTOMERS, {"name": name, "custom": custom})
    return made


def found(field: str, operator: str, value: Any = None) -> list[str]:
    clause = {"field": f"custom.{field}", "op": operator} | ({} if value is None else {"value": value})
    return [each.name for each in list_records(system_actor(), CUSTOMERS, ListQuery(filter=clause)).items]


def test_field_appears_and_goes_within_one_request() -> None:
    assert dict(fields_of(CUSTOMERS)) == {}
    field = declare("Olive variety", "text")
    assert list(fields_of(CUSTOMERS)) == ["olive_variety"]
    bin_record(system_actor(), CUSTOM_FIELDS, field)
    assert dict(fields_of(CUSTOMERS)) == {}
    undo_transaction(system_actor(), db.session().info["last_transaction"])
    assert list(fields_of(CUSTOMERS)) == ["olive_variety"]


def test_fields_cost_no_statement_while_nothing_changes(statements: list[str]) -> None:
    declare("Olive variety", "text")
    fields_of(CUSTOMERS)
    statements.clear()
    for _turn in range(3):
        fields_of(CUSTOMERS)
    assert statements == []


@pytest.mark.parametrize(
    ("kind", "options", "typed", "kept"),
    [
        ("text", {}, "  Κορωνέικη ", "Κορωνέικη"),
        ("number", {}, "12.50", "12.5"),
        ("date", {}, "2026-03-01", "2026-03-01"),
        ("choice", {"choices": ["A", "B"]}, "B", "B"),
        ("money", {"currency": "PLN"}, "1234.5", "1234.5"),
        ("text", {}, "", None),
        ("number", {}, "", None),
    ],
)
def test_values_are_checked_by_kind(kind: str, options: dict[str, Any], typed: str, kept: str | None) -> None:
    declare("Extra", kind, **options)
    assert customer(extra=typed).custom == {"extra": kept}


@pytest.mark.parametrize(
    ("kind", "options", "typed"),
    [
        ("number", {}, "many"),
        ("date", {}, "the day after"),
        ("choice", {"choices": ["A"]}, "Z"),
        ("money", {}, "much"),
        ("relation", {"target": "customer"}, "not-an-id"),
    ],
)
def test_bad_value_names_the_field(kind: str, options: dict[str, Any], typed: str) -> None:
    declare("Extra", kind, **options)
    with pytest.raises(Problem) as refused:
        customer(extra=typed)
    assert list(refused.value.fields) == ["custom.extra"]


def test_unknown_custom_field_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        customer(nobody="x")
    assert "custom.nobody" in refused.value.fields


def test_required_field_must_be_given_for_a_new_record_and_cant_be_emptied() -> None:
    old = customer("Old")
    declare("Route", "text", required=True)
    with pytest.raises(Problem) as refused:
        customer("New")
    assert "custom.route" in refused.value.fields
    update_record(system_actor(), CUSTOMERS, old, {"city": "Πάτρα"})
    with pytest.raises(Problem):
        update_record(system_actor(), CUSTOMERS, old, {"custom": {"route": ""}})


def test_changing_one_field_leaves_the_others() -> None:
    declare("One", "text")
    declare("Two", "text")
    record = customer(one="1", two="2")
    update_record(system_actor(), CUSTOMERS, record, {"custom": {"two": "3"}})
    assert record.custom == {"one": "1", "two": "3"}


def test_history_tells_which_custom_field_changed() -> None:
    declare("One", "text")
    declare("Two", "text")
    record = customer(one="1", two="2")
    update_record(system_actor(), CUSTOMERS, record, {"custom": {"two": "3"}})
    changes = changes_of(CUSTOMERS, history_of(CUSTOMERS, record.id)[0])
    assert [(change.label, change.old, change.new) for change in changes] == [("Two", "2", "3")]


def test_filters_compare_numbers_as_numbers_and_days_as_days() -> None:
    declare("Trees", "number")
    declare("Harvest", "date")
    declare("Limit", "money")
    declare("Grade", "choice", choices=["A", "B"])
    customer("Nine", trees="9", harvest="2025-12-01", limit="900", grade="A")
    customer("Hundred", trees="100", harvest="2026-01-15", limit="1000.5", grade="B")
    customer("None")
    assert found("trees", "more", 50) == ["Hundred"]
    assert found("trees", "between", ["1", "10"]) == ["Nine"]
    assert found("limit", "less", "1000") == ["Nine"]
    assert found("harvest", "after", "2025-12-31") == ["Hundred"]
    assert found("harvest", "before", "2026-01-01") == ["Nine"]
    assert found("grade", "is", ["B"]) == ["Hundred"]
    assert found("trees", "empty") == ["None"]


def test_filter_by_a_relation_and_by_text() -> None:
    declare("Broker", "relation", target="customer")
    declare("Motto", "text")
    broker = customer("Broker")
    customer("Brokered", broker=str(broker.id), motto="Λάδι και ψωμί")
    assert found("broker", "is", str(broker.id)) == ["Brokered"]
    assert found("motto", "contains", "ψωμί") == ["Brokered"]


def test_label_is_in_the_language_of_the_person() -> None:
    declare("Trees", "number", label_el="Δέντρα", label_pl="Drzewa")
    for language, label in (("el", "Δέντρα"), ("pl", "Drzewa"), ("en", "Trees")):
        with force_locale(language):
            assert str(fields_of(CUSTOMERS)["trees"].label) == label


def test_names_are_made_of_labels_and_stay_unique() -> None:
    assert name_of("Γραμμή παραγωγής") == "grammi_paragogis"
    assert name_of("Łączna ilość (kg)") == "laczna_ilosc_kg"
    assert name_of("2026") == "field_2026"
    assert [declare("Route", "text").name for _turn in range(2)] == ["route", "route_2"]


def test_kind_and_place_cant_change_once_values_are_kept() -> None:
    field = declare("Route", "text")
    for change in ({"kind": "number"}, {"record_type": "user"}):
        with pytest.raises(Problem) as refused:
            update_record(system_actor(), CUSTOM_FIELDS, field, change)
        assert list(refused.value.fields) == list(change)
    update_record(system_actor(), CUSTOM_FIELDS, field, {"label": "Tour", "kind": "text"})
    assert field.name == "route"


@pytest.mark.parametrize(("kind", "missing"), [("choice", "choices"), ("relation", "target")])
def test_what_a_kind_needs_is_asked_for(kind: str, missing: str) -> None:
    with pytest.raises(Problem) as refused:
        declare("Extra", kind)
    assert list(refused.value.fields) == [missing]


def test_index_is_the_expression_that_filters_use() -> None:
    declare("Trees", "number", filterable=True)
    statement = index_statement(CUSTOMERS, "trees").replace(" CONCURRENTLY", "")
    with write_unit() as session:
        session.connection().execute(text(statement))
        session.connection().execute(text(statement))  # a second run finds it there
    customer("Nine", trees="9")
    assert found("trees", "more", 5) == ["Nine"]
    if db.engine.dialect.name == "sqlite":
        criterion = compile_filter(system_actor(), CUSTOMERS, {"field": "custom.trees", "op": "more", "value": 5})
        query = select(Customer.id).where(criterion).compile(db.engine, compile_kwargs={"literal_binds": True})
        plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()
        assert "ix_custom_customer_trees" in str(plan)


# The screen and the API


def test_screen_lists_fields_by_record_type(client: FlaskClient) -> None:
    declare("Olive variety", "text", required=True)
    page = client.get("/admin/fields").text
    assert "Olive variety" in page
    assert "olive_variety" in page


def test_field_is_made_on_the_screen_and_filled_in_on_the_form(client: FlaskClient) -> None:
    form = {"record_type": "customer", "label": "Route", "kind": "choice", "choices": "North, South"}
    assert client.post("/admin/fields", data=form).status_code == 303
    assert 'name="custom.route"' in client.get("/customers/new").text
    done = client.post("/customers", data={"name": "New", "custom.route": "South"})
    assert done.status_code == 303
    assert "South" in client.get(done.headers["Location"]).text
    bad = client.post("/customers", data={"name": "New", "custom.route": "West"})
    assert bad.status_code == 422
    assert "West" in bad.text


def test_number_is_shown_typed_and_filtered_with_the_comma_of_ones_language(client: FlaskClient) -> None:
    client.post("/settings/language", data={"value": "el"})
    declare("Weight", "number")
    kept = customer("Olives", weight="1.125")
    assert 'value="1,125"' in client.get(f"/customers/{kept.id}/edit").text
    client.post(f"/customers/{kept.id}/edit", data={"name": "Olives", "custom.weight": "1,125", "version": "1"})
    db.session.refresh(kept)
    assert kept.custom["weight"] == "1.125"
    refused = client.post("/customers", data={"name": "Oil", "custom.weight": "1.125"})
    assert refused.status_code == 422
    assert 'value="1.125"' in refused.text  # as it was typed
    more = {"field": "custom.weight", "op": "more", "value": "1,1"}
    listed = client.get(client.post("/customers/filter", data=more).headers["Location"]).text
    assert "Olives" in listed
    assert "1,1" in listed
    assert client.post("/customers/filter", data={**more, "value": "1.125"}).status_code == 400


def test_field_stands_in_the_api(api: FlaskClient) -> None:
    declare("Trees", "number")
    made = api.post("/api/v1/customers", json={"name": "Olives", "custom": {"trees": 120}})
    assert made.status_code == 201, made.text
    assert made.json is not None
    assert made.json["custom"] == {"trees": "120"}
    refused = api.post("/api/v1/customers", json={"name": "Olives", "custom": {"trees": "many"}})
    assert refused.status_code == 422
    assert refused.json is not None
    assert list(refused.json["errors"]) == ["custom.trees"]
