"""What people are told: whom, when, in which language, and what the bell says."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import acting_as, system_actor
from core.database import db, write_unit
from core.host import lifecycle
from core.host.doors import current_host
from core.i18n import _l
from core.notifications.models import Notification
from core.notifications.queries import list_notifications, unread_count
from core.problems import Problem
from core.users.models import User
from core.users.operations import add_user, set_active
from core.users.queries import actor_of
from pelatis.api import create_customer, notify
from tests.conftest import PASSWORD, sign_in


@pytest.fixture
def eleni(app: Flask) -> User:
    user = add_user(system_actor(), email="eleni@example.org", role="salesperson", password=PASSWORD, name="Ελένη")
    with write_unit():
        user.language = "el"
    return user


def told() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(Notification.text).order_by(Notification.id)))


def give(client: FlaskClient, customer: Any, user: User) -> None:
    answer = client.patch(f"/api/v1/customers/{customer.id}", json={"owner": str(user.id)})
    assert answer.status_code == 200, answer.text


def test_who_is_told_reads_it_in_their_language_and_it_leads_to_the_record(app: Flask, eleni: User) -> None:
    customer = create_customer(system_actor(), {"kind": "organisation", "name": "Αιγίς"})
    assert notify([eleni.id, None, eleni.id], _l("Saved."), about=customer) == 1
    [row] = list_notifications(actor_of(eleni.id))
    assert (row.text, row.url, row.plugin) == ("Αποθηκεύτηκε.", f"/customers/{customer.id}", "core")


def test_nobody_is_told_what_they_did_themselves_nor_after_they_left(app: Flask, eleni: User) -> None:
    with acting_as(actor_of(eleni.id)):
        assert notify([eleni.id], "x") == 0
    set_active(system_actor(), eleni, False)
    assert notify([eleni.id], "x") == 0
    assert told() == []


def test_it_is_told_with_the_act_and_not_without_it(app: Flask, eleni: User) -> None:
    def act() -> None:
        with write_unit():
            notify([eleni.id], "x")
            raise Problem("test", "stop")

    with pytest.raises(Problem):
        act()
    assert told() == []


def test_new_owner_is_told_of_what_somebody_else_gave_them(app: Flask, api: FlaskClient, eleni: User) -> None:
    customer = create_customer(system_actor(), {"kind": "organisation", "name": "Αιγίς"})
    assert told() == []
    give(api, customer, eleni)
    assert told() == ["Anna Administrator: σας ανατέθηκε «Αιγίς» (Πελάτης)"]
    api.patch(f"/api/v1/customers/{customer.id}", json={"name": "Αιγίς Α.Ε."})
    assert len(told()) == 1


def test_many_records_at_once_are_told_as_one_number(app: Flask, administrator: User, eleni: User) -> None:
    with acting_as(actor_of(administrator.id), origin="page"), write_unit():
        for number in range(5):
            values = {"kind": "organisation", "name": f"Nr. {number}", "owner_id": eleni.id}
            create_customer(actor_of(administrator.id), values)
    assert len(told()) == 1
    assert "5" in told()[0]


def test_imports_and_jobs_tell_nobody_of_thousands(app: Flask, administrator: User, eleni: User) -> None:
    for origin in ("import", "job", "system"):
        with acting_as(actor_of(administrator.id), origin=origin):
            create_customer(actor_of(administrator.id), {"kind": "organisation", "name": origin, "owner_id": eleni.id})
    assert told() == []


def test_bell_costs_no_statement_until_something_changes(
    app: Flask, eleni: User, client: FlaskClient, statements: list[str]
) -> None:
    theirs = sign_in(app, "eleni@example.org")
    notify([eleni.id], "x")

    def counted() -> list[str]:
        statements.clear()
        page = theirs.get("/settings").text
        assert "crm-bell" in page
        return [each for each in statements if "core_notification" in each]

    assert len(counted()) == 1
    assert counted() == []
    notify([eleni.id], "y")
    assert len(counted()) == 1


def test_person_reads_one_or_all(app: Flask, eleni: User, client: FlaskClient) -> None:
    customer = create_customer(system_actor(), {"kind": "organisation", "name": "Αιγίς", "owner_id": eleni.id})
    theirs = sign_in(app, "eleni@example.org")
    for number in range(3):
        notify([eleni.id], f"Number {number}", about=customer)
    page = theirs.get("/notifications").text
    assert page.index("Number 2") < page.index("Number 0")
    first = db.session.scalars(select(Notification.id)).first()
    answer = theirs.post(f"/notifications/{first}/open")
    assert (answer.status_code, answer.location) == (303, f"/customers/{customer.id}")
    assert "crm-bell" in theirs.get("/settings").text
    theirs.post("/notifications/read")
    assert "crm-bell" not in theirs.get("/settings").text


def test_nobody_reads_what_others_were_told(app: Flask, eleni: User, client: FlaskClient) -> None:
    notify([eleni.id], "For Eleni")
    assert "For Eleni" not in client.get("/notifications").text
    mine = db.session.scalars(select(Notification.id)).one()
    assert client.post(f"/notifications/{mine}/open").status_code == 404
    client.post("/notifications/read")
    assert db.session.scalars(select(Notification.read_at)).all() == [None]


def test_plugin_that_is_off_tells_nobody_anything(app: Flask, eleni: User) -> None:
    notify([eleni.id], "A deal", url="/sales/opportunities")
    assert unread_count(actor_of(eleni.id)) == 1
    lifecycle.disable_plugin(current_host(), "sales")
    assert unread_count(actor_of(eleni.id)) == 0
    assert list_notifications(actor_of(eleni.id)) == []
