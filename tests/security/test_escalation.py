"""Doors through which somebody might get further than their rights: each was open once, or nearly."""

import json
import uuid
from collections.abc import Mapping

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.customers.models import Address, ContactPoint, Customer
from core.database import JournalEntry, db, write_unit
from core.users import operations
from core.users.models import Role, User
from tests.conftest import PASSWORD, sign_in
from tests.security.conftest import database_digest, make_record, staff_with

#: A salesperson who sees every customer and changes their own.
SELLER: Mapping[str, str | None] = {"customer.view": "all", "customer.edit": "own"} | {
    f"{part}.{action}": "own"
    for part in ("contact_point", "address")
    for action in ("view", "create", "edit", "delete")
}


def seller(app: Flask) -> tuple[FlaskClient, uuid.UUID]:
    user_id = staff_with(SELLER).id
    return sign_in(app, "staff@example.org"), user_id


def test_a_part_does_not_move_to_a_customer_that_may_only_be_seen(app: Flask, administrator: User) -> None:
    client, seller_id = seller(app)
    mine, theirs = make_record(Customer, seller_id).id, make_record(Customer, administrator.id).id
    point = make_record(ContactPoint, seller_id, customer_id=mine, kind="email", value="a@b.example").id
    address = make_record(Address, seller_id, customer_id=mine, city="Patras").id
    before = database_digest()
    for path in (f"/contact-points/{point}", f"/addresses/{address}"):
        answer = client.post(path, data={"customer": str(theirs)})
        assert answer.status_code == 403, (path, answer.status_code)
    assert database_digest() == before


def test_converting_a_lead_makes_no_customer_for_whoever_may_make_none(app: Flask, administrator: User) -> None:
    from plugins.sales.models import Lead

    user = staff_with(
        {f"sales.lead.{action}": "own" for action in ("view", "edit")}
        | {f"sales.opportunity.{action}": "own" for action in ("view", "create")}
        | {"sales.stage.view": "all", "sales.pipeline.view": "all"}
    )
    lead = make_record(Lead, user.id, status="new", company="Νέα Εταιρεία").id
    client = sign_in(app, "staff@example.org")
    before = database_digest()
    assert client.post(f"/sales/leads/{lead}/convert").status_code == 403
    assert database_digest() == before


def test_whoever_may_bin_people_does_not_bin_a_mightier_one(app: Flask, administrator: User) -> None:
    system = system_actor()
    operations.add_user(system, email="second@example.org", role="administrator", password=PASSWORD)
    staff_with({f"user.{action}": "all" for action in ("view", "edit", "delete")})
    client, admin_id = sign_in(app, "staff@example.org"), administrator.id
    before = database_digest()
    assert client.post(f"/users/{admin_id}/bin").status_code == 403
    assert client.post("/users/bulk", data={"action": "bin", "ids": str(admin_id)}).status_code == 403
    assert client.post(f"/users/{admin_id}", data={"active.sent": "1"}).status_code == 403
    bulk = {"action": "edit", "ids": str(admin_id), "value": json.dumps({"email": "mine@example.org"})}
    assert "1 was left as it is." in client.post("/users/bulk", data=bulk, follow_redirects=True).text
    assert database_digest() == before


def transaction_of(record_type: str) -> uuid.UUID:
    """Tell the transaction that wrote a type last; a person knows it from a toast."""
    statement = select(JournalEntry.transaction_id).where(JournalEntry.record_type == record_type)
    found: uuid.UUID = db.session.scalars(statement.order_by(JournalEntry.sequence.desc()).limit(1)).one()
    return found


def test_who_is_no_administrator_any_more_does_not_undo_a_change_of_rights(app: Flask, administrator: User) -> None:
    system = system_actor()
    operations.add_user(system, email="second@example.org", role="administrator", password=PASSWORD)
    client = sign_in(app, "second@example.org")
    mighty = operations.save_role(system, None, "Mighty", {"customer.delete": "all"}).id
    assert client.post(f"/admin/roles/{mighty}", data={"title": "Mighty"}).status_code == 303
    narrowed = transaction_of("role")
    demoted = db.session.scalars(select(User).where(User.email == "second@example.org")).one()
    operations.set_roles(system, demoted, [mighty])
    before = database_digest()
    assert client.post(f"/undo/{narrowed}").status_code == 404
    assert database_digest() == before


def test_a_revoked_token_stays_revoked(app: Flask, administrator: User) -> None:
    client = sign_in(app, "admin@example.org")
    token = operations.make_token(system_actor(), "admin@example.org", "robot")
    token_id = str(
        db.session.scalars(select(JournalEntry.record_id).where(JournalEntry.record_type == "api_token")).one()
    )
    assert client.post(f"/settings/tokens/{token_id}/revoke").status_code == 303
    client.post(f"/undo/{transaction_of('api_token')}")
    robot = app.test_client()
    assert robot.get("/api/v1/users", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_the_api_description_tells_strangers_nothing_of_the_company(app: Flask, client: FlaskClient) -> None:
    made = {"record_type": "customer", "label": "Blood group", "kind": "choice", "choices": "secret one"}
    assert client.post("/admin/fields", data=made).status_code == 303
    assert "blood_group" in client.get("/api/v1/openapi.json").text
    told = app.test_client().get("/api/v1/openapi.json").text
    assert "blood_group" not in told
    assert "secret one" not in told


def test_signing_in_by_head_tries_no_password_and_costs_no_attempt(app: Flask, administrator: User) -> None:
    given = {"email": administrator.email, "password": PASSWORD}
    client = app.test_client()
    answer = client.head("/login", data=given)
    assert answer.status_code == 200
    assert client.get("/settings").status_code == 303
    assert client.head("/setup", data=given).status_code == 303


def test_a43_nobody_is_led_elsewhere(app: Flask, client: FlaskClient) -> None:
    customer = make_record(Customer).id
    for back in (
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "/\t/evil.test",
        "///evil.test",
        "http:evil.test",
    ):
        form = {"action": "bin", "ids": str(make_record(Customer).id), "back": back}
        assert client.post("/customers/bulk", data=form).location == "/customers", back
        answer = app.test_client().post(
            "/login", data={"email": "admin@example.org", "password": PASSWORD, "next": back}
        )
        assert answer.location == "/", back
    note = {"text": "x"}
    came = {"Referer": "https://evil.test/phish"}
    answer = client.post(f"/activities/compose/note?customer={customer}", data=note, headers=came)
    assert answer.status_code == 303
    assert "evil" not in answer.location


def test_a10_a_bulk_action_touches_what_is_ones_own_alone(app: Flask, administrator: User) -> None:
    client, seller_id = seller(app)
    mine, theirs = make_record(Customer, seller_id).id, make_record(Customer, administrator.id).id
    client.post(
        "/customers/bulk", data={"action": "edit", "ids": [str(mine), str(theirs)], "value": '{"city": "Volos"}'}
    )
    with write_unit() as session:
        assert session.get_one(Customer, mine).city == "Volos"
        assert session.get_one(Customer, theirs).city is None


def test_a_role_that_a_manager_gives_is_never_mightier_than_they_are(app: Flask, administrator: User) -> None:
    staff_with({f"user.{action}": "all" for action in ("view", "create", "edit")})
    client, admin_id = sign_in(app, "staff@example.org"), administrator.id
    own_id = db.session.scalars(select(User.id).where(User.email == "staff@example.org")).one()
    role = db.session.scalars(select(Role.id).where(Role.name == "administrator")).one()
    before = database_digest()
    for user_id in (own_id, admin_id):
        form = {"name": "x", "email": "x@example.org", "roles": str(role)}
        assert client.post(f"/admin/users/{user_id}", data=form).status_code == 403
    assert client.post("/admin/users", data={"email": "new@example.org", "role": str(role)}).status_code == 403
    assert client.post(f"/admin/users/{admin_id}/link").status_code == 403
    assert client.post(f"/admin/users/{admin_id}/hand-over", data={"heir": str(own_id)}).status_code == 403
    assert database_digest() == before
