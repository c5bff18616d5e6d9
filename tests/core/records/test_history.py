"""History and undo, as the journal has them."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import acting_as, system_actor
from core.customers.records import CUSTOMERS
from core.database import db, utc_now
from core.i18n import format_day
from core.problems import Problem
from core.records.history import changes_of, history_of, undo_transaction
from core.records.operations import bin_record, create_record, restore_record, update_record
from core.users.models import User
from core.web.render import last_transaction


def change(record: Any, **values: Any) -> Any:
    """Change a customer and give the transaction."""
    update_record(system_actor(), CUSTOMERS, record, values)
    return last_transaction()


@pytest.fixture
def customer(app: Flask) -> Any:
    """Make a customer."""
    return create_record(system_actor(), CUSTOMERS, {"name": "Παλιό όνομα", "city": "Πάτρα", "annual_revenue": "10.50"})


def test_history_tells_old_and_new(customer: Any) -> None:
    change(customer, name="Νέο όνομα")
    newest = history_of(CUSTOMERS, customer.id)[0]
    told = [(each.label, each.old, each.new) for each in changes_of(CUSTOMERS, newest)]
    assert told == [("Name", "Παλιό όνομα", "Νέο όνομα")]


def test_the_page_of_the_history_tells_values_as_people_read_them(client: FlaskClient, customer: Any) -> None:
    owner = db.session.scalars(select(User)).one()
    change(customer, owner=str(owner.id), roles=["key_account"], country="GR", since="2019-11-14")
    page = client.get(f"/customers/{customer.id}/history").text
    for value in ("Anna Administrator", "Key account", "Greece", format_day(date(2019, 11, 14))):
        assert value in page
    assert str(owner.id) not in page.partition("<h1>")[2].partition("</ol>")[0]


@pytest.mark.parametrize(
    ("language", "ways"),
    [("en", ["through the API", "by an import"]), ("el", ["μέσω του API", "από εισαγωγή"])],
)
def test_the_page_of_the_history_tells_in_the_persons_language_which_way_a_change_came(
    client: FlaskClient, customer: Any, language: str, ways: list[str]
) -> None:
    client.patch(f"/api/v1/customers/{customer.id}", json={"city": "Αίγιο"})
    db.session.expire_all()
    with acting_as(system_actor(), origin="import"):
        change(customer, city="Πύργος")
    client.post("/settings/language", data={"value": language})
    page = client.get(f"/customers/{customer.id}/history").text
    for way in ways:
        assert f'<span class="cap">{way}</span>' in page


def test_the_page_of_the_history_undoes_a_change(client: FlaskClient, customer: Any) -> None:
    client.post(f"/customers/{customer.id}/fields/city", data={"city": "Łódź"})
    page = client.get(f"/customers/{customer.id}/history").text
    undo = re.findall(r'action="(/undo/[^"]+)"', page)
    assert len(undo) == 1, "what was made can't be unmade here, and the system's own acts aren't offered"
    assert client.post(undo[0]).status_code == 303
    assert client.get(f"/api/v1/customers/{customer.id}").get_json()["city"] == "Πάτρα"


def test_whoever_has_a_record_open_hears_what_somebody_else_changed_since(client: FlaskClient, customer: Any) -> None:
    def news(since: str) -> Any:
        return client.get(f"/customers/{customer.id}/news", query_string={"since": since})

    opened = utc_now().isoformat()
    assert news(opened).status_code == 204
    client.post(f"/customers/{customer.id}/fields/city", data={"city": "Łódź"})
    assert news(opened).status_code == 204, "one's own changes are no news"
    db.session.expire_all()
    with acting_as(system_actor(), origin="import"):
        change(customer, city="Πύργος")
    told = news(opened)
    assert told.status_code == 200
    assert "Somebody changed this." in told.text
    assert f'href="/customers/{customer.id}"' in told.text
    assert news(utc_now().isoformat()).status_code == 204
    assert news("yesterday").status_code == 400


def test_undo_puts_the_old_values_back(customer: Any) -> None:
    transaction = change(customer, name="Νέο όνομα", annual_revenue="99")
    assert undo_transaction(system_actor(), transaction) == [customer.id]
    db.session.refresh(customer)
    assert customer.name == "Παλιό όνομα"
    assert str(customer.annual_revenue) == "10.5"


def test_undo_of_making_a_record_puts_it_into_the_bin(customer: Any) -> None:
    transaction = last_transaction()
    assert transaction is not None
    undo_transaction(system_actor(), transaction)
    db.session.refresh(customer)
    assert customer.deleted_at is not None


def test_undo_is_refused_after_a_later_change(customer: Any) -> None:
    transaction = change(customer, name="Δεύτερο")
    change(customer, name="Τρίτο")
    with pytest.raises(Problem) as caught:
        undo_transaction(system_actor(), transaction)
    assert caught.value.status == 409
    db.session.refresh(customer)
    assert customer.name == "Τρίτο"


def test_undo_of_an_unknown_change_is_not_found(app: Flask) -> None:
    from core.database import new_id

    with pytest.raises(Problem) as caught:
        undo_transaction(system_actor(), new_id())
    assert caught.value.status == 404


def test_binned_record_comes_back_whole(customer: Any) -> None:
    bin_record(system_actor(), CUSTOMERS, customer)
    assert customer.deleted_at is not None
    restore_record(system_actor(), CUSTOMERS, customer)
    assert customer.deleted_at is None
    assert [entry.operation for entry in history_of(CUSTOMERS, customer.id)] == ["restore", "bin", "insert"]


def test_stale_save_tells_both_versions_and_changes_nothing(customer: Any) -> None:
    change(customer, name="Δεύτερο")
    with pytest.raises(Problem) as caught:
        update_record(system_actor(), CUSTOMERS, customer, {"name": "Stale"}, expected_version=1)
    assert caught.value.status == 409
    assert caught.value.extra["current_version"] == 2
    db.session.refresh(customer)
    assert customer.name == "Δεύτερο"


def test_undo_button_of_the_toast_works(client: Any, customer: Any) -> None:
    answer = client.post(
        f"/customers/{customer.id}/fields/city",
        data={"city": "Αίγιο", "version": "1"},
        headers={"HX-Request": "true", "HX-Request-Type": "partial"},
    )
    assert answer.status_code == 200, answer.text
    assert "Αίγιο" in answer.text
    import json

    undo = json.loads(answer.headers["HX-Trigger"])["toast"][0]["undo"]
    assert client.post(undo).status_code == 303
    db.session.refresh(customer)
    assert customer.city == "Πάτρα"
